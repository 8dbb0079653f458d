//! When requests come: in working hours mostly, more in the morning and on Mondays, and a little more each year.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::seed::Plan;
use crate::seed::cast::Cast;
use crate::seed::random::Random;

/// One request before it is told: when it reached the unit, and under which number.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub(crate) received_at: Timestamp,
    /// Index of the unit's cast.
    pub(crate) cast: usize,
    /// Is not resolved by the end of the history.
    pub(crate) stays_open: bool,
    pub(crate) seed: u64,
}

/// All arrivals of a history, first to last.
pub(crate) fn plan(app: &App, plan: &Plan, casts: &[Cast]) -> anyhow::Result<Vec<Arrival>> {
    let mut random = Random::new(plan.seed);
    let days = working_days(app, plan, casts)?;
    let mut arrivals = Vec::with_capacity(plan.requests);
    let mut turn = 0;
    while arrivals.len() < plan.requests {
        let day = days[grown(&mut random, days.len())];
        if !random.chance(busy(day)) {
            continue;
        }
        let received_at = day.at(0, 0, 0, 0).to_zoned(app.calendars.zone())?.timestamp()
            + SignedDuration::from_secs(second_of_day(&mut random));
        if received_at < plan.from || received_at >= plan.until {
            // A history that ends this morning has nothing of this afternoon; it must not look for ever, either.
            turn += 1;
            anyhow::ensure!(turn < 100 * plan.requests + 10_000, "the history is too short for its requests");
            continue;
        }
        let cast = random.weighted(casts.iter().map(|cast| cast.weight));
        arrivals.push(Arrival { received_at, cast, stays_open: false, seed: random.next() });
    }
    arrivals.sort_by_key(|arrival| (arrival.received_at, arrival.seed));
    leave_open(&mut arrivals, plan, casts, &mut random);
    Ok(arrivals)
}

/// The days on which government offices work, between the two ends.
fn working_days(app: &App, plan: &Plan, casts: &[Cast]) -> anyhow::Result<Vec<Date>> {
    let calendar = casts
        .first()
        .map(|cast| app.calendars.of_unit(cast.unit.id))
        .ok_or_else(|| anyhow::anyhow!("there is no ICT services unit to seed"))?;
    let zone = app.calendars.zone();
    let last = plan.until.to_zoned(zone.clone()).date();
    let mut days = Vec::new();
    let mut day = plan.from.to_zoned(zone).date();
    while day <= last {
        if calendar.day_seconds(day) > 0 {
            days.push(day);
        }
        day = day.tomorrow()?;
    }
    anyhow::ensure!(!days.is_empty(), "no day between {} and {} is a working day", plan.from, plan.until);
    Ok(days)
}

/// An index in a list whose end is chosen half as often again as its beginning.
fn grown(random: &mut Random, length: usize) -> usize {
    let (one, other) = (random.below(length), random.below(length));
    if random.chance(20.0) { one.max(other) } else { one }
}

/// In how many of a hundred cases a day keeps a request.
fn busy(day: Date) -> f64 {
    let weekday = match day.weekday().to_monday_one_offset() {
        1 => 100.0,
        2 => 88.0,
        5 => 74.0,
        _ => 82.0,
    };
    // The end of the financial year is in June; in the days of winter many are away.
    match day.month() {
        1 | 2 => weekday * 0.85,
        5 | 6 => weekday,
        _ => weekday * 0.93,
    }
}

/// Second of the day: two thirds before lunch, some in the evening.
fn second_of_day(random: &mut Random) -> i64 {
    let (from, to) = match random.below(100) {
        0..46 => (9 * 60, 11 * 60),
        46..66 => (11 * 60, 13 * 60),
        66..92 => (13 * 60, 16 * 60),
        92..95 => (16 * 60, 17 * 60),
        95..97 => (7 * 60 + 30, 9 * 60),
        _ => (17 * 60, 21 * 60),
    };
    random.between(from, to - 1) * 60 + random.between(0, 59)
}

/// Leaves about one in two hundred open, and in each unit some: those of today all, most of the newest, a few old ones.
fn leave_open(arrivals: &mut [Arrival], plan: &Plan, casts: &[Cast], random: &mut Random) {
    let mut counts = vec![0_usize; casts.len()];
    for arrival in arrivals.iter() {
        counts[arrival.cast] += 1;
    }
    let wanted: Vec<usize> =
        counts.iter().map(|count| (count / 200).max(plan.open_at_least.min(count / 3))).collect();
    let mut left = wanted.clone();
    for arrival in arrivals.iter_mut().rev() {
        let of_today = plan.until.duration_since(arrival.received_at) < SignedDuration::from_hours(6);
        let is_tail = left[arrival.cast] * 8 < wanted[arrival.cast];
        let chance = match (of_today, is_tail) {
            (true, _) => 100.0,
            (false, false) => 60.0,
            (false, true) => 2.0,
        };
        if left[arrival.cast] > 0 && random.chance(chance) {
            left[arrival.cast] -= 1;
            arrival.stays_open = true;
        }
    }
}
