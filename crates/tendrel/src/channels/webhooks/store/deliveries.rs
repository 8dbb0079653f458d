//! What is asked of the tables of deliveries and their attempts.

use database::{Error, Reader, Row, Transaction};
use jiff::Timestamp;
use serde::Serialize;

use crate::channels::webhooks::delivery::{Delivery, Outcome};
use crate::channels::webhooks::endpoint::Endpoint;
use crate::id::{DeliveryId, WebhookId};

/// Lets an event wait to be sent; one that waits or was sent already is passed over.
pub(in crate::channels::webhooks) fn insert(
    tx: &mut Transaction,
    delivery: &Delivery,
    now: Timestamp,
) -> Result<(), Error> {
    let Delivery { id, endpoint, subject, number, activity, request_number, body, happened_at } = delivery;
    tx.execute(
        "INSERT INTO webhook_deliveries (id, endpoint_id, subject_id, number, activity, request_number, body,
         happened_at, next_at, attempts, outcome) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 'waiting')
         ON CONFLICT (endpoint_id, subject_id, number) DO NOTHING",
        &[
            (*id).into(),
            (*endpoint).into(),
            subject.into(),
            (*number).into(),
            activity.into(),
            request_number.into(),
            body.into(),
            happened_at.into(),
            now.into(),
        ],
    )?;
    Ok(())
}

/// The next number of a trial.
pub(in crate::channels::webhooks) fn next_trial(
    tx: &mut Transaction,
    endpoint: WebhookId,
) -> Result<i64, Error> {
    tx.one(
        "SELECT COALESCE(MAX(number), 0) + 1 AS number FROM webhook_deliveries
         WHERE endpoint_id = $1 AND subject_id = $1",
        &[endpoint.into()],
        |row| row.get("number"),
    )
}

/// Receivers that are on and for which something is due.
pub(in crate::channels::webhooks) fn due(r: &mut Reader, now: Timestamp) -> Result<Vec<WebhookId>, Error> {
    r.rows(
        "SELECT w.id AS id FROM webhook_endpoints w WHERE w.off_at IS NULL AND EXISTS (
             SELECT 1 FROM webhook_deliveries d WHERE d.endpoint_id = w.id AND d.next_at <= $1)
         ORDER BY w.id",
        &[now.into()],
        |row| row.get("id"),
    )
}

/// A delivery that this program has taken to be sent.
#[derive(Clone, Debug)]
pub(in crate::channels::webhooks) struct Taken {
    pub(in crate::channels::webhooks) id: DeliveryId,
    pub(in crate::channels::webhooks) body: String,
    pub(in crate::channels::webhooks) attempts: i64,
    pub(in crate::channels::webhooks) is_confidential: bool,
}

/// Takes the next that is due for a receiver that is on: none of a request of which an earlier one waits. One that was
/// taken before `stale` and not marked is taken again: whoever had it died, perhaps after it was sent.
pub(in crate::channels::webhooks) fn take(
    tx: &mut Transaction,
    endpoint: WebhookId,
    now: Timestamp,
    stale: Timestamp,
) -> Result<Option<Taken>, Error> {
    let taken = tx.row(
        "UPDATE webhook_deliveries SET taken_at = $2 WHERE (taken_at IS NULL OR taken_at < $3) AND id = (
             SELECT d.id FROM webhook_deliveries d JOIN webhook_endpoints w ON w.id = d.endpoint_id
             WHERE d.endpoint_id = $1 AND w.off_at IS NULL AND d.next_at <= $2
               AND (d.taken_at IS NULL OR d.taken_at < $3)
               AND NOT EXISTS (
                   SELECT 1 FROM webhook_deliveries p WHERE p.endpoint_id = d.endpoint_id
                   AND p.subject_id = d.subject_id AND p.number < d.number AND p.next_at IS NOT NULL)
             ORDER BY d.next_at, d.id LIMIT 1)
         RETURNING id, body, attempts,
             (SELECT q.confidential FROM requests q WHERE q.id = webhook_deliveries.subject_id) AS confidential",
        &[endpoint.into(), now.into(), stale.into()],
        |row| {
            Ok(Taken {
                id: row.get("id")?,
                body: row.get("body")?,
                attempts: row.get("attempts")?,
                is_confidential: row.get::<Option<bool>>("confidential")?.unwrap_or(false),
            })
        },
    )?;
    Ok(taken)
}

