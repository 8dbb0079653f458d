//! Questions to the tables of this part: words that were changed, choices, domains, and what holds all letters back.

use database::{Error, Reader, Transaction};
use jiff::{SignedDuration, Timestamp};

use crate::channels::letters::choices::Choices;
use crate::channels::letters::limits::Quiet;
use crate::frame::languages::Language;
use crate::id::{OrganisationId, PersonId};

/// A version of the words of a letter; empty words go back to the original.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    pub version: i64,
    pub words: String,
    pub at: Timestamp,
    pub by: String,
}

/// The versions of a kind in a language, newest first.
pub fn versions(r: &mut Reader, kind: &str, language: Language, limit: i64) -> Result<Vec<Version>, Error> {
    r.rows(
        "SELECT version, words, at, by_name FROM letter_words WHERE kind = $1 AND language = $2
         ORDER BY version DESC LIMIT $3",
        &[kind.into(), language.code().into(), limit.into()],
        |row| {
            Ok(Version {
                version: row.get("version")?,
                words: row.get("words")?,
                at: row.get("at")?,
                by: row.get("by_name")?,
            })
        },
    )
}

/// The kinds and languages whose words are not the original ones.
pub fn changed(r: &mut Reader) -> Result<Vec<(String, String)>, Error> {
    r.rows(
        "SELECT w.kind AS kind, w.language AS language FROM letter_words w
         WHERE w.words <> '' AND w.version = (
            SELECT MAX(l.version) FROM letter_words l WHERE l.kind = w.kind AND l.language = w.language)",
        &[],
        |row| Ok((row.get("kind")?, row.get("language")?)),
    )
}

/// Adds a version after `seen`. False when somebody else was first.
pub fn add_version(
    tx: &mut Transaction,
    (kind, language): (&str, Language),
    seen: i64,
    words: &str,
    by: &str,
    now: Timestamp,
) -> Result<bool, Error> {
    let added = tx.execute(
        "INSERT INTO letter_words (kind, language, version, words, at, by_name) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT DO NOTHING",
        &[
            kind.into(),
            language.code().into(),
            (seen + 1).into(),
            words.into(),
            now.into(),
            by.into(),
        ],
    )?;
    Ok(added == 1)
}

pub fn choices(r: &mut Reader, person: PersonId) -> Result<Choices, Error> {
    let found = r.row(
        "SELECT off, sms, digest, quiet_from, quiet_to FROM letter_choices WHERE person_id = $1",
        &[person.into()],
        |row| {
            let (off, sms): (String, String) = (row.get("off")?, row.get("sms")?);
            let (from, to): (Option<i64>, Option<i64>) = (row.get("quiet_from")?, row.get("quiet_to")?);
            let quiet = from.zip(to).map(|(from, to)| Quiet { from, to });
            Ok(Choices {
                off: Choices::kinds_of_text(&off),
                sms: Choices::kinds_of_text(&sms),
                digest: row.get("digest")?,
                quiet,
            })
        },
    )?;
    Ok(found.unwrap_or_default())
}

pub fn choose(tx: &mut Transaction, person: PersonId, choices: &Choices) -> Result<(), Error> {
    let Choices { digest, quiet, .. } = choices;
    tx.execute(
        "INSERT INTO letter_choices (person_id, off, digest, quiet_from, quiet_to, sms) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (person_id) DO UPDATE SET off = excluded.off, digest = excluded.digest,
            quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to,
            sms = excluded.sms",
        &[
            person.into(),
            Choices::as_text(&choices.off).into(),
            (*digest).into(),
            quiet.map(|quiet| quiet.from).into(),
            quiet.map(|quiet| quiet.to).into(),
            Choices::as_text(&choices.sms).into(),
        ],
    )?;
    Ok(())
}

/// Somebody a letter may be written to.
#[derive(Clone, Debug, PartialEq)]
pub struct Addressee {
    pub person: PersonId,
    pub name: String,
    pub address: String,
    pub phone: String,
    pub language: String,
    /// May sign in, and so choose.
    pub has_account: bool,
}

pub fn addressee(r: &mut Reader, person: PersonId) -> Result<Option<Addressee>, Error> {
    r.row(
        "SELECT p.id AS id, p.name AS name, p.email AS email, p.phone AS phone, p.language AS language,
                CASE WHEN a.id IS NULL THEN 0 ELSE 1 END AS has_account
         FROM persons p LEFT JOIN accounts a ON a.person_id = p.id AND a.closed_at IS NULL
         WHERE p.id = $1 AND p.is_program = 0",
        &[person.into()],
        |row| {
            Ok(Addressee {
                person: row.get("id")?,
                name: row.get("name")?,
                address: row.get("email")?,
                phone: row.get("phone")?,
                language: row.get("language")?,
                has_account: row.get("has_account")?,
            })
        },
    )
}

