//! Who may see whose figures, and the records behind them; `access.txt` is the same as a table for people.

use database::Reader;

use crate::analysis::store;
use crate::id::OrganisationId;
use crate::problem::Problem;
use crate::viewer::{Role, SignedIn};

/// What figures are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    Unit,
    AllUnits,
    Office,
}

impl About {
    pub const ALL: [About; 3] = [About::Unit, About::AllUnits, About::Office];
}

/// The table. In scope: the unit or office lies in the organisation for which the role was given; all units do in the
/// whole government only.
pub fn allowed(role: Role, in_scope: bool, about: About) -> bool {
    match (role, about) {
        (Role::Officer | Role::HeadOfUnit, About::Unit) | (Role::HeadOfOffice, About::Office) => in_scope,
        (Role::Centre | Role::Auditor, About::Unit | About::AllUnits | About::Office) => in_scope,
        (Role::Officer | Role::HeadOfUnit, About::AllUnits | About::Office)
        | (Role::HeadOfOffice, About::Unit | About::AllUnits)
        | (Role::Requester | Role::Operator, _) => false,
    }
}

/// May see the figures of a unit, or of an office through all units.
pub fn may(r: &mut Reader, me: &SignedIn, about: About, subject: OrganisationId) -> Result<bool, Problem> {
    let above = store::ancestors(r, subject)?;
    Ok(me.grants.iter().any(|grant| allowed(grant.role, above.contains(&grant.organisation), about)))
}

pub fn may_see_all_units(r: &mut Reader, me: &SignedIn) -> Result<bool, Problem> {
    for grant in &me.grants {
        if allowed(grant.role, true, About::AllUnits) && store::is_top(r, grant.organisation)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Has figures to see somewhere.
pub fn may_somewhere(me: &SignedIn) -> bool {
    let some = |role| About::ALL.into_iter().any(|about| allowed(role, true, about));
    me.grants.iter().any(|grant| some(grant.role))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> String {
        let mut text = String::from("Whose figures one may see, with the requests behind them\n\n");
        text.push_str(&format!("{:28}{:>10}{:>12}{:>12}\n", "", "a unit", "all units", "an office"));
        for role in Role::ALL {
            for (in_scope, words) in [(true, "in scope"), (false, "elsewhere")] {
                let name = format!("{role:?}, {words}");
                let cells = About::ALL.map(|about| if allowed(role, in_scope, about) { "yes" } else { "-" });
                text.push_str(&format!("{name:28}{:>10}{:>12}{:>12}\n", cells[0], cells[1], cells[2]));
            }
        }
        text
    }

    #[test]
    fn the_table_of_rights_is_the_one_in_the_file() {
        assert_eq!(table(), include_str!("access.txt"), "write this into access.txt if it is meant so");
    }
}
