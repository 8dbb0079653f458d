//! What was sent by SMS and what came of it. Of whom only the last three digits are to be seen.

use askama::Template;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::channels::access::must_set_up;
use crate::desk::store::sms::{self, Sms, SmsState, Why};
use crate::frame::{self, Frame};
use crate::id::SmsId;
use crate::mobile::hidden;
use crate::problem::Problem;
use crate::viewer::Viewer;

/// Lines on one page.
const ROWS: usize = 50;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/sms/log", get(show)).route("/api/v1/sms/log", get(show))
}

#[derive(Template)]
#[template(path = "channels/sms/log.html")]
struct Page {
    frame: Frame,
    /// Messages, with the number of the request.
    rows: Vec<(Sms, String)>,
    next: Option<SmsId>,
}

impl Page {
    fn what(&self, sms: &Sms) -> String {
        if sms.request.is_none() {
            return self.frame.t("sms-log-try");
        }
        self.frame.t(&format!("letter-kind-{}", sms.kind.replace('_', "-")))
    }

    fn to(&self, sms: &Sms) -> String {
        hidden(&sms.phone)
    }

    fn colour(&self, sms: &Sms) -> &'static str {
        match sms.state {
            SmsState::Sent => "good",
            SmsState::Waiting => "",
            SmsState::Failed => "bad",
        }
    }

    fn why(&self, sms: &Sms) -> String {
        sms.why.map(|why| self.frame.t(&why.key())).unwrap_or_default()
    }
}

fn told((sms, number): &(Sms, String)) -> Json {
    json!({
        "id": sms.id, "kind": sms.kind, "request_number": number, "to": hidden(&sms.phone), "parts": sms.parts,
        "state": sms.state.code(), "made_at": sms.made_at, "send_at": sms.send_at, "ended_at": sms.ended_at,
        "attempts": sms.attempts, "why": sms.why.map(Why::code), "answer": sms.answer,
    })
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    must_set_up(&viewer)?;
    let before = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "before")
        .map(|(_, before)| before.into_owned())
        .unwrap_or_default();
    viewer.must_understand(&before, |text| SmsId::parse(text).is_some())?;
    let from = SmsId::parse(&before).unwrap_or_else(|| SmsId::of(uuid::Uuid::max()));
    let mut rows = app.db.read(move |r| sms::log(r, from, ROWS as i64 + 1)).await?;
    let has_more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let next = rows.last().filter(|_| has_more).map(|(last, _)| last.id);
    if viewer.by_api() {
        let messages: Vec<Json> = rows.iter().map(told).collect();
        return Ok(frame::json(StatusCode::OK, &json!({ "messages": messages, "next": next })));
    }
    let frame = Frame::titled(&app, &viewer, "sms-log-title");
    frame::page(StatusCode::OK, &Page { frame, rows, next })
}
