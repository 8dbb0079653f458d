//! The main job: a request comes in by any channel, gets a number, a promise and an officer, and is resolved.

pub mod accept;
pub mod catalogue;
pub mod number;
pub mod promise;
pub mod reference;
pub mod request;
pub mod save;
pub mod service;
pub mod store;

use axum::Router;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
}
