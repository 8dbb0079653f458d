//! The rows of passkeys and of the challenges that are out.

use database::{Error, Reader, Row, Transaction};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{CHALLENGE_HOLDS, NewKey, Passkey, to_text};
use crate::id::AccountId;
use crate::secret;

fn read(row: &Row<'_>) -> Result<Passkey, Error> {
    Ok(Passkey {
        credential: row.get("credential_id")?,
        name: row.get("name")?,
        created_at: row.get("created_at")?,
        last_used_at: row.get("last_used_at")?,
    })
}

pub fn of_account(r: &mut Reader, account: AccountId) -> Result<Vec<Passkey>, Error> {
    r.rows(
        "SELECT credential_id, name, created_at, last_used_at FROM passkeys WHERE account_id = $1
         ORDER BY created_at, credential_id LIMIT 50",
        &[account.into()],
        read,
    )
}

/// Adds a key; false where it is known already.
pub fn insert(
    tx: &mut Transaction,
    account: AccountId,
    key: &NewKey,
    name: &str,
    now: Timestamp,
) -> Result<bool, Error> {
    let NewKey { credential, public_key, uses } = key;
    let added = tx.execute(
        "INSERT INTO passkeys (credential_id, account_id, name, public_key, uses, created_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        &[
            credential.as_slice().into(),
            account.into(),
            name.into(),
            public_key.as_slice().into(),
            i64::from(*uses).into(),
            now.into(),
        ],
    )?;
    Ok(added == 1)
}

pub fn remove(tx: &mut Transaction, account: AccountId, credential: &[u8]) -> Result<bool, Error> {
    let removed = tx.execute(
        "DELETE FROM passkeys WHERE account_id = $1 AND credential_id = $2",
        &[account.into(), credential.into()],
    )?;
    Ok(removed == 1)
}

/// A key with what its signature is checked against.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    pub account: AccountId,
    pub public_key: Vec<u8>,
    pub uses: u32,
}

pub fn find(r: &mut Reader, credential: &[u8]) -> Result<Option<Stored>, Error> {
    r.row(
        "SELECT account_id, public_key, uses FROM passkeys WHERE credential_id = $1",
        &[credential.into()],
        |row| {
            Ok(Stored {
                account: row.get("account_id")?,
                public_key: row.get("public_key")?,
                uses: u32::try_from(row.get::<i64>("uses")?).unwrap_or(u32::MAX),
            })
        },
    )
}

pub fn used(tx: &mut Transaction, credential: &[u8], uses: u32, now: Timestamp) -> Result<(), Error> {
    tx.execute(
        "UPDATE passkeys SET uses = $2, last_used_at = $3 WHERE credential_id = $1",
        &[credential.into(), i64::from(uses).into(), now.into()],
    )?;
    Ok(())
}

/// Something new to be signed, by the keys of this account or by whoever comes.
pub fn challenge(tx: &mut Transaction, account: Option<AccountId>, now: Timestamp) -> Result<String, Error> {
    tx.execute("DELETE FROM passkey_challenges WHERE expires_at < $1", &[now.into()])?;
    let challenge = secret::bytes::<32>();
    tx.execute(
        "INSERT INTO passkey_challenges (challenge_hash, account_id, expires_at) VALUES ($1, $2, $3)",
        &[Sha256::digest(challenge).as_slice().into(), account.into(), (now + CHALLENGE_HOLDS).into()],
    )?;
    Ok(to_text(&challenge))
}

/// Uses a challenge up. Was it given, to this account or to nobody in particular, and does it hold still?
pub fn take_challenge(
    tx: &mut Transaction,
    challenge: &[u8],
    account: Option<AccountId>,
    now: Timestamp,
) -> Result<bool, Error> {
    let given: Option<(Option<AccountId>, Timestamp)> = tx.row(
        "DELETE FROM passkey_challenges WHERE challenge_hash = $1 RETURNING account_id, expires_at",
        &[Sha256::digest(challenge).as_slice().into()],
        |row| Ok((row.get("account_id")?, row.get("expires_at")?)),
    )?;
    Ok(given.is_some_and(|(to, expires_at)| to == account && expires_at > now))
}
