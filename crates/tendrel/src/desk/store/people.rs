//! Who stands around a request: offices above, officers of a unit, names.

use database::{Error, Reader, Value};
use jiff::Timestamp;
use uuid::Uuid;

use crate::desk::request::Request;
use crate::desk::store::named;
use crate::id::{OrganisationId, PersonId, ServiceId};

/// What lies above a request, and whether somebody's look at it is written down for today.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Above {
    pub unit: Vec<OrganisationId>,
    pub office: Vec<OrganisationId>,
    pub is_written: bool,
}

/// The unit and the office of a request with everything above each, and the look of this person; in one question.
pub fn above(r: &mut Reader, request: &Request, person: PersonId, now: Timestamp) -> Result<Above, Error> {
    let office = request.office.unwrap_or(request.unit);
    let pairs: Vec<(Uuid, Uuid)> = r.rows(
        "SELECT organisation_id AS of_id, ancestor_id AS above_id FROM organisation_ancestors
         WHERE organisation_id = $1 OR organisation_id = $2
         UNION ALL
         SELECT request_id, person_id FROM looks WHERE request_id = $3 AND person_id = $4 AND until_at > $5",
        &[request.unit.into(), office.into(), request.id.into(), person.into(), now.into()],
        |row| Ok((row.get("of_id")?, row.get("above_id")?)),
    )?;
    let of = |wanted: OrganisationId| {
        let above = pairs.iter().filter(|(below, _)| *below == wanted.uuid());
        above.map(|(_, above)| OrganisationId::of(*above)).collect()
    };
    Ok(Above {
        unit: of(request.unit),
        office: request.office.map(of).unwrap_or_default(),
        is_written: pairs.iter().any(|(of, _)| *of == request.id.uuid()),
    })
}

/// Officers and heads of a unit today, by name.
pub fn officers(
    r: &mut Reader,
    unit: OrganisationId,
    now: Timestamp,
) -> Result<Vec<(PersonId, String)>, Error> {
    r.rows(
        "SELECT DISTINCT p.id AS id, p.name AS name
         FROM grants g JOIN accounts a ON a.id = g.account_id JOIN persons p ON p.id = a.person_id
         WHERE g.organisation_id = $1 AND g.role IN ('officer', 'head_of_unit') AND a.closed_at IS NULL
           AND g.valid_from <= $2 AND (g.valid_to IS NULL OR g.valid_to >= $2)
         ORDER BY p.name",
        &[unit.into(), now.to_string()[..10].into()],
        |row| Ok((row.get("id")?, row.get("name")?)),
    )
}

/// Officers and heads of a unit who are there, by name: those who are away are passed by, and of a confidential request
/// everybody who is not named for its service.
pub fn present(
    r: &mut Reader,
    unit: OrganisationId,
    veiled_by: Option<ServiceId>,
    now: Timestamp,
) -> Result<Vec<(PersonId, String)>, Error> {
    let named = match veiled_by {
        Some(_) => "EXISTS (SELECT 1 FROM service_people s WHERE s.service_id = $4 AND s.person_id = p.id)",
        None => "CAST($4 AS BYTEA) IS NULL",
    };
    let sql = format!(
        "SELECT DISTINCT p.id AS id, p.name AS name
         FROM grants g JOIN accounts a ON a.id = g.account_id JOIN persons p ON p.id = a.person_id
         WHERE g.organisation_id = $1 AND g.role IN ('officer', 'head_of_unit') AND a.closed_at IS NULL
           AND g.valid_from <= $2 AND (g.valid_to IS NULL OR g.valid_to >= $2) AND {named}
           AND NOT EXISTS (SELECT 1 FROM delegations d
                           WHERE d.absent_id = p.id AND d.from_at <= $3 AND d.to_at > $3)
         ORDER BY p.name"
    );
    r.rows(&sql, &[unit.into(), now.to_string()[..10].into(), now.into(), veiled_by.into()], |row| {
        Ok((row.get("id")?, row.get("name")?))
    })
}

/// Who works in a unit and may see a request of it: of a confidential one only who is named, away or not.
pub fn named_officers(
    r: &mut Reader,
    unit: OrganisationId,
    service: ServiceId,
    now: Timestamp,
) -> Result<Vec<PersonId>, Error> {
    let named = named::ids(r, service)?;
    let officers = officers(r, unit, now)?;
    Ok(officers.into_iter().map(|(person, _)| person).filter(|person| named.contains(person)).collect())
}

/// Who stands in for these people now.
pub fn stand_ins(r: &mut Reader, people: &[PersonId], now: Timestamp) -> Result<Vec<PersonId>, Error> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (2..2 + people.len()).map(|place| format!("${place}")).collect();
    let sql = format!(
        "SELECT stand_in_id FROM delegations WHERE absent_id IN ({}) AND from_at <= $1 AND to_at > $1",
        places.join(", ")
    );
    let mut values: Vec<Value<'_>> = vec![now.into()];
    values.extend(people.iter().map(|person| Value::from(*person)));
    r.rows(&sql, &values, |row| row.get("stand_in_id"))
}

/// The names a case page shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Names {
    pub office: String,
    pub office_dz: String,
    /// What the office is part of.
    pub above: String,
    pub above_dz: String,
    pub officer: Option<String>,
    pub entered_by: Option<String>,
    /// Number of the request that this one carries on.
    pub follows: Option<String>,
    /// Number of the request that carries this one on.
    pub carried_on: Option<String>,
}

pub fn names(r: &mut Reader, request: &Request) -> Result<Names, Error> {
    r.one(
        "SELECT COALESCE(o.name, r.office_text) AS office, COALESCE(o.name_dz, '') AS office_dz,
                COALESCE(a.name, '') AS above, COALESCE(a.name_dz, '') AS above_dz,
                p.name AS officer, e.name AS entered_by, f.number AS follows,
                (SELECT MAX(n.number) FROM requests n WHERE n.follows_id = r.id
                    AND (n.confidential = 0 OR n.service_id = r.service_id)) AS carried_on
         FROM requests r
         LEFT JOIN organisations o ON o.id = r.office_id LEFT JOIN organisations a ON a.id = o.parent_id
         LEFT JOIN persons p ON p.id = r.assignee_id LEFT JOIN persons e ON e.id = r.entered_by
         LEFT JOIN requests f ON f.id = r.follows_id AND (f.confidential = 0 OR f.service_id = r.service_id)
         WHERE r.id = $1",
        &[request.id.into()],
        |row| {
            Ok(Names {
                office: row.get("office")?,
                office_dz: row.get("office_dz")?,
                above: row.get("above")?,
                above_dz: row.get("above_dz")?,
                officer: row.get("officer")?,
                entered_by: row.get("entered_by")?,
                follows: row.get("follows")?,
                carried_on: row.get("carried_on")?,
            })
        },
    )
}

pub fn name_of(r: &mut Reader, person: PersonId) -> Result<Option<String>, Error> {
    r.row("SELECT name FROM persons WHERE id = $1", &[person.into()], |row| row.get("name"))
}
