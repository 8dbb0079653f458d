//! Webhooks: programs elsewhere are told what happens to requests, by the Standard Webhooks specification.
//!
//! What is told is gathered from the event log (`gather.rs`), so that no act on a request waits for it or knows of it.
//! Each event is sent until the receiver takes it (`send.rs`): at least once, those of one request in their order.

mod access;
mod delivery;
mod edit;
mod endpoint;
mod gather;
mod list;
mod replay;
mod send;
mod show;
mod show_delivery;
mod signature;
mod store;
mod switch;

#[cfg(test)]
mod tests;

use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value as Json;

use crate::app::App;
use crate::frame;
use crate::problem::Problem;
use crate::viewer::Viewer;

pub use edit::URL_LIMIT;
pub(super) use edit::fault_of;
pub use endpoint::{ACTIVITIES, Off};
pub use store::seal_again;

const EVERY: Duration = Duration::from_secs(2);

pub fn routes() -> Router<App> {
    Router::new()
        .merge(list::routes())
        .merge(edit::routes())
        .merge(show::routes())
        .merge(switch::routes())
        .merge(show_delivery::routes())
        .merge(replay::routes())
}

/// Goes on for ever, beside the worker: a receiver that is slow holds up no clock.
pub async fn go_on(app: App) {
    loop {
        if let Err(problem) = round(&app).await {
            tracing::error!("webhooks wait and are tried again: {problem:?}");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// One round; tests call it after moving the clock.
///
/// # Errors
/// When the database refuses; nothing is lost.
pub async fn round(app: &App) -> Result<(), Problem> {
    gather::gather(app).await?;
    send::send_due(app).await
}

/// It is done: a browser goes to the page that shows it, a program is told the record.
fn done(viewer: &Viewer, address: &str, said: &str, record: &Json) -> Response {
    if viewer.by_api() {
        return frame::json(StatusCode::OK, record);
    }
    frame::see_other(&format!("{address}?done={said}"))
}
