//! Hours of the day, closing time, exceptions and holidays: what all service desks agree on.

use crate::support::{
    HOUR, MINUTE, at, calendar, data, due, every_day, exception, hours_between, office_week,
};
use crate::support::{day, holiday, wall};
use working_time::{Calendar, CalendarData, DatedHours, MonthDay, Season};

fn ten_to_six() -> Calendar {
    calendar("Asia/Thimphu", office_week("10:00-18:00"))
}

// Monday is 2 March 2026.

#[test]
fn a_target_on_closing_time_stays_there_and_one_second_more_is_the_next_morning() {
    let calendar = ten_to_six();
    assert_eq!(due(&calendar, "2026-03-02 15:00", 3 * HOUR), "2026-03-02 18:00:00");
    assert_eq!(due(&calendar, "2026-03-02 15:00", 3 * HOUR + 1), "2026-03-03 10:00:01");
    assert_eq!(due(&calendar, "2026-03-06 15:00", 3 * HOUR + 1), "2026-03-09 10:00:01");
}

#[test]
fn a_start_outside_the_hours_is_a_start_at_the_next_opening() {
    let calendar = ten_to_six();
    for closed in ["2026-03-02 18:00", "2026-03-02 23:00", "2026-03-03 00:00", "2026-03-03 10:00"] {
        assert_eq!(due(&calendar, closed, 0), "2026-03-03 10:00:00", "{closed}");
        assert_eq!(due(&calendar, closed, HOUR), "2026-03-03 11:00:00", "{closed}");
    }
    assert_eq!(due(&calendar, "2026-03-03 10:00:01", 0), "2026-03-03 10:00:01");
}

#[test]
fn several_spans_a_day_leave_out_what_lies_between() {
    let calendar = calendar("Asia/Thimphu", office_week("09:00-13:00 14:00-17:00"));
    assert_eq!(due(&calendar, "2026-03-02 12:30", HOUR), "2026-03-02 14:30:00");
    assert_eq!(due(&calendar, "2026-03-02 12:00", HOUR), "2026-03-02 13:00:00");
    assert_eq!(due(&calendar, "2026-03-02 13:20", 0), "2026-03-02 14:00:00");
    assert_eq!(hours_between(&calendar, "2026-03-02 09:00", "2026-03-03 09:00"), 7.0);
    assert_eq!(calendar.day_seconds(day("2026-03-02")), 7 * HOUR);
}

#[test]
fn hours_may_run_to_midnight_and_through_it() {
    let calendar = calendar("Asia/Thimphu", every_day("22:00-24:00"));
    assert_eq!(due(&calendar, "2026-03-02 22:00", 2 * HOUR), "2026-03-03 00:00:00");
    assert_eq!(due(&calendar, "2026-03-02 22:00", 2 * HOUR + 1), "2026-03-03 22:00:01");

    let night_shift = self::calendar("Asia/Thimphu", every_day("00:00-06:00 22:00-24:00"));
    assert_eq!(due(&night_shift, "2026-03-02 22:00", 5 * HOUR), "2026-03-03 03:00:00");
    let midnight = at(&night_shift, "2026-03-03 00:00");
    assert!(night_shift.is_open(midnight));
    assert_eq!(wall(&night_shift, night_shift.next_change(midnight)), "2026-03-03 06:00:00");
    let new_years_eve = at(&night_shift, "2026-12-31 23:00");
    assert_eq!(wall(&night_shift, night_shift.next_change(new_years_eve)), "2027-01-01 06:00:00");
}

#[test]
fn without_a_calendar_it_is_always_open() {
    let always = Calendar::always();
    let start = at(&always, "2026-03-01 23:00");
    assert_eq!(due(&always, "2026-03-01 23:00", 48 * HOUR), "2026-03-03 23:00:00");
    assert_eq!(due(&always, "2026-03-01 23:00", 0), "2026-03-01 23:00:00");
    assert_eq!(due(&always, "2026-03-01 23:00", -48 * HOUR), "2026-02-27 23:00:00");
    assert!(always.is_open(start));
    assert_eq!(always.next_change(start), None);
    assert_eq!(always.working_day_seconds(), 24 * HOUR);
}

