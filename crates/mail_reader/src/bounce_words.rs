//! Reports that are written for people only: qmail's, old sendmail's, Exim's, and those of the big providers.

use std::sync::LazyLock;

use mail_parser::Message;
use regex::Regex;

use crate::headers::{addresses_in, raw};
use crate::mail::Mail;

pub(crate) static DAEMON: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)mailer[-_ ]?daemon|post[-_]?master|mail[-_. ]?(?:deliver(?:y)?|returned)[-_. ]?(?:sub)?(?:system|service)|mail administrator|system administrator|mail delivery|internet mail delivery")
        .expect("a constant")
});
static SUBJECT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)undeliver(?:ed|able)|non[- ]?deliver|returned (?:e-?)?mail|mail returned|return(?:ed|ing)? (?:message )?to sender|returning (?:message|to)|deliver(?:y)?\s+(?:status|fail|problem|error|delay|notification|has failed)|failure (?:notice|delivery)|failed delivery",
        r"|mail (?:system )?(?:error|fail)|could not (?:be )?(?:deliver|sent?)|couldn.t be delivered|not delivered|delayed (?:mail|message|\d)|message .{0,60}delayed|error sending your mail|permanent delivery|cannot send|can.?t send|warning: (?:could not|message)",
        r"|blocked by|unzustellbar|nicht zustellbar|non remis|échec|no se puede entregar|mancato recapito|недостав|не доставлен|配信|エラー|退信|are not (?:a )?member|user unknown|postmaster notify|banned",
    ))
    .expect("a constant")
});
static BODY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)could not be delivered|couldn.t be delivered|was not delivered|not be delivered to|delivery (?:to the following|failed|has failed|attempt)|undeliverable|unable to deliver|permanent(?:ly)? (?:fatal )?(?:error|fail)|failed permanently",
        r"|(?:user|recipient|address|mailbox|host|account)(?: name)?s? (?:is |was |not |has been )?(?:un?known|unavailable|not found|disabled|full|rejected)|unknown (?:user|recipient|address|local)|no such (?:user|recipient|mailbox|address)|invalid (?:user|recipient|mailbox)|returned to (?:the )?sender|over quota",
        r"|smtp error|error message below|<<< [45]\d\d|said: [45]\d\d|\b[45]\d\d[ -][45]\.\d{1,3}\.\d{1,3}",
    ))
    .expect("a constant")
});
static ENHANCED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[^\d.])([245])\.(\d{1,3})\.(\d{1,3})(?:$|[^\d.]|\.(?:\s|$))").expect("a constant")
});
static REPLY_CODE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?im)(?:^|said:\s*|<<<\s*|error[^\n]{0,80}?[:\s(]\s*|response[^\n]{0,40}?[:\s]\s*|code\s*[:=]?\s*|\(|:\s+|#)([45][0-5]\d)(?:[\s\-;:,)]|$)").expect("a constant")
});
static RETURNED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?im)^[\s>]*(?:[-=*]{2,}[^\n]{0,60}(?:original|copy of|unsent|returned|message (?:header|text|follow)|headers)[^\n]*|-{3,} ?(?:this is a copy|below this line|the header|returned mail|message header)[^\n]*",
        r"|original (?:message|mail) (?:follows|headers?)[^\n]*|message headers? follows?:?[^\n]*|(?:the )?(?:body|header)s? of (?:the|your) message[^\n]*|received: (?:from|by|\(qmail)[^\n]*|return-path: [^\n]*)",
    ))
    .expect("a constant")
});
static LONE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?m)^[\s>*]*(?:to:?|rcpt to:?|recipient:?|unable to deliver to:?|original-recipient:\s*rfc822;?)?\s*[<"'(]?([^\s<>()\[\],;:"']+@[^\s<>()\[\],;:"']+?)[>"')]?\s*[:.]?\s*(?:\.\.\.[^\n]*|\([^\n]*\)|--?[^\n]*)?$"#).expect("a constant")
});
static SNS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"\\?"notificationType\\?"\s*:\s*\\?"Bounce\\?""#).expect("a constant"));

