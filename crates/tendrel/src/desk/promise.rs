//! The service level clock: what is promised for a request, how much of it is used, and why.
//!
//! Pure: a fold over the request's instants and holds on a calendar. The stored result can be thrown away and computed
//! again to the same value; a late holiday or a changed target is nothing but computing again.

use jiff::Timestamp;
use working_time::{Calendar, Due, Pause, due_with_pauses};

use crate::desk::request::{Hold, SecondsInState, State, StoredPromise};
use crate::desk::service::{Amount, Level, Measure, Starts};

/// The part of a promise after which the officer is warned, in hundredths.
pub const WARN_AT_PERCENT: i64 = 75;

/// What the clocks of a request run on.
#[derive(Clone, Debug)]
pub struct Course<'a> {
    pub starts: Starts,
    pub received_at: Timestamp,
    pub complete_at: Option<Timestamp>,
    pub responded_at: Option<Timestamp>,
    pub resolved_at: Option<Timestamp>,
    pub holds: &'a [Hold],
}

/// One clock at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct ClockNow {
    pub target_seconds: i64,
    pub used_seconds: i64,
    /// Negative when over.
    pub remaining_seconds: i64,
    pub due: Option<Timestamp>,
    pub warn: Option<Timestamp>,
    pub paused_since: Option<Timestamp>,
    /// The clock stopped, having been kept or not.
    pub done: bool,
    pub late: bool,
}

impl ClockNow {
    /// How much of the promise is used, 0 to 100 and on past it.
    pub fn percent(&self) -> i64 {
        if self.target_seconds <= 0 {
            100
        } else {
            self.used_seconds.saturating_mul(100) / self.target_seconds
        }
    }
}

/// Both clocks; `None` where nothing is promised or the papers are not complete yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Promise {
    pub response: Option<ClockNow>,
    pub resolution: Option<ClockNow>,
}

/// When the clocks of a request start: when it was received, or when its papers were complete.
pub fn start(course: &Course<'_>) -> Option<Timestamp> {
    match course.starts {
        Starts::Received => Some(course.received_at),
        Starts::Complete => course.complete_at,
    }
}

pub fn promise(course: &Course<'_>, level: Option<&Level>, calendar: &Calendar, now: Timestamp) -> Promise {
    let (Some(level), Some(start)) = (level, start(course)) else {
        return Promise::default();
    };
    // The first answer is not put off by a hold: whoever holds a request has looked at it.
    let response =
        clock(calendar, start, level.response, &[], course.responded_at.or(course.resolved_at), now);
    let pauses: Vec<Pause> = course
        .holds
        .iter()
        .filter(|hold| hold.pauses)
        .map(|hold| Pause { from: hold.from, to: hold.to })
        .collect();
    let resolution = clock(calendar, start, level.resolution, &pauses, course.resolved_at, now);
    Promise { response: Some(response), resolution: Some(resolution) }
}

fn clock(
    calendar: &Calendar,
    start: Timestamp,
    amount: Amount,
    pauses: &[Pause],
    done_at: Option<Timestamp>,
    now: Timestamp,
) -> ClockNow {
    let target = seconds(calendar, start, amount);
    let at = done_at.unwrap_or(now);
    let Due { due, used_seconds, remaining_seconds, paused_since } =
        due_with_pauses(calendar, start, target, pauses, at);
    let warn_target = target.saturating_mul(WARN_AT_PERCENT) / 100;
    let warn = due_with_pauses(calendar, start, warn_target, pauses, at).due;
    ClockNow {
        target_seconds: target,
        used_seconds,
        remaining_seconds,
        due,
        warn,
        paused_since: paused_since.filter(|_| done_at.is_none()),
        done: done_at.is_some(),
        late: due.is_some_and(|due| at > due),
    }
}

/// A clock of a listed request, from its stored columns alone: no holds are read for a list.
pub fn from_stored(
    calendar: &Calendar,
    due: Timestamp,
    target_seconds: i64,
    used_when_paused: Option<i64>,
    done_at: Option<Timestamp>,
    now: Timestamp,
) -> ClockNow {
    let at = done_at.unwrap_or(now);
    let remaining_seconds = match used_when_paused {
        Some(used) => target_seconds - used,
        None => calendar.between(at, due),
    };
    ClockNow {
        target_seconds,
        used_seconds: target_seconds - remaining_seconds,
        remaining_seconds,
        due: Some(due),
        warn: None,
        paused_since: used_when_paused.map(|_| now),
        done: done_at.is_some(),
        late: used_when_paused.is_none() && at > due,
    }
}

/// A promise in working seconds, counted from its start: three working days in winter are shorter than in summer.
pub fn seconds(calendar: &Calendar, start: Timestamp, amount: Amount) -> i64 {
    match amount.unit {
        Measure::Minutes => amount.amount.saturating_mul(60),
        Measure::WorkingHours => amount.amount.saturating_mul(3600),
        Measure::WorkingDays => match calendar.add_days(start, amount.amount) {
            Some(end) => calendar.between(start, end),
            None => amount.amount.saturating_mul(calendar.working_day_seconds()),
        },
    }
}

impl Promise {
    /// The columns of the request.
    pub fn stored(&self) -> StoredPromise {
        let response = self.response.as_ref();
        let resolution = self.resolution.as_ref();
        StoredPromise {
            response_due: response.and_then(|clock| clock.due),
            response_warn: response.and_then(|clock| clock.warn),
            response_late: response.is_some_and(|clock| clock.late),
            resolution_due: resolution.and_then(|clock| clock.due),
            resolution_warn: resolution.and_then(|clock| clock.warn),
            resolution_late: resolution.is_some_and(|clock| clock.late),
            used: resolution.map_or(0, |clock| clock.used_seconds),
            target: resolution.map(|clock| clock.target_seconds),
        }
    }

