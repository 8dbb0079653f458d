//! `GET /`: what the unit does, how long it takes, and a box to find it by one's own words.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use jiff::SignedDuration;
use serde::Deserialize;

use crate::app::App;
use crate::desk::catalogue::{CatalogueData, Service};
use crate::desk::news::{self, News};
use crate::desk::number::Number;
use crate::desk::usual::{self, Usual};
use crate::desk::{intake_store, promised};
use crate::frame::{Frame, page};
use crate::id::ServiceId;
use crate::problem::Problem;
use crate::search::fold;
use crate::viewer::Viewer;

pub fn routes() -> Router<App> {
    Router::new().route("/", get(show))
}

/// How long before it begins a notice stands here.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 7);

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "desk/portal.html")]
struct Page {
    frame: Frame,
    q: String,
    /// The number of a request that was typed instead of words.
    number: Option<String>,
    found: Vec<Card>,
    groups: Vec<Group>,
    waiting: Vec<intake_store::Waiting>,
    cases: i64,
    within: i64,
    /// What does not work now, and what begins within a week.
    news: Vec<News>,
}

struct Group {
    name: String,
    cards: Vec<Card>,
}

struct Card {
    code: String,
    /// HTML.
    name: String,
    summary: String,
    line: promised::Line,
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Query(Asked { q }): Query<Asked>,
) -> Result<Response, Problem> {
    let frame = Frame::titled(&app, &viewer, "portal-title");
    let unit = promised::home_unit(&frame, &app.calendars);
    let me = viewer.signed_in.as_ref().map(|me| me.person);
    let now = viewer.now;
    let (usual, waiting, news) = app
        .db
        .read(move |r| {
            let usual = unit.map(|unit| usual::of_unit(r, unit)).transpose()?.unwrap_or_default();
            let waiting = me.map(|me| intake_store::waiting_of(r, me)).transpose()?.unwrap_or_default();
            let news = news::store::to_be_known(r, unit, now, now + AHEAD)?;
            Ok::<_, database::Error>((usual, waiting, news))
        })
        .await?;
    let catalogue = app.catalogue.now();
    let card = |service: &Arc<Service>| Card {
        code: service.definition.code.clone(),
        name: frame.name(&service.definition.name, &service.definition.name_dz),
        summary: service.definition.summary.clone(),
        line: promised::line(&frame, &catalogue, &app.calendars, service, usual.get(&service.id)),
    };
    let q: String = q.trim().chars().take(200).collect();
    let found: Vec<Card> = find(&catalogue, &q).into_iter().map(card).collect();
    let mut groups: Vec<Group> = Vec::new();
    for service in offered(&catalogue) {
        let name = &service.definition.group;
        match groups.iter_mut().find(|group| group.name == *name) {
            Some(group) => group.cards.push(card(service)),
            None => groups.push(Group { name: name.clone(), cards: vec![card(service)] }),
        }
    }
    let (cases, within) = together(&usual);
    let number = Number::parse(&q).ok().map(|number| number.to_string());
    page(StatusCode::OK, &Page { number, q, found, groups, waiting, cases, within, news, frame })
}

/// The services the public may ask for.
pub fn offered(catalogue: &CatalogueData) -> impl Iterator<Item = &Arc<Service>> {
    catalogue.services.iter().filter(|service| service.definition.public && !service.withdrawn)
}

fn together(usual: &BTreeMap<ServiceId, Usual>) -> (i64, i64) {
    let all = usual.values().fold(Usual { cases: 0, median: 0, p90: 0, within: 0 }, |sum, one| Usual {
        cases: sum.cases + one.cases,
        within: sum.within + one.within,
        ..sum
    });
    (all.cases, all.percent_within())
}

/// Words that say nothing about which service is meant.
const EMPTY_WORDS: &[&str] = &[
    "a", "an", "and", "are", "at", "can", "do", "does", "for", "from", "have", "how", "i", "in", "is", "it",
    "me", "my", "need", "no", "not", "of", "on", "or", "our", "please", "the", "to", "us", "want", "we",
    "with", "you",
];

