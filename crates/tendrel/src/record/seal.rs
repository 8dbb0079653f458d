//! Makes checkpoints: every five minutes if anything happened, and when the program stops.

use database::{Error, Kind, Reader, Transaction};
use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::events::chain::START;
use crate::record::checkpoint::Checkpoint;
use crate::record::key::Signer;
use crate::record::store::{self, Line};
use crate::record::tree;

const EVERY: SignedDuration = SignedDuration::from_mins(5);
/// Chains that one checkpoint takes in: about a quarter of a second in which no other write happens. More get several.
const CHAINS_AT_ONCE: i64 = 5_000;
/// The same where nobody waits.
const CHAINS_AFTER_A_LOAD: i64 = 25_000;

/// Makes a checkpoint when the last is five minutes old and something happened since.
pub async fn seal_if_due(app: &App) -> Result<(), Error> {
    let now = app.clock.now();
    let is_due = move |r: &mut Reader| {
        let is_old = store::last(r)?.is_none_or(|last| now.duration_since(last.at).abs() >= EVERY);
        Ok::<_, Error>(is_old && store::is_waiting(r)?)
    };
    if app.db.read(is_due).await? { seal(app).await } else { Ok(()) }
}

/// Seals all that waits.
pub async fn seal(app: &App) -> Result<(), Error> {
    loop {
        let (signer, now) = (app.signer.clone(), app.clock.now());
        if !app.db.write(move |tx| step(tx, &signer, now, CHAINS_AT_ONCE)).await? {
            return Ok(());
        }
    }
}

/// After a history was loaded at once, by an import or the seed: tells PostgreSQL what lies in its tables, and seals it
/// before the program starts on it.
///
/// # Errors
/// Those of the database.
pub fn after_a_load(app: &App) -> Result<(), Error> {
    analyse(app)?;
    seal_blocking(app, CHAINS_AFTER_A_LOAD)?;
    analyse(app)
}

/// Without it PostgreSQL plans as if the tables were as empty as before, until it looks by itself some minutes later.
fn analyse(app: &App) -> Result<(), Error> {
    match app.db.kind() {
        Kind::Postgres => app.db.write_blocking(|tx| tx.batch("ANALYZE")),
        Kind::Sqlite => Ok(()),
    }
}

fn seal_blocking(app: &App, at_once: i64) -> Result<(), Error> {
    loop {
        let (signer, now) = (app.signer.clone(), app.clock.now());
        if !app.db.write_blocking(move |tx| step(tx, &signer, now, at_once))? {
            return Ok(());
        }
    }
}

/// One checkpoint. False when nothing waits.
fn step(tx: &mut Transaction, signer: &Signer, now: Timestamp, at_once: i64) -> Result<bool, Error> {
    // Several nodes make one after the other.
    tx.lock("checkpoint")?;
    let lines = store::waiting(tx, at_once)?;
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return Ok(false) };
    let mut sound: Vec<&Line> = Vec::new();
    for chain in lines.chunk_by(|a, b| a.subject_id == b.subject_id) {
        let Some(last) = chain.last() else { continue };
        match fault(chain) {
            None => sound.push(last),
            Some(reason) => {
                tracing::error!(subject = %last.subject_id, number = last.request, "the record was altered: {reason}");
                store::break_chain(tx, last, &reason, now)?;
            }
        }
    }
    if !sound.is_empty() {
        let touched = store::seal_chains(tx, &sound)?;
        store::renew_buckets(tx, &touched)?;
        let (buckets, sums) = store::stored_buckets(tx)?;
        let before = store::last(tx)?;
        let checkpoint = Checkpoint::sign(signer, before.as_ref(), now, tree::root(&buckets), sums);
        store::insert(tx, &checkpoint)?;
    }
    store::no_longer_waiting(tx, first.subject_id, last.subject_id)?;
    Ok(true)
}

/// Why these events do not continue what was sealed; they begin with the event at which the chain was sealed.
fn fault(chain: &[Line]) -> Option<String> {
    let first = chain.first()?;
    let (mut number, mut hash, new) = match first.sealed {
        Some((number, hash)) if first.number == number && first.hash == hash => (number, hash, &chain[1..]),
        Some((number, _)) => return Some(format!("event {number} is not the one that was sealed")),
        None => (0, START, chain),
    };
    for line in new {
        number += 1;
        if line.number != number {
            return Some(format!("event {number} is missing"));
        }
        if line.computed(&hash, number) != line.hash {
            return Some(format!("event {number} does not follow from the one before"));
        }
        hash = line.hash;
    }
    None
}
