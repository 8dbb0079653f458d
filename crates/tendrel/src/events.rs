//! The event log: one line for each thing that happened, in the transaction that made it happen.

use database::{Error, Reader, Row, Transaction, Value};
use jiff::Timestamp;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::id::PersonId;

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

const INSERT: &str =
    "INSERT INTO events (subject_id, number, subject, at, written_at, actor_id, actor, activity, detail)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

/// Writes one event. The number must be the next of its subject: a second writer of the same number is refused by
/// the primary key, so two people at once cannot both be first.
pub fn record(tx: &mut Transaction, event: &Event) -> Result<(), Error> {
    tx.execute(INSERT, &values(event))?;
    Ok(())
}

/// Writes whole histories: what an import brings. Returns how many events there were.
pub fn record_many<'a>(tx: &mut Transaction, events: impl Iterator<Item = &'a Event>) -> Result<u64, Error> {
    tx.execute_many(INSERT, events.map(values))
}

fn values(event: &Event) -> Vec<Value<'_>> {
    let Event { subject_id, number, subject, at, written_at, actor, activity, detail } = event;
    vec![
        subject_id.into(),
        (*number).into(),
        subject.into(),
        at.into(),
        written_at.into(),
        actor.person.into(),
        (&actor.name).into(),
        activity.into(),
        detail.to_string().into(),
    ]
}

/// Records an event of a subject that keeps no version of its own: the next number is looked up.
pub fn record_next(tx: &mut Transaction, mut event: Event) -> Result<(), Error> {
    tx.lock("events")?;
    event.number = tx.one(
        "SELECT COALESCE(MAX(number), 0) + 1 AS number FROM events WHERE subject_id = $1",
        &[event.subject_id.into()],
        |row| row.get("number"),
    )?;
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
