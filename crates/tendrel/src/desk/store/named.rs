//! Who is named for a confidential service, and what keeps its requests from everybody else: the condition of every
//! list, the numbers that are kept apart, and request numbers that count nothing.

use database::{Error, Reader, Transaction, Value};
use jiff::Timestamp;

use crate::desk::number::Number;
use crate::desk::store;
use crate::id::{OrganisationId, PersonId, ServiceId};
use crate::problem::Problem;

/// Stands before the number of a confidential request instead of a unit's code.
pub const SERIES: &str = "CONF";
/// Numbers that one year has room for.
const NUMBERS: u32 = 1_000_000;

/// Leaves out the confidential requests `r` but those of these services, whose ids follow `before` other parameters.
pub fn unveiled(named: &[ServiceId], before: usize) -> String {
    if named.is_empty() {
        return "r.confidential = 0".to_owned();
    }
    let places: Vec<String> = (1..=named.len()).map(|place| format!("${}", before + place)).collect();
    format!("(r.confidential = 0 OR r.service_id IN ({}))", places.join(", "))
}

/// The same as a question whose other parameters are `values`.
pub fn with_named<'a>(mut values: Vec<Value<'a>>, named: &[ServiceId]) -> (String, Vec<Value<'a>>) {
    let condition = unveiled(named, values.len());
    values.extend(named.iter().map(|service| Value::from(*service)));
    (condition, values)
}

/// The name under which a number of confidential requests is kept.
pub fn veiled_counter(name: &str, service: ServiceId) -> String {
    format!("{name}/{}", service.uuid().simple())
}

/// A number that nobody has, drawn by lot: the next one in order would tell how many there were before.
pub fn free_number(tx: &mut Transaction, year: u8) -> Result<String, Problem> {
    // Half full, a year refuses one in two draws: twenty in a row are one in a million.
    for _ in 0..20 {
        let mut bytes = [0; 4];
        getrandom::fill(&mut bytes)
            .map_err(|error| anyhow::anyhow!("the machine gives no random bytes: {error}"))?;
        let counter = u32::from_be_bytes(bytes) % NUMBERS;
        let number = Number { unit: SERIES.to_owned(), year, counter }.to_string();
        let taken: Option<i64> =
            tx.row("SELECT 1 AS taken FROM requests WHERE number = $1", &[(&number).into()], |row| {
                row.get("taken")
            })?;
        if taken.is_none() {
            return Ok(number);
        }
    }
    Err(Problem::Busy)
}

#[derive(Clone, Debug, PartialEq)]
pub struct NamedPerson {
    pub id: PersonId,
    pub name: String,
    /// Where they are officer or head of a unit, with commas; empty for nobody of a unit.
    pub units: String,
    pub since: Timestamp,
}

/// The list of a service, by name.
pub fn people(r: &mut Reader, service: ServiceId) -> Result<Vec<NamedPerson>, Error> {
    let rows: Vec<(NamedPerson, Option<String>)> = r.rows(
        "SELECT p.id AS id, p.name AS name, s.named_at AS named_at, o.name AS unit
         FROM service_people s JOIN persons p ON p.id = s.person_id
         LEFT JOIN accounts a ON a.person_id = p.id AND a.closed_at IS NULL
         LEFT JOIN grants g ON g.account_id = a.id AND g.valid_to IS NULL AND g.role IN ('officer', 'head_of_unit')
         LEFT JOIN organisations o ON o.id = g.organisation_id
         WHERE s.service_id = $1 ORDER BY p.name, p.id, o.name",
        &[service.into()],
        |row| {
            let (id, name, since) = (row.get("id")?, row.get("name")?, row.get("named_at")?);
            Ok((NamedPerson { id, name, units: String::new(), since }, row.get("unit")?))
        },
    )?;
    let mut people: Vec<NamedPerson> = Vec::new();
    for (person, unit) in rows {
        if people.last().is_none_or(|last| last.id != person.id) {
            people.push(person);
        }
        if let (Some(person), Some(unit)) = (people.last_mut(), unit)
            && !person.units.split(", ").any(|known| known == unit)
        {
            person.units = if person.units.is_empty() { unit } else { format!("{}, {unit}", person.units) };
        }
    }
    Ok(people)
}

