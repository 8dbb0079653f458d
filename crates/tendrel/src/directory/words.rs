//! Under which words offices and people are found: kept beside their names, so that no search looks at all of them.

use std::collections::BTreeSet;

use database::{Error, Transaction};

use crate::id::{OrganisationId, PersonId};
use crate::search::fold;

/// What stands before a telephone number written from its end.
pub(crate) const PHONE_MARK: char = '~';

/// Writes the words of an organisation anew from its name and aliases of today.
pub(crate) fn of_organisation(tx: &mut Transaction, id: OrganisationId) -> Result<(), Error> {
    let mut texts: Vec<String> =
        tx.rows("SELECT alias FROM organisation_aliases WHERE organisation_id = $1", &[id.into()], |row| {
            row.get("alias")
        })?;
    texts.extend(tx.one(
        "SELECT name, name_dz, short FROM organisations WHERE id = $1",
        &[id.into()],
        |row| Ok([row.get("name")?, row.get("name_dz")?, row.get("short")?]),
    )?);
    tx.execute("DELETE FROM organisation_words WHERE organisation_id = $1", &[id.into()])?;
    tx.execute_many(
        "INSERT INTO organisation_words (word, organisation_id) VALUES ($1, $2)",
        words_of(&texts).into_iter().map(|word| vec![word.into(), id.into()]),
    )?;
    Ok(())
}

/// Writes the words of a person anew.
pub(crate) fn of_person(tx: &mut Transaction, id: PersonId) -> Result<(), Error> {
    let (names, phone, email, employee_id) = tx.one(
        "SELECT name, name_dz, phone, email, COALESCE(employee_id, '') AS employee_id FROM persons WHERE id = $1",
        &[id.into()],
        |row| {
            let names: [String; 2] = [row.get("name")?, row.get("name_dz")?];
            Ok((names, row.get::<String>("phone")?, row.get::<String>("email")?, row.get("employee_id")?))
        },
    )?;
    let mut words = words_of(&names);
    words.extend(words_of(&[employee_id]));
    words.extend(Some(email.to_lowercase()).filter(|email| !email.is_empty()));
    words.extend(phone_word(&phone));
    tx.execute("DELETE FROM person_words WHERE person_id = $1", &[id.into()])?;
    tx.execute_many(
        "INSERT INTO person_words (word, person_id) VALUES ($1, $2)",
        words.into_iter().map(|word| vec![word.into(), id.into()]),
    )?;
    Ok(())
}

fn words_of(texts: &[String]) -> BTreeSet<String> {
    texts
        .iter()
        .flat_map(|text| fold(text).split(' ').map(str::to_owned).collect::<Vec<_>>())
        .filter(|word| !word.is_empty())
        .collect()
}

/// The digits of a telephone number that tell it apart: without the code of the country and zeros in front. A short
/// one is the ending of a number and keeps its zeros.
pub(crate) fn digits(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let bare = digits.trim_start_matches('0');
    let bare = if bare.len() > 8 { bare.strip_prefix("975").unwrap_or(bare) } else { bare };
    let bare = bare.trim_start_matches('0');
    if bare.len() >= 7 { bare.to_owned() } else { digits }
}

/// The word that stands for a telephone number; nothing for one that is too short to mean somebody.
pub(crate) fn phone_word(phone: &str) -> Option<String> {
    let digits = digits(phone);
    (digits.len() >= 4).then(|| std::iter::once(PHONE_MARK).chain(digits.chars().rev()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_is_the_same_however_it_is_written() {
        for written in ["17 60 00 01", "+975 17600001", "00975-17-600-001", "17600001"] {
            assert_eq!(digits(written), "17600001", "{written}");
        }
        assert_eq!(digits("02 599 100"), digits("+975 2 599100"));
        assert_eq!(phone_word("17600001").as_deref(), Some("~10000671"));
        assert_eq!(phone_word("0001").as_deref(), Some("~1000"));
        assert_eq!(phone_word("12"), None);
    }
}
