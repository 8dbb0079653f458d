//! Counting in whole working days.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::calendar::{Calendar, FIRST_YEAR, timestamp};
use crate::wall_clock::{floor_second, instant, instant_at};

impl Calendar {
    /// The same wall-clock time so many working days later: seven days from Monday 10:00 are Wednesday 10:00 of
    /// the next week where Saturday and Sunday are free.
    ///
    /// A working day is a date with any working time. A start outside the hours is a start at the next opening;
    /// a result outside the hours of its day moves on to the next opening, a result on closing time stays. A
    /// negative number counts backwards, from and to closing times. None when there are not so many days.
    pub fn add_days(&self, from: Timestamp, days: i64) -> Option<Timestamp> {
        if days < 0 { self.days_before(from, days.unsigned_abs()) } else { self.days_after(from, days) }
    }

    /// Closing time of the working day that is so many working days after the day of `from`. Zero is the end of
    /// the same day, or of the next working day when `from` is after closing. None as in
    /// [`add_days`](Self::add_days).
    pub fn add_days_end_of_day(&self, from: Timestamp, days: i64) -> Option<Timestamp> {
        let date = if days < 0 {
            self.working_day_before(self.closing_date(from)?, days.unsigned_abs())?
        } else {
            let start = self.next_opening(from)?;
            self.working_day_after(self.time_zone().to_datetime(start).date(), days)?
        };
        self.open_times(date).map(|(_, end)| end).max().and_then(timestamp)
    }

    fn days_after(&self, from: Timestamp, days: i64) -> Option<Timestamp> {
        let start = self.time_zone().to_datetime(self.next_opening(from)?);
        let date = self.working_day_after(start.date(), days)?;
        let target = instant_at(self.time_zone(), date.to_datetime(start.time()))?;
        let in_hours = self.started_by(target).is_some_and(|stretch| target <= stretch.end);
        if in_hours { timestamp(target) } else { self.next_opening(timestamp(target)?) }
    }

    fn days_before(&self, from: Timestamp, days: u64) -> Option<Timestamp> {
        let start_date = self.closing_date(from)?;
        let start = self.time_zone().to_datetime(self.previous_closing(from)?);
        let date = self.working_day_before(start_date, days)?;
        let at_midnight = start.date() != start_date;
        let target = if at_midnight {
            instant(self.time_zone(), date.tomorrow().ok()?, 0)?
        } else {
            instant_at(self.time_zone(), date.to_datetime(start.time()))?
        };
        self.previous_closing(timestamp(target)?)
    }

    /// The date whose hours hold the last open time at or before an instant: for a closing time of 24:00 the date
    /// that ends, not the one that begins.
    fn closing_date(&self, at: Timestamp) -> Option<Date> {
        let closing = self.previous_closing(at)?;
        let last_second = if self.is_open(closing) { closing } else { timestamp(floor_second(closing) - 1)? };
        Some(self.time_zone().to_datetime(last_second).date())
    }

    /// The first working day from `date` on is number 0.
    fn working_day_after(&self, date: Date, number: i64) -> Option<Date> {
        let first_year = self.year_of(date)?;
        let passed = self.year(first_year).working_days.partition_point(|&day| day < date);
        let mut number = usize::try_from(number).ok()?.checked_add(passed)?;
        for index in first_year..self.year_count() {
            let days = &self.year(index).working_days;
            if let Some(&day) = days.get(number) {
                return Some(day);
            }
            number -= days.len();
        }
        None
    }

    /// The last working day up to `date` is number 0.
    fn working_day_before(&self, date: Date, number: u64) -> Option<Date> {
        let last_year = self.year_of(date)?;
        let mut number = usize::try_from(number).ok()?;
        for index in (0..=last_year).rev() {
            let days = &self.year(index).working_days;
            let passed = days.partition_point(|&day| day <= date);
            if number < passed {
                return Some(days[passed - 1 - number]);
            }
            number -= passed;
        }
        None
    }

    fn year_of(&self, date: Date) -> Option<usize> {
        let index = usize::try_from(date.year() - FIRST_YEAR).ok()?;
        (index < self.year_count()).then_some(index)
    }
}
