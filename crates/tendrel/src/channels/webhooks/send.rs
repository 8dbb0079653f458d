//! Sends what waits, to several receivers at once, to each one after the other.

use axum::http::{Request, header};
use database::{Error, Transaction};
use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::time::{Duration, Instant};

use crate::app::App;
use crate::channels::webhooks::delivery::{Outcome, next_try};
use crate::channels::webhooks::endpoint::{Endpoint, Off};
use crate::channels::webhooks::store::deliveries::{self, Attempt, Taken};
use crate::channels::webhooks::{signature, store};
use crate::desk::store::notices;
use crate::events::{self, Actor};
use crate::id::WebhookId;
use crate::problem::Problem;

/// Receivers at once, and deliveries and time of one in a round: a slow one holds up the others for no longer.
const AT_ONCE: usize = 8;
const IN_A_ROUND: usize = 50;
const ROUND: Duration = Duration::from_secs(20);
/// Longer than sending one may take: who had it since then died.
const STALE: SignedDuration = SignedDuration::from_secs(60);
/// Bytes of an answer that are kept.
const ANSWER: usize = 1_024;

/// # Errors
/// When the database refuses.
pub(super) async fn send_due(app: &App) -> Result<(), Problem> {
    let now = app.clock.now();
    let due = app.db.read(move |r| deliveries::due(r, now)).await?;
    let turns = stream::iter(due).map(|endpoint| turn(app, endpoint)).buffer_unordered(AT_ONCE);
    turns.fold(Ok(()), |so_far, turn| async move { so_far.and(turn) }).await
}

/// One receiver's turn; it ends when it fails, for then the next would too.
async fn turn(app: &App, id: WebhookId) -> Result<(), Problem> {
    let begun = Instant::now();
    for _ in 0..IN_A_ROUND {
        let now = app.clock.now();
        let taken = app.db.write(move |tx| {
            let taken = deliveries::take(tx, id, now, now - STALE)?;
            Ok::<_, Error>(store::get(tx, id)?.zip(taken))
        });
        let Some((endpoint, taken)) = taken.await? else { return Ok(()) };
        if taken.is_confidential {
            app.db.write(move |tx| deliveries::end(tx, taken.id, Outcome::Withheld, now)).await?;
            continue;
        }
        let attempt = send(app, &endpoint, &taken, now).await;
        let is_done = is_taken(&attempt);
        let (app_, after) = (app.clone(), app.clock.now());
        app.db.write(move |tx| mark(tx, &app_, &endpoint, (&taken, now), &attempt, after)).await?;
        if !is_done || begun.elapsed() > ROUND {
            return Ok(());
        }
    }
    Ok(())
}

fn is_taken(attempt: &Attempt) -> bool {
    attempt.status.is_some_and(|status| (200..300).contains(&status))
}

pub(super) async fn send(app: &App, endpoint: &Endpoint, taken: &Taken, now: Timestamp) -> Attempt {
    let begun = Instant::now();
    let answer = match request(app, endpoint, taken, now) {
        Ok(request) => app.outbound.send_to_typed(request, ANSWER).await.map_err(|error| error.to_string()),
        Err(why) => Err(why),
    };
    let took_ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    match answer {
        Ok((status, first)) => {
            Attempt { at: now, took_ms, status: Some(status.into()), answer: legible(&first) }
        }
        Err(why) => Attempt { at: now, took_ms, status: None, answer: why },
    }
}

fn request(
    app: &App,
    endpoint: &Endpoint,
    taken: &Taken,
    now: Timestamp,
) -> Result<Request<Vec<u8>>, String> {
    if endpoint.url.starts_with("http://") && !app.settings.webhooks.allow_http {
        return Err("http:// is not allowed: see allow_http in the settings".to_owned());
    }
    let secrets = endpoint.secrets(&app.vault, now).map_err(|locked| locked.to_string())?;
    let id = format!("msg_{}", taken.id.uuid().simple());
    Request::post(&endpoint.url)
        .header(header::CONTENT_TYPE, "application/json")
        .header("webhook-signature", signature::signatures(&secrets, &id, now, &taken.body))
        .header("webhook-timestamp", now.as_second().to_string())
        .header("webhook-id", id)
        .body(taken.body.clone().into_bytes())
        .map_err(|error| error.to_string())
}

/// An answer as text that both databases keep.
fn legible(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// Notes what came of it, and what follows from that.
fn mark(
    tx: &mut Transaction,
    app: &App,
    endpoint: &Endpoint,
    (taken, taken_at): (&Taken, Timestamp),
    attempt: &Attempt,
    now: Timestamp,
) -> Result<(), Error> {
    if !deliveries::note(tx, taken, taken_at, attempt)? {
        return Ok(());
    }
    if is_taken(attempt) {
        deliveries::end(tx, taken.id, Outcome::Delivered, now)?;
        return store::works(tx, endpoint.id, now);
    }
    match next_try(taken.attempts + 1, now) {
        Some(next) => deliveries::wait(tx, taken.id, next)?,
        None => deliveries::end(tx, taken.id, Outcome::GivenUp, now)?,
    }
    let (failures, since) = store::fails(tx, endpoint.id, now)?;
    let limits = &app.settings.webhooks;
    if attempt.status == Some(410) {
        switch_off(tx, endpoint, Off::Gone, failures, now)
    } else if failures >= limits.pause_after_failures && now.duration_since(since) >= limits.pause_after() {
        switch_off(tx, endpoint, Off::Failures, failures, now)
    } else {
        Ok(())
    }
}

/// Says so in the record and to whoever made it.
fn switch_off(
    tx: &mut Transaction,
    endpoint: &Endpoint,
    why: Off,
    failures: i64,
    now: Timestamp,
) -> Result<(), Error> {
    if !store::switch_off(tx, endpoint.id, why, now)? {
        return Ok(());
    }
    let detail = json!({ "why": why.code(), "failures": failures });
    events::note(tx, "webhook", endpoint.id.uuid(), Actor::program(), "switched_off", detail, now)?;
    let kind = if why == Off::Gone { "webhook_gone" } else { "webhook_paused" };
    notices::tell_in_words(tx, vec![endpoint.made_by], kind, &endpoint.name, now)
}
