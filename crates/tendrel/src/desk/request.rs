//! A request: what it is and which states it goes through.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::desk::service::Kind;
use crate::id::{OrganisationId, PersonId, RequestId, ServiceId};

/// How a request came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Channel {
    Web,
    Phone,
    Email,
    Fax,
    Letter,
    WalkIn,
    Api,
    Monitoring,
}

impl Channel {
    pub const ALL: [Channel; 8] = [
        Channel::Web,
        Channel::Phone,
        Channel::Email,
        Channel::Fax,
        Channel::Letter,
        Channel::WalkIn,
        Channel::Api,
        Channel::Monitoring,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Channel::Web => "web",
            Channel::Phone => "phone",
            Channel::Email => "email",
            Channel::Fax => "fax",
            Channel::Letter => "letter",
            Channel::WalkIn => "walk_in",
            Channel::Api => "api",
            Channel::Monitoring => "monitoring",
        }
    }

    pub fn from_code(code: &str) -> Option<Channel> {
        Channel::ALL.into_iter().find(|channel| channel.code() == code)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    New,
    InProgress,
    OnHold,
    Resolved,
    Closed,
    Cancelled,
}

impl State {
    pub const ALL: [State; 6] =
        [State::New, State::InProgress, State::OnHold, State::Resolved, State::Closed, State::Cancelled];

    pub fn code(self) -> &'static str {
        match self {
            State::New => "new",
            State::InProgress => "in_progress",
            State::OnHold => "on_hold",
            State::Resolved => "resolved",
            State::Closed => "closed",
            State::Cancelled => "cancelled",
        }
    }

    pub fn from_code(code: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Work is still to be done.
    pub fn is_open(self) -> bool {
        matches!(self, State::New | State::InProgress | State::OnHold)
    }

    /// The key of its name in the language files.
    pub fn key(self) -> String {
        format!("state-{}", self.code().replace('_', "-"))
    }
}

/// The row of `requests`, whole. Take it apart without `..` wherever a field could be forgotten.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub id: RequestId,
    pub number: String,
    pub unit: OrganisationId,
    pub service: ServiceId,
    pub service_version: i64,
    pub kind: Kind,
    pub subject: String,
    pub description: String,
    /// Answers to the fields of the service's form, by key: text, number, or list of texts.
    pub answers: BTreeMap<String, Json>,
    /// Language the requester wrote in: "en", "dz".
    pub language: String,
    pub channel: Channel,
    pub office: Option<OrganisationId>,
    /// The office as it was typed, where the directory has none.
    pub office_text: String,
    pub requester: Option<PersonId>,
    pub requester_name: String,
    pub requester_phone: String,
    pub requester_email: String,
    /// Wants to be told by SMS too.
    pub by_sms: bool,
    /// The officer who typed it in; `None` when the requester did.
    pub entered_by: Option<PersonId>,
    pub received_at: Timestamp,
    pub entered_at: Timestamp,
    /// When the papers were complete; from then a promise runs that waits for them.
    pub complete_at: Option<Timestamp>,
    pub state: State,
    pub hold_reason: Option<String>,
    pub impact: i64,
    pub urgency: i64,
    pub priority: i64,
    pub assignee: Option<PersonId>,
    pub responded_at: Option<Timestamp>,
    pub resolved_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    pub cause: Option<String>,
    pub resolution: String,
    /// How often it went from one officer to another.
    pub reassigned: i64,
    pub reopened: i64,
    pub rating: Option<i64>,
    pub rating_comment: String,
    /// The closed request that this one carries on.
    pub follows: Option<RequestId>,
    pub follow_hash: Vec<u8>,
    /// Number of its last event; a save that expects another is refused.
    pub version: i64,
    pub promise: StoredPromise,
    pub seconds: SecondsInState,
    pub source: String,
    /// Seen only by the people named for its service, and by the one who asked.
    pub confidential: bool,
    pub keeping: Keeping,
}

impl Request {
    /// The service whose list says who sees it, of a confidential one.
    pub fn veiled_by(&self) -> Option<ServiceId> {
        self.confidential.then_some(self.service)
    }
}

/// What retention may do with a request, and what it did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Keeping {
    /// Nothing of it is removed meanwhile.
    pub kept: Option<Kept>,
    /// When personal data was removed; since then nothing changes any more.
    pub forgotten_at: Option<Timestamp>,
}

/// Somebody needs the case as it is: an inquiry, a court.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    pub since: Timestamp,
    pub by: String,
    pub why: String,
}

/// The promise as it is stored: computed from events, calendar and service level, and open to be computed again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StoredPromise {
    pub response_due: Option<Timestamp>,
    pub response_warn: Option<Timestamp>,
    pub response_late: bool,
    pub resolution_due: Option<Timestamp>,
    pub resolution_warn: Option<Timestamp>,
    pub resolution_late: bool,
    /// Working seconds used, holds left out.
    pub used: i64,
    /// Working seconds promised.
    pub target: Option<i64>,
}

/// Working seconds a request stood in each open state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SecondsInState {
    pub new: i64,
    pub in_progress: i64,
    pub on_hold: i64,
}

/// A time a request waited for somebody.
#[derive(Clone, Debug, PartialEq)]
pub struct Hold {
    pub from: Timestamp,
    pub to: Option<Timestamp>,
    /// Empty for the time between being resolved and being opened again.
    pub reason: String,
    pub comment: String,
    /// Whether the promise stands still meanwhile.
    pub pauses: bool,
}
