//! `GET /sent/{secret}`: what the requester is told: the number, what is promised and how it was counted, what happens
//! next. It can be reloaded, kept and printed.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use jiff::Timestamp;
use working_time::{Calendar, DayOff, ExplainedDay};

use crate::app::App;
use crate::desk::request::Request;
use crate::desk::save::Desk;
use crate::desk::service::Starts;
use crate::desk::{promised, store};
use crate::directory::sessions;
use crate::frame::{Frame, page, times};
use crate::problem::Problem;
use crate::viewer::Viewer;

/// Lines of the explanation; a promise of months is not explained day by day.
const DAYS_SHOWN: usize = 21;

pub fn routes() -> Router<App> {
    Router::new().route("/sent/{secret}", get(show))
}

#[derive(Template)]
#[template(path = "desk/sent.html")]
struct Page {
    frame: Frame,
    request: Request,
    service_code: String,
    service_name: String,
    secret: String,
    link: String,
    unit_phone: String,
    /// What is promised, in words: until the first answer, until it is solved.
    response: String,
    resolution: String,
    /// The time counts only from the day the papers are here.
    waits_for_papers: bool,
    days: Vec<Day>,
    more_days: bool,
    same: Vec<(String, String, Timestamp)>,
    /// The reader belongs to the office and may follow the others.
    may_see_same: bool,
}

/// One line of the explanation.
struct Day {
    date: String,
    counted: bool,
    words: String,
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(secret): Path<String>,
) -> Result<Response, Problem> {
    let hash = sessions::hash(&secret);
    let found = app.db.read(move |r| {
        let Some(request) = store::by_follow_hash(r, &hash)? else {
            return Ok(None);
        };
        let same = match request.office {
            Some(office) => store::open_of_same_matter(r, office, request.service)?,
            None => Vec::new(),
        };
        Ok::<_, database::Error>(Some((request, same)))
    });
    let (request, mut same) = found.await?.ok_or(Problem::NotFound)?;
    same.retain(|(number, _, _)| *number != request.number);
    page(StatusCode::OK, &build(&app, &viewer, request, same, secret)?)
}

fn build(
    app: &App,
    viewer: &Viewer,
    request: Request,
    same: Vec<(String, String, Timestamp)>,
    secret: String,
) -> Result<Page, Problem> {
    let desk = Desk::new(app);
    let service = desk.catalogue.service(request.service).ok_or(Problem::NotFound)?;
    let frame = Frame::titled(app, viewer, "sent-title");
    let level = service.levels.get(&request.priority);
    let calendar_code = level.map_or("", |level| level.calendar.as_str());
    let own = service.definition.calendar.as_str();
    let calendar =
        desk.calendars.of(if calendar_code.is_empty() { own } else { calendar_code }, request.unit);
    let (days, more_days) = match (request.complete_at, request.promise.resolution_due) {
        (Some(from), Some(due)) => explain(&frame, &calendar, from, due),
        _ => (Vec::new(), false),
    };
    let office = viewer.signed_in.as_ref().and_then(|me| me.office);
    Ok(Page {
        service_code: service.definition.code.clone(),
        service_name: frame.name(&service.definition.name, &service.definition.name_dz),
        link: format!("{}/r/{secret}", app.settings.base_url),
        unit_phone: app.calendars.unit(request.unit).map(|unit| unit.phone).unwrap_or_default(),
        response: level.map(|level| promised::amount(&frame, level.response)).unwrap_or_default(),
        resolution: level.map(|level| promised::amount(&frame, level.resolution)).unwrap_or_default(),
        waits_for_papers: service.definition.starts == Starts::Complete && request.complete_at.is_none(),
        days,
        more_days,
        may_see_same: office.is_some() && office == request.office,
        same,
        request,
        secret,
        frame,
    })
}

/// Which hours count until the promise is due, and which days do not and why.
fn explain(frame: &Frame, calendar: &Calendar, from: Timestamp, due: Timestamp) -> (Vec<Day>, bool) {
    let explanation = calendar.explain(from, due);
    let more = explanation.days.len() > DAYS_SHOWN;
    let zone = calendar.time_zone().clone();
    let clock = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%H:%M").to_string();
    let line = |day: &ExplainedDay| Day {
        date: times::full_day(frame, day.date),
        counted: day.day_off.is_none(),
        words: match &day.day_off {
            None => {
                let spans: Vec<String> = day
                    .spans
                    .iter()
                    .map(|span| format!("{}–{}", clock(span.start), clock(span.end)))
                    .collect();
                spans.join(", ")
            }
            Some(off) => why_not(frame, off),
        },
    };
    (explanation.days.iter().take(DAYS_SHOWN).map(line).collect(), more)
}

fn why_not(frame: &Frame, off: &DayOff) -> String {
    match off {
        DayOff::Holiday(name) => frame.t1("sent-holiday", "name", name),
        DayOff::Exception(note) => frame.t1("sent-closed", "note", note),
        DayOff::NoHoursThatWeekday => frame.t("sent-free-day"),
        DayOff::OutsideTheHours => frame.t("sent-outside"),
        DayOff::NoHoursInForce | DayOff::SkippedByTimeZone | DayOff::OutsideTheYears => {
            frame.t("sent-no-hours")
        }
    }
}
