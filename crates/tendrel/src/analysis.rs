//! Analysis and assessment of the services availed. Reads all rooms; none asks it.

use axum::Router;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
}
