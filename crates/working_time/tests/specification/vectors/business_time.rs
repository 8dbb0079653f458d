//! `{"vectors": [{"schedule", "op", "args", "expected"}]}`: adding, subtracting and measuring.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use working_time::Calendar;

use super::{Schedule, instant};

#[derive(Deserialize)]
struct Vector {
    schedule: Schedule,
    op: String,
    args: Args,
    expected: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Args {
    #[serde(default, alias = "at", alias = "time")]
    from: Value,
    #[serde(default)]
    to: Value,
    seconds: Option<i64>,
    minutes: Option<i64>,
    hours: Option<i64>,
    days: Option<i64>,
}

impl Args {
    fn seconds(&self) -> Result<i64, String> {
        let in_seconds = self.seconds.into_iter();
        let in_minutes = self.minutes.into_iter().map(|minutes| minutes * 60);
        let in_hours = self.hours.into_iter().map(|hours| hours * 3600);
        in_seconds.chain(in_minutes).chain(in_hours).next().ok_or("no seconds are given".to_owned())
    }
}

pub(super) fn check(vector: Value) -> Result<(), String> {
    let Vector { schedule, op, args, expected } =
        serde_json::from_value(vector).map_err(|error| format!("unknown format: {error}"))?;
    let calendar = schedule.calendar()?;
    let from = instant(&calendar, &args.from)?;
    let days = args.days.ok_or("no days are given".to_owned());
    match op.as_str() {
        "after" if args.days.is_some() => same_instant(&calendar, calendar.add_days(from, days?), &expected),
        "before" if args.days.is_some() => {
            same_instant(&calendar, calendar.add_days(from, -days?), &expected)
        }
        "after" => same_instant(&calendar, calendar.add(from, args.seconds()?), &expected),
        "before" => same_instant(&calendar, calendar.subtract(from, args.seconds()?), &expected),
        "after_business_days" => same_instant(&calendar, calendar.add_days(from, days?), &expected),
        "before_business_days" => match days? {
            // Counting back no days at all looks for open time backwards, which plus zero cannot say.
            0 => same_instant(&calendar, calendar.previous_closing(from), &expected),
            days => same_instant(&calendar, calendar.add_days(from, -days), &expected),
        },
        "next_opening" | "roll_forward" => same_instant(&calendar, calendar.next_opening(from), &expected),
        "between" | "business_time_until" | "business_time_between" | "duration" => {
            same_seconds(calendar.between(from, instant(&calendar, &args.to)?), &expected)
        }
        "within" => same_seconds(calendar.between(from, instant(&calendar, &args.to)?).max(0), &expected),
        "is_open" | "in_hours" | "active" => match expected.as_bool() {
            Some(expected) if expected == calendar.is_open(from) => Ok(()),
            _ => Err(format!("expected {expected}, got {}", calendar.is_open(from))),
        },
        _ => Err(format!("unknown operation {op}")),
    }
}

fn same_instant(calendar: &Calendar, computed: Option<Timestamp>, expected: &Value) -> Result<(), String> {
    let expected = if expected.is_null() { None } else { Some(instant(calendar, expected)?) };
    if computed == expected { Ok(()) } else { Err(format!("expected {expected:?}, got {computed:?}")) }
}

fn same_seconds(computed: i64, expected: &Value) -> Result<(), String> {
    let expected = match expected {
        Value::Object(unit) => unit.get("seconds").and_then(Value::as_i64),
        number => number.as_i64(),
    };
    if Some(computed) == expected { Ok(()) } else { Err(format!("expected {expected:?}, got {computed}")) }
}
