//! What whoever runs the program asks of it.

use super::operation::Operation;
use super::schema::{count, id, instant, list, object, or_null, text, truth};

pub(super) fn operations() -> [Operation; 3] {
    let backup = object([
        ("made_at", instant()),
        ("place", text()),
        ("bytes", count()),
        ("proven_at", or_null(instant())),
        ("fault", text()),
    ]);
    let age = object([
        ("made_at", or_null(instant())),
        ("is_old", truth()),
        ("proven_at", or_null(instant())),
        ("proof_is_old", truth()),
    ]);
    let checkpoint =
        object([("format", text()), ("statement", text()), ("public_key", text()), ("signature", text())]);
    let broken = object([("name", text()), ("found_at", instant()), ("reason", text())]);
    let job = object([
        ("id", id()),
        ("kind", text()),
        ("gave_up_at", instant()),
        ("attempts", count()),
        ("last_error", text()),
    ]);
    let state = object([
        ("version", text()),
        ("schema", count()),
        ("database_bytes", count()),
        ("files", count()),
        ("file_bytes", count()),
        ("backup", age),
        ("backups", list(backup)),
        ("checkpoint", or_null(checkpoint)),
        ("broken_chains", list(broken)),
        ("jobs_given_up", list(job)),
    ]);
    [
        Operation::get("/api/v1/system", "showSystem", "Backups, the record, jobs that were given up, sizes")
            .says("A backup is old after 26 hours, a proof after 8 days. A chain is broken when it was altered outside the program.")
            .gives(200, state, "For operators.")
            .refuses(&[403])
            .tag("system"),
        Operation::post("/api/v1/system/backups", "backUp", "Make a backup now")
            .gives(202, object([("begun", truth())]), "False when one is being made already.")
            .refuses(&[403])
            .tag("system"),
        Operation::post("/api/v1/system/jobs/{id}/retry", "retryJob", "Have a job done again that was given up")
            .gives(200, object([("id", id()), ("waits", truth())]), "It waits for the next round.")
            .refuses(&[403])
            .tag("system"),
    ]
}
