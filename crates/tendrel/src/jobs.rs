//! Work to be done after a transaction: rows written in it, claimed by conditional update, tried again with growing
//! pauses, and shown to the operator when given up.
//!
//! A job is told at least once, so each kind says in its own file how it is done again safely.

use database::{Error, Reader, Transaction};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;

use crate::id::JobId;

/// After this many failures a job waits for a person.
pub const TRIES: i64 = 10;

#[derive(Clone, Debug)]
pub struct Job {
    pub id: JobId,
    pub kind: String,
    pub payload: Json,
    pub attempts: i64,
}

/// Adds a job to the transaction; it runs at `run_at` or soon after.
pub fn enqueue(
    tx: &mut Transaction,
    kind: &str,
    payload: &Json,
    run_at: Timestamp,
    now: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO jobs (id, kind, payload, run_at) VALUES ($1, $2, $3, $4)",
        &[JobId::new(now).into(), kind.into(), payload.to_string().into(), run_at.into()],
    )?;
    Ok(())
}

/// Plans one of a kind at `at`, unless one waits already; the one that is being done does not count.
pub fn plan(tx: &mut Transaction, kind: &str, at: Timestamp, now: Timestamp) -> Result<(), Error> {
    tx.lock(kind)?;
    let planned: Option<i64> = tx.row(
        "SELECT 1 AS planned FROM jobs WHERE kind = $1 AND gave_up_at IS NULL AND taken_at IS NULL LIMIT 1",
        &[kind.into()],
        |row| row.get("planned"),
    )?;
    if planned.is_none() { enqueue(tx, kind, &Json::Object(serde_json::Map::new()), at, now) } else { Ok(()) }
}

/// Has one of a kind done now: the one that waits is brought forward, or there is a new one.
pub fn hasten(tx: &mut Transaction, kind: &str, now: Timestamp) -> Result<(), Error> {
    plan(tx, kind, now, now)?;
    tx.execute(
        "UPDATE jobs SET run_at = $2 WHERE kind = $1 AND gave_up_at IS NULL AND taken_at IS NULL AND run_at > $2",
        &[kind.into(), now.into()],
    )?;
    Ok(())
}

/// Takes the next job that is due, or one whose worker died over ten minutes ago. One with which the program died each
/// time is given up like one that failed.
pub fn take(tx: &mut Transaction, worker: &str, now: Timestamp) -> Result<Option<Job>, Error> {
    let stale = now - SignedDuration::from_mins(10);
    tx.execute(
        "UPDATE jobs SET taken_by = NULL, taken_at = NULL, gave_up_at = $1, last_error = 'the program ended while doing it'
         WHERE gave_up_at IS NULL AND attempts >= $2 AND taken_at < $3",
        &[now.into(), TRIES.into(), stale.into()],
    )?;
    tx.row(
        "UPDATE jobs SET taken_by = $1, taken_at = $2, attempts = attempts + 1
         WHERE gave_up_at IS NULL AND (taken_at IS NULL OR taken_at < $3) AND id = (
             SELECT id FROM jobs
             WHERE gave_up_at IS NULL AND run_at <= $2 AND (taken_at IS NULL OR taken_at < $3)
             ORDER BY run_at LIMIT 1)
         RETURNING id, kind, payload, attempts",
        &[worker.into(), now.into(), stale.into()],
        |row| {
            let payload: String = row.get("payload")?;
            Ok(Job {
                id: row.get("id")?,
                kind: row.get("kind")?,
                payload: serde_json::from_str(&payload).unwrap_or(Json::Null),
                attempts: row.get("attempts")?,
            })
        },
    )
}

/// A job is done. False when another worker took it meanwhile, because this one was thought dead: what was done in the
/// same transaction must then not be kept.
pub fn done(tx: &mut Transaction, job: &Job) -> Result<bool, Error> {
    let sql = "DELETE FROM jobs WHERE id = $1 AND attempts = $2 AND taken_at IS NOT NULL";
    Ok(tx.execute(sql, &[job.id.into(), job.attempts.into()])? == 1)
}

/// Puts a failed job back, unless another worker took it meanwhile: after 10 s, 20 s, 40 s and so on up to an hour; after `TRIES` it is given up.
pub fn failed(tx: &mut Transaction, job: &Job, error: &str, now: Timestamp) -> Result<(), Error> {
    let pause = SignedDuration::from_secs((10_i64 << job.attempts.clamp(1, 9)).min(3600));
    let gave_up = (job.attempts >= TRIES).then_some(now);
    tx.execute(
        "UPDATE jobs SET taken_by = NULL, taken_at = NULL, run_at = $2, last_error = $3, gave_up_at = $4
         WHERE id = $1 AND attempts = $5 AND taken_at IS NOT NULL",
        &[job.id.into(), (now + pause).into(), error.into(), gave_up.into(), job.attempts.into()],
    )?;
    Ok(())
}

/// A job that failed too often and waits for a person.
#[derive(Clone, Debug, serde::Serialize)]
pub struct GivenUp {
    pub id: JobId,
    pub kind: String,
    pub gave_up_at: Timestamp,
    pub attempts: i64,
    pub last_error: String,
}

/// The last so many that were given up.
pub fn given_up(r: &mut Reader, limit: i64) -> Result<Vec<GivenUp>, Error> {
    r.rows(
        "SELECT id, kind, gave_up_at, attempts, last_error FROM jobs
         WHERE gave_up_at IS NOT NULL ORDER BY gave_up_at DESC, id LIMIT $1",
        &[limit.into()],
        |row| {
            Ok(GivenUp {
                id: row.get("id")?,
                kind: row.get("kind")?,
                gave_up_at: row.get("gave_up_at")?,
                attempts: row.get("attempts")?,
                last_error: row.get("last_error")?,
            })
        },
    )
}

/// Has a job done again that was given up; returns its kind, or `None` when no such job waits.
pub fn retry(tx: &mut Transaction, id: JobId, now: Timestamp) -> Result<Option<String>, Error> {
    tx.row(
        "UPDATE jobs SET gave_up_at = NULL, attempts = 0, run_at = $2 WHERE id = $1 AND gave_up_at IS NOT NULL
         RETURNING kind",
        &[id.into(), now.into()],
        |row| row.get("kind"),
    )
}

#[cfg(test)]
mod tests;
