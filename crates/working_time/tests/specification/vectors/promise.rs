//! `{"cases": [{"calendar", "sla_minutes", "created_at", "events", "expected"}]}`: three clocks over a request's
//! events. The first response stops its clock, closing stops that of the solution, and every contact starts that
//! of the update again. Pending and closed time counts for none of them.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use working_time::{Calendar, Pause, due_with_pauses};

use super::{Schedule, instant};

#[derive(Deserialize)]
struct Case {
    calendar: Schedule,
    sla_minutes: Targets,
    created_at: Timestamp,
    events: Vec<Event>,
    expected: Map<String, Value>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
struct Targets {
    first_response: Option<i64>,
    update: Option<i64>,
    solution: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    at: Timestamp,
    what: String,
    /// For the event `state`: the state that begins.
    to: Option<String>,
}

/// What the events come to.
#[derive(Default)]
struct History {
    first_response: Option<Timestamp>,
    last_contact: Option<Timestamp>,
    closed: Option<Timestamp>,
    pauses: Vec<Pause>,
}

impl History {
    fn read(mut events: Vec<Event>) -> Result<History, String> {
        events.sort_by_key(|event| event.at);
        let mut history = History::default();
        for Event { at, what, to } in events {
            match to.as_deref().unwrap_or(&what) {
                "first_response" => history.first_response = Some(at),
                "agent_contact" | "customer_contact" | "contact" => history.last_contact = Some(at),
                "close" | "closed" => {
                    history.closed = Some(at);
                    history.pause(at);
                }
                "pending" | "pending reminder" | "pending_reminder" | "pause" | "hold" => history.pause(at),
                "open" | "reopen" | "new" | "resume" => {
                    history.closed = None;
                    history.resume(at);
                }
                unknown => return Err(format!("unknown event {unknown}")),
            }
        }
        Ok(history)
    }

    fn paused(&self) -> bool {
        self.pauses.last().is_some_and(|pause| pause.to.is_none())
    }

    fn pause(&mut self, at: Timestamp) {
        if !self.paused() {
            self.pauses.push(Pause { from: at, to: None });
        }
    }

    fn resume(&mut self, at: Timestamp) {
        if let Some(pause) = self.pauses.last_mut() {
            pause.to = pause.to.or(Some(at));
        }
    }
}

/// One of the three clocks.
struct Clock<'a> {
    calendar: &'a Calendar,
    pauses: &'a [Pause],
    start: Timestamp,
    minutes: Option<i64>,
    /// When what was promised was done.
    done: Option<Timestamp>,
    now: Timestamp,
}

impl Clock<'_> {
    fn due(&self) -> Option<Timestamp> {
        let seconds = self.minutes? * 60;
        let stopped = self.done.unwrap_or(self.now);
        let before: Vec<Pause> = self.pauses.iter().filter(|pause| pause.from < stopped).copied().collect();
        due_with_pauses(self.calendar, self.start, seconds, &before, stopped).due
    }

    fn used_seconds(&self) -> Option<i64> {
        let done = self.done?;
        Some(due_with_pauses(self.calendar, self.start, 0, self.pauses, done).used_seconds)
    }

    fn left_seconds(&self) -> Option<i64> {
        Some(self.minutes? * 60 - self.used_seconds()?)
    }
}

pub(super) fn check(case: Value) -> Result<(), String> {
    let Case { calendar, sla_minutes, created_at, events, expected } =
        serde_json::from_value(case).map_err(|error| format!("unknown format: {error}"))?;
    let calendar = calendar.calendar()?;
    let now = events.iter().map(|event| event.at).max().unwrap_or(created_at);
    let history = History::read(events)?;
    let pauses = &history.pauses[..];
    let clock = |start, minutes, done| Clock { calendar: &calendar, pauses, start, minutes, done, now };
    let first_response = clock(created_at, sla_minutes.first_response, history.first_response);
    let solution = clock(created_at, sla_minutes.solution, history.closed);
    // The values are of the older reading: due from the last contact, measured from the beginning.
    let update = clock(history.last_contact.unwrap_or(created_at), sla_minutes.update, None);
    let updated = clock(created_at, sla_minutes.update, history.last_contact);

    let mut failures = Vec::new();
    for (name, value) in &expected {
        let result = match name.as_str() {
            "next" if value.is_null() && (history.paused() || history.closed.is_some()) => Ok(()),
            "next" => {
                let open =
                    [&first_response, &update, &solution].into_iter().filter(|clock| clock.done.is_none());
                same_minute(&calendar, open.filter_map(Clock::due).min(), value)
            }
            "first_response_due" => same_minute(&calendar, first_response.due(), value),
            "update_due" => same_minute(&calendar, update.due(), value),
            "solution_due" | "close_due" => same_minute(&calendar, solution.due(), value),
            "first_response_in_min" => same_minutes(first_response.used_seconds(), value),
            "first_response_diff_in_min" => same_minutes(first_response.left_seconds(), value),
            "update_in_min" => same_minutes(updated.used_seconds(), value),
            "update_diff_in_min" => same_minutes(updated.left_seconds(), value),
            "close_in_min" | "solution_in_min" => same_minutes(solution.used_seconds(), value),
            "close_diff_in_min" | "solution_diff_in_min" => same_minutes(solution.left_seconds(), value),
            _ => Err("unknown field".to_owned()),
        };
        failures.extend(result.err().map(|failure| format!("{name}: {failure}")));
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("; ")) }
}

/// Equal to the second, or after rounding to the minute in which the source counts.
fn same_minute(calendar: &Calendar, computed: Option<Timestamp>, expected: &Value) -> Result<(), String> {
    let expected = if expected.is_null() { None } else { Some(instant(calendar, expected)?) };
    let rounded = computed.map(|at| at.round(jiff::Unit::Minute).unwrap());
    if expected == computed || expected == rounded {
        return Ok(());
    }
    Err(format!("expected {expected:?}, got {computed:?}"))
}

fn same_minutes(computed_seconds: Option<i64>, expected: &Value) -> Result<(), String> {
    let close = match (computed_seconds, expected.as_i64()) {
        (Some(seconds), Some(minutes)) => (minutes * 60 - seconds).abs() < 60,
        (computed, _) => computed.is_none() && expected.is_null(),
    };
    if close { Ok(()) } else { Err(format!("expected {expected} minutes, got {computed_seconds:?} seconds")) }
}
