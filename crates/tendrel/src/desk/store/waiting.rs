//! What the worker looks for: clocks that run out, resolved requests that close, open ones to compute again.

use database::{Error, Reader, Transaction};
use jiff::Timestamp;

use crate::id::{OrganisationId, RequestId};

pub fn clocks(r: &mut Reader, now: Timestamp, limit: i64) -> Result<Vec<RequestId>, Error> {
    r.rows(
        "SELECT id FROM requests WHERE next_clock_at IS NOT NULL AND next_clock_at <= $1
         ORDER BY next_clock_at LIMIT $2",
        &[now.into(), limit.into()],
        |row| row.get("id"),
    )
}

pub fn next_clock(r: &mut Reader, id: RequestId) -> Result<Option<Timestamp>, Error> {
    let found: Option<Option<Timestamp>> =
        r.row("SELECT next_clock_at FROM requests WHERE id = $1", &[id.into()], |row| {
            row.get("next_clock_at")
        })?;
    Ok(found.flatten())
}

pub fn set_next_clock(tx: &mut Transaction, id: RequestId, next: Option<Timestamp>) -> Result<(), Error> {
    tx.execute("UPDATE requests SET next_clock_at = $2 WHERE id = $1", &[id.into(), next.into()])?;
    Ok(())
}

pub fn resolved_before(
    r: &mut Reader,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<(RequestId, OrganisationId, Timestamp)>, Error> {
    r.rows(
        "SELECT id, unit_id, resolved_at FROM requests
         WHERE state = 'resolved' AND resolved_at <= $1 ORDER BY resolved_at LIMIT $2",
        &[before.into(), limit.into()],
        |row| Ok((row.get("id")?, row.get("unit_id")?, row.get("resolved_at")?)),
    )
}

/// Every open request.
pub fn open(r: &mut Reader) -> Result<Vec<RequestId>, Error> {
    r.rows("SELECT id FROM requests WHERE is_open = 1", &[], |row| row.get("id"))
}
