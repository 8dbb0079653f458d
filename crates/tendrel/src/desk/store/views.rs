//! Which lists somebody may look at, and the views they saved.

use database::{Error, Reader, Transaction, Value};

use crate::desk::store::named::veiled_counter;
use crate::id::{AccountId, OrganisationId, SavedViewId, ServiceId};

/// Views that one person may keep.
pub const VIEWS_LIMIT: i64 = 20;

/// The units in or below these organisations.
pub fn units_below(r: &mut Reader, scopes: &[OrganisationId]) -> Result<Vec<OrganisationId>, Error> {
    let mut units = Vec::new();
    for scope in scopes {
        units.extend(r.rows(
            "SELECT u.organisation_id AS id FROM units u
             JOIN organisation_ancestors a ON a.organisation_id = u.organisation_id WHERE a.ancestor_id = $1",
            &[(*scope).into()],
            |row| row.get::<OrganisationId>("id"),
        )?);
    }
    units.sort_unstable();
    units.dedup();
    Ok(units)
}

/// A kept number of a unit, with what is confidential of these services.
pub fn counter(r: &mut Reader, owner: OrganisationId, name: &str, named: &[ServiceId]) -> Result<i64, Error> {
    let mut values: Vec<Value<'_>> = vec![owner.into(), name.into()];
    values.extend(named.iter().map(|service| veiled_counter(name, *service).into()));
    let places: Vec<String> = (2..=values.len()).map(|place| format!("${place}")).collect();
    let sql = format!(
        "SELECT CAST(COALESCE(SUM(value), 0) AS BIGINT) AS value FROM counters
         WHERE owner_id = $1 AND name IN ({})",
        places.join(", ")
    );
    r.one(&sql, &values, |row| row.get("value"))
}

pub fn office_name(r: &mut Reader, office: OrganisationId) -> Result<Option<String>, Error> {
    r.row("SELECT name FROM organisations WHERE id = $1", &[office.into()], |row| row.get("name"))
}

/// Saves a view under a name, in place of one that had it. False when there are too many.
pub fn save(
    tx: &mut Transaction,
    id: SavedViewId,
    account: AccountId,
    name: &str,
    query: &str,
) -> Result<bool, Error> {
    let renewed = tx.execute(
        "UPDATE saved_views SET query = $3 WHERE account_id = $1 AND name = $2",
        &[account.into(), name.into(), query.into()],
    )?;
    if renewed > 0 {
        return Ok(true);
    }
    let kept: i64 =
        tx.one("SELECT COUNT(*) AS kept FROM saved_views WHERE account_id = $1", &[account.into()], |row| {
            row.get("kept")
        })?;
    if kept >= VIEWS_LIMIT {
        return Ok(false);
    }
    tx.execute(
        "INSERT INTO saved_views (id, account_id, name, query) VALUES ($1, $2, $3, $4)",
        &[id.into(), account.into(), name.into(), query.into()],
    )?;
    Ok(true)
}

/// Only one's own; false when it is not.
pub fn delete(tx: &mut Transaction, account: AccountId, id: SavedViewId) -> Result<bool, Error> {
    let deleted = tx
        .execute("DELETE FROM saved_views WHERE id = $1 AND account_id = $2", &[id.into(), account.into()])?;
    Ok(deleted > 0)
}
