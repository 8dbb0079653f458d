//! The notices, for everybody; one notice; and saying that it is over.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::desk::news::access::{may_publish, publishes};
use crate::desk::news::{News, When, store};
use crate::directory::calendars::Calendars;
use crate::frame::{self, Frame};
use crate::id::NewsId;
use crate::problem::Problem;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/news", get(show))
        .route("/api/v1/news", get(show))
        .route("/news/{id}", get(show_one))
        .route("/api/v1/news/{id}", get(show_one))
        .route("/news/{id}/end", post(end))
        .route("/api/v1/news/{id}/end", post(end))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    unit: String,
}

#[derive(Template)]
#[template(path = "desk/news/list.html")]
struct Page {
    frame: Frame,
    /// What is so now or ahead, and what is over.
    open: Vec<News>,
    over: Vec<News>,
    publishes: bool,
    calendars: Calendars,
}

#[derive(Template)]
#[template(path = "desk/news/one.html")]
struct OnePage {
    frame: Frame,
    news: News,
    /// Code and name, as HTML, of each service it touches.
    services: Vec<(String, String)>,
    may: bool,
    calendars: Calendars,
}

impl Page {
    fn unit(&self, news: &News) -> String {
        unit_name(&self.frame, &self.calendars, news)
    }
}

impl OnePage {
    fn unit(&self) -> String {
        unit_name(&self.frame, &self.calendars, &self.news)
    }

    /// The key of when it is, and the colour of the tag that says so.
    fn when(&self) -> (String, &'static str) {
        let when = self.news.when(self.frame.now);
        let colour = match when {
            When::Now => self.news.colour(),
            When::Ahead => "info",
            When::Over => "",
        };
        (format!("news-when-{}", when.code()), colour)
    }
}

/// For which unit's requesters it is, as HTML.
fn unit_name(frame: &Frame, calendars: &Calendars, news: &News) -> String {
    let unit = news.unit.and_then(|unit| calendars.unit(unit));
    unit.map_or_else(|| frame.t("news-all-units"), |unit| frame.name(&unit.name, &unit.name_dz))
}

fn told(calendars: &Calendars, news: &News, now: jiff::Timestamp) -> Json {
    let News {
        id,
        unit,
        kind,
        title,
        title_dz,
        body,
        body_dz,
        services,
        from,
        to,
        ended_at,
        published_at,
        changed_at,
        version,
    } = news;
    json!({
        "id": id, "unit": unit.and_then(|unit| calendars.unit(unit)).map(|unit| unit.code), "kind": kind.code(),
        "title": title, "title_dz": title_dz, "body": body, "body_dz": body_dz, "services": services, "from": from,
        "to": to, "ended_at": ended_at, "published_at": published_at, "changed_at": changed_at, "version": version,
        "when": news.when(now).code(),
    })
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Query(Asked { unit }): Query<Asked>,
) -> Result<Response, Problem> {
    viewer.must_understand(&unit, |code| app.calendars.unit_by_code(code).is_some())?;
    let of = app.calendars.unit_by_code(&unit).map(|unit| unit.id);
    let all = app.read_for(&viewer, move |r| Ok(store::latest(r, of)?)).await?;
    if viewer.by_api() {
        let all: Vec<Json> = all.iter().map(|news| told(&app.calendars, news, viewer.now)).collect();
        return Ok(frame::json(StatusCode::OK, &json!({ "news": all })));
    }
    let frame = Frame::titled(&app, &viewer, "news-title");
    let (over, open) = all.into_iter().partition(|news| news.when(viewer.now) == When::Over);
    let publishes = viewer.signed_in.as_ref().is_some_and(publishes);
    frame::page(StatusCode::OK, &Page { frame, open, over, publishes, calendars: app.calendars.clone() })
}

/// # Errors
/// `NotFound` when there is none.
pub(super) async fn find(app: &App, id: &str) -> Result<News, Problem> {
    let id = NewsId::parse(id).ok_or(Problem::NotFound)?;
    app.db.read(move |r| store::get(r, id)).await?.ok_or(Problem::NotFound)
}

/// To the page of a notice, which says what was done.
pub(super) fn shown(id: &str, done: &str) -> Response {
    frame::see_other(&format!("/news/{id}?done={done}"))
}

async fn show_one(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let news = find(&app, &id).await?;
    if viewer.by_api() {
        return Ok(frame::json(StatusCode::OK, &told(&app.calendars, &news, viewer.now)));
    }
    let mut frame = Frame::new(&app, &viewer, "");
    frame.title = frame.plain_name(&news.title, &news.title_dz).to_owned();
    let catalogue = app.catalogue.now();
    let known = news.services.iter().filter_map(|code| catalogue.service_by_code(code));
    let services = known
        .filter(|service| service.definition.public && !service.withdrawn)
        .map(|service| {
            let definition = &service.definition;
            (definition.code.clone(), frame.name(&definition.name, &definition.name_dz))
        })
        .collect();
    let may = viewer.signed_in.as_ref().is_some_and(|me| may_publish(me, news.unit));
    frame::page(StatusCode::OK, &OnePage { frame, news, services, may, calendars: app.calendars.clone() })
}

async fn end(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let me = viewer.must_be_signed_in()?;
    let news = find(&app, &id).await?;
    if !may_publish(me, news.unit) {
        return Err(Problem::Forbidden);
    }
    let (actor, now) = (viewer.actor(), viewer.now);
    let told = json!({ "id": news.id, "ended": true });
    app.db.write(move |tx| store::end(tx, &news, actor.clone(), now)).await?;
    if viewer.by_api() {
        return Ok(frame::json(StatusCode::OK, &told));
    }
    Ok(shown(&id, "news-ended"))
}
