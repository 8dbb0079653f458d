//! Why a promise ends when it does: day by day what counted, what did not, and what was waited for.

use jiff::Timestamp;
use working_time::{DayOff, ExplainedDay};

use crate::desk::promise;
use crate::desk::request::{Hold, Request};
use crate::desk::save::Desk;
use crate::desk::service::{Amount, Measure};
use crate::frame::{Frame, times};

/// Days that are listed; a longer promise says that there are more.
const DAYS_SHOWN: usize = 40;

#[derive(Debug)]
pub struct Explained {
    /// "Promised for High: 1 working day."
    pub promised: String,
    pub start: Timestamp,
    pub due: Option<Timestamp>,
    pub days: Vec<Day>,
    pub more: bool,
    pub pauses: Vec<PauseLine>,
}

#[derive(Debug)]
pub struct Day {
    pub date: String,
    /// "09:00–17:00", or why nothing counted.
    pub words: String,
    /// How much counted; empty for a day that did not.
    pub counted: String,
}

#[derive(Debug)]
pub struct PauseLine {
    pub from: Timestamp,
    pub to: Option<Timestamp>,
    pub words: String,
}

/// The explanation of the resolution's promise, if there is one.
pub fn explained(frame: &Frame, desk: &Desk, request: &Request, holds: &[Hold]) -> Option<Explained> {
    let service = desk.catalogue.service(request.service)?;
    let level = service.levels.get(&request.priority)?;
    let code = if level.calendar.is_empty() { &service.definition.calendar } else { &level.calendar };
    let calendar = desk.calendars.of(code, request.unit);
    let clocks = desk.promise(request, holds);
    let resolution = clocks.resolution?;
    let start = match service.definition.starts {
        crate::desk::service::Starts::Received => request.received_at,
        crate::desk::service::Starts::Complete => request.complete_at?,
    };
    let until = resolution.due.unwrap_or(start).max(request.resolved_at.unwrap_or(start));
    let explanation = calendar.explain(start, until);
    let day = calendar.working_day_seconds();
    let amount = |amount: Amount| amount_in_words(frame, amount);
    let promised = frame.tn(
        "explain-promised",
        &[
            ("priority", desk.catalogue.priority_name(request.priority).into()),
            ("response", amount(level.response).into()),
            ("resolution", amount(level.resolution).into()),
            ("hours", frame.working(&promise::seconds(&calendar, start, level.resolution), &i64::MAX).into()),
        ],
    );
    let more = explanation.truncated || explanation.days.len() > DAYS_SHOWN;
    let days = explanation.days.iter().take(DAYS_SHOWN).map(|it| day_line(frame, it, day)).collect();
    let pauses = holds.iter().filter(|hold| hold.pauses).map(|hold| pause_line(frame, desk, hold)).collect();
    Some(Explained { promised, start, due: resolution.due, days, more, pauses })
}

/// "30 min", "4 working hours", "2 working days".
fn amount_in_words(frame: &Frame, amount: Amount) -> String {
    let key = match amount.unit {
        Measure::Minutes => "amount-minutes",
        Measure::WorkingHours => "amount-hours",
        Measure::WorkingDays => "amount-days",
    };
    frame.t1(key, "n", amount.amount)
}

fn day_line(frame: &Frame, day: &ExplainedDay, working_day: i64) -> Day {
    let clock = |at: Timestamp| at.to_zoned(frame.zone.clone()).strftime("%H:%M").to_string();
    let words = match &day.day_off {
        None => {
            let spans: Vec<String> =
                day.spans.iter().map(|span| format!("{}–{}", clock(span.start), clock(span.end))).collect();
            spans.join(", ")
        }
        Some(DayOff::Holiday(name)) => frame.t1("explain-holiday", "name", name),
        Some(DayOff::Exception(note)) => frame.t1("explain-exception", "note", note),
        Some(DayOff::NoHoursThatWeekday) => frame.t("explain-weekday"),
        Some(DayOff::OutsideTheHours) => frame.t("explain-outside"),
        Some(DayOff::NoHoursInForce | DayOff::SkippedByTimeZone | DayOff::OutsideTheYears) => {
            frame.t("explain-no-hours")
        }
    };
    let counted =
        if day.seconds > 0 { frame.working(&day.seconds, &working_day.max(86_400)) } else { String::new() };
    let date = format!("{} {}", times::weekday(frame, day.date), times::day(frame, day.date));
    Day { date, words, counted }
}

fn pause_line(frame: &Frame, desk: &Desk, hold: &Hold) -> PauseLine {
    let reason = desk.catalogue.hold_reason(&hold.reason);
    let words = reason.map_or_else(|| frame.t("explain-was-resolved"), |reason| reason.name.clone());
    PauseLine { from: hold.from, to: hold.to, words }
}
