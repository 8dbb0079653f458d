//! What left the desk as a file: for operators and auditors.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::events::Event;
use crate::frame::{self, Frame};
use crate::handed_out;
use crate::problem::Problem;
use crate::system::access::must_look_after;
use crate::viewer::Viewer;

const LINES: i64 = 200;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/system/exports", get(show)).route("/api/v1/system/exports", get(show))
}

#[derive(Template)]
#[template(path = "system/exports.html")]
struct Page {
    frame: Frame,
    lines: Vec<Line>,
}

struct Line {
    at: Timestamp,
    who: String,
    what: String,
    question: String,
    rows: i64,
}

impl Line {
    fn of(event: Event) -> Line {
        let text = |key: &str| event.detail.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        Line {
            what: text("what"),
            question: text("question"),
            rows: event.detail.get("rows").and_then(Json::as_i64).unwrap_or_default(),
            at: event.at,
            who: event.actor.name,
        }
    }
}

async fn show(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    must_look_after(&viewer)?;
    let events = app.db.read(|r| handed_out::latest(r, LINES)).await?;
    let lines: Vec<Line> = events.into_iter().map(Line::of).collect();
    if viewer.by_api() {
        let told = |it: &Line| json!({ "at": it.at, "by": it.who, "what": it.what, "question": it.question, "rows": it.rows });
        let exports: Vec<Json> = lines.iter().map(told).collect();
        return Ok(frame::json(StatusCode::OK, &json!({ "exports": exports })));
    }
    frame::page(StatusCode::OK, &Page { frame: Frame::titled(&app, &viewer, "exports-title"), lines })
}
