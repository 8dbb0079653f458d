//! How a clock looks: a bar, a word, and a colour that only repeats them.

use jiff::Timestamp;

use crate::desk::catalogue::CatalogueData;
use crate::desk::promise::{ClockNow, Promise, WARN_AT_PERCENT, from_stored, seconds};
use crate::desk::request::State;
use crate::desk::store::lists::Listed;
use crate::directory::calendars::Calendars;
use crate::frame::Frame;

#[derive(Clone, Debug, PartialEq)]
pub struct Face {
    /// "", "warn" or "bad".
    pub class: &'static str,
    /// 0 to 100.
    pub used: i64,
    pub words: String,
    /// There is a bar to draw.
    pub runs: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Response,
    Resolution,
}

fn class(clock: &ClockNow) -> &'static str {
    if clock.late {
        "bad"
    } else if !clock.done && clock.paused_since.is_none() && clock.percent() >= WARN_AT_PERCENT {
        "warn"
    } else {
        ""
    }
}

fn bar(clock: &ClockNow, words: String) -> Face {
    Face { class: class(clock), used: clock.percent().clamp(0, 100), words, runs: true }
}

fn wordless(words: String) -> Face {
    Face { class: "", used: 0, words, runs: false }
}

/// One clock on the case page: "First answer in 23 min of 1 h". `day` is a working day in seconds.
pub fn in_full(frame: &Frame, which: Which, clock: &ClockNow, day: i64) -> Face {
    let name = match which {
        Which::Response => "response",
        Which::Resolution => "resolution",
    };
    let how = match (clock.done, clock.paused_since.is_some(), clock.late) {
        (true, _, false) => "kept",
        (true, _, true) => "broken",
        (false, true, _) => "paused",
        (false, false, true) => "over",
        (false, false, false) => "runs",
    };
    let said = |seconds: i64| frame.working(&seconds, &day);
    let words = frame.tn(
        &format!("clock-{name}-{how}"),
        &[
            ("used", said(clock.used_seconds).into()),
            ("target", said(clock.target_seconds).into()),
            ("left", said(clock.remaining_seconds).into()),
            ("over", said(-clock.remaining_seconds).into()),
        ],
    );
    bar(clock, words)
}

/// Both clocks of a case, or the sentence why there are none.
pub fn of_promise(frame: &Frame, promise: &Promise, waits_for_papers: bool, day: i64) -> Vec<Face> {
    let clocks = [(Which::Response, &promise.response), (Which::Resolution, &promise.resolution)];
    let faces: Vec<Face> = clocks
        .into_iter()
        .filter_map(|(which, clock)| clock.as_ref().map(|clock| in_full(frame, which, clock, day)))
        .collect();
    if faces.is_empty() {
        let key = if waits_for_papers { "clock-waits-for-papers" } else { "clock-no-promise" };
        return vec![wordless(frame.t(key))];
    }
    faces
}

/// The clock of a row: the one that comes due first, in as few words as there is room for.
pub fn of_row(
    frame: &Frame,
    calendars: &Calendars,
    catalogue: &CatalogueData,
    row: &Listed,
    now: Timestamp,
) -> Face {
    let service = catalogue.service(row.service);
    let level = service.and_then(|service| service.levels.get(&row.priority));
    let own = service.map_or("", |service| service.definition.calendar.as_str());
    let code = level.map_or("", |level| level.calendar.as_str());
    let calendar = calendars.of(if code.is_empty() { own } else { code }, row.unit);
    let day = calendar.working_day_seconds();
    let start = row.complete_at.unwrap_or(row.received_at);
    if !row.state.is_open() {
        let done = row.resolved_at.zip(row.resolution_due).zip(row.target);
        return match done {
            Some(((at, due), target)) => {
                let clock = ClockNow {
                    used_seconds: row.used,
                    late: row.resolution_late,
                    ..from_stored(&calendar, due, target, None, Some(at), now)
                };
                bar(&clock, frame.t1("clock-row-done", "used", frame.working(&row.used, &day)))
            }
            None => wordless(String::new()),
        };
    }
    let answer = row.response_due.filter(|_| row.responded_at.is_none());
    if let (Some(due), Some(level)) = (answer, level)
        && (row.paused || row.resolution_due.is_none_or(|resolution| due <= resolution))
    {
        let target = seconds(&calendar, start, level.response);
        let clock = from_stored(&calendar, due, target, None, None, now);
        let key = if clock.late { "clock-row-answer-over" } else { "clock-row-answer" };
        let time = frame.working(&clock.remaining_seconds.abs(), &day);
        return bar(&clock, frame.t1(key, "time", time));
    }
    match (row.resolution_due, row.target) {
        (Some(due), Some(target)) => {
            let paused = (row.paused && row.state == State::OnHold).then_some(row.used);
            let clock = from_stored(&calendar, due, target, paused, None, now);
            let key = match (paused, clock.late) {
                (Some(_), _) => "clock-row-paused",
                (None, true) => "clock-row-over",
                (None, false) => "clock-row-left",
            };
            let time = frame.working(&clock.remaining_seconds.abs(), &day);
            bar(&clock, frame.t1(key, "time", time))
        }
        _ if row.complete_at.is_none() => wordless(frame.t("clock-row-papers")),
        _ => wordless(frame.t("clock-row-none")),
    }
}
