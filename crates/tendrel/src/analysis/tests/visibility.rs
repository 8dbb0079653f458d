//! What one may not see is not found: not on a page, in a list, a count, a search, a file, an export or a figure.
//!
//! Forty-four people and two hundred requests. Who sees what is worked out here a second time, from the tree of
//! organisations and the words of the rule; then everything the program shows is held against it.

use std::collections::{BTreeMap, BTreeSet};

use crate::desk::testing::{given, reported};
use crate::directory::people::{self, NewPerson};
use crate::directory::sessions;
use crate::id::{OrganisationId, PersonId};
use crate::testing::{Browser, Page, World};
use crate::viewer::Role;

const UNITS: [&str; 4] = ["PUN", "THI", "HAA", "PAR"];
const CASES: usize = 200;
const PERIOD: &str = "from=2026-11-01&to=2026-11-30";

struct Office {
    id: OrganisationId,
    name: String,
    unit: OrganisationId,
}

struct Case {
    number: String,
    unit: OrganisationId,
    office: OrganisationId,
    requester: PersonId,
    file: Option<String>,
}

struct Onlooker {
    /// For the words of a failure.
    who: String,
    person: PersonId,
    grants: Vec<(Role, OrganisationId)>,
    browser: Browser,
}

/// Every organisation with the one above it.
struct Tree(BTreeMap<OrganisationId, Option<OrganisationId>>);

impl Tree {
    fn read(world: &World) -> Tree {
        let sql = "SELECT id, parent_id FROM organisations";
        let pairs = world.app.db.read_blocking(move |r| r.rows(sql, &[], |row| Ok((row.at(0)?, row.at(1)?))));
        Tree(pairs.unwrap_or_else(|error: database::Error| panic!("{error}")).into_iter().collect())
    }

    fn is_below(&self, low: OrganisationId, high: OrganisationId) -> bool {
        low == high || self.0[&low].is_some_and(|above| self.is_below(above, high))
    }
}

impl Onlooker {
    /// Works on it, or looks over those who do.
    fn sees_inside(&self, tree: &Tree, case: &Case) -> bool {
        self.grants.iter().any(|(role, scope)| match role {
            Role::Officer | Role::HeadOfUnit => case.unit == *scope,
            Role::Centre | Role::Auditor => tree.is_below(case.unit, *scope),
            Role::HeadOfOffice | Role::Requester | Role::Operator => false,
        })
    }

    fn sees_as_head(&self, tree: &Tree, case: &Case) -> bool {
        self.scopes(Role::HeadOfOffice).any(|scope| tree.is_below(case.office, scope))
    }

    fn scopes(&self, role: Role) -> impl Iterator<Item = OrganisationId> {
        self.grants.iter().filter(move |grant| grant.0 == role).map(|grant| grant.1)
    }

    fn sees(&self, tree: &Tree, case: &Case) -> bool {
        case.requester == self.person || self.sees_inside(tree, case) || self.sees_as_head(tree, case)
    }
}

fn organisation(world: &World, key: &str) -> OrganisationId {
    let key = key.to_owned();
    let sql = "SELECT id FROM organisations WHERE key = $1";
    world.app.db.read_blocking(move |r| r.one(sql, &[(&key).into()], |row| row.at(0))).unwrap()
}

/// Six gewogs of each of the four districts.
fn offices(world: &World) -> Vec<Office> {
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

fn onlooker(world: &World, number: usize, grants: &[(Role, OrganisationId)]) -> Onlooker {
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
    Onlooker { who, person, grants: grants.to_vec(), browser: Browser::new(&world.app, Some(secret)) }
}

/// Every role in every scope that it is given in, and several together.
fn onlookers(world: &World, offices: &[Office]) -> Vec<Onlooker> {
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

async fn cases(world: &World, offices: &[Office], people: &[Onlooker]) -> Vec<Case> {
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
        cases.push(Case {
            number: accepted.number,
            unit: office.unit,
            office: office.id,
            requester,
            file: file.unwrap().map(|file| file.to_string()),
        });
    }
    cases
}

/// The numbers of requests that stand in a text: "PUN-26-00001-2".
fn numbers(text: &str) -> BTreeSet<String> {
    let is_number = |word: &&str| {
        let parts: Vec<&str> = word.split('-').collect();
        parts.len() == 4 && UNITS.contains(&parts[0]) && parts[2].len() == 5
    };
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    words.filter(is_number).map(str::to_owned).collect()
}

/// All numbers of a list, page by page; nothing where it is refused.
async fn listed(
    browser: &mut Browser,
    first: &str,
    next: impl Fn(&Page) -> Option<String>,
) -> BTreeSet<String> {
    let (mut found, mut path) = (BTreeSet::new(), Some(first.to_owned()));
    while let Some(address) = path {
        let page = browser.get(&address).await;
        if page.status != 200 {
            assert!([403, 404].contains(&page.status.as_u16()), "{address}: {}", page.status);
            return found;
        }
        found.extend(numbers(&page.text()));
        path = next(&page);
    }
    found
}

fn next_link(page: &Page) -> Option<String> {
    let text = page.text();
    let link = text.split("rel=\"next\" href=\"").nth(1)?.split('"').next()?;
    Some(link.replace("&amp;", "&").replace("&#38;", "&"))
}

fn only<'a>(cases: &'a [Case], is_seen: impl Fn(&Case) -> bool + 'a) -> BTreeSet<String> {
    cases.iter().filter(|case| is_seen(case)).map(|case| case.number.clone()).collect()
}

