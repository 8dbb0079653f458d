//! What whoever runs the program must know: is it backed up, is the record whole, what was given up, how big it is.

mod access;
mod retry;
mod show;
mod store;

#[cfg(test)]
mod tests;

use axum::Router;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new().merge(show::routes()).merge(retry::routes())
}
