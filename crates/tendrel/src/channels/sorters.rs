//! What the history of each unit teaches, learned once a day and kept in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::channels::sorter::{Example, Sorter};
use crate::desk::store::asked;
use crate::id::OrganisationId;
use crate::problem::Problem;

/// Requests that are learned from; older ones are of other times.
const LEARNED: i64 = 5_000;
const HOLDS: SignedDuration = SignedDuration::from_hours(24);

type Learned = (Timestamp, Option<Arc<Sorter>>);

/// Cheap to clone; one for the whole program.
#[derive(Clone, Default)]
pub struct Sorters(Arc<Mutex<HashMap<OrganisationId, Learned>>>);

impl Sorters {
    /// What a unit's history teaches by now; `None` where it is too short.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub async fn of(&self, app: &App, unit: OrganisationId) -> Result<Option<Arc<Sorter>>, Problem> {
        let now = app.clock.now();
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&unit).cloned();
        if let Some((_, sorter)) = known.filter(|(at, _)| now.duration_since(*at) < HOLDS) {
            return Ok(sorter);
        }
        let history = app.db.read(move |r| asked::lately(r, unit, LEARNED)).await?;
        let learning = tokio::task::spawn_blocking(move || {
            let labels: Vec<String> = history.iter().map(|(_, service)| service.to_string()).collect();
            let texts = history.iter().zip(&labels);
            let examples: Vec<Example<'_>> =
                texts.map(|((text, _), label)| (text.as_str(), label.as_str())).collect();
            Sorter::learn(&examples).map(Arc::new)
        });
        let sorter = learning.await.map_err(|error| Problem::Other(error.into()))?;
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(unit, (now, sorter.clone()));
        Ok(sorter)
    }
}
