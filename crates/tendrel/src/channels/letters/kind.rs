//! The kinds of letters, and what may stand in each.

/// To the one who asked first, then to those who work on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// It came in: number, promise, how to follow it.
    Received,
    Replied,
    /// It waits for the requester, who is asked something.
    Asked,
    /// It waits for somebody else.
    Held,
    Reminded,
    Resolved,
    Closed,
    Cancelled,
    Reopened,
    /// Another unit has it now.
    Moved,
    Assigned,
    Warned,
    Breached,
    HandedOver,
    /// The requester wrote, or opened it again.
    Wrote,
    Digest,
}

/// What may stand in every letter about a case.
const OF_A_CASE: [&str; 9] =
    ["name", "number", "subject", "service", "unit", "phone", "unit_email", "desk_email", "preferences"];
const LINKS: [&str; 1] = ["follow"];

impl Kind {
    pub const ALL: [Kind; 16] = [
        Kind::Received,
        Kind::Replied,
        Kind::Asked,
        Kind::Held,
        Kind::Reminded,
        Kind::Resolved,
        Kind::Closed,
        Kind::Cancelled,
        Kind::Reopened,
        Kind::Moved,
        Kind::Assigned,
        Kind::Warned,
        Kind::Breached,
        Kind::HandedOver,
        Kind::Wrote,
        Kind::Digest,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Kind::Received => "received",
            Kind::Replied => "replied",
            Kind::Asked => "asked",
            Kind::Held => "held",
            Kind::Reminded => "reminded",
            Kind::Resolved => "resolved",
            Kind::Closed => "closed",
            Kind::Cancelled => "cancelled",
            Kind::Reopened => "reopened",
            Kind::Moved => "moved",
            Kind::Assigned => "assigned",
            Kind::Warned => "warned",
            Kind::Breached => "breached",
            Kind::HandedOver => "handed_over",
            Kind::Wrote => "wrote",
            Kind::Digest => "digest",
        }
    }

    pub fn from_code(code: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The key of its name in the language files.
    pub fn key(self) -> String {
        format!("letter-kind-{}", self.code().replace('_', "-"))
    }

    /// For those who work on it, not for the one who asked.
    pub fn is_for_officers(self) -> bool {
        self >= Kind::Assigned
    }

    /// Nobody wrote any of it for this person: the limits count it, and it is marked as bulk.
    pub fn is_automatic(self) -> bool {
        !matches!(self, Kind::Replied | Kind::Asked | Kind::Resolved | Kind::Cancelled)
    }

    /// Must reach the unit whatever the hour when the case is an emergency.
    pub fn may_wake(self) -> bool {
        matches!(self, Kind::Assigned | Kind::Warned | Kind::Breached | Kind::HandedOver)
    }

    /// The variables that its words may hold.
    pub fn variables(self) -> Vec<&'static str> {
        let own: &[&str] = match self {
            Kind::Received => &["answer_by", "done_by", "office"],
            Kind::Replied => &["officer", "words"],
            Kind::Asked => &["officer", "words", "by"],
            Kind::Held => &["reason", "words"],
            Kind::Reminded => &["words", "since"],
            Kind::Resolved => &["officer", "words", "works", "broken", "closes"],
            Kind::Closed => &["rate"],
            Kind::Cancelled | Kind::Reopened => &["officer", "words"],
            Kind::Moved => &["from"],
            Kind::Assigned => &["requester", "office", "done_by", "case", "officer"],
            Kind::Warned | Kind::Breached => &["requester", "office", "clock", "due", "case"],
            Kind::HandedOver => &["requester", "office", "from", "words", "done_by", "case"],
            Kind::Wrote => &["requester", "words", "case"],
            Kind::Digest => {
                return vec!["name", "unit", "late", "due", "new", "open", "today", "preferences"];
            }
        };
        let links: &[&str] = if self.is_for_officers() { &[] } else { &LINKS };
        OF_A_CASE.iter().chain(links).chain(own).copied().collect()
    }
}
