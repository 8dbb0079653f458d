//! What the desk says by e-mail about a case, and how it is written, sent and watched.

pub mod block;
mod bounced;
pub mod choices;
pub mod digest;
pub mod example;
pub mod kind;
pub mod limits;
pub mod my_letters;
pub mod post;
pub mod remind;
pub mod say;
mod stopped;
pub mod store;
pub mod tell;
pub mod template;
pub mod thread;
pub mod values;
pub mod whom;
pub mod words_page;

#[cfg(test)]
mod tests;

use axum::Router;

pub use bounced::bounced;
pub use digest::plan;
pub use stopped::{Stopped, go_on, state as stopped};

use crate::app::App;
use crate::problem::Problem;

pub mod jobs {
    //! The kinds of jobs of this part; `desk::save::TELL` is the third.

    pub use super::digest::{JOB as DIGEST, run as digest};
    pub use super::remind::{JOB as REMIND, run as remind};
    pub use super::tell::run as tell;
}

pub fn routes() -> Router<App> {
    Router::new().merge(my_letters::routes()).merge(words_page::routes())
}

/// Sends what is due.
pub async fn round(app: &App) -> Result<(), Problem> {
    post::round(app).await
}
