//! Accounts: who may sign in, what was tried, and by which sessions, tokens and links.

use database::{Error, Reader, Row, Transaction};
use jiff::{SignedDuration, Timestamp};

use crate::directory::links::{self, Purpose};
use crate::id::{AccountId, OrganisationId, PersonId};
use crate::viewer::Role;

/// Failures older than this are forgotten.
pub const WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// Failures of one account, and of all who come from one address (often a whole dzongkhag), after which there is a pause.
pub const PER_ACCOUNT: usize = 5;
pub const PER_ADDRESS: usize = 30;

#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    pub id: AccountId,
    pub person: PersonId,
    pub username: String,
    pub password_hash: Option<String>,
    pub closed_at: Option<Timestamp>,
    pub name: String,
    pub email: String,
    pub language: String,
}

/// What `read` reads.
pub(super) const ACCOUNT: &str = "SELECT a.id AS id, a.person_id AS person_id, a.username AS username,
    a.password_hash AS password_hash, a.closed_at AS closed_at, p.name AS name, p.email AS email, p.language AS language
    FROM accounts a JOIN persons p ON p.id = a.person_id";

pub(super) fn read(row: &Row<'_>) -> Result<Account, Error> {
    Ok(Account {
        id: row.get("id")?,
        person: row.get("person_id")?,
        username: row.get("username")?,
        password_hash: row.get("password_hash")?,
        closed_at: row.get("closed_at")?,
        name: row.get("name")?,
        email: row.get("email")?,
        language: row.get("language")?,
    })
}

/// The form in which user names are stored and compared.
pub fn username(typed: &str) -> String {
    typed.trim().to_lowercase()
}

/// By user name, or by an e-mail address that belongs to one person only. A program's account is never found: it has
/// tokens and does not sign in.
pub fn find(r: &mut Reader, typed: &str) -> Result<Option<Account>, Error> {
    let typed = username(typed);
    if let Some(account) =
        r.row(&format!("{ACCOUNT} WHERE a.username = $1 AND p.is_program = 0"), &[(&typed).into()], read)?
    {
        return Ok(Some(account));
    }
    let mut found = r.rows(
        &format!("{ACCOUNT} WHERE p.email = $1 AND p.email <> '' AND p.is_program = 0 LIMIT 2"),
        &[typed.into()],
        read,
    )?;
    Ok(if found.len() == 1 { found.pop() } else { None })
}

pub fn get(r: &mut Reader, id: AccountId) -> Result<Option<Account>, Error> {
    r.row(&format!("{ACCOUNT} WHERE a.id = $1"), &[id.into()], read)
}

pub fn of_person(r: &mut Reader, person: PersonId) -> Result<Option<Account>, Error> {
    r.row(&format!("{ACCOUNT} WHERE a.person_id = $1"), &[person.into()], read)
}

pub fn set_password(tx: &mut Transaction, id: AccountId, hash: &str) -> Result<(), Error> {
    tx.execute("UPDATE accounts SET password_hash = $2 WHERE id = $1", &[id.into(), hash.into()])?;
    links::forget(tx, id, Purpose::Password)
}

/// Closes an account, and with it all sessions, tokens and links.
pub fn close(tx: &mut Transaction, id: AccountId, now: Timestamp) -> Result<(), Error> {
    tx.execute("UPDATE accounts SET closed_at = $2 WHERE id = $1", &[id.into(), now.into()])?;
    for table in ["sessions", "api_tokens", "entry_links", "devices"] {
        tx.execute(&format!("DELETE FROM {table} WHERE account_id = $1"), &[id.into()])?;
    }
    Ok(())
}

pub fn reopen(tx: &mut Transaction, id: AccountId) -> Result<(), Error> {
    tx.execute("UPDATE accounts SET closed_at = NULL WHERE id = $1", &[id.into()])?;
    Ok(())
}

// failures ------------------------------------------------------------------------------------------

/// When trying is allowed again, if there were too many failures.
pub fn pause(failures: &[Timestamp], limit: usize, now: Timestamp) -> Option<Timestamp> {
    let mut recent: Vec<Timestamp> = failures.iter().copied().filter(|at| *at > now - WINDOW).collect();
    recent.sort_unstable();
    let counts_from = recent.len().checked_sub(limit)?;
    recent.get(counts_from).map(|at| *at + WINDOW)
}

pub fn failures(r: &mut Reader, subject: &str, now: Timestamp) -> Result<Vec<Timestamp>, Error> {
    r.rows(
        "SELECT at FROM sign_in_failures WHERE subject = $1 AND at > $2 ORDER BY at DESC LIMIT 100",
        &[subject.into(), (now - WINDOW).into()],
        |row| row.get("at"),
    )
}

pub fn note_failure(tx: &mut Transaction, subjects: &[String], now: Timestamp) -> Result<(), Error> {
    tx.execute("DELETE FROM sign_in_failures WHERE at < $1", &[(now - WINDOW).into()])?;
    tx.execute_many(
        "INSERT INTO sign_in_failures (subject, at) VALUES ($1, $2)",
        subjects.iter().map(|subject| vec![subject.into(), now.into()]),
    )?;
    Ok(())
}

