//! What one may not see is not found: not on a page, in a list, a count, a search, a file, an export or a figure.
//!
//! Forty-four people and two hundred requests, a tenth of them confidential; some of the people are named for those,
//! one stands in for another, and the centre says why it looks. Who sees what is worked out here a second time, from the tree of
//! organisations and the words of the rule; then everything the program shows is held against it.

mod people;

use std::collections::BTreeSet;

use crate::analysis::tests::visibility::people::{
    CASES, Case, Onlooker, Tree, UNITS, cases, name, offices, onlookers, stand_in,
};
use crate::id::OrganisationId;
use crate::testing::{Browser, Page, World};
use crate::viewer::Role;

const PERIOD: &str = "from=2026-11-01&to=2026-11-30";

/// The numbers of requests that stand in a text: "PUN-26-00001-2".
fn numbers(text: &str) -> BTreeSet<String> {
    let is_number = |word: &&str| {
        let parts: Vec<&str> = word.split('-').collect();
        parts.len() == 4
            && (UNITS.contains(&parts[0]) && parts[2].len() == 5 || parts[0] == "CONF" && parts[2].len() > 4)
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
    name(&world, &people).await;
    let before = world.app.clock.now();
    let cases = cases(&world, &offices, &people).await;
    stand_in(&world, &mut people);
    assert!(people.len() >= 40 && cases.len() == CASES);
    let hidden = cases.iter().filter(|case| case.confidential).count();
    assert!(hidden == CASES / 10 && people.iter().filter(|it| it.named).count() > 5);
    for me in &mut people {
        live(&tree, me, &cases, before).await;
        one_by_one(&tree, me, &cases).await;
        in_lists(&world, &tree, me, &cases).await;
        in_figures(&world, &tree, me, &cases).await;
    }
}

async fn one_by_one(tree: &Tree, me: &mut Onlooker, cases: &[Case]) {
    for (place, case) in cases.iter().enumerate() {
        let number = &case.number;
        if me.must_say_why(tree, case) {
            says_why(me, case, place).await;
            continue;
        }
        let expected = if me.sees(tree, case) { 200 } else { 404 };
        let answer = me.browser.get(&format!("/api/v1/requests/{number}")).await;
        assert_eq!(answer.status, expected, "{} asks the API for {number}", me.who);
        // A page costs more to make than the answer of the API, and asks the same door.
        if place.is_multiple_of(8) {
            let page = me.browser.get(&format!("/requests/{number}")).await;
            assert_eq!(page.status, expected, "{} opens {number}", me.who);
        }
        if let Some(file) = &case.file {
            let answer = me.browser.get(&format!("/requests/{number}/files/{file}")).await;
            assert_eq!(answer.status, expected, "{} opens a file of {number}", me.who);
        }
    }
}

/// The centre learns nothing before it said why, and what everybody inside sees from then on.
async fn says_why(me: &mut Onlooker, case: &Case, place: usize) {
    let Case { number, file, .. } = case;
    let path = format!("/api/v1/requests/{number}");
    assert_eq!(me.browser.get(&path).await.status, 403, "{} asks for {number}", me.who);
    if let Some(file) = file {
        let page = me.browser.get(&format!("/requests/{number}/files/{file}")).await;
        assert!(page.path.ends_with("/look"), "{} opens a file of {number}", me.who);
    }
    if place.is_multiple_of(8) {
        let page = me.browser.get(&format!("/requests/{number}")).await;
        assert!(page.path.ends_with("/look"), "{} opens {number}", me.who);
        let why = serde_json::json!({ "reason": "figures", "text": "A test." });
        me.browser.post_json(&format!("{path}/look"), &why).await.must_be(200);
        me.browser.get(&path).await.must_be(200);
    }
}

/// The stream of live events tells of what the lists hold, and of nothing else.
async fn live(tree: &Tree, me: &mut Onlooker, cases: &[Case], since: jiff::Timestamp) {
    let inside = only(cases, |case| me.sees_inside(tree, case));
    let page = me.browser.get(&format!("/live?since={}", since.as_microsecond())).await;
    assert!([200, 403].contains(&page.status.as_u16()), "{}: {}", me.who, page.status);
    let heard = if page.status == 200 { numbers(&page.text()) } else { BTreeSet::new() };
    assert_eq!(heard, inside, "{}: live", me.who);
}

async fn in_lists(world: &World, tree: &Tree, me: &mut Onlooker, cases: &[Case]) {
    let units = UNITS.map(|code| (code, world.app.calendars.unit_by_code(code).unwrap().id));
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
    for (code, unit) in units {
        let of_unit: BTreeSet<String> = cases
            .iter()
            .filter(|it| it.unit == unit && inside.contains(&it.number))
            .map(|it| it.number.clone())
            .collect();
        let found = listed(browser, &format!("/requests?unit={code}"), next_link).await;
        assert_eq!(found, of_unit, "{who}: the queue of {code}");
    }
}

async fn in_figures(world: &World, tree: &Tree, me: &mut Onlooker, cases: &[Case]) {
    // Nothing confidential stands in a figure, whoever looks at it.
    for code in UNITS {
        let unit = world.app.calendars.unit_by_code(code).unwrap().id;
        let of_unit =
            only(cases, |case| case.unit == unit && !case.confidential && me.sees_inside(tree, case));
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
            let own = only(cases, |case| !case.confidential && tree.is_below(case.office, office));
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
        let is_mine = |case: &&Case| case.unit == unit.id && me.sees_inside(&tree, case);
        let cases: Vec<&Case> = cases.iter().filter(is_mine).collect();
        let page = me.browser.get(&format!("/today?unit={code}")).await;
        if !cases.is_empty() {
            page.must_have(&unit.name);
            page.must_have(&format!(">{}<", cases.len()));
        } else {
            assert_eq!(page.status, 404, "{} opens the day of {code}", me.who);
        }
    }
}
