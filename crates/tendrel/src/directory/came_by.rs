//! How somebody gave the first proof of who they are; it goes with them until the session is open.

use database::{Error, Transaction};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CameBy {
    Password,
    /// A link that was sent or handed over.
    Link,
    Passkey,
    Ldap,
    Provider(Voucher),
    /// Chosen from the list of a demonstration.
    Demo,
}

/// What a provider says of whoever it sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Voucher {
    pub issuer: String,
    pub subject: String,
    /// Its name for its own session; empty where it gives none.
    pub sid: String,
    /// It asked for a second factor, in words that the settings take for one.
    pub second_factor: bool,
}

impl CameBy {
    /// As the record says it.
    pub fn code(&self) -> &'static str {
        match self {
            CameBy::Password => "password",
            CameBy::Link => "link",
            CameBy::Passkey => "passkey",
            CameBy::Ldap => "ldap",
            CameBy::Provider(_) => "provider",
            CameBy::Demo => "demo",
        }
    }

    /// Nothing more is asked: both factors are given.
    pub fn is_enough(&self) -> bool {
        match self {
            CameBy::Passkey | CameBy::Demo => true,
            CameBy::Provider(voucher) => voucher.second_factor,
            CameBy::Password | CameBy::Link | CameBy::Ldap => false,
        }
    }
}

/// Remembers by whose word a session is open, so that they can end it.
pub fn vouched(tx: &mut Transaction, session: &[u8], voucher: &Voucher) -> Result<(), Error> {
    tx.execute(
        "UPDATE sessions SET issuer = $2, subject = $3, sid = $4 WHERE token_hash = $1",
        &[session.into(), (&voucher.issuer).into(), (&voucher.subject).into(), (&voucher.sid).into()],
    )?;
    Ok(())
}
