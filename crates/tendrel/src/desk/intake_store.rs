//! Questions to the database that the ways in ask, and the versions of the catalogue.

use database::{Error, Reader};
use jiff::Timestamp;

use crate::desk::service::Definition;
use crate::id::{PersonId, ServiceId};

/// A request that somebody waits for.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    pub number: String,
    pub subject: String,
    pub due: Option<Timestamp>,
}

/// The newest open requests of a person.
pub fn waiting_of(r: &mut Reader, person: PersonId) -> Result<Vec<Waiting>, Error> {
    r.rows(
        "SELECT number, subject, due FROM (
            SELECT number, subject, resolution_due_at AS due, is_open, received_at, id FROM requests
            WHERE requester_id = $1 ORDER BY received_at DESC, id DESC LIMIT 20) newest
         WHERE is_open = 1 ORDER BY received_at DESC, id DESC LIMIT 3",
        &[person.into()],
        |row| Ok(Waiting { number: row.get("number")?, subject: row.get("subject")?, due: row.get("due")? }),
    )
}

/// A service as it was in one of its versions.
pub fn definition(r: &mut Reader, service: ServiceId, version: i64) -> Result<Option<Definition>, Error> {
    let text: Option<String> = r.row(
        "SELECT definition FROM service_versions WHERE service_id = $1 AND version = $2",
        &[service.into(), version.into()],
        |row| row.get("definition"),
    )?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}