pub fn ids(r: &mut Reader, service: ServiceId) -> Result<Vec<PersonId>, Error> {
    r.rows("SELECT person_id FROM service_people WHERE service_id = $1", &[service.into()], |row| {
        row.get("person_id")
    })
}

/// False when they are named already.
pub fn add(
    tx: &mut Transaction,
    service: ServiceId,
    person: PersonId,
    now: Timestamp,
) -> Result<bool, Error> {
    let added = tx.execute(
        "INSERT INTO service_people (service_id, person_id, named_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        &[service.into(), person.into(), now.into()],
    )?;
    Ok(added == 1)
}

/// False when they are not named.
pub fn remove(tx: &mut Transaction, service: ServiceId, person: PersonId) -> Result<bool, Error> {
    let removed = tx.execute(
        "DELETE FROM service_people WHERE service_id = $1 AND person_id = $2",
        &[service.into(), person.into()],
    )?;
    Ok(removed == 1)
}

/// Where a confidential request goes: to the unit that was asked if somebody there is named, else to the unit of whoever
/// was named first. Nothing may lie where nobody sees it.
pub fn unit_for(
    tx: &mut Transaction,
    service: ServiceId,
    asked: OrganisationId,
    now: Timestamp,
) -> Result<OrganisationId, Error> {
    let unit: Option<OrganisationId> = tx.row(
        "SELECT g.organisation_id AS id FROM service_people s
         JOIN accounts a ON a.person_id = s.person_id AND a.closed_at IS NULL
         JOIN grants g ON g.account_id = a.id AND g.role IN ('officer', 'head_of_unit')
         WHERE s.service_id = $1 AND g.valid_from <= $3 AND (g.valid_to IS NULL OR g.valid_to >= $3)
         ORDER BY CASE WHEN g.organisation_id = $2 THEN 0 ELSE 1 END, s.named_at, s.person_id LIMIT 1",
        &[service.into(), asked.into(), now.to_string()[..10].into()],
        |row| row.get("id"),
    )?;
    Ok(unit.unwrap_or(asked))
}

/// What was told of the requests of a service to people who are not named for it (any more) is taken back, read or not;
/// of one request when there is one.
pub fn take_back_notices(
    tx: &mut Transaction,
    service: ServiceId,
    only: Option<crate::id::RequestId>,
) -> Result<(), Error> {
    let condition = "FROM notices WHERE request_id IN (
            SELECT id FROM requests WHERE service_id = $1 AND confidential = 1
              AND (CAST($2 AS BYTEA) IS NULL OR id = $2))
         AND person_id NOT IN (SELECT person_id FROM service_people WHERE service_id = $1)
         AND person_id NOT IN (SELECT requester_id FROM requests
                               WHERE requests.id = notices.request_id AND requester_id IS NOT NULL)";
    let unread: Vec<(PersonId, i64)> = tx.rows(
        &format!("SELECT person_id, COUNT(*) AS unread {condition} AND read_at IS NULL GROUP BY person_id"),
        &[service.into(), only.into()],
        |row| Ok((row.get("person_id")?, row.get("unread")?)),
    )?;
    tx.execute(&format!("DELETE {condition}"), &[service.into(), only.into()])?;
    for (person, unread) in unread {
        store::count(tx, person.uuid(), "notices", -unread)?;
    }
    Ok(())
}

/// The open requests of a service that are not confidential yet.
pub fn open_unveiled(
    r: &mut Reader,
    service: ServiceId,
) -> Result<Vec<crate::desk::request::Request>, Error> {
    let columns = store::COLUMNS;
    r.rows(
        &format!(
            "SELECT {columns} FROM requests r
             WHERE r.service_id = $1 AND r.is_open = 1 AND r.confidential = 0 ORDER BY r.id"
        ),
        &[service.into()],
        store::read,
    )
}

/// What is over already of a service that becomes confidential is veiled too; its usual figures are forgotten.
pub fn veil_the_rest(tx: &mut Transaction, service: ServiceId) -> Result<(), Error> {
    tx.execute("UPDATE requests SET confidential = 1 WHERE service_id = $1", &[service.into()])?;
    tx.execute("DELETE FROM service_usual WHERE service_id = $1", &[service.into()])?;
    Ok(())
}
