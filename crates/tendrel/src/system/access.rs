//! Who may run the system: the table is `access.txt`.

use crate::problem::Problem;
use crate::viewer::{Role, SignedIn, Viewer};

/// Operators, wherever their role holds: there is one system. They read no cases there.
fn may_run(role: Role) -> bool {
    role == Role::Operator
}

/// # Errors
/// `SignIn` for the public, `Forbidden` for who is no operator.
pub(super) fn must_run_the_system(viewer: &Viewer) -> Result<&SignedIn, Problem> {
    let me = viewer.must_be_signed_in()?;
    if me.grants.iter().any(|grant| may_run(grant.role)) { Ok(me) } else { Err(Problem::Forbidden) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_what_the_code_does() {
        let mut table =
            "Who may run the system: see its state, back it up, have a job done again\n\n".to_owned();
        for role in Role::ALL {
            let may = if may_run(role) { "yes" } else { "-" };
            table.push_str(&format!("{:<14}{may}\n", format!("{role:?}")));
        }
        assert_eq!(table, include_str!("access.txt"));
    }
}