/// By what the message is known as a report; none if it is not one.
pub(crate) fn evidence(message: &Message<'_>, mail: &Mail, failed: bool, text: &str) -> Option<String> {
    if failed {
        return Some("it has X-Failed-Recipients".into());
    }
    if SNS.is_match(text) {
        return Some("Amazon says “Bounce”".into());
    }
    let sender = raw(message, "From").unwrap_or_default();
    let from_program = DAEMON.is_match(sender)
        || raw(message, "Return-Path").is_some_and(|path| path.trim() == "<>" || DAEMON.is_match(path))
        || raw(message, "X-MLServer").is_some()
        || raw(message, "Auto-Submitted").is_some_and(|told| told.to_lowercase().contains("failure"));
    if !from_program {
        return None;
    }
    let about_subject = SUBJECT.is_match(&mail.subject);
    let about_text = BODY.is_match(text);
    // A holiday notice has an empty return path too and may speak of mailboxes.
    let away = raw(message, "Auto-Submitted")
        .is_some_and(|told| told.trim().eq_ignore_ascii_case("auto-replied"))
        && !DAEMON.is_match(sender);
    match (about_subject, about_text) {
        (true, _) => Some(format!("a mail server writes “{}”", mail.subject)),
        (false, true) if !away => Some("a mail server writes that something was not delivered".into()),
        _ => None,
    }
}

/// The part of the report that is not the message that came back.
pub(crate) fn notice(text: &str) -> &str {
    match RETURNED.find_iter(text).find(|found| !text[..found.start()].trim().is_empty()) {
        Some(found) => &text[..found.start()],
        None => text,
    }
}

/// The address that the report is about: one that stands alone on a line, else the first that is not the sender's own.
pub(crate) fn recipient(notice: &str, mail: &Mail) -> Option<String> {
    if SNS.is_match(notice) {
        return notice
            .find("emailAddress")
            .and_then(|at| addresses_in(&notice[at..].replace('\\', " ")).next());
    }
    let is_party = |address: &String| {
        mail.to.iter().any(|to| to.address == *address)
            || mail.from.as_ref() == Some(address)
            || DAEMON.is_match(address)
    };
    let alone = LONE
        .captures_iter(notice)
        .filter_map(|found| found.get(1))
        .map(|found| found.as_str().trim_matches('.').to_lowercase());
    alone
        .filter(|address| address.split('@').count() == 2)
        .find(|address| !is_party(address))
        .or_else(|| addresses_in(notice).find(|address| !is_party(address)))
}

/// `To:` of the message that came back within the text.
pub(crate) fn recipient_in_returned(text: &str, mail: &Mail) -> Option<String> {
    let returned = &text[notice(text).len()..];
    let to = returned.lines().find(|line| line.trim_start().to_lowercase().starts_with("to:"))?;
    addresses_in(to).find(|address| mail.from.as_ref() != Some(address))
}

/// The status in a text: the most telling enhanced code, else one made of the SMTP code.
pub(crate) fn status(text: &str) -> Option<String> {
    let mut best: Option<String> = None;
    for found in ENHANCED.captures_iter(text) {
        let [class, subject, detail] =
            [1, 2, 3].map(|group| found.get(group).map_or("", |part| part.as_str()));
        if class == "2" {
            continue;
        }
        let one = format!("{class}.{subject}.{detail}");
        best = better(best.as_deref(), Some(&one));
    }
    best.or_else(|| {
        let code = REPLY_CODE.captures(text)?.get(1)?.as_str();
        Some(of_reply_code(code).to_owned())
    })
}

/// Of two codes the one that says more: `5.1.1` before `5.0.0`. The first, if both say as much.
pub(crate) fn better(one: Option<&str>, other: Option<&str>) -> Option<String> {
    let says = |status: &str| usize::from(!status.ends_with(".0.0"));
    match (one, other) {
        (Some(one), Some(other)) => Some(if says(other) > says(one) { other } else { one }.to_owned()),
        (one, other) => one.or(other).map(str::to_owned),
    }
}

/// A code that says nothing (`4.0.0`, `5.0.0`), made better by what the other server said: its SMTP code, its words.
pub(crate) fn corrected(status: String, told: &str, delayed: bool) -> String {
    if !status.ends_with(".0.0") {
        return status;
    }
    let refused = REPLY_CODE
        .captures(told)
        .and_then(|found| found.get(1))
        .is_some_and(|code| code.as_str().starts_with('5'));
    let meant = status_of_words(told, delayed);
    let class = if refused && !delayed { '5' } else { status.chars().next().unwrap_or('5') };
    match meant.split_once('.') {
        Some((_, rest)) if rest != "0.0" => format!("{class}.{rest}"),
        _ => format!("{class}.0.0"),
    }
}

