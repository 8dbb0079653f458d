//! New working hours of a calendar from a day on: winter hours, a Saturday, a lunch break that counts no longer.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use database::Error;
use jiff::civil::Date;
use serde_json::json;
use working_time::{Calendar, DatedHours, MonthDay, Season, Span};

use crate::app::App;
use crate::directory::access::{Doing, Spot, must};
use crate::directory::answer;
use crate::directory::change_holidays::working_time_changed;
use crate::directory::form_page::FormPage;
use crate::directory::show_calendars::{CalendarRow, calendars};
use crate::frame::Frame;
use crate::frame::form::FormData;
use crate::problem::Problem;
use crate::viewer::Viewer;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/calendars/{code}/hours", get(show).post(set))
        .route("/api/v1/calendars/{code}/hours", post(set))
}

async fn calendar(app: &App, viewer: &Viewer, code: String) -> Result<CalendarRow, Problem> {
    let me = viewer.must_be_signed_in()?.clone();
    let (found, top) = app
        .db
        .read(move |r| {
            let found = calendars(r)?.into_iter().find(|calendar| calendar.code == code);
            Ok::<_, Error>((found, Spot::of(r, None)?))
        })
        .await?;
    let found = found.ok_or(Problem::NotFound)?;
    must(&me, Doing::EditHours, &top)?;
    Ok(found)
}

fn page(app: &App, viewer: &Viewer, calendar: &CalendarRow, form: Option<&FormData>) -> FormPage {
    let today = viewer.now.to_zoned(app.calendars.zone()).date();
    let mut frame = Frame::titled(app, viewer, "hours-title");
    frame.title = frame.t1("hours-title", "name", &calendar.name);
    let crumb = frame.t("calendars-title");
    let mut page = FormPage::new(frame, "hours", format!("/calendars/{}/hours", calendar.code), form)
        .about("/calendars".to_owned(), &crumb)
        .version(calendar.version)
        .date("from", "");
    let in_force = calendar.data.hours.iter().rev().find(|hours| {
        hours.valid_from.is_none_or(|from| from <= today) && hours.valid_to.is_none_or(|to| today <= to)
    });
    for (place, day) in DAYS.iter().enumerate() {
        let spans =
            in_force.map(|hours| hours.week[place].iter().map(ToString::to_string).collect::<Vec<_>>());
        page = page.text(day, &spans.unwrap_or_default().join(", "));
    }
    page.text("season_from", "").text("season_to", "").text("note", "")
}

async fn show(State(app): State<App>, viewer: Viewer, Path(code): Path<String>) -> Result<Response, Problem> {
    let calendar = calendar(&app, &viewer, code).await?;
    page(&app, &viewer, &calendar, None).show()
}

/// "09:00-12:30, 13:00-17:00"; nothing is a day off.
fn spans(text: &str) -> Option<Vec<Span>> {
    text.split(',').map(str::trim).filter(|span| !span.is_empty()).map(|span| span.parse().ok()).collect()
}

/// "11-01": month and day.
fn month_day(text: &str) -> Option<MonthDay> {
    let (month, day) = text.split_once('-')?;
    let found = MonthDay { month: month.parse().ok()?, day: day.parse().ok()? };
    Date::new(2000, found.month, found.day).ok().map(|_| found)
}

fn check(page: &mut FormPage, form: &FormData) -> DatedHours {
    let mut hours = DatedHours { valid_from: form.text("from").parse().ok(), ..DatedHours::default() };
    if hours.valid_from.is_none() {
        page.note("from", "directory-no-day");
    }
    for (place, day) in DAYS.iter().enumerate() {
        match spans(form.text(day)) {
            Some(spans) => hours.week[place] = spans,
            None => page.note(day, "hours-not-read"),
        }
    }
    let season = (form.text("season_from"), form.text("season_to"));
    if season != ("", "") {
        match (month_day(season.0), month_day(season.1)) {
            (Some(from), Some(to)) => hours.yearly = Some(Season { from, to }),
            (None, _) => page.note("season_from", "hours-no-season"),
            (_, None) => page.note("season_to", "hours-no-season"),
        }
    }
    hours.note = Some(page.short("note")).filter(|note| !note.is_empty());
    hours
}

async fn set(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    form: FormData,
) -> Result<Response, Problem> {
    let calendar = calendar(&app, &viewer, code).await?;
    let mut page = page(&app, &viewer, &calendar, Some(&form));
    let hours = check(&mut page, &form);
    let mut data = calendar.data.clone();
    // The same day again corrects what was entered for it.
    data.hours.retain(|old| (old.valid_from, old.yearly) != (hours.valid_from, hours.yearly));
    let from = hours.valid_from;
    data.hours.push(hours);
    if page.wrong.is_empty() && Calendar::new(&data).is_err() {
        page.note("mon", "hours-overlap");
    }
    if !page.wrong.is_empty() {
        return page.refuse(&viewer);
    }
    let data = serde_json::to_string(&data).map_err(anyhow::Error::from)?;
    let (code, version) = (calendar.code.clone(), form.number("version").unwrap_or(-1));
    let (actor, now) = (viewer.actor(), viewer.now);
    let saved = app
        .db
        .write(move |tx| {
            let saved = tx.execute(
                "UPDATE calendars SET data = $2, version = version + 1 WHERE code = $1 AND version = $3",
                &[(&code).into(), (&data).into(), version.into()],
            )?;
            if saved == 1 {
                let detail = json!({ "calendar": code, "from": from });
                working_time_changed(
                    tx,
                    actor.clone(),
                    &format!("calendar {code}"),
                    "hours changed",
                    detail,
                    now,
                )?;
            }
            Ok::<_, Error>(saved == 1)
        })
        .await?;
    if !saved {
        return page.stale(&viewer);
    }
    app.refresh().await?;
    answer::done(&viewer, "/calendars", "hours-saved", &json!({ "calendar": calendar.code, "from": from }))
}
