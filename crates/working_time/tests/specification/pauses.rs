//! Clocks that stop while a request waits for somebody else.

use crate::support::{HOUR, MINUTE, at, calendar, office_week, wall};
use working_time::{Calendar, Due, Pause, due_with_pauses};

fn ten_to_six() -> Calendar {
    calendar("Asia/Thimphu", office_week("10:00-18:00"))
}

fn pause(calendar: &Calendar, from: &str, to: &str) -> Pause {
    Pause { from: at(calendar, from), to: Some(at(calendar, to)) }
}

fn clock(calendar: &Calendar, start: &str, target: i64, pauses: &[Pause], now: &str) -> Due {
    due_with_pauses(calendar, at(calendar, start), target, pauses, at(calendar, now))
}

fn due(calendar: &Calendar, start: &str, target: i64, pauses: &[Pause]) -> String {
    wall(calendar, clock(calendar, start, target, pauses, "2026-12-31 12:00").due)
}

// Monday is 2 March 2026.

#[test]
fn a_hold_moves_the_deadline_by_the_working_time_it_takes() {
    let calendar = ten_to_six();
    let hold = [pause(&calendar, "2026-03-02 15:30", "2026-03-02 16:30")];
    assert_eq!(due(&calendar, "2026-03-02 15:00", 2 * HOUR, &hold), "2026-03-02 18:00:00");
    assert_eq!(due(&calendar, "2026-03-02 15:00", 2 * HOUR + 1, &hold), "2026-03-03 10:00:01");
}

#[test]
fn a_hold_over_the_weekend_costs_only_its_working_time() {
    let calendar = ten_to_six();
    let hold = [pause(&calendar, "2026-03-06 17:00", "2026-03-09 11:00")];
    assert_eq!(due(&calendar, "2026-03-06 16:00", 2 * HOUR, &hold), "2026-03-09 12:00:00");
    let at_night = [pause(&calendar, "2026-03-02 19:00", "2026-03-03 09:00")];
    assert_eq!(due(&calendar, "2026-03-02 17:00", 2 * HOUR, &at_night), "2026-03-03 11:00:00");
}

#[test]
fn pauses_may_overlap_and_come_in_any_order() {
    let calendar = ten_to_six();
    let apart = [
        pause(&calendar, "2026-03-02 14:00", "2026-03-02 15:00"),
        pause(&calendar, "2026-03-02 11:00", "2026-03-02 12:00"),
        pause(&calendar, "2026-03-02 11:30", "2026-03-02 12:30"),
        pause(&calendar, "2026-03-02 12:30", "2026-03-02 12:45"),
        pause(&calendar, "2026-03-02 16:00", "2026-03-02 13:00"),
    ];
    let together = [
        pause(&calendar, "2026-03-02 11:00", "2026-03-02 12:45"),
        pause(&calendar, "2026-03-02 14:00", "2026-03-02 15:00"),
    ];
    let expected = clock(&calendar, "2026-03-02 10:00", 4 * HOUR, &together, "2026-03-02 17:00");
    assert_eq!(wall(&calendar, expected.due), "2026-03-02 16:45:00");
    assert_eq!(expected.used_seconds, 7 * HOUR - 165 * MINUTE);
    assert_eq!(expected.remaining_seconds, -15 * MINUTE);
    assert_eq!(clock(&calendar, "2026-03-02 10:00", 4 * HOUR, &apart, "2026-03-02 17:00"), expected);
}

#[test]
fn while_it_is_paused_the_deadline_moves_with_the_clock_on_the_wall() {
    let calendar = ten_to_six();
    let open = [Pause { from: at(&calendar, "2026-03-02 12:00"), to: None }];
    let read = |now: &str| clock(&calendar, "2026-03-02 10:00", 3 * HOUR, &open, now);
    let later = read("2026-03-02 15:00");
    assert_eq!(wall(&calendar, later.due), "2026-03-02 16:00:00");
    assert_eq!((later.used_seconds, later.remaining_seconds), (2 * HOUR, HOUR));
    assert_eq!(wall(&calendar, later.paused_since), "2026-03-02 12:00:00");
    let next_day = read("2026-03-03 11:00");
    assert_eq!(wall(&calendar, next_day.due), "2026-03-03 12:00:00");
    assert_eq!(next_day.used_seconds, 2 * HOUR);
}

#[test]
fn a_pause_that_continues_another_began_with_the_first() {
    let calendar = ten_to_six();
    let pauses = [
        Pause { from: at(&calendar, "2026-03-02 13:00"), to: None },
        pause(&calendar, "2026-03-02 12:00", "2026-03-02 13:00"),
    ];
    let read = clock(&calendar, "2026-03-02 10:00", 3 * HOUR, &pauses, "2026-03-02 14:00");
    assert_eq!(wall(&calendar, read.paused_since), "2026-03-02 12:00:00");
}

#[test]
fn a_pause_after_the_deadline_excuses_nothing() {
    let calendar = ten_to_six();
    let late = [pause(&calendar, "2026-03-02 12:00", "2026-03-02 13:00")];
    let read = clock(&calendar, "2026-03-02 10:00", HOUR, &late, "2026-03-02 14:00");
    assert_eq!(wall(&calendar, read.due), "2026-03-02 11:00:00");
    assert_eq!((read.used_seconds, read.remaining_seconds), (3 * HOUR, -2 * HOUR));
}

#[test]
fn a_pause_that_began_before_the_clock_counts_from_its_start() {
    let calendar = ten_to_six();
    let from_the_first = [pause(&calendar, "2026-03-01 10:00", "2026-03-02 12:00")];
    assert_eq!(due(&calendar, "2026-03-02 11:00", 2 * HOUR, &from_the_first), "2026-03-02 14:00:00");
    let all_before = [pause(&calendar, "2026-02-27 10:00", "2026-02-27 12:00")];
    assert_eq!(due(&calendar, "2026-03-02 11:00", 2 * HOUR, &all_before), "2026-03-02 13:00:00");
}

#[test]
fn a_hold_until_a_known_time_is_counted_in_advance() {
    let calendar = ten_to_six();
    let until_tomorrow = [pause(&calendar, "2026-03-02 12:00", "2026-03-03 12:00")];
    let read = clock(&calendar, "2026-03-02 10:00", 3 * HOUR, &until_tomorrow, "2026-03-02 13:00");
    assert_eq!(wall(&calendar, read.due), "2026-03-03 13:00:00");
    assert_eq!(read.used_seconds, 2 * HOUR);
    assert_eq!(wall(&calendar, read.paused_since), "2026-03-02 12:00:00");
}

#[test]
fn before_its_start_a_clock_has_used_nothing() {
    let calendar = ten_to_six();
    let read = clock(&calendar, "2026-03-02 10:00", HOUR, &[], "2026-03-01 10:00");
    assert_eq!((read.used_seconds, read.remaining_seconds), (0, HOUR));
    assert_eq!(wall(&calendar, read.due), "2026-03-02 11:00:00");
}

#[test]
fn a_late_holiday_moves_open_clocks() {
    let mut data = crate::support::data("Asia/Thimphu", office_week("10:00-18:00"));
    data.holidays.push(crate::support::holiday("2026-03-03", "Announced on the day"));
    let corrected = Calendar::new(&data).unwrap();
    let hold = [pause(&corrected, "2026-03-02 16:00", "2026-03-03 12:00")];
    assert_eq!(due(&ten_to_six(), "2026-03-02 15:00", 2 * HOUR, &hold), "2026-03-03 13:00:00");
    assert_eq!(due(&corrected, "2026-03-02 15:00", 2 * HOUR, &hold), "2026-03-04 11:00:00");
}
