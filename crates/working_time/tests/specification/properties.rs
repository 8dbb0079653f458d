//! Laws that hold for every calendar, tried on random ones.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use working_time::holidays::{from_csv, from_icalendar, from_tsv};
use working_time::{Calendar, CalendarData, DatedHours, Exception, Holiday, MonthDay, Season, Span};
use working_time::{Pause, due_with_pauses};

const ZONES: [&str; 7] = [
    "Asia/Thimphu",
    "UTC",
    "Europe/Berlin",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
];

/// Spans of a day, sorted and apart: cuts of the day taken in pairs.
fn spans() -> impl Strategy<Value = Vec<Span>> {
    prop::collection::btree_set(0..=1440_u16, 0..5).prop_map(|cuts| {
        let cuts: Vec<u16> = cuts.into_iter().collect();
        cuts.chunks_exact(2).map(|pair| Span { from_minute: pair[0], to_minute: pair[1] }).collect()
    })
}

fn week() -> impl Strategy<Value = [Vec<Span>; 7]> {
    [spans(), spans(), spans(), spans(), spans(), spans(), spans()]
}

fn near_date() -> impl Strategy<Value = Date> {
    (2010_i16..2013, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| date(year, month, day))
}

/// Hours for the whole year and for a winter, a later order, exceptions and holidays.
fn calendar_data() -> impl Strategy<Value = CalendarData> {
    let hours = (week(), week(), week(), near_date());
    let days_off = prop::collection::vec(near_date(), 0..20);
    let exceptions = prop::collection::btree_map(near_date(), spans(), 0..10);
    (prop::sample::select(&ZONES[..]), hours, days_off, exceptions).prop_map(
        |(zone, (all_year, winter, later, from), days_off, exceptions)| {
            let season = Season { from: MonthDay { month: 11, day: 1 }, to: MonthDay { month: 2, day: 29 } };
            CalendarData {
                time_zone: zone.to_owned(),
                hours: vec![
                    DatedHours { week: all_year, ..DatedHours::default() },
                    DatedHours { week: winter, yearly: Some(season), ..DatedHours::default() },
                    DatedHours { week: later, valid_from: Some(from), ..DatedHours::default() },
                ],
                exceptions: exceptions
                    .into_iter()
                    .map(|(date, spans)| Exception { date, spans, note: "exception".to_owned() })
                    .collect(),
                holidays: days_off
                    .into_iter()
                    .map(|date| Holiday { date, name: "holiday".to_owned() })
                    .collect(),
            }
        },
    )
}

fn calendar() -> impl Strategy<Value = Calendar> {
    calendar_data().prop_map(|data| Calendar::new(&data).unwrap())
}

