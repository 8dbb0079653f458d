//! What is asked of the tables of receivers.

pub(super) mod deliveries;
pub(super) mod happenings;

use database::{Error, Reader, Row, Transaction};
use jiff::Timestamp;

use crate::channels::webhooks::access::Reach;
use crate::channels::webhooks::endpoint::{Endpoint, Off, OldSecret};
use crate::id::WebhookId;
use crate::vault::{Sealed, Vault};

/// Receivers of one installation; more would be a mistake, and each costs a look at the events every two seconds.
pub(super) const LIMIT: i64 = 100;

const ENDPOINT: &str = "SELECT w.id AS id, w.name AS name, w.url AS url, w.unit_id AS unit_id, w.activities AS activities,
    w.made_by AS made_by, p.name AS made_by_name, w.made_at AS made_at, w.version AS version, w.secret AS secret,
    w.key_name AS key_name, w.old_secret AS old_secret, w.old_key_name AS old_key_name, w.old_until AS old_until,
    w.off_at AS off_at, w.off_why AS off_why, w.read_to AS read_to, w.failures AS failures,
    w.failing_since AS failing_since
    FROM webhook_endpoints w JOIN persons p ON p.id = w.made_by";

fn read(row: &Row<'_>) -> Result<Endpoint, Error> {
    let old: (Option<Vec<u8>>, Option<String>, Option<Timestamp>) =
        (row.get("old_secret")?, row.get("old_key_name")?, row.get("old_until")?);
    let old_secret = match old {
        (Some(bytes), Some(key_name), Some(until)) => {
            Some(OldSecret { sealed: Sealed { key_name, bytes }, until })
        }
        _ => None,
    };
    let off_at: Option<Timestamp> = row.get("off_at")?;
    let off_why: String = row.get("off_why")?;
    let activities: String = row.get("activities")?;
    Ok(Endpoint {
        id: row.get("id")?,
        name: row.get("name")?,
        url: row.get("url")?,
        unit: row.get("unit_id")?,
        activities: activities.split(' ').map(str::to_owned).collect(),
        made_by: row.get("made_by")?,
        made_by_name: row.get("made_by_name")?,
        made_at: row.get("made_at")?,
        version: row.get("version")?,
        secret: Sealed { key_name: row.get("key_name")?, bytes: row.get("secret")? },
        old_secret,
        off: off_at.map(|at| (Off::from_code(&off_why).unwrap_or(Off::ByHand), at)),
        read_to: row.get("read_to")?,
        failures: row.get("failures")?,
        failing_since: row.get("failing_since")?,
    })
}

/// Those in somebody's reach, by name.
pub(super) fn list(r: &mut Reader, reach: &Reach) -> Result<Vec<Endpoint>, Error> {
    let mut all = r.rows(&format!("{ENDPOINT} ORDER BY w.name, w.id LIMIT $1"), &[LIMIT.into()], read)?;
    all.retain(|endpoint| reach.holds(endpoint.unit));
    Ok(all)
}

/// Those that are on.
pub(super) fn on(r: &mut Reader) -> Result<Vec<Endpoint>, Error> {
    r.rows(&format!("{ENDPOINT} WHERE w.off_at IS NULL ORDER BY w.id LIMIT $1"), &[LIMIT.into()], read)
}

pub(super) fn get(r: &mut Reader, id: WebhookId) -> Result<Option<Endpoint>, Error> {
    r.row(&format!("{ENDPOINT} WHERE w.id = $1"), &[id.into()], read)
}

pub(super) fn count(r: &mut Reader) -> Result<i64, Error> {
    r.one("SELECT COUNT(*) AS n FROM webhook_endpoints", &[], |row| row.get("n"))
}

pub(super) fn insert(tx: &mut Transaction, endpoint: &Endpoint) -> Result<(), Error> {
    let Endpoint {
        id,
        name,
        url,
        unit,
        activities,
        made_by,
        made_by_name: _,
        made_at,
        version,
        secret,
        old_secret: _,
        off: _,
        read_to,
        failures,
        failing_since: _,
    } = endpoint;
    tx.execute(
        "INSERT INTO webhook_endpoints (id, name, url, unit_id, activities, made_by, made_at, version, secret, key_name,
         off_why, read_to, failures) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', $11, $12)",
        &[
            (*id).into(),
            name.into(),
            url.into(),
            (*unit).into(),
            activities.join(" ").into(),
            (*made_by).into(),
            made_at.into(),
            (*version).into(),
            secret.bytes.as_slice().into(),
            (&secret.key_name).into(),
            read_to.into(),
            (*failures).into(),
        ],
    )?;
    Ok(())
}

