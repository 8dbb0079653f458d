//! The unit's day on one page: what is due, who has what in hand, and how the last thirty days went.

mod month;
#[cfg(test)]
mod tests;

use askama::Template;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use database::Reader;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::app::App;
use crate::desk::queue::filters::Filters;
use crate::desk::queue::rows::{RowView, rows};
use crate::desk::queue::units_of;
use crate::desk::store::lists::{self, Listed, Veiled, Wanted};
use crate::desk::store::people;
use crate::desk::store::timeline::Beside;
use crate::desk::store::today::{self, Kept, Load, Post, Settled};
use crate::desk::today::month::Month;
use crate::directory::delegations::{self, Delegation};
use crate::frame::{Frame, page, times};
use crate::id::{OrganisationId, PersonId, ServiceId};
use crate::problem::Problem;
use crate::viewer::{Absent, Grant, Role, Viewer};

/// Rows of the list of what is due today.
const DUE_ROWS: i64 = 8;
const DAYS: i64 = 30;
/// A mail server that could not be asked for so long is told of.
pub const SILENT: SignedDuration = SignedDuration::from_mins(15);

pub fn routes() -> Router<App> {
    Router::new().route("/today", get(show))
}

struct LoadRow {
    name: String,
    /// The filter that lists them.
    officer: String,
    open: i64,
    on_hold: i64,
    late: i64,
    due_today: i64,
    /// Share of the fullest hand, 0 to 100.
    share: i64,
}

struct UnitRow {
    code: String,
    name: String,
    kept: Kept,
}

#[derive(Template)]
#[template(path = "desk/today.html")]
struct UnitPage {
    frame: Frame,
    day: String,
    unit: String,
    /// "unit=PUN&" where the reader looks at another unit than their own.
    within: String,
    kept: Kept,
    due_today: i64,
    due: Vec<RowView>,
    load: Vec<LoadRow>,
    month: Month,
    since: String,
    reopened: Vec<Beside>,
    waiting: Vec<(String, String, Timestamp, String)>,
    /// Of the unit, now or soon.
    away: Vec<Delegation>,
    /// Mail that waits for somebody to look at it.
    mail: i64,
    /// Sheets of paper that wait for the same.
    scans: usize,
    /// Mailboxes whose server has been silent for a quarter of an hour.
    silent: Vec<String>,
}

impl UnitPage {
    fn stands_in(&self) -> &[Absent] {
        stands_in(&self.frame)
    }
}

#[derive(Template)]
#[template(path = "desk/today_units.html")]
struct UnitsPage {
    frame: Frame,
    day: String,
    units: Vec<UnitRow>,
}

impl UnitsPage {
    fn stands_in(&self) -> &[Absent] {
        stands_in(&self.frame)
    }
}

/// Works the viewer in this unit, or in place of somebody there?
fn works_in(viewer: &Viewer, unit: OrganisationId) -> bool {
    let works =
        |grant: &Grant| grant.organisation == unit && matches!(grant.role, Role::Officer | Role::HeadOfUnit);
    viewer.signed_in.as_ref().is_some_and(|me| me.grants.iter().any(works))
}

/// For whom the reader stands in.
fn stands_in(frame: &Frame) -> &[Absent] {
    frame.signed_in.as_ref().map_or(&[], |me| me.stands_in_for.as_slice())
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let me = viewer.must_be_signed_in()?.clone();
    let named = me.named.clone();
    let filters = Filters::parse(&query.unwrap_or_default());
    let (place, now) = (app.clone(), app.clock.now());
    let wanted = filters.of("unit").to_owned();
    let units = app
        .db
        .read(move |r| Ok::<_, Problem>((units_of(r, &place, &me, &wanted)?, today::kept(r, &me.named)?)));
    let (units, kept) = units.await?;
    let frame = Frame::titled(&app, &viewer, "today-title");
    let day = times::full_day(&frame, now.to_zoned(frame.zone.clone()).date());
    let [unit] = units.as_deref().unwrap_or_default() else {
        let seen = |id: &OrganisationId| units.as_ref().is_none_or(|units| units.contains(id));
        let units = app.calendars.units().into_iter().filter(|unit| seen(&unit.id)).map(|unit| UnitRow {
            kept: kept_of(&kept, unit.id),
            code: unit.code,
            name: unit.name,
        });
        let units = units.collect();
        return page(StatusCode::OK, &UnitsPage { frame, day, units });
    };
    let (unit, zone) = (*unit, frame.zone.clone());
    let (reads_mail, readable) = (works_in(&viewer, unit), named.clone());
    let mut found = app.db.read(move |r| ask(r, unit, now, &zone, &named)).await?;
    let catalogue = app.catalogue.now();
    found.post.retain(|post| {
        let service = catalogue.service(post.service);
        let is_confidential = service.is_some_and(|service| service.definition.confidential);
        reads_mail && (!is_confidential || readable.contains(&post.service))
    });
    found.sheets.retain(|service| {
        let service = service.and_then(|service| catalogue.service(service));
        let is_seen =
            service.is_none_or(|service| !service.definition.confidential || readable.contains(&service.id));
        reads_mail && is_seen
    });
    let own = frame.signed_in.as_ref().and_then(|me| me.unit.as_ref()).is_some_and(|own| own.id == unit);
    let facts = app.calendars.unit(unit).ok_or(Problem::NotFound)?;
    let within = if own { String::new() } else { format!("unit={}&", facts.code) };
    let since = found.from.to_zoned(frame.zone.clone()).date().to_string();
    let working_day = app.calendars.of_unit(unit).working_day_seconds();
    let is_silent =
        |post: &&Post| post.fault && post.fetched_at.is_none_or(|at| now.duration_since(at) > SILENT);
    let page_ = UnitPage {
        mail: found.post.iter().map(|post| post.waiting).sum(),
        scans: found.sheets.len(),
        silent: found.post.iter().filter(is_silent).map(|post| post.address.clone()).collect(),
        due: rows(&app, &frame, &found.due),
        due_today: found.load.iter().map(|load| load.due_today).sum(),
        month: Month::of(&frame, &found.settled, found.before, working_day),
        load: load_rows(&frame, &found.load, &found.officers),
        kept: kept_of(&kept, unit),
        unit: facts.name,
        reopened: found.reopened,
        waiting: found.waiting,
        away: found.away,
        within,
        since,
        day,
        frame,
    };
    page(StatusCode::OK, &page_)
}

