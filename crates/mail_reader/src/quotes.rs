//! How mail programs announce what was said before.

use std::sync::LazyLock;

use regex::Regex;

use crate::lines::Line;

/// A line `On … wrote:` may be broken over this many.
const LONGEST_ANNOUNCEMENT: usize = 5;
const LONGEST_ANNOUNCEMENT_LETTERS: usize = 400;

/// "wrote" and its kin at the end of a line, in the languages whose programs we have seen.
static WROTE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(?:\b(?:wrote|writes|schrieb|schreef|geschreven|a écrit|a ecrit|ha scritto|escribió|escribio|escreveu|skrev|kirjoitti",
        r"|napsala?|napisała?|napisal\(a\)|napisał\(a\)|написала?|пишет|написав|írta|yazdı|skrifaði|έγραψε|scris|viết|menulis|bhris)\b",
        r"|写道|寫道|wrote|のメッセージ|書きました|작성|님이)[^\n]{0,40}?\s*[:：]?\s*$",
    ))
    .expect("a constant")
});
static LEADS_IN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)^[\s*-]*(?:on|le|am|op|il|el|em|den|dne|dnia|w dniu|på|pe|på|vào|στις|tarihinde|lúc|pada|ngày|在|于|於",
        r"|mon|tue|wed|thu|fri|sat|sun|пн|вт|ср|чт|пт|сб|вс|\d{1,4}[-./年 ])",
    ))
    .expect("a constant")
});
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|\b(?:19|20)\d\d\b|\d{1,2}:\d\d|\d年").expect("a constant")
});
static DATE_AND_ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"<?[^\s<>@]+@[^\s<>@]+>?\s*[:：]?\s*$").expect("a constant"));
static BANNER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)^[\s>*]*[-_=*]{2,}\s*(?:(?:original|reply|ursprüngliche|urspr\.|oorspronkelijk|opprinnelig|oprindelig|ursprungligt)\s?",
        r"(?:message|nachricht|bericht|melding|meddelelse|meddelande|e-?mail|mail)?",
        r"|message d['’]origine|message original|mensaje original|mensagem original|messaggio originale|oryginalna wiadomość",
        r"|исходное сообщение|пересылаемое сообщение|původní zpráva|eredeti üzenet|özgün ileti|原始邮件|原邮件|元のメッセージ|원본 메시지)",
        r"\s*[-_=*]{2,}\s*$",
    ))
    .expect("a constant")
});
static FORWARD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)^[\s>]*(?:[-_=*]{2,}\s*(?:forwarded message|forwarded by.*|weitergeleitete nachricht|message transféré|message transmis",
        r"|mensaje reenviado|mensagem encaminhada|messaggio inoltrato|doorgestuurd bericht|vidarebefordrat meddelande",
        r"|пересылаемое сообщение|пересланное сообщение|转发邮件信息|転送メッセージ)\s*[-_=*]{0,}|begin forwarded message:|anfang der weitergeleiteten nachricht:",
        r"|début du message réexpédié\s*:|начало переадресованного сообщения:)\s*$",
    ))
    .expect("a constant")
});
static FROM_KEY: LazyLock<Regex> = LazyLock::new(|| {
    key(
        "from|von|de|van|da|från|fra|lähettäjä|od|kimden|gönderen|feladó|от|отправитель|від|από|từ|差出人|寄件者|发件人|보낸 사람|dari",
    )
});
static OTHER_KEY: LazyLock<Regex> = LazyLock::new(|| {
    key(concat!(
        "from|von|de|van|da|från|fra|od|от|发件人|差出人|sent|date|gesendet|datum|envoyé|envoyée|date|enviado|fecha|data|inviato|verzonden|skickat|sendt|dato",
        "|lähetetty|wysłano|odesláno|elküldve|tarih|отправлено|дата|надіслано|στάλθηκε|发送时间|日期|寄件日期|送信日時|보낸 날짜|to|an|à|a|para|aan|till|til|vastaanottaja|komu|do|címzett|kime|кому",
        "|προς|đến|收件人|宛先|받는 사람|cc|copie|kopie|kopia|kopi|копия|抄送|subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|emne|aihe|temat|předmět|tárgy|konu|тема|θέμα|chủ đề|主题|主旨|件名|제목|reply-to|importance|priority|organization|newsgroups",
    ))
});

