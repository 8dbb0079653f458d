//! What was said on a request and what hangs on it: messages, attachments, and the events since a moment.

use database::{Error, Reader, Row, Transaction};
use jiff::Timestamp;

use crate::desk::request::{Request, State};
use crate::events::{self, Actor, Event};
use crate::id::{AttachmentId, MessageId, RequestId};

#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    pub id: MessageId,
    pub inside: bool,
    pub body: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Attachment {
    pub id: AttachmentId,
    pub hash: Vec<u8>,
    pub name: String,
    pub inside: bool,
    /// Who brought it, and when.
    pub by: String,
    pub at: Timestamp,
    pub size: i64,
    pub media_type: String,
}

pub fn insert_message(
    tx: &mut Transaction,
    id: MessageId,
    request: RequestId,
    author: &Actor,
    inside: bool,
    body: &str,
    at: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO messages (id, request_id, at, author_id, author_name, inside, body)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            id.into(),
            request.into(),
            at.into(),
            author.person.into(),
            (&author.name).into(),
            inside.into(),
            body.into(),
        ],
    )?;
    Ok(())
}

pub fn messages(r: &mut Reader, request: RequestId) -> Result<Vec<Message>, Error> {
    r.rows(
        "SELECT id, inside, body FROM messages WHERE request_id = $1 ORDER BY id",
        &[request.into()],
        |row| Ok(Message { id: row.get("id")?, inside: row.get("inside")?, body: row.get("body")? }),
    )
}

pub fn attachments(r: &mut Reader, request: RequestId) -> Result<Vec<Attachment>, Error> {
    r.rows(
        "SELECT a.id AS id, a.file_hash AS file_hash, a.name AS name, a.inside AS inside, a.at AS at, a.by_name AS by_name,
                f.size AS size, f.media_type AS media_type
         FROM attachments a JOIN files f ON f.hash = a.file_hash WHERE a.request_id = $1 ORDER BY a.id",
        &[request.into()],
        |row| {
            Ok(Attachment {
                id: row.get("id")?,
                hash: row.get("file_hash")?,
                name: row.get("name")?,
                inside: row.get("inside")?,
                by: row.get("by_name")?,
                at: row.get("at")?,
                size: row.get("size")?,
                media_type: row.get("media_type")?,
            })
        },
    )
}

/// The events of a request that came after the one of this number.
pub fn events_after(r: &mut Reader, request: RequestId, number: i64) -> Result<Vec<Event>, Error> {
    r.rows(
        "SELECT subject_id, number, subject, at, written_at, actor_id, actor, activity, detail
         FROM events WHERE subject_id = $1 AND number > $2 ORDER BY number LIMIT 50",
        &[request.into(), number.into()],
        events::read,
    )
}

/// A request named beside another.
#[derive(Clone, Debug, PartialEq)]
pub struct Beside {
    pub number: String,
    pub subject: String,
    pub received_at: Timestamp,
    pub state: State,
}

/// What else this office asked of this unit: the open ones of the same service, and the last five before.
pub fn beside(r: &mut Reader, request: &Request) -> Result<(Vec<Beside>, Vec<Beside>), Error> {
    let Some(office) = request.office else {
        return Ok((Vec::new(), Vec::new()));
    };
    let read = |row: &Row<'_>| {
        let state: String = row.get("state")?;
        Ok(Beside {
            number: row.get("number")?,
            subject: row.get("subject")?,
            received_at: row.get("received_at")?,
            state: State::from_code(&state).unwrap_or(State::New),
        })
    };
    let same = r.rows(
        "SELECT number, subject, received_at, state FROM requests
         WHERE office_id = $1 AND service_id = $2 AND is_open = 1 AND unit_id = $3 AND id <> $4 AND confidential = 0
         ORDER BY received_at DESC LIMIT 3",
        &[office.into(), request.service.into(), request.unit.into(), request.id.into()],
        read,
    )?;
    let earlier = r.rows(
        "SELECT number, subject, received_at, state FROM requests
         WHERE office_id = $1 AND (received_at, id) < ($2, $3) AND unit_id = $4 AND confidential = 0
         ORDER BY received_at DESC, id DESC LIMIT 5",
        &[office.into(), request.received_at.into(), request.id.into(), request.unit.into()],
        read,
    )?;
    Ok((same, earlier))
}
