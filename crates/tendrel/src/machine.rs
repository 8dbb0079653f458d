//! What this node knows of itself, and not of the desk: how it is, what it counted, whom it may ask beside the
//! primary database. Nothing of it is stored.

pub mod ask;
pub mod health;
pub mod metrics;
mod replica;
mod request_id;
mod scrape;
mod throttle;
pub mod traces;

use std::sync::atomic::{AtomicBool, Ordering};

pub use metrics::Metrics;
pub use replica::{Replica, must_read_primary, remember_write, watch};
pub(crate) use request_id::pattern;
pub use request_id::watched;
pub use scrape::serve as serve_metrics;
pub use throttle::Throttle;
pub use traces::{TRACE, Traces};

use crate::settings::Settings;

#[derive(Debug)]
pub struct Machine {
    pub metrics: Metrics,
    pub replica: Replica,
    /// Requests of the public form, by address and by telephone.
    pub by_address: Throttle,
    pub by_telephone: Throttle,
    stopping: AtomicBool,
}

impl Machine {
    pub fn new(settings: &Settings) -> Machine {
        Machine {
            metrics: Metrics::default(),
            replica: Replica::new(&settings.machines),
            by_address: Throttle::an_hour(settings.public_form.per_address_an_hour),
            by_telephone: Throttle::an_hour(settings.public_form.per_telephone_an_hour),
            stopping: AtomicBool::new(false),
        }
    }

    /// From now on `/health/ready` says no.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}