/// Who asked for a digest.
pub fn digested(r: &mut Reader) -> Result<Vec<PersonId>, Error> {
    r.rows("SELECT person_id FROM letter_choices WHERE digest = 1 ORDER BY person_id", &[], |row| {
        row.get("person_id")
    })
}

/// The units somebody works in today.
pub fn units_of(r: &mut Reader, person: PersonId, now: Timestamp) -> Result<Vec<OrganisationId>, Error> {
    r.rows(
        "SELECT DISTINCT g.organisation_id AS id FROM grants g
         JOIN accounts a ON a.id = g.account_id JOIN units u ON u.organisation_id = g.organisation_id
         WHERE a.person_id = $1 AND a.closed_at IS NULL AND g.role IN ('officer', 'head_of_unit')
           AND g.valid_from <= $2 AND (g.valid_to IS NULL OR g.valid_to >= $2) ORDER BY g.organisation_id",
        &[person.into(), now.to_string()[..10].into()],
        |row| row.get("id"),
    )
}

/// Who runs the program.
pub fn operators(r: &mut Reader, now: Timestamp) -> Result<Vec<PersonId>, Error> {
    r.rows(
        "SELECT DISTINCT a.person_id AS id FROM grants g JOIN accounts a ON a.id = g.account_id
         WHERE g.role = 'operator' AND a.closed_at IS NULL AND g.valid_from <= $1
           AND (g.valid_to IS NULL OR g.valid_to >= $1) ORDER BY a.person_id",
        &[now.to_string()[..10].into()],
        |row| row.get("id"),
    )
}

/// When automatic letters began to be held back.
pub fn stopped_at(r: &mut Reader) -> Result<Option<Timestamp>, Error> {
    let found: Option<String> =
        r.row("SELECT value FROM settings WHERE key = 'letters_stopped_at'", &[], |row| row.get("value"))?;
    Ok(found.and_then(|at| at.parse().ok()))
}

/// Holds them back from now on. False when they were already.
pub fn stop(tx: &mut Transaction, now: Timestamp) -> Result<bool, Error> {
    let stopped = tx.execute(
        "INSERT INTO settings (key, value) VALUES ('letters_stopped_at', $1) ON CONFLICT (key) DO NOTHING",
        &[now.to_string().into()],
    )?;
    Ok(stopped == 1)
}

/// False when nothing was held back.
pub fn go_on(tx: &mut Transaction, now: Timestamp) -> Result<bool, Error> {
    let gone = tx.execute("DELETE FROM settings WHERE key = 'letters_stopped_at'", &[])?;
    // What is let go must not stop itself again: the count begins anew.
    tx.execute(
        "INSERT INTO settings (key, value) VALUES ('letters_counted_from', $1)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        &[now.to_string().into()],
    )?;
    Ok(gone == 1)
}

pub fn counted_from(r: &mut Reader) -> Result<Option<Timestamp>, Error> {
    let found: Option<String> =
        r.row("SELECT value FROM settings WHERE key = 'letters_counted_from'", &[], |row| row.get("value"))?;
    Ok(found.and_then(|at| at.parse().ok()))
}

/// When a domain may be written to, and how often it failed in a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Domain {
    pub next_at: Timestamp,
    pub failures: i64,
}

pub fn domain(r: &mut Reader, domain: &str) -> Result<Option<Domain>, Error> {
    r.row("SELECT next_at, failures FROM letter_domains WHERE domain = $1", &[domain.into()], |row| {
        Ok(Domain { next_at: row.get("next_at")?, failures: row.get("failures")? })
    })
}

pub fn set_domain(
    tx: &mut Transaction,
    domain: &str,
    next_at: Timestamp,
    failures: i64,
    fault: &str,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO letter_domains (domain, next_at, failures, fault) VALUES ($1, $2, $3, $4)
         ON CONFLICT (domain) DO UPDATE SET next_at = excluded.next_at, failures = excluded.failures,
            fault = excluded.fault",
        &[domain.into(), next_at.into(), failures.into(), fault.into()],
    )?;
    Ok(())
}

/// Domains and links that are long over are not kept.
pub fn forget_old(tx: &mut Transaction, now: Timestamp) -> Result<(), Error> {
    let before = now - SignedDuration::from_hours(24 * 90);
    tx.execute("DELETE FROM letter_domains WHERE next_at < $1", &[before.into()])?;
    tx.execute("DELETE FROM follow_links WHERE expires_at < $1", &[before.into()])?;
    Ok(())
}
