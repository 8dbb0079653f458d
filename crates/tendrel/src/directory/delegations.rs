//! Who stands in for whom while they are away. What that gives is read with everybody's roles (`sessions`); here is
//! what may be entered: nobody for themselves, for a role in a unit nobody of no unit, for the head of an office nobody of
//! another, no chains.

use database::{Error, Reader, Row, Transaction};
use jiff::Timestamp;
use serde::Serialize;

use crate::id::{DelegationId, OrganisationId, PersonId};

/// The longest that somebody may be away, in days.
pub const LONGEST_DAYS: i64 = 180;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Delegation {
    pub id: DelegationId,
    pub absent: PersonId,
    pub absent_name: String,
    pub stand_in: PersonId,
    pub stand_in_name: String,
    pub from: Timestamp,
    pub to: Timestamp,
    /// With what only named people see.
    pub confidential: bool,
}

/// What is to be entered, and what is known of the two.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub absent: PersonId,
    pub stand_in: PersonId,
    pub from: Timestamp,
    pub to: Timestamp,
    /// Why the stand-in has no business there, as the key of a sentence.
    pub foreign: Option<&'static str>,
}

/// The field and the key of what is wrong with it, if anything is. `others` are all delegations of the two that are not
/// over yet.
pub fn fault(wanted: &Wanted, others: &[Delegation]) -> Option<(&'static str, &'static str)> {
    let overlaps = |other: &&Delegation| other.from < wanted.to && wanted.from < other.to;
    let mut others = others.iter().filter(overlaps);
    if wanted.absent == wanted.stand_in {
        return Some(("stand_in", "away-self"));
    }
    if let Some(key) = wanted.foreign {
        return Some(("stand_in", key));
    }
    others.find_map(|other| {
        if other.absent == wanted.absent {
            Some(("from", "away-already"))
        } else if other.absent == wanted.stand_in {
            Some(("stand_in", "away-stand-in-away"))
        } else if other.stand_in == wanted.absent {
            Some(("from", "away-stands-in"))
        } else {
            None
        }
    })
}

const COLUMNS: &str = "d.id AS id, d.absent_id AS absent_id, a.name AS absent, d.stand_in_id AS stand_in_id,
    s.name AS stand_in, d.from_at AS from_at, d.to_at AS to_at, d.confidential AS confidential
    FROM delegations d JOIN persons a ON a.id = d.absent_id JOIN persons s ON s.id = d.stand_in_id";

fn read(row: &Row<'_>) -> Result<Delegation, Error> {
    Ok(Delegation {
        id: row.get("id")?,
        absent: row.get("absent_id")?,
        absent_name: row.get("absent")?,
        stand_in: row.get("stand_in_id")?,
        stand_in_name: row.get("stand_in")?,
        from: row.get("from_at")?,
        to: row.get("to_at")?,
        confidential: row.get("confidential")?,
    })
}

/// Those of a person, as the one away or the one who stands in, that are not over.
pub fn of_person(r: &mut Reader, person: PersonId, now: Timestamp) -> Result<Vec<Delegation>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} WHERE d.absent_id = $1 AND d.to_at > $2
         UNION SELECT {COLUMNS} WHERE d.stand_in_id = $1 AND d.to_at > $2 ORDER BY from_at, id LIMIT 50"
    );
    r.rows(&sql, &[person.into(), now.into()], read)
}

/// Of people of a unit who are away now or within a fortnight.
pub fn of_unit(r: &mut Reader, unit: OrganisationId, now: Timestamp) -> Result<Vec<Delegation>, Error> {
    let soon = now + jiff::SignedDuration::from_hours(14 * 24);
    let sql = format!(
        "SELECT DISTINCT {COLUMNS} JOIN accounts c ON c.person_id = d.absent_id
         JOIN grants g ON g.account_id = c.id AND g.role IN ('officer', 'head_of_unit')
         WHERE g.organisation_id = $1 AND g.valid_to IS NULL AND d.to_at > $2 AND d.from_at < $3
         ORDER BY from_at, id LIMIT 50"
    );
    r.rows(&sql, &[unit.into(), now.into(), soon.into()], read)
}

/// What of somebody's can be stood in for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lends {
    /// Work in a unit, or at the centre: by somebody who has such work too.
    Work,
    /// What the head of an office sees, and nothing else: by somebody of that office.
    Office,
}

/// # Errors
/// Those of the database.
pub fn lends(r: &mut Reader, person: PersonId, now: Timestamp) -> Result<Option<Lends>, Error> {
    if works_somewhere(r, person, now)? {
        return Ok(Some(Lends::Work));
    }
    let heads: Option<i64> = r.row(
        "SELECT 1 AS found FROM accounts a JOIN grants g ON g.account_id = a.id
         WHERE a.person_id = $1 AND a.closed_at IS NULL AND g.role = 'head_of_office'
           AND g.valid_from <= $2 AND (g.valid_to IS NULL OR g.valid_to >= $2) LIMIT 1",
        &[person.into(), now.to_string()[..10].into()],
        |row| row.get("found"),
    )?;
    Ok(heads.map(|_| Lends::Office))
}

