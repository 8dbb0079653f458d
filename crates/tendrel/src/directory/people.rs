//! People, their posts, accounts and roles.

use database::{Error, Transaction};
use jiff::Timestamp;

use crate::directory::words;
use crate::id::{AccountId, OrganisationId, PersonId};
use crate::search::fold;
use crate::viewer::Role;

/// A person as they are entered or imported.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewPerson {
    pub employee_id: Option<String>,
    pub name: String,
    pub name_dz: String,
    pub post: String,
    /// Where the person works, and the agency that looks after the career.
    pub working_agency: Option<OrganisationId>,
    pub parent_agency: Option<OrganisationId>,
    pub phone: String,
    pub email: String,
    pub language: String,
}

pub fn insert(tx: &mut Transaction, person: &NewPerson, now: Timestamp) -> Result<PersonId, Error> {
    let NewPerson { employee_id, name, name_dz, post, working_agency, parent_agency, phone, email, language } =
        person;
    let id = PersonId::new(now);
    tx.execute(
        "INSERT INTO persons (id, employee_id, name, name_dz, folded, working_agency_id, parent_agency_id, phone, email,
            language)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            id.into(),
            employee_id.into(),
            name.into(),
            name_dz.into(),
            fold(name).into(),
            (*working_agency).into(),
            (*parent_agency).into(),
            phone.into(),
            email.to_lowercase().into(),
            if language.is_empty() { "en" } else { language }.into(),
        ],
    )?;
    if let (Some(organisation), false) = (working_agency, post.is_empty()) {
        tx.execute(
            "INSERT INTO posts (person_id, organisation_id, title, valid_from) VALUES ($1, $2, $3, $4)",
            &[id.into(), (*organisation).into(), post.into(), now.to_string()[..10].into()],
        )?;
    }
    words::of_person(tx, id)?;
    Ok(id)
}

/// An account without a password: it cannot sign in by one until it is set.
pub fn insert_account(
    tx: &mut Transaction,
    person: PersonId,
    username: &str,
    now: Timestamp,
) -> Result<AccountId, Error> {
    let id = AccountId::new(now);
    tx.execute(
        "INSERT INTO accounts (id, person_id, username) VALUES ($1, $2, $3)",
        &[id.into(), person.into(), username.into()],
    )?;
    Ok(id)
}

/// Gives a role in the scope of an organisation and everything below it, from today on.
pub fn grant(
    tx: &mut Transaction,
    account: AccountId,
    role: Role,
    organisation: OrganisationId,
    now: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO grants (account_id, role, organisation_id, valid_from) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING",
        &[account.into(), role.code().into(), organisation.into(), now.to_string()[..10].into()],
    )?;
    Ok(())
}
