//! All questions to the table of requests and what hangs on it.

pub mod asked;
pub mod forget;
pub mod letters;
pub mod lists;
pub mod live;
pub mod looks;
pub mod named;
pub mod notices;
pub mod people;
pub mod sms;
pub mod timeline;
pub mod today;
pub mod tries;
pub mod views;
pub mod waiting;

use std::collections::BTreeMap;

use database::{Error, Reader, Row, Transaction, Value};
use jiff::Timestamp;
use serde_json::Value as Json;

use crate::desk::request::{Channel, Hold, Keeping, Kept, Request, SecondsInState, State, StoredPromise};
use crate::desk::service::Kind;
use crate::id::{OrganisationId, RequestId};

/// Every column of `requests` that is read into a `Request`.
pub const COLUMNS: &str = "r.id, r.number, r.unit_id, r.service_id, r.service_version, r.kind, r.subject, r.description,
    r.answers, r.language, r.channel, r.office_id, r.office_text, r.requester_id, r.requester_name,
    r.requester_phone, r.requester_email, r.entered_by, r.received_at, r.entered_at, r.complete_at, r.state,
    r.hold_reason, r.impact, r.urgency, r.priority, r.assignee_id, r.responded_at, r.resolved_at, r.closed_at,
    r.cause, r.resolution, r.reassigned, r.reopened, r.rating, r.rating_comment, r.follows_id, r.follow_hash,
    r.version, r.response_due_at, r.response_warn_at, r.response_late, r.resolution_due_at, r.resolution_warn_at,
    r.resolution_late, r.resolution_used, r.resolution_target, r.seconds_new, r.seconds_in_progress,
    r.seconds_on_hold, r.source, r.kept_since, r.kept_by, r.kept_why, r.forgotten_at, r.confidential,
    r.by_sms";

pub fn read(row: &Row<'_>) -> Result<Request, Error> {
    let answers: String = row.get("answers")?;
    let answers: BTreeMap<String, Json> = serde_json::from_str(&answers).unwrap_or_default();
    let (channel, state, kind): (String, String, String) =
        (row.get("channel")?, row.get("state")?, row.get("kind")?);
    Ok(Request {
        id: row.get("id")?,
        number: row.get("number")?,
        unit: row.get("unit_id")?,
        service: row.get("service_id")?,
        service_version: row.get("service_version")?,
        kind: if kind == "incident" { Kind::Incident } else { Kind::ServiceRequest },
        subject: row.get("subject")?,
        description: row.get("description")?,
        answers,
        language: row.get("language")?,
        channel: Channel::from_code(&channel).unwrap_or(Channel::Web),
        office: row.get("office_id")?,
        office_text: row.get("office_text")?,
        requester: row.get("requester_id")?,
        requester_name: row.get("requester_name")?,
        requester_phone: row.get("requester_phone")?,
        requester_email: row.get("requester_email")?,
        entered_by: row.get("entered_by")?,
        received_at: row.get("received_at")?,
        entered_at: row.get("entered_at")?,
        complete_at: row.get("complete_at")?,
        state: State::from_code(&state).unwrap_or(State::New),
        hold_reason: row.get("hold_reason")?,
        impact: row.get("impact")?,
        urgency: row.get("urgency")?,
        priority: row.get("priority")?,
        assignee: row.get("assignee_id")?,
        responded_at: row.get("responded_at")?,
        resolved_at: row.get("resolved_at")?,
        closed_at: row.get("closed_at")?,
        cause: row.get("cause")?,
        resolution: row.get("resolution")?,
        reassigned: row.get("reassigned")?,
        reopened: row.get("reopened")?,
        rating: row.get("rating")?,
        rating_comment: row.get("rating_comment")?,
        follows: row.get("follows_id")?,
        follow_hash: row.get("follow_hash")?,
        version: row.get("version")?,
        promise: StoredPromise {
            response_due: row.get("response_due_at")?,
            response_warn: row.get("response_warn_at")?,
            response_late: row.get("response_late")?,
            resolution_due: row.get("resolution_due_at")?,
            resolution_warn: row.get("resolution_warn_at")?,
            resolution_late: row.get("resolution_late")?,
            used: row.get("resolution_used")?,
            target: row.get("resolution_target")?,
        },
        seconds: SecondsInState {
            new: row.get("seconds_new")?,
            in_progress: row.get("seconds_in_progress")?,
            on_hold: row.get("seconds_on_hold")?,
        },
        source: row.get("source")?,
        keeping: keeping(row)?,
        confidential: row.get("confidential")?,
        by_sms: row.get("by_sms")?,
    })
}

fn keeping(row: &Row<'_>) -> Result<Keeping, Error> {
    let since: Option<Timestamp> = row.get("kept_since")?;
    let kept = match since {
        Some(since) => Some(Kept { since, by: row.get("kept_by")?, why: row.get("kept_why")? }),
        None => None,
    };
    Ok(Keeping { kept, forgotten_at: row.get("forgotten_at")? })
}

