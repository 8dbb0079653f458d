//! Questions to the database that the ways in ask, and the versions of the catalogue.

use database::{Error, Reader};
use jiff::Timestamp;

use crate::desk::service::{Amount, Definition, Measure};
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

/// One version of a service, with who made it.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    pub version: i64,
    pub at: Timestamp,
    pub by: String,
    /// `None` where an old one can no longer be read.
    pub definition: Option<Definition>,
}

/// The newest versions of a service, newest first.
pub fn versions(r: &mut Reader, service: ServiceId) -> Result<Vec<Version>, Error> {
    r.rows(
        "SELECT version, valid_from, changed_by, definition FROM service_versions
         WHERE service_id = $1 ORDER BY version DESC LIMIT 12",
        &[service.into()],
        |row| {
            let text: String = row.get("definition")?;
            Ok(Version {
                version: row.get("version")?,
                at: row.get("valid_from")?,
                by: row.get("changed_by")?,
                definition: serde_json::from_str(&text).ok(),
            })
        },
    )
}

/// A service level with the days between which it holds; `to` is empty when it has no end.
#[derive(Clone, Debug, PartialEq)]
pub struct DatedLevel {
    pub priority: i64,
    pub response: Amount,
    pub resolution: Amount,
    pub from: String,
    pub to: String,
}

/// The service levels of a service, the latest first.
pub fn dated_levels(r: &mut Reader, service: ServiceId) -> Result<Vec<DatedLevel>, Error> {
    r.rows(
        "SELECT priority, response_amount, response_measure, resolution_amount, resolution_measure, valid_from,
                COALESCE(valid_to, '') AS valid_to
         FROM service_levels WHERE service_id = $1 ORDER BY valid_from DESC, priority LIMIT 60",
        &[service.into()],
        |row| {
            let amount = |amount: i64, measure: String| Amount {
                amount,
                unit: Measure::from_code(&measure).unwrap_or(Measure::WorkingHours),
            };
            Ok(DatedLevel {
                priority: row.get("priority")?,
                response: amount(row.get("response_amount")?, row.get("response_measure")?),
                resolution: amount(row.get("resolution_amount")?, row.get("resolution_measure")?),
                from: row.get("valid_from")?,
                to: row.get("valid_to")?,
            })
        },
    )
}
