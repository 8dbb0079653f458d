//! Targets in whole working days.

use crate::support::{
    at, calendar, data, days_later, every_day, exception, holiday, office_week, spans, wall,
};
use working_time::Calendar;

// Monday is 2 March 2026.

fn ten_to_eight() -> Calendar {
    calendar("Europe/Paris", office_week("10:00-20:00"))
}

fn end_of_day(calendar: &Calendar, from: &str, days: i64) -> String {
    wall(calendar, calendar.add_days_end_of_day(at(calendar, from), days))
}

#[test]
fn seven_days_from_monday_ten_are_wednesday_ten_of_the_next_week() {
    assert_eq!(days_later(&ten_to_eight(), "2026-03-02 10:00", 7), "2026-03-11 10:00:00");
    assert_eq!(days_later(&ten_to_eight(), "2026-03-02 15:45:10", 7), "2026-03-11 15:45:10");
}

#[test]
fn to_the_end_of_the_day_means_closing_time() {
    assert_eq!(end_of_day(&ten_to_eight(), "2026-03-02 10:00", 7), "2026-03-11 20:00:00");
    assert_eq!(
        end_of_day(&Calendar::always(), "2026-03-02 10:00", 7),
        "2026-03-10 00:00:00",
        "24:00 of the ninth"
    );
    assert_eq!(end_of_day(&ten_to_eight(), "2026-03-02 10:00", 0), "2026-03-02 20:00:00");
    assert_eq!(end_of_day(&ten_to_eight(), "2026-03-02 21:00", 0), "2026-03-03 20:00:00");
    assert_eq!(end_of_day(&ten_to_eight(), "2026-03-02 10:00", -1), "2026-02-27 20:00:00");
}

#[test]
fn a_start_outside_the_hours_counts_from_the_next_opening() {
    let calendar = ten_to_eight();
    assert_eq!(days_later(&calendar, "2026-03-02 08:00", 1), "2026-03-03 10:00:00");
    assert_eq!(days_later(&calendar, "2026-03-02 21:00", 1), "2026-03-04 10:00:00");
    assert_eq!(days_later(&calendar, "2026-02-28 12:00", 1), "2026-03-03 10:00:00");
    assert_eq!(days_later(&calendar, "2026-02-28 12:00", 0), "2026-03-02 10:00:00");
}

#[test]
fn a_result_outside_the_hours_of_its_day_moves_on() {
    let mut week = office_week("09:00-17:00");
    week[4] = spans("09:00-12:00 13:30-15:00");
    let calendar = calendar("Asia/Thimphu", week);
    assert_eq!(days_later(&calendar, "2026-03-05 12:30", 1), "2026-03-06 13:30:00", "lunch on Friday");
    assert_eq!(days_later(&calendar, "2026-03-05 15:00", 1), "2026-03-06 15:00:00", "closing time stays");
    assert_eq!(days_later(&calendar, "2026-03-05 16:00", 1), "2026-03-09 09:00:00");
}

#[test]
fn only_days_with_working_time_count() {
    let mut data = data("Asia/Thimphu", office_week("09:00-17:00"));
    data.holidays = vec![holiday("2026-03-03", "A holiday")];
    data.exceptions = vec![exception("2026-03-07", "09:00-12:00", "A Saturday worked")];
    let calendar = Calendar::new(&data).unwrap();
    assert_eq!(days_later(&calendar, "2026-03-02 10:00", 1), "2026-03-04 10:00:00");
    assert_eq!(days_later(&calendar, "2026-03-02 10:00", 4), "2026-03-07 10:00:00");
    assert_eq!(days_later(&calendar, "2026-03-02 10:00", 5), "2026-03-09 10:00:00");
}

#[test]
fn days_are_counted_backwards_too() {
    let calendar = ten_to_eight();
    assert_eq!(days_later(&calendar, "2026-03-11 10:00", -7), "2026-03-02 10:00:00");
    assert_eq!(days_later(&calendar, "2026-03-03 08:00", -1), "2026-02-27 20:00:00", "from Monday's closing");
    assert_eq!(days_later(&calendar, "2026-02-28 12:00", -1), "2026-02-26 20:00:00", "from Friday's closing");
}

#[test]
fn a_day_that_ends_at_midnight_is_still_that_day_when_counting_backwards() {
    let calendar = calendar("Asia/Thimphu", office_week("16:00-24:00"));
    assert_eq!(days_later(&calendar, "2026-03-07 12:00", -1), "2026-03-06 00:00:00", "24:00 of Thursday");
    assert_eq!(end_of_day(&calendar, "2026-03-07 12:00", -1), "2026-03-06 00:00:00");
}

#[test]
fn years_are_crossed_in_both_directions() {
    let calendar = ten_to_eight();
    assert_eq!(days_later(&calendar, "2026-12-31 10:00", 1), "2027-01-01 10:00:00");
    let forth = calendar.add_days(at(&calendar, "2026-03-02 10:00"), 5_000).unwrap();
    assert_eq!(wall(&calendar, calendar.add_days(forth, -5_000)), "2026-03-02 10:00:00");
}

#[test]
fn a_skipped_wall_clock_time_is_the_moment_of_the_change() {
    let calendar = calendar("Europe/Berlin", every_day("00:00-24:00"));
    assert_eq!(days_later(&calendar, "2026-03-28 02:30", 1), "2026-03-29 03:00:00");
}
