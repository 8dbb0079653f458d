//! Who publishes public notices: `access.txt` is the same as a table; a test keeps the two alike.

use crate::id::OrganisationId;
use crate::problem::Problem;
use crate::viewer::{Role, SignedIn, Viewer};

#[derive(Clone, Copy, Debug, PartialEq)]
enum For {
    TheirUnit,
    AllUnits,
}

/// Who works in a unit for the unit, the centre for all.
fn allowed(role: Role, of: For) -> bool {
    match role {
        Role::Officer | Role::HeadOfUnit => of == For::TheirUnit,
        Role::Centre => of == For::AllUnits,
        _ => false,
    }
}

/// May they publish, change and end notices for this unit, or for all?
pub fn may_publish(me: &SignedIn, unit: Option<OrganisationId>) -> bool {
    me.grants.iter().any(|grant| match unit {
        Some(unit) => allowed(grant.role, For::TheirUnit) && grant.organisation == unit,
        None => allowed(grant.role, For::AllUnits) && grant.absent.is_none(),
    })
}

/// May they publish any at all?
pub fn publishes(me: &SignedIn) -> bool {
    me.grants.iter().any(|grant| {
        allowed(grant.role, For::TheirUnit) || allowed(grant.role, For::AllUnits) && grant.absent.is_none()
    })
}

/// # Errors
/// `SignIn` for the public, `Forbidden` for who publishes none.
pub(super) fn must_publish(viewer: &Viewer) -> Result<&SignedIn, Problem> {
    let me = viewer.must_be_signed_in()?;
    if publishes(me) { Ok(me) } else { Err(Problem::Forbidden) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_what_the_code_does() {
        let mut table = "publish: publish, change and end public notices, which everybody reads\n\n\
             \x20             for their unit  for all units\n"
            .to_owned();
        let told = |may: bool| if may { "yes" } else { "-" };
        for role in Role::ALL {
            let (own, all) = (told(allowed(role, For::TheirUnit)), told(allowed(role, For::AllUnits)));
            table.push_str(&format!("{:<14}{own:<16}{all}\n", format!("{role:?}")));
        }
        assert_eq!(table, include_str!("access.txt"));
    }
}
