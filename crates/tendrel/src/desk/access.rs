//! Who may do what with a request. `access.txt` is the same as a table to be read; a test compares the two.
//!
//! A request is only ever fetched through its viewer: what one may not see is not found.

use database::{Error, Reader};
use jiff::Timestamp;

use crate::desk::number::Number;
use crate::desk::request::Request;
use crate::desk::store::{self, letters, people};
use crate::directory::sessions;
use crate::id::OrganisationId;
use crate::problem::Problem;
use crate::viewer::{Absent, Grant, Role, SignedIn, Viewer};

/// What somebody is to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Head of the unit that has it.
    HeadOfUnit,
    /// Works in the unit that has it.
    Officer,
    /// Works in place of somebody of that unit who is away.
    StandIn,
    /// The division over all units: knows that it is there, and sees it after saying why.
    Centre,
    /// The division, having said today why it looks.
    CentreWithReason,
    Auditor,
    /// Asked for it, and signed in.
    Requester,
    /// Head of the office it is for, or of one above it.
    HeadOfOffice,
    /// Holds the secret link.
    Bearer,
    /// Knew the number and the telephone or e-mail given with it.
    Reader,
    Stranger,
}

impl Relation {
    pub const ALL: [Relation; 11] = [
        Relation::HeadOfUnit,
        Relation::Officer,
        Relation::StandIn,
        Relation::Centre,
        Relation::CentreWithReason,
        Relation::Auditor,
        Relation::Requester,
        Relation::HeadOfOffice,
        Relation::Bearer,
        Relation::Reader,
        Relation::Stranger,
    ];

    /// Its head in the table.
    pub fn code(self) -> &'static str {
        match self {
            Relation::HeadOfUnit => "head_of_unit",
            Relation::Officer => "officer",
            Relation::StandIn => "stand_in",
            Relation::Centre => "centre",
            Relation::CentreWithReason => "centre_reason",
            Relation::Auditor => "auditor",
            Relation::Requester => "requester",
            Relation::HeadOfOffice => "head_of_office",
            Relation::Bearer => "bearer",
            Relation::Reader => "reader",
            Relation::Stranger => "stranger",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    See,
    /// Notes, warnings, and what else stays inside the unit.
    SeeInside,
    /// Say why one looks.
    Look,
    Reply,
    Note,
    Attach,
    Take,
    Assign,
    Hold,
    Resume,
    CompletePapers,
    Resolve,
    Reopen,
    Close,
    Cancel,
    Rate,
    Reclassify,
    HandOver,
    /// Have nothing of it removed by retention, or let it go again.
    Keep,
    LetGo,
}

impl Doing {
    pub const ALL: [Doing; 20] = [
        Doing::See,
        Doing::SeeInside,
        Doing::Look,
        Doing::Reply,
        Doing::Note,
        Doing::Attach,
        Doing::Take,
        Doing::Assign,
        Doing::Hold,
        Doing::Resume,
        Doing::CompletePapers,
        Doing::Resolve,
        Doing::Reopen,
        Doing::Close,
        Doing::Cancel,
        Doing::Rate,
        Doing::Reclassify,
        Doing::HandOver,
        Doing::Keep,
        Doing::LetGo,
    ];

    /// Its row in the table.
    pub fn code(self) -> &'static str {
        match self {
            Doing::See => "see",
            Doing::SeeInside => "see_inside",
            Doing::Look => "look",
            Doing::Reply => "reply",
            Doing::Note => "note",
            Doing::Attach => "attach",
            Doing::Take => "take",
            Doing::Assign => "assign",
            Doing::Hold => "hold",
            Doing::Resume => "resume",
            Doing::CompletePapers => "complete_papers",
            Doing::Resolve => "resolve",
            Doing::Reopen => "reopen",
            Doing::Close => "close",
            Doing::Cancel => "cancel",
            Doing::Rate => "rate",
            Doing::Reclassify => "reclassify",
            Doing::HandOver => "hand_over",
            Doing::Keep => "keep",
            Doing::LetGo => "let_go",
        }
    }
}

