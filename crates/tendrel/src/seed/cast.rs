//! Who asks whom: the units with their officers, the offices they serve and the people in them. What an
//! installation does not have yet is invented; what was invented before is found again and used.

use std::collections::BTreeSet;

use database::{Error, Reader, Transaction};
use jiff::Timestamp;

use crate::directory::calendars::UnitFacts;
use crate::directory::offices::{self, NewOffice};
use crate::directory::people::{self, NewPerson};
use crate::id::{OrganisationId, PersonId};
use crate::search::fold;
use crate::seed::names::{FIRST, IN_A_GEWOG, IN_A_HOUSE, SECOND};
use crate::seed::random::Random;
use crate::viewer::Role;

/// A unit with fewer offices than this gets invented ones.
const OFFICES_WANTED: usize = 24;

#[derive(Clone, Debug)]
pub(crate) struct Player {
    pub(crate) id: PersonId,
    pub(crate) name: String,
    pub(crate) phone: String,
    pub(crate) email: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Office {
    pub(crate) id: OrganisationId,
    pub(crate) name: String,
    pub(crate) people: Vec<Player>,
}

/// One unit on the stage.
#[derive(Clone, Debug)]
pub(crate) struct Cast {
    pub(crate) unit: UnitFacts,
    /// How much it is asked, against the others.
    pub(crate) weight: u32,
    pub(crate) officers: Vec<Player>,
    pub(crate) offices: Vec<Office>,
}

/// How much a unit is asked: the centre most, a remote district least.
pub(crate) fn weight(unit: &UnitFacts, random: &mut Random) -> u32 {
    let by_chance = 2 + u32::try_from(random.below(7)).unwrap_or(0);
    match unit.code.as_str() {
        "GOV" => 24,
        "EDU" | "HLT" | "THI" => 14,
        "PUN" => 8,
        _ => by_chance,
    }
}

/// Invents what is lacking of a unit: offices, people in them, officers.
pub(crate) fn invent(
    tx: &mut Transaction,
    unit: &UnitFacts,
    weight: u32,
    random: &mut Random,
    since: Timestamp,
) -> Result<(), Error> {
    invent_offices(tx, unit, since)?;
    invent_people(tx, unit, random, since)?;
    let officers = if officers_of(tx, unit.id)?.is_empty() { 2 + weight / 3 } else { 0 };
    for index in 0..officers {
        let role = if index == 0 { Role::HeadOfUnit } else { Role::Officer };
        let post = if index == 0 { "Chief ICT Officer" } else { "ICT Officer" };
        let person = new_person(tx, unit.id, &unit.code.to_lowercase(), post, random)?;
        let username = format!("{}.{}", fold(&person.name).replace(' ', "."), unit.code.to_lowercase());
        let id = people::insert(tx, &person, since)?;
        let taken: i64 = tx.one(
            "SELECT COUNT(*) AS taken FROM accounts WHERE username = $1",
            &[(&username).into()],
            |row| row.get("taken"),
        )?;
        let username = if taken == 0 { username } else { format!("{username}{index}") };
        let account = people::insert_account(tx, id, &username, since)?;
        people::grant(tx, account, role, unit.id, since)?;
    }
    Ok(())
}

/// Invents who looks over all units, where nobody does: the centre, an auditor, an operator.
pub(crate) fn invent_overseers(
    tx: &mut Transaction,
    random: &mut Random,
    since: Timestamp,
) -> Result<(), Error> {
    let known: i64 = tx.one(
        "SELECT COUNT(*) AS known FROM grants WHERE role IN ('centre', 'auditor', 'operator')",
        &[],
        |row| row.get("known"),
    )?;
    let government =
        tx.row("SELECT id FROM organisations WHERE key = 'government'", &[], |row| row.get("id"))?;
    let Some(government) = government.filter(|_| known == 0) else {
        return Ok(());
    };
    for role in [Role::Centre, Role::Auditor, Role::Operator] {
        let person = new_person(tx, government, role.code(), role.code(), random)?;
        let id = people::insert(tx, &person, since)?;
        let account = people::insert_account(tx, id, &format!("seed.{}", role.code()), since)?;
        people::grant(tx, account, role, government, since)?;
    }
    Ok(())
}

struct Below {
    id: OrganisationId,
    key: String,
    kind: String,
    name: String,
}

/// The organisations a unit serves, itself left out.
fn served(r: &mut Reader, unit: OrganisationId) -> Result<Vec<Below>, Error> {
    r.rows(
        "SELECT id, key, kind, name FROM organisations
         WHERE unit_id = $1 AND valid_to IS NULL AND kind <> 'ict_services_unit' ORDER BY key",
        &[unit.into()],
        |row| {
            Ok(Below {
                id: row.get("id")?,
                key: row.get("key")?,
                kind: row.get("kind")?,
                name: row.get("name")?,
            })
        },
    )
}

fn invent_offices(tx: &mut Transaction, unit: &UnitFacts, since: Timestamp) -> Result<(), Error> {
    let below = served(tx, unit.id)?;
    let mut lacking = OFFICES_WANTED.saturating_sub(below.len());
    let known: BTreeSet<&str> = below.iter().map(|office| office.key.as_str()).collect();
    let house = below.iter().find(|office| office.kind != "gewog");
    let mut wanted: Vec<(&Below, String, &str)> = Vec::new();
    for (ending, kind) in IN_A_GEWOG {
        for gewog in below.iter().filter(|office| office.kind == "gewog") {
            let short = gewog.name.split(" Gewog").next().unwrap_or(&gewog.name);
            wanted.push((gewog, format!("{short} {ending}"), kind));
        }
    }
    for section in IN_A_HOUSE {
        if let Some(house) = house {
            wanted.push((house, format!("{section}, {}", house.name), "sector"));
        }
    }
    for (parent, name, kind) in wanted {
        let key = format!("seed-{}-{}", unit.code.to_lowercase(), fold(&name).replace(' ', "-"));
        if lacking == 0 || known.contains(key.as_str()) {
            continue;
        }
        lacking -= 1;
        let (kind, parent) = ((*kind).to_owned(), Some(parent.id));
        offices::insert(tx, &NewOffice { key, kind, name, parent, ..NewOffice::default() }, since)?;
    }
    Ok(())
}

fn invent_people(
    tx: &mut Transaction,
    unit: &UnitFacts,
    random: &mut Random,
    since: Timestamp,
) -> Result<(), Error> {
    for office in offices_of(tx, unit.id)? {
        if office.people.is_empty() {
            for post in ["Head of office", "Administrative Assistant", "Officer"] {
                let person = new_person(tx, office.id, "office", post, random)?;
                people::insert(tx, &person, since)?;
            }
        }
    }
    Ok(())
}

/// Numbers and addresses that belong to nobody, as in `demo/README.md`.
fn new_person(
    r: &mut Reader,
    office: OrganisationId,
    host: &str,
    post: &str,
    random: &mut Random,
) -> Result<NewPerson, Error> {
    let first = random.pick(FIRST).copied().unwrap_or_default();
    let second = random.pick(SECOND).copied().unwrap_or_default();
    let count: i64 = r.one("SELECT COUNT(*) AS people FROM persons", &[], |row| row.get("people"))?;
    Ok(NewPerson {
        employee_id: Some(format!("98{count:06}")),
        name: format!("{first} {second}"),
        post: post.to_owned(),
        working_agency: Some(office),
        parent_agency: Some(office),
        phone: format!("17000{:03}", count % 1000),
        email: format!("{}.{}@{host}.example", first.to_lowercase(), second.to_lowercase()),
        ..NewPerson::default()
    })
}

pub(crate) fn officers_of(r: &mut Reader, unit: OrganisationId) -> Result<Vec<Player>, Error> {
    r.rows(
        "SELECT DISTINCT p.id AS id, p.name AS name, p.phone AS phone, p.email AS email
         FROM grants g JOIN accounts a ON a.id = g.account_id JOIN persons p ON p.id = a.person_id
         WHERE g.organisation_id = $1 AND g.role IN ('officer', 'head_of_unit') ORDER BY name, email, id",
        &[unit.into()],
        |row| {
            Ok(Player {
                id: row.get("id")?,
                name: row.get("name")?,
                phone: row.get("phone")?,
                email: row.get("email")?,
            })
        },
    )
}

/// The offices of a unit with their people; the unit itself asks itself nothing.
pub(crate) fn offices_of(r: &mut Reader, unit: OrganisationId) -> Result<Vec<Office>, Error> {
    let mut offices: Vec<Office> = served(r, unit)?
        .into_iter()
        .map(|office| Office { id: office.id, name: office.name, people: Vec::new() })
        .collect();
    r.each(
        "SELECT o.id AS office_id, p.id AS id, p.name AS name, p.phone AS phone, p.email AS email
         FROM organisations o JOIN persons p ON p.working_agency_id = o.id
         WHERE o.unit_id = $1 AND o.valid_to IS NULL AND p.valid_to IS NULL ORDER BY p.employee_id, p.name, p.id",
        &[unit.into()],
        |row| {
            let office: OrganisationId = row.get("office_id")?;
            if let Some(office) = offices.iter_mut().find(|known| known.id == office) {
                office.people.push(Player {
                    id: row.get("id")?,
                    name: row.get("name")?,
                    phone: row.get("phone")?,
                    email: row.get("email")?,
                });
            }
            Ok(())
        },
    )?;
    Ok(offices)
}
