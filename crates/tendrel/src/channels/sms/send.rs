//! Hands messages to the gateway, one after the other, at its pace and with growing pauses after failures.
//!
//! A message goes once, unless the program dies between the gateway's yes and writing that down, or the answer is lost on
//! the way: then it goes again after a minute under the same id, and arrives twice where the gateway does not know ids.

use database::Transaction;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::app::App;
use crate::channels::letters::limits::pause;
use crate::channels::letters::store::operators;
use crate::channels::sms::gateway::Places;
use crate::channels::sms::say::address;
use crate::channels::sms::store::{self, Stored};
use crate::channels::sms::words;
use crate::desk::notices as looks_after;
use crate::desk::store as cases;
use crate::desk::store::sms::{self, Sms, Why};
use crate::desk::store::{letters, notices};
use crate::events::{self, Actor};
use crate::frame::languages::Language;
use crate::mobile::hidden;
use crate::problem::Problem;

/// Messages of one round; the rest waits for the next.
const A_ROUND: usize = 50;
/// Attempts after which a message is given up.
const TRIES: i64 = 8;
/// Failures in a row after which operators are told.
pub(super) const PAUSE_AFTER: i64 = 10;
/// What was not sent by then helps nobody.
const TOO_OLD: SignedDuration = SignedDuration::from_hours(36);
/// Bytes of an answer that are read, and letters of it that are kept.
const ANSWER: usize = 2_048;
const KEPT: usize = 200;

/// What came of handing a message over.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outcome {
    Sent(String),
    /// It says no to this message.
    No(Why, String),
    /// It says no for now.
    Later(String),
    /// It does not answer.
    Away(String),
}

impl Outcome {
    pub(super) fn answer(&self) -> &str {
        match self {
            Outcome::Sent(answer)
            | Outcome::No(_, answer)
            | Outcome::Later(answer)
            | Outcome::Away(answer) => answer,
        }
    }
}

enum Next {
    Nothing,
    /// This one is not sent; there may be others.
    Over,
    Ready(Box<(Stored, Sms, String)>),
}

/// # Errors
/// When the database refuses.
pub(super) async fn round(app: &App) -> Result<(), Problem> {
    for _ in 0..A_ROUND {
        let (own, now) = (app.clone(), app.clock.now());
        match app.db.write(move |tx| next(tx, &own, now)).await? {
            Next::Nothing => return Ok(()),
            Next::Over => {}
            Next::Ready(ready) => {
                let (stored, sms, text) = *ready;
                let outcome = hand_over(app, &stored, &sms, &text).await;
                let now = app.clock.now();
                app.db.write(move |tx| mark(tx, &sms, &outcome, now)).await?;
            }
        }
    }
    Ok(())
}

fn next(tx: &mut Transaction, app: &App, now: Timestamp) -> Result<Next, Problem> {
    // Two nodes never ask the gateway at once, or its pace would be twice what it can.
    tx.lock("sms")?;
    let Some(stored) = store::on(tx)? else { return Ok(Next::Nothing) };
    if stored.is_stopped() || stored.next_at > now {
        return Ok(Next::Nothing);
    }
    let Some(sms) = sms::take(tx, now)? else { return Ok(Next::Nothing) };
    if now.duration_since(sms.made_at) > TOO_OLD {
        sms::failed(tx, sms.id, Why::TooOld, &sms.answer, now)?;
        return Ok(Next::Over);
    }
    let step = SignedDuration::from_millis(60_000 / stored.gateway.a_minute.max(1));
    store::wait(tx, stored.next_at.max(now - store::BURST) + step)?;
    let text = text_of(tx, app, &sms, now)?;
    Ok(Next::Ready(Box::new((stored, sms, text))))
}

/// The words as they travel, with the secret link, which is made now and stands nowhere else. A request that became
/// confidential meanwhile is not spoken of.
fn text_of(tx: &mut Transaction, app: &App, sms: &Sms, now: Timestamp) -> Result<String, Problem> {
    let request = match sms.request {
        Some(id) => cases::by_id(tx, id)?,
        None => None,
    };
    let Some(request) = request else { return Ok(sms.words.clone()) };
    if request.confidential {
        let language = Language::from_code(&sms.language).unwrap_or(Language::English);
        return Ok(words::veiled(language, app.settings.show_unreviewed, &request.number));
    }
    if !sms.words.contains(words::LINK) {
        return Ok(sms.words.clone());
    }
    let secret = letters::make_short_link(tx, request.id, now)?;
    Ok(words::with_link(&sms.words, &address(app, &secret)))
}

