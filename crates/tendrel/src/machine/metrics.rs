//! What this node counted since it was started, in plain numbers: two additions and a look into a map for each
//! request. No names, addresses or numbers of cases: patterns of addresses and kinds of jobs only.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use axum::http::Method;
use database::Timing;

#[derive(Debug, Default)]
pub struct Metrics {
    routes: RwLock<HashMap<String, Arc<Route>>>,
    /// By kind: done, failed.
    jobs: Mutex<BTreeMap<String, (u64, u64)>>,
    connections: AtomicI64,
}

/// One method of one pattern.
#[derive(Debug, Default)]
pub(super) struct Route {
    pub(super) took: Timing,
    statuses: Mutex<BTreeMap<u16, u64>>,
}

impl Route {
    pub(super) fn statuses(&self) -> BTreeMap<u16, u64> {
        self.statuses.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A connection that is open, until it is dropped.
#[derive(Debug)]
pub struct Open<'a>(&'a Metrics);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Metrics {
    pub fn opened(&self) -> Open<'_> {
        self.connections.fetch_add(1, Ordering::Relaxed);
        Open(self)
    }

    pub(super) fn connections(&self) -> i64 {
        self.connections.load(Ordering::Relaxed)
    }

    pub fn answered(&self, method: &Method, route: &str, status: u16, took: Duration) {
        let found = self.route(&format!("{} {route}", known(method)));
        found.took.note(took);
        *found.statuses.lock().unwrap_or_else(PoisonError::into_inner).entry(status).or_default() += 1;
    }

    fn route(&self, name: &str) -> Arc<Route> {
        if let Some(found) = self.routes.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Arc::clone(found);
        }
        let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(routes.entry(name.to_owned()).or_default())
    }

    /// By method and pattern, in order.
    pub(super) fn routes(&self) -> BTreeMap<String, Arc<Route>> {
        let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
        routes.iter().map(|(name, route)| (name.clone(), Arc::clone(route))).collect()
    }

    pub fn job_ended(&self, kind: &str, well: bool) {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let (done, failed) = jobs.entry(kind.to_owned()).or_default();
        *(if well { done } else { failed }) += 1;
    }

    pub(super) fn jobs(&self) -> BTreeMap<String, (u64, u64)> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Anybody can make up methods, and each would be a line for ever.
pub(super) fn known(method: &Method) -> &str {
    match method.as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => known,
        _ => "OTHER",
    }
}
