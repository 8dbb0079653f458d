//! What an analysis says: counts, shares, turn-around. Pure.
//!
//! *Came in*: received in the period. *Done*: resolved in the period, and not reopened since. *Open at the end*:
//! received before the end of the period and neither resolved nor closed by then, as far as is known today. *Within*:
//! done, promised, and not late. Hand-overs and reopenings are those of the requests that came in.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::analysis::period::Bounds;
use crate::desk::request::{Channel, SecondsInState, State};
use crate::id::{OrganisationId, ServiceId};

/// Under so many cases a share or a median says nothing, and is not shown.
pub const TOO_FEW: usize = 5;

/// The row of a request as the analysis reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub unit: OrganisationId,
    pub service: ServiceId,
    pub office: Option<OrganisationId>,
    pub channel: Channel,
    pub cause: Option<String>,
    pub state: State,
    pub priority: i64,
    pub received_at: Timestamp,
    pub resolved_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    pub reassigned: i64,
    pub reopened: i64,
    pub rating: Option<i64>,
    pub late: bool,
    /// Working seconds of the promise that were used, and promised.
    pub used: i64,
    pub target: Option<i64>,
    pub seconds: SecondsInState,
}

impl Row {
    pub fn came_in(&self, bounds: &Bounds) -> bool {
        bounds.hold(self.received_at)
    }

    pub fn done(&self, bounds: &Bounds) -> bool {
        let ended_well = matches!(self.state, State::Resolved | State::Closed);
        ended_well && self.resolved_at.is_some_and(|at| bounds.hold(at))
    }

    pub fn open_at_end(&self, bounds: &Bounds) -> bool {
        let ended = self.resolved_at.or(self.closed_at).filter(|_| !self.state.is_open());
        self.received_at < bounds.to && ended.is_none_or(|at| at >= bounds.to)
    }

    /// Withdrawn, or closed without anybody having written down when it was resolved.
    pub fn ended_otherwise(&self, bounds: &Bounds) -> bool {
        let otherwise = !self.state.is_open() && self.resolved_at.is_none();
        otherwise && self.closed_at.is_some_and(|at| bounds.hold(at))
    }

    /// Working seconds it took, holds left out: what the promise counts where there is one.
    pub fn worked(&self) -> i64 {
        if self.target.is_some() { self.used } else { self.seconds.new + self.seconds.in_progress }
    }

    /// Seconds by the calendar from request to resolution.
    pub fn elapsed(&self) -> i64 {
        self.resolved_at.map_or(0, |at| at.as_second() - self.received_at.as_second())
    }
}

/// The value at place ⌈p/100 · n⌉ of the sorted values, counted from 1: the nearest rank. `None` of nothing.
pub fn percentile(values: &mut [i64], p: usize) -> Option<i64> {
    if values.is_empty() {
        return None;
    }
    let rank = (p * values.len()).div_ceil(100).clamp(1, values.len());
    Some(*values.select_nth_unstable(rank - 1).1)
}

/// Part of whole in hundredths, rounded half up. `None` where there is no whole.
pub fn percent(part: usize, whole: usize) -> Option<usize> {
    (whole > 0).then(|| (part * 200 + whole) / (whole * 2))
}

/// What is added up for a group of requests.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    pub came_in: usize,
    /// Requests that went from one officer to another, and how often they did together.
    pub handed_over: usize,
    pub hand_overs: i64,
    pub reopened: usize,
    pub reopenings: i64,
    pub done: usize,
    /// Done requests for which something was promised, and those within it.
    pub promised: usize,
    pub within: usize,
    pub rated: usize,
    pub stars: i64,
    pub worked: Vec<i64>,
    pub elapsed: Vec<i64>,
    pub seconds: SecondsInState,
}

impl Tally {
    pub fn add_came_in(&mut self, row: &Row) {
        self.came_in += 1;
        self.handed_over += usize::from(row.reassigned > 0);
        self.hand_overs += row.reassigned;
        self.reopened += usize::from(row.reopened > 0);
        self.reopenings += row.reopened;
    }

