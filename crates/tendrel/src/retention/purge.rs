//! What is removed from the tables goes from the disk too.

use database::{Error, Kind, Reader, Transaction};
use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::problem::Problem;
use crate::retention::store;

/// Pages of the search index that are merged in one transaction, and how often in a run at most.
const MERGE: &str = "INSERT INTO search_index (search_index, rank) VALUES ('merge', -400)";
const MERGES: usize = 500;

/// A file that was brought so short a time ago may be one that a form is about to speak of.
const MAY_BE_ON_ITS_WAY: SignedDuration = SignedDuration::from_hours(1);

/// Removes stored files that no record speaks of any more. One that was just brought again stays.
pub(super) fn files(app: &App, hashes: &[Vec<u8>]) -> Result<(), Problem> {
    let before = app.clock.now() - MAY_BE_ON_ITS_WAY;
    for hash in hashes {
        remove(app, hash, before)?;
    }
    Ok(())
}

/// Removes files that were brought before an instant and that no record took. Returns how many.
pub(super) fn uploads(app: &App, before: Timestamp) -> Result<i64, Problem> {
    let mut removed = 0;
    for hash in app.files.stored_before(before)? {
        removed += i64::from(remove(app, &hash, before)?);
    }
    Ok(removed)
}

pub(super) fn uploads_due(app: &App, r: &mut Reader, before: Timestamp) -> Result<i64, Error> {
    let stored = app.files.stored_before(before).map_err(|error| Error::Unavailable(error.to_string()))?;
    let mut due = 0;
    for hash in stored {
        due += i64::from(!store::is_spoken_of(r, &hash)?);
    }
    Ok(due)
}

fn remove(app: &App, hash: &[u8], before: Timestamp) -> Result<bool, Problem> {
    let asked = hash.to_owned();
    if app.db.read_blocking(move |r| store::is_spoken_of(r, &asked))? {
        return Ok(false);
    }
    Ok(app.files.remove(hash, before)?)
}

/// From now on this connection writes zeros over what it deletes, pages that become free included.
pub(super) fn zero_what_goes(tx: &mut Transaction) -> Result<(), Error> {
    if tx.kind() == Kind::Sqlite { tx.batch("PRAGMA secure_delete = ON") } else { Ok(()) }
}

/// Writes over what deleted rows leave in the file of the embedded database. PostgreSQL's own vacuum does that.
pub(super) fn overwrite(app: &App) -> Result<(), Problem> {
    if app.db.kind() == Kind::Postgres {
        return Ok(());
    }
    // The words of a document that was replaced stay in the index until its parts are merged.
    for _ in 0..MERGES {
        let merge = |tx: &mut Transaction| {
            zero_what_goes(tx)?;
            tx.execute(MERGE, &[])
        };
        if app.db.write_blocking::<_, Error, _>(merge)? == 0 {
            break;
        }
    }
    Ok(())
}
