//! The browsers by which an account is used: one that was not seen before is told to its owner.

use axum::http::{HeaderMap, HeaderValue};
use database::{Error, Transaction};
use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::directory::{accounts, sessions};
use crate::id::AccountId;
use crate::secret;

/// Browsers keep a cookie for 400 days at most.
const KNOWN_FOR: SignedDuration = SignedDuration::from_hours(24 * 400);

/// A browser by the cookie it carries and by what it calls itself.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Device {
    pub(super) secret: String,
    /// "Firefox, Windows".
    pub(super) browser: String,
}

impl Device {
    /// With a new secret where the browser carries none.
    pub(super) fn of(app: &App, headers: &HeaderMap, agent: &str) -> Device {
        let secret = match sessions::cookie(headers, name(app)) {
            Some(carried) => carried,
            None => secret::new(),
        };
        Device { secret, browser: accounts::browser_of(agent) }
    }

    pub(super) fn cookie(&self, app: &App) -> HeaderValue {
        sessions::secret_cookie(app, name(app), &self.secret, KNOWN_FOR)
    }
}

fn name(app: &App) -> &'static str {
    if app.settings.secure_cookies { "__Host-device" } else { "device" }
}

/// Notes that the account came in by it. True when neither it nor one of its kind was used before.
pub(super) fn note(
    tx: &mut Transaction,
    account: AccountId,
    device: &Device,
    now: Timestamp,
) -> Result<bool, Error> {
    let hash = sessions::hash(&device.secret);
    tx.execute(
        "DELETE FROM devices WHERE account_id = $1 AND last_at < $2",
        &[account.into(), (now - KNOWN_FOR).into()],
    )?;
    let known: i64 = tx.one(
        "SELECT COUNT(*) AS known FROM devices WHERE account_id = $1 AND (device_hash = $2 OR browser = $3)",
        &[account.into(), hash.as_slice().into(), (&device.browser).into()],
        |row| row.get("known"),
    )?;
    tx.execute(
        "INSERT INTO devices (account_id, device_hash, browser, last_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (account_id, device_hash) DO UPDATE SET browser = excluded.browser, last_at = excluded.last_at",
        &[account.into(), hash.as_slice().into(), (&device.browser).into(), now.into()],
    )?;
    Ok(known == 0)
}

/// Marks the session that it opened, for "My account".
pub(super) fn mark_new(tx: &mut Transaction, session: &[u8]) -> Result<(), Error> {
    tx.execute("UPDATE sessions SET is_new = 1 WHERE token_hash = $1", &[session.into()])?;
    Ok(())
}