#[test]
fn a_calendar_without_hours_is_never_open() {
    let data = CalendarData { hours: Vec::new(), ..data("Asia/Thimphu", every_day("")) };
    for never in [Calendar::new(&data).unwrap(), calendar("Asia/Thimphu", every_day(""))] {
        let now = at(&never, "2026-03-02 10:00");
        for seconds in [0, 1, -1, i64::MAX, i64::MIN] {
            assert_eq!(never.add(now, seconds), None);
            assert_eq!(never.add_days(now, seconds), None);
            assert_eq!(never.add_days_end_of_day(now, seconds), None);
        }
        assert_eq!(never.between(jiff::Timestamp::MIN, jiff::Timestamp::MAX), 0);
        assert!(!never.is_open(now));
        assert_eq!((never.next_opening(now), never.next_change(now)), (None, None));
        assert_eq!(never.day_seconds(day("2026-03-02")), 0);
        assert_eq!(never.working_day_seconds(), 24 * HOUR, "callers divide by it");
    }
}

#[test]
fn counting_backwards_mirrors_counting_forwards() {
    let calendar = ten_to_six();
    assert_eq!(due(&calendar, "2026-03-03 10:30", -HOUR), "2026-03-02 17:30:00");
    assert_eq!(due(&calendar, "2026-03-02 18:00", -8 * HOUR), "2026-03-02 10:00:00", "stays on the opening");
    assert_eq!(due(&calendar, "2026-03-02 09:00", -HOUR), "2026-02-27 17:00:00");
    let sunday = at(&calendar, "2026-03-01 12:00");
    assert_eq!(wall(&calendar, calendar.subtract(sunday, 0)), "2026-02-27 18:00:00");
    assert_eq!(calendar.subtract(sunday, -HOUR), calendar.add(sunday, HOUR));
}

#[test]
fn time_backwards_is_negative() {
    let calendar = ten_to_six();
    assert_eq!(hours_between(&calendar, "2026-03-02 17:00", "2026-03-03 11:00"), 2.0);
    assert_eq!(hours_between(&calendar, "2026-03-03 11:00", "2026-03-02 17:00"), -2.0);
    assert_eq!(hours_between(&calendar, "2026-02-28 11:00", "2026-03-01 17:00"), 0.0);
}

#[test]
fn opening_and_closing_are_announced() {
    let calendar = ten_to_six();
    let change = |from: &str| wall(&calendar, calendar.next_change(at(&calendar, from)));
    assert_eq!(change("2026-03-02 10:00"), "2026-03-02 18:00:00");
    assert_eq!(change("2026-03-06 18:00"), "2026-03-09 10:00:00");
    assert_eq!(change("2026-03-09 09:59:59"), "2026-03-09 10:00:00");
    assert!(calendar.is_open(at(&calendar, "2026-03-02 10:00")));
    assert!(!calendar.is_open(at(&calendar, "2026-03-02 18:00")));
}

#[test]
fn an_exception_beats_a_holiday_and_a_holiday_beats_the_week() {
    let mut data = data("Asia/Thimphu", office_week("09:00-17:00"));
    data.holidays = vec![holiday("2026-03-03", "Losar"), holiday("2026-03-04", "Losar")];
    data.exceptions = vec![
        exception("2026-03-04", "10:00-12:00", "Emergency desk"),
        exception("2026-03-05", "", "Power cut"),
        exception("2026-03-07", "09:00-13:00", "Saturday of the audit"),
    ];
    let calendar = Calendar::new(&data).unwrap();
    let hours: Vec<i64> =
        (2..=7).map(|d| calendar.day_seconds(jiff::civil::date(2026, 3, d)) / HOUR).collect();
    assert_eq!(hours, [8, 0, 2, 0, 8, 4]);
    assert_eq!(due(&calendar, "2026-03-02 16:00", 2 * HOUR), "2026-03-04 11:00:00");
}

