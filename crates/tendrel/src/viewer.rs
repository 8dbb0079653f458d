//! Who looks: an officer, a requester who signed in, or somebody of the public.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use jiff::Timestamp;

use crate::frame::languages::Language;
use crate::id::{AccountId, OrganisationId, PersonId, SavedViewId, ServiceId};
use crate::problem::Problem;

/// What an account may be, each in the scope of an organisation and everything below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Requester,
    Officer,
    HeadOfUnit,
    HeadOfOffice,
    Centre,
    Auditor,
    Operator,
}

impl Role {
    pub const ALL: [Role; 7] = [
        Role::Requester,
        Role::Officer,
        Role::HeadOfUnit,
        Role::HeadOfOffice,
        Role::Centre,
        Role::Auditor,
        Role::Operator,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Role::Requester => "requester",
            Role::Officer => "officer",
            Role::HeadOfUnit => "head_of_unit",
            Role::HeadOfOffice => "head_of_office",
            Role::Centre => "centre",
            Role::Auditor => "auditor",
            Role::Operator => "operator",
        }
    }

    pub fn from_code(code: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.code() == code)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    pub role: Role,
    pub organisation: OrganisationId,
    /// Whose right it is, when the viewer stands in for somebody who is away.
    pub absent: Option<PersonId>,
}

/// Somebody away, for whom the viewer stands in.
#[derive(Clone, Debug, PartialEq)]
pub struct Absent {
    pub person: PersonId,
    pub name: String,
    pub until: Timestamp,
}

/// The ICT services unit an officer works in.
#[derive(Clone, Debug, PartialEq)]
pub struct ViewerUnit {
    pub id: OrganisationId,
    pub code: String,
    pub name: String,
    pub name_dz: String,
    pub calendar: String,
}

/// Somebody who signed in, by a session or by an API token.
#[derive(Clone, Debug, PartialEq)]
pub struct SignedIn {
    pub account: AccountId,
    pub person: PersonId,
    pub name: String,
    pub name_dz: String,
    pub phone: String,
    pub email: String,
    pub office: Option<OrganisationId>,
    pub office_name: String,
    /// The unit of the first grant as officer or head of a unit.
    pub unit: Option<ViewerUnit>,
    /// Their own, and those of people for whom they stand in.
    pub grants: Vec<Grant>,
    pub stands_in_for: Vec<Absent>,
    /// The confidential services for which they are named.
    pub named: Vec<ServiceId>,
    /// Keys of one letter; a person can switch them off (WCAG 2.1.4).
    pub single_keys: bool,
    pub by_token: bool,
    pub counts: Counts,
    pub views: Vec<NamedView>,
}

/// The numbers of the menu: kept by the desk, read here.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    pub open: i64,
    pub unassigned: i64,
    pub mine: i64,
    pub notices: i64,
}

/// A list of requests that a person saved under a name.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedView {
    pub id: SavedViewId,
    pub name: String,
    pub query: String,
}

impl SignedIn {
    pub fn has(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role == role)
    }

    /// The organisations in whose scope the person has the role.
    pub fn scopes(&self, role: Role) -> impl Iterator<Item = OrganisationId> + '_ {
        self.grants.iter().filter(move |grant| grant.role == role).map(|grant| grant.organisation)
    }

    /// Holds the role themselves, not for somebody who is away.
    pub fn has_own(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role == role && grant.absent.is_none())
    }

    /// Works on the requests of this unit.
    pub fn works_in(&self, unit: OrganisationId) -> bool {
        self.grants
            .iter()
            .any(|grant| matches!(grant.role, Role::Officer | Role::HeadOfUnit) && grant.organisation == unit)
    }
}

#[derive(Clone, Debug)]
pub struct Viewer {
    pub signed_in: Option<SignedIn>,
    pub language: Language,
    /// Where the request came from, for slow-downs and the list of sessions.
    pub address: String,
    pub now: Timestamp,
    /// Path and query of the page that is asked for.
    pub here: String,
    /// Wrote something just now, or is a program: a replica would perhaps not know it yet.
    pub reads_primary: bool,
}

impl Viewer {
    /// # Errors
    /// `SignIn` for somebody of the public.
    pub fn must_be_signed_in(&self) -> Result<&SignedIn, Problem> {
        self.signed_in.as_ref().ok_or(Problem::SignIn)
    }

    /// The unit an officer's page is about.
    ///
    /// # Errors
    /// `SignIn` for the public, `Forbidden` for somebody who works in no unit.
    pub fn must_work_in_a_unit(&self) -> Result<(&SignedIn, &ViewerUnit), Problem> {
        let me = self.must_be_signed_in()?;
        let unit = me.unit.as_ref().ok_or(Problem::Forbidden)?;
        Ok((me, unit))
    }

    /// A program asks, not a browser: the answer is data.
    pub fn by_api(&self) -> bool {
        self.here.starts_with("/api/")
    }

    /// A value in an address that means nothing: a page passes over it, a program is told.
    ///
    /// # Errors
    /// `Input` for a program.
    pub fn must_understand(&self, value: &str, means: impl Fn(&str) -> bool) -> Result<(), Problem> {
        if !self.by_api() || value.is_empty() || means(value) {
            Ok(())
        } else {
            Err(Problem::Input("problem-filter"))
        }
    }

    /// The name that stands in the event log.
    pub fn actor(&self) -> crate::events::Actor {
        match &self.signed_in {
            Some(me) => crate::events::Actor { person: Some(me.person), name: me.name.clone() },
            None => crate::events::Actor { person: None, name: String::new() },
        }
    }
}

/// The middleware `directory::sessions::recognise` puts the viewer into the request before any handler runs.
impl<S: Sync> FromRequestParts<S> for Viewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Viewer, Problem> {
        parts.extensions.get::<Viewer>().cloned().ok_or_else(|| {
            Problem::Other(anyhow::anyhow!("the route {} is outside the middleware", parts.uri.path()))
        })
    }
}
