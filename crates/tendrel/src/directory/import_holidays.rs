//! The yearly list of holidays as it is published: looked at line by line first, entered as a whole or not at all.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use database::{Error, Reader};
use jiff::civil::Date;
use serde_json::json;
use working_time::holidays::{ImportedHoliday, LineError, from_csv, from_icalendar, from_tsv};

use crate::app::App;
use crate::directory::access::{self, Doing, Spot};
use crate::directory::change_holidays::{NewHoliday, insert, working_time_changed};
use crate::directory::import::table;
use crate::directory::{answer, show_calendars};
use crate::frame::form::{FormData, Wrong};
use crate::frame::{Frame, times};
use crate::problem::Problem;
use crate::search::fold;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/calendars/import", get(show).post(import))
        .route("/api/v1/calendars/import", post(import))
}

#[derive(Clone, Debug, PartialEq)]
enum Verdict {
    New,
    Same,
    /// The key of the sentence that says why not.
    Wrong(&'static str),
}

struct Line {
    day: Date,
    name: String,
    scope: String,
    verdict: Verdict,
    holiday: NewHoliday,
}

#[derive(Template)]
#[template(path = "directory/import_holidays.html")]
struct Page {
    frame: Frame,
    wrong: Wrong,
    text: String,
    lines: Vec<Line>,
    errors: Vec<LineError>,
    new: usize,
    same: usize,
    bad: usize,
}

impl Page {
    fn full(&self, day: &Date) -> String {
        times::full_day(&self.frame, *day)
    }
}

/// Whoever enters holidays anywhere may look at a list; each line is judged by its own place.
fn must_somewhere(viewer: &Viewer) -> Result<(), Problem> {
    let me = viewer.must_be_signed_in()?;
    if access::may_somewhere(me, Doing::EditHolidays) { Ok(()) } else { Err(Problem::Forbidden) }
}

fn blank(app: &App, viewer: &Viewer) -> Page {
    let frame = Frame::titled(app, viewer, "holidays-import-title");
    let wrong = Wrong::default();
    Page { frame, wrong, text: String::new(), lines: Vec::new(), errors: Vec::new(), new: 0, same: 0, bad: 0 }
}

async fn show(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    must_somewhere(&viewer)?;
    let page = blank(&app, &viewer);
    answer::page(StatusCode::OK, &page.frame, &page)
}

/// iCalendar, tabs, commas or semicolons: the list tells by itself.
fn read(text: &str) -> Result<Vec<ImportedHoliday>, Vec<LineError>> {
    if text.to_uppercase().contains("BEGIN:VCALENDAR") {
        return from_icalendar(text);
    }
    if text.lines().next().unwrap_or_default().contains('\t') { from_tsv(text) } else { from_csv(text) }
}

async fn import(State(app): State<App>, viewer: Viewer, form: FormData) -> Result<Response, Problem> {
    must_somewhere(&viewer)?;
    let mut page = blank(&app, &viewer);
    form.must_be_kept()?;
    page.text = match form.files.first() {
        Some((_, file)) => table::decode(&app.files.read(&file.hash).await?.unwrap_or_default()).0,
        None => form.text("text").to_owned(),
    };
    if page.text.trim().is_empty() {
        page.wrong.note("text", page.frame.t("holidays-import-empty"));
        return refuse(&viewer, page);
    }
    match read(&page.text) {
        Err(errors) => {
            page.bad = errors.len();
            page.errors = errors;
            page.wrong.note("text", page.frame.t1("holidays-import-wrong", "count", page.bad));
            return refuse(&viewer, page);
        }
        Ok(found) => page.lines = judge(&app, &viewer, found).await?,
    }
    let count = |wanted: fn(&Verdict) -> bool| page.lines.iter().filter(|line| wanted(&line.verdict)).count();
    (page.new, page.same) = (count(|it| *it == Verdict::New), count(|it| *it == Verdict::Same));
    page.bad = page.lines.len() - page.new - page.same;
    if form.given("enter").is_none() || page.bad > 0 {
        if viewer.by_api() {
            return answer::data(
                StatusCode::OK,
                &json!({ "new": page.new, "same": page.same, "wrong": page.bad }),
            );
        }
        return answer::page(StatusCode::OK, &page.frame, &page);
    }
    let new = page.new;
    let year = page.lines.first().map(|line| line.day.year()).unwrap_or_default();
    let holidays: Vec<NewHoliday> =
        page.lines.into_iter().filter(|line| line.verdict == Verdict::New).map(|line| line.holiday).collect();
    let (actor, now) = (viewer.actor(), viewer.now);
    app.db
        .write(move |tx| {
            for holiday in &holidays {
                insert(tx, holiday)?;
            }
            if !holidays.is_empty() {
                let detail = json!({ "count": holidays.len() });
                working_time_changed(tx, actor.clone(), "holidays", "imported", detail, now)?;
            }
            Ok::<_, Error>(())
        })
        .await?;
    app.refresh().await?;
    answer::done(&viewer, &format!("/calendars?year={year}"), "holidays-imported", &json!({ "new": new }))
}

fn refuse(viewer: &Viewer, mut page: Page) -> Result<Response, Problem> {
    page.frame.has_mistakes = true;
    answer::refused(viewer, &page.frame, &page.wrong, &page)
}

/// What would happen to each line: its place is looked up by code or name, and it may be there already.
async fn judge(app: &App, viewer: &Viewer, found: Vec<ImportedHoliday>) -> Result<Vec<Line>, Problem> {
    let me = viewer.must_be_signed_in()?.clone();
    let (places, known, top) = app
        .db
        .read(|r: &mut Reader| {
            let places: Vec<(String, String)> = r.rows(
                "SELECT code, name FROM places WHERE kind IN ('dzongkhag', 'gewog', 'thromde')",
                &[],
                |row| Ok((row.get("code")?, row.get("name")?)),
            )?;
            let known: std::collections::HashSet<(Date, String, String)> = r
                .rows("SELECT day, scope, name FROM holidays", &[], |row| {
                    Ok((row.get("day")?, row.get("scope")?, row.get("name")?))
                })?
                .into_iter()
                .collect();
            Ok::<_, Error>((places, known, Spot::of(r, None)?))
        })
        .await?;
    let mut seen = known;
    let lines = found.into_iter().map(|ImportedHoliday { date, name, name_local, scope }| {
        let folded = fold(&scope);
        let is_national = scope == "national" || scope.is_empty();
        let code = if is_national {
            Some(String::new())
        } else {
            let by =
                |(code, name): &&(String, String)| code.eq_ignore_ascii_case(&scope) || fold(name) == folded;
            places.iter().find(by).map(|(code, _)| code.clone())
        };
        let verdict = match &code {
            None => Verdict::Wrong("holidays-import-no-place"),
            Some(code) if !show_calendars::may_holiday(app, &me, &top, code) => {
                Verdict::Wrong("holidays-import-not-yours")
            }
            Some(code) if seen.contains(&(date, code.clone(), name.clone())) => Verdict::Same,
            Some(_) => Verdict::New,
        };
        let code = code.unwrap_or_default();
        seen.insert((date, code.clone(), name.clone()));
        let holiday = NewHoliday {
            day: date,
            scope: code,
            name: name.clone(),
            name_dz: name_local.unwrap_or_default(),
        };
        Line { day: date, name, scope: if is_national { String::new() } else { scope }, verdict, holiday }
    });
    Ok(lines.collect())
}
