//! SMS: the same notices as the letters, short, for who has a telephone and no mail.
//!
//! `say.rs` writes a message down beside the letters of an event; `send.rs` hands it to the one gateway that an operator
//! set up. Only outwards: what somebody answers by SMS is not received.

mod count;
mod gateway;
mod log;
pub mod say;
mod send;
mod set;
mod show;
mod store;
mod try_it;
pub mod words;
mod words_page;

#[cfg(test)]
mod tests;

use std::time::Duration;

use axum::Router;

pub use gateway::{Gateway, How};
pub use store::{Pause, numbers, paused, seal_again, set};

use crate::app::App;
use crate::problem::Problem;

const EVERY: Duration = Duration::from_secs(2);

pub fn routes() -> Router<App> {
    Router::new()
        .merge(show::routes())
        .merge(set::routes())
        .merge(try_it::routes())
        .merge(log::routes())
        .merge(words_page::routes())
}

/// Goes on for ever, beside the worker: a gateway that is slow holds up no clock.
pub async fn go_on(app: App) {
    loop {
        if let Err(problem) = round(&app).await {
            tracing::error!("SMS waits and is tried again: {problem:?}");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// One round; tests call it after moving the clock.
///
/// # Errors
/// When the database refuses; nothing is lost.
pub async fn round(app: &App) -> Result<(), Problem> {
    send::round(app).await
}
