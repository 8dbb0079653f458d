//! What cannot be compiled, and how a person is told.

use crate::support::{data, day, every_day, exception, office_week, span, spans};
use working_time::{Calendar, CalendarData, CalendarError, DatedHours, MonthDay, Season, Span};

fn good() -> CalendarData {
    data("Asia/Thimphu", office_week("09:00-17:00"))
}

fn error(data: &CalendarData) -> String {
    Calendar::new(data).unwrap_err().to_string()
}

fn season(from: (i8, i8), to: (i8, i8)) -> Season {
    let day = |(month, day)| MonthDay { month, day };
    Season { from: day(from), to: day(to) }
}

#[test]
fn an_unknown_time_zone() {
    for name in ["Asia/Thimpu", "", "UTC+6", "Etc/Unknown", "\0"] {
        let data = CalendarData { time_zone: name.to_owned(), ..good() };
        assert_eq!(Calendar::new(&data).unwrap_err(), CalendarError::UnknownTimeZone(name.to_owned()));
    }
}

#[test]
fn overlapping_spans_are_named() {
    let mut data = good();
    data.hours[0].week[2] = spans("09:00-13:00 12:00-17:00");
    assert_eq!(error(&data), "hours 1, Wednesday: 09:00-13:00 and 12:00-17:00 overlap");
    data.hours[0].week[2] = spans("09:00-13:00 13:00-17:00");
    assert!(Calendar::new(&data).is_ok(), "touching is not overlapping");
    data.exceptions = vec![exception("2026-01-20", "09:00-13:00 09:00-12:00", "Snow")];
    assert_eq!(error(&data), "exception 2026-01-20: 09:00-13:00 and 09:00-12:00 overlap");
}

#[test]
fn spans_out_of_order() {
    let mut data = good();
    data.hours[0].week[0] = spans("14:00-17:00 09:00-13:00");
    assert_eq!(error(&data), "hours 1, Monday: 09:00-13:00 must stand before 14:00-17:00");
}

#[test]
fn spans_that_are_none() {
    for (from_minute, to_minute) in [(600, 600), (600, 540), (0, 1441), (u16::MAX, u16::MAX)] {
        let mut data = good();
        data.hours[0].week[6] = vec![Span { from_minute, to_minute }];
        assert!(error(&data).starts_with("hours 1, Sunday: "), "{from_minute} {to_minute}");
    }
}

#[test]
fn dates_the_wrong_way_round_and_days_that_do_not_exist() {
    let mut data = good();
    data.hours[0].valid_from = Some(day("2026-02-01"));
    data.hours[0].valid_to = Some(day("2026-01-31"));
    assert_eq!(error(&data), "hours 1: the last date 2026-01-31 lies before the first, 2026-02-01");
    let mut data = good();
    data.hours[0].yearly = Some(season((11, 1), (2, 30)));
    assert_eq!(error(&data), "hours 1: there is no day 30 in month 2");
}

#[test]
fn two_hours_that_claim_the_same_date() {
    let hours = |yearly, valid_to: Option<&str>| DatedHours {
        yearly,
        valid_to: valid_to.map(day),
        week: every_day("09:00-17:00"),
        ..DatedHours::default()
    };
    let check = |first, second| Calendar::new(&CalendarData { hours: vec![first, second], ..good() }).err();
    let claimed = |date: &str| Some(CalendarError::AmbiguousHours { first: 1, second: 2, date: day(date) });
    let summer = Some(season((3, 1), (10, 31)));
    let winter = Some(season((11, 1), (2, 29)));
    let longer_winter = Some(season((10, 31), (2, 29)));

    assert_eq!(check(hours(summer, None), hours(winter, None)), None);
    assert_eq!(check(hours(summer, None), hours(None, None)), None, "the season decides");
    assert_eq!(check(hours(summer, None), hours(longer_winter, None)), claimed("2000-10-31"));
    assert_eq!(check(hours(None, None), hours(None, None)), claimed("2000-01-01"));
    assert_eq!(check(hours(None, Some("2020-06-30")), hours(None, None)), claimed("2011-06-30"));
    let last_summer = hours(summer, Some("2020-01-31"));
    assert_eq!(check(last_summer, hours(summer, Some("2030-01-31"))), claimed("2011-03-01"));
}

#[test]
fn two_exceptions_for_one_date() {
    let mut data = good();
    data.exceptions =
        vec![exception("2026-01-20", "", "Snow"), exception("2026-01-20", "09:00-12:00", "Snow")];
    assert_eq!(error(&data), "there are two exceptions for 2026-01-20");
}

#[test]
fn a_whole_day_is_a_span() {
    assert_eq!(span("00:00-24:00"), Span::WHOLE_DAY);
}
