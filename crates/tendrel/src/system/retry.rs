//! What an operator does: a backup now, and a job again that was given up.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use serde_json::json;

use crate::app::App;
use crate::backup::nightly;
use crate::events;
use crate::frame::{self, see_other};
use crate::id::JobId;
use crate::jobs;
use crate::problem::Problem;
use crate::system::access::must_run_the_system;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/system/backups", post(back_up))
        .route("/api/v1/system/backups", post(back_up))
        .route("/system/jobs/{id}/retry", post(retry))
        .route("/api/v1/system/jobs/{id}/retry", post(retry))
}

async fn back_up(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    must_run_the_system(&viewer)?;
    let is_ours = nightly::begin(&app).await?;
    if viewer.by_api() {
        return Ok(frame::json(StatusCode::ACCEPTED, &json!({ "begun": is_ours })));
    }
    Ok(see_other(if is_ours { "/system?done=backup-begun" } else { "/system?done=backup-runs" }))
}

async fn retry(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    must_run_the_system(&viewer)?;
    let id = JobId::parse(&id).ok_or(Problem::NotFound)?;
    let (now, actor) = (viewer.now, viewer.actor());
    app.db
        .write(move |tx| -> Result<(), Problem> {
            let kind = jobs::retry(tx, id, now)?.ok_or(Problem::NotFound)?;
            let detail = json!({ "kind": kind });
            Ok(events::note(tx, "job", id.uuid(), actor.clone(), "tried again", detail, now)?)
        })
        .await?;
    if viewer.by_api() {
        return Ok(frame::json(StatusCode::OK, &json!({ "id": id, "waits": true })));
    }
    Ok(see_other("/system?done=job-retried"))
}
