//! What comparisons found, kept for the operator's page.

use database::{Error, Reader, Transaction};
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::outcome::Outcome;

/// Comparisons that are kept.
const KEPT: i64 = 30;

#[derive(Clone, Debug, PartialEq)]
pub(in crate::directory) struct Synced {
    pub(in crate::directory) at: Timestamp,
    pub(in crate::directory) was_done: bool,
    /// Why the directory could not be asked; empty when it was.
    pub(in crate::directory) fault: String,
    pub(in crate::directory) outcome: Outcome,
}

pub(super) fn keep(tx: &mut Transaction, synced: &Synced) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO people_syncs (id, at, was_done, fault, outcome) VALUES ($1, $2, $3, $4, $5)",
        &[
            Uuid::now_v7().into(),
            synced.at.into(),
            synced.was_done.into(),
            (&synced.fault).into(),
            json!(synced.outcome).to_string().into(),
        ],
    )?;
    tx.execute(
        "DELETE FROM people_syncs WHERE id NOT IN (SELECT id FROM people_syncs ORDER BY id DESC LIMIT $1)",
        &[KEPT.into()],
    )?;
    Ok(())
}

/// The last so many, the newest first.
pub(in crate::directory) fn newest(r: &mut Reader, limit: i64) -> Result<Vec<Synced>, Error> {
    r.rows(
        "SELECT at, was_done, fault, outcome FROM people_syncs ORDER BY id DESC LIMIT $1",
        &[limit.into()],
        |row| {
            let outcome: String = row.get("outcome")?;
            Ok(Synced {
                at: row.get("at")?,
                was_done: row.get("was_done")?,
                fault: row.get("fault")?,
                outcome: serde_json::from_str(&outcome).unwrap_or_default(),
            })
        },
    )
}