fn second(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// Instants of 2010 to 2012.
fn near() -> impl Strategy<Value = Timestamp> {
    (1_262_304_000_i64..1_356_998_400).prop_map(second)
}

fn anywhere() -> impl Strategy<Value = Timestamp> {
    let (min, max) = (Timestamp::MIN.as_nanosecond(), Timestamp::MAX.as_nanosecond());
    (min..=max).prop_map(|nanosecond| Timestamp::from_nanosecond(nanosecond).unwrap())
}

fn length() -> impl Strategy<Value = i64> {
    prop_oneof![0..100_000_i64, 0..30_000_000_i64]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn adding_then_measuring_gives_back(calendar in calendar(), from in near(), seconds in length()) {
        if let Some(due) = calendar.add(from, seconds) {
            prop_assert_eq!(calendar.between(from, due), seconds);
            prop_assert!(due >= from);
        }
        if let Some(start) = calendar.subtract(from, seconds) {
            prop_assert_eq!(calendar.between(start, from), seconds);
            prop_assert!(start <= from);
        }
    }

    #[test]
    fn a_deadline_is_the_first_instant_with_so_much_time_and_its_mirror_the_last(
        calendar in calendar(), from in near(), seconds in 1..1_000_000_i64,
    ) {
        if let Some(due) = calendar.add(from, seconds) {
            prop_assert_eq!(calendar.between(from, second(due.as_second() - 1)), seconds - 1);
        }
        if let Some(start) = calendar.subtract(from, seconds) {
            prop_assert_eq!(calendar.between(second(start.as_second() + 1), from), seconds - 1);
        }
    }

    #[test]
    fn later_starts_and_longer_targets_are_never_due_earlier(
        calendar in calendar(), from in near(), wait in 0..1_000_000_i64, shorter in length(), more in length(),
    ) {
        let due = |from, seconds| calendar.add(from, seconds).unwrap_or(Timestamp::MAX);
        let later = second(from.as_second() + wait);
        prop_assert!(due(from, shorter) <= due(later, shorter));
        prop_assert!(due(from, shorter) <= due(from, shorter + more));
        prop_assert!(calendar.between(from, later) <= wait);
    }

    #[test]
    fn a_moved_holiday_changes_only_what_comes_later(
        mut data in calendar_data(), day in near_date(), from in near(), seconds in length(),
    ) {
        data.exceptions.retain(|exception| exception.date != day);
        let before = Calendar::new(&data).unwrap();
        data.holidays.push(Holiday { date: day, name: "announced this morning".to_owned() });
        let after = Calendar::new(&data).unwrap();
        let morning = before.time_zone().to_timestamp(day.at(0, 0, 0, 0)).unwrap();
        prop_assert_eq!(after.day_seconds(day), 0);
        if let Some(due) = before.add(from, seconds) {
            if due <= morning {
                prop_assert_eq!(after.add(from, seconds), Some(due));
            } else {
                prop_assert!(after.add(from, seconds).is_none_or(|later| later >= due));
            }
            let evening = before.time_zone().to_timestamp(day.tomorrow().unwrap().at(0, 0, 0, 0)).unwrap();
            let lost = before.between(from.max(morning).min(due), due.min(evening).max(from)).max(0);
            prop_assert_eq!(before.between(from, due) - after.between(from, due), lost);
        }
    }

    #[test]
    fn opening_and_closing_agree_with_measuring(calendar in calendar(), at in near()) {
        let next_second = second(at.as_second() + 1);
        prop_assert_eq!(calendar.is_open(at), calendar.between(at, next_second) == 1);
        if let Some(opening) = calendar.next_opening(at) {
            prop_assert!(opening >= at && calendar.is_open(opening));
            prop_assert_eq!(calendar.between(at, opening), 0);
        }
        if let Some(change) = calendar.next_change(at) {
            prop_assert!(change > at);
            prop_assert!(calendar.is_open(change) != calendar.is_open(at));
            let elapsed = change.as_second() - at.as_second();
            prop_assert_eq!(calendar.between(at, change), if calendar.is_open(at) { elapsed } else { 0 });
        }
    }

    #[test]
    fn an_explanation_adds_up(calendar in calendar(), from in near(), days in 0..60_i64) {
        let to = second(from.as_second() + days * 86_400);
        let explained = calendar.explain(from, to);
        prop_assert_eq!(explained.days.iter().map(|day| day.seconds).sum::<i64>(), explained.seconds);
        prop_assert_eq!(explained.seconds, calendar.between(from, to));
        prop_assert!(explained.days.iter().all(|day| day.day_off.is_some() == (day.seconds == 0)));
    }

    #[test]
    fn whole_days_count_dates_with_working_time(calendar in calendar(), from in near(), days in 0..40_i64) {
        if let (Some(start), Some(end)) = (calendar.next_opening(from), calendar.add_days_end_of_day(from, days)) {
            let zone = calendar.time_zone();
            let (first, last) = (zone.to_datetime(start).date(), zone.to_datetime(second(end.as_second() - 1)).date());
            let dates = first.series(jiff::Span::new().days(1)).take_while(|&date| date <= last);
            let worked = dates.filter(|&date| calendar.day_seconds(date) > 0).count();
            prop_assert_eq!(i64::try_from(worked).unwrap(), days + 1);
            prop_assert!(calendar.add_days(from, days).unwrap() >= start);
        }
    }

    #[test]
    fn pauses_take_exactly_their_working_time(
        calendar in calendar(), start in near(), target in 1..500_000_i64,
        pauses in prop::collection::vec((0..500_000_i64, 0..200_000_i64), 0..5),
    ) {
        let pause = |(after, length)| {
            let from = start.as_second() + after;
            Pause { from: second(from), to: Some(second(from + length)) }
        };
        let pauses: Vec<Pause> = pauses.into_iter().map(pause).collect();
        let far = second(start.as_second() + 150_000_000);
        if let Some(due) = due_with_pauses(&calendar, start, target, &pauses, far).due {
            let at_due = due_with_pauses(&calendar, start, target, &pauses, due);
            prop_assert_eq!((at_due.used_seconds, at_due.remaining_seconds), (target, 0));
            prop_assert_eq!(at_due.due, Some(due));
            let just_before = due_with_pauses(&calendar, start, target, &pauses, second(due.as_second() - 1));
            prop_assert_eq!(just_before.remaining_seconds, 1);
        }
    }

    #[test]
    fn whatever_is_entered_compiles_or_is_refused(
        zone in "[A-Za-z/_+0-9]{0,12}", minutes in prop::collection::vec((any::<u16>(), any::<u16>()), 0..4),
        from in (any::<i8>(), any::<i8>()), to in (any::<i8>(), any::<i8>()), year in -9999_i16..=9999,
    ) {
        let day = |(month, day)| MonthDay { month, day };
        let span = |(from_minute, to_minute)| Span { from_minute, to_minute };
        let spans: Vec<Span> = minutes.into_iter().map(span).collect();
        let hours = DatedHours {
            valid_to: Some(date(year, 12, 31)),
            yearly: Some(Season { from: day(from), to: day(to) }),
            week: std::array::from_fn(|_| spans.clone()),
            ..DatedHours::default()
        };
        let time_zone = if year % 2 == 0 { zone } else { "Europe/Berlin".to_owned() };
        let data = CalendarData { time_zone, hours: vec![hours.clone(), hours], exceptions: vec![], holidays: vec![] };
        if let Ok(calendar) = Calendar::new(&data) {
            calendar.working_day_seconds();
        }
    }

    #[test]
    fn lists_of_holidays_never_panic(text in "(BEGIN:|END:|VCALENDAR|VEVENT|DTSTART:|DTEND:|2026|12|17|T|P|D|SUMMARY|\\\\|\"|[\t\r\n,;: ]|.){0,60}") {
        let (_, _, _) = (from_tsv(&text), from_csv(&text), from_icalendar(&format!("BEGIN:VCALENDAR\n{text}")));
    }
}

// Laws over all two hundred years, whose tables cost fifty milliseconds unoptimised: fewer calendars.
proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn measuring_is_additive(calendar in calendar(), a in anywhere(), b in near(), c in near()) {
        prop_assert_eq!(calendar.between(a, b) + calendar.between(b, c), calendar.between(a, c));
        prop_assert_eq!(calendar.between(b, c), -calendar.between(c, b));
    }

    #[test]
    fn nothing_panics_whatever_is_asked(
        calendar in calendar(), from in anywhere(), to in anywhere(), number in any::<i64>(), day in any::<i16>(),
    ) {
        let date = Date::new(day.clamp(-9999, 9999), 1, 1).unwrap();
        calendar.add(from, number);
        calendar.subtract(from, number);
        calendar.add_days(from, number);
        calendar.add_days_end_of_day(from, number);
        calendar.explain(from, to);
        calendar.is_open(from);
        calendar.next_opening(from);
        calendar.previous_closing(from);
        calendar.next_change(from);
        calendar.day_seconds(date);
        calendar.working_day_seconds();
        let pauses = [Pause { from: to, to: None }, Pause { from, to: Some(to) }];
        due_with_pauses(&calendar, from, number, &pauses, to);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_naive_walk_minute_by_minute_agrees(data in calendar_data(), from in near(), minutes in 0..6_000_i64) {
        let calendar = Calendar::new(&data).unwrap();
        let from = second(from.as_second() / 60 * 60);
        let to = second(from.as_second() + minutes * 60);
        prop_assert_eq!(calendar.between(from, to), 60 * open_minutes(&data, from, minutes));
    }
}

/// Looks at the clock on the wall every minute. Where the clock was put back, the time that it repeats belongs to
/// the latest minute that it had shown.
fn open_minutes(data: &CalendarData, from: Timestamp, minutes: i64) -> i64 {
    let zone = jiff::tz::TimeZone::get(&data.time_zone).unwrap();
    let two_days_before = from.as_second() - 2 * 86_400;
    let mut shown = zone.to_datetime(second(two_days_before));
    let mut open = 0;
    for minute in 0..minutes + 2 * 1440 {
        let at = two_days_before + minute * 60;
        shown = shown.max(zone.to_datetime(second(at)));
        let minute_of_day = u16::try_from(i32::from(shown.hour()) * 60 + i32::from(shown.minute())).unwrap();
        let spans = spans_of(data, shown.date());
        let is_open = spans.iter().any(|span| (span.from_minute..span.to_minute).contains(&minute_of_day));
        if is_open && at >= from.as_second() {
            open += 1;
        }
    }
    open
}

/// The rules written a second time, for calendars as `calendar_data` makes them.
fn spans_of(data: &CalendarData, date: Date) -> &[Span] {
    if let Some(exception) = data.exceptions.iter().find(|exception| exception.date == date) {
        return &exception.spans;
    }
    if data.holidays.iter().any(|holiday| holiday.date == date) {
        return &[];
    }
    let hours = if Some(date) >= data.hours[2].valid_from {
        &data.hours[2]
    } else if matches!(date.month(), 11 | 12 | 1 | 2) {
        &data.hours[1]
    } else {
        &data.hours[0]
    };
    let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap();
    &hours.week[weekday]
}