/// The columns that an act may change, in the order of `UPDATE`.
fn changing<'a>(request: &'a Request, queue_at: Timestamp, next: Option<Timestamp>) -> Vec<Value<'a>> {
    let Request { promise, seconds, .. } = request;
    vec![
        request.complete_at.into(),
        request.state.code().into(),
        request.state.is_open().into(),
        request.hold_reason.as_deref().into(),
        request.impact.into(),
        request.urgency.into(),
        request.priority.into(),
        request.assignee.into(),
        request.responded_at.into(),
        request.resolved_at.into(),
        request.closed_at.into(),
        request.cause.as_deref().into(),
        request.resolution.as_str().into(),
        request.reassigned.into(),
        request.reopened.into(),
        request.rating.into(),
        request.rating_comment.as_str().into(),
        request.version.into(),
        promise.response_due.into(),
        promise.response_warn.into(),
        promise.response_late.into(),
        promise.resolution_due.into(),
        promise.resolution_warn.into(),
        promise.resolution_late.into(),
        promise.used.into(),
        promise.target.into(),
        seconds.new.into(),
        seconds.in_progress.into(),
        seconds.on_hold.into(),
        queue_at.into(),
        next.into(),
        request.unit.into(),
        request.service.into(),
        request.service_version.into(),
        request.subject.as_str().into(),
        request.office.into(),
        request.office_text.as_str().into(),
        request.requester.into(),
        request.requester_name.as_str().into(),
        request.requester_phone.as_str().into(),
        request.requester_email.as_str().into(),
        request.id.into(),
    ]
}

const INSERT: &str = "INSERT INTO requests (complete_at, state, is_open, hold_reason, impact, urgency, priority, assignee_id,
        responded_at, resolved_at, closed_at, cause, resolution, reassigned, reopened, rating, rating_comment,
        version, response_due_at, response_warn_at, response_late, resolution_due_at, resolution_warn_at,
        resolution_late, resolution_used, resolution_target, seconds_new, seconds_in_progress, seconds_on_hold,
        queue_at, next_clock_at, unit_id, service_id, service_version, subject, office_id, office_text,
        requester_id, requester_name, requester_phone, requester_email, id,
        number, kind, description, answers, language, channel, entered_by, received_at, entered_at, follows_id,
        follow_hash, source, confidential, by_sms)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
        $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43,
        $44, $45, $46, $47, $48, $49, $50, $51, $52, $53, $54, $55, $56)";

/// The statement and the values with which a new request is written: for one, or for many at once.
pub fn insertion(
    request: &Request,
    queue_at: Timestamp,
    next: Option<Timestamp>,
) -> (&'static str, Vec<Value<'_>>) {
    let mut values = changing(request, queue_at, next);
    let answers = serde_json::to_string(&request.answers).unwrap_or_else(|_| "{}".to_owned());
    values.extend([
        request.number.as_str().into(),
        request.kind.code().into(),
        request.description.as_str().into(),
        answers.into(),
        request.language.as_str().into(),
        request.channel.code().into(),
        request.entered_by.into(),
        request.received_at.into(),
        request.entered_at.into(),
        request.follows.into(),
        request.follow_hash.as_slice().into(),
        request.source.as_str().into(),
        request.confidential.into(),
        request.by_sms.into(),
    ]);
    (INSERT, values)
}

/// Writes many new requests at once.
pub fn load<'a>(
    tx: &mut Transaction,
    requests: impl Iterator<Item = (&'a Request, Timestamp, Option<Timestamp>)>,
) -> Result<(), Error> {
    let columns = INSERT.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(it, _)| it);
    let columns: Vec<&str> = columns.split(',').map(str::trim).collect();
    let rows = requests.map(|(request, queue_at, next)| insertion(request, queue_at, next).1);
    tx.load("requests", &columns, rows)?;
    Ok(())
}

pub fn insert(
    tx: &mut Transaction,
    request: &Request,
    queue_at: Timestamp,
    next: Option<Timestamp>,
) -> Result<(), Error> {
    let (sql, values) = insertion(request, queue_at, next);
    tx.execute(sql, &values)?;
    Ok(())
}

