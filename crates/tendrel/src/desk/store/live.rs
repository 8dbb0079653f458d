//! What was written since a moment, for live pages.

use database::{Error, Reader};
use jiff::Timestamp;

use crate::id::{OrganisationId, RequestId, ServiceId};

/// Events that one look reads at most.
pub const LOOK_LIMIT: usize = 2_000;

/// That something happened to a request; where it lies now decides who is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    pub id: RequestId,
    pub number: String,
    /// Number of the event.
    pub version: i64,
    pub at: Timestamp,
    pub unit: OrganisationId,
    pub veiled_by: Option<ServiceId>,
}

/// Events of requests that were written at a moment or later.
pub fn since(r: &mut Reader, at: Timestamp) -> Result<Vec<Changed>, Error> {
    r.rows(
        "SELECT r.id AS id, r.number AS number, e.number AS version, e.written_at AS written_at, r.unit_id AS unit_id,
                CASE WHEN r.confidential = 1 THEN r.service_id END AS veiled_by
         FROM (SELECT subject_id, number, written_at FROM events WHERE written_at >= $1
               ORDER BY written_at LIMIT $2) e
         JOIN requests r ON r.id = e.subject_id ORDER BY e.written_at, e.number",
        &[at.into(), (LOOK_LIMIT as i64).into()],
        |row| {
            Ok(Changed {
                id: row.get("id")?,
                number: row.get("number")?,
                version: row.get("version")?,
                at: row.get("written_at")?,
                unit: row.get("unit_id")?,
                veiled_by: row.get("veiled_by")?,
            })
        },
    )
}
