//! Working time: the hours of each calendar in words, and the holidays of a year, of the country and of places.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use database::{Error, Reader};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;
use working_time::{CalendarData, DatedHours, Span};

use crate::app::App;
use crate::directory::access::{self, Doing, Spot};
use crate::directory::answer;
use crate::frame::form::{FormData, Wrong};
use crate::frame::{Frame, times};
use crate::problem::Problem;
use crate::viewer::{Role, SignedIn, Viewer};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/calendars", get(show)).route("/api/v1/calendars", get(show))
}

/// The years whose holidays are shown.
const YEARS: std::ops::RangeInclusive<i16> = 1970..=2169;

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    year: String,
}

pub(super) struct CalendarRow {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) data: CalendarData,
    pub(super) observes_holidays: bool,
    pub(super) version: i64,
}

#[derive(Clone, Debug, Serialize)]
struct HolidayRow {
    day: Date,
    scope: String,
    place: String,
    place_dz: String,
    name: String,
    name_dz: String,
}

/// Hours that hold from a day on, in words.
struct Hours {
    week: String,
    note: String,
    from: Option<Date>,
    to: Option<Date>,
    season: Option<String>,
    /// Over, or not yet in force.
    is_now: bool,
}

struct Shown {
    code: String,
    name: String,
    observes_holidays: bool,
    units: Vec<String>,
    hours: Vec<Hours>,
}

#[derive(Template)]
#[template(path = "directory/calendars.html")]
pub(super) struct Page {
    frame: Frame,
    wrong: Wrong,
    typed: FormData,
    year: i16,
    calendars: Vec<Shown>,
    holidays: Vec<(HolidayRow, bool)>,
    scopes: Vec<(String, String)>,
    may_edit_hours: bool,
}

impl Page {
    fn day(&self, day: &Option<Date>) -> String {
        day.map_or_else(|| "…".to_owned(), |day| times::day(&self.frame, day))
    }

    fn full(&self, day: &Date) -> String {
        times::full_day(&self.frame, *day)
    }
}

struct Found {
    calendars: Vec<CalendarRow>,
    holidays: Vec<HolidayRow>,
    dzongkhags: Vec<(String, String, String)>,
    top: Spot,
}

pub(super) fn calendars(r: &mut Reader) -> Result<Vec<CalendarRow>, Error> {
    r.rows("SELECT code, name, data, observes_holidays, version FROM calendars ORDER BY code", &[], |row| {
        let data: String = row.get("data")?;
        let data = serde_json::from_str(&data).unwrap_or_else(|_| CalendarData {
            time_zone: "Asia/Thimphu".to_owned(),
            hours: Vec::new(),
            exceptions: Vec::new(),
            holidays: Vec::new(),
        });
        Ok(CalendarRow {
            code: row.get("code")?,
            name: row.get("name")?,
            data,
            observes_holidays: row.get("observes_holidays")?,
            version: row.get("version")?,
        })
    })
}

fn find(r: &mut Reader, year: i16) -> Result<Found, Error> {
    let (first, last) = (format!("{year:04}-01-01"), format!("{year:04}-12-31"));
    Ok(Found {
        calendars: calendars(r)?,
        holidays: r.rows(
            "SELECT h.day AS day, h.scope AS scope, h.name AS name, h.name_dz AS name_dz,
                    COALESCE(p.name, h.scope) AS place, COALESCE(p.name_dz, '') AS place_dz
             FROM holidays h LEFT JOIN places p ON p.code = h.scope
             WHERE h.day >= $1 AND h.day <= $2 ORDER BY h.day, h.scope, h.name LIMIT 500",
            &[first.into(), last.into()],
            |row| {
                Ok(HolidayRow {
                    day: row.get("day")?,
                    scope: row.get("scope")?,
                    place: row.get("place")?,
                    place_dz: row.get("place_dz")?,
                    name: row.get("name")?,
                    name_dz: row.get("name_dz")?,
                })
            },
        )?,
        dzongkhags: r.rows(
            "SELECT code, name, name_dz FROM places WHERE kind = 'dzongkhag' ORDER BY name",
            &[],
            |row| Ok((row.get("code")?, row.get("name")?, row.get("name_dz")?)),
        )?,
        top: Spot::of(r, None)?,
    })
}

/// May the viewer enter and remove holidays of this place ('' is the country)? Heads do so for the place of their unit.
pub(super) fn may_holiday(app: &App, me: &SignedIn, top: &Spot, scope: &str) -> bool {
    let own_place = |unit| app.calendars.unit(unit).and_then(|unit| unit.places.first().cloned());
    access::may(me, Doing::EditHolidays, top)
        || (!scope.is_empty()
            && access::allowed(Some(Role::HeadOfUnit), true, Doing::EditHolidays)
            && me.scopes(Role::HeadOfUnit).any(|unit| own_place(unit).as_deref() == Some(scope)))
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    viewer.must_understand(&asked.year, |year| year.parse().is_ok_and(|year| YEARS.contains(&year)))?;
    page(&app, &viewer, asked.year.parse().ok(), None).await
}

