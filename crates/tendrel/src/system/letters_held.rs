//! What an operator does about letters that are held back: has them sent after all, or thrown away.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use serde_json::json;

use crate::app::App;
use crate::channels::letters;
use crate::frame::{self, see_other};
use crate::problem::Problem;
use crate::system::access::must_run_the_system;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/system/letters/send", post(send))
        .route("/api/v1/system/letters/send", post(send))
        .route("/system/letters/throw-away", post(throw_away))
        .route("/api/v1/system/letters/throw-away", post(throw_away))
}

async fn send(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    go_on(&app, &viewer, true).await
}

async fn throw_away(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    go_on(&app, &viewer, false).await
}

async fn go_on(app: &App, viewer: &Viewer, is_sent: bool) -> Result<Response, Problem> {
    must_run_the_system(viewer)?;
    let now = viewer.now;
    let count = app.db.write(move |tx| letters::go_on(tx, is_sent, now));
    let count: Result<u64, database::Error> = count.await;
    if viewer.by_api() {
        return Ok(frame::json(StatusCode::OK, &json!({ "letters": count? })));
    }
    count?;
    Ok(see_other(if is_sent { "/system?done=letters-sent" } else { "/system?done=letters-thrown-away" }))
}
