//! Who there is to look, and what there is to see.

use std::collections::BTreeMap;

use crate::desk::testing::{given, reported, veiled};
use crate::directory::delegations::{self, Wanted};
use crate::directory::people::{self, NewPerson};
use crate::directory::sessions;
use crate::id::{OrganisationId, PersonId};
use crate::testing::{Browser, World};
use crate::viewer::Role;

pub(super) const UNITS: [&str; 4] = ["PUN", "THI", "HAA", "PAR"];
pub(super) const CASES: usize = 200;
/// The service that only named people see.
pub(super) const CONFIDENTIAL: &str = "security-incident";

pub(super) struct Office {
    pub(super) id: OrganisationId,
    pub(super) name: String,
    pub(super) unit: OrganisationId,
}

pub(super) struct Case {
    pub(super) number: String,
    pub(super) unit: OrganisationId,
    pub(super) office: OrganisationId,
    pub(super) requester: PersonId,
    pub(super) file: Option<String>,
    pub(super) confidential: bool,
}

pub(super) struct Onlooker {
    /// For the words of a failure.
    pub(super) who: String,
    pub(super) person: PersonId,
    pub(super) grants: Vec<(Role, OrganisationId)>,
    pub(super) named: bool,
    pub(super) browser: Browser,
}

/// Every organisation with the one above it.
pub(super) struct Tree(BTreeMap<OrganisationId, Option<OrganisationId>>);

impl Tree {
    pub(super) fn read(world: &World) -> Tree {
        let sql = "SELECT id, parent_id FROM organisations";
        let pairs = world.app.db.read_blocking(move |r| r.rows(sql, &[], |row| Ok((row.at(0)?, row.at(1)?))));
        Tree(pairs.unwrap_or_else(|error: database::Error| panic!("{error}")).into_iter().collect())
    }

    pub(super) fn is_below(&self, low: OrganisationId, high: OrganisationId) -> bool {
        low == high || self.0[&low].is_some_and(|above| self.is_below(above, high))
    }
}

impl Onlooker {
    /// Has it in lists: works on it, or looks over those who do.
    pub(super) fn sees_inside(&self, tree: &Tree, case: &Case) -> bool {
        let reaches = |(role, scope): &(Role, OrganisationId)| match role {
            Role::Officer | Role::HeadOfUnit => case.unit == *scope,
            Role::Centre | Role::Auditor => tree.is_below(case.unit, *scope),
            Role::HeadOfOffice | Role::Requester | Role::Operator => false,
        };
        self.is_let_in(case) && self.grants.iter().any(reaches)
    }

    pub(super) fn is_let_in(&self, case: &Case) -> bool {
        self.named || !case.confidential
    }

    pub(super) fn sees_as_head(&self, tree: &Tree, case: &Case) -> bool {
        self.is_let_in(case) && self.scopes(Role::HeadOfOffice).any(|scope| tree.is_below(case.office, scope))
    }

    /// Has it in lists as the centre alone: opens it after saying why.
    pub(super) fn must_say_why(&self, tree: &Tree, case: &Case) -> bool {
        let without = |grants: &[(Role, OrganisationId)]| {
            grants.iter().any(|(role, scope)| match role {
                Role::Officer | Role::HeadOfUnit => case.unit == *scope,
                Role::Auditor => tree.is_below(case.unit, *scope),
                _ => false,
            })
        };
        self.sees_inside(tree, case)
            && !without(&self.grants)
            && !self.sees_as_head(tree, case)
            && case.requester != self.person
    }

    pub(super) fn scopes(&self, role: Role) -> impl Iterator<Item = OrganisationId> {
        self.grants.iter().filter(move |grant| grant.0 == role).map(|grant| grant.1)
    }

    pub(super) fn sees(&self, tree: &Tree, case: &Case) -> bool {
        case.requester == self.person || self.sees_inside(tree, case) || self.sees_as_head(tree, case)
    }
}

pub(super) fn organisation(world: &World, key: &str) -> OrganisationId {
    let key = key.to_owned();
    let sql = "SELECT id FROM organisations WHERE key = $1";
    world.app.db.read_blocking(move |r| r.one(sql, &[(&key).into()], |row| row.at(0))).unwrap()
}

/// Six gewogs of each of the four districts.
pub(super) fn offices(world: &World) -> Vec<Office> {
    let units = UNITS.map(|code| world.app.calendars.unit_by_code(code).unwrap().id);
    let of_unit = |unit: OrganisationId| {
        let sql =
            "SELECT id, name FROM organisations WHERE unit_id = $1 AND kind = 'gewog' ORDER BY name LIMIT 6";
        let rows = world.app.db.read_blocking(move |r| {
            r.rows(sql, &[unit.into()], |row| Ok::<_, database::Error>((row.at(0)?, row.at::<String>(1)?)))
        });
        rows.unwrap().into_iter().map(move |(id, name)| Office { id, name, unit }).collect::<Vec<_>>()
    };
    units.into_iter().flat_map(of_unit).collect()
}

pub(super) fn onlooker(world: &World, number: usize, grants: &[(Role, OrganisationId)]) -> Onlooker {
    let (all, now) = (grants.to_vec(), world.app.clock.now());
    let made = world.app.db.write_blocking(move |tx| {
        let name = format!("Onlooker {number:02}");
        let phone = format!("7700{number:04}");
        let person = people::insert(tx, &NewPerson { name, phone, ..NewPerson::default() }, now)?;
        let account = people::insert_account(tx, person, &format!("onlooker{number}"), now)?;
        for (role, scope) in &all {
            people::grant(tx, account, *role, *scope, now)?;
        }
        Ok::<_, database::Error>((person, sessions::open(tx, account, &sessions::Origin::test(), now)?))
    });
    let (person, secret) = made.unwrap();
    let who = format!("onlooker {number} with {:?}", grants.iter().map(|grant| grant.0).collect::<Vec<_>>());
    let named = number.is_multiple_of(5);
    Onlooker { who, person, grants: grants.to_vec(), named, browser: Browser::new(&world.app, Some(secret)) }
}