/// Writes what an act changed. Returns false when the stored version is not the one before: somebody was first.
pub fn update(
    tx: &mut Transaction,
    request: &Request,
    queue_at: Timestamp,
    next: Option<Timestamp>,
    expected_version: i64,
) -> Result<bool, Error> {
    let mut values = changing(request, queue_at, next);
    values.push(expected_version.into());
    values.push(request.kind.code().into());
    let kept = request.keeping.kept.as_ref();
    values.push(kept.map(|kept| kept.since).into());
    values.push(kept.map_or("", |kept| &kept.by).into());
    values.push(kept.map_or("", |kept| &kept.why).into());
    values.push(request.confidential.into());
    let changed = tx.execute(
        "UPDATE requests SET complete_at = $1, state = $2, is_open = $3, hold_reason = $4, impact = $5, urgency = $6,
            priority = $7, assignee_id = $8, responded_at = $9, resolved_at = $10, closed_at = $11, cause = $12,
            resolution = $13, reassigned = $14, reopened = $15, rating = $16, rating_comment = $17, version = $18,
            response_due_at = $19, response_warn_at = $20, response_late = $21, resolution_due_at = $22,
            resolution_warn_at = $23, resolution_late = $24, resolution_used = $25, resolution_target = $26,
            seconds_new = $27, seconds_in_progress = $28, seconds_on_hold = $29, queue_at = $30,
            next_clock_at = $31, unit_id = $32, service_id = $33, service_version = $34, subject = $35,
            office_id = $36, office_text = $37, requester_id = $38, requester_name = $39, requester_phone = $40,
            requester_email = $41, kind = $44, kept_since = $45, kept_by = $46, kept_why = $47, confidential = $48
         WHERE id = $42 AND version = $43",
        &values,
    )?;
    Ok(changed == 1)
}

pub fn by_id(r: &mut Reader, id: RequestId) -> Result<Option<Request>, Error> {
    r.row(&format!("SELECT {COLUMNS} FROM requests r WHERE r.id = $1"), &[id.into()], read)
}

pub fn by_number(r: &mut Reader, number: &str) -> Result<Option<Request>, Error> {
    r.row(&format!("SELECT {COLUMNS} FROM requests r WHERE r.number = $1"), &[number.into()], read)
}

/// The request that was made with this secret.
pub fn by_follow_hash(r: &mut Reader, hash: &[u8]) -> Result<Option<Request>, Error> {
    r.row(&format!("SELECT {COLUMNS} FROM requests r WHERE r.follow_hash = $1"), &[hash.into()], read)
}

/// The next counter of a unit's year. Asked last before the transaction ends, because others wait for it.
pub fn next_counter(tx: &mut Transaction, unit_code: &str, year: i64) -> Result<i64, Error> {
    tx.one(
        "INSERT INTO number_counters (unit_code, year, last) VALUES ($1, $2, 1)
         ON CONFLICT (unit_code, year) DO UPDATE SET last = number_counters.last + 1 RETURNING last",
        &[unit_code.into(), year.into()],
        |row| row.get("last"),
    )
}

pub fn holds(r: &mut Reader, id: RequestId) -> Result<Vec<Hold>, Error> {
    r.rows(
        "SELECT from_at, to_at, COALESCE(reason, '') AS reason, comment, pauses FROM holds WHERE request_id = $1 ORDER BY from_at",
        &[id.into()],
        |row| {
            Ok(Hold {
                from: row.get("from_at")?,
                to: row.get("to_at")?,
                reason: row.get("reason")?,
                comment: row.get("comment")?,
                pauses: row.get("pauses")?,
            })
        },
    )
}

pub fn begin_hold(tx: &mut Transaction, id: RequestId, hold: &Hold) -> Result<(), Error> {
    let Hold { from, to, reason, comment, pauses } = hold;
    let reason = Some(reason).filter(|reason| !reason.is_empty());
    tx.execute(
        "INSERT INTO holds (request_id, from_at, to_at, reason, comment, pauses) VALUES ($1, $2, $3, $4, $5, $6)",
        &[id.into(), from.into(), to.into(), reason.into(), comment.into(), (*pauses).into()],
    )?;
    Ok(())
}

pub fn end_holds(tx: &mut Transaction, id: RequestId, at: Timestamp) -> Result<(), Error> {
    tx.execute(
        "UPDATE holds SET to_at = $2 WHERE request_id = $1 AND to_at IS NULL",
        &[id.into(), at.into()],
    )?;
    Ok(())
}

/// Adds to the kept numbers of a unit or a person.
pub fn count(tx: &mut Transaction, owner: uuid::Uuid, name: &str, by: i64) -> Result<(), Error> {
    if by == 0 {
        return Ok(());
    }
    tx.execute(
        "INSERT INTO counters (owner_id, name, value) VALUES ($1, $2, $3)
         ON CONFLICT (owner_id, name) DO UPDATE SET value = counters.value + excluded.value",
        &[owner.into(), name.into(), by.into()],
    )?;
    Ok(())
}

/// An open request of the same office for the same service: the same matter, perhaps.
pub fn open_of_same_matter(
    r: &mut Reader,
    office: OrganisationId,
    service: crate::id::ServiceId,
) -> Result<Vec<(String, String, Timestamp)>, Error> {
    r.rows(
        "SELECT number, subject, received_at FROM requests
         WHERE office_id = $1 AND service_id = $2 AND is_open = 1 AND confidential = 0 ORDER BY received_at DESC LIMIT 3",
        &[office.into(), service.into()],
        |row| Ok((row.get("number")?, row.get("subject")?, row.get("received_at")?)),
    )
}
