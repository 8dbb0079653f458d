//! Who people are to others: the name that a provider or a directory has for somebody, beside their account here.

use database::{Error, Reader, Transaction};
use jiff::Timestamp;

use crate::directory::accounts::{self, Account};
use crate::id::{AccountId, PersonId};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Identity {
    pub(super) subject: String,
    pub(super) account: AccountId,
    pub(super) person: PersonId,
    pub(super) name: String,
    /// Since when it is no longer in the directory.
    pub(super) gone_at: Option<Timestamp>,
}

pub(super) fn find(r: &mut Reader, issuer: &str, subject: &str) -> Result<Option<Account>, Error> {
    let account: Option<AccountId> = r.row(
        "SELECT account_id FROM identities WHERE issuer = $1 AND subject = $2",
        &[issuer.into(), subject.into()],
        |row| row.get("account_id"),
    )?;
    account.map_or(Ok(None), |account| accounts::get(r, account))
}

/// Is the account somebody to this issuer already?
pub(super) fn is_somebody(r: &mut Reader, issuer: &str, account: AccountId) -> Result<bool, Error> {
    let found: Option<String> = r.row(
        "SELECT subject FROM identities WHERE issuer = $1 AND account_id = $2 LIMIT 1",
        &[issuer.into(), account.into()],
        |row| row.get("subject"),
    )?;
    Ok(found.is_some())
}

/// Everybody whom the issuer ever named.
pub(super) fn of_issuer(r: &mut Reader, issuer: &str) -> Result<Vec<Identity>, Error> {
    r.rows(
        "SELECT i.subject AS subject, i.account_id AS account_id, i.gone_at AS gone_at, a.person_id AS person_id,
                p.name AS name
         FROM identities i JOIN accounts a ON a.id = i.account_id JOIN persons p ON p.id = a.person_id
         WHERE i.issuer = $1 ORDER BY p.name, i.subject",
        &[issuer.into()],
        |row| {
            Ok(Identity {
                subject: row.get("subject")?,
                account: row.get("account_id")?,
                person: row.get("person_id")?,
                name: row.get("name")?,
                gone_at: row.get("gone_at")?,
            })
        },
    )
}

pub(super) fn link(
    tx: &mut Transaction,
    issuer: &str,
    subject: &str,
    account: AccountId,
    now: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO identities (issuer, subject, account_id, created_at) VALUES ($1, $2, $3, $4)",
        &[issuer.into(), subject.into(), account.into(), now.into()],
    )?;
    Ok(())
}

/// Remembers that it left the directory, or that it is back.
pub(super) fn set_gone(
    tx: &mut Transaction,
    issuer: &str,
    subject: &str,
    gone_at: Option<Timestamp>,
) -> Result<(), Error> {
    tx.execute(
        "UPDATE identities SET gone_at = $3 WHERE issuer = $1 AND subject = $2",
        &[issuer.into(), subject.into(), gone_at.into()],
    )?;
    Ok(())
}
