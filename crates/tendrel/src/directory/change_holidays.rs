//! Entering and removing a holiday, also one that begins today: the first snow, a day of mourning.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use database::{Error, Transaction};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::app::App;
use crate::directory::access::Spot;
use crate::directory::{answer, calendars, show_calendars};
use crate::events::{self, Actor};
use crate::frame::Frame;
use crate::frame::form::{FormData, Wrong};
use crate::jobs;
use crate::problem::Problem;
use crate::settings::SHORT_TEXT_LIMIT;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    let mut router = Router::new();
    for root in ["", "/api/v1"] {
        router = router
            .route(&format!("{root}/calendars/holidays"), post(add))
            .route(&format!("{root}/calendars/holidays/remove"), post(remove));
    }
    router
}

/// One holiday of a place; the country where the place is ''.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NewHoliday {
    pub(super) day: Date,
    pub(super) scope: String,
    pub(super) name: String,
    pub(super) name_dz: String,
}

/// Stores it; false where it is there already.
pub(super) fn insert(tx: &mut Transaction, holiday: &NewHoliday) -> Result<bool, Error> {
    let NewHoliday { day, scope, name, name_dz } = holiday;
    let written = tx.execute(
        "INSERT INTO holidays (day, scope, name, name_dz) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        &[(*day).into(), scope.into(), name.into(), name_dz.into()],
    )?;
    Ok(written == 1)
}

/// Says in the log, to all nodes and to the desk that working time is another now: promises are computed again.
pub(super) fn working_time_changed(
    tx: &mut Transaction,
    actor: Actor,
    subject: &str,
    activity: &str,
    detail: Json,
    now: Timestamp,
) -> Result<(), Error> {
    let reason = json!({ "reason": format!("{subject} {activity}") });
    events::note(tx, "holiday", subject_id(subject), actor, activity, detail, now)?;
    calendars::mark_changed(tx)?;
    jobs::enqueue(tx, "recompute_promises", &reason, now, now)
}

/// Calendars and holidays have names instead of ids: the log keeps them under the hash of the name.
fn subject_id(name: &str) -> Uuid {
    let hash = Sha256::digest(name.as_bytes());
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&hash[..16]);
    Uuid::from_bytes(bytes)
}

async fn may(app: &App, viewer: &Viewer, scope: &str) -> Result<(), Problem> {
    let me = viewer.must_be_signed_in()?.clone();
    let top = app.db.read(|r| Spot::of(r, None)).await?;
    if show_calendars::may_holiday(app, &me, &top, scope) { Ok(()) } else { Err(Problem::Forbidden) }
}

async fn add(State(app): State<App>, viewer: Viewer, form: FormData) -> Result<Response, Problem> {
    may(&app, &viewer, form.text("scope")).await?;
    let frame = Frame::titled(&app, &viewer, "calendars-title");
    let mut wrong = Wrong::default();
    let day = form.text("day").parse::<Date>().ok().filter(|day| (1970..=2169).contains(&day.year()));
    if day.is_none() {
        wrong.note("day", frame.t("directory-no-day"));
    }
    let name = form.text("name").to_owned();
    if name.is_empty() {
        wrong.note("name", frame.t("holiday-name-missing"));
    }
    for field in ["name", "name_dz"] {
        if form.text(field).chars().count() > SHORT_TEXT_LIMIT {
            wrong.note(field, frame.t1("directory-too-long", "count", SHORT_TEXT_LIMIT));
        }
    }
    let scope = form.text("scope").to_owned();
    if !scope.is_empty() {
        let code = scope.clone();
        let known = app
            .db
            .read(move |r| r.row("SELECT 1 AS one FROM places WHERE code = $1", &[code.into()], |_| Ok(())))
            .await?;
        if known.is_none() {
            wrong.note("scope", frame.t("holiday-no-place"));
        }
    }
    let (Some(day), true) = (day, wrong.is_empty()) else {
        if viewer.by_api() {
            return Ok(answer::wrong_fields(&wrong));
        }
        return show_calendars::page(&app, &viewer, day.map(|day| day.year()), Some((form, wrong))).await;
    };
    let holiday = NewHoliday { day, scope, name, name_dz: form.text("name_dz").to_owned() };
    let (actor, now) = (viewer.actor(), viewer.now);
    app.db
        .write(move |tx| {
            if insert(tx, &holiday)? {
                let detail = json!({ "day": day, "scope": holiday.scope, "name": holiday.name });
                working_time_changed(tx, actor.clone(), &format!("holiday {day}"), "added", detail, now)?;
            }
            Ok::<_, Error>(())
        })
        .await?;
    app.refresh().await?;
    let record = json!({ "day": day });
    answer::done(&viewer, &format!("/calendars?year={}", day.year()), "holiday-added", &record)
}

async fn remove(State(app): State<App>, viewer: Viewer, form: FormData) -> Result<Response, Problem> {
    may(&app, &viewer, form.text("scope")).await?;
    let day: Date = form.text("day").parse().map_err(|_| Problem::NotFound)?;
    let (scope, name) = (form.text("scope").to_owned(), form.text("name").to_owned());
    let (actor, now) = (viewer.actor(), viewer.now);
    let removed = app
        .db
        .write(move |tx| {
            let removed = tx.execute(
                "DELETE FROM holidays WHERE day = $1 AND scope = $2 AND name = $3",
                &[day.into(), (&scope).into(), (&name).into()],
            )?;
            if removed == 1 {
                let detail = json!({ "day": day, "scope": scope, "name": name });
                working_time_changed(tx, actor.clone(), &format!("holiday {day}"), "removed", detail, now)?;
            }
            Ok::<_, Error>(removed == 1)
        })
        .await?;
    if !removed {
        return Err(Problem::NotFound);
    }
    app.refresh().await?;
    answer::done(
        &viewer,
        &format!("/calendars?year={}", day.year()),
        "holiday-removed",
        &json!({ "day": day }),
    )
}
