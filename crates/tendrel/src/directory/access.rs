//! Who may do what in the directory. `access.txt` is the same as a table; a test keeps the two alike.

use database::{Error, Reader};

use crate::id::OrganisationId;
use crate::problem::Problem;
use crate::viewer::{Grant, Role, SignedIn};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Doing {
    SeeOffices,
    EditOffices,
    SeePeople,
    EditPeople,
    GiveRole(Role),
    EditHours,
    EditHolidays,
    Import,
    KeepPrograms,
    SyncPeople,
}

/// Where something is done: at an organisation, which lies below others and is served by a unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spot {
    /// Itself and all above it.
    pub ancestors: Vec<OrganisationId>,
    pub unit: Option<OrganisationId>,
}

impl Spot {
    /// The spot of an organisation; of the whole government for `None`.
    pub fn of(r: &mut Reader, organisation: Option<OrganisationId>) -> Result<Spot, Error> {
        let mut spot = Spot::default();
        let read =
            |row: &database::Row<'_>| Ok((row.get("id")?, row.get::<Option<OrganisationId>>("unit_id")?));
        let rows: Vec<(OrganisationId, Option<OrganisationId>)> = match organisation {
            Some(id) => r.rows(
                "SELECT a.ancestor_id AS id, CASE WHEN a.depth = 0 THEN o.unit_id END AS unit_id
                 FROM organisation_ancestors a JOIN organisations o ON o.id = a.ancestor_id
                 WHERE a.organisation_id = $1 ORDER BY a.depth",
                &[id.into()],
                read,
            )?,
            None => r.rows(
                "SELECT id, unit_id FROM organisations WHERE parent_id IS NULL AND valid_to IS NULL",
                &[],
                |row| Ok((row.get("id")?, None)),
            )?,
        };
        for (ancestor, unit) in rows {
            spot.ancestors.push(ancestor);
            spot.unit = spot.unit.or(unit);
        }
        Ok(spot)
    }
}

/// May this person do it there? Who stands in for somebody away has their rights over requests, not over people and
/// offices: those would outlast the absence.
pub fn may(me: &SignedIn, doing: Doing, spot: &Spot) -> bool {
    allowed(None, false, doing)
        || own(me).any(|grant| {
            let near = spot.ancestors.contains(&grant.organisation) || spot.unit == Some(grant.organisation);
            allowed(Some(grant.role), near, doing)
        })
}

/// # Errors
/// `Forbidden` when they may not.
pub fn must(me: &SignedIn, doing: Doing, spot: &Spot) -> Result<(), Problem> {
    if may(me, doing, spot) { Ok(()) } else { Err(Problem::Forbidden) }
}

/// May they do it somewhere? For buttons that lead to a form in which the place is chosen.
pub fn may_somewhere(me: &SignedIn, doing: Doing) -> bool {
    own(me).any(|grant| allowed(Some(grant.role), true, doing))
}

fn own(me: &SignedIn) -> impl Iterator<Item = &Grant> {
    me.grants.iter().filter(|grant| grant.absent.is_none())
}

/// The table. `near`: within the scope of the role, that is below its organisation or served by it.
pub fn allowed(role: Option<Role>, near: bool, doing: Doing) -> bool {
    use Doing::*;
    let Some(role) = role else {
        return doing == SeeOffices;
    };
    match (role, doing) {
        (_, SeeOffices) => true,
        (Role::Requester, _) => false,
        (_, SeePeople) => true,
        (Role::Officer | Role::HeadOfOffice | Role::Auditor, _) => false,
        (Role::Operator, _) => near,
        (Role::Centre, EditOffices | EditHours | EditHolidays) => near,
        (Role::Centre, _) => false,
        (Role::HeadOfUnit, GiveRole(given)) => {
            near && matches!(given, Role::Requester | Role::Officer | Role::HeadOfUnit | Role::HeadOfOffice)
        }
        (Role::HeadOfUnit, EditHours | KeepPrograms | SyncPeople) => false,
        (Role::HeadOfUnit, EditOffices | EditPeople | EditHolidays | Import) => near,
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    const COLUMNS: [(&str, Doing); 9] = [
        ("see offices", Doing::SeeOffices),
        ("edit offices", Doing::EditOffices),
        ("see people", Doing::SeePeople),
        ("edit people", Doing::EditPeople),
        ("edit hours", Doing::EditHours),
        ("edit holidays", Doing::EditHolidays),
        ("import", Doing::Import),
        ("keep programs", Doing::KeepPrograms),
        ("sync people", Doing::SyncPeople),
    ];

    fn rows() -> Vec<(String, Option<Role>, bool)> {
        let mut rows = vec![("Signed in, without a role".to_owned(), None, false)];
        for role in Role::ALL {
            let name = format!("{role:?}");
            rows.push((format!("{name}, in scope"), Some(role), true));
            rows.push((format!("{name}, elsewhere"), Some(role), false));
        }
        rows
    }

    fn table(head: &[String], cell: impl Fn(Option<Role>, bool, usize) -> bool) -> String {
        let mut table = format!("{:26}", "");
        for column in head {
            write!(table, "  {column}").unwrap();
        }
        for (name, role, near) in rows() {
            write!(table, "\n{name:26}").unwrap();
            for (place, column) in head.iter().enumerate() {
                let word = if cell(role, near, place) { "yes" } else { "-" };
                write!(table, "  {word:>width$}", width = column.len()).unwrap();
            }
        }
        table + "\n"
    }

    #[test]
    fn the_table_of_rights_is_the_one_in_the_file() {
        let head = COLUMNS.map(|(name, _)| name.to_owned());
        let doing = table(&head, |role, near, place| allowed(role, near, COLUMNS[place].1));
        let head = Role::ALL.map(|role| role.code().to_owned());
        let giving = table(&head, |role, near, place| allowed(role, near, Doing::GiveRole(Role::ALL[place])));
        let written =
            format!("What one may do\n\n{doing}\nWhich roles one may give and take away\n\n{giving}");
        let file = include_str!("access.txt");
        assert!(written == file, "access.txt should be:\n{written}");
    }
}
