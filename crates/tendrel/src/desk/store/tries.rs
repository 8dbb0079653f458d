//! Tries to look something up without signing in, so that nobody can try all numbers.

use database::{Error, Transaction};
use jiff::{SignedDuration, Timestamp};

/// Tries from one address in a quarter of an hour.
const TRIES: i64 = 20;
const WINDOW: SignedDuration = SignedDuration::from_mins(15);

/// Counts one more try from an address; false when there were too many already.
pub fn one_more(tx: &mut Transaction, address: &str, now: Timestamp) -> Result<bool, Error> {
    let subject = format!("follow:{address}");
    let since = now - WINDOW;
    tx.execute(
        "DELETE FROM sign_in_failures WHERE subject = $1 AND at < $2",
        &[(&subject).into(), since.into()],
    )?;
    let before: i64 = tx.one(
        "SELECT COUNT(*) AS tries FROM sign_in_failures WHERE subject = $1",
        &[(&subject).into()],
        |row| row.get("tries"),
    )?;
    if before >= TRIES {
        return Ok(false);
    }
    tx.execute(
        "INSERT INTO sign_in_failures (subject, at) VALUES ($1, $2)",
        &[(&subject).into(), now.into()],
    )?;
    Ok(true)
}
