//! Organisations, places, people, accounts and calendars. Every room may ask the directory; it asks none.

mod answer;
pub mod calendars;
pub mod lookup;
pub mod offices;
pub mod people;
pub mod reference;
pub mod sessions;
mod words;

use axum::Router;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new().merge(lookup::routes())
}