/// The services that somebody may mean, the likeliest first: each word typed counts where it begins a word of the
/// service's search words, name, summary or purpose.
fn find<'a>(catalogue: &'a CatalogueData, q: &str) -> Vec<&'a Arc<Service>> {
    let folded = fold(q);
    let typed: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let telling: Vec<&str> = typed.iter().copied().filter(|word| !EMPTY_WORDS.contains(word)).collect();
    let typed = if telling.is_empty() { typed } else { telling };
    let mut scored: Vec<(usize, &Arc<Service>)> =
        offered(catalogue).map(|service| (score(service, &typed), service)).filter(|(n, _)| *n > 0).collect();
    // A stable sort: equals stay in the order of the portal.
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let best = scored.first().map_or(0, |(score, _)| *score);
    scored
        .into_iter()
        .take_while(|(score, _)| score * 3 >= best)
        .take(8)
        .map(|(_, service)| service)
        .collect()
}

fn score(service: &Service, typed: &[&str]) -> usize {
    let definition = &service.definition;
    let places = [
        (6, fold(&definition.name)),
        (6, fold(&definition.name_dz)),
        (5, fold(&definition.words.join(" "))),
        (3, fold(&definition.summary)),
        (1, fold(&definition.purpose)),
    ];
    let best = |word: &&str| {
        let hits = places.iter().filter(|(_, text)| text.split(' ').any(|other| is_same(other, word)));
        hits.map(|(weight, _)| *weight).max().unwrap_or(0)
    };
    typed.iter().map(best).sum()
}

/// "print" finds "printer", and "printing" finds "print".
fn is_same(word: &str, typed: &str) -> bool {
    let long = |text: &str| text.chars().count() >= 4;
    word == typed
        || word.starts_with(typed) && (typed.chars().count() >= 3 || !typed.is_ascii())
        || long(word) && typed.starts_with(word)
}

#[cfg(test)]
mod tests {
    use crate::testing::{Who, World};

    #[tokio::test]
    async fn everybody_sees_what_is_offered_and_what_is_promised() {
        let world = World::new();
        let page = world.public().get("/").await;
        page.must_be(200);
        page.must_have("Internet and LAN");
        page.must_have("promised 1 working day");
        page.must_have("Connection");
        page.must_have("/services/website-content");
        assert!(page.body.len() < 40_000, "{}", page.body.len());
    }

    #[tokio::test]
    async fn a_service_is_found_by_ones_own_words() {
        let world = World::new();
        let mut public = world.public();
        let first = async |public: &mut crate::testing::Browser, q: &str| {
            let typed: String = form_urlencoded::byte_serialize(q.as_bytes()).collect();
            let text = public.get(&format!("/?q={typed}")).await.text();
            let found = text.split("id=\"found\"").nth(1).map(str::to_owned).unwrap_or_default();
            found.split("href=\"").nth(1).and_then(|it| it.split('"').next()).unwrap_or_default().to_owned()
        };
        assert_eq!(first(&mut public, "the printer does not print").await, "/services/computer-repair");
        assert_eq!(first(&mut public, "WIFI").await, "/services/internet-lan");
        assert_eq!(first(&mut public, "ཡོངས་འབྲེལ་").await, "/services/internet-lan");
        let page = public.get("/?q=elephant").await;
        page.must_have("Nothing fits");
        page.must_have("/services/something-else");
        public.get("/?q=PUN-26-00001-0&x=%00").await.must_be(200);
    }

    #[tokio::test]
    async fn somebody_who_waits_sees_for_what() {
        let world = World::new();
        let mut tshering = world.browser(Who::Tshering);
        crate::desk::ask::tests::ask(&mut tshering, "No Internet in the lab").await;
        tshering.get("/").await.must_have("No Internet in the lab");
        world.browser(Who::Dechen).get("/").await.must_not_have("No Internet in the lab");
    }

    #[tokio::test]
    async fn it_speaks_dzongkha() {
        let world = World::new();
        let mut public = world.public().with("accept-language", "dz");
        public.get("/").await.must_have("ཡོངས་འབྲེལ་");
    }
}
