//! What is wrong with one chain. Pure.

use crate::events::TAKES_OUT;
use crate::events::chain::{Hash, START};
use crate::record::store::Line;
use crate::record::verify::{Fault, Kind, Stood};

/// An event with what the rest of the database says about its chain.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) line: Line,
    /// It waits for a seal.
    pub(super) waits: bool,
    /// Version and state of the request.
    pub(super) request: Option<(i64, String)>,
}

impl Link {
    fn fault(&self, kind: Kind, words: impl Into<String>) -> Fault {
        let at = format!("“{}”, written {:.0}", self.line.activity, self.line.written_at);
        let (of, person) = (name(&self.line), self.line.actor.clone());
        Fault { kind, of, event: self.line.number, person, words: format!("{at}: {}", words.into()) }
    }

    /// About an event that is not there; the person is the last that is.
    fn lacks(&self, number: i64, words: impl Into<String>) -> Fault {
        let last = &self.line;
        let words = format!("{}; before it stands event {} “{}”", words.into(), last.number, last.activity);
        Fault { kind: Kind::Missing, of: name(last), event: number, person: last.actor.clone(), words }
    }
}

pub(super) fn name(line: &Line) -> String {
    match &line.request {
        Some(number) => number.clone(),
        None => format!("{} {}", line.subject, line.subject_id),
    }
}

/// The first thing that is wrong; the chain has at least one event.
pub(super) fn fault(chain: &[Link]) -> Option<Fault> {
    let (first, last) = (chain.first()?, chain.last()?);
    let count = i64::try_from(chain.len()).unwrap_or(i64::MAX);
    let sealed = first.line.sealed.map(|(number, _)| number);
    let version = first.request.as_ref().map(|(version, _)| *version);
    let (is_short, is_long) =
        (count < sealed.max(version).unwrap_or(0), version.is_some_and(|it| count > it));
    let mut previous: Hash = START;
    for (index, link) in chain.iter().enumerate() {
        let number = i64::try_from(index).unwrap_or(i64::MAX) + 1;
        if link.line.number < number {
            return Some(link.fault(Kind::Inserted, "it stands before the first event"));
        }
        if link.line.number > number {
            let before = &chain[index.saturating_sub(1)];
            return Some(before.lacks(number, "there is a gap in the numbers"));
        }
        if link.line.computed(&previous, number) != link.line.hash {
            let later = &chain[index + 1..];
            return Some(diagnose(link, later, &previous, number, (is_short, is_long)));
        }
        if first.line.sealed.is_some_and(|(at, hash)| at == number && hash != link.line.hash) {
            return Some(link.fault(Kind::Altered, "the history up to it is not the one that was sealed"));
        }
        previous = link.line.hash;
    }
    if let Some(link) = taken_out_unseen(chain) {
        return Some(link.fault(Kind::Altered, "parts of it are gone, and no later event says why"));
    }
    ends(last, count, sealed, version)
}

/// What was done to an event that does not follow from the one before.
fn diagnose(
    link: &Link,
    later: &[Link],
    previous: &Hash,
    number: i64,
    (is_short, is_long): (bool, bool),
) -> Fault {
    if is_long {
        return link
            .fault(Kind::Inserted, "it does not follow from the event before, and there is one too many");
    }
    if is_short {
        return link.fault(Kind::Missing, "what stood in its place is gone; later events were moved up");
    }
    let belongs_here = |other: &Link| {
        let hash = other.line.computed(previous, number);
        hash == other.line.hash || hash == link.line.hash
    };
    match later.iter().find(|other| belongs_here(other)) {
        Some(other) => {
            link.fault(Kind::Reordered, format!("event {} belongs in its place", other.line.number))
        }
        None => link.fault(Kind::Altered, "it is not what was written"),
    }
}

/// The first event of which something is gone though no event after it says that something was removed.
fn taken_out_unseen(chain: &[Link]) -> Option<&Link> {
    let said = chain.iter().rposition(|link| TAKES_OUT.contains(&link.line.activity.as_str())).unwrap_or(0);
    chain.iter().skip(said).find(|link| link.line.taken_out.is_some())
}

/// A chain that is sound as far as it goes: does it go as far as it should, and say what the request shows?
fn ends(last: &Link, count: i64, sealed: Option<i64>, version: Option<i64>) -> Option<Fault> {
    if sealed.is_some_and(|sealed| count < sealed) {
        return Some(last.lacks(count + 1, "a checkpoint sealed it"));
    }
    if version.is_some_and(|version| count < version) {
        return Some(last.lacks(count + 1, "the request says that it has more events"));
    }
    if version.is_some_and(|version| count > version) {
        return Some(last.fault(Kind::Inserted, "the request does not know of it"));
    }
    if sealed.is_none_or(|sealed| count > sealed) && !last.waits {
        return Some(last.fault(Kind::Inserted, "it is neither sealed nor waiting for its seal"));
    }
    let detail: serde_json::Value = serde_json::from_str(&last.line.detail).unwrap_or_default();
    let said = detail.get("state").and_then(serde_json::Value::as_str);
    let (_, shown) = last.request.as_ref()?;
    let said = said.filter(|said| said != shown)?;
    Some(last.fault(Kind::Disagrees, format!("the request is shown as {shown}, its last event says {said}")))
}

/// What is wrong with a sound chain when it is held against a kept checkpoint.
pub(super) fn differs(chain: &[Link], stood: &Stood) -> Option<Fault> {
    let at = chain.iter().find(|link| link.line.number == stood.number);
    match at {
        Some(link) if link.line.hash == stood.hash => None,
        Some(link) => {
            Some(link.fault(Kind::Altered, "the history up to it is not the one of the kept checkpoint"))
        }
        None => chain.last().map(|last| last.lacks(last.line.number + 1, "the kept checkpoint goes further")),
    }
}
