//! Where requests come from beside the web, and where what happens to them is told.

mod access;
mod add_to_case;
pub mod deliver;
mod feed;
pub mod fetch_mail;
pub mod file_mail;
pub mod forget_mail;
pub mod keep_mail;
pub mod letters;
pub mod listen_mail;
pub mod mailbox;
mod mailboxes;
pub mod marks;
pub mod place;
pub mod read_mail;
pub mod scans;
mod show_mail;
pub mod sms;
mod sort_mail;
pub mod sorter;
pub mod sorters;
pub mod store;
pub mod tray;
pub mod webhooks;

use axum::Router;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .merge(tray::routes())
        .merge(show_mail::routes())
        .merge(sort_mail::routes())
        .merge(mailboxes::routes())
        .merge(webhooks::routes())
        .merge(sms::routes())
        .merge(feed::routes())
        .merge(scans::routes())
        .merge(letters::routes())
}

#[cfg(test)]
pub(crate) mod testing;
