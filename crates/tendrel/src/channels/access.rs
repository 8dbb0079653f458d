//! Who reads the mail of a desk, and who sets up its mailboxes: the table is `access.txt`.
//!
//! A mail that became part of a case is read by whoever may see inside that case; this is about those that wait.

use crate::channels::mailbox::Mailbox;
use crate::desk::catalogue::CatalogueData;
use crate::problem::Problem;
use crate::viewer::{Grant, Role, SignedIn, Viewer};

/// May somebody of this role read what comes to their unit by mail or on paper, and sort it?
pub(super) fn reads(role: Role) -> bool {
    matches!(role, Role::Officer | Role::HeadOfUnit)
}

/// Operators set up where mail comes from; they read none of it.
fn sets_up(role: Role) -> bool {
    role == Role::Operator
}

/// Of a mailbox for a confidential service only who is named for it.
pub(super) fn may_read(me: &SignedIn, mailbox: &Mailbox, catalogue: &CatalogueData) -> bool {
    let here = |grant: &Grant| grant.organisation == mailbox.unit && reads(grant.role);
    let is_confidential =
        catalogue.service(mailbox.service).is_some_and(|service| service.definition.confidential);
    me.grants.iter().any(here) && (!is_confidential || me.named.contains(&mailbox.service))
}

/// # Errors
/// `SignIn` for the public, `Forbidden` for who works in no unit.
pub(super) fn must_work_in_a_unit(viewer: &Viewer) -> Result<&SignedIn, Problem> {
    let me = viewer.must_be_signed_in()?;
    if me.grants.iter().any(|grant| reads(grant.role)) { Ok(me) } else { Err(Problem::Forbidden) }
}

/// # Errors
/// `SignIn` for the public, `Forbidden` for who is no operator.
pub(super) fn must_set_up(viewer: &Viewer) -> Result<&SignedIn, Problem> {
    let me = viewer.must_be_signed_in()?;
    if me.grants.iter().any(|grant| sets_up(grant.role)) { Ok(me) } else { Err(Problem::Forbidden) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_what_the_code_does() {
        let mut table = "read: see the mail and the sheets of paper of their unit that wait, and sort them; of confidential ones who is named\n\
                         set up: open, change and close mailboxes\n\n\
                         \x20             read  set up\n"
            .to_owned();
        let told = |may: bool| if may { "yes" } else { "-" };
        for role in Role::ALL {
            let (read, set_up) = (told(reads(role)), told(sets_up(role)));
            table.push_str(&format!("{:<14}{read:<6}{set_up}\n", format!("{role:?}")));
        }
        assert_eq!(table, include_str!("access.txt"));
    }
}