/// The page; with what was typed into the form for a holiday and what is wrong with it, where it came back.
pub(super) async fn page(
    app: &App,
    viewer: &Viewer,
    year: Option<i16>,
    again: Option<(FormData, Wrong)>,
) -> Result<Response, Problem> {
    let me = viewer.must_be_signed_in()?.clone();
    let today = viewer.now.to_zoned(app.calendars.zone()).date();
    let year = year.filter(|year| YEARS.contains(year)).unwrap_or(today.year());
    let Found { calendars, holidays, dzongkhags, top } = app.db.read(move |r| find(r, year)).await?;
    if viewer.by_api() {
        let calendars: Vec<_> = calendars
            .iter()
            .map(|it| json!({ "code": it.code, "name": it.name, "hours": it.data, "observes_holidays": it.observes_holidays, "version": it.version }))
            .collect();
        return answer::data(
            StatusCode::OK,
            &json!({ "year": year, "calendars": calendars, "holidays": holidays }),
        );
    }
    let mut frame = Frame::titled(app, viewer, "calendars-title");
    frame.has_mistakes = again.is_some();
    let mut scopes = vec![(String::new(), frame.t("holiday-national"))];
    scopes.extend(
        dzongkhags
            .into_iter()
            .map(|(code, name, name_dz)| (code, frame.plain_name(&name, &name_dz).to_owned())),
    );
    scopes.retain(|(code, _)| may_holiday(app, &me, &top, code));
    let status = if again.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (typed, wrong) =
        again.unwrap_or_else(|| (FormData::of(&[("day", &today.to_string())]), Wrong::default()));
    let page = Page {
        calendars: calendars.into_iter().map(|it| shown(app, &frame, it, today)).collect(),
        holidays: holidays
            .into_iter()
            .map(|it| {
                let may = may_holiday(app, &me, &top, &it.scope);
                (it, may)
            })
            .collect(),
        may_edit_hours: access::may(&me, Doing::EditHours, &top),
        frame,
        wrong,
        typed,
        year,
        scopes,
    };
    answer::page(status, &page.frame, &page)
}

fn shown(app: &App, frame: &Frame, row: CalendarRow, today: Date) -> Shown {
    let units =
        app.calendars.units().into_iter().filter(|unit| unit.calendar == row.code).map(|unit| unit.name);
    let mut hours: Vec<Hours> = row.data.hours.iter().map(|hours| in_words(frame, hours, today)).collect();
    hours.sort_by_key(|hours| std::cmp::Reverse(hours.from));
    Shown {
        units: units.collect(),
        hours,
        code: row.code,
        name: row.name,
        observes_holidays: row.observes_holidays,
    }
}

fn in_words(frame: &Frame, hours: &DatedHours, today: Date) -> Hours {
    let month_day = |day: working_time::MonthDay| {
        frame.t2(
            "month-day",
            "day",
            i64::from(day.day),
            "month",
            frame.t(&format!("month-short-{}", day.month)),
        )
    };
    let begun = hours.valid_from.is_none_or(|from| from <= today);
    Hours {
        week: week_in_words(frame, &hours.week),
        note: hours.note.clone().unwrap_or_default(),
        from: hours.valid_from,
        to: hours.valid_to,
        season: hours.yearly.map(|season| format!("{} – {}", month_day(season.from), month_day(season.to))),
        is_now: begun && hours.valid_to.is_none_or(|to| today <= to),
    }
}

/// "Mon – Fri 09:00–17:00; Sat 09:00–13:00": days of the same hours together, days off left out.
fn week_in_words(frame: &Frame, week: &[Vec<Span>; 7]) -> String {
    let day = |place: usize| frame.t(&format!("weekday-short-{}", place + 1));
    let mut parts: Vec<String> = Vec::new();
    let mut place = 0;
    while place < 7 {
        let mut last = place;
        while last < 6 && week[last + 1] == week[place] {
            last += 1;
        }
        if !week[place].is_empty() {
            let days = if last == place { day(place) } else { format!("{} – {}", day(place), day(last)) };
            let spans: Vec<String> =
                week[place].iter().map(|span| span.to_string().replace('-', "–")).collect();
            parts.push(format!("{days} {}", spans.join(", ")));
        }
        place = last + 1;
    }
    if parts.is_empty() { frame.t("calendars-never") } else { parts.join("; ") }
}

#[cfg(test)]
mod tests;
