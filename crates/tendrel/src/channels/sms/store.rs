//! The one gateway, with its secret, and how it does.

use database::{Error, Reader, Transaction};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::channels::sms::gateway::Gateway;
use crate::mobile::Numbers;
use crate::problem::Problem;
use crate::vault::{Sealed, Vault};

/// What the record says of the gateway stands under this.
pub(super) const GATEWAY: Uuid = Uuid::from_u128(0x736d_7300);
/// So long a gateway may have been asked less than its pace allows, to be asked at once now.
pub(super) const BURST: SignedDuration = SignedDuration::from_secs(20);
/// In the vault its secret opens here only.
const PLACE: &[u8] = b"sms gateway";

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stored {
    pub(super) version: i64,
    pub(super) is_on: bool,
    pub(super) gateway: Gateway,
    pub(super) secret: Option<Sealed>,
    pub(super) next_at: Timestamp,
    pub(super) failures: i64,
    pub(super) refuses: bool,
    pub(super) paused_at: Option<Timestamp>,
}

impl Stored {
    /// It said no so often that nothing is sent until somebody looked.
    pub(super) fn is_stopped(&self) -> bool {
        self.refuses && self.paused_at.is_some()
    }

    /// # Errors
    /// When the key that sealed it is missing.
    pub(super) fn open_secret(&self, vault: &Vault) -> Result<String, String> {
        let Some(sealed) = &self.secret else { return Ok(String::new()) };
        let bytes = vault.open(PLACE, sealed).map_err(|locked| locked.to_string())?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

pub(super) fn get(r: &mut Reader) -> Result<Option<Stored>, Error> {
    r.row(
        "SELECT version, is_on, settings, secret, key_name, next_at, failures, refuses, paused_at
         FROM sms_gateway WHERE id = 1",
        &[],
        |row| {
            let (settings, key_name): (String, Option<String>) = (row.get("settings")?, row.get("key_name")?);
            let secret: Option<Vec<u8>> = row.get("secret")?;
            Ok(Stored {
                version: row.get("version")?,
                is_on: row.get("is_on")?,
                gateway: serde_json::from_str(&settings).unwrap_or_default(),
                secret: secret.zip(key_name).map(|(bytes, key_name)| Sealed { bytes, key_name }),
                next_at: row.get("next_at")?,
                failures: row.get("failures")?,
                refuses: row.get("refuses")?,
                paused_at: row.get("paused_at")?,
            })
        },
    )
}

/// The gateway while it is on.
pub(super) fn on(r: &mut Reader) -> Result<Option<Stored>, Error> {
    Ok(get(r)?.filter(|stored| stored.is_on))
}

/// Which numbers are sent SMS; `None` while none is.
pub fn numbers(r: &mut Reader) -> Result<Option<Numbers>, Error> {
    Ok(on(r)?.map(|stored| stored.gateway.numbers()))
}

/// Writes what an operator typed; without a secret the one that is there stays. False when somebody else saved first.
///
/// # Errors
/// When the secret cannot be sealed or the database cannot be asked.
pub fn set(
    tx: &mut Transaction,
    vault: &Vault,
    (gateway, is_on): (&Gateway, bool),
    secret: Option<&str>,
    seen: i64,
    now: Timestamp,
) -> Result<bool, Problem> {
    let settings = serde_json::to_string(gateway).map_err(anyhow::Error::from)?;
    let written = tx.execute(
        "INSERT INTO sms_gateway (id, version, is_on, settings, next_at, failures, refuses)
         VALUES (1, $1, $2, $3, $4, 0, 0)
         ON CONFLICT (id) DO UPDATE SET version = excluded.version, is_on = excluded.is_on,
            settings = excluded.settings, next_at = excluded.next_at, failures = 0, refuses = 0, paused_at = NULL
         WHERE sms_gateway.version = $5",
        &[(seen + 1).into(), is_on.into(), settings.into(), (now - BURST).into(), seen.into()],
    )?;
    if let Some(secret) = secret.filter(|_| written == 1) {
        let sealed = vault.seal(PLACE, secret.as_bytes()).map_err(anyhow::Error::from)?;
        tx.execute(
            "UPDATE sms_gateway SET secret = $1, key_name = $2 WHERE id = 1",
            &[sealed.bytes.into(), sealed.key_name.into()],
        )?;
    }
    Ok(written == 1)
}

/// The next message goes not before this.
pub(super) fn wait(tx: &mut Transaction, next_at: Timestamp) -> Result<(), Error> {
    tx.execute("UPDATE sms_gateway SET next_at = $1 WHERE id = 1", &[next_at.into()])?;
    Ok(())
}

/// It took a message.
pub(super) fn works(tx: &mut Transaction) -> Result<(), Error> {
    tx.execute(
        "UPDATE sms_gateway SET failures = 0, refuses = 0, paused_at = NULL WHERE id = 1 AND failures > 0",
        &[],
    )?;
    Ok(())
}

/// It failed once more. How often in a row.
pub(super) fn fails(tx: &mut Transaction, refuses: bool) -> Result<i64, Error> {
    tx.one(
        "UPDATE sms_gateway SET failures = failures + 1, refuses = $1 WHERE id = 1 RETURNING failures",
        &[refuses.into()],
        |row| row.get("failures"),
    )
}

/// False when it was paused already.
pub(super) fn pause(tx: &mut Transaction, now: Timestamp) -> Result<bool, Error> {
    let rows = tx
        .execute("UPDATE sms_gateway SET paused_at = $1 WHERE id = 1 AND paused_at IS NULL", &[now.into()])?;
    Ok(rows == 1)
}

/// Somebody looked: it is tried again at once.
pub(super) fn go_on(tx: &mut Transaction, now: Timestamp) -> Result<(), Error> {
    tx.execute(
        "UPDATE sms_gateway SET failures = 0, refuses = 0, paused_at = NULL, next_at = $1 WHERE id = 1",
        &[(now - BURST).into()],
    )?;
    Ok(())
}

/// A gateway that fails.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pause {
    pub since: Timestamp,
    /// It is not tried again by itself.
    pub refuses: bool,
    pub waiting: i64,
}

pub fn paused(r: &mut Reader) -> Result<Option<Pause>, Error> {
    let Some(stored) = on(r)? else { return Ok(None) };
    let waiting = crate::desk::store::sms::waiting(r)?;
    Ok(stored.paused_at.map(|since| Pause { since, refuses: stored.refuses, waiting }))
}

/// Seals the secret by the first key of the vault. Returns how many were, and how many do not open.
pub fn seal_again(tx: &mut Transaction, vault: &Vault) -> Result<(usize, usize), Error> {
    let Some(old) = get(tx)?.and_then(|stored| stored.secret) else { return Ok((0, 0)) };
    let Ok(new) = vault.open(PLACE, &old).and_then(|open| vault.seal(PLACE, &open)) else {
        return Ok((0, 1));
    };
    tx.execute(
        "UPDATE sms_gateway SET secret = $1, key_name = $2 WHERE id = 1",
        &[new.bytes.into(), new.key_name.into()],
    )?;
    Ok((1, 0))
}
