//! The compiled calendar and its questions about seconds of working time.

use std::fmt;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::check::{CalendarError, check};
use crate::data::{CalendarData, DatedHours, Span};
use crate::rules::{Rule, Rules};
use crate::wall_clock::{floor_second, instant};
use crate::year::{Stretch, Year};

/// The first year of which calendars know the hours.
pub const FIRST_YEAR: i16 = 1970;
/// The last year of which calendars know the hours.
pub const LAST_YEAR: i16 = 2169;

/// Working hours and holidays of one place, ready to calculate with. Cheap to clone, and shared between threads.
#[derive(Clone)]
pub struct Calendar {
    inner: Arc<Inner>,
}

struct Inner {
    zone: TimeZone,
    rules: Rules,
    /// When each year begins, in seconds since 1970, and at the end when the last is over.
    year_starts: Vec<i64>,
    /// Each table is built when it is first asked for: most calendars are asked about a year or two.
    years: Vec<OnceLock<Year>>,
    usual_day_seconds: OnceLock<i64>,
}

impl Calendar {
    /// Checks and compiles a calendar.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with the data: an unknown time zone, spans that are not in order or overlap,
    /// dates the wrong way round, two hours or two exceptions that claim the same date.
    pub fn new(data: &CalendarData) -> Result<Calendar, CalendarError> {
        check(data)?;
        // Etc/Unknown is a name, but of no zone.
        let zone = TimeZone::get(&data.time_zone).ok().filter(|zone| !zone.is_unknown());
        let zone = zone.ok_or_else(|| CalendarError::UnknownTimeZone(data.time_zone.clone()))?;
        Ok(Calendar::compile(zone, data))
    }

    /// Open day and night, in UTC: what holds where no calendar is set.
    pub fn always() -> Calendar {
        let week = std::array::from_fn(|_| vec![Span::WHOLE_DAY]);
        let data = CalendarData {
            time_zone: "UTC".to_owned(),
            hours: vec![DatedHours { week, ..DatedHours::default() }],
            exceptions: Vec::new(),
            holidays: Vec::new(),
        };
        Calendar::compile(TimeZone::UTC, &data)
    }

    fn compile(zone: TimeZone, data: &CalendarData) -> Calendar {
        let new_year = |year| instant(&zone, Date::new(year, 1, 1).ok()?, 0);
        // These years lie well within those that jiff knows, so each has a beginning.
        let year_starts =
            (FIRST_YEAR..=LAST_YEAR + 1).map(|year| new_year(year).unwrap_or(i64::MAX)).collect();
        let years = (FIRST_YEAR..=LAST_YEAR).map(|_| OnceLock::new()).collect();
        let rules = Rules::new(data);
        let usual_day_seconds = OnceLock::new();
        Calendar { inner: Arc::new(Inner { zone, rules, year_starts, years, usual_day_seconds }) }
    }

    /// The instant at which so many seconds of working time have passed since `from`: a deadline.
    ///
    /// Zero gives `from` itself, or the next opening when that is closed. A negative number counts backwards, as
    /// [`subtract`](Self::subtract) does. None means never: the calendar has no such hours.
    pub fn add(&self, from: Timestamp, seconds: i64) -> Option<Timestamp> {
        if seconds < 0 {
            return self.subtract(from, seconds.checked_neg()?);
        }
        if seconds == 0 {
            return self.next_opening(from);
        }
        let from = floor_second(from);
        let first = self.year_index(from);
        let mut remaining = self.year(first).worked_until(from).saturating_add(seconds);
        for index in first..self.inner.years.len() {
            let year = self.year(index);
            if remaining <= year.total {
                return year.earliest(remaining).and_then(timestamp);
            }
            remaining -= year.total;
        }
        None
    }

    /// The instant from which so many seconds of working time lead up to `from`.
    ///
    /// Zero gives `from` itself, or the previous closing time when that is closed. A result that falls on an
    /// opening stays there. A negative number counts forwards. None means that there are no such hours.
    pub fn subtract(&self, from: Timestamp, seconds: i64) -> Option<Timestamp> {
        if seconds < 0 {
            return self.add(from, seconds.checked_neg()?);
        }
        if seconds == 0 {
            return self.previous_closing(from);
        }
        let from = floor_second(from);
        let mut remaining = seconds;
        let last = self.year_index(from);
        for index in (0..=last).rev() {
            let year = self.year(index);
            let worked = year.worked_until(from);
            if remaining <= worked {
                return year.latest(worked - remaining).and_then(timestamp);
            }
            remaining -= worked;
        }
        None
    }

    /// Seconds of working time from one instant to another; negative when `to` is the earlier.
    pub fn between(&self, from: Timestamp, to: Timestamp) -> i64 {
        if to < from {
            return -self.between(to, from);
        }
        let (from, to) = (floor_second(from), floor_second(to));
        let (first, last) = (self.year_index(from), self.year_index(to));
        let whole_years: i64 = (first..last).map(|index| self.year(index).total).sum();
        whole_years + self.year(last).worked_until(to) - self.year(first).worked_until(from)
    }

