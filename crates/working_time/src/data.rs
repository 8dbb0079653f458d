//! What is stored and edited: hours with dates, exceptions and holidays. Nothing here is checked yet; see
//! [`Calendar::new`](crate::Calendar::new).

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The working hours and holidays of one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarData {
    /// IANA name, for example `Asia/Thimphu`.
    pub time_zone: String,
    /// May be empty: a calendar that is never open. Where several apply to a date, the one that came into force
    /// last (`valid_from`) decides; of those that came into force together, a seasonal one.
    #[serde(default)]
    pub hours: Vec<DatedHours>,
    /// Single dates with other hours. An exception beats a holiday, and both beat the weekly hours.
    #[serde(default)]
    pub exceptions: Vec<Exception>,
    /// Whole days off. Two holidays may fall on one date.
    #[serde(default)]
    pub holidays: Vec<Holiday>,
}

/// The hours of a week, and when they are in force.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatedHours {
    /// First date in force; none means always so far.
    #[serde(default)]
    pub valid_from: Option<Date>,
    /// Last date in force, inclusive; none means until further notice.
    #[serde(default)]
    pub valid_to: Option<Date>,
    /// The part of each year to which these hours belong; none means all of it.
    #[serde(default)]
    pub yearly: Option<Season>,
    /// Monday first. A day without spans is not worked.
    pub week: [Vec<Span>; 7],
    /// For people: the order or circular that set these hours.
    #[serde(default)]
    pub note: Option<String>,
}

/// A part of every year, both ends inclusive. It may run over new year: 1 November to 29 February.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Season {
    pub from: MonthDay,
    pub to: MonthDay,
}

/// A day of any year. 29 February stands for the end of February in every year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MonthDay {
    /// 1 to 12.
    pub month: i8,
    /// 1 to 31.
    pub day: i8,
}

/// Hours of one day in minutes of wall-clock time since 00:00. Written `09:00-17:00`; 24:00 is a legal end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    pub from_minute: u16,
    /// Exclusive; later than `from_minute`, at most 1440.
    pub to_minute: u16,
}

/// One date with hours of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    pub date: Date,
    /// Empty means closed.
    pub spans: Vec<Span>,
    /// Why; shown to people.
    pub note: String,
}

/// A whole day off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holiday {
    pub date: Date,
    pub name: String,
}

impl Season {
    /// Whether the season holds this date, in any year.
    pub fn contains(&self, date: Date) -> bool {
        self.includes(MonthDay { month: date.month(), day: date.day() })
    }

    pub(crate) fn includes(&self, day: MonthDay) -> bool {
        if self.from <= self.to {
            self.from <= day && day <= self.to
        } else {
            self.from <= day || day <= self.to
        }
    }
}

impl Span {
    /// The whole day, 00:00 to 24:00.
    pub const WHOLE_DAY: Span = Span { from_minute: 0, to_minute: MINUTES_PER_DAY };
}

pub(crate) const MINUTES_PER_DAY: u16 = 24 * 60;

impl fmt::Display for Span {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Span { from_minute, to_minute } = self;
        write!(
            formatter,
            "{:02}:{:02}-{:02}:{:02}",
            from_minute / 60,
            from_minute % 60,
            to_minute / 60,
            to_minute % 60
        )
    }
}

/// A span of hours that could not be read; holds what was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a span of hours: write for example 09:00-17:00, the end later than the start, at most 24:00"
)]
pub struct SpanError(pub String);

impl FromStr for Span {
    type Err = SpanError;

    /// Reads `09:00-17:00`, also with an en dash and with spaces.
    fn from_str(text: &str) -> Result<Span, SpanError> {
        let error = || SpanError(text.to_owned());
        let (from, to) = text.split_once(['-', '–']).ok_or_else(error)?;
        let from_minute = minute_of_day(from).ok_or_else(error)?;
        let to_minute = minute_of_day(to).ok_or_else(error)?;
        if from_minute < to_minute { Ok(Span { from_minute, to_minute }) } else { Err(error()) }
    }
}

fn minute_of_day(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let digits = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hour) || minute.len() != 2 || !digits(minute) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= MINUTES_PER_DAY).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn spans_are_read_and_written_as_people_write_them() {
        let span = Span { from_minute: 540, to_minute: 1440 };
        assert_eq!("09:00-24:00".parse(), Ok(span));
        assert_eq!("9:00 – 24:00".parse(), Ok(span));
        assert_eq!(span.to_string(), "09:00-24:00");
        for wrong in ["", "9-17", "17:00-09:00", "09:00-09:00", "09:00-24:01", "09:60-17:00", "+9:00-17:00"] {
            assert_eq!(wrong.parse::<Span>(), Err(SpanError(wrong.to_owned())));
        }
    }

    #[test]
    fn a_season_may_run_over_new_year() {
        let winter = Season { from: MonthDay { month: 11, day: 1 }, to: MonthDay { month: 2, day: 29 } };
        for inside in [date(2024, 11, 1), date(2025, 1, 1), date(2025, 2, 28), date(2024, 2, 29)] {
            assert!(winter.contains(inside), "{inside}");
        }
        for outside in [date(2024, 10, 31), date(2025, 3, 1)] {
            assert!(!winter.contains(outside), "{outside}");
        }
    }
}
