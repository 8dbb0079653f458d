use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How long things took, counted in steps; costs two additions. Shared by all who count.
#[derive(Debug, Default)]
pub struct Timing {
    steps: [AtomicU64; STEPS.len()],
    longer: AtomicU64,
    micros: AtomicU64,
}

/// The steps' upper ends in milliseconds.
const STEPS: [u64; 12] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000];

impl Timing {
    pub fn note(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.micros.fetch_add(micros, Ordering::Relaxed);
        let step = STEPS.iter().position(|end| micros <= end * 1_000);
        step.map_or(&self.longer, |step| &self.steps[step]).fetch_add(1, Ordering::Relaxed);
    }

    /// For each step its end in seconds, and how many took no longer.
    pub fn within(&self) -> Vec<(f64, u64)> {
        let mut all = 0;
        let sum = |(end, step): (&u64, &AtomicU64)| {
            all += step.load(Ordering::Relaxed);
            (*end as f64 / 1_000.0, all)
        };
        STEPS.iter().zip(&self.steps).map(sum).collect()
    }

    pub fn count(&self) -> u64 {
        let longer = self.longer.load(Ordering::Relaxed);
        self.steps.iter().map(|step| step.load(Ordering::Relaxed)).sum::<u64>() + longer
    }

    /// In seconds, all together.
    pub fn seconds(&self) -> f64 {
        self.micros.load(Ordering::Relaxed) as f64 / 1_000_000.0
    }
}

/// What a database was asked since it was opened.
#[derive(Debug, Default)]
pub struct Figures {
    /// How long read closures waited for a thread.
    pub reads: Timing,
    /// How long write closures waited for a thread.
    pub writes: Timing,
    commits: AtomicU64,
    committed: AtomicU64,
}

impl Figures {
    pub(crate) fn commit(&self, closures: usize) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.committed.fetch_add(closures as u64, Ordering::Relaxed);
    }

    /// Commits, and the write closures in them: their quotient is how many share one wait for the disk.
    pub fn commits(&self) -> (u64, u64) {
        (self.commits.load(Ordering::Relaxed), self.committed.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_holds_what_took_no_longer() {
        let timing = Timing::default();
        for milliseconds in [0, 1, 2, 3, 60_000] {
            timing.note(Duration::from_millis(milliseconds));
        }
        assert_eq!(timing.within()[..3], [(0.001, 2), (0.002, 3), (0.005, 4)]);
        assert_eq!(timing.within().last(), Some(&(10.0, 4)));
        assert_eq!(timing.count(), 5);
        assert!((timing.seconds() - 60.006).abs() < 0.000_001);
    }
}
