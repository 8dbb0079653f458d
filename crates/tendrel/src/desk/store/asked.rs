//! What a unit was asked in words, and which service its officers made of it.

use database::{Error, Reader};

use crate::id::{OrganisationId, ServiceId};

/// Texts and services of the last requests of a unit that are done, the newest first. Confidential ones teach nobody.
pub fn lately(r: &mut Reader, unit: OrganisationId, limit: i64) -> Result<Vec<(String, ServiceId)>, Error> {
    r.rows(
        "SELECT subject, description, service_id FROM requests
         WHERE unit_id = $1 AND confidential = 0 AND state IN ('resolved', 'closed') AND forgotten_at IS NULL
         ORDER BY received_at DESC, id DESC LIMIT $2",
        &[unit.into(), limit.into()],
        |row| {
            let (subject, description): (String, String) = (row.get("subject")?, row.get("description")?);
            Ok((format!("{subject} {description}"), row.get("service_id")?))
        },
    )
}
