//! The case for which this was written: Bhutan's winter timing, its moving holidays and local tsheschus.

use crate::support::{
    HOUR, at, bhutan, day, days_later, due, exception, holiday, hours_between, office_week,
};
use working_time::{Calendar, DatedHours, DayOff};

#[test]
fn summer_is_nine_to_five_and_winter_nine_to_four_with_lunch_inside() {
    let calendar = Calendar::new(&bhutan()).unwrap();
    let hours = |date: &str| calendar.day_seconds(day(date)) / HOUR;
    assert_eq!(hours("2020-10-30"), 8);
    assert_eq!(hours("2020-11-02"), 7);
    assert_eq!(hours("2021-02-26"), 7);
    assert_eq!(hours("2024-02-29"), 7, "the end of February in a leap year");
    assert_eq!(hours("2021-03-01"), 8);
    assert_eq!(hours_between(&calendar, "2020-10-30 09:00", "2020-11-02 17:00"), 15.0);
    assert_eq!(due(&calendar, "2020-10-30 16:30", HOUR), "2020-11-02 09:30:00");
    assert_eq!(calendar.working_day_seconds(), 8 * HOUR);
}

#[test]
fn a_later_order_cancels_winter_timing_and_leaves_earlier_winters_alone() {
    let mut data = bhutan();
    data.hours.push(DatedHours {
        valid_from: Some(day("2021-11-01")),
        week: office_week("09:00-17:00"),
        note: Some("Winter timing cancelled".to_owned()),
        ..DatedHours::default()
    });
    let calendar = Calendar::new(&data).unwrap();
    assert_eq!(calendar.day_seconds(day("2021-01-15")), 7 * HOUR);
    assert_eq!(calendar.day_seconds(day("2021-11-01")), 8 * HOUR);
    assert_eq!(calendar.day_seconds(day("2026-01-15")), 8 * HOUR);
}

#[test]
fn the_first_snowfall_moves_later_deadlines_only() {
    // 20 January 2016, announced that morning.
    let before = Calendar::new(&bhutan()).unwrap();
    let mut data = bhutan();
    data.exceptions.push(exception("2016-01-20", "", "First snowfall"));
    let after = Calendar::new(&data).unwrap();
    assert_eq!(due(&before, "2016-01-18 10:00", 7 * HOUR), "2016-01-19 10:00:00");
    assert_eq!(due(&after, "2016-01-18 10:00", 7 * HOUR), "2016-01-19 10:00:00");
    assert_eq!(due(&before, "2016-01-19 10:00", 7 * HOUR), "2016-01-20 10:00:00");
    assert_eq!(due(&after, "2016-01-19 10:00", 7 * HOUR), "2016-01-21 10:00:00");
    assert_eq!(days_later(&after, "2016-01-19 10:00", 1), "2016-01-21 10:00:00");
}

#[test]
fn a_tsheschu_is_free_in_its_district_only() {
    let national = holiday("2026-09-23", "Blessed Rainy Day");
    let mut thimphu = bhutan();
    thimphu.holidays = vec![
        national.clone(),
        holiday("2026-09-21", "Thimphu Tshechu"),
        holiday("2026-09-22", "Thimphu Tshechu"),
        holiday("2026-09-23", "Thimphu Tshechu"),
    ];
    let mut punakha = bhutan();
    punakha.holidays = vec![national];
    let (thimphu, punakha) = (Calendar::new(&thimphu).unwrap(), Calendar::new(&punakha).unwrap());
    assert_eq!(due(&thimphu, "2026-09-18 16:00", 2 * HOUR), "2026-09-24 10:00:00");
    assert_eq!(due(&punakha, "2026-09-18 16:00", 2 * HOUR), "2026-09-21 10:00:00");
    let explained = thimphu.explain(at(&thimphu, "2026-09-23 00:00"), at(&thimphu, "2026-09-24 00:00"));
    let both = DayOff::Holiday("Blessed Rainy Day, Thimphu Tshechu".to_owned());
    assert_eq!(explained.days[0].day_off, Some(both));
}
