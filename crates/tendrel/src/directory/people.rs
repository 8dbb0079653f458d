//! People, their posts, accounts and roles.

use database::{Error, Reader, Transaction};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::directory::offices::change::Refused;
use crate::directory::words;
use crate::frame::languages::Language;
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
/// The language somebody reads and is written to in.
pub fn set_language(tx: &mut Transaction, id: PersonId, language: Language) -> Result<(), Error> {
    tx.execute("UPDATE persons SET language = $2 WHERE id = $1", &[id.into(), language.code().into()])?;
    Ok(())
}

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

/// Takes a role away at once: the log keeps that it was held.
pub fn revoke(
    tx: &mut Transaction,
    account: AccountId,
    role: Role,
    organisation: OrganisationId,
    now: Timestamp,
) -> Result<bool, Error> {
    let key = || [account.into(), role.code().into(), organisation.into()];
    let today = now.to_string()[..10].to_owned();
    let yesterday = (now - jiff::SignedDuration::from_hours(24)).to_string()[..10].to_owned();
    let [a, b, c] = key();
    let deleted = tx.execute(
        "DELETE FROM grants WHERE account_id = $1 AND role = $2 AND organisation_id = $3 AND valid_to IS NULL
           AND valid_from >= $4",
        &[a, b, c, today.into()],
    )?;
    let [a, b, c] = key();
    let ended = tx.execute(
        "UPDATE grants SET valid_to = $4
         WHERE account_id = $1 AND role = $2 AND organisation_id = $3 AND valid_to IS NULL",
        &[a, b, c, yesterday.into()],
    )?;
    Ok(deleted + ended > 0)
}

/// Who has an e-mail address, as those who write to them need it.
#[derive(Clone, Debug, PartialEq)]
pub struct Addressed {
    pub id: PersonId,
    pub name: String,
    pub phone: String,
    pub language: String,
    pub working_agency: Option<OrganisationId>,
}

/// The one person of an e-mail address; `None` where several share it, such as an office's own.
pub fn of_email(r: &mut Reader, address: &str) -> Result<Option<Addressed>, Error> {
    let found = r.rows(
        "SELECT id, name, phone, language, working_agency_id FROM persons
         WHERE email = $1 AND is_program = 0 AND valid_to IS NULL LIMIT 2",
        &[address.into()],
        |row| {
            Ok(Addressed {
                id: row.get("id")?,
                name: row.get("name")?,
                phone: row.get("phone")?,
                language: row.get("language")?,
                working_agency: row.get("working_agency_id")?,
            })
        },
    )?;
    let mut found = found.into_iter();
    let first = found.next();
    Ok(first.filter(|_| found.next().is_none()))
}

/// A person with agencies by name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Person {
    pub id: PersonId,
    pub employee_id: Option<String>,
    pub name: String,
    pub name_dz: String,
    pub phone: String,
    pub email: String,
    pub language: String,
    pub working_agency: Option<OrganisationId>,
    pub working_name: String,
    pub working_name_dz: String,
    pub parent_agency: Option<OrganisationId>,
    pub parent_name: String,
    pub parent_name_dz: String,
    pub valid_to: Option<String>,
    pub version: i64,
}

pub fn get(r: &mut Reader, id: PersonId) -> Result<Option<Person>, Error> {
    r.row(
        "SELECT p.id AS id, p.employee_id AS employee_id, p.name AS name, p.name_dz AS name_dz, p.phone AS phone,
                p.email AS email, p.language AS language, p.working_agency_id AS working_id,
                COALESCE(w.name, '') AS working_name, COALESCE(w.name_dz, '') AS working_name_dz,
                p.parent_agency_id AS parent_id, COALESCE(a.name, '') AS parent_name,
                COALESCE(a.name_dz, '') AS parent_name_dz, p.valid_to AS valid_to, p.version AS version
         FROM persons p LEFT JOIN organisations w ON w.id = p.working_agency_id
         LEFT JOIN organisations a ON a.id = p.parent_agency_id WHERE p.id = $1 AND p.is_program = 0",
        &[id.into()],
        |row| {
            Ok(Person {
                id: row.get("id")?,
                employee_id: row.get("employee_id")?,
                name: row.get("name")?,
                name_dz: row.get("name_dz")?,
                phone: row.get("phone")?,
                email: row.get("email")?,
                language: row.get("language")?,
                working_agency: row.get("working_id")?,
                working_name: row.get("working_name")?,
                working_name_dz: row.get("working_name_dz")?,
                parent_agency: row.get("parent_id")?,
                parent_name: row.get("parent_name")?,
                parent_name_dz: row.get("parent_name_dz")?,
                valid_to: row.get("valid_to")?,
                version: row.get("version")?,
            })
        },
    )
}

