//! The working time of one local year as a table: instants to working seconds and back by binary search.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::rules::Rules;
use crate::wall_clock::instant;

/// Open time without a break, in seconds since 1970; `end` is exclusive.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch {
    pub(crate) start: i64,
    pub(crate) end: i64,
    /// Working seconds of the year before `start`.
    before: i64,
}

#[derive(Debug)]
pub(crate) struct Year {
    /// In order; neither touching nor overlapping: hours that run through midnight are one stretch.
    pub(crate) stretches: Vec<Stretch>,
    /// Dates with working time, in order.
    pub(crate) working_days: Vec<Date>,
    /// Working seconds of the whole year.
    pub(crate) total: i64,
}

impl Year {
    pub(crate) fn new(rules: &Rules, zone: &TimeZone, year: i16) -> Year {
        let mut table = Year { stretches: Vec::new(), working_days: Vec::new(), total: 0 };
        let mut next = Date::new(year, 1, 1).ok();
        while let Some(date) = next.filter(|date| date.year() == year) {
            let total_before = table.total;
            for span in rules.on(date).spans() {
                let (start, end) =
                    (instant(zone, date, span.from_minute), instant(zone, date, span.to_minute));
                if let (Some(start), Some(end)) = (start, end) {
                    table.push(start, end);
                }
            }
            if table.total > total_before {
                table.working_days.push(date);
            }
            next = date.tomorrow().ok();
        }
        table
    }

    fn push(&mut self, start: i64, end: i64) {
        let open_until = self.stretches.last().map_or(i64::MIN, |last| last.end);
        let start = start.max(open_until);
        if start >= end {
            return;
        }
        match self.stretches.last_mut() {
            Some(last) if last.end == start => last.end = end,
            _ => self.stretches.push(Stretch { start, end, before: self.total }),
        }
        self.total += end - start;
    }

    /// Working seconds of this year before an instant.
    pub(crate) fn worked_until(&self, at: i64) -> i64 {
        match self.started_by(at) {
            Some(stretch) => stretch.before + at.min(stretch.end) - stretch.start,
            None => 0,
        }
    }

    /// The last stretch that starts at or before an instant.
    pub(crate) fn started_by(&self, at: i64) -> Option<Stretch> {
        let count = self.stretches.partition_point(|stretch| stretch.start <= at);
        count.checked_sub(1).map(|last| self.stretches[last])
    }

    /// The first stretch that starts after an instant.
    pub(crate) fn starting_after(&self, at: i64) -> Option<Stretch> {
        let count = self.stretches.partition_point(|stretch| stretch.start <= at);
        self.stretches.get(count).copied()
    }

    /// The first instant before which this year has so many working seconds, 1 to `total`: closing time rather
    /// than the next opening.
    pub(crate) fn earliest(&self, worked: i64) -> Option<i64> {
        let count = self.stretches.partition_point(|stretch| stretch.before < worked);
        let stretch = self.stretches.get(count.checked_sub(1)?)?;
        Some(stretch.start + (worked - stretch.before))
    }

    /// The last instant before which this year has so many working seconds, 0 to `total` - 1: opening rather
    /// than the closing time before.
    pub(crate) fn latest(&self, worked: i64) -> Option<i64> {
        let count = self.stretches.partition_point(|stretch| stretch.before <= worked);
        let stretch = self.stretches.get(count.checked_sub(1)?)?;
        Some(stretch.start + (worked - stretch.before))
    }
}
