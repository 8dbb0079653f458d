//! What whoever runs the program must know: is it backed up, is the record whole, what was given up, how big it is.

mod access;
mod exports;
mod letters_held;
mod retry;
mod show;
mod store;

#[cfg(test)]
mod tests;

use axum::Router;

use crate::app::App;

pub use access::{must_look_after, must_run_the_system};

pub fn routes() -> Router<App> {
    Router::new()
        .merge(show::routes())
        .merge(retry::routes())
        .merge(exports::routes())
        .merge(letters_held::routes())
}
