//! A receiver of webhooks, and what it may be told.

use jiff::Timestamp;

use crate::id::{OrganisationId, PersonId, WebhookId};
use crate::vault::{Locked, Sealed, Vault};

/// Events of a request that leave the house. What stays inside the unit, such as notes, does not.
pub const ACTIVITIES: [&str; 15] = [
    "received",
    "taken",
    "assigned",
    "replied",
    "held",
    "resumed",
    "resolved",
    "reopened",
    "closed",
    "cancelled",
    "reclassified",
    "handed_over",
    "rated",
    "warned",
    "breached",
];

/// Why a receiver is told nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Off {
    ByHand,
    /// It failed for too long.
    Failures,
    /// It answered that it is gone.
    Gone,
}

impl Off {
    pub const ALL: [Off; 3] = [Off::ByHand, Off::Failures, Off::Gone];

    pub fn code(self) -> &'static str {
        match self {
            Off::ByHand => "by_hand",
            Off::Failures => "failures",
            Off::Gone => "gone",
        }
    }

    pub(super) fn from_code(code: &str) -> Option<Off> {
        Off::ALL.into_iter().find(|off| off.code() == code)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Endpoint {
    pub(super) id: WebhookId,
    pub(super) name: String,
    pub(super) url: String,
    /// Whose requests; `None`: those of all units.
    pub(super) unit: Option<OrganisationId>,
    pub(super) activities: Vec<String>,
    pub(super) made_by: PersonId,
    pub(super) made_by_name: String,
    pub(super) made_at: Timestamp,
    pub(super) version: i64,
    pub(super) secret: Sealed,
    pub(super) old_secret: Option<OldSecret>,
    pub(super) off: Option<(Off, Timestamp)>,
    pub(super) read_to: Timestamp,
    /// In a row.
    pub(super) failures: i64,
    pub(super) failing_since: Option<Timestamp>,
}

/// The secret before this one: it signs too until the receiver knows the new one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct OldSecret {
    pub(super) sealed: Sealed,
    pub(super) until: Timestamp,
}

impl Endpoint {
    pub(super) fn wants(&self, activity: &str) -> bool {
        self.activities.iter().any(|wanted| wanted == activity)
    }

    /// The secrets that sign now, the newest first.
    ///
    /// # Errors
    /// `Locked` when the key that sealed them is missing.
    pub(super) fn secrets(&self, vault: &Vault, now: Timestamp) -> Result<Vec<Vec<u8>>, Locked> {
        let old = self.old_secret.as_ref().filter(|old| old.until > now).map(|old| &old.sealed);
        let all = std::iter::once(&self.secret).chain(old);
        all.map(|sealed| vault.open(self.id.uuid().as_bytes(), sealed)).collect()
    }
}
