//! Times and spans as people say them.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};

use crate::frame::Frame;

/// "today 08:41", "yesterday 16:05", "Mon 14:20" within the week, "3 Dec", "3 Dec 2025".
pub fn as_said(frame: &Frame, at: Timestamp) -> String {
    let local = at.to_zoned(frame.zone.clone());
    let today = frame.now.to_zoned(frame.zone.clone()).date();
    let clock = local.strftime("%H:%M").to_string();
    let days = days_between(local.date(), today);
    match days {
        0 => frame.t1("time-today", "clock", clock),
        1 => frame.t1("time-yesterday", "clock", clock),
        -1 => frame.t1("time-tomorrow", "clock", clock),
        2..=6 | -6..=-2 => frame.t2("time-weekday", "day", weekday(frame, local.date()), "clock", clock),
        _ => day(frame, local.date()),
    }
}

/// "Thursday 3 December 2026, 14:20".
pub fn in_full(frame: &Frame, at: Timestamp) -> String {
    let local = at.to_zoned(frame.zone.clone());
    let clock = local.strftime("%H:%M").to_string();
    format!("{}, {clock}", full_day(frame, local.date()))
}

/// "Thu 3 Dec 11:00".
pub fn in_short(frame: &Frame, at: Timestamp) -> String {
    let local = at.to_zoned(frame.zone.clone());
    let (weekday, day) = (weekday(frame, local.date()), day(frame, local.date()));
    format!("{weekday} {day} {}", local.strftime("%H:%M"))
}

/// "Thursday 3 December 2026".
pub fn full_day(frame: &Frame, date: Date) -> String {
    frame.tn(
        "date-full",
        &[
            ("weekday", weekday_in_full(frame, date).into()),
            ("day", i64::from(date.day()).into()),
            ("month", month(frame, date.month()).into()),
            ("year", i64::from(date.year()).into()),
        ],
    )
}

/// "3 Dec" in this year, "3 Dec 2025" in another.
pub fn day(frame: &Frame, date: Date) -> String {
    let year = frame.now.to_zoned(frame.zone.clone()).year();
    let key = if date.year() == year { "date-short" } else { "date-short-year" };
    frame.tn(
        key,
        &[
            ("day", i64::from(date.day()).into()),
            ("month", frame.t(&format!("month-short-{}", date.month())).into()),
            ("year", i64::from(date.year()).into()),
        ],
    )
}

/// "October 2026".
pub fn month_and_year(frame: &Frame, date: Date) -> String {
    frame.t2("date-month", "month", month(frame, date.month()), "year", i64::from(date.year()))
}

pub fn month(frame: &Frame, month: i8) -> String {
    frame.t(&format!("month-{month}"))
}

pub fn weekday(frame: &Frame, date: Date) -> String {
    frame.t(&format!("weekday-short-{}", number(date.weekday())))
}

pub fn weekday_in_full(frame: &Frame, date: Date) -> String {
    frame.t(&format!("weekday-{}", number(date.weekday())))
}

fn number(weekday: Weekday) -> i8 {
    weekday.to_monday_one_offset()
}

fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map(|span| span.get_days()).unwrap_or(i32::MAX)
}

/// Seconds in the two largest units that matter: "1 d 4 h", "2 h 10 min", "35 min", "0 min".
pub fn span(frame: &Frame, seconds: i64, day: i64) -> String {
    let seconds = seconds.max(0);
    let minutes = (seconds + 30) / 60;
    let day_minutes = (day / 60).max(1);
    let (days, rest) = (minutes / day_minutes, minutes % day_minutes);
    let (hours, minutes) = (rest / 60, rest % 60);
    let part = |key: &str, n: i64| frame.t1(key, "n", n);
    match (days, hours, minutes) {
        (0, 0, m) => part("span-minutes", m),
        (0, h, 0) => part("span-hours", h),
        (0, h, m) => format!("{} {}", part("span-hours", h), part("span-minutes", m)),
        (d, 0, _) => part("span-days", d),
        (d, h, _) => format!("{} {}", part("span-days", d), part("span-hours", h)),
    }
}
