//! Who keeps receivers of webhooks: `access.txt` is the same as a table; a test keeps the two alike.

use crate::channels::webhooks::endpoint::Endpoint;
use crate::id::OrganisationId;
use crate::problem::Problem;
use crate::viewer::{Role, SignedIn, Viewer};

/// Whose requests a receiver is told of.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Of {
    AllUnits,
    OneUnit,
}

/// Operators wherever their role holds: there is one system. A head for the unit.
fn allowed(role: Role, of: Of) -> bool {
    match role {
        Role::Operator => true,
        Role::HeadOfUnit => of == Of::OneUnit,
        _ => false,
    }
}

/// Of which units somebody keeps receivers. What sends data out is never done for somebody away.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reach {
    pub(super) all: bool,
    pub(super) units: Vec<OrganisationId>,
}

impl Reach {
    fn of(me: &SignedIn) -> Reach {
        let own = || me.grants.iter().filter(|grant| grant.absent.is_none());
        let all = own().any(|grant| allowed(grant.role, Of::AllUnits));
        let units = own().filter(|grant| allowed(grant.role, Of::OneUnit)).map(|grant| grant.organisation);
        Reach { all, units: units.collect() }
    }

    pub(super) fn holds(&self, unit: Option<OrganisationId>) -> bool {
        self.all || unit.is_some_and(|unit| self.units.contains(&unit))
    }

    /// What one may not see is not found.
    ///
    /// # Errors
    /// `NotFound`.
    pub(super) fn must_hold(&self, endpoint: Option<Endpoint>) -> Result<Endpoint, Problem> {
        endpoint.filter(|endpoint| self.holds(endpoint.unit)).ok_or(Problem::NotFound)
    }
}

/// # Errors
/// `SignIn` for the public, `Forbidden` for who keeps none.
pub(super) fn must_keep(viewer: &Viewer) -> Result<Reach, Problem> {
    let reach = Reach::of(viewer.must_be_signed_in()?);
    if reach.all || !reach.units.is_empty() { Ok(reach) } else { Err(Problem::Forbidden) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_what_the_code_does() {
        let mut table =
            "keep: make, change and switch receivers of webhooks, and see what was sent to them\n\n\
             \x20             of all units  of their unit\n"
                .to_owned();
        let told = |may: bool| if may { "yes" } else { "-" };
        for role in Role::ALL {
            let (all, one) = (told(allowed(role, Of::AllUnits)), told(allowed(role, Of::OneUnit)));
            table.push_str(&format!("{:<14}{all:<14}{one}\n", format!("{role:?}")));
        }
        assert_eq!(table, include_str!("access.txt"));
    }
}
