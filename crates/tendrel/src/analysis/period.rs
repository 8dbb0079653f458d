//! The days an analysis is about. Pure.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// Days of one period, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub first: Date,
    pub last: Date,
}

/// The same in instants: from the first, up to but not including the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Bounds {
    pub fn hold(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }
}

/// Days that one analysis may cover: three years.
pub const LONGEST_DAYS: i32 = 3 * 366;

impl Period {
    pub fn month_of(date: Date) -> Period {
        Period { first: date.first_of_month(), last: date.last_of_month() }
    }

    /// "2026-10".
    pub fn month(text: &str) -> Option<Period> {
        let (year, month) = text.split_once('-')?;
        let date = Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?;
        (1970..=9000).contains(&date.year()).then(|| Period::month_of(date))
    }

    /// The month before the one of today: the last that is whole.
    pub fn last_full_month(today: Date) -> Period {
        Period::month_of(today).shifted(-1)
    }

    pub fn days(&self) -> i32 {
        self.first.until(self.last).map(|span| span.get_days() + 1).unwrap_or(i32::MAX)
    }

    pub fn is_month(&self) -> bool {
        *self == Period::month_of(self.first)
    }

    /// So many periods of the same length later: months for months, else days.
    pub fn shifted(&self, by: i32) -> Period {
        if self.is_month() {
            return Period::month_of(self.first.saturating_add(Span::new().months(by)));
        }
        let span = Span::new().days(i64::from(self.days().min(LONGEST_DAYS)) * i64::from(by));
        Period { first: self.first.saturating_add(span), last: self.last.saturating_add(span) }
    }

    /// The months up to and with the one in which the period ends, the oldest first.
    pub fn months(&self, count: i32) -> Vec<Period> {
        let end = Period::month_of(self.last);
        (0..count).rev().map(|back| end.shifted(-back)).collect()
    }

    /// In the zone in which the days are meant.
    pub fn bounds(&self, zone: &TimeZone) -> Bounds {
        let start = |date: Date| {
            zone.to_ambiguous_timestamp(date.at(0, 0, 0, 0)).compatible().unwrap_or(Timestamp::MAX)
        };
        let after = self.last.tomorrow().unwrap_or(Date::MAX);
        Bounds { from: start(self.first), to: start(after) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn the_last_full_month_of_a_day_in_march_is_february() {
        let february = Period::last_full_month(day("2028-03-31"));
        assert_eq!(february, Period { first: day("2028-02-01"), last: day("2028-02-29") });
        assert_eq!(february.shifted(-1).last, day("2028-01-31"));
        assert_eq!(february.shifted(1).last, day("2028-03-31"));
    }

    #[test]
    fn a_week_is_followed_by_a_week() {
        let week = Period { first: day("2026-10-05"), last: day("2026-10-11") };
        assert_eq!(week.shifted(1), Period { first: day("2026-10-12"), last: day("2026-10-18") });
        assert!(!week.is_month());
    }

    #[test]
    fn thirteen_months_end_with_the_one_in_question() {
        let months = Period::month("2026-10").unwrap().months(13);
        assert_eq!((months.len(), months[0].first), (13, day("2025-10-01")));
        assert_eq!(months[12].last, day("2026-10-31"));
    }

    #[test]
    fn days_are_those_of_the_zone() {
        let thimphu = TimeZone::get("Asia/Thimphu").unwrap();
        let bounds = Period::month("2026-10").unwrap().bounds(&thimphu);
        assert_eq!(bounds.from, "2026-09-30T18:00:00Z".parse().unwrap());
        assert_eq!(bounds.to, "2026-10-31T18:00:00Z".parse().unwrap());
        assert!(bounds.hold(bounds.from) && !bounds.hold(bounds.to));
    }

    #[test]
    fn what_is_no_month_is_refused() {
        for wrong in ["2026-13", "2026", "", "x-1", "0000-01", "99999-1"] {
            assert_eq!(Period::month(wrong), None, "{wrong}");
        }
    }
}
