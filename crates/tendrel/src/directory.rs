//! Organisations, places, people, accounts and calendars. Every room may ask the directory; it asks none.

pub mod calendars;
pub mod people;
pub mod reference;
pub mod sessions;

use axum::Router;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
}
