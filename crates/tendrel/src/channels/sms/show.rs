//! `/sms`: the gateway, how it does, and what it cost this month.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use database::{Error, Reader};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::channels::access::must_set_up;
use crate::channels::letters::choices::clock;
use crate::channels::sms::gateway::{Gateway, How, PLACES};
use crate::channels::sms::store::{self, Pause, Stored};
use crate::desk::store::sms;
use crate::frame::form::{FormData, Wrong};
use crate::frame::{self, Frame};
use crate::problem::Problem;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/sms", get(show)).route("/api/v1/sms", get(show))
}

/// How the gateway does.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub(super) version: i64,
    pub(super) is_on: bool,
    pub(super) has_secret: bool,
    pub(super) pause: Option<Pause>,
    pub(super) waiting: i64,
    /// Messages of this month, and their parts.
    pub(super) month: (i64, i64),
    pub(super) price: i64,
}

#[derive(Template)]
#[template(path = "channels/sms/show.html")]
pub(super) struct Page {
    pub(super) frame: Frame,
    pub(super) wrong: Wrong,
    /// Of the form of the gateway; what is wrong with the number of a try stands in `wrong` too.
    pub(super) typed: FormData,
    facts: Facts,
}

impl Page {
    fn hows(&self) -> Vec<(String, String)> {
        How::ALL.map(|how| (how.code().to_owned(), self.frame.t(&format!("sms-how-{}", how.code())))).into()
    }

    fn cost(&self) -> String {
        money(self.facts.month.1 * self.facts.price)
    }

    /// The names of the places as they are typed.
    fn places(&self) -> String {
        PLACES.map(|place| format!("{{{place}}}")).join(" ")
    }
}

/// Chhertum as they are written: "12.50".
pub(super) fn money(chhertum: i64) -> String {
    format!("{}.{:02}", chhertum / 100, chhertum % 100)
}

pub(super) fn read(
    r: &mut Reader,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<(Option<Stored>, Facts), Error> {
    let first = now.to_zoned(zone.clone()).date().first_of_month().to_zoned(zone.clone());
    let first = first.map_or(now, |at| at.timestamp());
    let stored = store::get(r)?;
    let facts = Facts {
        version: stored.as_ref().map_or(0, |it| it.version),
        is_on: stored.as_ref().is_some_and(|it| it.is_on),
        has_secret: stored.as_ref().is_some_and(|it| it.secret.is_some()),
        pause: store::paused(r)?,
        waiting: sms::waiting(r)?,
        month: sms::sent_between(r, first, now + jiff::SignedDuration::from_secs(1))?,
        price: stored.as_ref().map_or(0, |it| it.gateway.price),
    };
    Ok((stored, facts))
}

/// The gateway as its form is filled in.
pub(super) fn as_typed(gateway: &Gateway, is_on: bool) -> FormData {
    let quiet = |end: fn((i64, i64)) -> i64| gateway.quiet.map(|it| clock(end(it))).unwrap_or_default();
    let mut fields = vec![
        ("url", gateway.url.clone()),
        ("how", gateway.how.code().to_owned()),
        ("headers", gateway.headers.clone()),
        ("body", gateway.body.clone()),
        ("sender", gateway.sender.clone()),
        ("answer_holds", gateway.answer_holds.clone()),
        ("country", gateway.country.clone()),
        ("prefixes", gateway.prefixes.join(", ")),
        ("digits", gateway.digits.to_string()),
        ("a_day_per_number", gateway.a_day_per_number.to_string()),
        ("a_day_in_all", gateway.a_day_in_all.to_string()),
        ("a_minute", gateway.a_minute.to_string()),
        ("parts", gateway.parts.to_string()),
        ("price", money(gateway.price)),
        ("quiet_from", quiet(|it| it.0)),
        ("quiet_to", quiet(|it| it.1)),
    ];
    if is_on {
        fields.push(("is_on", "on".to_owned()));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    FormData::of(&fields)
}

/// The gateway as a program is told it; never its secret.
pub(super) fn told(gateway: &Gateway, facts: &Facts) -> Json {
    json!({
        "version": facts.version, "is_on": facts.is_on, "has_secret": facts.has_secret,
        "url": gateway.url, "how": gateway.how.code(), "headers": gateway.headers, "body": gateway.body,
        "sender": gateway.sender, "answer_holds": gateway.answer_holds, "country": gateway.country,
        "prefixes": gateway.prefixes, "digits": gateway.digits, "a_day_per_number": gateway.a_day_per_number,
        "a_day_in_all": gateway.a_day_in_all, "a_minute": gateway.a_minute, "parts": gateway.parts,
        "price": money(gateway.price), "quiet_from": gateway.quiet.map(|it| clock(it.0)),
        "quiet_to": gateway.quiet.map(|it| clock(it.1)), "waiting": facts.waiting,
        "paused_at": facts.pause.map(|it| it.since), "month_messages": facts.month.0, "month_parts": facts.month.1,
        "month_price": money(facts.month.1 * facts.price),
    })
}

async fn show(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    must_set_up(&viewer)?;
    let (now, zone) = (viewer.now, app.calendars.zone());
    let (stored, facts) = app.db.read(move |r| read(r, now, &zone)).await?;
    let is_on = facts.is_on;
    let gateway = stored.map(|it| it.gateway).unwrap_or_default();
    if viewer.by_api() {
        return Ok(frame::json(StatusCode::OK, &told(&gateway, &facts)));
    }
    let typed = as_typed(&gateway, is_on);
    let frame = Frame::titled(&app, &viewer, "sms-title");
    frame::page(StatusCode::OK, &Page { frame, wrong: Wrong::default(), typed, facts })
}

/// The page as it was sent, with what is wrong.
pub(super) async fn again(
    app: &App,
    viewer: &Viewer,
    typed: Option<FormData>,
    wrong: Wrong,
) -> Result<Response, Problem> {
    let (now, zone) = (viewer.now, app.calendars.zone());
    let (stored, facts) = app.db.read(move |r| read(r, now, &zone)).await?;
    let stored = || as_typed(&stored.map(|it| it.gateway).unwrap_or_default(), facts.is_on);
    let typed = typed.unwrap_or_else(stored);
    let mut frame = Frame::titled(app, viewer, "sms-title");
    frame.has_mistakes = true;
    frame::page(StatusCode::UNPROCESSABLE_ENTITY, &Page { frame, wrong, typed, facts })
}
