//! So many in an hour, and no more. Counted on this node and in memory alone: nothing is written for it, nobody's
//! address is stored, and several nodes let so many through each.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// Who was counted is forgotten beyond so many, the idle ones first.
const KEPT: usize = 50_000;
const HOUR: SignedDuration = SignedDuration::from_hours(1);

#[derive(Debug)]
pub struct Throttle {
    an_hour: u32,
    random: RandomState,
    /// By a hash of the key: until when what was taken counts, each for its share of the hour.
    taken: Mutex<HashMap<u64, Timestamp>>,
}

impl Throttle {
    /// With 0 everything is let through.
    pub fn an_hour(an_hour: u32) -> Throttle {
        Throttle { an_hour, random: RandomState::new(), taken: Mutex::default() }
    }

    /// Counts one. As many as the limit may come at once; then one for each share of the hour that passed.
    ///
    /// # Errors
    /// How long to wait, when there were too many.
    pub fn take(&self, key: &str, now: Timestamp) -> Result<(), SignedDuration> {
        if self.an_hour == 0 || key.is_empty() {
            return Ok(());
        }
        let share = HOUR / i32::try_from(self.an_hour).unwrap_or(i32::MAX);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.len() >= KEPT {
            taken.retain(|_, until| *until > now);
            if taken.len() >= KEPT {
                // Whoever comes from so many addresses is not stopped by counting them.
                taken.clear();
            }
        }
        let until = taken.entry(self.random.hash_one(key)).or_insert(now);
        let next = (*until).max(now) + share;
        let over = next.duration_since(now) - HOUR;
        if over > SignedDuration::ZERO {
            return Err(over);
        }
        *until = next;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn so_many_may_come_at_once_and_then_one_by_one() {
        let throttle = Throttle::an_hour(60);
        assert!((0..60).all(|_| throttle.take("17600004", at(0)).is_ok()));
        assert_eq!(throttle.take("17600004", at(0)), Err(SignedDuration::from_secs(60)));
        assert_eq!(throttle.take("17600004", at(59)), Err(SignedDuration::from_secs(1)));
        assert_eq!(throttle.take("17600004", at(60)), Ok(()));
        assert!(throttle.take("17600004", at(60)).is_err());
        assert_eq!(throttle.take("17600005", at(0)), Ok(()), "others are not held up");
        assert!(
            (0..60).all(|_| throttle.take("17600004", at(2 * 3600)).is_ok()),
            "an hour later all is forgotten"
        );
    }

    #[test]
    fn a_clock_that_jumps_back_locks_nobody_out_for_long() {
        let throttle = Throttle::an_hour(2);
        throttle.take("a", at(0)).unwrap();
        throttle.take("a", at(-3600)).unwrap_err();
        throttle.take("a", at(1)).unwrap();
    }

    #[test]
    fn memory_is_bounded_and_0_is_any_number() {
        let throttle = Throttle::an_hour(1);
        for key in 0..2 * KEPT {
            throttle.take(&key.to_string(), at(0)).unwrap();
        }
        assert!(throttle.taken.lock().unwrap().len() <= KEPT);
        let open = Throttle::an_hour(0);
        assert!((0..10_000).all(|_| open.take("a", at(0)).is_ok()));
    }
}