fn key(words: &str) -> Regex {
    Regex::new(&format!(r"(?i)^\s*\*{{0,2}}\s*(?:{words})\s*\*{{0,2}}\s*[:：]\s*\*{{0,2}}"))
        .expect("a constant")
}

/// How what follows was announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Announced {
    /// `On … wrote:`
    Wrote,
    /// `-----Original Message-----`
    Banner,
    /// A block of `From:`, `Sent:`, `To:`, `Subject:`
    Headers,
    /// `---------- Forwarded message ----------`
    Forward,
    /// The mail program's own mark in the HTML.
    Mark,
}

/// If history is announced at this line: how, and how many lines the announcement takes.
pub(crate) fn announced(lines: &[Line], at: usize) -> Option<(Announced, usize)> {
    let line = &lines[at];
    if line.history {
        return Some((Announced::Mark, 0));
    }
    if line.is_blank() {
        return None;
    }
    if FORWARD.is_match(&line.text) {
        return Some((Announced::Forward, 1));
    }
    if BANNER.is_match(&line.text) {
        return Some((Announced::Banner, 1));
    }
    if header_block(lines, at) {
        return Some((Announced::Headers, 0));
    }
    wrote(lines, at).map(|taken| (Announced::Wrote, taken))
}

/// At least three different headers on lines that follow each other, one of them the sender.
fn header_block(lines: &[Line], at: usize) -> bool {
    if !OTHER_KEY.is_match(&lines[at].text) {
        return false;
    }
    let mut keys = 0;
    let mut sender = false;
    let mut strangers = 0;
    for line in lines[at..].iter().filter(|line| !line.is_blank()).take(9) {
        if OTHER_KEY.is_match(&line.text) {
            keys += 1;
            sender |= FROM_KEY.is_match(&line.text);
            strangers = 0;
        } else {
            // A list of recipients runs over a few lines.
            strangers += 1;
            if strangers > 2 {
                break;
            }
        }
    }
    sender && keys >= 3
}

/// `On Tue, somebody <a@b.bt> wrote:`, on one line or broken over several, in many languages and orders.
fn wrote(lines: &[Line], at: usize) -> Option<usize> {
    let depth = lines[at].depth;
    let mut joined = String::new();
    for taken in 1..=LONGEST_ANNOUNCEMENT {
        let line = lines.get(at + taken - 1)?;
        if line.is_blank() || line.depth != depth {
            return None;
        }
        joined.push_str(line.text.trim());
        if joined.len() > LONGEST_ANNOUNCEMENT_LETTERS {
            return None;
        }
        if announces(&joined, quoted_next(lines, at + taken, depth)) {
            return Some(taken);
        }
        joined.push(' ');
    }
    None
}

fn announces(text: &str, quoted_next: bool) -> bool {
    let dated = DATE.is_match(text);
    let leads = LEADS_IN.is_match(text);
    if WROTE.is_match(text) {
        return quoted_next
            || (leads && dated && text.trim_end().ends_with([':', '：']))
            || (leads && dated && text.contains('@'));
    }
    // `26.06.2014, 14:41, "Somebody" <a@b>:` and `2011/4/7 Somebody <a@b>`
    leads
        && dated
        && DATE_AND_ADDRESS.is_match(text)
        && (quoted_next || text.trim_end().ends_with([':', '：']))
}

fn quoted_next(lines: &[Line], from: usize, depth: usize) -> bool {
    lines[from.min(lines.len())..].iter().find(|line| !line.is_blank()).is_some_and(|line| line.depth > depth)
}