    /// Whether the place is open. It is at the second of opening, and is not at the second of closing.
    pub fn is_open(&self, at: Timestamp) -> bool {
        let at = floor_second(at);
        self.year(self.year_index(at)).started_by(at).is_some_and(|stretch| at < stretch.end)
    }

    /// The first open instant at or after `at`: `at` itself when open. None when it never opens again.
    pub fn next_opening(&self, at: Timestamp) -> Option<Timestamp> {
        if self.is_open(at) {
            return timestamp(floor_second(at));
        }
        self.starting_after(floor_second(at)).and_then(|stretch| timestamp(stretch.start))
    }

    /// The last instant at or before `at` that is open or a closing time: `at` itself when open.
    pub fn previous_closing(&self, at: Timestamp) -> Option<Timestamp> {
        let at = floor_second(at);
        self.started_by(at).and_then(|stretch| timestamp(at.min(stretch.end)))
    }

    /// The next opening or closing after `at`. None when nothing changes any more, as where it is always open.
    pub fn next_change(&self, at: Timestamp) -> Option<Timestamp> {
        if !self.is_open(at) {
            return self.next_opening(at);
        }
        let mut stretch = self.started_by(floor_second(at))?;
        // At new year one table ends and the next begins, perhaps with the doors open.
        while let Some(next) = self.starting_after(stretch.start) {
            if next.start != stretch.end {
                return timestamp(stretch.end);
            }
            stretch = next;
        }
        let never_closes = self.inner.year_starts.last() == Some(&stretch.end);
        if never_closes { None } else { timestamp(stretch.end) }
    }

    /// The calendar's own time zone.
    pub fn time_zone(&self) -> &TimeZone {
        &self.inner.zone
    }

    /// Seconds of working time on a date of the calendar's time zone.
    pub fn day_seconds(&self, date: Date) -> i64 {
        self.open_times(date).map(|(start, end)| end - start).sum()
    }

    /// How long a working day usually is, in seconds, for printing durations as days and hours: the most common
    /// length in the last year for which hours are known. A day of 24 hours where there are none; never zero.
    pub fn working_day_seconds(&self) -> i64 {
        const WHOLE_DAY_SECONDS: i64 = 24 * 60 * 60;
        *self.inner.usual_day_seconds.get_or_init(|| {
            self.inner.rules.usual_minutes().map_or(WHOLE_DAY_SECONDS, |minutes| i64::from(minutes) * 60)
        })
    }

    pub(crate) fn rule(&self, date: Date) -> Option<Rule<'_>> {
        (FIRST_YEAR..=LAST_YEAR).contains(&date.year()).then(|| self.inner.rules.on(date))
    }

    /// Start and end of each span of a date that has any length, in seconds since 1970.
    pub(crate) fn open_times(&self, date: Date) -> impl Iterator<Item = (i64, i64)> {
        let spans = self.rule(date).map_or(&[][..], Rule::spans);
        spans.iter().filter_map(move |span| {
            let start = instant(&self.inner.zone, date, span.from_minute)?;
            let end = instant(&self.inner.zone, date, span.to_minute)?;
            (start < end).then_some((start, end))
        })
    }

    /// Number of the year that holds an instant; the first or the last for instants outside all years.
    pub(crate) fn year_index(&self, at: i64) -> usize {
        let begun = self.inner.year_starts.partition_point(|&start| start <= at);
        begun.saturating_sub(1).min(self.inner.years.len() - 1)
    }

    pub(crate) fn year_count(&self) -> usize {
        self.inner.years.len()
    }

    pub(crate) fn year(&self, index: usize) -> &Year {
        self.inner.years[index].get_or_init(|| {
            let year = FIRST_YEAR.saturating_add(i16::try_from(index).unwrap_or(i16::MAX));
            Year::new(&self.inner.rules, &self.inner.zone, year)
        })
    }

    /// The last stretch of open time that starts at or before an instant.
    pub(crate) fn started_by(&self, at: i64) -> Option<Stretch> {
        (0..=self.year_index(at)).rev().find_map(|index| self.year(index).started_by(at))
    }

    /// The first stretch of open time that starts after an instant.
    pub(crate) fn starting_after(&self, at: i64) -> Option<Stretch> {
        (self.year_index(at)..self.year_count()).find_map(|index| self.year(index).starting_after(at))
    }
}

impl fmt::Debug for Calendar {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { zone, rules, .. } = &*self.inner;
        formatter.debug_struct("Calendar").field("zone", zone).field("rules", rules).finish()
    }
}

/// All instants of the tables are within the years that jiff knows.
pub(crate) fn timestamp(second: i64) -> Option<Timestamp> {
    Timestamp::from_second(second).ok()
}
