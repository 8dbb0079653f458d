//! The only place that reads the machine's clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// What time it is: the machine's, or one that tests stop and move.
#[derive(Clone, Debug)]
pub enum Clock {
    Machine,
    Stopped(Arc<AtomicI64>),
}

impl Clock {
    pub fn stopped(at: Timestamp) -> Clock {
        Clock::Stopped(Arc::new(AtomicI64::new(at.as_microsecond())))
    }

    /// Now, to the microsecond: what the database stores.
    pub fn now(&self) -> Timestamp {
        match self {
            Clock::Machine => {
                #[expect(clippy::disallowed_methods, reason = "this is the place that may")]
                let now = Timestamp::now();
                whole_microseconds(now)
            }
            Clock::Stopped(at) => {
                Timestamp::from_microsecond(at.load(Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
            }
        }
    }

    /// Moves a stopped clock; the machine's stays what it is.
    pub fn set(&self, at: Timestamp) {
        if let Clock::Stopped(stopped) = self {
            stopped.store(at.as_microsecond(), Ordering::SeqCst);
        }
    }
}

fn whole_microseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}