/// Every role in every scope that it is given in, and several together.
pub(super) fn onlookers(world: &World, offices: &[Office]) -> Vec<Onlooker> {
    let units = UNITS.map(|code| world.app.calendars.unit_by_code(code).unwrap().id);
    let districts =
        ["punakha", "thimphu", "haa", "paro"].map(|name| organisation(world, &format!("dzongkhag-{name}")));
    let government = organisation(world, "government");
    let mut grants: Vec<Vec<(Role, OrganisationId)>> = Vec::new();
    for (unit, district) in units.into_iter().zip(districts) {
        grants.push(vec![(Role::Officer, unit)]);
        grants.push(vec![(Role::HeadOfUnit, unit)]);
        grants.push(vec![(Role::Centre, district)]);
        grants.push(vec![(Role::Auditor, district)]);
        grants.push(vec![(Role::HeadOfOffice, district)]);
    }
    grants.extend(offices.iter().step_by(3).map(|office| vec![(Role::HeadOfOffice, office.id)]));
    grants.extend(offices.iter().step_by(4).map(|office| vec![(Role::Requester, office.id)]));
    grants.push(vec![(Role::Officer, units[0]), (Role::Officer, units[2])]);
    grants.push(vec![(Role::HeadOfUnit, units[1]), (Role::HeadOfOffice, districts[3])]);
    grants.push(vec![(Role::Officer, units[3]), (Role::Auditor, districts[0])]);
    grants.push(vec![(Role::HeadOfOffice, offices[0].id), (Role::HeadOfOffice, offices[23].id)]);
    grants.push(vec![(Role::Centre, government)]);
    grants.push(vec![(Role::Auditor, government)]);
    grants.push(vec![(Role::Operator, government)]);
    grants.push(Vec::new());
    grants.push(vec![(Role::Officer, units[1]), (Role::HeadOfUnit, units[1])]);
    grants.push(vec![(Role::Requester, government)]);
    grants.iter().enumerate().map(|(number, grants)| onlooker(world, number, grants)).collect()
}

/// Every fifth of them is named for security incidents.
pub(super) async fn name(world: &World, people: &[Onlooker]) {
    let service = world.app.catalogue.now().service_by_code(CONFIDENTIAL).unwrap().id;
    let (named, now) = (people.iter().filter(|it| it.named).map(|it| it.person), world.app.clock.now());
    let named: Vec<PersonId> = named.collect();
    let written = world.app.db.write_blocking(move |tx| {
        named
            .iter()
            .try_for_each(|person| crate::desk::store::named::add(tx, service, *person, now).map(|_| ()))
    });
    written.unwrap_or_else(|error: database::Error| panic!("{error}"));
    veiled(world, CONFIDENTIAL, &[]).await;
}

/// The officer of Punakha is away, and the officer of Haa stands in; not for what is confidential.
pub(super) fn stand_in(world: &World, people: &mut [Onlooker]) {
    let units = UNITS.map(|code| world.app.calendars.unit_by_code(code).unwrap().id);
    let place = |unit| people.iter().position(|it| it.grants == [(Role::Officer, unit)]).unwrap();
    let (absent, stand_in) = (people[place(units[0])].person, place(units[2]));
    let (other, now) = (people[stand_in].person, world.app.clock.now());
    let wanted = Wanted {
        absent,
        stand_in: other,
        from: now,
        to: now + jiff::SignedDuration::from_hours(9),
        foreign: None,
    };
    let written = world.app.db.write_blocking(move |tx| delegations::insert(tx, &wanted, false, "test", now));
    written.unwrap();
    people[stand_in].grants.push((Role::Officer, units[0]));
}

pub(super) async fn cases(world: &World, offices: &[Office], people: &[Onlooker]) -> Vec<Case> {
    let mut cases = Vec::new();
    for number in 0..CASES {
        let office = &offices[number * 7 % offices.len()];
        let requester = people[number * 5 % people.len()].person;
        let mut incoming = reported(world);
        incoming.unit = office.unit;
        incoming.office = Some(office.id);
        incoming.office_text.clone_from(&office.name);
        incoming.requester = Some(requester);
        incoming.subject = format!("Matter {number:03}");
        if number % 10 == 3 {
            let service = world.app.catalogue.now().service_by_code(CONFIDENTIAL).unwrap().clone();
            incoming.service = service;
        }
        if number % 10 == 0 {
            let bytes = format!("what stands in file {number}");
            incoming.files = vec![world.app.files.store("note.txt", bytes.as_bytes()).await.unwrap()];
        }
        let accepted = given(world, incoming).await;
        let id = accepted.id;
        let sql = "SELECT id FROM attachments WHERE request_id = $1";
        let file = world
            .app
            .db
            .read_blocking(move |r| r.row(sql, &[id.into()], |row| row.at::<crate::id::AttachmentId>(0)));
        let sql = "SELECT unit_id FROM requests WHERE id = $1";
        let unit = world.app.db.read_blocking(move |r| r.one(sql, &[id.into()], |row| row.at(0)));
        cases.push(Case {
            confidential: number % 10 == 3,
            number: accepted.number,
            // Where nobody is named, a confidential one goes elsewhere.
            unit: unit.unwrap_or_else(|error: database::Error| panic!("{error}")),
            office: office.id,
            requester,
            file: file.unwrap().map(|file| file.to_string()),
        });
    }
    cases
}
