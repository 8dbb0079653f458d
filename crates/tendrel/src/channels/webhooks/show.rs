//! One receiver: how it does, what was sent to it, and what can be done with it.

use askama::Template;
use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use database::Error;
use jiff::Timestamp;
use serde_json::json;

use crate::app::App;
use crate::channels::webhooks::access::{Reach, must_keep};
use crate::channels::webhooks::endpoint::{Endpoint, Off};
use crate::channels::webhooks::list::{condition, told, unit_name};
use crate::channels::webhooks::store::deliveries::Logged;
use crate::channels::webhooks::store::{self, deliveries};
use crate::directory::calendars::Calendars;
use crate::frame::form::{FormData, Wrong};
use crate::frame::{self, Frame};
use crate::id::{DeliveryId, WebhookId};
use crate::problem::Problem;
use crate::viewer::Viewer;

/// Lines of the log on one page.
const ROWS: usize = 50;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/webhooks/{id}", get(show)).route("/api/v1/webhooks/{id}", get(show))
}

#[derive(Template)]
#[template(path = "channels/webhooks/show.html")]
pub(super) struct Page {
    pub(super) frame: Frame,
    pub(super) wrong: Wrong,
    /// What was typed to have a span sent again.
    pub(super) form: FormData,
    endpoint: Endpoint,
    calendars: Calendars,
    waiting: i64,
    log: Vec<Logged>,
    next: Option<String>,
    /// A secret just made, shown this once.
    pub(super) secret: Option<String>,
}

impl Page {
    fn unit(&self) -> String {
        unit_name(&self.frame, &self.calendars, &self.endpoint)
    }

    fn condition(&self) -> (String, &'static str) {
        condition(&self.endpoint)
    }

    fn event(&self, logged: &Logged) -> String {
        event_name(&self.frame, &logged.activity)
    }

    fn colour(&self, logged: &Logged) -> &'static str {
        colour(&logged.outcome)
    }

    fn events(&self) -> String {
        let named = self.endpoint.activities.iter().map(|activity| event_name(&self.frame, activity));
        named.collect::<Vec<_>>().join(", ")
    }

    /// Until when the secret before the last signs too.
    fn old_until(&self) -> Option<Timestamp> {
        self.endpoint.old_secret.as_ref().map(|old| old.until).filter(|until| *until > self.frame.now)
    }

    fn why_off(&self) -> Option<(String, Timestamp)> {
        self.endpoint.off.map(|(off, at)| {
            let key = match off {
                Off::ByHand => "webhook-off-by-hand-what",
                Off::Failures => "webhook-off-failures-what",
                Off::Gone => "webhook-off-gone-what",
            };
            (self.frame.t(key), at)
        })
    }

    fn spans(&self) -> Vec<(String, String)> {
        vec![
            ("given_up".to_owned(), self.frame.t("webhook-again-given-up")),
            ("all".to_owned(), self.frame.t("webhook-again-all")),
        ]
    }
}

/// What happened, in words.
pub(super) fn event_name(frame: &Frame, activity: &str) -> String {
    frame.t(&format!("webhook-event-{}", activity.replace('_', "-")))
}

/// The colour of the tag that says what came of a delivery.
pub(super) fn colour(outcome: &str) -> &'static str {
    match outcome {
        "delivered" => "good",
        "given_up" => "bad",
        "waiting" => "info",
        _ => "",
    }
}

/// A receiver in the viewer's reach.
///
/// # Errors
/// `NotFound` for one that is not.
pub(super) async fn find(app: &App, viewer: &Viewer, id: &str) -> Result<(Reach, Endpoint), Problem> {
    let reach = must_keep(viewer)?;
    let id = WebhookId::parse(id).ok_or(Problem::NotFound)?;
    let endpoint = app.db.read(move |r| store::get(r, id)).await?;
    let endpoint = reach.must_hold(endpoint)?;
    Ok((reach, endpoint))
}

/// The page of a receiver, with the log before a place in it.
pub(super) async fn page_of(
    app: &App,
    viewer: &Viewer,
    id: WebhookId,
    before: Option<&str>,
) -> Result<Page, Problem> {
    let (_, endpoint) = find(app, viewer, &id.to_string()).await?;
    let end = (Timestamp::MAX, DeliveryId::of(uuid::Uuid::max()));
    let before = before.and_then(place).unwrap_or(end);
    let asked = endpoint.clone();
    let (waiting, mut log) = app
        .db
        .read(move |r| {
            let log = deliveries::log(r, asked.id, before, ROWS as i64 + 1)?;
            Ok::<_, Error>((deliveries::waiting(r, &asked)?, log))
        })
        .await?;
    let has_more = log.len() > ROWS;
    log.truncate(ROWS);
    let next = log
        .last()
        .filter(|_| has_more)
        .map(|last| format!("{}.{}", last.happened_at.as_microsecond(), last.id));
    Ok(Page {
        frame: Frame::new(app, viewer, endpoint.name.clone()),
        wrong: Wrong::default(),
        form: FormData::default(),
        endpoint,
        calendars: app.calendars.clone(),
        waiting,
        log,
        next,
        secret: None,
    })
}

fn place(text: &str) -> Option<(Timestamp, DeliveryId)> {
    let (at, id) = text.split_once('.')?;
    Some((Timestamp::from_microsecond(at.parse().ok()?).ok()?, DeliveryId::parse(id)?))
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let id = WebhookId::parse(&id).ok_or(Problem::NotFound)?;
    must_keep(&viewer)?;
    let before = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "before")
        .map(|(_, before)| before.into_owned());
    viewer.must_understand(before.as_deref().unwrap_or_default(), |text| place(text).is_some())?;
    let page = page_of(&app, &viewer, id, before.as_deref()).await?;
    if viewer.by_api() {
        let webhook = told(&app.calendars, &page.endpoint, viewer.now);
        let body =
            json!({ "webhook": webhook, "waiting": page.waiting, "deliveries": page.log, "next": page.next });
        return Ok(frame::json(StatusCode::OK, &body));
    }
    frame::page(StatusCode::OK, &page)
}
