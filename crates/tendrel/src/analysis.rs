//! Analysis and assessment of the services availed. Reads all rooms; none asks it.

pub mod export_events;
pub mod period;
pub mod tables;

use axum::Router;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
}
