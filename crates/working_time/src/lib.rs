//! Calendars of working hours, and arithmetic in working time.
//!
//! A [`Calendar`] is compiled from [`CalendarData`], which is what people edit and what is stored: weekly hours
//! with dates, holidays, and single days with other hours. It answers four kinds of question: when is a target
//! of so many working seconds reached ([`Calendar::add`]), how much working time lies between two instants
//! ([`Calendar::between`]), is the place open ([`Calendar::is_open`]), and why ([`Calendar::explain`]).
//! [`due_with_pauses`] adds clocks that stop and go on. [`holidays`] reads the yearly list of public holidays.
//!
//! Rules that hold everywhere:
//!
//! * Only open time counts. A span of hours is open from its first second up to, not including, its end.
//! * A target that falls exactly on closing time stays there; one second more is after the next opening.
//! * A start outside the hours is a start at the next opening.
//! * Hours are wall-clock times in the calendar's own time zone; durations are real elapsed seconds. An hour that
//!   a change of summer time skips is not worked, one that it repeats is worked twice. A wall-clock time that
//!   does not exist means the moment of the change; one that exists twice means the first.
//! * Instants count in whole seconds; a fraction of a second is cut off, always towards the past.
//! * A calendar knows its hours from [`FIRST_YEAR`] to [`LAST_YEAR`]. Outside them nothing is open.
//!
//! Everything here is pure: no clock, no files, no network. It knows nothing of service desks.

mod calendar;
mod check;
mod data;
mod days;
mod explain;
pub mod holidays;
mod pauses;
mod rules;
mod wall_clock;
mod year;

pub use calendar::{Calendar, FIRST_YEAR, LAST_YEAR};
pub use check::CalendarError;
pub use data::{CalendarData, DatedHours, Exception, Holiday, MonthDay, Season, Span, SpanError};
pub use explain::{CountedSpan, DayOff, ExplainedDay, Explanation};
pub use pauses::{Due, Pause, due_with_pauses};
