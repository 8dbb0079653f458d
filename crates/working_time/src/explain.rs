//! Why a deadline is where it is: day by day, what counted and what did not.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::calendar::{Calendar, timestamp};
use crate::rules::Rule;
use crate::wall_clock::floor_second;

/// The working time between two instants, day by day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// In order, no date left out, but see `truncated`.
    pub days: Vec<ExplainedDay>,
    /// Working seconds of the whole time, also of days not listed.
    pub seconds: i64,
    /// Only the first [`MAX_DAYS`](Self::MAX_DAYS) days are listed.
    pub truncated: bool,
}

/// One date in the calendar's time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedDay {
    pub date: Date,
    /// The part of the day's hours that lies between the two instants.
    pub spans: Vec<CountedSpan>,
    /// Working seconds that counted on this date.
    pub seconds: i64,
    /// Why nothing counted; none exactly when something did.
    pub day_off: Option<DayOff>,
    /// The note of the exception that gave this date hours of its own, if one did.
    pub exception: Option<String>,
}

/// Working time that counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CountedSpan {
    pub start: Timestamp,
    pub end: Timestamp,
    /// Real elapsed seconds from start to end.
    pub seconds: i64,
}

/// Why a date did not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DayOff {
    /// Name of the holiday; of several on one date, all, with commas.
    Holiday(String),
    /// Note of the exception that closes this date.
    Exception(String),
    /// The hours in force have none on this weekday.
    NoHoursThatWeekday,
    /// No hours are in force on this date.
    NoHoursInForce,
    /// There are hours, but they lie before the start or after the end.
    OutsideTheHours,
    /// The time zone left out these hours, as Samoa left out 30 December 2011.
    SkippedByTimeZone,
    /// Before [`FIRST_YEAR`](crate::FIRST_YEAR) or after [`LAST_YEAR`](crate::LAST_YEAR).
    OutsideTheYears,
}

impl Explanation {
    /// The longest run of days that is listed.
    pub const MAX_DAYS: usize = 400;
}

impl Calendar {
    /// What counted between two instants, whichever is the earlier.
    pub fn explain(&self, from: Timestamp, to: Timestamp) -> Explanation {
        let (start, end) = (floor_second(from.min(to)), floor_second(from.max(to)));
        let seconds = self.between(from, to).abs();
        let mut explanation = Explanation { days: Vec::new(), seconds, truncated: false };
        // An end at midnight is the end of the day before, and adds no line for the day that begins.
        let last_second = if end > start { end - 1 } else { end };
        let (Some(first), Some(last)) = (self.local_date(start), self.local_date(last_second)) else {
            return explanation;
        };
        let mut next = Some(first);
        while let Some(date) = next.filter(|&date| date <= last) {
            if explanation.days.len() == Explanation::MAX_DAYS {
                explanation.truncated = true;
                break;
            }
            explanation.days.push(self.explain_day(date, start, end));
            next = date.tomorrow().ok();
        }
        explanation
    }

    fn local_date(&self, second: i64) -> Option<Date> {
        timestamp(second).map(|at| self.time_zone().to_datetime(at).date())
    }

    fn explain_day(&self, date: Date, from: i64, to: i64) -> ExplainedDay {
        let clip = |(start, end): (i64, i64)| counted(start.max(from), end.min(to));
        let spans: Vec<CountedSpan> = self.open_times(date).filter_map(clip).collect();
        let seconds = spans.iter().map(|span| span.seconds).sum();
        let day_off = if spans.is_empty() { Some(self.day_off(date)) } else { None };
        let exception = match self.rule(date) {
            Some(Rule::Exception(exception)) if !spans.is_empty() => Some(exception.note.clone()),
            _ => None,
        };
        ExplainedDay { date, spans, seconds, day_off, exception }
    }

    /// Why nothing counted on a date on which nothing did.
    fn day_off(&self, date: Date) -> DayOff {
        match self.rule(date) {
            None => DayOff::OutsideTheYears,
            Some(Rule::None) => DayOff::NoHoursInForce,
            Some(Rule::Holiday(names)) => DayOff::Holiday(names.join(", ")),
            Some(Rule::Exception(exception)) if exception.spans.is_empty() => {
                DayOff::Exception(exception.note.clone())
            }
            Some(Rule::Weekly([])) => DayOff::NoHoursThatWeekday,
            Some(Rule::Exception(_) | Rule::Weekly(_)) if self.day_seconds(date) > 0 => {
                DayOff::OutsideTheHours
            }
            Some(Rule::Exception(_) | Rule::Weekly(_)) => DayOff::SkippedByTimeZone,
        }
    }
}

fn counted(start: i64, end: i64) -> Option<CountedSpan> {
    if start >= end {
        return None;
    }
    Some(CountedSpan { start: timestamp(start)?, end: timestamp(end)?, seconds: end - start })
}