/// A post with the days on which it was held, both included.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Post {
    pub title: String,
    pub office: OrganisationId,
    pub office_name: String,
    pub office_name_dz: String,
    pub valid_from: Date,
    pub valid_to: Option<Date>,
}

/// All posts, the newest first.
pub fn posts(r: &mut Reader, id: PersonId) -> Result<Vec<Post>, Error> {
    r.rows(
        "SELECT t.title AS title, o.id AS office_id, o.name AS name, o.name_dz AS name_dz, t.valid_from AS valid_from,
                t.valid_to AS valid_to
         FROM posts t JOIN organisations o ON o.id = t.organisation_id WHERE t.person_id = $1
         ORDER BY t.valid_from DESC, t.title LIMIT 100",
        &[id.into()],
        |row| {
            Ok(Post {
                title: row.get("title")?,
                office: row.get("office_id")?,
                office_name: row.get("name")?,
                office_name_dz: row.get("name_dz")?,
                valid_from: row.get("valid_from")?,
                valid_to: row.get("valid_to")?,
            })
        },
    )
}

/// Who has this employee id.
pub fn with_employee_id(r: &mut Reader, employee_id: &str) -> Result<Option<PersonId>, Error> {
    r.row("SELECT id FROM persons WHERE employee_id = $1", &[employee_id.into()], |row| row.get("id"))
}

fn claim(tx: &mut Transaction, id: PersonId, version: i64) -> Result<(), Refused> {
    let claimed = tx.execute(
        "UPDATE persons SET version = version + 1 WHERE id = $1 AND version = $2",
        &[id.into(), version.into()],
    )?;
    if claimed == 1 { Ok(()) } else { Err(Refused::Stale) }
}

/// Changes what is known of a person; post and working agency change by a transfer.
pub fn update(tx: &mut Transaction, id: PersonId, person: &NewPerson, version: i64) -> Result<(), Refused> {
    claim(tx, id, version)?;
    let NewPerson {
        employee_id,
        name,
        name_dz,
        parent_agency,
        phone,
        email,
        language,
        post: _,
        working_agency: _,
    } = person;
    tx.execute(
        "UPDATE persons SET employee_id = $2, name = $3, name_dz = $4, folded = $5, parent_agency_id = $6, phone = $7,
            email = $8, language = $9 WHERE id = $1",
        &[
            id.into(),
            employee_id.into(),
            name.into(),
            name_dz.into(),
            fold(name).into(),
            (*parent_agency).into(),
            phone.into(),
            email.to_lowercase().into(),
            language.into(),
        ],
    )?;
    words::of_person(tx, id)?;
    Ok(())
}

/// Gives a person a post in an office from a day on; the posts held until then end the day before.
pub fn transfer(
    tx: &mut Transaction,
    id: PersonId,
    office: OrganisationId,
    title: &str,
    from: Date,
    version: i64,
) -> Result<(), Refused> {
    claim(tx, id, version)?;
    let since: Option<String> = tx.one(
        "SELECT MAX(valid_from) AS since FROM posts WHERE person_id = $1 AND valid_to IS NULL",
        &[id.into()],
        |row| row.get("since"),
    )?;
    if since.is_some_and(|since| since >= from.to_string()) {
        return Err(Refused::TooEarly);
    }
    tx.execute(
        "UPDATE posts SET valid_to = $2 WHERE person_id = $1 AND valid_to IS NULL",
        &[id.into(), from.yesterday().unwrap_or(from).into()],
    )?;
    tx.execute(
        "INSERT INTO posts (person_id, organisation_id, title, valid_from) VALUES ($1, $2, $3, $4)",
        &[id.into(), office.into(), title.into(), from.into()],
    )?;
    tx.execute("UPDATE persons SET working_agency_id = $2 WHERE id = $1", &[id.into(), office.into()])?;
    Ok(())
}
