//! The event log: one line for each thing that happened, in the transaction that made it happen.

pub mod chain;
pub mod content;
mod take_out;

use std::borrow::Cow;

use database::{Error, Reader, Row, Transaction, Value};
use jiff::Timestamp;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::events::chain::{Hash, Link};
use crate::id::PersonId;

pub use take_out::{TAKES_OUT, take_out};

/// Who did it: a person, or the program itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Actor {
    pub person: Option<PersonId>,
    pub name: String,
}

impl Actor {
    /// The program: a clock that ran out, an import, a job.
    pub fn program() -> Actor {
        Actor { person: None, name: "Tendrel".to_owned() }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub subject_id: Uuid,
    /// Counts the events of a subject from 1, without a gap.
    pub number: i64,
    /// What kind of thing the subject is: "request", "organisation", "person", "service", "holiday".
    pub subject: String,
    /// When it happened; a letter may be entered days later.
    pub at: Timestamp,
    pub written_at: Timestamp,
    pub actor: Actor,
    /// "received", "taken", "resolved": a past participle in the words of `docs/words.md`.
    pub activity: String,
    pub detail: Json,
}

const INSERT: &str = "INSERT INTO events
     (subject_id, number, subject, at, written_at, actor_id, actor, activity, detail, salt, hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

/// Columns of a whole history that is loaded at once, in the order of `row`.
const COLUMNS: [&str; 11] = [
    "subject_id",
    "number",
    "subject",
    "at",
    "written_at",
    "actor_id",
    "actor",
    "activity",
    "detail",
    "salt",
    "hash",
];

/// Writes one event. The number must be the next of its subject: a second writer of the same number is refused by
/// the primary key, so two people at once cannot both be first.
///
/// # Errors
/// `Unsupported` when the event before it is missing: nothing may be built on a history with a gap.
pub fn record(tx: &mut Transaction, event: &Event) -> Result<(), Error> {
    // One question both says that the event waits for its seal and brings the hash it is linked to.
    let previous: Option<Vec<u8>> = tx.one(
        "INSERT INTO events_unsealed (subject_id, number) VALUES ($1, $2)
         RETURNING (SELECT hash FROM events WHERE events.subject_id = $1 AND events.number = $2 - 1) AS previous",
        &[event.subject_id.into(), event.number.into()],
        |row| row.get("previous"),
    )?;
    let previous = match previous.as_deref().map(Hash::try_from) {
        Some(Ok(hash)) => hash,
        None if event.number == 1 => chain::START,
        _ => return Err(gap(event)),
    };
    tx.execute(INSERT, &row(event, &Link::new(event, &previous)))?;
    Ok(())
}

/// Writes whole histories, each from its first event to its last: what an import or the seed brings. Returns how many
/// events there were.
///
/// # Errors
/// `Unsupported` when a history does not begin with its first event or has a gap.
pub fn record_many<'a>(tx: &mut Transaction, events: impl Iterator<Item = &'a Event>) -> Result<u64, Error> {
    let mut fault = None;
    let mut last: Option<(&Event, Hash)> = None;
    let mut ends: Vec<(Uuid, i64)> = Vec::new();
    let rows = events.map_while(|event| {
        let previous = match last {
            Some((before, hash))
                if before.subject_id == event.subject_id && before.number + 1 == event.number =>
            {
                ends.pop();
                hash
            }
            _ if event.number == 1 => chain::START,
            _ => {
                fault = Some(gap(event));
                return None;
            }
        };
        let link = Link::new(event, &previous);
        last = Some((event, link.hash));
        ends.push((event.subject_id, event.number));
        Some(row(event, &link))
    });
    let written = tx.load("events", &COLUMNS, rows)?;
    if let Some(fault) = fault {
        return Err(fault);
    }
    let ends = ends.into_iter().map(|(subject, number)| vec![subject.into(), number.into()]);
    tx.load("events_unsealed", &["subject_id", "number"], ends)?;
    Ok(written)
}

fn gap(event: &Event) -> Error {
    let Event { subject_id, number, subject, .. } = event;
    Error::Unsupported(format!(
        "event {number} of {subject} {subject_id} has none before it; run tendrel verify"
    ))
}

fn row<'a>(event: &'a Event, link: &Link) -> Vec<Value<'a>> {
    let Event { subject_id, number, subject, at, written_at, actor, activity, detail: _ } = event;
    let owned = |bytes: &[u8]| Value::Blob(Cow::Owned(bytes.to_vec()));
    vec![
        subject_id.into(),
        (*number).into(),
        subject.into(),
        at.into(),
        written_at.into(),
        actor.person.into(),
        (&actor.name).into(),
        activity.into(),
        link.detail.clone().into(),
        owned(&link.salt),
        owned(&link.hash),
    ]
}

/// Records what was done now to a subject that keeps no version of its own: the next number is looked up.
pub fn note(
    tx: &mut Transaction,
    subject: &str,
    id: Uuid,
    actor: Actor,
    activity: &str,
    detail: Json,
    now: Timestamp,
) -> Result<(), Error> {
    tx.lock("events")?;
    let number = tx.one(
        "SELECT COALESCE(MAX(number), 0) + 1 AS number FROM events WHERE subject_id = $1",
        &[id.into()],
        |row| row.get("number"),
    )?;
    let event = Event {
        subject_id: id,
        number,
        subject: subject.to_owned(),
        at: now,
        written_at: now,
        actor,
        activity: activity.to_owned(),
        detail,
    };
    record(tx, &event)
}

/// All events of a subject, first to last.
pub fn of_subject(r: &mut Reader, subject_id: Uuid) -> Result<Vec<Event>, Error> {
    r.rows(
        "SELECT subject_id, number, subject, at, written_at, actor_id, actor, activity, detail
         FROM events WHERE subject_id = $1 ORDER BY number",
        &[subject_id.into()],
        read,
    )
}

/// The last events of a subject, newest first.
pub fn latest(r: &mut Reader, subject_id: Uuid, limit: i64) -> Result<Vec<Event>, Error> {
    r.rows(
        "SELECT subject_id, number, subject, at, written_at, actor_id, actor, activity, detail
         FROM events WHERE subject_id = $1 ORDER BY number DESC LIMIT $2",
        &[subject_id.into(), limit.into()],
        read,
    )
}

pub fn read(row: &Row<'_>) -> Result<Event, Error> {
    let detail: String = row.get("detail")?;
    Ok(Event {
        subject_id: row.get("subject_id")?,
        number: row.get("number")?,
        subject: row.get("subject")?,
        at: row.get("at")?,
        written_at: row.get("written_at")?,
        actor: Actor { person: row.get("actor_id")?, name: row.get("actor")? },
        activity: row.get("activity")?,
        detail: serde_json::from_str(&detail).unwrap_or(Json::Null),
    })
}
