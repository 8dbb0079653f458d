use serde_json::Value as Json;

use super::fill::{Random, fill};
use crate::testing::{Browser, Page, Who, World};

const OCTOBER: &str = "/analysis?from=2026-10-01&to=2026-10-31";

/// Addresses of lists on a page with the figure that stands on the link.
fn figures(page: &Page) -> Vec<(String, usize)> {
    let text = page.text();
    let links = text.split("<a href=\"/analysis/records?").skip(1);
    links
        .filter_map(|rest| {
            let (address, rest) = rest.split_once('"')?;
            let words = rest.split_once('>')?.1.split_once("</a>")?.0;
            Some((
                format!("/analysis/records?{}", address.replace("&#38;", "&").replace("&amp;", "&")),
                words.parse().ok()?,
            ))
        })
        .collect()
}

async fn open_all(browser: &mut Browser, page: &Page) -> usize {
    let figures = figures(page);
    for (address, figure) in &figures {
        let list = browser.get(address).await;
        list.must_be(200);
        let words = if *figure == 1 { "1 request<".to_owned() } else { format!("{figure} requests<") };
        list.must_have(&words);
    }
    figures.len()
}

#[tokio::test]
async fn every_number_of_the_page_opens_its_requests() {
    let world = World::new();
    fill(&world, 250, &mut Random(3));
    let mut karma = world.browser(Who::Karma);
    let page = karma.get(OCTOBER).await;
    page.must_be(200);
    page.must_have("Services availed, October 2026");
    assert!(open_all(&mut karma, &page).await > 60);
    let mut centre = world.browser(Who::Centre);
    let page = centre.get(&format!("{OCTOBER}&unit=all")).await;
    page.must_have("Thimphu ICT Services");
    assert!(open_all(&mut centre, &page).await > 60);
}

#[tokio::test]
async fn the_last_whole_month_of_the_own_unit_comes_first() {
    let world = World::new();
    fill(&world, 60, &mut Random(5));
    let page = world.browser(Who::Karma).get("/analysis").await;
    page.must_have("Services availed, October 2026");
    page.must_have("Punakha ICT Services");
    page.must_not_have("value=\"THI\"");
    page.must_have("/analysis/month?unit=PUN");
}

#[tokio::test]
async fn everybody_sees_the_figures_of_the_own_scope() {
    let world = World::new();
    fill(&world, 60, &mut Random(5));
    for (who, path, status) in [
        (Who::Head, "/analysis?unit=PUN", 200),
        (Who::Head, "/analysis?unit=THI", 404),
        (Who::Stranger, "/analysis?unit=PUN", 404),
        (Who::Stranger, "/analysis", 200),
        (Who::Karma, "/analysis?unit=all", 403),
        (Who::Karma, "/analysis?unit=XXX", 404),
        (Who::Centre, "/analysis", 200),
        (Who::Centre, "/analysis?unit=PUN", 200),
        (Who::Auditor, "/analysis?unit=all", 200),
        (Who::Principal, "/analysis", 200),
        (Who::Principal, "/analysis?unit=PUN", 404),
        (Who::Principal, "/analysis?unit=all", 403),
        (Who::Tshering, "/analysis", 403),
        (Who::Operator, "/analysis", 403),
    ] {
        for path in [path.to_owned(), path.replace("/analysis", "/api/v1/analysis")] {
            let page = world.browser(who).get(&path).await;
            assert_eq!(page.status.as_u16(), status, "{who:?} {path}");
        }
    }
    world.public().get("/analysis").await.must_have("/sign-in");
    let list = "/analysis/records?figure=came-in&unit=PUN&from=2026-10-01&to=2026-10-31";
    world.browser(Who::Stranger).get(list).await.must_be(404);
    world.browser(Who::Tshering).get(list).await.must_be(403);
}

#[tokio::test]
async fn the_head_of_an_office_sees_that_office_through_all_units() {
    let world = World::new();
    let rows = fill(&world, 200, &mut Random(17));
    let mut principal = world.browser(Who::Principal);
    let page = principal.get(OCTOBER).await;
    page.must_have("Kabjisa Central School");
    let told = principal.get("/api/v1/analysis?month=2026-10").await.json();
    let own = rows.iter().filter(|row| row.office == Some(world.school));
    let zone = world.app.calendars.zone();
    let bounds = crate::analysis::period::Period::month("2026-10").unwrap().bounds(&zone);
    let expected = own.filter(|row| row.came_in(&bounds)).count();
    assert_eq!(told["total"]["came_in"], Json::from(expected));
    assert!(open_all(&mut principal, &page).await > 10);
    let other = format!("{OCTOBER}&office={}", world.thimphu);
    principal.get(&other).await.must_be(404);
}

#[tokio::test]
async fn the_interface_says_what_the_page_says() {
    let world = World::new();
    fill(&world, 200, &mut Random(19));
    let mut karma = world.browser(Who::Karma);
    let told = karma.get("/api/v1/analysis?month=2026-10").await.json();
    let page = karma.get(OCTOBER).await;
    for name in ["came_in", "done"] {
        page.must_have(&format!(">{}</a></b>", told["total"][name]));
    }
    let list = karma.get("/api/v1/analysis/records?figure=done&month=2026-10").await.json();
    assert_eq!(list["count"], told["total"]["done"]);
    let lines = list["records"].as_array().unwrap();
    assert!(!lines.is_empty() && lines.iter().all(|line| line["resolved_at"].is_string()));
    assert_eq!(told["by_month"].as_array().unwrap().len(), 13);
}

