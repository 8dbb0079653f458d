//! Makes checkpoints: every five minutes if anything happened, and when the program stops.

use database::{Error, Reader, Transaction};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::app::App;
use crate::events::chain::START;
use crate::record::checkpoint::Checkpoint;
use crate::record::key::Signer;
use crate::record::store::{self, Line};
use crate::record::tree;

const EVERY: SignedDuration = SignedDuration::from_mins(5);
/// Chains that one checkpoint takes in: about a quarter of a second in which no other write happens. More get several.
const CHAINS_AT_ONCE: i64 = 5_000;

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
        if !app.db.write(move |tx| step(tx, &signer, now)).await? {
            return Ok(());
        }
    }
}

/// The same for a command that nobody else waits for: what an import or the seed brought is sealed before the program
/// starts on it.
pub fn seal_blocking(app: &App) -> Result<(), Error> {
    loop {
        let (signer, now) = (app.signer.clone(), app.clock.now());
        if !app.db.write_blocking(move |tx| step(tx, &signer, now))? {
            return Ok(());
        }
    }
}

/// One checkpoint. False when nothing waits.
fn step(tx: &mut Transaction, signer: &Signer, now: Timestamp) -> Result<bool, Error> {
    // Several nodes make one after the other.
    tx.lock("checkpoint")?;
    let lines = store::waiting(tx, CHAINS_AT_ONCE)?;
    let mut ends: Vec<(Uuid, i64)> = Vec::new();
    let mut sound: Vec<&Line> = Vec::new();
    for chain in lines.chunk_by(|a, b| a.subject_id == b.subject_id) {
        let Some(last) = chain.last() else { continue };
        ends.push((last.subject_id, last.number));
        match fault(chain) {
            None => sound.push(last),
            Some(reason) => {
                tracing::error!(subject = %last.subject_id, number = last.request, "the record was altered: {reason}");
                store::break_chain(tx, last, &reason, now)?;
            }
        }
    }
    if ends.is_empty() {
        return Ok(false);
    }
    store::no_longer_waiting(tx, &ends)?;
    if !sound.is_empty() {
        store::seal_chains(tx, &sound)?;
        store::renew_buckets(tx)?;
        let (buckets, sums) = store::stored_buckets(tx)?;
        let before = store::last(tx)?;
        let checkpoint = Checkpoint::sign(signer, before.as_ref(), now, tree::root(&buckets), sums);
        store::insert(tx, &checkpoint)?;
    }
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