/// The rule behind the table.
pub fn may(relation: Relation, doing: Doing) -> bool {
    match relation {
        Relation::HeadOfUnit | Relation::Officer | Relation::StandIn => {
            !matches!(doing, Doing::Rate | Doing::Look)
        }
        Relation::Centre => doing == Doing::Look,
        Relation::CentreWithReason => {
            matches!(
                doing,
                Doing::See
                    | Doing::SeeInside
                    | Doing::Look
                    | Doing::Note
                    | Doing::HandOver
                    | Doing::Keep
                    | Doing::LetGo
            )
        }
        Relation::Auditor => matches!(doing, Doing::See | Doing::SeeInside),
        Relation::Requester | Relation::Bearer => matches!(
            doing,
            Doing::See
                | Doing::Reply
                | Doing::Attach
                | Doing::Reopen
                | Doing::Close
                | Doing::Cancel
                | Doing::Rate
        ),
        Relation::HeadOfOffice | Relation::Reader => doing == Doing::See,
        Relation::Stranger => false,
    }
}

/// Does somebody stay what they are when the request is confidential? Whoever asked does; the unit and those above it
/// only if they are named for its service.
pub fn stays(relation: Relation, named: bool) -> bool {
    match relation {
        Relation::Requester | Relation::Bearer => true,
        Relation::HeadOfUnit
        | Relation::Officer
        | Relation::StandIn
        | Relation::Centre
        | Relation::CentreWithReason
        | Relation::Auditor
        | Relation::HeadOfOffice => named,
        Relation::Reader | Relation::Stranger => false,
    }
}

/// Everything a viewer is to a request: an officer may have asked for it as well.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    relations: Vec<Relation>,
    /// Whom they act for: somebody away whose request it is, or by whose right alone they are here.
    pub acts_for: Option<Absent>,
    /// An auditor whose look of today is not written down yet.
    pub is_unwritten: bool,
}

impl Standing {
    fn of(relations: Vec<Relation>) -> Standing {
        Standing { relations, acts_for: None, is_unwritten: false }
    }

    /// Somebody of the unit who made the request's record a moment ago.
    pub fn of_the_unit() -> Standing {
        Standing::of(vec![Relation::Officer])
    }

    /// Somebody who proved to belong to the one who asked: by the secret link, or by a mail that only they could send.
    pub fn of_the_bearer() -> Standing {
        Standing::of(vec![Relation::Bearer])
    }

    pub fn may(&self, doing: Doing) -> bool {
        self.relations.iter().any(|relation| may(*relation, doing))
    }

    /// Works on it, or looks over those who do: sees the officers' page.
    pub fn is_inside(&self) -> bool {
        self.may(Doing::SeeInside)
    }

    /// Belongs to the unit that has it.
    pub fn is_unit(&self) -> bool {
        let unit = [Relation::HeadOfUnit, Relation::Officer, Relation::StandIn];
        self.relations.iter().any(|relation| unit.contains(relation))
    }

    /// Somebody who knew number and telephone; nothing to a confidential request.
    pub fn reader(request: &Request) -> Option<Standing> {
        let stays = !request.confidential || stays(Relation::Reader, false);
        stays.then(|| Standing::of(vec![Relation::Reader]))
    }

    /// Only what somebody is as the one who asked, or as the head of their office: an officer who asked for
    /// something themselves speaks for the requester on the requester's page.
    #[must_use]
    pub fn outside(&self) -> Standing {
        let outside = [Relation::Requester, Relation::HeadOfOffice, Relation::Bearer];
        Standing::of(self.relations.iter().copied().filter(|relation| outside.contains(relation)).collect())
    }
}

/// How a request is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum At {
    /// By its number, on the officers' page or in the API.
    Number(String),
    /// By its number, on the page of the one who asked.
    Mine(String),
    Secret(String),
}

/// The number as it is stored, however it was typed; imported numbers of other desks are taken as they are.
pub fn canonical(typed: &str) -> String {
    match Number::parse(typed) {
        Ok(number) => number.to_string(),
        Err(_) => typed.trim().chars().filter(|c| !c.is_control()).collect::<String>().to_uppercase(),
    }
}

/// The request of a number, for somebody who signed in.
///
/// # Errors
/// `SignIn` for the public; `NotFound` when there is none, or none that the viewer may know of; `SayWhy` for who may
/// see it after saying why.
pub fn find(r: &mut Reader, viewer: &Viewer, number: &str) -> Result<(Request, Standing), Problem> {
    let (request, standing) = fetch(r, viewer, number)?;
    if standing.may(Doing::See) { Ok((request, standing)) } else { Err(Problem::SayWhy(request.number)) }
}

/// The same for whoever may at least know of it.
fn fetch(r: &mut Reader, viewer: &Viewer, number: &str) -> Result<(Request, Standing), Problem> {
    let me = viewer.must_be_signed_in()?;
    let request = store::by_number(r, &canonical(number))?.ok_or(Problem::NotFound)?;
    let standing = standing(r, me, &request, viewer.now)?;
    let knows = standing.may(Doing::See) || standing.may(Doing::Look);
    if knows { Ok((request, standing)) } else { Err(Problem::NotFound) }
}

