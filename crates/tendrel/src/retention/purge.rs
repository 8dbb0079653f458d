//! What is removed from the tables goes from the disk too.

use database::{Error, Kind, Transaction};
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
    remove(app, hashes, app.clock.now() - MAY_BE_ON_ITS_WAY).map(drop)
}

/// Removes files that were brought before an instant and that no record took. Returns how many.
pub(super) fn uploads(app: &App, before: Timestamp) -> Result<i64, Problem> {
    remove(app, &app.files.stored_before(before)?, before)
}

/// How many `uploads` would remove. Walks through all stored files: not for a page.
pub(super) fn uploads_due(app: &App, before: Timestamp) -> Result<i64, Problem> {
    let mut due = 0;
    for part in app.files.stored_before(before)?.chunks(store::FILES) {
        due += unspoken(app, part)?.len();
    }
    Ok(i64::try_from(due).unwrap_or(i64::MAX))
}

fn remove(app: &App, hashes: &[Vec<u8>], before: Timestamp) -> Result<i64, Problem> {
    let mut removed = 0;
    for part in hashes.chunks(store::FILES) {
        for hash in unspoken(app, part)? {
            removed += i64::from(app.files.remove(&hash, before)?);
        }
    }
    Ok(removed)
}

fn unspoken(app: &App, hashes: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, Problem> {
    let hashes = hashes.to_vec();
    Ok(app.db.read_blocking::<_, Error, _>(move |r| store::unspoken(r, &hashes))?)
}

/// Writes zeros over what `f` deletes from the embedded database, pages that become free included.
pub(super) fn zeroed<T>(
    tx: &mut Transaction,
    f: impl FnOnce(&mut Transaction) -> Result<T, Problem>,
) -> Result<T, Problem> {
    if tx.kind() == Kind::Postgres {
        return f(tx);
    }
    tx.batch("PRAGMA secure_delete = ON")?;
    let done = f(tx);
    // The connection goes on with everybody's work, for which zeros would be written in vain.
    tx.batch("PRAGMA secure_delete = OFF")?;
    done
}

/// Writes over what deleted rows leave in the file of the embedded database. PostgreSQL's own vacuum does that.
pub(super) fn overwrite(app: &App) -> Result<(), Problem> {
    if app.db.kind() == Kind::Postgres {
        return Ok(());
    }
    // The words of a document that was replaced stay in the index until its parts are merged.
    for _ in 0..MERGES {
        let merge = |tx: &mut Transaction| zeroed(tx, |tx| Ok(tx.execute(MERGE, &[])?));
        if app.db.write_blocking(merge)? == 0 {
            break;
        }
    }
    Ok(())
}
