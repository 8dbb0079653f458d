//! What whoever runs the program asks of it.

use serde_json::json;

use super::operation::Operation;
use super::schema::{between, body, count, id, instant, list, object, one_of, or_null, short, text, truth};
use crate::retention::rule::What;

pub(super) fn operations() -> Vec<Operation> {
    let mut all = state();
    all.extend(retention());
    all
}

fn retention() -> [Operation; 5] {
    let rule = object([
        ("id", id()),
        ("what", text()),
        ("kind", text()),
        ("service", text()),
        ("days", count()),
        ("reason", text()),
        ("from", text()),
        ("to", or_null(text())),
        ("changed_by", text()),
        ("due", or_null(count())),
    ]);
    let removed = object([
        ("at", instant()),
        ("run", id()),
        ("begun_by", text()),
        ("rule", id()),
        ("what", text()),
        ("removed", count()),
    ]);
    let export = object([
        ("at", instant()),
        ("by", text()),
        ("what", text()),
        ("question", text()),
        ("rows", count()),
    ]);
    let told = object([
        ("rules", list(rule)),
        ("removed", list(removed)),
        ("last_run_at", or_null(instant())),
        ("cases_kept", count()),
    ]);
    let asked = body([
        ("what!", one_of(What::ALL.map(What::code))),
        ("of", text()),
        ("days!", between(1, 36_500)),
        ("reason!", short()),
        ("from", text()),
    ]);
    let example = json!({
        "what": "requests", "of": "service:account", "days": 1826, "reason": "Order 12", "from": "2027-01-01",
    });
    [
        Operation::get("/api/v1/system/exports", "listExports", "What left the desk as a file")
            .gives(200, object([("exports", list(export))]), "The last 200, newest first. For operators and auditors.")
            .refuses(&[403])
            .tag("system"),
        Operation::get("/api/v1/system/retention", "showRetention", "What is kept how long, what is due, what was removed")
            .says("Of what is due no more than 2,000 cases are looked at.")
            .gives(200, told, "For operators and auditors.")
            .refuses(&[403])
            .tag("system"),
        Operation::post("/api/v1/system/retention/rules", "setRetentionRule", "Say how long something is kept")
            .says("`of` is empty, `kind:incident`, `kind:service_request` or `service:` and its code; `from` is a day, today if left out. It takes the place of the rule for the same things.")
            .takes(asked, example)
            .gives(201, object([("id", id())]), "It holds from that day.")
            .tag("system"),
        Operation::post("/api/v1/system/retention/rules/{id}/end", "endRetentionRule", "Keep for ever what a rule is about")
            .gives(200, object([("id", id())]), "It has ended today.")
            .tag("system"),
        Operation::post("/api/v1/system/retention/run", "runRetention", "Remove now what is due")
            .gives(202, object([("begun", truth())]), "It goes on beside everything else.")
            .tag("system"),
    ]
}

fn state() -> Vec<Operation> {
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
    let held = object([("since", instant()), ("letters", count())]);
    let letters = |path: &str, id: &str, summary: &str| {
        Operation::post(path, id, summary)
            .gives(200, object([("letters", count())]), "How many there were; letters go out again.")
            .refuses(&[403])
            .tag("system")
    };
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
        ("sms_paused_at", or_null(instant())),
        ("letters_held_back", or_null(held)),
    ]);
    vec![
        Operation::get("/api/v1/system", "showSystem", "Backups, the record, jobs that were given up, sizes")
            .says("A backup is old after 26 hours, a proof after 8 days. A chain is broken when it was altered outside the program.")
            .gives(200, state, "For operators.")
            .refuses(&[403])
            .tag("system"),
        Operation::post("/api/v1/system/backups", "backUp", "Make a backup now")
            .gives(202, object([("begun", truth())]), "False when one is being made already.")
            .refuses(&[403])
            .tag("system"),
        letters("/api/v1/system/letters/send", "sendHeldLetters", "Send the letters that are held back"),
        letters("/api/v1/system/letters/throw-away", "throwLettersAway", "Throw away the letters that are held back"),
        Operation::post("/api/v1/system/jobs/{id}/retry", "retryJob", "Have a job done again that was given up")
            .gives(200, object([("id", id()), ("waits", truth())]), "It waits for the next round.")
            .refuses(&[403])
            .tag("system"),
    ]
}