/// Asks the gateway once.
pub(super) async fn hand_over(app: &App, stored: &Stored, sms: &Sms, text: &str) -> Outcome {
    let gateway = &stored.gateway;
    let secret = match stored.open_secret(&app.vault) {
        Ok(secret) => secret,
        Err(locked) => return Outcome::Away(locked),
    };
    let places = Places { to: &sms.phone, text, id: sms.id, sender: &gateway.sender, secret: &secret };
    if gateway.url.starts_with("http://") && !app.settings.webhooks.allow_http {
        return Outcome::Away("http:// is not allowed: see allow_http in the settings".to_owned());
    }
    let request = match gateway.request(&places) {
        Ok(request) => request,
        Err(why) => return Outcome::Away(why),
    };
    match app.outbound.send_to_typed(request, ANSWER).await {
        Ok((status, first)) => {
            judged(status, &legible(&first, &places, &gateway.country), &gateway.answer_holds)
        }
        Err(error) => Outcome::Away(legible(error.to_string().as_bytes(), &places, &gateway.country)),
    }
}

fn judged(status: u16, answer: &str, holds: &str) -> Outcome {
    let told: String = format!("{status} {answer}").trim().chars().take(KEPT).collect();
    match status {
        200..300 if answer.contains(holds) => Outcome::Sent(told),
        200..300 => Outcome::No(Why::NotTaken, told),
        408 | 425 | 429 | 500.. => Outcome::Later(told),
        _ => Outcome::No(Why::Refused, told),
    }
}

/// An answer as text that both databases keep. What a gateway repeats of the message is not shown: the secret, the words
/// with their link, and the number but for its end.
fn legible(bytes: &[u8], places: &Places<'_>, country: &str) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let end = hidden(places.to);
    let own = places.to.strip_prefix(country).unwrap_or(places.to);
    for (repeated, shown) in [(places.secret, "***"), (places.text, "…"), (places.to, &end), (own, &end)] {
        if !repeated.is_empty() {
            clean = clean.replace(repeated, shown);
        }
    }
    clean
}

/// Writes down what came of it, and what follows from that.
pub(super) fn mark(
    tx: &mut Transaction,
    sms: &Sms,
    outcome: &Outcome,
    now: Timestamp,
) -> Result<(), Problem> {
    match outcome {
        Outcome::Sent(answer) => {
            sms::sent(tx, sms.id, answer, now)?;
            return Ok(store::works(tx)?);
        }
        Outcome::No(why, answer) => over(tx, sms, *why, answer, now)?,
        Outcome::Later(answer) if sms.attempts >= TRIES => over(tx, sms, Why::GivenUp, answer, now)?,
        Outcome::Later(answer) => {
            sms::put_off(tx, sms.id, now + pause(sms.attempts), sms.attempts, answer)?;
        }
        // It says nothing about the message, which is no nearer to its end.
        Outcome::Away(answer) => sms::put_off(tx, sms.id, now, sms.attempts - 1, answer)?,
    }
    let refuses = matches!(outcome, Outcome::No(..));
    let failures = store::fails(tx, refuses)?;
    if !refuses {
        store::wait(tx, now + pause(failures))?;
    }
    if failures >= PAUSE_AFTER && store::pause(tx, now)? {
        tracing::error!("the SMS gateway failed {failures} times in a row; the page SMS shows its answers");
        let detail = json!({ "failures": failures, "refuses": refuses });
        events::note(tx, "sms", store::GATEWAY, Actor::program(), "paused", detail, now)?;
        let operators = operators(tx, now)?;
        notices::tell_in_words(tx, operators, "sms_paused", "", now)?;
    }
    Ok(())
}

/// It is not sent any more: whoever looks after the case telephones.
fn over(tx: &mut Transaction, sms: &Sms, why: Why, answer: &str, now: Timestamp) -> Result<(), Problem> {
    sms::failed(tx, sms.id, why, answer, now)?;
    let request = sms.request.map(|id| cases::by_id(tx, id)).transpose()?.flatten();
    let Some(request) = request else { return Ok(()) };
    let people = looks_after::who_looks_after(tx, &request, now)?;
    Ok(notices::tell(tx, &people, "sms_failed", &request, now)?)
}
