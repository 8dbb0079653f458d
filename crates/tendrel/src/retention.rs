//! What is kept how long: rules with dates, a nightly run that removes what is due, and a log of what was removed.
//!
//! Of a case only what names persons goes. What is counted stays, and so does its chain of events, which still verifies
//! (`events::content`). The log says how much was removed, when, under which rule and by which run, and nothing of what
//! it was. Done again, a run removes what is left; each step is a transaction of its own.

mod change;
pub mod command;
mod purge;
pub mod reference;
pub mod rule;
mod run;
mod show;
mod store;
#[cfg(test)]
mod tests;
mod told;

use axum::Router;

use crate::app::App;

pub use change::set_rule;
pub use run::{JOB, plan, run};

pub fn routes() -> Router<App> {
    Router::new().merge(show::routes()).merge(change::routes()).merge(told::routes())
}
