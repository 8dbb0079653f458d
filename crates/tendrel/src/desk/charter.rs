//! `GET /charter`: for each service what is promised, what is usual, and how many cases that rests on. Prints on A4.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use crate::app::App;
use crate::desk::catalogue::Service;
use crate::desk::service::{Audience, Level, Starts};
use crate::desk::usual::{self, DAYS, Usual};
use crate::desk::{portal, promised};
use crate::frame::{Frame, page};
use crate::problem::Problem;
use crate::viewer::Viewer;

pub fn routes() -> Router<App> {
    Router::new().route("/charter", get(show))
}

#[derive(Template)]
#[template(path = "desk/charter.html")]
struct Page {
    frame: Frame,
    days: i64,
    entries: Vec<Entry>,
    priorities: Vec<String>,
    is_sample: bool,
}

struct Entry {
    service: Arc<Service>,
    /// HTML.
    name: String,
    audience: String,
    /// The heading over it, where another one begins.
    group: Option<String>,
    waits_for_papers: bool,
    /// Of the priority that a request without further answers gets.
    first: Option<Promise>,
    promises: Vec<Promise>,
    usual: Option<UsualWords>,
    cases: i64,
}

#[derive(Clone)]
struct Promise {
    priority: String,
    response: String,
    resolution: String,
}

struct UsualWords {
    median: String,
    p90: String,
    within: i64,
}

async fn show(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    let frame = Frame::titled(&app, &viewer, "charter-title");
    let unit = promised::home_unit(&frame, &app.calendars);
    let read = app.read_for(&viewer, move |r| Ok(unit.map(|unit| usual::of_unit(r, unit)).transpose()?));
    let usual = read.await?.unwrap_or_default();
    let catalogue = app.catalogue.now();
    let day = unit.map_or(86_400, |unit| app.calendars.of_unit(unit).working_day_seconds());
    let matrix = unit.and_then(|unit| app.calendars.unit(unit)).map(|unit| unit.matrix).unwrap_or_default();
    let mut last_group = String::new();
    let entry = |service: &Arc<Service>| {
        let measured = usual.get(&service.id);
        let definition = &service.definition;
        let group = (definition.group != last_group).then(|| definition.group.clone());
        last_group.clone_from(&definition.group);
        let priority = catalogue.priority(&matrix, definition.default_impact, definition.default_urgency);
        let promise = |level: &Level| Promise {
            priority: catalogue.priority_name(level.priority).to_owned(),
            response: promised::amount(&frame, level.response),
            resolution: promised::amount(&frame, level.resolution),
        };
        Entry {
            group,
            first: service.levels.get(&priority).map(promise),
            name: frame.name(&service.definition.name, &service.definition.name_dz),
            audience: audience(&frame, &service.definition.audience),
            waits_for_papers: service.definition.starts == Starts::Complete,
            promises: service.levels.values().map(promise).collect(),
            usual: measured.filter(|usual| usual.is_known()).map(|usual| UsualWords {
                median: frame.working(&usual.median, &day),
                p90: frame.working(&usual.p90, &day),
                within: usual.percent_within(),
            }),
            cases: measured.map_or(0, |usual: &Usual| usual.cases),
            service: service.clone(),
        }
    };
    let entries: Vec<Entry> = portal::offered(&catalogue).map(entry).collect();
    let priorities = catalogue.priorities.values().cloned().collect();
    let is_sample = entries.iter().any(|entry| entry.service.definition.sample);
    page(StatusCode::OK, &Page { frame, days: DAYS, entries, priorities, is_sample })
}

fn audience(frame: &Frame, audience: &[Audience]) -> String {
    let words = audience.iter().map(|one| match one {
        Audience::G2G => frame.t("charter-g2g"),
        Audience::G2C => frame.t("charter-g2c"),
        Audience::G2B => frame.t("charter-g2b"),
    });
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use crate::testing::World;

    #[tokio::test]
    async fn it_says_for_each_service_what_is_promised_and_on_how_many_cases_the_usual_rests() {
        let world = World::new();
        let page = world.public().get("/charter").await;
        page.must_be(200);
        for words in
            ["Internet and LAN", "id=\"internet-lan\"", "1 working day", "No case", "Urgent", "sample"]
        {
            page.must_have(words);
        }
        let punakha = world.punakha;
        let service = world.app.catalogue.now().service_by_code("internet-lan").unwrap().id;
        world
            .app
            .db
            .write(move |tx| {
                tx.execute(
                    "INSERT INTO service_usual (unit_id, service_id, cases, median_seconds, p90_seconds, within, measured_at)
                     VALUES ($1, $2, 138, 7200, 14400, 130, 0)",
                    &[punakha.into(), service.into()],
                )
            })
            .await
            .unwrap();
        let page = world.public().get("/charter").await;
        page.must_have(">138<");
        page.must_have("94 %");
        world.public().get("/").await.must_have("usually 2 h");
    }
}
