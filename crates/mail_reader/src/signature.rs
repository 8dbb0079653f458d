use std::sync::LazyLock;

use regex::Regex;

/// A signature is at the end: it begins within this many lines that are not blank.
const LONGEST: usize = 16;

static SEPARATOR: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\s*(?:-- ?|—|–|_{2,}|-{3,}|={3,}|\*{3,})\s*$").expect("a constant"));
static DEVICE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)^\s*(?:sent (?:from|with|via|by|using) .{1,60}|get outlook for .{1,40}|von meinem .{1,30} gesendet|gesendet von .{1,40}|envoyé de(?:puis)? .{1,40}",
        r"|enviado desde .{1,40}|inviato da(?:l mio)? .{1,40}|verzonden (?:vanaf|met) .{1,40}|отправлено (?:с|из) .{1,40}|via mobile)\s*$",
    ))
    .expect("a constant")
});
static FAREWELL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)^\s*(?:(?:with )?(?:best|kind|warm|kindest|warmest|many)?\s*(?:regards|wishes)|thanks?(?: you)?(?: (?:and|&|with) (?:best |kind )?regards)?(?: so much| very much| a lot)?|many thanks|thanking you|cheers|sincerely",
        r"|yours (?:sincerely|faithfully|truly)|respectfully|best|rgds|tashi delek(?: la)?|kadrin\s?ch(?:h)?e(?:y)?(?: la)?|mit freundlichen grüßen|viele grüße|mfg|cordialement|bien à vous",
        r"|saludos|atentamente|cordiali saluti|met vriendelijke groet(?:en)?|med vänlig hälsning|с уважением|བཀྲ་ཤིས་བདེ་ལེགས།?|བཀའ་དྲིན་ཆེ།?)\s*[,.!]*\s*$",
    ))
    .expect("a constant")
});
static CONTACT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:\+?\(?\d[\d\s()./-]{5,}\d)|[^\s@]+@[^\s@]+\.[a-z]{2,}|https?://|www\.|\b(?:tel|phone|mobile|cell|fax|skype)\b").expect("a constant")
});

pub(crate) struct Split {
    pub(crate) said: String,
    pub(crate) signature: String,
}

/// Parts what was said from how it is signed. When in doubt, nothing is cut: a lost sentence is worse than a name too many.
pub(crate) fn split(reply: &str, name: Option<&str>, address: Option<&str>) -> Split {
    let lines: Vec<&str> = reply.lines().collect();
    let whole = || Split { said: reply.trim().to_owned(), signature: String::new() };
    let Some(start) = begins(&lines, name, address) else { return whole() };
    let said = lines[..start].join("\n").trim().to_owned();
    if said.is_empty() {
        return whole();
    }
    Split { said, signature: lines[start..].join("\n").trim().to_owned() }
}

fn begins(lines: &[&str], name: Option<&str>, address: Option<&str>) -> Option<usize> {
    let near = near_the_end(lines);
    // The first separator near the end rules out all after it; a farewell above it belongs to it.
    let separator = (near..lines.len()).find(|at| SEPARATOR.is_match(lines[*at]));
    let farewell =
        (near..lines.len()).find(|at| FAREWELL.is_match(lines[*at]) && signs_after(&lines[at + 1..]));
    let device =
        (near..lines.len()).find(|at| DEVICE.is_match(lines[*at]) && blank_or_short(&lines[at + 1..]));
    let named =
        (near..lines.len()).find(|at| is_name(lines[*at], name, address) && signs_after(&lines[at + 1..]));
    let own_address = paragraph_with(lines, near, address);
    [separator, farewell, device, named, own_address].into_iter().flatten().min()
}

/// The last paragraph, if it is made of short lines and the sender's own address is among them.
fn paragraph_with(lines: &[&str], near: usize, address: Option<&str>) -> Option<usize> {
    let address = address?;
    let start = lines.iter().rposition(|line| line.trim().is_empty())? + 1;
    let paragraph = lines.get(start.max(near)..)?;
    (signs_after(paragraph) && paragraph.iter().any(|line| line.to_lowercase().contains(address)))
        .then_some(start)
}

fn near_the_end(lines: &[&str]) -> usize {
    let mut left = LONGEST;
    for (at, line) in lines.iter().enumerate().rev() {
        if !line.trim().is_empty() {
            left -= 1;
        }
        if left == 0 {
            return at;
        }
    }
    0
}

/// After a name or a farewell only short lines follow: names, posts, addresses; no sentence.
fn signs_after(rest: &[&str]) -> bool {
    rest.iter().all(|line| {
        let line = line.trim();
        line.chars().count() <= 60
            && !(line.ends_with(['.', '?', '!']) && line.split_whitespace().count() > 5)
            || CONTACT.is_match(line) && line.len() <= 120
    })
}

fn blank_or_short(rest: &[&str]) -> bool {
    rest.iter().all(|line| line.trim().chars().count() <= 60)
}

/// The sender's own name on a line of its own.
fn is_name(line: &str, name: Option<&str>, address: Option<&str>) -> bool {
    let line = line.trim().trim_end_matches([',', '.']).trim_start_matches(['-', '–', '—', ' ']);
    let words: Vec<String> = line.split_whitespace().map(str::to_lowercase).collect();
    if words.is_empty() || words.len() > 5 {
        return false;
    }
    let from_name = name.unwrap_or_default().to_lowercase();
    let known: Vec<&str> =
        from_name.split(|letter: char| !letter.is_alphanumeric()).filter(|part| part.len() > 2).collect();
    let account = address.and_then(|address| address.split('@').next()).unwrap_or_default();
    let known = |word: &String| {
        known.contains(&word.as_str())
            || (word.len() > 3 && account.split(['.', '_', '-']).any(|part| part == word))
    };
    words.iter().filter(|word| known(word)).count() * 2 >= words.len()
}