/// The request of a secret link, for anybody who has it; that of a letter holds for a time.
pub fn find_by_secret(r: &mut Reader, secret: &str, now: Timestamp) -> Result<(Request, Standing), Problem> {
    let (request, ends) = letters::by_link(r, &sessions::hash(secret))?.ok_or(Problem::NotFound)?;
    match ends.filter(|ends| *ends <= now) {
        Some(_) => Err(Problem::Input("letter-link-over")),
        None => Ok((request, Standing::of_the_bearer())),
    }
}

pub fn find_at(r: &mut Reader, viewer: &Viewer, at: &At) -> Result<(Request, Standing), Problem> {
    match at {
        At::Number(number) => find(r, viewer, number),
        At::Mine(number) => {
            let (request, standing) = fetch(r, viewer, number)?;
            Ok((request, standing.outside()))
        }
        At::Secret(secret) => find_by_secret(r, secret, viewer.now),
    }
}

/// The request and what the viewer is to it, for something they are about to do.
///
/// # Errors
/// As `find`; `Forbidden` for who may see it but not do this.
pub fn find_to(
    r: &mut Reader,
    viewer: &Viewer,
    at: &At,
    doing: Doing,
) -> Result<(Request, Standing), Problem> {
    let (request, standing) = match at {
        At::Number(number) => fetch(r, viewer, number)?,
        At::Mine(_) | At::Secret(_) => find_at(r, viewer, at)?,
    };
    if standing.may(doing) {
        Ok((request, standing))
    } else if standing.may(Doing::Look) && may(Relation::CentreWithReason, doing) {
        Err(Problem::SayWhy(request.number))
    } else {
        Err(Problem::Forbidden)
    }
}

fn standing(r: &mut Reader, me: &SignedIn, request: &Request, now: Timestamp) -> Result<Standing, Error> {
    let mut relations = Vec::new();
    let of_the_unit = |grant: &&Grant| {
        grant.organisation == request.unit && matches!(grant.role, Role::HeadOfUnit | Role::Officer)
    };
    for grant in me.grants.iter().filter(of_the_unit) {
        relations.push(match (grant.absent, grant.role) {
            (Some(_), _) => Relation::StandIn,
            (None, Role::HeadOfUnit) => Relation::HeadOfUnit,
            (None, _) => Relation::Officer,
        });
    }
    if request.requester == Some(me.person) {
        relations.push(Relation::Requester);
    }
    let mut standing = Standing { acts_for: acts_for(me, request), ..Standing::of(relations) };
    if [Role::Centre, Role::Auditor, Role::HeadOfOffice].into_iter().any(|role| me.has(role)) {
        add_those_above(r, me, request, &mut standing, now)?;
    }
    if request.confidential {
        let named = me.named.contains(&request.service);
        standing.relations.retain(|relation| stays(*relation, named));
    }
    Ok(standing)
}

/// What the roles of the viewer that lie over a request add; asked of those alone who have one.
fn add_those_above(
    r: &mut Reader,
    me: &SignedIn,
    request: &Request,
    standing: &mut Standing,
    now: Timestamp,
) -> Result<(), Error> {
    let above = people::above(r, request, me.person, now)?;
    let over = |role: Role, above: &[OrganisationId]| me.scopes(role).any(|scope| above.contains(&scope));
    let is_unit = standing.is_unit();
    if over(Role::HeadOfOffice, &above.office) {
        standing.relations.push(Relation::HeadOfOffice);
    }
    if over(Role::Centre, &above.unit) {
        let relation = if above.is_written { Relation::CentreWithReason } else { Relation::Centre };
        standing.relations.push(relation);
    }
    if over(Role::Auditor, &above.unit) {
        standing.is_unwritten = !is_unit && !above.is_written;
        standing.relations.push(Relation::Auditor);
    }
    Ok(())
}

/// Somebody away whose request this is, or by whose right alone the viewer works on it.
fn acts_for(me: &SignedIn, request: &Request) -> Option<Absent> {
    let here = |grant: &&Grant| grant.organisation == request.unit;
    let by_right =
        me.grants.iter().filter(here).map(|grant| grant.absent).min_by_key(Option::is_some).flatten();
    let is_theirs =
        |absent: &&Absent| request.assignee == Some(absent.person) || by_right == Some(absent.person);
    me.stands_in_for.iter().find(is_theirs).cloned()
}

#[cfg(test)]
mod tests;
