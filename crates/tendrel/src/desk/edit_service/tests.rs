//! Changing a service: who may, what is kept, and what it does to promises.

use crate::testing::{Browser, Page, Who, World};

const PATH: &str = "/services/something-else/edit";

/// The fields of the editor as a browser would send them back.
fn fields(page: &Page) -> Vec<(String, String)> {
    let text = page.text();
    let form = text.split("class=\"edit\"").nth(1).unwrap().split("</form>").next().unwrap().to_owned();
    let value_of = |tag: &str, name: &str| {
        let rest = tag.split(&format!(" {name}=\"")).nth(1)?;
        Some(unescape(rest.split('"').next().unwrap()))
    };
    let mut fields = Vec::new();
    for piece in form.split('<').skip(1) {
        let Some((tag, after)) = piece.split_once('>') else { continue };
        let Some(name) = value_of(tag, "name") else { continue };
        if tag.starts_with("input") && (!tag.contains("checkbox") || tag.contains(" checked")) {
            fields.push((name, value_of(tag, "value").unwrap_or_default()));
        } else if tag.starts_with("textarea") {
            fields.push((name, unescape(after)));
        } else if tag.starts_with("select") {
            let body = form.split(&format!("<{piece}")).nth(1).unwrap().split("</select>").next().unwrap();
            let chosen = body.split("<option").find(|option| option.contains(" selected"));
            let chosen = chosen.and_then(|option| value_of(&format!("x{option}"), "value"));
            fields.push((name, chosen.unwrap_or_default()));
        }
    }
    fields
}