fn kept_of(all: &[(OrganisationId, Kept)], unit: OrganisationId) -> Kept {
    all.iter().find(|(id, _)| *id == unit).map(|(_, kept)| *kept).unwrap_or_default()
}

struct Found {
    from: Timestamp,
    due: Vec<Listed>,
    load: Vec<Load>,
    officers: Vec<(PersonId, String)>,
    settled: Vec<Settled>,
    /// Cases with a promise and the late ones among them, in the thirty days before.
    before: (i64, i64),
    reopened: Vec<Beside>,
    waiting: Vec<(String, String, Timestamp, String)>,
    away: Vec<Delegation>,
    post: Vec<Post>,
    /// The service of each sheet that waits, if it says one.
    sheets: Vec<Option<ServiceId>>,
}

/// Everything the page asks about one unit: the same number of questions every day.
fn ask(
    r: &mut Reader,
    unit: OrganisationId,
    now: Timestamp,
    zone: &jiff::tz::TimeZone,
    named: &[ServiceId],
) -> Result<Found, Problem> {
    let today_ = now.to_zoned(zone.clone()).date();
    let start_of = |days: i64| {
        let date = today_.checked_add(days.days()).unwrap_or(today_);
        date.to_zoned(zone.clone()).map_or(now, |at| at.timestamp())
    };
    let (from, before, end) = (start_of(-DAYS), start_of(-2 * DAYS), start_of(1));
    let wanted =
        Wanted { units: Some(vec![unit]), veiled: Veiled::Named(named.to_vec()), ..Wanted::default() };
    let mut due = lists::list(r, &wanted, None, DUE_ROWS)?;
    due.retain(|row| row.queue_at < end);
    Ok(Found {
        from,
        due,
        load: today::load(r, unit, end, named)?,
        officers: people::officers(r, unit, now)?,
        settled: today::settled(r, unit, from, end, named)?,
        before: today::kept_between(r, unit, before, from, named)?,
        reopened: today::reopened(r, unit, named)?,
        waiting: today::waiting(r, unit, named)?,
        away: delegations::of_unit(r, unit, now)?,
        post: today::post(r, unit)?,
        sheets: today::sheets(r, unit)?,
    })
}

/// Every officer of the unit, those with nothing too; then what nobody has, and what others hold.
fn load_rows(frame: &Frame, load: &[Load], officers: &[(PersonId, String)]) -> Vec<LoadRow> {
    let fullest = load.iter().map(|load| load.open).max().unwrap_or(0).max(1);
    let of = |officer: Option<PersonId>| {
        let none = Load { officer, open: 0, on_hold: 0, late: 0, due_today: 0 };
        load.iter().copied().find(|load| load.officer == officer).unwrap_or(none)
    };
    let row = |name: String, officer: String, load: Load| LoadRow {
        name,
        officer,
        open: load.open,
        on_hold: load.on_hold,
        late: load.late,
        due_today: load.due_today,
        share: load.open * 100 / fullest,
    };
    let mut rows: Vec<LoadRow> =
        officers.iter().map(|(id, name)| row(name.clone(), id.to_string(), of(Some(*id)))).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.open));
    let unassigned = of(None);
    if unassigned.open > 0 {
        rows.push(row(frame.t("queue-nobody"), "nobody".to_owned(), unassigned));
    }
    rows
}
