//! Which hours a date has, and which rule says so.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::check::in_force;
use crate::data::{CalendarData, DatedHours, Exception, Span};

/// The rules of a calendar, ordered so that the answer for a date is the first that applies.
#[derive(Debug)]
pub(crate) struct Rules {
    exceptions: BTreeMap<Date, Exception>,
    holidays: BTreeMap<Date, Vec<String>>,
    hours: Vec<DatedHours>,
}

/// The rule that decides about one date.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rule<'a> {
    Exception(&'a Exception),
    Holiday(&'a [String]),
    Weekly(&'a [Span]),
    /// No hours are in force on the date.
    None,
}

impl<'a> Rule<'a> {
    pub(crate) fn spans(self) -> &'a [Span] {
        match self {
            Rule::Exception(exception) => &exception.spans,
            Rule::Weekly(spans) => spans,
            Rule::Holiday(_) | Rule::None => &[],
        }
    }
}

impl Rules {
    /// `data` must have passed the check.
    pub(crate) fn new(data: &CalendarData) -> Rules {
        let exceptions =
            data.exceptions.iter().map(|exception| (exception.date, exception.clone())).collect();
        let mut holidays: BTreeMap<Date, Vec<String>> = BTreeMap::new();
        for holiday in &data.holidays {
            holidays.entry(holiday.date).or_default().push(holiday.name.clone());
        }
        let mut hours = data.hours.clone();
        hours.sort_by_key(|hours| Reverse((hours.valid_from, hours.yearly.is_some())));
        Rules { exceptions, holidays, hours }
    }

    pub(crate) fn on(&self, date: Date) -> Rule<'_> {
        if let Some(exception) = self.exceptions.get(&date) {
            return Rule::Exception(exception);
        }
        if let Some(names) = self.holidays.get(&date) {
            return Rule::Holiday(names);
        }
        self.weekly(date).map_or(Rule::None, Rule::Weekly)
    }

    /// The weekly hours of a date, whatever holidays and exceptions say.
    fn weekly(&self, date: Date) -> Option<&[Span]> {
        let hours = self.hours.iter().find(|hours| in_force(hours, date))?;
        let monday_is_0 = usize::try_from(date.weekday().to_monday_zero_offset()).ok()?;
        hours.week.get(monday_is_0).map(Vec::as_slice)
    }

    /// The most common length of a working day in minutes of wall-clock time, in the last year for which hours
    /// are known; of two as common, the longer.
    pub(crate) fn usual_minutes(&self) -> Option<u16> {
        let mut lengths = self.weekly_lengths();
        if lengths.is_empty() {
            lengths = self.exceptions.values().map(|exception| total_minutes(&exception.spans)).collect();
        }
        let mut counts: BTreeMap<u16, u32> = BTreeMap::new();
        for length in lengths.into_iter().filter(|&length| length > 0) {
            *counts.entry(length).or_default() += 1;
        }
        counts.into_iter().max_by_key(|&(length, count)| (count, length)).map(|(length, _)| length)
    }

    fn weekly_lengths(&self) -> Vec<u16> {
        let open_ended = self.hours.iter().any(|hours| hours.valid_to.is_none());
        let bounds = self.hours.iter().flat_map(|hours| [hours.valid_from, hours.valid_to]);
        let last_bound = bounds.flatten().map(Date::year).max().unwrap_or(2000);
        let year = if open_ended { last_bound.saturating_add(1).min(9998) } else { last_bound };
        let Ok(new_year) = Date::new(year, 1, 1) else { return Vec::new() };
        let days = new_year.series(jiff::Span::new().days(1)).take_while(|date| date.year() == year);
        days.filter_map(|date| self.weekly(date)).map(total_minutes).filter(|&length| length > 0).collect()
    }
}

fn total_minutes(spans: &[Span]) -> u16 {
    spans.iter().map(|span| span.to_minute - span.from_minute).sum()
}
