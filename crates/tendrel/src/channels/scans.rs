//! Sheets of paper: by fax, from a scanner, from an officer's hand. What comes is kept first; its pages are read
//! afterwards, and a code on them puts it where it belongs. The rest waits in a tray beside the form of a call.

pub mod access;
pub mod fax_mail;
pub mod forget;
mod guess;
pub mod keep;
mod paper;
mod picture;
mod place;
mod program;
pub mod read;
pub mod reader;
mod show;
mod sort;
pub mod store;
#[cfg(test)]
mod tests;
mod tray;
pub mod watch;

use axum::Router;

use crate::app::App;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .merge(tray::routes())
        .merge(show::routes())
        .merge(sort::routes())
        .merge(picture::routes())
        .merge(paper::routes())
}
