//! Analysis and assessment of the services availed. Reads all rooms; none asks it.

pub mod access;
mod api;
pub mod asked;
pub mod export_events;
pub mod figure;
pub mod figures;
mod month_paper;
mod names;
pub mod overview;
mod parts;
pub mod period;
pub mod pictures;
pub mod question;
pub mod records;
mod spreadsheet;
mod store;
pub mod tables;
#[cfg(test)]
mod tests;
mod words;

use axum::Router;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .merge(overview::routes())
        .merge(records::routes())
        .merge(month_paper::routes())
        .merge(spreadsheet::routes())
        .merge(api::routes())
}