/// RFC 5321, section 4.2.2, in the codes of RFC 3463.
fn of_reply_code(code: &str) -> &'static str {
    match code {
        "421" => "4.3.0",
        "450" => "4.2.0",
        "451" => "4.3.0",
        "452" => "4.2.2",
        "454" => "4.7.0",
        "535" => "5.7.8",
        "550" => "5.1.1",
        "551" => "5.1.6",
        "552" => "5.2.2",
        "553" => "5.1.3",
        "554" => "5.0.0",
        _ if code.starts_with('4') => "4.0.0",
        _ => "5.0.0",
    }
}

pub(crate) fn is_delay(subject: &str, notice: &str) -> bool {
    let small = format!("{subject}\n{notice}").to_lowercase();
    let later = [
        "delayed",
        "(delay)",
        "still being retried",
        "will be retried",
        "will retry",
        "will continue to",
        "no action is required",
        "you do not need to resend",
        "warning: could not send",
        "not yet been delivered",
        "temporarily",
    ];
    let final_words = [
        "permanent",
        "giving up",
        "gave up",
        "failed permanently",
        "will not be retried",
        "could not be delivered",
        "has been returned",
        "(failure)",
        "too long",
    ];
    later.iter().any(|word| small.contains(word)) && !final_words.iter().any(|word| small.contains(word))
}

/// What words of people mean in codes of RFC 3463; the first that fits.
const MEANINGS: [(&str, &[&str]); 8] = [
    (
        "5.1.1",
        &[
            "user unknown",
            "unknown user",
            "no such user",
            "unknown recipient",
            "invalid user",
            "unknown local",
            "not found",
            "does not exist",
            "doesn't have",
            "no mailbox",
            "mailbox unavailable",
            "no such mailbox",
            "unknown address",
            "no such address",
            "recipient unknown",
            "not listed",
            "user not",
            "not recognized",
            "may not exist",
            "unknown recipient",
        ],
    ),
    (
        "5.2.2",
        &[
            "mailbox full",
            "over quota",
            "quota exceeded",
            "disk quota",
            "is full",
            "exceeded storage",
            "exceeds allowed size",
            "insufficient",
        ],
    ),
    ("5.3.4", &["too large", "too big", "message size", "exceeds the"]),
    (
        "5.1.2",
        &[
            "host unknown",
            "unknown host",
            "host not found",
            "domain not found",
            "no such host",
            "unrouteable",
            "unroutable",
            "name server",
            "no route to host",
            "bad destination",
            "couldn't find any host",
            "mx record",
        ],
    ),
    (
        "5.7.1",
        &[
            "spam",
            "blocked",
            "policy",
            "denied",
            "rejected",
            "not member",
            "not a member",
            "banned",
            "virus",
            "blacklist",
            "no access",
            "permission",
        ],
    ),
    (
        "4.4.7",
        &[
            "retry time",
            "timed out",
            "timeout",
            "too long",
            "expired",
            "for 4 days",
            "for 5 days",
            "giving up",
            "multiple retries",
            "attempts:",
        ],
    ),
    ("4.4.1", &["connection refused", "connect to", "not responding", "requests to connect"]),
    ("5.4.6", &["loop", "too many hops"]),
];

/// When there is no code at all: what the words mean.
pub(crate) fn status_of_words(notice: &str, delayed: bool) -> &'static str {
    let small = notice.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let found = MEANINGS
        .iter()
        .find(|(_, words)| words.iter().any(|word| small.contains(word)))
        .map(|(status, _)| *status);
    match found {
        Some(status) if delayed && status.starts_with('5') => "4.0.0",
        Some(status) => status,
        None if delayed => "4.0.0",
        None => "5.0.0",
    }
}

/// The sentence of the report that tells the cause: one with a code, else what follows the address, else what says so.
pub(crate) fn diagnosis(notice: &str, recipient: Option<&str>) -> Option<String> {
    let readable = |line: &&str| (9..400).contains(&line.len());
    let lines = || notice.lines().map(str::trim).filter(readable);
    let coded = lines().find(|line| ENHANCED.is_match(line) || REPLY_CODE.is_match(line));
    let follows = || {
        let recipient = recipient?;
        let (_, rest) = notice.split_once(recipient)?;
        rest.lines().map(|line| line.trim().trim_start_matches(['>', ':', ' '])).find(readable)
    };
    let telling = coded.or_else(follows).or_else(|| lines().find(|line| BODY.is_match(line)))?;
    Some(telling.trim_start_matches("<<<").trim().to_owned())
}
