//! Automatic letters that are held back because there were too many within an hour: an operator looks, and decides.

use database::{Error, Reader, Transaction};
use jiff::Timestamp;

use crate::channels::letters::store;
use crate::desk::store::letters;

/// What is held back.
#[derive(Clone, Debug, PartialEq)]
pub struct Stopped {
    pub since: Timestamp,
    pub letters: i64,
}

pub fn state(r: &mut Reader) -> Result<Option<Stopped>, Error> {
    let Some(since) = store::stopped_at(r)? else { return Ok(None) };
    Ok(Some(Stopped { since, letters: letters::stopped(r)? }))
}

/// Letters go out again; those held back are sent after all, or thrown away. Returns how many there were.
pub fn go_on(tx: &mut Transaction, send: bool, now: Timestamp) -> Result<u64, Error> {
    store::go_on(tx, now)?;
    letters::let_go(tx, send, now)
}
