//! What people are told inside the program.

use database::{Error, Reader, Transaction};
use jiff::Timestamp;

use crate::desk::request::Request;
use crate::desk::store::named::with_named;
use crate::desk::store::{self, people as known};
use crate::id::{NoticeId, PersonId, RequestId, ServiceId};
use crate::viewer::SignedIn;

#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    pub id: NoticeId,
    pub at: Timestamp,
    pub kind: String,
    pub number: String,
    pub subject: String,
    pub is_read: bool,
}

/// Tells each of these people about a request, and whoever stands in for them; of a confidential one nobody stands in,
/// for not everybody who does is named. It is counted in their menu.
pub fn tell(
    tx: &mut Transaction,
    people: &[PersonId],
    kind: &str,
    request: &Request,
    now: Timestamp,
) -> Result<(), Error> {
    let mut people = people.to_vec();
    if !request.confidential {
        people.extend(known::stand_ins(tx, &people, now)?);
    }
    let about = About { request: Some(request.id), service: None, words: "" };
    tell_all(tx, people, kind, &about, now)
}

/// Tells these people something about a service.
pub fn tell_of_service(
    tx: &mut Transaction,
    people: Vec<PersonId>,
    kind: &str,
    (service, words): (ServiceId, &str),
    now: Timestamp,
) -> Result<(), Error> {
    tell_all(tx, people, kind, &About { request: None, service: Some(service), words }, now)
}

/// Tells these people of what is neither a request nor a service; the words name it, where the kind does not.
pub fn tell_in_words(
    tx: &mut Transaction,
    people: Vec<PersonId>,
    kind: &str,
    words: &str,
    now: Timestamp,
) -> Result<(), Error> {
    tell_all(tx, people, kind, &About { request: None, service: None, words }, now)
}

struct About<'a> {
    request: Option<RequestId>,
    service: Option<ServiceId>,
    words: &'a str,
}

fn tell_all(
    tx: &mut Transaction,
    mut people: Vec<PersonId>,
    kind: &str,
    about: &About<'_>,
    now: Timestamp,
) -> Result<(), Error> {
    // Always in the same order, so that two writers never wait for each other in a ring.
    people.sort_unstable();
    people.dedup();
    for person in people {
        tx.execute(
            "INSERT INTO notices (id, person_id, at, kind, request_id, service_id, words)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            &[
                NoticeId::new(now).into(),
                person.into(),
                now.into(),
                kind.into(),
                about.request.into(),
                about.service.into(),
                about.words.into(),
            ],
        )?;
        store::count(tx, person.uuid(), "notices", 1)?;
    }
    Ok(())
}

/// A page of somebody's notices, newest first, after the one already shown.
pub fn list(
    r: &mut Reader,
    me: &SignedIn,
    before: Option<NoticeId>,
    limit: i64,
) -> Result<Vec<Notice>, Error> {
    let before = before.unwrap_or_else(|| NoticeId::of(uuid::Uuid::max()));
    let (veil, values) = with_named(vec![me.person.into(), before.into(), limit.into()], &me.named);
    r.rows(
        &format!("SELECT n.id AS id, n.at AS at, n.kind AS kind, n.read_at AS read_at, COALESCE(r.number, '') AS number,
                COALESCE(r.subject, n.words) AS subject
         FROM notices n LEFT JOIN requests r ON r.id = n.request_id
         WHERE n.person_id = $1 AND n.id < $2 AND (r.id IS NULL OR {veil} OR r.requester_id = $1)
         ORDER BY n.id DESC LIMIT $3"),
        &values,
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

/// Where a notice leads: to a request by its number, to a service, or where its kind says.
pub struct LeadsTo {
    pub kind: String,
    pub number: Option<String>,
    pub service: Option<ServiceId>,
}

/// Where a notice leads, if it is this person's.
pub fn leads_to(r: &mut Reader, person: PersonId, id: NoticeId) -> Result<Option<LeadsTo>, Error> {
    r.row(
        "SELECT n.kind AS kind, r.number AS number, n.service_id AS service_id
         FROM notices n LEFT JOIN requests r ON r.id = n.request_id WHERE n.person_id = $1 AND n.id = $2",
        &[person.into(), id.into()],
        |row| {
            Ok(LeadsTo {
                kind: row.get("kind")?,
                number: row.get("number")?,
                service: row.get("service_id")?,
            })
        },
    )
}
