//! What opens an account once and for a while: links that are sent or handed over, and the step between two proofs.

use database::{Error, Reader, Transaction};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::directory::accounts::{self, ACCOUNT, Account};
use crate::directory::came_by::CameBy;
use crate::directory::sessions;
use crate::id::AccountId;
use crate::secret;

/// How long a link for a password holds that an operator hands over.
pub const HANDED_OVER_HOLDS: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The same for one that was asked for by e-mail.
pub const SENT_HOLDS: SignedDuration = SignedDuration::from_mins(60);
/// The same for one that ends a session.
pub const END_HOLDS: SignedDuration = SignedDuration::from_hours(7 * 24);
pub const SIGN_IN_HOLDS: SignedDuration = SignedDuration::from_mins(15);
/// Time to find the telephone with the codes.
pub const STEP_HOLDS: SignedDuration = SignedDuration::from_mins(10);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Password,
    SignIn,
    /// The first proof was given, a code is still due.
    Code,
    /// The first proof was given, and a second factor must be set up before anything else.
    Enrol,
    /// Ends a session that somebody else may have opened; `back` names it.
    EndSession,
}

impl Purpose {
    fn code(self) -> &'static str {
        match self {
            Purpose::Password => "password",
            Purpose::SignIn => "sign_in",
            Purpose::Code => "code",
            Purpose::Enrol => "enrol",
            Purpose::EndSession => "end_session",
        }
    }
}

/// A link that holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    pub account: Account,
    /// The page that was wanted; empty for none.
    pub back: String,
    /// How the first proof was given.
    pub came_by: CameBy,
}

/// A new link; the returned secret is stored only as a hash.
pub fn make(
    tx: &mut Transaction,
    account: AccountId,
    purpose: Purpose,
    back: &str,
    holds: SignedDuration,
    now: Timestamp,
) -> Result<String, Error> {
    tx.execute("DELETE FROM entry_links WHERE expires_at < $1", &[now.into()])?;
    let secret = secret::new();
    tx.execute(
        "INSERT INTO entry_links (token_hash, account_id, purpose, back, expires_at) VALUES ($1, $2, $3, $4, $5)",
        &[
            sessions::hash(&secret).into(),
            account.into(),
            purpose.code().into(),
            back.into(),
            (now + holds).into(),
        ],
    )?;
    Ok(secret)
}

/// A link for a password to be handed over; an earlier one holds no longer.
pub fn hand_over(tx: &mut Transaction, account: AccountId, now: Timestamp) -> Result<String, Error> {
    forget(tx, account, Purpose::Password)?;
    make(tx, account, Purpose::Password, "/me", HANDED_OVER_HOLDS, now)
}

pub fn find(r: &mut Reader, secret: &str, purpose: Purpose, now: Timestamp) -> Result<Option<Link>, Error> {
    r.row(
        &format!(
            "SELECT found.*, l.back AS back, l.came_by AS came_by FROM ({ACCOUNT}) found JOIN entry_links l ON l.account_id = found.id
             WHERE l.token_hash = $1 AND l.purpose = $2 AND l.expires_at > $3 AND found.closed_at IS NULL"
        ),
        &[sessions::hash(secret).into(), purpose.code().into(), now.into()],
        |row| {
            let came_by: String = row.get("came_by")?;
            let came_by = serde_json::from_str(&came_by).unwrap_or(CameBy::Link);
            Ok(Link { account: accounts::read(row)?, back: row.get("back")?, came_by })
        },
    )
}

/// The step between two proofs: it remembers how the first was given.
pub fn make_step(
    tx: &mut Transaction,
    account: AccountId,
    purpose: Purpose,
    back: &str,
    came_by: &CameBy,
    now: Timestamp,
) -> Result<String, Error> {
    let secret = make(tx, account, purpose, back, STEP_HOLDS, now)?;
    tx.execute(
        "UPDATE entry_links SET came_by = $2 WHERE token_hash = $1",
        &[sessions::hash(&secret).into(), json!(came_by).to_string().into()],
    )?;
    Ok(secret)
}

/// Uses a link up. Of two who come at once one gets it.
pub fn take(
    tx: &mut Transaction,
    secret: &str,
    purpose: Purpose,
    now: Timestamp,
) -> Result<Option<Link>, Error> {
    let found = find(tx, secret, purpose, now)?;
    let taken =
        tx.execute("DELETE FROM entry_links WHERE token_hash = $1", &[sessions::hash(secret).into()])?;
    Ok(found.filter(|_| taken == 1))
}

pub fn forget(tx: &mut Transaction, account: AccountId, purpose: Purpose) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM entry_links WHERE account_id = $1 AND purpose = $2",
        &[account.into(), purpose.code().into()],
    )?;
    Ok(())
}