fn unescape(text: &str) -> String {
    text.replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// Sends the editor as it stands with these fields changed.
async fn send(browser: &mut Browser, page: &Page, changes: &[(&str, &str)]) -> Page {
    let mut all = fields(page);
    for (name, value) in changes {
        all.retain(|(field, _)| field != name);
        all.push(((*name).to_owned(), (*value).to_owned()));
    }
    let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(PATH, &all).await
}

#[tokio::test]
async fn only_the_head_of_a_unit_and_the_operator_may() {
    let world = World::new();
    world.public().get(PATH).await.must_have("Sign in");
    for who in [Who::Karma, Who::Tshering, Who::Principal, Who::Auditor, Who::Centre] {
        world.browser(who).get(PATH).await.must_be(403);
        world.browser(who).post(PATH, &[("do", "save")]).await.must_be(403);
    }
    world.browser(Who::Operator).get(PATH).await.must_be(200);
    world.browser(Who::Head).get("/services/teleport/edit").await.must_be(404);
}

#[tokio::test]
async fn saving_without_a_change_of_words_decides_the_samples() {
    let world = World::new();
    let mut head = world.browser(Who::Head);
    let page = head.get(PATH).await;
    page.must_be(200);
    page.must_have("samples");
    let before = world.app.catalogue.now().service_by_code("something-else").unwrap().clone();
    let page = send(&mut head, &page, &[("do", "save")]).await;
    page.must_be(200);
    let after = world.app.catalogue.now().service_by_code("something-else").unwrap().clone();
    let mut expected = before.definition.clone();
    expected.sample = false;
    assert_eq!(after.definition, expected);
    assert_eq!((after.version, &after.levels), (2, &before.levels));
    assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE subject = 'service'"), 1);
    assert_eq!(world.number("SELECT COUNT(*) FROM jobs WHERE kind = 'recompute_promises'"), 0);
}

#[tokio::test]
async fn a_field_is_added_moved_and_saved_and_the_form_asks_it() {
    let world = World::new();
    let mut head = world.browser(Who::Head);
    let page = head.get(PATH).await;
    let rows: usize = fields(&page).iter().find(|(name, _)| name == "rows").unwrap().1.parse().unwrap();
    let page = send(&mut head, &page, &[("do", "add"), ("summary", "Not lost")]).await;
    page.must_be(200);
    page.must_have("Not lost");
    let names = ["label", "kind", "options"].map(|name| format!("row-{rows}-{name}"));
    let new = [
        (names[0].as_str(), "Which floor?"),
        (names[1].as_str(), "choice"),
        (names[2].as_str(), "ground | Ground floor\nUpper floor"),
    ];
    let up = format!("up-{rows}");
    let page = send(&mut head, &page, &[new[0], new[1], new[2], ("do", &up)]).await;
    page.must_have("Which floor?");
    page.must_have("Ground floor");
    let page = send(&mut head, &page, &[("do", "save")]).await;
    page.must_be(200);
    page.must_have("New: Which floor?");
    world.public().get("/services/something-else").await.must_have("Upper floor");
    let fields =
        &world.app.catalogue.now().service_by_code("something-else").unwrap().definition.fields.clone();
    assert_eq!(fields[rows - 1].key, "which_floor");
    assert_eq!(fields[rows - 1].options[1].value, "upper_floor");
    // And away with it again.
    let page = head.get(PATH).await;
    let remove = format!("remove-{}", rows - 1);
    send(&mut head, &page, &[("do", &remove)]).await.must_not_have("upper_floor");
}

#[tokio::test]
async fn another_promise_holds_from_its_day_and_open_clocks_are_counted_again() {
    let world = World::new();
    let mut head = world.browser(Who::Head);
    let page = head.get(PATH).await;
    let changes = [
        ("level-2-resolution", "7"),
        ("level-2-resolution-unit", "working_hours"),
        ("from", "2026-12-01"),
        ("do", "save"),
    ];
    let page = send(&mut head, &page, &changes).await;
    page.must_be(200);
    page.must_have("2026-12-01");
    page.must_have("7 h");
    assert_eq!(world.number("SELECT COUNT(*) FROM jobs WHERE kind = 'recompute_promises'"), 1);
    let of = || {
        let catalogue = world.app.catalogue.now();
        catalogue.service_by_code("something-else").unwrap().levels[&3].resolution.amount
    };
    let before = of();
    assert_ne!(before, 7);
    world.set("2026-11-30 18:00");
    world.app.refresh().await.unwrap();
    assert_eq!(of(), before);
    // The day comes without anybody changing anything.
    world.set("2026-12-01 00:10");
    world.app.refresh().await.unwrap();
    assert_eq!(of(), 7);
    assert_eq!(
        world.number("SELECT COUNT(*) FROM service_levels l JOIN services s ON s.id = l.service_id WHERE s.code = 'something-else'"),
        10
    );
}

#[tokio::test]
async fn what_cannot_be_saved_is_said_and_stays_as_typed() {
    let world = World::new();
    let mut head = world.browser(Who::Head);
    let page = head.get(PATH).await;
    let cases = [
        ("name", "", "Fill this in"),
        ("level-0-resolution", "0", "a whole number"),
        ("level-0-response", "soon", "a whole number"),
        ("from", "2026-11-18", "today or later"),
        ("row-0-label", "", "Write the question"),
        ("row-0-kind", "telepathy", "Choose what kind"),
        ("default_impact", "9", "Choose one"),
        ("row-0-on", "nothing", "above it"),
    ];
    for (name, value, words) in cases {
        let page =
            send(&mut head, &page, &[(name, value), ("purpose", "Typed just now"), ("do", "save")]).await;
        page.must_be(422);
        page.must_have(words);
        page.must_have("Typed just now");
    }
    assert_eq!(world.number("SELECT MAX(version) FROM services"), 1);
}

#[tokio::test]
async fn the_later_of_two_is_told_and_loses_nothing() {
    let world = World::new();
    let (mut head, mut operator) = (world.browser(Who::Head), world.browser(Who::Operator));
    let page = head.get(PATH).await;
    send(&mut operator, &page, &[("summary", "By the operator"), ("do", "save")]).await.must_be(200);
    let page = send(&mut head, &page, &[("summary", "By the head"), ("do", "save")]).await;
    page.must_be(409);
    page.must_have("By the head");
    send(&mut head, &page, &[("do", "save")]).await.must_be(200);
    assert_eq!(world.number("SELECT MAX(version) FROM services"), 3);
}