/// Why somebody has no business to stand in, as the key of a sentence.
///
/// # Errors
/// Those of the database.
pub fn foreign(
    r: &mut Reader,
    lends: Lends,
    absent: PersonId,
    stand_in: PersonId,
    now: Timestamp,
) -> Result<Option<&'static str>, Error> {
    if lends == Lends::Work {
        return Ok((!works_somewhere(r, stand_in, now)?).then_some("away-no-unit"));
    }
    let of_office: Option<i64> = r.row(
        "SELECT 1 AS found FROM accounts a JOIN grants g ON g.account_id = a.id AND g.role = 'head_of_office'
         JOIN organisation_ancestors o ON o.ancestor_id = g.organisation_id
         JOIN persons p ON p.working_agency_id = o.organisation_id
         JOIN accounts b ON b.person_id = p.id AND b.closed_at IS NULL
         WHERE a.person_id = $1 AND p.id = $2
           AND g.valid_from <= $3 AND (g.valid_to IS NULL OR g.valid_to >= $3) LIMIT 1",
        &[absent.into(), stand_in.into(), now.to_string()[..10].into()],
        |row| row.get("found"),
    )?;
    Ok(of_office.is_none().then_some("away-other-office"))
}

/// Works in a unit, or at the centre.
fn works_somewhere(r: &mut Reader, person: PersonId, now: Timestamp) -> Result<bool, Error> {
    let found: Option<i64> = r.row(
        "SELECT 1 AS found FROM accounts a JOIN grants g ON g.account_id = a.id
         WHERE a.person_id = $1 AND a.closed_at IS NULL AND g.role IN ('officer', 'head_of_unit', 'centre')
           AND g.valid_from <= $2 AND (g.valid_to IS NULL OR g.valid_to >= $2) LIMIT 1",
        &[person.into(), now.to_string()[..10].into()],
        |row| row.get("found"),
    )?;
    Ok(found.is_some())
}

pub fn insert(
    tx: &mut Transaction,
    wanted: &Wanted,
    confidential: bool,
    made_by: &str,
    now: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO delegations (id, absent_id, stand_in_id, from_at, to_at, confidential, made_by, made_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            DelegationId::new(now).into(),
            wanted.absent.into(),
            wanted.stand_in.into(),
            wanted.from.into(),
            wanted.to.into(),
            confidential.into(),
            made_by.into(),
            now.into(),
        ],
    )?;
    Ok(())
}

/// Ends one of this person's that is not over: from now on, or before it began. False when there is none.
pub fn end(tx: &mut Transaction, absent: PersonId, id: DelegationId, now: Timestamp) -> Result<bool, Error> {
    let ended = tx.execute(
        "UPDATE delegations SET to_at = $3, from_at = CASE WHEN from_at > $3 THEN $3 ELSE from_at END
         WHERE id = $1 AND absent_id = $2 AND to_at > $3",
        &[id.into(), absent.into(), now.into()],
    )?;
    Ok(ended == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i64) -> Timestamp {
        Timestamp::from_second(day * 86_400).unwrap()
    }

    #[test]
    fn nobody_stands_in_twice_over_and_nothing_is_handed_on() {
        let [karma, sonam, head] =
            std::array::from_fn(|n| PersonId::of(uuid::Uuid::from_u128(n as u128 + 1)));
        let wanted = |absent, stand_in, from, to| Wanted {
            absent,
            stand_in,
            from: at(from),
            to: at(to),
            foreign: None,
        };
        let known = Delegation {
            id: DelegationId::of(uuid::Uuid::nil()),
            absent: sonam,
            absent_name: String::new(),
            stand_in: head,
            stand_in_name: String::new(),
            from: at(10),
            to: at(20),
            confidential: false,
        };
        let said = |it: Wanted| fault(&it, std::slice::from_ref(&known)).map(|(_, key)| key);
        assert_eq!(said(wanted(karma, karma, 1, 2)), Some("away-self"));
        assert_eq!(said(wanted(sonam, karma, 19, 30)), Some("away-already"));
        assert_eq!(said(wanted(karma, sonam, 5, 11)), Some("away-stand-in-away"));
        assert_eq!(said(wanted(head, karma, 19, 21)), Some("away-stands-in"));
        assert_eq!(said(wanted(karma, sonam, 20, 25)), None, "the day after");
        assert_eq!(said(wanted(karma, head, 12, 14)), None, "one may stand in for two");
        let stranger = Wanted { foreign: Some("away-no-unit"), ..wanted(karma, head, 1, 2) };
        assert_eq!(said(stranger), Some("away-no-unit"));
    }
}
