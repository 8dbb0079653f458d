use std::sync::LazyLock;

use jiff::Timestamp;
use mail_parser::{Addr, Address, HeaderName, Message};
use regex::Regex;

use crate::mail::Mailbox;

/// More of one kind than this are not addresses that a person wrote.
const MOST_ADDRESSES: usize = 200;
const MOST_IDS: usize = 100;
const LONGEST_ID: usize = 998;
const LONGEST_SUBJECT: usize = 998;

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    // Wider than RFC 5321 in the local part, stricter about what may stand around it.
    Regex::new(r#"[^\s<>()\[\],;:"'@]+@[^\s<>()\[\],;:"'@]+"#).expect("a constant")
});
static ANGLED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"<\s*([^<>\s]+)\s*>").expect("a constant"));
static REPLY_PREFIX: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)^\s*(?:(?:re|fwd?|aw|wg|vs|sv|rv|tr|antw|ref|res|enc|odp|pd|ynt|ilt|vb|doorst|vá|továbbítás|továbbitás",
        r"|r|i|rif|fs|atb|πρθ|απ|отв|пересл|回复|回覆|转发|轉寄|答复|返信|転送|답장|전달)\s*(?:\[\d+\]|\(\d+\)|\^\d+)?\s*[:：]\s*)+",
    ))
    .expect("a constant")
});

/// One mailbox of a header that should have one: the first that has an address.
pub(crate) fn author(message: &Message<'_>, problems: &mut Vec<String>) -> Option<Mailbox> {
    let from = mailboxes(message, "From");
    if from.len() > 1 {
        problems.push("it has several authors; the first one is taken".into());
    }
    let found = from.into_iter().next().or_else(|| mailboxes(message, "Sender").into_iter().next());
    let Some(found) = found else {
        // Broken as it is, there may be an address in it: osTicket, Zammad and others see such mail daily.
        let raw = raw(message, "From")?;
        let address = ADDRESS.find(raw)?.as_str();
        problems.push(format!("its sender is written wrongly: {}", raw.trim()));
        return Some(Mailbox { name: None, address: address.trim_end_matches('.').to_lowercase() });
    };
    Some(found)
}

/// All mailboxes of a header, however often it stands there.
pub(crate) fn mailboxes(message: &Message<'_>, name: &str) -> Vec<Mailbox> {
    let mut found: Vec<Mailbox> = Vec::new();
    for value in message.header_values(HeaderName::parse(name).unwrap_or(HeaderName::From)) {
        let Some(address) = value.as_address() else { continue };
        for one in address_list(address) {
            if found.len() >= MOST_ADDRESSES {
                return found;
            }
            if let Some(mailbox) = mailbox(one)
                && !found.iter().any(|other| other.address == mailbox.address)
            {
                found.push(mailbox);
            }
        }
    }
    found
}

fn address_list<'m>(address: &'m Address<'m>) -> Vec<&'m Addr<'m>> {
    match address {
        Address::List(list) => list.iter().collect(),
        Address::Group(groups) => groups.iter().flat_map(|group| group.addresses.iter()).collect(),
    }
}

fn mailbox(found: &Addr<'_>) -> Option<Mailbox> {
    let name = found.name.as_deref().map(clean).filter(|name| !name.is_empty());
    let written = found.address.as_deref().map(clean).unwrap_or_default();
    if let Some(address) = ADDRESS.find(&written) {
        return Some(Mailbox { name, address: tidy(address.as_str()) });
    }
    // `"a@b.bt" <a@b` and the like: the name may hold what the brackets lost.
    let address = ADDRESS.find(name.as_deref()?)?;
    Some(Mailbox { name: None, address: tidy(address.as_str()) })
}

fn tidy(address: &str) -> String {
    address.trim_matches('.').to_lowercase()
}

/// What relays wrote down about where they brought it.
pub(crate) fn delivered_to(message: &Message<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (name, value) in message.headers_raw() {
        let known = ["delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to"];
        if !known.iter().any(|known| name.eq_ignore_ascii_case(known)) || found.len() >= MOST_ADDRESSES {
            continue;
        }
        for address in ADDRESS.find_iter(value) {
            let address = tidy(address.as_str());
            if !found.contains(&address) {
                found.push(address);
            }
        }
    }
    found
}

pub(crate) fn date(message: &Message<'_>, problems: &mut Vec<String>) -> Option<Timestamp> {
    let Some(date) = message.date() else {
        if raw(message, "Date").is_some_and(|raw| !raw.trim().is_empty()) {
            problems.push("its date cannot be read".into());
        }
        return None;
    };
    let read = date.is_valid().then(|| Timestamp::from_second(date.to_timestamp()).ok()).flatten();
    if read.is_none() {
        problems.push("its date cannot be read".into());
    }
    read
}

/// The ids of a header, without brackets, each once, in their order.
pub(crate) fn ids(message: &Message<'_>, name: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (other, value) in message.headers_raw() {
        if !other.trim().eq_ignore_ascii_case(name) {
            continue;
        }
        let angled: Vec<&str> =
            ANGLED.captures_iter(value).filter_map(|id| id.get(1)).map(|id| id.as_str()).collect();
        // Some programs forget the brackets.
        let bare = value.split_whitespace().filter(|word| word.contains('@')).take(if angled.is_empty() {
            1
        } else {
            0
        });
        for id in angled.iter().copied().chain(bare) {
            let id = clean(id.trim_matches(['<', '>', '"']));
            if !id.is_empty() && id.len() <= LONGEST_ID && !found.contains(&id) && found.len() < MOST_IDS {
                found.push(id);
            }
        }
    }
    found
}

pub(crate) fn subject(message: &Message<'_>, problems: &mut Vec<String>) -> String {
    let mut subject = message.subject().map(clean).unwrap_or_default();
    if subject.contains('\u{FFFD}') {
        problems.push("its subject has letters that cannot be read".into());
    }
    if subject.len() > LONGEST_SUBJECT {
        subject.truncate(subject.floor_char_boundary(LONGEST_SUBJECT));
        problems.push("its subject is cut: it was longer than a line may be".into());
    }
    subject
}

/// A subject without `Re:`, `Fwd:`, `AW:`, `回复：` and their kin, however many of them are stacked.
#[must_use]
pub fn plain_subject(subject: &str) -> &str {
    match REPLY_PREFIX.find(subject) {
        Some(prefix) => subject[prefix.end()..].trim(),
        None => subject.trim(),
    }
}

/// The first value of a header as it stands there, unfolded in no way.
pub(crate) fn raw<'m>(message: &'m Message<'_>, name: &str) -> Option<&'m str> {
    message.headers_raw().find(|(other, _)| other.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// A header as text in small letters, empty if there is none.
pub(crate) fn small(message: &Message<'_>, name: &str) -> String {
    raw(message, name).map(|value| value.trim().to_lowercase()).unwrap_or_default()
}

/// The first address in a text.
pub(crate) fn address_in(text: &str) -> Option<String> {
    ADDRESS.find(text).map(|address| tidy(address.as_str()))
}

/// All addresses in a text, in their order.
pub(crate) fn addresses_in(text: &str) -> impl Iterator<Item = String> + '_ {
    ADDRESS.find_iter(text).map(|address| tidy(address.as_str()))
}

/// One line, without what no one can see.
pub(crate) fn clean(text: &str) -> String {
    let visible: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}
