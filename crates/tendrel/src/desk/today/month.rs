//! Thirty days in figures: kept promises, the usual time, and how much of each promise was used.

use crate::desk::store::today::Settled;
use crate::frame::Frame;

/// Under so many cases nothing is said about them.
const FEW: i64 = 5;
/// Bars of the picture: eighths of a promise up to it, and as many beyond.
const BARS: usize = 16;
const PROMISE_BAR: usize = 8;

#[derive(Debug)]
pub(super) struct Month {
    pub cases: i64,
    pub promised: i64,
    /// Too few to say anything.
    pub few: bool,
    /// Per cent of those with a promise.
    pub within: i64,
    /// Compared with the thirty days before, in words; empty where those were too few.
    pub trend: String,
    pub median: String,
    pub median_target: String,
    pub bars: Vec<Bar>,
    pub over: i64,
}

#[derive(Debug)]
pub(super) struct Bar {
    pub x: i64,
    pub y: i64,
    pub height: i64,
    pub late: bool,
    pub cases: i64,
}

impl Month {
    pub(super) fn of(frame: &Frame, settled: &[Settled], before: (i64, i64), working_day: i64) -> Month {
        let promised: Vec<&Settled> = settled.iter().filter(|it| it.target.is_some()).collect();
        let (cases, n) = (count(settled.len()), count(promised.len()));
        let over = count(promised.iter().filter(|it| it.late).count());
        let within = percent(n - over, n);
        Month {
            cases,
            promised: n,
            few: n < FEW,
            within,
            trend: trend(frame, within, n, before),
            median: frame.working(&median(settled.iter().map(|it| it.used).collect()), &working_day),
            median_target: frame
                .working(&median(promised.iter().filter_map(|it| it.target).collect()), &working_day),
            bars: bars(&promised),
            over,
        }
    }
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn percent(part: i64, whole: i64) -> i64 {
    if whole == 0 { 0 } else { (part * 200 + whole) / (whole * 2) }
}

fn trend(frame: &Frame, within: i64, n: i64, (before, late_before): (i64, i64)) -> String {
    if n < FEW || before < FEW {
        return String::new();
    }
    let points = within - percent(before - late_before, before);
    match points {
        0 => frame.t("today-same"),
        1.. => frame.t1("today-up", "n", points),
        _ => frame.t1("today-down", "n", -points),
    }
}

/// The lower of the two in the middle; 0 of nothing.
fn median(mut values: Vec<i64>) -> i64 {
    values.sort_unstable();
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or(0)
}

fn bars(promised: &[&Settled]) -> Vec<Bar> {
    let mut counts = [0_i64; BARS];
    for case in promised {
        let target = case.target.unwrap_or(0).max(1);
        // What took exactly its promise was kept: it belongs to the last bar before the line.
        let eighth = (case.used.max(1) - 1).saturating_mul(8) / target;
        let place = usize::try_from(eighth).unwrap_or(BARS - 1).min(BARS - 1);
        counts[place] += 1;
    }
    let highest = counts.into_iter().max().unwrap_or(0).max(1);
    counts
        .into_iter()
        .enumerate()
        .map(|(place, cases)| {
            let height = (cases * 96 + highest - 1) / highest;
            Bar { x: 8 + count(place) * 21, y: 110 - height, height, late: place >= PROMISE_BAR, cases }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(used: i64, target: i64) -> Settled {
        Settled { used, target: Some(target), late: used > target }
    }

    #[test]
    fn a_case_that_took_exactly_its_promise_stands_before_the_line() {
        let cases = [case(0, 80), case(80, 80), case(81, 80), case(8000, 80)];
        let bars = bars(&cases.iter().collect::<Vec<_>>());
        let counts: Vec<i64> = bars.iter().map(|bar| bar.cases).collect();
        assert_eq!(counts, [1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1]);
        assert!(bars.iter().filter(|bar| bar.late).map(|bar| bar.cases).sum::<i64>() == 2);
    }

    #[test]
    fn percent_is_rounded_and_the_median_is_the_lower_middle() {
        assert_eq!((percent(2, 3), percent(1, 3), percent(0, 0)), (67, 33, 0));
        assert_eq!((median(vec![3, 1, 2]), median(vec![4, 1, 2, 3]), median(Vec::new())), (2, 2, 0));
    }
}
