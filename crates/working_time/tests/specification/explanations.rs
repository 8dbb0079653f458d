//! Line by line, why a deadline is where it is.

use crate::support::{HOUR, at, bhutan, data, day, every_day, exception, holiday, office_week, wall};
use working_time::{Calendar, CalendarData, DatedHours, DayOff, Explanation};

#[test]
fn each_day_says_what_counted_or_why_nothing_did() {
    let mut data = bhutan();
    data.holidays = vec![holiday("2026-02-18", "Losar"), holiday("2026-02-19", "Losar")];
    data.exceptions = vec![
        exception("2026-02-20", "", "Heavy snow"),
        exception("2026-02-21", "10:00-12:00", "Helping out on Saturday"),
    ];
    let calendar = Calendar::new(&data).unwrap();
    let (from, to) = (at(&calendar, "2026-02-17 15:00"), at(&calendar, "2026-02-23 10:00"));
    let explained = calendar.explain(from, to);

    let days: Vec<(Option<DayOff>, i64)> =
        explained.days.iter().map(|day| (day.day_off.clone(), day.seconds)).collect();
    let losar = DayOff::Holiday("Losar".to_owned());
    assert_eq!(
        days,
        [
            (None, HOUR),
            (Some(losar.clone()), 0),
            (Some(losar), 0),
            (Some(DayOff::Exception("Heavy snow".to_owned())), 0),
            (None, 2 * HOUR),
            (Some(DayOff::NoHoursThatWeekday), 0),
            (None, HOUR),
        ]
    );
    assert_eq!(explained.seconds, 4 * HOUR);
    assert!(!explained.truncated);
    let saturday = &explained.days[4];
    assert_eq!(saturday.exception.as_deref(), Some("Helping out on Saturday"));
    let counted = saturday.spans[0];
    assert_eq!(wall(&calendar, Some(counted.start)), "2026-02-21 10:00:00");
    assert_eq!(wall(&calendar, Some(counted.end)), "2026-02-21 12:00:00");
    assert_eq!(calendar.explain(to, from), explained, "whichever is the earlier");
}

#[test]
fn a_day_with_hours_may_still_not_count() {
    let calendar = Calendar::new(&data("Asia/Thimphu", office_week("09:00-17:00"))).unwrap();
    let explained = calendar.explain(at(&calendar, "2026-03-02 18:00"), at(&calendar, "2026-03-03 08:00"));
    let reasons: Vec<_> = explained.days.iter().map(|day| day.day_off.clone()).collect();
    assert_eq!(reasons, [Some(DayOff::OutsideTheHours), Some(DayOff::OutsideTheHours)]);
}

#[test]
fn dates_without_hours_in_force_say_so() {
    let hours = DatedHours {
        valid_from: Some(day("2026-03-03")),
        week: every_day("09:00-17:00"),
        ..DatedHours::default()
    };
    let data = CalendarData { hours: vec![hours], ..data("Asia/Thimphu", every_day("")) };
    let calendar = Calendar::new(&data).unwrap();
    let explained = calendar.explain(at(&calendar, "2026-03-02 00:00"), at(&calendar, "2026-03-04 00:00"));
    assert_eq!(explained.days[0].day_off, Some(DayOff::NoHoursInForce));
    assert_eq!(explained.days[1].day_off, None);
    assert_eq!(explained.days.len(), 2, "an end at midnight adds no line");

    let apia = Calendar::new(&self::data("Pacific/Apia", every_day("09:00-17:00"))).unwrap();
    let explained = apia.explain(at(&apia, "2011-12-29 00:00"), at(&apia, "2012-01-01 00:00"));
    assert_eq!(explained.days[1].day_off, Some(DayOff::SkippedByTimeZone));
    let ancient = calendar.explain(at(&calendar, "1960-01-01 00:00"), at(&calendar, "1960-01-02 00:00"));
    assert_eq!(ancient.days[0].day_off, Some(DayOff::OutsideTheYears));
}

#[test]
fn long_times_are_cut_off_and_still_add_up() {
    let calendar = Calendar::new(&bhutan()).unwrap();
    let (from, to) = (at(&calendar, "2020-01-01 00:00"), at(&calendar, "2026-01-01 00:00"));
    let explained = calendar.explain(from, to);
    assert!(explained.truncated);
    assert_eq!(explained.days.len(), Explanation::MAX_DAYS);
    assert_eq!(explained.seconds, calendar.between(from, to));
}
