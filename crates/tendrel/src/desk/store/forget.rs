//! What retention asks of the requests, and what it leaves of one.

use database::{Error, Reader, Row, Transaction};
use jiff::Timestamp;

use crate::files;
use crate::id::{OrganisationId, RequestId, ServiceId};

/// A case that is over, as the rules of retention see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Over {
    pub id: RequestId,
    pub closed_at: Timestamp,
    pub kind: String,
    pub service: ServiceId,
    pub has_files: bool,
}

/// Cases that ended before an instant and of which nothing is removed yet, oldest first, after one of them.
/// Those that somebody keeps are not among them.
pub fn over(
    r: &mut Reader,
    before: Timestamp,
    after: (Timestamp, RequestId),
    limit: i64,
) -> Result<Vec<Over>, Error> {
    r.rows(
        "SELECT r.id, r.closed_at, r.kind, r.service_id,
                EXISTS (SELECT 1 FROM attachments a WHERE a.request_id = r.id) AS has_files
         FROM requests r
         WHERE r.closed_at IS NOT NULL AND r.forgotten_at IS NULL AND r.kept_since IS NULL
           AND r.closed_at < $1 AND (r.closed_at, r.id) > ($2, $3)
         ORDER BY r.closed_at, r.id LIMIT $4",
        &[before.into(), after.0.into(), after.1.into(), limit.into()],
        read,
    )
}

fn read(row: &Row<'_>) -> Result<Over, Error> {
    Ok(Over {
        id: row.get("id")?,
        closed_at: row.get("closed_at")?,
        kind: row.get("kind")?,
        service: row.get("service_id")?,
        has_files: row.get("has_files")?,
    })
}

/// How many cases somebody keeps.
pub fn kept(r: &mut Reader) -> Result<i64, Error> {
    r.one("SELECT COUNT(*) AS n FROM requests WHERE kept_since IS NOT NULL", &[], |row| row.get("n"))
}

/// A request of which something was removed a moment ago.
#[derive(Clone, Debug)]
pub struct Left {
    pub version: i64,
    pub state: String,
    pub number: String,
    pub unit: OrganisationId,
    pub source: String,
}

/// Counts the event that follows up in the request's version. `None` when the case is kept, forgotten or open by now.
pub fn next_version(tx: &mut Transaction, id: RequestId) -> Result<Option<Left>, Error> {
    tx.row(
        "UPDATE requests SET version = version + 1
         WHERE id = $1 AND closed_at IS NOT NULL AND forgotten_at IS NULL AND kept_since IS NULL
         RETURNING version, state, number, unit_id, source",
        &[id.into()],
        |row| {
            Ok(Left {
                version: row.get("version")?,
                state: row.get("state")?,
                number: row.get("number")?,
                unit: row.get("unit_id")?,
                source: row.get("source")?,
            })
        },
    )
}

/// Leaves of the request what is counted, and of the office its name in the directory. `subject` is what lists show.
pub fn strip(tx: &mut Transaction, id: RequestId, subject: &str, now: Timestamp) -> Result<(), Error> {
    tx.execute(
        "UPDATE requests SET subject = $2, description = '', answers = '{}', requester_id = NULL,
            requester_name = '', requester_phone = '', requester_email = '', resolution = '', rating_comment = '',
            kept_by = '', kept_why = '', forgotten_at = $3,
            office_text = COALESCE((SELECT o.name FROM organisations o WHERE o.id = requests.office_id), ''),
            entered_by = CASE WHEN entered_by = requester_id THEN NULL ELSE entered_by END
         WHERE id = $1",
        &[id.into(), subject.into(), now.into()],
    )?;
    for sql in [
        "UPDATE holds SET comment = '' WHERE request_id = $1",
        "DELETE FROM messages WHERE request_id = $1",
        "DELETE FROM notices WHERE request_id = $1",
        "DELETE FROM follow_links WHERE request_id = $1",
        // One that waits is not sent any more; what was sent leaves that it was sent.
        "DELETE FROM letters WHERE request_id = $1 AND state IN ('waiting', 'stopped')",
        "UPDATE letters SET once = id, address = '', name = '', person_id = NULL, subject = '', words = '[]',
            message_id = '', fault = '' WHERE request_id = $1",
        "DELETE FROM sms_messages WHERE request_id = $1 AND state = 'waiting'",
        "UPDATE sms_messages SET once = id, phone = '', person_id = NULL, words = '', answer = '' WHERE request_id = $1",
    ] {
        tx.execute(sql, &[id.into()])?;
    }
    Ok(())
}

/// Takes the attachments off a request. Returns how many there were, and the files that nobody speaks of any more.
pub fn remove_attachments(tx: &mut Transaction, id: RequestId) -> Result<(u64, Vec<Vec<u8>>), Error> {
    let hashes: Vec<Vec<u8>> =
        tx.rows("DELETE FROM attachments WHERE request_id = $1 RETURNING file_hash", &[id.into()], |row| {
            row.get("file_hash")
        })?;
    let left = files::let_go(tx, &hashes)?;
    Ok((hashes.len() as u64, left))
}
