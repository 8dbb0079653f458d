//! Calendars and instants in few words.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use working_time::{Calendar, CalendarData, DatedHours, Exception, Holiday, MonthDay, Season, Span};

pub(crate) fn span(text: &str) -> Span {
    text.parse().unwrap()
}

/// Spans separated by spaces; empty for a day off.
pub(crate) fn spans(text: &str) -> Vec<Span> {
    text.split_whitespace().map(span).collect()
}

/// Monday to Friday the same hours, Saturday and Sunday free.
pub(crate) fn office_week(hours: &str) -> [Vec<Span>; 7] {
    std::array::from_fn(|weekday| if weekday < 5 { spans(hours) } else { Vec::new() })
}

pub(crate) fn every_day(hours: &str) -> [Vec<Span>; 7] {
    std::array::from_fn(|_| spans(hours))
}

/// A calendar with one set of hours, always in force.
pub(crate) fn data(time_zone: &str, week: [Vec<Span>; 7]) -> CalendarData {
    CalendarData {
        time_zone: time_zone.to_owned(),
        hours: vec![DatedHours { week, ..DatedHours::default() }],
        exceptions: Vec::new(),
        holidays: Vec::new(),
    }
}

pub(crate) fn calendar(time_zone: &str, week: [Vec<Span>; 7]) -> Calendar {
    Calendar::new(&data(time_zone, week)).unwrap()
}

pub(crate) fn holiday(date: &str, name: &str) -> Holiday {
    Holiday { date: day(date), name: name.to_owned() }
}

pub(crate) fn exception(date: &str, hours: &str, note: &str) -> Exception {
    Exception { date: day(date), spans: spans(hours), note: note.to_owned() }
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// An instant from wall-clock time on the calendar's own clock: `2026-03-02 09:00`.
pub(crate) fn at(calendar: &Calendar, wall: &str) -> Timestamp {
    let wall: DateTime = wall.parse().unwrap();
    calendar.time_zone().to_timestamp(wall).unwrap()
}

/// Wall-clock time on the calendar's own clock, as [`at`] reads it.
pub(crate) fn wall(calendar: &Calendar, instant: Option<Timestamp>) -> String {
    match instant {
        Some(instant) => calendar.time_zone().to_datetime(instant).strftime("%F %T").to_string(),
        None => "never".to_owned(),
    }
}

/// The deadline after so many seconds, both in wall-clock time.
pub(crate) fn due(calendar: &Calendar, from: &str, seconds: i64) -> String {
    wall(calendar, calendar.add(at(calendar, from), seconds))
}

/// The result of counting whole working days, both in wall-clock time.
pub(crate) fn days_later(calendar: &Calendar, from: &str, days: i64) -> String {
    wall(calendar, calendar.add_days(at(calendar, from), days))
}

pub(crate) fn hours_between(calendar: &Calendar, from: &str, to: &str) -> f64 {
    let seconds = calendar.between(at(calendar, from), at(calendar, to));
    f64::from(i32::try_from(seconds).unwrap()) / 3600.0
}

pub(crate) const MINUTE: i64 = 60;
pub(crate) const HOUR: i64 = 60 * MINUTE;

/// The civil service hours of Bhutan: nine to five, from November to February nine to four. Half an hour of lunch
/// lies inside and is not taken off.
pub(crate) fn bhutan() -> CalendarData {
    let winter = Season { from: MonthDay { month: 11, day: 1 }, to: MonthDay { month: 2, day: 29 } };
    CalendarData {
        time_zone: "Asia/Thimphu".to_owned(),
        hours: vec![
            DatedHours { week: office_week("09:00-17:00"), ..DatedHours::default() },
            DatedHours {
                yearly: Some(winter),
                week: office_week("09:00-16:00"),
                note: Some("Winter timing".to_owned()),
                ..DatedHours::default()
            },
        ],
        exceptions: Vec::new(),
        holidays: Vec::new(),
    }
}
