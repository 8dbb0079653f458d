//! What is wrong with a calendar's data, said so that the person who edits it can put it right.

use jiff::civil::{Date, date};

use crate::data::{CalendarData, DatedHours, MINUTES_PER_DAY, MonthDay, Season, Span};

/// Why a calendar cannot be compiled. `place` says where: `hours 2, Monday` or `exception 2026-01-20`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    #[error("unknown time zone {0:?}: write an IANA name such as Asia/Thimphu")]
    UnknownTimeZone(String),
    #[error("{place}: {span} must end later than it starts, and at 24:00 at the latest")]
    InvalidSpan { place: String, span: Span },
    #[error("{place}: {first} and {second} overlap")]
    OverlappingSpans { place: String, first: Span, second: Span },
    #[error("{place}: {second} must stand before {first}")]
    UnsortedSpans { place: String, first: Span, second: Span },
    #[error("{place}: the last date {valid_to} lies before the first, {valid_from}")]
    EndsBeforeItBegins { place: String, valid_from: Date, valid_to: Date },
    #[error("{place}: there is no day {day} in month {month}")]
    NoSuchDay { place: String, month: i8, day: i8 },
    /// Positions count from 1, as in `place`.
    #[error("hours {first} and hours {second} come into force together and both claim {date}")]
    AmbiguousHours { first: usize, second: usize, date: Date },
    #[error("there are two exceptions for {0}")]
    DuplicateException(Date),
}

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

pub(crate) fn check(data: &CalendarData) -> Result<(), CalendarError> {
    for (index, hours) in data.hours.iter().enumerate() {
        check_hours(&format!("hours {}", index + 1), hours)?;
    }
    check_ambiguous(&data.hours)?;
    let mut dates: Vec<Date> = data.exceptions.iter().map(|exception| exception.date).collect();
    dates.sort_unstable();
    if let Some(twice) = dates.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(CalendarError::DuplicateException(twice[0]));
    }
    for exception in &data.exceptions {
        check_spans(&exception.spans, || format!("exception {}", exception.date))?;
    }
    Ok(())
}

fn check_hours(place: &str, hours: &DatedHours) -> Result<(), CalendarError> {
    if let (Some(valid_from), Some(valid_to)) = (hours.valid_from, hours.valid_to)
        && valid_to < valid_from
    {
        return Err(CalendarError::EndsBeforeItBegins { place: place.to_owned(), valid_from, valid_to });
    }
    if let Some(Season { from, to }) = hours.yearly {
        check_month_day(place, from)?;
        check_month_day(place, to)?;
    }
    for (weekday, spans) in WEEKDAYS.iter().zip(&hours.week) {
        check_spans(spans, || format!("{place}, {weekday}"))?;
    }
    Ok(())
}

fn check_month_day(place: &str, MonthDay { month, day }: MonthDay) -> Result<(), CalendarError> {
    const LEAP_YEAR: i16 = 2000;
    match Date::new(LEAP_YEAR, month, day) {
        Ok(_) => Ok(()),
        Err(_) => Err(CalendarError::NoSuchDay { place: place.to_owned(), month, day }),
    }
}

fn check_spans(spans: &[Span], place: impl Fn() -> String) -> Result<(), CalendarError> {
    for &span in spans {
        if span.from_minute >= span.to_minute || span.to_minute > MINUTES_PER_DAY {
            return Err(CalendarError::InvalidSpan { place: place(), span });
        }
    }
    for pair in spans.windows(2) {
        let (first, second) = (pair[0], pair[1]);
        if second.to_minute <= first.from_minute {
            return Err(CalendarError::UnsortedSpans { place: place(), first, second });
        }
        if second.from_minute < first.to_minute {
            return Err(CalendarError::OverlappingSpans { place: place(), first, second });
        }
    }
    Ok(())
}

/// Hours of the same beginning, both seasonal or both for the whole year: nothing would say which of them counts.
fn check_ambiguous(hours: &[DatedHours]) -> Result<(), CalendarError> {
    for (second_index, second) in hours.iter().enumerate() {
        for (first_index, first) in hours[..second_index].iter().enumerate() {
            let equal_rank =
                first.valid_from == second.valid_from && first.yearly.is_some() == second.yearly.is_some();
            if equal_rank && let Some(date) = date_in_both(first, second) {
                let (first, second) = (first_index + 1, second_index + 1);
                return Err(CalendarError::AmbiguousHours { first, second, date });
            }
        }
    }
    Ok(())
}

fn date_in_both(first: &DatedHours, second: &DatedHours) -> Option<Date> {
    if let (Some(one), Some(other)) = (first.yearly, second.yearly)
        && !one.includes(other.from)
        && !other.includes(one.from)
    {
        return None;
    }
    // Nine years hold a 29 February wherever they begin, and so every day on which two seasons can meet.
    let earliest_end = [first.valid_to, second.valid_to].into_iter().flatten().min();
    let nine_years_before = |end: Date| end.saturating_sub(jiff::Span::new().years(9));
    let mut date = first.valid_from.or(earliest_end.map(nine_years_before)).unwrap_or(date(2000, 1, 1));
    for _ in 0..=9 * 366 {
        if in_force(first, date) && in_force(second, date) {
            return Some(date);
        }
        date = date.tomorrow().ok()?;
    }
    None
}

/// Whether the dates and the season of these hours hold this date.
pub(crate) fn in_force(hours: &DatedHours, date: Date) -> bool {
    hours.valid_from.is_none_or(|from| from <= date)
        && hours.valid_to.is_none_or(|to| date <= to)
        && hours.yearly.is_none_or(|season| season.contains(date))
}
