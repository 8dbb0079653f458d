//! What the common questions cost. Run with `cargo run --release -p working_time --example questions`.
#![expect(clippy::print_stdout, reason = "a measurement is printed")]

use std::hint::black_box;
use std::time::Instant;

use jiff::Timestamp;
use working_time::{
    Calendar, CalendarData, DatedHours, Holiday, MonthDay, Pause, Season, Span, due_with_pauses,
};

const DAY: i64 = 86_400;
/// A working day in summer and a working year, in seconds.
const TARGETS: [(&str, i64); 3] =
    [("2 hours", 7_200), ("10 days", 10 * 8 * 3_600), ("a year", 250 * 8 * 3_600)];

fn main() {
    for (name, data) in [("Asia/Thimphu", bhutan("Asia/Thimphu")), ("Europe/Berlin", bhutan("Europe/Berlin"))]
    {
        println!("{name}: {} holidays", data.holidays.len());
        measure("new, checked and compiled", 2_000, |_| Calendar::new(&data));
        measure("new, then the first deadline", 2_000, |_| {
            Calendar::new(&data).ok().and_then(|calendar| calendar.add(start(0), 7_200))
        });
        measure("new, then a year of working time", 500, |_| {
            Calendar::new(&data).ok().and_then(|calendar| calendar.add(start(0), 250 * 8 * 3_600))
        });
        measure("new, then all 200 years", 20, |_| {
            Calendar::new(&data).ok().map(|calendar| calendar.between(Timestamp::MIN, Timestamp::MAX))
        });
        let Ok(calendar) = Calendar::new(&data) else { continue };
        for (target, seconds) in TARGETS {
            measure(&format!("add {target}"), 1_000_000, |round| calendar.add(start(round), seconds));
            measure(&format!("between, {target} apart"), 1_000_000, |round| {
                calendar.between(start(round), start(round + seconds / 3_600))
            });
        }
        measure("add_days 10", 1_000_000, |round| calendar.add_days(start(round), 10));
        measure("is_open", 1_000_000, |round| calendar.is_open(start(round)));
        measure("next_change", 1_000_000, |round| calendar.next_change(start(round)));
        measure("explain 10 days", 50_000, |round| calendar.explain(start(round), start(round + 240)));
        measure("due_with_pauses, 3 pauses", 500_000, |round| {
            let pause =
                |days: i64| Pause { from: start(round + 24 * days), to: Some(start(round + 24 * days + 5)) };
            let pauses = [pause(5), pause(1), pause(2)];
            due_with_pauses(&calendar, start(round), 10 * 8 * 3_600, &pauses, start(round + 480))
        });
    }
}

/// An instant of 2026 or a little later, another for each hour.
fn start(hour: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + (hour % 20_000) * 3_600).unwrap_or_default()
}

fn measure<T>(what: &str, rounds: u32, mut operation: impl FnMut(i64) -> T) {
    let begun = Instant::now();
    for round in 0..rounds {
        black_box(operation(i64::from(round)));
    }
    println!("  {what:<36} {:>12.0} ns", begun.elapsed().as_secs_f64() * 1e9 / f64::from(rounds));
}

/// Winter timing and twenty holidays a year for twenty years.
fn bhutan(time_zone: &str) -> CalendarData {
    let week = |to_minute| {
        let office =
            move |weekday| if weekday < 5 { vec![Span { from_minute: 540, to_minute }] } else { vec![] };
        std::array::from_fn(office)
    };
    let winter = Season { from: MonthDay { month: 11, day: 1 }, to: MonthDay { month: 2, day: 29 } };
    let holiday = |number| {
        let at = Timestamp::from_second(1_167_609_600 + number * 18 * DAY).unwrap_or_default();
        let date = at.to_zoned(jiff::tz::TimeZone::UTC).date();
        Holiday { date, name: "A holiday".to_owned() }
    };
    CalendarData {
        time_zone: time_zone.to_owned(),
        hours: vec![
            DatedHours { week: week(1020), ..DatedHours::default() },
            DatedHours { week: week(960), yearly: Some(winter), ..DatedHours::default() },
        ],
        exceptions: Vec::new(),
        holidays: (0..400_i64).map(holiday).collect(),
    }
}
