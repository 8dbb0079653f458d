//! What an office was called and where it belonged on a day.

use std::collections::BTreeSet;

use database::{Error, Reader};
use jiff::civil::Date;
use serde::Serialize;

use crate::id::OrganisationId;

/// Successions that are followed from one office to the next.
const GENERATIONS: usize = 10;

/// A name or a parent with the days on which it held, both included.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dated {
    pub name: String,
    pub name_dz: String,
    /// The parent's id in the history of parents.
    pub of: Option<OrganisationId>,
    /// `None` where nobody knows since when.
    pub valid_from: Option<Date>,
    pub valid_to: Option<Date>,
}

fn dated(r: &mut Reader, sql: &str, id: OrganisationId) -> Result<Vec<Dated>, Error> {
    r.rows(sql, &[id.into()], |row| {
        let from: Date = row.get("valid_from")?;
        Ok(Dated {
            name: row.get("name")?,
            name_dz: row.get("name_dz")?,
            of: row.get("of_id")?,
            valid_from: Some(from).filter(|day| day.year() > 1),
            valid_to: row.get("valid_to")?,
        })
    })
}

/// All names, the newest first.
pub fn names(r: &mut Reader, id: OrganisationId) -> Result<Vec<Dated>, Error> {
    dated(
        r,
        "SELECT name, name_dz, organisation_id AS of_id, valid_from, valid_to FROM organisation_names
         WHERE organisation_id = $1 ORDER BY valid_from DESC",
        id,
    )
}

/// All parents, the newest first, under their names of today.
pub fn parents(r: &mut Reader, id: OrganisationId) -> Result<Vec<Dated>, Error> {
    dated(
        r,
        "SELECT o.name AS name, o.name_dz AS name_dz, o.id AS of_id, p.valid_from AS valid_from, p.valid_to AS valid_to
         FROM organisation_parents p JOIN organisations o ON o.id = p.parent_id
         WHERE p.organisation_id = $1 ORDER BY p.valid_from DESC",
        id,
    )
}

/// An office as it was on a day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AsOf {
    pub id: OrganisationId,
    pub name: String,
    pub name_dz: String,
    pub short: String,
    pub parent: Option<OrganisationId>,
    /// The parent's name on that day; empty at the top.
    pub parent_name: String,
}

/// The office as it was on the day. Where it was not there yet, those it came from; where it was no more, those that
/// took over; empty where nobody knows.
pub fn as_of(r: &mut Reader, id: OrganisationId, day: Date) -> Result<Vec<AsOf>, Error> {
    let mut seen = BTreeSet::from([id]);
    let mut now_at = vec![id];
    let mut found = Vec::new();
    for _ in 0..GENERATIONS {
        let mut next = Vec::new();
        for id in now_at {
            match on(r, id, day)? {
                Some(office) => found.push(office),
                None => next.extend(kin(r, id, day)?.into_iter().filter(|id| seen.insert(*id))),
            }
        }
        if next.is_empty() {
            break;
        }
        now_at = next;
    }
    Ok(found)
}

fn on(r: &mut Reader, id: OrganisationId, day: Date) -> Result<Option<AsOf>, Error> {
    r.row(
        "SELECT n.name AS name, n.name_dz AS name_dz, n.short AS short, p.parent_id AS parent_id,
                COALESCE(m.name, '') AS parent_name
         FROM organisation_names n
         LEFT JOIN organisation_parents p ON p.organisation_id = n.organisation_id AND p.valid_from <= $2
              AND (p.valid_to IS NULL OR p.valid_to >= $2)
         LEFT JOIN organisation_names m ON m.organisation_id = p.parent_id AND m.valid_from <= $2
              AND (m.valid_to IS NULL OR m.valid_to >= $2)
         WHERE n.organisation_id = $1 AND n.valid_from <= $2 AND (n.valid_to IS NULL OR n.valid_to >= $2)",
        &[id.into(), day.into()],
        |row| {
            Ok(AsOf {
                id,
                name: row.get("name")?,
                name_dz: row.get("name_dz")?,
                short: row.get("short")?,
                parent: row.get("parent_id")?,
                parent_name: row.get("parent_name")?,
            })
        },
    )
}

/// Predecessors of an office that was not there yet on the day, successors of one that was no more.
fn kin(r: &mut Reader, id: OrganisationId, day: Date) -> Result<Vec<OrganisationId>, Error> {
    r.rows(
        "SELECT s.predecessor_id AS id FROM organisation_successions s JOIN organisations o ON o.id = s.successor_id
         WHERE s.successor_id = $1 AND o.valid_from > $2
         UNION
         SELECT s.successor_id AS id FROM organisation_successions s JOIN organisations o ON o.id = s.predecessor_id
         WHERE s.predecessor_id = $1 AND o.valid_to < $2",
        &[id.into(), day.into()],
        |row| row.get("id"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    fn on_day(world: &World, key: &'static str, day: &str) -> Vec<(String, String)> {
        let day: Date = day.parse().unwrap();
        let found = world.app.db.read_blocking(move |r| {
            let id =
                r.one("SELECT id FROM organisations WHERE key = $1", &[key.into()], |row| row.get("id"))?;
            as_of(r, id, day)
        });
        let mut found: Vec<_> =
            found.unwrap().into_iter().map(|office| (office.name, office.parent_name)).collect();
        found.sort();
        found
    }

    #[test]
    fn a_ministry_is_known_by_what_it_was_called_in_2021() {
        let world = World::new();
        let government = "Royal Government of Bhutan".to_owned();
        let moea = ("Ministry of Economic Affairs".to_owned(), government.clone());
        assert_eq!(on_day(&world, "ministry-economic-affairs", "2021-06-01"), std::slice::from_ref(&moea));
        // What is industry today came from three ministries then.
        let before = on_day(&world, "ministry-industry-commerce-employment", "2021-06-01");
        assert_eq!(before.len(), 3);
        assert!(before.contains(&moea));
        // And what economic affairs was then are two today.
        assert_eq!(
            on_day(&world, "ministry-economic-affairs", "2026-11-19"),
            [
                ("Ministry of Energy and Natural Resources".to_owned(), government.clone()),
                ("Ministry of Industry, Commerce and Employment".to_owned(), government.clone()),
            ]
        );
        assert_eq!(
            on_day(&world, "ditt-ict-management", "2022-12-29"),
            [(
                "ICT Management Division".to_owned(),
                "Department of Information Technology and Telecom".to_owned()
            )]
        );
        assert_eq!(
            on_day(&world, "ditt-ict-management", "2022-12-30"),
            [("GovTech Agency".to_owned(), government)]
        );
    }
}
