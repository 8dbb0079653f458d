//! Who opened a request of which they are not a part: the centre with its reason, auditors without one.

use database::{Error, Reader, Transaction};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::id::{PersonId, RequestId};

#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    pub name: String,
    pub at: Timestamp,
    /// Code of the reason; `None` of an auditor.
    pub reason: Option<String>,
}

/// Writes it down for the rest of the day; a second time on that day changes nothing.
pub fn write(
    tx: &mut Transaction,
    request: RequestId,
    person: PersonId,
    reason: Option<&str>,
    words: &str,
    (now, zone): (Timestamp, &TimeZone),
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO looks (request_id, person_id, until_at, at, reason, words) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT DO NOTHING",
        &[
            request.into(),
            person.into(),
            end_of_day(now, zone).into(),
            now.into(),
            reason.into(),
            words.into(),
        ],
    )?;
    Ok(())
}

fn end_of_day(now: Timestamp, zone: &TimeZone) -> Timestamp {
    let end = now.to_zoned(zone.clone()).tomorrow().and_then(|tomorrow| tomorrow.start_of_day());
    end.map_or(now, |end| end.timestamp())
}

/// The last looks at a request, newest first.
pub fn of_request(r: &mut Reader, request: RequestId) -> Result<Vec<Look>, Error> {
    r.rows(
        "SELECT p.name AS name, l.at AS at, l.reason AS reason FROM looks l JOIN persons p ON p.id = l.person_id
         WHERE l.request_id = $1 ORDER BY l.at DESC LIMIT 10",
        &[request.into()],
        |row| Ok(Look { name: row.get("name")?, at: row.get("at")?, reason: row.get("reason")? }),
    )
}

/// The words with which people said why they looked go with what else names persons; who looked and when stays.
pub fn forget(tx: &mut Transaction, request: RequestId) -> Result<(), Error> {
    tx.execute("UPDATE looks SET words = '' WHERE request_id = $1", &[request.into()])?;
    Ok(())
}
