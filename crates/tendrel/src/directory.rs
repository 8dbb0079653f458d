//! Organisations, places, people, accounts and calendars. Every room may ask the directory; it asks none.

pub mod access;
pub mod accounts;
mod answer;
pub mod calendars;
mod demo;
pub mod lookup;
pub mod make_operator;
mod me;
pub mod offices;
pub mod password;
pub mod people;
pub mod reference;
pub mod sessions;
mod sign_in;
pub mod units;
mod welcome;
mod words;

use axum::Router;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .merge(lookup::routes())
        .merge(sign_in::routes())
        .merge(welcome::routes())
        .merge(me::routes())
        .merge(demo::routes())
}
