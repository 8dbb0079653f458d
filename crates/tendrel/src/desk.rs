//! The main job: a request comes in by any channel, gets a number, a promise and an officer, and is resolved.

pub mod accept;
pub mod api_intake;
pub mod ask;
pub mod catalogue;
pub mod charter;
pub mod form;
pub mod import_requests;
pub mod intake_store;
pub mod log_call;
pub mod number;
pub mod portal;
pub mod promise;
pub mod promised;
pub mod reference;
pub mod request;
pub mod save;
pub mod sent;
pub mod service;
pub mod store;
pub mod usual;

use axum::Router;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .merge(portal::routes())
        .merge(ask::routes())
        .merge(sent::routes())
        .merge(charter::routes())
        .merge(log_call::routes())
        .merge(api_intake::routes())
}
