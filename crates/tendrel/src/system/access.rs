//! Who may run the system, and who may see how its records are kept: the table is `access.txt`.

use crate::problem::Problem;
use crate::viewer::{Role, SignedIn, Viewer};

/// Operators, wherever their role holds: there is one system. They read no cases there.
fn may_run(role: Role) -> bool {
    role == Role::Operator
}

/// # Errors
/// `SignIn` for the public, `Forbidden` for who is no operator.
pub fn must_run_the_system(viewer: &Viewer) -> Result<&SignedIn, Problem> {
    let me = viewer.must_be_signed_in()?;
    if me.grants.iter().any(|grant| may_run(grant.role)) { Ok(me) } else { Err(Problem::Forbidden) }
}

/// Who looks after the records: operators, and auditors, who change nothing.
fn may_look_after(role: Role) -> bool {
    may_run(role) || role == Role::Auditor
}

/// # Errors
/// `SignIn` for the public, `Forbidden` for who is neither operator nor auditor.
pub fn must_look_after(viewer: &Viewer) -> Result<&SignedIn, Problem> {
    let me = viewer.must_be_signed_in()?;
    if me.grants.iter().any(|grant| may_look_after(grant.role)) { Ok(me) } else { Err(Problem::Forbidden) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_what_the_code_does() {
        let mut table =
            "run: see the state of the system, back it up, have a job done again, say how long what is kept\n\
             look after: see how long what is kept, what was removed, and what was handed out\n\n\
             \x20             run  look after\n"
                .to_owned();
        let told = |may: bool| if may { "yes" } else { "-" };
        for role in Role::ALL {
            let (run, see) = (told(may_run(role)), told(may_look_after(role)));
            table.push_str(&format!("{:<14}{run:<5}{see}\n", format!("{role:?}")));
        }
        assert_eq!(table, include_str!("access.txt"));
    }
}
