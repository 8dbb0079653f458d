//! Who may do what with a request. `access.txt` is the same as a table to be read; a test compares the two.
//!
//! A request is only ever fetched through its viewer: what one may not see is not found.

use database::{Error, Reader};

use crate::desk::number::Number;
use crate::desk::request::Request;
use crate::desk::store::{self, people};
use crate::directory::sessions;
use crate::id::OrganisationId;
use crate::problem::Problem;
use crate::viewer::{Role, SignedIn, Viewer};

/// What somebody is to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Head of the unit that has it.
    HeadOfUnit,
    /// Works in the unit that has it.
    Officer,
    /// The division over all units.
    Centre,
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
    pub const ALL: [Relation; 9] = [
        Relation::HeadOfUnit,
        Relation::Officer,
        Relation::Centre,
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
            Relation::Centre => "centre",
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
    pub const ALL: [Doing; 19] = [
        Doing::See,
        Doing::SeeInside,
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
        Relation::HeadOfUnit | Relation::Officer => doing != Doing::Rate,
        Relation::Centre => {
            matches!(
                doing,
                Doing::See | Doing::SeeInside | Doing::Note | Doing::HandOver | Doing::Keep | Doing::LetGo
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

/// Everything a viewer is to a request: an officer may have asked for it as well.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing(Vec<Relation>);

impl Standing {
    /// Somebody of the unit who made the request's record a moment ago.
    pub fn of_the_unit() -> Standing {
        Standing(vec![Relation::Officer])
    }

    pub fn may(&self, doing: Doing) -> bool {
        self.0.iter().any(|relation| may(*relation, doing))
    }

    /// Works on it, or looks over those who do: sees the officers' page.
    pub fn is_inside(&self) -> bool {
        self.may(Doing::SeeInside)
    }

    /// Belongs to the unit that has it.
    pub fn is_unit(&self) -> bool {
        self.0.iter().any(|relation| matches!(relation, Relation::HeadOfUnit | Relation::Officer))
    }

    pub fn reader() -> Standing {
        Standing(vec![Relation::Reader])
    }

    /// Only what somebody is as the one who asked, or as the head of their office: an officer who asked for
    /// something themselves speaks for the requester on the requester's page.
    #[must_use]
    pub fn outside(&self) -> Standing {
        let outside = [Relation::Requester, Relation::HeadOfOffice, Relation::Bearer];
        Standing(self.0.iter().copied().filter(|relation| outside.contains(relation)).collect())
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
/// `SignIn` for the public; `NotFound` when there is none, or none that the viewer may see.
pub fn find(r: &mut Reader, viewer: &Viewer, number: &str) -> Result<(Request, Standing), Problem> {
    let me = viewer.must_be_signed_in()?;
    let request = store::by_number(r, &canonical(number))?.ok_or(Problem::NotFound)?;
    let standing = standing(r, me, &request)?;
    if standing.may(Doing::See) { Ok((request, standing)) } else { Err(Problem::NotFound) }
}

/// The request of a secret link, for anybody who has it.
pub fn find_by_secret(r: &mut Reader, secret: &str) -> Result<(Request, Standing), Problem> {
    let request = store::by_follow_hash(r, &sessions::hash(secret))?.ok_or(Problem::NotFound)?;
    Ok((request, Standing(vec![Relation::Bearer])))
}

pub fn find_at(r: &mut Reader, viewer: &Viewer, at: &At) -> Result<(Request, Standing), Problem> {
    match at {
        At::Number(number) => find(r, viewer, number),
        At::Mine(number) => {
            let (request, standing) = find(r, viewer, number)?;
            Ok((request, standing.outside()))
        }
        At::Secret(secret) => find_by_secret(r, secret),
    }
}

fn standing(r: &mut Reader, me: &SignedIn, request: &Request) -> Result<Standing, Error> {
    let mut relations = Vec::new();
    for (role, relation) in [(Role::HeadOfUnit, Relation::HeadOfUnit), (Role::Officer, Relation::Officer)] {
        if me.scopes(role).any(|scope| scope == request.unit) {
            relations.push(relation);
        }
    }
    if request.requester == Some(me.person) {
        relations.push(Relation::Requester);
    }
    let looks_down = [Role::Centre, Role::Auditor, Role::HeadOfOffice].into_iter().any(|role| me.has(role));
    if looks_down {
        let (above_unit, above_office) = people::above(r, request.unit, request.office)?;
        let over = |role: Role, above: &[OrganisationId]| me.scopes(role).any(|scope| above.contains(&scope));
        if over(Role::Centre, &above_unit) {
            relations.push(Relation::Centre);
        }
        if over(Role::Auditor, &above_unit) {
            relations.push(Relation::Auditor);
        }
        if over(Role::HeadOfOffice, &above_office) {
            relations.push(Relation::HeadOfOffice);
        }
    }
    Ok(Standing(relations))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::{given, reported};
    use crate::testing::{Who, World};

    fn table() -> String {
        let mut table = format!("{:16}", "");
        for relation in Relation::ALL {
            table.push_str(&format!(" {:14}", relation.code()));
        }
        for doing in Doing::ALL {
            table = format!("{}\n{:16}", table.trim_end(), doing.code());
            for relation in Relation::ALL {
                let word = if may(relation, doing) { "yes" } else { "-" };
                table.push_str(&format!(" {word:14}"));
            }
        }
        format!("{}\n", table.trim_end())
    }

    #[test]
    fn the_table_says_what_the_code_does() {
        let written = include_str!("access.txt");
        let rows: String = written
            .lines()
            .filter(|line| !line.starts_with('#'))
            .fold(String::new(), |rows, line| rows + line + "\n");
        assert_eq!(rows, table(), "access.txt should be:\n{}", table());
    }

    #[tokio::test]
    async fn strangers_do_not_even_learn_that_it_exists() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let path = format!("/requests/{number}");
        for who in [Who::Karma, Who::Head, Who::Centre, Who::Auditor, Who::Tshering, Who::Principal] {
            world.browser(who).get(&path).await.must_have("No Internet in the whole school");
        }
        for who in [Who::Stranger, Who::Dechen, Who::Operator] {
            world.browser(who).get(&path).await.must_be(404);
        }
        assert_eq!(world.public().get(&path).await.path.split('?').next(), Some("/sign-in"));
    }
}