/// What came of sending it once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(in crate::channels::webhooks) struct Attempt {
    pub(in crate::channels::webhooks) at: Timestamp,
    pub(in crate::channels::webhooks) took_ms: i64,
    /// None when there was no answer.
    pub(in crate::channels::webhooks) status: Option<i64>,
    /// Its first kilobyte, or why there was none.
    pub(in crate::channels::webhooks) answer: String,
}

/// Notes an attempt. False when somebody else took the delivery meanwhile, because this program was thought dead.
pub(in crate::channels::webhooks) fn note(
    tx: &mut Transaction,
    taken: &Taken,
    taken_at: Timestamp,
    attempt: &Attempt,
) -> Result<bool, Error> {
    let mine = "UPDATE webhook_deliveries SET taken_at = NULL, attempts = attempts + 1 WHERE id = $1 AND taken_at = $2";
    if tx.execute(mine, &[taken.id.into(), taken_at.into()])? == 0 {
        return Ok(false);
    }
    let Attempt { at, took_ms, status, answer } = attempt;
    tx.execute(
        "INSERT INTO webhook_attempts (delivery_id, number, at, took_ms, status, answer)
         SELECT $1, COALESCE(MAX(number), 0) + 1, CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS BIGINT),
                CAST($5 AS TEXT)
         FROM webhook_attempts WHERE delivery_id = $1",
        &[taken.id.into(), at.into(), (*took_ms).into(), (*status).into(), answer.into()],
    )?;
    Ok(true)
}

/// It is over.
pub(in crate::channels::webhooks) fn end(
    tx: &mut Transaction,
    id: DeliveryId,
    outcome: Outcome,
    now: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "UPDATE webhook_deliveries SET next_at = NULL, taken_at = NULL, outcome = $2, ended_at = $3 WHERE id = $1",
        &[id.into(), outcome.code().into(), now.into()],
    )?;
    Ok(())
}

pub(in crate::channels::webhooks) fn wait(
    tx: &mut Transaction,
    id: DeliveryId,
    until: Timestamp,
) -> Result<(), Error> {
    tx.execute("UPDATE webhook_deliveries SET next_at = $2 WHERE id = $1", &[id.into(), until.into()])?;
    Ok(())
}

/// A line of the log.
#[derive(Clone, Debug, Serialize)]
pub(in crate::channels::webhooks) struct Logged {
    pub(in crate::channels::webhooks) id: DeliveryId,
    pub(in crate::channels::webhooks) activity: String,
    pub(in crate::channels::webhooks) request_number: String,
    pub(in crate::channels::webhooks) happened_at: Timestamp,
    pub(in crate::channels::webhooks) next_at: Option<Timestamp>,
    pub(in crate::channels::webhooks) outcome: String,
    pub(in crate::channels::webhooks) attempts: i64,
    pub(in crate::channels::webhooks) last_at: Option<Timestamp>,
    pub(in crate::channels::webhooks) last_status: Option<i64>,
}

const LOGGED: &str = "SELECT d.id AS id, d.activity AS activity, d.request_number AS request_number,
    d.happened_at AS happened_at, d.next_at AS next_at, d.outcome AS outcome,
    COALESCE(a.number, 0) AS attempts, a.at AS last_at, a.status AS last_status, d.body AS body
    FROM webhook_deliveries d LEFT JOIN webhook_attempts a ON a.delivery_id = d.id AND a.number = (
        SELECT MAX(l.number) FROM webhook_attempts l WHERE l.delivery_id = d.id)";

