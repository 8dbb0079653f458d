//! The receivers somebody keeps.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::channels::webhooks::access::must_keep;
use crate::channels::webhooks::endpoint::Endpoint;
use crate::channels::webhooks::store;
use crate::directory::calendars::Calendars;
use crate::frame::{self, Frame};
use crate::problem::Problem;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/webhooks", get(show)).route("/api/v1/webhooks", get(show))
}

#[derive(Template)]
#[template(path = "channels/webhooks/list.html")]
struct Page {
    frame: Frame,
    endpoints: Vec<Endpoint>,
    calendars: Calendars,
}

impl Page {
    fn unit(&self, endpoint: &Endpoint) -> String {
        unit_name(&self.frame, &self.calendars, endpoint)
    }

    fn condition(&self, endpoint: &Endpoint) -> (String, &'static str) {
        condition(endpoint)
    }
}

/// The unit a receiver is about, as HTML.
pub(super) fn unit_name(frame: &Frame, calendars: &Calendars, endpoint: &Endpoint) -> String {
    let unit = endpoint.unit.and_then(|unit| calendars.unit(unit));
    unit.map_or_else(|| frame.t("webhook-all-units"), |unit| frame.name(&unit.name, &unit.name_dz))
}

/// The key of how a receiver does, and the colour of the tag that says so.
pub(super) fn condition(endpoint: &Endpoint) -> (String, &'static str) {
    match endpoint.off {
        Some((off, _)) => (format!("webhook-off-{}", off.code().replace('_', "-")), "warn"),
        None if endpoint.failures > 0 => ("webhook-failing".to_owned(), "bad"),
        None => ("webhook-on".to_owned(), "good"),
    }
}

/// What a program is told of a receiver: never its secret.
pub(super) fn told(calendars: &Calendars, endpoint: &Endpoint, now: jiff::Timestamp) -> Json {
    let unit = endpoint.unit.and_then(|unit| calendars.unit(unit));
    let old = endpoint.old_secret.as_ref().filter(|old| old.until > now);
    json!({
        "id": endpoint.id,
        "name": endpoint.name,
        "url": endpoint.url,
        "unit": unit.map(|unit| unit.code),
        "events": endpoint.activities,
        "made_by": endpoint.made_by_name,
        "made_at": endpoint.made_at,
        "version": endpoint.version,
        "is_on": endpoint.off.is_none(),
        "off_why": endpoint.off.map(|(off, _)| off.code()),
        "off_at": endpoint.off.map(|(_, at)| at),
        "failures": endpoint.failures,
        "failing_since": endpoint.failing_since,
        "old_secret_until": old.map(|old| old.until),
    })
}

async fn show(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    let reach = must_keep(&viewer)?;
    let endpoints = app.db.read(move |r| store::list(r, &reach)).await?;
    if viewer.by_api() {
        let all: Vec<Json> = endpoints.iter().map(|it| told(&app.calendars, it, viewer.now)).collect();
        return Ok(frame::json(StatusCode::OK, &json!({ "webhooks": all })));
    }
    let frame = Frame::titled(&app, &viewer, "webhooks-title");
    frame::page(StatusCode::OK, &Page { frame, endpoints, calendars: app.calendars.clone() })
}