#[tokio::test]
async fn a_long_list_goes_on_on_the_next_page() {
    let world = World::new();
    let rows = fill(&world, 250, &mut Random(23));
    let mut karma = world.browser(Who::Karma);
    let mut path = "/analysis/records?figure=came-in&from=2026-08-01&to=2026-11-30".to_owned();
    let mut seen = 0;
    loop {
        let page = karma.get(&path).await;
        page.must_be(200);
        let text = page.text();
        seen += text.matches("<td class=\"ref\">").count();
        let Some((before, _)) = text.split_once("\" rel=\"next\"") else { break };
        let address = before.rsplit_once("href=\"").unwrap().1;
        path = address.replace("&#38;", "&").replace("&amp;", "&");
    }
    assert_eq!(seen, rows.iter().filter(|row| row.unit == world.punakha).count());
}

#[tokio::test]
async fn a_few_cases_are_called_too_few() {
    let world = World::new();
    fill(&world, 4, &mut Random(29));
    let page = world.browser(Who::Karma).get("/analysis?from=2026-08-01&to=2026-12-31").await;
    page.must_be(200);
    page.must_have("too few");
    let empty = world.browser(Who::Karma).get("/analysis?month=2020-01").await;
    empty.must_have("Nothing came in in these days");
}

#[tokio::test]
async fn what_cannot_be_asked_is_said() {
    let world = World::new();
    let mut karma = world.browser(Who::Karma);
    for (query, words) in [
        ("from=2026-02-30", "These are not days"),
        // A month holds whatever days are given; days that are none are still a mistake.
        ("month=2026-10&from=yesterday", "These are not days"),
        ("from=2026-10-02&to=2026-10-01", "These are not days"),
        ("from=-9999-01-01&to=9999-12-31", "These are not days"),
        ("month=October", "These are not days"),
        ("from=2016-01-01&to=2026-01-01", "at most three years"),
        ("service=tea", "names something there is not"),
        ("channel=drum", "names something there is not"),
        ("priority=high", "names something there is not"),
    ] {
        let page = karma.get(&format!("/analysis?{query}")).await;
        page.must_be(422);
        page.must_have(words);
    }
    karma.get("/analysis?office=nowhere").await.must_be(404);
    karma.get("/analysis/records?figure=tea").await.must_be(422);
    karma.get("/analysis/records?figure=done&after=x.y").await.must_be(422);
    karma.get("/analysis/records?figure=done&bin=99999999999").await.must_be(200);
    karma.get("/analysis?cause=tea").await.must_be(422);
    karma.get("/analysis?cause=%00&service=%00").await.must_be(200);
}

#[tokio::test]
async fn the_paper_of_a_month_names_unit_number_and_date() {
    let world = World::new();
    fill(&world, 120, &mut Random(31));
    let mut head = world.browser(Who::Head);
    let page = head.get("/analysis/month?unit=PUN&month=2026-10").await;
    page.must_be(200);
    for words in
        ["Punakha ICT Services", "No. PUN/2026-10", "Services availed, October 2026", "19 November 2026"]
    {
        page.must_have(words);
    }
    head.get("/analysis/month?unit=PUN&from=2026-10-01&to=2026-10-15").await.must_be(422);
    head.get("/analysis/month?unit=THI&month=2026-10").await.must_be(404);
    world.browser(Who::Centre).get("/analysis/month?unit=all&month=2026-10").await.must_be(422);
}

#[tokio::test]
async fn spreadsheets_carry_the_same_figures() {
    let world = World::new();
    fill(&world, 150, &mut Random(37));
    let mut karma = world.browser(Who::Karma);
    let told = karma.get("/api/v1/analysis?month=2026-10").await.json();
    let sheet = karma.get("/analysis/figures.csv?month=2026-10").await;
    sheet.must_be(200);
    let mut reader = csv::Reader::from_reader(sheet.body.as_slice());
    let lines: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(&lines[0][2], told["total"]["came_in"].to_string());
    assert_eq!(&lines[0][3], told["total"]["done"].to_string());
    assert_eq!(lines.iter().filter(|line| &line[0] == "Month").count(), 13);
    let book = karma.get("/analysis/figures.xlsx?month=2026-10").await;
    book.must_be(200);
    assert!(book.body.starts_with(b"PK"));
    let name = book.headers["content-disposition"].to_str().unwrap();
    assert!(
        name.contains("services-availed-PUN-2026-10-01-2026-10-31-made-2026-11-19-karma-wangmo.xlsx"),
        "{name}"
    );
    for path in ["/analysis/figures.csv?unit=THI", "/analysis/figures.xlsx?unit=THI"] {
        karma.get(path).await.must_be(404);
        world.browser(Who::Tshering).get(path).await.must_be(403);
    }
}