/// Writes what a form changes. False when somebody else saved first.
pub(super) fn change(tx: &mut Transaction, changed: &Endpoint, before: i64) -> Result<bool, Error> {
    let Endpoint { id, name, url, unit, activities, .. } = changed;
    let rows = tx.execute(
        "UPDATE webhook_endpoints SET name = $3, url = $4, unit_id = $5, activities = $6, version = version + 1
         WHERE id = $1 AND version = $2",
        &[
            (*id).into(),
            before.into(),
            name.into(),
            url.into(),
            (*unit).into(),
            activities.join(" ").into(),
        ],
    )?;
    Ok(rows == 1)
}

/// The new secret signs from now on, the one before too until an instant.
pub(super) fn rotate(
    tx: &mut Transaction,
    id: WebhookId,
    secret: &Sealed,
    old_until: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "UPDATE webhook_endpoints SET old_secret = secret, old_key_name = key_name, old_until = $4, secret = $2,
         key_name = $3 WHERE id = $1",
        &[id.into(), secret.bytes.as_slice().into(), (&secret.key_name).into(), old_until.into()],
    )?;
    Ok(())
}

/// Switches one off that is on; false when it was off.
pub(super) fn switch_off(
    tx: &mut Transaction,
    id: WebhookId,
    why: Off,
    now: Timestamp,
) -> Result<bool, Error> {
    let rows = tx.execute(
        "UPDATE webhook_endpoints SET off_at = $2, off_why = $3 WHERE id = $1 AND off_at IS NULL",
        &[id.into(), now.into(), why.code().into()],
    )?;
    Ok(rows == 1)
}

/// Switches one on that is off. With `from` it is not told what happened before.
pub(super) fn switch_on(tx: &mut Transaction, id: WebhookId, from: Option<Timestamp>) -> Result<bool, Error> {
    let rows = tx.execute(
        "UPDATE webhook_endpoints SET off_at = NULL, off_why = '', failures = 0, failing_since = NULL,
         read_to = COALESCE(CAST($2 AS BIGINT), read_to) WHERE id = $1 AND off_at IS NOT NULL",
        &[id.into(), from.into()],
    )?;
    Ok(rows == 1)
}

/// Takes one away with its log.
pub(super) fn remove(tx: &mut Transaction, id: WebhookId) -> Result<(), Error> {
    tx.execute("DELETE FROM webhook_endpoints WHERE id = $1", &[id.into()])?;
    Ok(())
}

/// The events before were looked through.
pub(super) fn move_on(tx: &mut Transaction, id: WebhookId, read_to: Timestamp) -> Result<(), Error> {
    tx.execute(
        "UPDATE webhook_endpoints SET read_to = $2 WHERE id = $1 AND read_to < $2",
        &[id.into(), read_to.into()],
    )?;
    Ok(())
}

/// It took something: what waited for its return is sent now.
pub(super) fn works(tx: &mut Transaction, id: WebhookId, now: Timestamp) -> Result<(), Error> {
    let failed = tx.execute(
        "UPDATE webhook_endpoints SET failures = 0, failing_since = NULL WHERE id = $1 AND failures > 0",
        &[id.into()],
    )?;
    if failed == 1 {
        tx.execute(
            "UPDATE webhook_deliveries SET next_at = $2 WHERE endpoint_id = $1 AND next_at > $2",
            &[id.into(), now.into()],
        )?;
    }
    Ok(())
}

/// It failed. How often in a row, and since when.
pub(super) fn fails(tx: &mut Transaction, id: WebhookId, now: Timestamp) -> Result<(i64, Timestamp), Error> {
    tx.one(
        "UPDATE webhook_endpoints SET failures = failures + 1, failing_since = COALESCE(failing_since, $2)
         WHERE id = $1 RETURNING failures, failing_since",
        &[id.into(), now.into()],
        |row| Ok((row.get("failures")?, row.get("failing_since")?)),
    )
}

/// Seals all secrets by the first key of the vault. Returns how many were, and how many do not open.
pub fn seal_again(tx: &mut Transaction, vault: &Vault) -> Result<(usize, usize), Error> {
    let endpoints = tx.rows(&format!("{ENDPOINT} ORDER BY w.id"), &[], read)?;
    let (mut sealed, mut locked) = (0, 0);
    for endpoint in endpoints {
        let place = endpoint.id.uuid();
        let again = |old: &Sealed| {
            vault.open(place.as_bytes(), old).and_then(|open| vault.seal(place.as_bytes(), &open))
        };
        let (new, old) =
            (again(&endpoint.secret), endpoint.old_secret.as_ref().map(|old| again(&old.sealed)));
        let (Ok(new), Ok(old)) = (new, old.transpose()) else {
            locked += 1;
            continue;
        };
        let (old_bytes, old_key) = old.map(|old| (old.bytes, old.key_name)).unzip();
        tx.execute(
            "UPDATE webhook_endpoints SET secret = $2, key_name = $3, old_secret = $4, old_key_name = $5 WHERE id = $1",
            &[endpoint.id.into(), new.bytes.into(), new.key_name.into(), old_bytes.into(), old_key.into()],
        )?;
        sealed += 1;
    }
    Ok((sealed, locked))
}
