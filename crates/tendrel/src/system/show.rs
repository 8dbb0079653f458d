//! The page of whoever runs the program.

use askama::Template;
use axum::Router;
use axum::extract::State as Held;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::app::App;
use crate::files::hex;
use crate::frame::{self, Frame};
use crate::problem::Problem;
use crate::system::access::must_run_the_system;
use crate::system::store::{self, State};
use crate::viewer::Viewer;

/// A backup that is older worries; they are made every night.
const BACKUP_OLD: SignedDuration = SignedDuration::from_hours(26);
/// A proof that is older worries; they are made every week.
const PROOF_OLD: SignedDuration = SignedDuration::from_hours(8 * 24);

pub(super) fn routes() -> Router<App> {
    Router::new().route("/system", get(show)).route("/api/v1/system", get(show))
}

#[derive(Template)]
#[template(path = "system/page.html")]
struct Page {
    frame: Frame,
    state: State,
    kept: usize,
    folder: String,
    is_sqlite: bool,
}

impl Page {
    fn backup_is_old(&self) -> bool {
        is_old(self.state.made, self.frame.now, BACKUP_OLD)
    }

    fn proof_is_old(&self) -> bool {
        is_old(self.state.proven, self.frame.now, PROOF_OLD)
    }

    fn database(&self) -> &'static str {
        if self.is_sqlite { "system-embedded" } else { "system-postgres" }
    }

    fn size(&self, bytes: &i64) -> String {
        let kilobytes = (bytes.max(&0) + 1023) / 1024;
        if kilobytes < 1024 {
            return self.frame.t1("size-kb", "n", kilobytes);
        }
        self.frame.t1("size-mb", "n", format!("{}.{}", kilobytes / 1024, kilobytes % 1024 * 10 / 1024))
    }

    fn root(&self) -> String {
        self.state.checkpoint.as_ref().map(|last| hex(&last.root)).unwrap_or_default()
    }

    fn key(&self) -> String {
        self.state.checkpoint.as_ref().map(|last| hex(&last.public_key)).unwrap_or_default()
    }
}

fn is_old(at: Option<Timestamp>, now: Timestamp, limit: SignedDuration) -> bool {
    at.is_none_or(|at| now.duration_since(at) > limit)
}

async fn show(Held(app): Held<App>, viewer: Viewer) -> Result<Response, Problem> {
    must_run_the_system(&viewer)?;
    let state = app.db.read(store::state).await?;
    if viewer.by_api() {
        return Ok(frame::json(StatusCode::OK, &told(&state, viewer.now)));
    }
    let page = Page {
        frame: Frame::titled(&app, &viewer, "system-title"),
        state,
        kept: app.settings.backups_kept,
        folder: app.settings.backup_folder.display().to_string(),
        is_sqlite: app.db.kind() == database::Kind::Sqlite,
    };
    frame::page(StatusCode::OK, &page)
}

fn told(state: &State, now: Timestamp) -> serde_json::Value {
    let backups: Vec<_> = state
        .backups
        .iter()
        .map(|row| {
            json!({
                "made_at": row.made_at, "place": row.place, "bytes": row.size,
                "proven_at": row.proven_at, "fault": row.fault,
            })
        })
        .collect();
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "schema": state.schema,
        "database_bytes": state.database_bytes,
        "files": state.files,
        "file_bytes": state.file_bytes,
        "backup": {
            "made_at": state.made, "is_old": is_old(state.made, now, BACKUP_OLD),
            "proven_at": state.proven, "proof_is_old": is_old(state.proven, now, PROOF_OLD),
        },
        "backups": backups,
        "checkpoint": state.checkpoint.as_ref().map(|last| last.signed()),
        "broken_chains": state.broken,
        "jobs_given_up": state.given_up,
        "sms_paused_at": state.sms.map(|it| it.since),
        "letters_held_back": state.letters.as_ref().map(|it| json!({ "since": it.since, "letters": it.letters })),
    })
}
