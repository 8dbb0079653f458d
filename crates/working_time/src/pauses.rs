//! A clock that runs in working time and can be paused.

use jiff::Timestamp;

use crate::calendar::Calendar;

/// A time during which the clock stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    pub from: Timestamp,
    /// None while the pause lasts.
    pub to: Option<Timestamp>,
}

/// Where a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// When the target is reached; none means never. During a pause: when it would be if the pause ended now.
    pub due: Option<Timestamp>,
    /// Working seconds used up to now, pauses left out.
    pub used_seconds: i64,
    /// Target less used; negative when late.
    pub remaining_seconds: i64,
    /// Since when the clock has been standing still; none when it runs.
    pub paused_since: Option<Timestamp>,
}

/// Reads the clock that was started at `start` with a target in working seconds.
///
/// Pauses may overlap, be out of order and lie outside working time; each moves the due time by the working time
/// that passed in it. A pause after the target was reached moves nothing. A pause that ends before it begins is
/// ignored.
pub fn due_with_pauses(
    calendar: &Calendar,
    start: Timestamp,
    target_seconds: i64,
    pauses: &[Pause],
    now: Timestamp,
) -> Due {
    let standstills = union(pauses, start, now);
    let used_seconds = used(calendar, start, &standstills, now);
    Due {
        due: due(calendar, start, target_seconds, &standstills),
        used_seconds,
        remaining_seconds: target_seconds.saturating_sub(used_seconds),
        paused_since: standstills.iter().find(|pause| pause.holds(now)).map(|pause| pause.from),
    }
}

/// A pause, merged with those that it touches.
#[derive(Debug, Clone, Copy)]
struct Standstill {
    from: Timestamp,
    /// For a pause that lasts: now.
    to: Timestamp,
    lasts: bool,
}

impl Standstill {
    fn holds(&self, now: Timestamp) -> bool {
        self.from <= now && (now < self.to || self.lasts)
    }
}

/// The pauses after the start, in order, none touching another.
fn union(pauses: &[Pause], start: Timestamp, now: Timestamp) -> Vec<Standstill> {
    let mut sorted: Vec<Standstill> = pauses
        .iter()
        .map(|pause| Standstill {
            from: pause.from.max(start),
            to: pause.to.unwrap_or(now.max(pause.from)).max(start),
            lasts: pause.to.is_none(),
        })
        .filter(|pause| pause.from < pause.to || pause.lasts)
        .collect();
    sorted.sort_by_key(|pause| pause.from);
    let mut merged: Vec<Standstill> = Vec::with_capacity(sorted.len());
    for pause in sorted {
        match merged.last_mut() {
            Some(last) if pause.from <= last.to => {
                last.to = last.to.max(pause.to);
                last.lasts |= pause.lasts;
            }
            _ => merged.push(pause),
        }
    }
    merged
}

fn used(calendar: &Calendar, start: Timestamp, standstills: &[Standstill], now: Timestamp) -> i64 {
    if now <= start {
        return 0;
    }
    let begun = standstills.iter().filter(|pause| pause.from < now);
    let paused: i64 = begun.map(|pause| calendar.between(pause.from, pause.to.min(now))).sum();
    calendar.between(start, now) - paused
}

fn due(
    calendar: &Calendar,
    start: Timestamp,
    target_seconds: i64,
    standstills: &[Standstill],
) -> Option<Timestamp> {
    let mut runs_from = start;
    let mut remaining = target_seconds;
    for pause in standstills {
        let available = calendar.between(runs_from, pause.from);
        if remaining <= available {
            break;
        }
        remaining -= available;
        runs_from = pause.to;
    }
    calendar.add(runs_from, remaining)
}