    pub fn add_done(&mut self, row: &Row) {
        self.done += 1;
        self.promised += usize::from(row.target.is_some());
        self.within += usize::from(row.target.is_some() && !row.late);
        self.rated += usize::from(row.rating.is_some());
        self.stars += row.rating.unwrap_or(0);
        self.worked.push(row.worked());
        self.elapsed.push(row.elapsed());
        self.seconds.new += row.seconds.new;
        self.seconds.in_progress += row.seconds.in_progress;
        self.seconds.on_hold += row.seconds.on_hold;
    }

    pub fn late(&self) -> usize {
        self.promised - self.within
    }

    pub fn unpromised(&self) -> usize {
        self.done - self.promised
    }

    /// Hundredths within the promise; `None` of too few.
    pub fn share_within(&self) -> Option<usize> {
        percent(self.within, self.promised).filter(|_| self.promised >= TOO_FEW)
    }

    /// Tenths of a star; `None` of too few.
    pub fn mean_rating(&self) -> Option<i64> {
        let rated = i64::try_from(self.rated).unwrap_or(i64::MAX);
        (self.rated >= TOO_FEW).then(|| (self.stars * 20 + rated) / (rated * 2))
    }

    pub fn working(&mut self) -> Option<Spread> {
        Spread::of(&mut self.worked)
    }

    pub fn calendar(&mut self) -> Option<Spread> {
        Spread::of(&mut self.elapsed)
    }
}

/// The middle and the ninth tenth of a number of durations, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    pub median: i64,
    pub p90: i64,
}

impl Spread {
    /// `None` of too few.
    pub fn of(values: &mut [i64]) -> Option<Spread> {
        if values.len() < TOO_FEW {
            return None;
        }
        Some(Spread { median: percentile(values, 50)?, p90: percentile(values, 90)? })
    }
}

/// Everything an analysis says of one question.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    pub total: Tally,
    pub open_at_end: usize,
    pub ended_otherwise: usize,
    pub by_service: BTreeMap<ServiceId, Tally>,
    pub by_office: BTreeMap<Option<OrganisationId>, Tally>,
    pub by_unit: BTreeMap<OrganisationId, Tally>,
    pub open_by_unit: BTreeMap<OrganisationId, usize>,
    pub by_channel: BTreeMap<Channel, Tally>,
    pub by_cause: BTreeMap<Option<String>, Tally>,
    pub by_priority: BTreeMap<i64, Tally>,
    /// How many done requests fell into each bin, kept and late.
    pub bins: Bins,
    /// Different promises that were given, in working seconds, and how often.
    pub targets: BTreeMap<i64, usize>,
}

impl Figures {
    pub fn new(day_seconds: i64) -> Figures {
        Figures { bins: Bins::new(day_seconds), ..Figures::default() }
    }

    pub fn add_came_in(&mut self, row: &Row) {
        self.total.add_came_in(row);
        self.by_service.entry(row.service).or_default().add_came_in(row);
        self.by_office.entry(row.office).or_default().add_came_in(row);
        self.by_unit.entry(row.unit).or_default().add_came_in(row);
        self.by_channel.entry(row.channel).or_default().add_came_in(row);
        self.by_priority.entry(row.priority).or_default().add_came_in(row);
    }

    pub fn add_done(&mut self, row: &Row) {
        self.total.add_done(row);
        self.by_service.entry(row.service).or_default().add_done(row);
        self.by_office.entry(row.office).or_default().add_done(row);
        self.by_unit.entry(row.unit).or_default().add_done(row);
        self.by_channel.entry(row.channel).or_default().add_done(row);
        self.by_priority.entry(row.priority).or_default().add_done(row);
        self.by_cause.entry(row.cause.clone()).or_default().add_done(row);
        self.bins.add(row);
        if let Some(target) = row.target {
            *self.targets.entry(target).or_default() += 1;
        }
    }
}

/// The histogram of working time: bounds that people think in, and what fell between them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bins {
    /// Upper bounds in working seconds, the last being open.
    pub bounds: Vec<i64>,
    pub kept: Vec<usize>,
    pub late: Vec<usize>,
}

impl Bins {
    /// One, two and four hours; one, two, three, five, ten and twenty days; longer.
    pub fn new(day_seconds: i64) -> Bins {
        let hours = [1, 2, 4].map(|hours| hours * 3600);
        let days = [1, 2, 3, 5, 10, 20].map(|days| days * day_seconds.max(4 * 3600 + 60));
        let bounds: Vec<i64> = hours.into_iter().chain(days).chain([i64::MAX]).collect();
        Bins { kept: vec![0; bounds.len()], late: vec![0; bounds.len()], bounds }
    }