#[tokio::test]
async fn pages_lists_search_files_exports_and_figures_agree_on_who_sees_what() {
    let world = World::new();
    let (tree, offices) = (Tree::read(&world), offices(&world));
    let mut people = onlookers(&world, &offices);
    let cases = cases(&world, &offices, &people).await;
    assert!(people.len() >= 40 && cases.len() == CASES);
    for me in &mut people {
        one_by_one(&tree, me, &cases).await;
        in_lists(&tree, me, &cases).await;
        in_figures(&world, &tree, me, &cases).await;
    }
}

async fn one_by_one(tree: &Tree, me: &mut Onlooker, cases: &[Case]) {
    for (place, case) in cases.iter().enumerate() {
        let (number, expected) = (&case.number, if me.sees(tree, case) { 200 } else { 404 });
        let answer = me.browser.get(&format!("/api/v1/requests/{number}")).await;
        assert_eq!(answer.status, expected, "{} asks the API for {number}", me.who);
        // A page costs more to make than the answer of the API, and asks the same door.
        if place % 8 == 0 {
            let page = me.browser.get(&format!("/requests/{number}")).await;
            assert_eq!(page.status, expected, "{} opens {number}", me.who);
        }
        if let Some(file) = &case.file {
            let answer = me.browser.get(&format!("/requests/{number}/files/{file}")).await;
            assert_eq!(answer.status, expected, "{} opens a file of {number}", me.who);
        }
    }
}

async fn in_lists(tree: &Tree, me: &mut Onlooker, cases: &[Case]) {
    let inside = only(cases, |case| me.sees_inside(tree, case));
    let mine = only(cases, |case| case.requester == me.person);
    let as_head = only(cases, |case| me.sees_as_head(tree, case));
    let who = me.who.clone();
    let browser = &mut me.browser;
    let cursor = |page: &Page| {
        page.json()["next"].as_str().map(|next| format!("/api/v1/requests?unit=all&after={next}"))
    };
    assert_eq!(listed(browser, "/api/v1/requests?unit=all", cursor).await, inside, "{who}: the API's list");
    assert_eq!(listed(browser, "/requests?unit=all", next_link).await, inside, "{who}: the queue");
    assert_eq!(listed(browser, "/requests.csv?unit=all", |_| None).await, inside, "{who}: the file");
    assert_eq!(listed(browser, "/search?q=matter", next_link).await, inside, "{who}: the search");
    assert_eq!(listed(browser, "/my/requests", next_link).await, mine, "{who}: their own");
    assert_eq!(listed(browser, "/my/office", next_link).await, as_head, "{who}: their office's");
    for code in UNITS {
        let of_unit: BTreeSet<String> = inside.iter().filter(|it| it.starts_with(code)).cloned().collect();
        let found = listed(browser, &format!("/requests?unit={code}"), next_link).await;
        assert_eq!(found, of_unit, "{who}: the queue of {code}");
    }
}

async fn in_figures(world: &World, tree: &Tree, me: &mut Onlooker, cases: &[Case]) {
    let inside = only(cases, |case| me.sees_inside(tree, case));
    for code in UNITS {
        let of_unit: BTreeSet<String> = inside.iter().filter(|it| it.starts_with(code)).cloned().collect();
        let page = me.browser.get(&format!("/api/v1/analysis?unit={code}&{PERIOD}")).await;
        let counted = if page.status == 200 { page.json()["total"]["came_in"].as_u64().unwrap() } else { 0 };
        assert_eq!(counted, of_unit.len() as u64, "{}: how many came to {code}", me.who);
        let records = format!("/api/v1/analysis/records?figure=came-in&unit={code}&{PERIOD}");
        let next =
            |page: &Page| page.json()["after"].as_str().map(|after| format!("{records}&after={after}"));
        assert_eq!(listed(&mut me.browser, &records, next).await, of_unit, "{}: behind it", me.who);
    }
    if !me.grants.iter().any(|(role, _)| matches!(role, Role::Officer | Role::HeadOfUnit)) {
        let heads: Vec<OrganisationId> = me.scopes(Role::HeadOfOffice).collect();
        for office in heads {
            let own = only(cases, |case| tree.is_below(case.office, office));
            let page = me.browser.get(&format!("/api/v1/analysis?office={office}&{PERIOD}")).await;
            page.must_be(200);
            assert_eq!(page.json()["total"]["came_in"], own.len(), "{}: their office", me.who);
        }
    }
    in_counters(world, me, cases).await;
}

/// The numbers that are kept, not counted: of each unit that somebody works in or looks over, and no other.
async fn in_counters(world: &World, me: &mut Onlooker, cases: &[Case]) {
    let page = me.browser.get("/today").await;
    if page.status != 200 {
        page.must_be(403);
        return;
    }
    let tree = Tree::read(world);
    for code in UNITS {
        let unit = world.app.calendars.unit_by_code(code).unwrap();
        let cases: Vec<&Case> = cases.iter().filter(|case| case.unit == unit.id).collect();
        let page = me.browser.get(&format!("/today?unit={code}")).await;
        if cases.iter().any(|case| me.sees_inside(&tree, case)) {
            page.must_have(&unit.name);
            page.must_have(&format!(">{}<", cases.len()));
        } else {
            assert_eq!(page.status, 404, "{} opens the day of {code}", me.who);
        }
    }
}