fn read(row: &Row<'_>) -> Result<Logged, Error> {
    Ok(Logged {
        id: row.get("id")?,
        activity: row.get("activity")?,
        request_number: row.get("request_number")?,
        happened_at: row.get("happened_at")?,
        next_at: row.get("next_at")?,
        outcome: row.get("outcome")?,
        attempts: row.get("attempts")?,
        last_at: row.get("last_at")?,
        last_status: row.get("last_status")?,
    })
}

/// The log of a receiver, newest first, before a place in it.
pub(in crate::channels::webhooks) fn log(
    r: &mut Reader,
    endpoint: WebhookId,
    (at, id): (Timestamp, DeliveryId),
    limit: i64,
) -> Result<Vec<Logged>, Error> {
    r.rows(
        &format!(
            "{LOGGED} WHERE d.endpoint_id = $1 AND (d.happened_at, d.id) < ($2, $3)
             ORDER BY d.happened_at DESC, d.id DESC LIMIT $4"
        ),
        &[endpoint.into(), at.into(), id.into(), limit.into()],
        read,
    )
}

/// One of a receiver's deliveries: its line, and what was sent.
pub(in crate::channels::webhooks) fn get(
    r: &mut Reader,
    endpoint: WebhookId,
    id: DeliveryId,
) -> Result<Option<(Logged, String)>, Error> {
    r.row(&format!("{LOGGED} WHERE d.endpoint_id = $1 AND d.id = $2"), &[endpoint.into(), id.into()], |row| {
        Ok((read(row)?, row.get("body")?))
    })
}

/// The last attempts, newest first.
pub(in crate::channels::webhooks) fn attempts(r: &mut Reader, id: DeliveryId) -> Result<Vec<Attempt>, Error> {
    r.rows(
        "SELECT at, took_ms, status, answer FROM webhook_attempts WHERE delivery_id = $1
         ORDER BY number DESC LIMIT 100",
        &[id.into()],
        |row| {
            Ok(Attempt {
                at: row.get("at")?,
                took_ms: row.get("took_ms")?,
                status: row.get("status")?,
                answer: row.get("answer")?,
            })
        },
    )
}

/// How many wait for a receiver.
pub(in crate::channels::webhooks) fn waiting(r: &mut Reader, endpoint: &Endpoint) -> Result<i64, Error> {
    r.one(
        "SELECT COUNT(*) AS n FROM webhook_deliveries WHERE endpoint_id = $1 AND next_at IS NOT NULL",
        &[endpoint.id.into()],
        |row| row.get("n"),
    )
}

/// Sends one again, under the same id. False when there is no such one.
pub(in crate::channels::webhooks) fn again(
    tx: &mut Transaction,
    endpoint: WebhookId,
    id: DeliveryId,
    now: Timestamp,
) -> Result<bool, Error> {
    let rows = tx.execute(
        "UPDATE webhook_deliveries
         SET next_at = $2, taken_at = NULL, attempts = 0, outcome = 'waiting', ended_at = NULL
         WHERE endpoint_id = $1 AND id = $3",
        &[endpoint.into(), now.into(), id.into()],
    )?;
    Ok(rows == 1)
}

/// Sends again what happened in a span, or what of it was given up.
pub(in crate::channels::webhooks) fn span_again(
    tx: &mut Transaction,
    endpoint: WebhookId,
    (from, to): (Timestamp, Timestamp),
    only_given_up: bool,
    now: Timestamp,
) -> Result<u64, Error> {
    tx.execute(
        "UPDATE webhook_deliveries
         SET next_at = $2, taken_at = NULL, attempts = 0, outcome = 'waiting', ended_at = NULL
         WHERE endpoint_id = $1 AND happened_at >= $3 AND happened_at < $4 AND ended_at IS NOT NULL
           AND (outcome = 'given_up' OR outcome = 'delivered' AND CAST($5 AS BIGINT) = 0)",
        &[endpoint.into(), now.into(), from.into(), to.into(), i64::from(only_given_up).into()],
    )
}
