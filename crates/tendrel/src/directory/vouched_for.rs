//! Whose account it is that a provider or a directory vouches for: known by its own name for them; the first time by what
//! it has seen to be theirs; made, where the settings say so.

use database::{Error, Reader, Transaction};
use jiff::Timestamp;
use serde_json::json;

use crate::directory::accounts::{self, Account};
use crate::directory::import::known_offices::Directory;
use crate::directory::people::{self, NewPerson};
use crate::directory::{identities, role_map};
use crate::events::{self, Actor};
use crate::id::{AccountId, PersonId};
use crate::search::fold;
use crate::settings::identity::MappedRole;
use crate::viewer::Role;

/// What is said of somebody, as far as it is believed.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) issuer: String,
    pub(super) subject: String,
    pub(super) name: String,
    pub(super) username: String,
    /// Empty unless it was seen to be theirs.
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) employee_id: String,
    pub(super) post: String,
    /// Name or alias of the office.
    pub(super) office: String,
    /// What roles are looked up by; `None` where they are given here only.
    pub(super) values: Option<Vec<String>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Known {
    Account(Box<Account>),
    /// There is such a person, without an account.
    Person(PersonId),
    Nobody,
    /// Several could be meant, or the one who could is somebody else to them.
    Unclear,
}

/// The key of a sentence that says what to do.
pub(super) type Why = &'static str;

/// The account, with the roles that are due to it.
pub(super) fn welcome(
    tx: &mut Transaction,
    said: &Said,
    map: &[MappedRole],
    create: bool,
    now: Timestamp,
) -> Result<Result<Account, Why>, Error> {
    let account = match known(tx, said)? {
        Known::Account(account) if account.closed_at.is_some() => return Ok(Err("vouched-unknown")),
        Known::Account(account) => *account,
        Known::Unclear => return Ok(Err("vouched-unclear")),
        Known::Person(_) | Known::Nobody if !create => return Ok(Err("vouched-unknown")),
        Known::Person(person) => make_account(tx, said, person, now)?,
        Known::Nobody => {
            let directory = Directory::read(tx)?;
            let Ok(office) = directory.one(&said.office) else {
                return Ok(Err("vouched-no-office"));
            };
            let person = NewPerson {
                employee_id: Some(said.employee_id.clone()).filter(|id| !id.is_empty()),
                name: if said.name.is_empty() { said.username.clone() } else { said.name.clone() },
                working_agency: Some(office.id),
                phone: said.phone.clone(),
                email: said.email.clone(),
                post: said.post.clone(),
                ..NewPerson::default()
            };
            let person = people::insert(tx, &person, now)?;
            let detail = json!({ "by": said.issuer });
            events::note(tx, "person", person.uuid(), Actor::program(), "made", detail, now)?;
            make_account(tx, said, person, now)?
        }
    };
    join(tx, said, &account, now)?;
    if let Some(values) = &said.values {
        let wanted = role_map::wanted(&role_map::resolve(tx, map)?, values);
        role_map::apply(tx, &said.issuer, (account.id, account.person), &wanted, now)?;
    }
    Ok(Ok(account))
}

/// Who it is, as far as is known before anything is changed.
fn known(r: &mut Reader, said: &Said) -> Result<Known, Error> {
    if let Some(account) = identities::find(r, &said.issuer, &said.subject)? {
        return Ok(Known::Account(Box::new(account)));
    }
    let mut persons: Vec<PersonId> = Vec::new();
    for (column, value) in [("employee_id", &said.employee_id), ("email", &said.email)] {
        if value.is_empty() {
            continue;
        }
        // One of two with the same address is not one of them.
        persons.extend(r.rows(
            &format!(
                "SELECT id FROM persons WHERE {column} = $1 AND is_program = 0 AND valid_to IS NULL ORDER BY id LIMIT 2"
            ),
            &[value.into()],
            |row| row.get::<PersonId>("id"),
        )?);
    }
    persons.sort_unstable();
    persons.dedup();
    let person = match persons.as_slice() {
        [] => return Ok(Known::Nobody),
        [one] => *one,
        _ => return Ok(Known::Unclear),
    };
    match accounts::of_person(r, person)? {
        None => Ok(Known::Person(person)),
        Some(account) if identities::is_somebody(r, &said.issuer, account.id)? => Ok(Known::Unclear),
        Some(account) => Ok(Known::Account(Box::new(account))),
    }
}

/// From now on the account is known by the issuer's own name for it.
fn join(tx: &mut Transaction, said: &Said, account: &Account, now: Timestamp) -> Result<(), Error> {
    if identities::find(tx, &said.issuer, &said.subject)?.is_some() {
        return Ok(());
    }
    identities::link(tx, &said.issuer, &said.subject, account.id, now)?;
    let detail = json!({ "issuer": said.issuer });
    events::note(tx, "account", account.id.uuid(), Actor::program(), "vouched for", detail, now)
}

/// An account for a person who has none, in the role of everybody.
fn make_account(
    tx: &mut Transaction,
    said: &Said,
    person: PersonId,
    now: Timestamp,
) -> Result<Account, Error> {
    let username = free_username(tx, said)?;
    let id = people::insert_account(tx, person, &username, now)?;
    let office = people::get(tx, person)?.and_then(|person| person.working_agency);
    if let Some(office) = office {
        people::grant(tx, id, Role::Requester, office, now)?;
    }
    let detail = json!({ "username": username, "by": said.issuer });
    events::note(tx, "person", person.uuid(), Actor::program(), "account made", detail, now)?;
    account_of(tx, id)
}

fn account_of(r: &mut Reader, id: AccountId) -> Result<Account, Error> {
    accounts::get(r, id)?.ok_or_else(|| Error::Missing { statement: "the account just made".to_owned() })
}

/// The name they have there, or the first with a number that nobody has here.
fn free_username(r: &mut Reader, said: &Said) -> Result<String, Error> {
    let wanted = if said.username.is_empty() { &said.name } else { &said.username };
    let wanted = wanted.split('@').next().unwrap_or_default();
    let plain = fold(wanted).split_whitespace().collect::<Vec<_>>().join(".");
    let plain = if plain.is_empty() { "person".to_owned() } else { plain };
    let mut name = plain.clone();
    for number in 2.. {
        let taken: Option<AccountId> =
            r.row("SELECT id FROM accounts WHERE username = $1", &[(&name).into()], |row| row.get("id"))?;
        if taken.is_none() {
            break;
        }
        name = format!("{plain}.{number}");
    }
    Ok(name)
}