#[test]
fn of_several_hours_the_later_order_decides_and_of_one_order_the_season() {
    let ramadan = Season { from: MonthDay { month: 3, day: 1 }, to: MonthDay { month: 3, day: 20 } };
    let mut data = data("Asia/Dhaka", office_week("09:00-17:00"));
    data.hours.push(DatedHours {
        yearly: Some(ramadan),
        week: office_week("09:00-15:00"),
        ..DatedHours::default()
    });
    data.hours.push(DatedHours {
        valid_from: Some(day("2026-03-10")),
        valid_to: Some(day("2026-12-31")),
        week: office_week("08:00-16:30"),
        ..DatedHours::default()
    });
    let calendar = Calendar::new(&data).unwrap();
    let minutes = |date: &str| calendar.day_seconds(day(date)) / MINUTE;
    assert_eq!(minutes("2026-02-27"), 480);
    assert_eq!(minutes("2026-03-09"), 360, "the season");
    assert_eq!(minutes("2026-03-10"), 510, "a later order, in the season too");
    assert_eq!(minutes("2026-12-31"), 510);
    assert_eq!(minutes("2027-01-01"), 480, "the later order has run out");
    assert_eq!(minutes("2027-03-01"), 360);
}

#[test]
fn the_usual_length_of_a_day_is_the_most_common_one() {
    let mut week = office_week("09:00-17:00");
    week[4] = crate::support::spans("09:00-12:00");
    assert_eq!(calendar("Asia/Thimphu", week).working_day_seconds(), 8 * HOUR);

    let mut only_exceptions = data("Asia/Thimphu", every_day(""));
    only_exceptions.exceptions = vec![exception("2026-03-07", "09:00-13:00", "Fair")];
    assert_eq!(Calendar::new(&only_exceptions).unwrap().working_day_seconds(), 4 * HOUR);
}

#[test]
fn instants_far_away_have_no_hours_and_do_no_harm() {
    let calendar = ten_to_six();
    let (first, last) = (jiff::Timestamp::MIN, jiff::Timestamp::MAX);
    assert_eq!(wall(&calendar, calendar.add(first, 0)), "1970-01-01 10:00:00");
    assert_eq!(calendar.add(last, 1), None);
    assert_eq!(wall(&calendar, calendar.add(last, -HOUR)), "2169-12-29 17:00:00", "a Friday");
    assert_eq!(calendar.add(first, -1), None);
    assert_eq!((calendar.add(first, i64::MAX), calendar.add(last, i64::MIN)), (None, None));
    assert_eq!((calendar.add_days(first, i64::MAX), calendar.add_days(last, i64::MIN)), (None, None));
    assert!(!calendar.is_open(first) && !calendar.is_open(last));
    assert_eq!(calendar.next_opening(last), None);
    assert_eq!(calendar.between(first, last), -calendar.between(last, first));
    assert_eq!(calendar.day_seconds(jiff::civil::Date::MIN), 0);
    assert_eq!(calendar.day_seconds(jiff::civil::Date::MAX), 0);
    assert!(calendar.explain(first, last).truncated);
}

#[test]
fn fractions_of_a_second_do_not_add_up() {
    let calendar = ten_to_six();
    let start: jiff::Timestamp = "2026-03-02T05:00:00.9Z".parse().unwrap();
    let due = calendar.add(start, HOUR).unwrap();
    assert_eq!(due.to_string(), "2026-03-02T06:00:00Z");
    assert_eq!(calendar.between(start, due), HOUR);
}

#[test]
fn calendars_are_stored_as_plain_json() {
    let mut stored = crate::support::bhutan();
    stored.holidays = vec![holiday("2026-12-17", "National Day")];
    stored.exceptions = vec![exception("2026-01-20", "", "First snowfall")];
    let json = serde_json::to_string(&stored).unwrap();
    assert_eq!(serde_json::from_str::<CalendarData>(&json).unwrap(), stored);
    let least = r#"{"time_zone":"Asia/Thimphu"}"#;
    assert_eq!(serde_json::from_str::<CalendarData>(least).unwrap().hours, []);
}

#[test]
fn a_calendar_is_shared_between_threads() {
    let calendar = ten_to_six();
    let start = at(&calendar, "2026-03-02 15:00");
    let expected = calendar.add(start, 900 * HOUR);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let calendar = calendar.clone();
            scope.spawn(move || assert_eq!(calendar.add(start, 900 * HOUR), expected));
        }
    });
}
