//! Who stands around a request: offices above, officers of a unit, names.

use database::{Error, Reader};
use jiff::Timestamp;

use crate::desk::request::Request;
use crate::id::{OrganisationId, PersonId};

/// The unit and the office with everything above each.
pub fn above(
    r: &mut Reader,
    unit: OrganisationId,
    office: Option<OrganisationId>,
) -> Result<(Vec<OrganisationId>, Vec<OrganisationId>), Error> {
    let pairs: Vec<(OrganisationId, OrganisationId)> = r.rows(
        "SELECT organisation_id, ancestor_id FROM organisation_ancestors
         WHERE organisation_id = $1 OR organisation_id = $2",
        &[unit.into(), office.unwrap_or(unit).into()],
        |row| Ok((row.get("organisation_id")?, row.get("ancestor_id")?)),
    )?;
    let of = |wanted: OrganisationId| {
        pairs.iter().filter(|(below, _)| *below == wanted).map(|(_, above)| *above).collect()
    };
    Ok((of(unit), office.map(of).unwrap_or_default()))
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
                (SELECT MAX(n.number) FROM requests n WHERE n.follows_id = r.id) AS carried_on
         FROM requests r
         LEFT JOIN organisations o ON o.id = r.office_id LEFT JOIN organisations a ON a.id = o.parent_id
         LEFT JOIN persons p ON p.id = r.assignee_id LEFT JOIN persons e ON e.id = r.entered_by
         LEFT JOIN requests f ON f.id = r.follows_id
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