    /// The next instant at which a clock has something to say: a warning or a breach that lies ahead.
    pub fn next_instant(&self, now: Timestamp) -> Option<Timestamp> {
        let running = [self.response.as_ref(), self.resolution.as_ref()]
            .into_iter()
            .flatten()
            .filter(|clock| !clock.done && clock.paused_since.is_none());
        running.flat_map(|clock| [clock.warn, clock.due]).flatten().filter(|at| *at > now).min()
    }
}

/// How long a request stood in each open state, in working seconds; `changes` are the instants at which its state
/// became what it is, in order.
pub fn seconds_in_state(
    changes: &[(Timestamp, State)],
    calendar: &Calendar,
    until: Timestamp,
) -> SecondsInState {
    let mut seconds = SecondsInState::default();
    for (index, (from, state)) in changes.iter().enumerate() {
        let to = changes.get(index + 1).map_or(until, |(at, _)| *at).min(until);
        let spent = calendar.between(*from, to).max(0);
        match state {
            State::New => seconds.new += spent,
            State::InProgress => seconds.in_progress += spent,
            State::OnHold => seconds.on_hold += spent,
            State::Resolved | State::Closed | State::Cancelled => {}
        }
    }
    seconds
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn nine_to_five() -> Calendar {
        let data = serde_json::json!({
            "time_zone": "Asia/Thimphu",
            "hours": [{"valid_from": null, "valid_to": null, "yearly": null, "note": null, "week": [
                [{"from_minute": 540, "to_minute": 1020}], [{"from_minute": 540, "to_minute": 1020}],
                [{"from_minute": 540, "to_minute": 1020}], [{"from_minute": 540, "to_minute": 1020}],
                [{"from_minute": 540, "to_minute": 1020}], [], []]}],
            "exceptions": [], "holidays": []
        });
        Calendar::new(&serde_json::from_value(data).unwrap()).unwrap()
    }

    fn level() -> Level {
        Level {
            priority: 2,
            response: Amount { amount: 60, unit: Measure::Minutes },
            resolution: Amount { amount: 4, unit: Measure::WorkingHours },
            calendar: String::new(),
        }
    }

    fn received(received_at: &str, holds: &'static [Hold]) -> Course<'static> {
        Course {
            starts: Starts::Received,
            received_at: at(received_at),
            complete_at: None,
            responded_at: None,
            resolved_at: None,
            holds,
        }
    }

    #[test]
    fn a_request_of_thursday_afternoon_is_due_on_friday() {
        // Thursday 15:00 in Thimphu is 09:00 UTC.
        let course = received("2026-11-19T09:00:00Z", &[]);
        let promise = promise(&course, Some(&level()), &nine_to_five(), at("2026-11-19T09:30:00Z"));
        let resolution = promise.resolution.clone().unwrap();
        assert_eq!(resolution.due, Some(at("2026-11-20T05:00:00Z")));
        assert_eq!(resolution.used_seconds, 1800);
        assert_eq!(promise.response.as_ref().unwrap().due, Some(at("2026-11-19T10:00:00Z")));
        assert_eq!(promise.next_instant(at("2026-11-19T09:30:00Z")), Some(at("2026-11-19T09:45:00Z")));
    }

    #[test]
    fn a_hold_moves_the_end_but_not_the_first_answer() {
        let hold = Hold {
            from: at("2026-11-19T09:30:00Z"),
            to: Some(at("2026-11-19T10:30:00Z")),
            reason: "requester".to_owned(),
            comment: String::new(),
            pauses: true,
        };
        let mut course = received("2026-11-19T09:00:00Z", &[]);
        let holds = [hold];
        course.holds = &holds;
        let promise = promise(&course, Some(&level()), &nine_to_five(), at("2026-11-19T10:45:00Z"));
        assert_eq!(promise.resolution.unwrap().due, Some(at("2026-11-20T06:00:00Z")));
        assert_eq!(promise.response.unwrap().due, Some(at("2026-11-19T10:00:00Z")));
    }

    #[test]
    fn nothing_runs_before_the_papers_are_complete() {
        let mut course = received("2026-11-19T09:00:00Z", &[]);
        course.starts = Starts::Complete;
        let calendar = nine_to_five();
        assert_eq!(
            promise(&course, Some(&level()), &calendar, at("2026-11-20T09:00:00Z")),
            Promise::default()
        );
        course.complete_at = Some(at("2026-11-20T09:00:00Z"));
        let promise = promise(&course, Some(&level()), &calendar, at("2026-11-20T09:00:00Z"));
        assert_eq!(promise.resolution.unwrap().due, Some(at("2026-11-23T05:00:00Z")));
    }

    #[test]
    fn time_is_counted_for_the_state_it_was_spent_in() {
        let changes = [
            (at("2026-11-19T03:00:00Z"), State::New),
            (at("2026-11-19T04:00:00Z"), State::InProgress),
            (at("2026-11-19T06:00:00Z"), State::OnHold),
            (at("2026-11-20T04:00:00Z"), State::InProgress),
            (at("2026-11-20T05:00:00Z"), State::Resolved),
        ];
        let seconds = seconds_in_state(&changes, &nine_to_five(), at("2026-11-20T05:00:00Z"));
        assert_eq!(seconds, SecondsInState { new: 3600, in_progress: 3 * 3600, on_hold: 6 * 3600 });
    }
}