    /// From and up to but not including, in working seconds.
    pub fn range(&self, bin: usize) -> Option<(i64, i64)> {
        let to = *self.bounds.get(bin)?;
        let from = bin.checked_sub(1).and_then(|below| self.bounds.get(below)).copied();
        Some((from.unwrap_or(i64::MIN), to))
    }

    fn add(&mut self, row: &Row) {
        let bin = self.bounds.partition_point(|bound| *bound <= row.worked()).min(self.bounds.len() - 1);
        let side = if row.target.is_some() && row.late { &mut self.late } else { &mut self.kept };
        side[bin] += 1;
    }

    /// Where a number of working seconds lies, counted in bins from the left.
    pub fn place(&self, seconds: i64) -> f64 {
        let bin = self.bounds.partition_point(|bound| *bound <= seconds);
        let Some((from, to)) = self.range(bin).filter(|(_, to)| *to < i64::MAX) else {
            return bin as f64 + 0.5;
        };
        let from = from.max(0);
        bin as f64 + (seconds - from) as f64 / (to - from) as f64
    }

    pub fn most(&self) -> usize {
        self.kept.iter().zip(&self.late).map(|(kept, late)| kept + late).max().unwrap_or(0)
    }
}

/// One month of a trend.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MonthFigures {
    pub came_in: usize,
    pub done: usize,
    pub promised: usize,
    pub within: usize,
    pub worked: Vec<i64>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_nearest_rank_is_a_value_that_was_measured() {
        assert_eq!(percentile(&mut [15, 20, 35, 40, 50], 30), Some(20));
        assert_eq!(percentile(&mut [15, 20, 35, 40, 50], 40), Some(20));
        assert_eq!(percentile(&mut [15, 20, 35, 40, 50], 50), Some(35));
        assert_eq!(percentile(&mut [15, 20, 35, 40, 50], 100), Some(50));
        assert_eq!(percentile(&mut [1, 2, 3, 4], 50), Some(2));
        assert_eq!(percentile(&mut [7], 0), Some(7));
        assert_eq!(percentile(&mut [], 50), None);
    }

    #[test]
    fn shares_are_rounded_half_up_and_nothing_has_none() {
        assert_eq!(percent(703, 748), Some(94));
        assert_eq!(percent(1, 8), Some(13));
        assert_eq!(percent(0, 0), None);
    }

    #[test]
    fn four_cases_are_too_few_and_five_are_not() {
        assert_eq!(Spread::of(&mut [1, 2, 3, 4]), None);
        assert_eq!(Spread::of(&mut [5, 4, 3, 2, 1]), Some(Spread { median: 3, p90: 5 }));
        let four = Tally { promised: 4, within: 4, rated: 4, stars: 20, ..Tally::default() };
        assert_eq!((four.share_within(), four.mean_rating()), (None, None));
        let five = Tally { promised: 5, within: 4, rated: 5, stars: 23, ..Tally::default() };
        assert_eq!((five.share_within(), five.mean_rating()), (Some(80), Some(46)));
    }

    #[test]
    fn the_promise_is_drawn_where_it_lies() {
        let bins = Bins::new(8 * 3600);
        assert_eq!(bins.range(0), Some((i64::MIN, 3600)));
        assert_eq!(bins.range(3), Some((4 * 3600, 8 * 3600)));
        assert!((bins.place(3600) - 1.0).abs() < 1e-9);
        assert!((bins.place(3 * 3600) - 2.5).abs() < 1e-9);
        assert!((bins.place(i64::MAX - 1) - 9.5).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn the_nearest_rank_is_the_one_of_the_definition(mut values in prop::collection::vec(0_i64..1000, 1..50), p in 1_usize..=100) {
            let found = percentile(&mut values, p).unwrap();
            values.sort_unstable();
            // The smallest value that at least p of a hundred do not exceed.
            let smallest = values.iter().find(|value| {
                values.iter().filter(|other| other <= value).count() * 100 >= p * values.len()
            });
            prop_assert_eq!(Some(&found), smallest);
        }
    }
}
