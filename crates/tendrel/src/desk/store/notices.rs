//! What people are told inside the program.

use database::{Error, Reader, Transaction};
use jiff::Timestamp;

use crate::desk::store;
use crate::id::{NoticeId, PersonId, RequestId};

#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    pub id: NoticeId,
    pub at: Timestamp,
    pub kind: String,
    pub number: String,
    pub subject: String,
    pub is_read: bool,
}

/// Tells each of these people, and counts it in their menu.
pub fn tell(
    tx: &mut Transaction,
    people: &[PersonId],
    kind: &str,
    request: RequestId,
    now: Timestamp,
) -> Result<(), Error> {
    let mut people = people.to_vec();
    // Always in the same order, so that two writers never wait for each other in a ring.
    people.sort_unstable();
    people.dedup();
    for person in people {
        tx.execute(
            "INSERT INTO notices (id, person_id, at, kind, request_id) VALUES ($1, $2, $3, $4, $5)",
            &[NoticeId::new(now).into(), person.into(), now.into(), kind.into(), request.into()],
        )?;
        store::count(tx, person.uuid(), "notices", 1)?;
    }
    Ok(())
}

/// A page of somebody's notices, newest first, after the one already shown.
pub fn list(
    r: &mut Reader,
    person: PersonId,
    before: Option<NoticeId>,
    limit: i64,
) -> Result<Vec<Notice>, Error> {
    let before = before.unwrap_or_else(|| NoticeId::of(uuid::Uuid::max()));
    r.rows(
        "SELECT n.id AS id, n.at AS at, n.kind AS kind, n.read_at AS read_at, r.number AS number,
                r.subject AS subject
         FROM notices n JOIN requests r ON r.id = n.request_id
         WHERE n.person_id = $1 AND n.id < $2 ORDER BY n.id DESC LIMIT $3",
        &[person.into(), before.into(), limit.into()],
        |row| {
            Ok(Notice {
                id: row.get("id")?,
                at: row.get("at")?,
                kind: row.get("kind")?,
                number: row.get("number")?,
                subject: row.get("subject")?,
                is_read: row.get::<Option<i64>>("read_at")?.is_some(),
            })
        },
    )
}

/// Marks one notice, or all, as read; a second time changes nothing.
pub fn mark_read(
    tx: &mut Transaction,
    person: PersonId,
    only: Option<NoticeId>,
    now: Timestamp,
) -> Result<(), Error> {
    let marked = match only {
        Some(id) => tx.execute(
            "UPDATE notices SET read_at = $1 WHERE person_id = $2 AND id = $3 AND read_at IS NULL",
            &[now.into(), person.into(), id.into()],
        )?,
        None => tx.execute(
            "UPDATE notices SET read_at = $1 WHERE person_id = $2 AND read_at IS NULL",
            &[now.into(), person.into()],
        )?,
    };
    store::count(tx, person.uuid(), "notices", -i64::try_from(marked).unwrap_or(0))
}

/// The number of the request a notice is about, if it is this person's.
pub fn about(r: &mut Reader, person: PersonId, id: NoticeId) -> Result<Option<String>, Error> {
    r.row(
        "SELECT r.number AS number FROM notices n JOIN requests r ON r.id = n.request_id
         WHERE n.person_id = $1 AND n.id = $2",
        &[person.into(), id.into()],
        |row| row.get("number"),
    )
}