/// Takes a try back that was counted as a failure when it was made, and was none.
pub fn take_back(tx: &mut Transaction, subjects: &[String], at: Timestamp) -> Result<(), Error> {
    tx.execute_many(
        "DELETE FROM sign_in_failures WHERE subject = $1 AND at = $2",
        subjects.iter().map(|subject| vec![subject.into(), at.into()]),
    )?;
    Ok(())
}

pub fn forget_failures(tx: &mut Transaction, subject: &str) -> Result<(), Error> {
    tx.execute("DELETE FROM sign_in_failures WHERE subject = $1", &[subject.into()])?;
    Ok(())
}

// sessions ------------------------------------------------------------------------------------------

#[derive(Clone, Debug, PartialEq)]
pub struct OpenSession {
    /// The hash of its secret: a name for it that opens nothing.
    pub hash: Vec<u8>,
    pub name: String,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub address: String,
    pub agent: String,
    /// Opened by a browser that the account was not known to use.
    pub is_new: bool,
}

impl OpenSession {
    pub fn browser(&self) -> String {
        browser_of(&self.agent)
    }
}

/// Name of browser and system, as far as the agent tells: "Firefox, Windows".
pub fn browser_of(agent: &str) -> String {
    let named = |names: &[(&'static str, &'static str)]| {
        names.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name)
    };
    let browser = named(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = named(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ]);
    let known: Vec<&str> = browser.into_iter().chain(system).collect();
    if known.is_empty() { agent.chars().take(40).collect() } else { known.join(", ") }
}

pub fn sessions_of(r: &mut Reader, account: AccountId, now: Timestamp) -> Result<Vec<OpenSession>, Error> {
    r.rows(
        "SELECT token_hash, created_at, last_seen_at, address, agent, is_new FROM sessions
         WHERE account_id = $1 AND expires_at > $2 ORDER BY last_seen_at DESC, token_hash LIMIT 50",
        &[account.into(), now.into()],
        |row| {
            let hash: Vec<u8> = row.get("token_hash")?;
            Ok(OpenSession {
                name: crate::files::hex(&hash),
                hash,
                created_at: row.get("created_at")?,
                last_seen_at: row.get("last_seen_at")?,
                address: row.get("address")?,
                agent: row.get("agent")?,
                is_new: row.get("is_new")?,
            })
        },
    )
}

pub fn end_session(tx: &mut Transaction, account: AccountId, hash: &[u8]) -> Result<bool, Error> {
    let ended = tx.execute(
        "DELETE FROM sessions WHERE account_id = $1 AND token_hash = $2",
        &[account.into(), hash.into()],
    )?;
    Ok(ended == 1)
}

/// Ends all sessions but one: after a new password whoever knew the old one is out.
pub fn end_other_sessions(tx: &mut Transaction, account: AccountId, kept: &[u8]) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM sessions WHERE account_id = $1 AND token_hash <> $2",
        &[account.into(), kept.into()],
    )?;
    Ok(())
}

// roles ---------------------------------------------------------------------------------------------

#[derive(Clone, Debug, PartialEq)]
pub struct GrantRow {
    pub role: Role,
    pub organisation: OrganisationId,
    pub organisation_name: String,
    pub organisation_name_dz: String,
    pub valid_from: String,
    pub valid_to: Option<String>,
}

/// All roles, also those that ended, today's first.
pub fn grants_of(r: &mut Reader, account: AccountId) -> Result<Vec<GrantRow>, Error> {
    let rows = r.rows(
        "SELECT g.role AS role, g.organisation_id AS organisation_id, o.name AS name, o.name_dz AS name_dz,
                g.valid_from AS valid_from, g.valid_to AS valid_to
         FROM grants g JOIN organisations o ON o.id = g.organisation_id
         WHERE g.account_id = $1 ORDER BY CASE WHEN g.valid_to IS NULL THEN 0 ELSE 1 END, g.valid_from, g.role",
        &[account.into()],
        |row| {
            let code: String = row.get("role")?;
            Ok(Role::from_code(&code).map(|role| {
                Ok(GrantRow {
                    role,
                    organisation: row.get("organisation_id")?,
                    organisation_name: row.get("name")?,
                    organisation_name_dz: row.get("name_dz")?,
                    valid_from: row.get("valid_from")?,
                    valid_to: row.get("valid_to")?,
                })
            }))
        },
    )?;
    rows.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_failures_in_a_quarter_of_an_hour_make_a_pause() {
        let now: Timestamp = "2026-11-19T03:00:00Z".parse().unwrap();
        let ago = |minutes: i64| now - SignedDuration::from_mins(minutes);
        assert_eq!(pause(&[ago(1), ago(2), ago(3), ago(4)], 5, now), None);
        assert_eq!(pause(&[ago(1), ago(2), ago(3), ago(4), ago(16)], 5, now), None);
        assert_eq!(pause(&[ago(1), ago(2), ago(3), ago(4), ago(5)], 5, now), Some(ago(5) + WINDOW));
        // A sixth does not shorten it.
        assert_eq!(pause(&[ago(0), ago(1), ago(2), ago(3), ago(4), ago(5)], 5, now), Some(ago(4) + WINDOW));
    }
}
