//! Summer time, and stranger things that time zones do. Hours are wall-clock time; durations are real.

use crate::support::{HOUR, MINUTE, at, calendar, day, due, every_day, hours_between, office_week, wall};

#[test]
fn offices_that_close_at_night_do_not_notice_summer_time() {
    let berlin = calendar("Europe/Berlin", office_week("08:00-20:00"));
    assert_eq!(due(&berlin, "2026-03-27 19:00", 2 * HOUR), "2026-03-30 09:00:00");
    assert_eq!(due(&berlin, "2026-10-23 19:00", 2 * HOUR), "2026-10-26 09:00:00");
    let opening = berlin.next_opening(at(&berlin, "2026-03-27 21:00")).unwrap();
    assert_eq!(opening.to_string(), "2026-03-30T06:00:00Z", "summer time");
}

#[test]
fn the_day_that_loses_an_hour_has_23_and_the_one_that_wins_it_25() {
    let berlin = calendar("Europe/Berlin", every_day("00:00-24:00"));
    assert_eq!(berlin.day_seconds(day("2026-03-28")), 24 * HOUR);
    assert_eq!(berlin.day_seconds(day("2026-03-29")), 23 * HOUR);
    assert_eq!(berlin.day_seconds(day("2026-10-25")), 25 * HOUR);
    assert_eq!(due(&berlin, "2026-03-29 01:30", HOUR), "2026-03-29 03:30:00");
    assert_eq!(due(&berlin, "2026-10-25 01:30", 3 * HOUR), "2026-10-25 03:30:00");
}

#[test]
fn a_span_across_the_change_counts_what_elapses() {
    let night = calendar("Europe/Berlin", every_day("01:00-04:00"));
    assert_eq!(hours_between(&night, "2026-03-29 00:00", "2026-03-29 12:00"), 2.0);
    assert_eq!(hours_between(&night, "2026-10-25 00:00", "2026-10-25 12:00"), 4.0);
}

#[test]
fn a_span_that_begins_in_the_skipped_hour_begins_with_the_change() {
    let night = calendar("Europe/Berlin", every_day("02:30-03:15"));
    assert_eq!(night.day_seconds(day("2026-03-29")), 15 * MINUTE);
    let opening = night.next_opening(at(&night, "2026-03-29 00:00"));
    assert_eq!(wall(&night, opening), "2026-03-29 03:00:00");
    let within = calendar("Europe/Berlin", every_day("02:10-02:50"));
    assert_eq!(within.day_seconds(day("2026-03-29")), 0);
    assert_eq!(due(&within, "2026-03-29 00:00", 0), "2026-03-30 02:10:00");
}

#[test]
fn an_edge_in_the_repeated_hour_is_its_first_occurrence() {
    let early = calendar("Europe/Berlin", every_day("00:00-02:30"));
    assert_eq!(early.day_seconds(day("2026-10-25")), 150 * MINUTE);
    let late = calendar("Europe/Berlin", every_day("02:30-04:00"));
    assert_eq!(late.day_seconds(day("2026-10-25")), 150 * MINUTE, "through the second 02:30");
    let within = calendar("Europe/Berlin", every_day("02:10-02:50"));
    assert_eq!(within.day_seconds(day("2026-10-25")), 40 * MINUTE, "once, not twice");
}

#[test]
fn lord_howe_island_changes_by_half_an_hour() {
    let lord_howe = calendar("Australia/Lord_Howe", every_day("00:00-24:00"));
    assert_eq!(lord_howe.day_seconds(day("2026-04-05")), 24 * HOUR + 30 * MINUTE);
    assert_eq!(lord_howe.day_seconds(day("2026-10-04")), 23 * HOUR + 30 * MINUTE);
}

#[test]
fn samoa_left_out_a_friday() {
    let apia = calendar("Pacific/Apia", office_week("09:00-17:00"));
    assert_eq!(apia.day_seconds(day("2011-12-30")), 0);
    assert_eq!(due(&apia, "2011-12-29 16:00", 2 * HOUR), "2012-01-02 10:00:00");
    assert_eq!(crate::support::days_later(&apia, "2011-12-29 16:00", 1), "2012-01-02 16:00:00");
    let every_day = calendar("Pacific/Apia", every_day("00:00-24:00"));
    assert_eq!(hours_between(&every_day, "2011-12-29 00:00", "2012-01-01 00:00"), 48.0);
}

#[test]
fn bhutan_moved_its_clock_once() {
    let thimphu = calendar("Asia/Thimphu", every_day("00:00-24:00"));
    assert_eq!(thimphu.day_seconds(day("1987-10-01")), 23 * HOUR + 30 * MINUTE);
    assert_eq!(thimphu.day_seconds(day("2026-10-01")), 24 * HOUR);
}

#[test]
fn the_calendar_keeps_its_own_time_zone_whoever_asks() {
    let thimphu = calendar("Asia/Thimphu", office_week("09:00-17:00"));
    let seen_from_utc: jiff::Timestamp = "2026-03-02T10:00:00Z".parse().unwrap();
    assert_eq!(thimphu.add(seen_from_utc, 2 * HOUR).unwrap().to_string(), "2026-03-03T04:00:00Z");
}
