//! Service accounts: programs that use the API under a name and a role of their own. They do not sign in; they have
//! tokens, which an operator makes.

use database::{Error, Reader, Row, Transaction};
use jiff::Timestamp;
use serde::Serialize;

use crate::directory::people::{self, NewPerson};
use crate::id::{AccountId, OrganisationId};
use crate::viewer::Role;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Program {
    pub id: AccountId,
    pub name: String,
    #[serde(serialize_with = "role_code")]
    pub role: Role,
    pub organisation: OrganisationId,
    pub organisation_name: String,
    pub organisation_name_dz: String,
    pub closed_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
}

fn role_code<S: serde::Serializer>(role: &Role, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(role.code())
}

const PROGRAM: &str =
    "SELECT a.id AS id, p.name AS name, g.role AS role, o.id AS organisation_id, o.name AS organisation_name,
    o.name_dz AS organisation_name_dz, a.closed_at AS closed_at,
    (SELECT MAX(t.last_used_at) FROM api_tokens t WHERE t.account_id = a.id) AS last_used_at
    FROM persons p JOIN accounts a ON a.person_id = p.id JOIN grants g ON g.account_id = a.id
    JOIN organisations o ON o.id = g.organisation_id";

fn read(row: &Row<'_>) -> Result<Program, Error> {
    Ok(Program {
        id: row.get("id")?,
        name: row.get("name")?,
        role: Role::from_code(&row.get::<String>("role")?).unwrap_or(Role::Requester),
        organisation: row.get("organisation_id")?,
        organisation_name: row.get("organisation_name")?,
        organisation_name_dz: row.get("organisation_name_dz")?,
        closed_at: row.get("closed_at")?,
        last_used_at: row.get("last_used_at")?,
    })
}

/// Programs that work for an organisation or for one below it.
pub fn below(r: &mut Reader, organisation: OrganisationId) -> Result<Vec<Program>, Error> {
    r.rows(
        &format!(
            "{PROGRAM} JOIN organisation_ancestors n ON n.organisation_id = o.id AND n.ancestor_id = $1
             WHERE p.is_program = 1 ORDER BY p.name, a.id LIMIT 200"
        ),
        &[organisation.into()],
        read,
    )
}

pub fn get(r: &mut Reader, id: AccountId) -> Result<Option<Program>, Error> {
    r.row(&format!("{PROGRAM} WHERE p.is_program = 1 AND a.id = $1"), &[id.into()], read)
}

/// A program with its one role. Its name stands in the log as a person's would.
pub fn insert(
    tx: &mut Transaction,
    name: &str,
    role: Role,
    organisation: OrganisationId,
    now: Timestamp,
) -> Result<AccountId, Error> {
    let person = people::insert(tx, &NewPerson { name: name.to_owned(), ..NewPerson::default() }, now)?;
    tx.execute("UPDATE persons SET is_program = 1 WHERE id = $1", &[person.into()])?;
    // Nobody types it: the name only keeps the accounts apart.
    let account = people::insert_account(tx, person, &format!("program {person}"), now)?;
    people::grant(tx, account, role, organisation, now)?;
    Ok(account)
}
