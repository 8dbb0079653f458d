//! How offices change: with a day, so that what was stays known, and with everything below them.

use database::{Error, Transaction};
use jiff::civil::Date;

use crate::directory::words;
use crate::id::OrganisationId;
use crate::search::fold;

/// Why a change was not made; as an error, so that nothing of it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    Storage(Error),
    /// Somebody else saved first.
    Stale,
    /// The day lies before the one since when the present name or parent holds.
    TooEarly,
    /// It would lie below itself.
    Cycle,
    /// Offices lie below it.
    HasChildren,
    /// It is a unit that serves offices.
    Serves,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Refused {
        Refused::Storage(error)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    pub name: String,
    pub name_dz: String,
    pub short: String,
}

/// Counts the change; `Stale` when the version is not the one that was looked at.
fn claim(tx: &mut Transaction, id: OrganisationId, version: i64) -> Result<(), Refused> {
    let claimed = tx.execute(
        "UPDATE organisations SET version = version + 1 WHERE id = $1 AND version = $2 AND valid_to IS NULL",
        &[id.into(), version.into()],
    )?;
    if claimed == 1 { Ok(()) } else { Err(Refused::Stale) }
}

/// Since when the open row of a dated table holds.
fn since(tx: &mut Transaction, table: &str, id: OrganisationId) -> Result<Option<String>, Error> {
    let sql = format!("SELECT valid_from FROM {table} WHERE organisation_id = $1 AND valid_to IS NULL");
    tx.row(&sql, &[id.into()], |row| row.get("valid_from"))
}

/// Ends the open row of a dated table the day before.
fn end(tx: &mut Transaction, table: &str, id: OrganisationId, from: Date) -> Result<(), Error> {
    let day_before = from.yesterday().unwrap_or(from);
    let sql = format!("UPDATE {table} SET valid_to = $2 WHERE organisation_id = $1 AND valid_to IS NULL");
    tx.execute(&sql, &[id.into(), day_before.into()])?;
    Ok(())
}

/// Gives a new name from a day on, or corrects the present one where `from` is `None`. An old name stays an alias.
pub fn rename(
    tx: &mut Transaction,
    id: OrganisationId,
    new: &Name,
    from: Option<Date>,
    version: i64,
) -> Result<(), Refused> {
    claim(tx, id, version)?;
    let Name { name, name_dz, short } = new;
    match from {
        None => {
            tx.execute(
                "UPDATE organisation_names SET name = $2, name_dz = $3, short = $4
                 WHERE organisation_id = $1 AND valid_to IS NULL",
                &[id.into(), name.into(), name_dz.into(), short.into()],
            )?;
        }
        Some(from) => {
            if since(tx, "organisation_names", id)?.is_some_and(|since| since >= from.to_string()) {
                return Err(Refused::TooEarly);
            }
            let old: String =
                tx.one("SELECT name FROM organisations WHERE id = $1", &[id.into()], |row| row.get("name"))?;
            end(tx, "organisation_names", id, from)?;
            tx.execute(
                "INSERT INTO organisation_names (organisation_id, name, name_dz, short, valid_from)
                 VALUES ($1, $2, $3, $4, $5)",
                &[id.into(), name.into(), name_dz.into(), short.into(), from.into()],
            )?;
            tx.execute(
                "INSERT INTO organisation_aliases (organisation_id, alias, folded) VALUES ($1, $2, $3)
                 ON CONFLICT DO NOTHING",
                &[id.into(), (&old).into(), fold(&old).into()],
            )?;
        }
    }
    tx.execute(
        "UPDATE organisations SET name = $2, name_dz = $3, short = $4, folded = $5 WHERE id = $1",
        &[id.into(), name.into(), name_dz.into(), short.into(), fold(name).into()],
    )?;
    words::of_organisation(tx, id)?;
    Ok(())
}

/// Puts an office, with all below it, under another from a day on. All of them are then served by the unit whose
/// cluster is nearest above.
pub fn move_under(
    tx: &mut Transaction,
    id: OrganisationId,
    parent: OrganisationId,
    from: Date,
    version: i64,
) -> Result<(), Refused> {
    // Two moves at once could each be right and together make a circle.
    tx.lock("organisation tree")?;
    let below = tx.row(
        "SELECT depth FROM organisation_ancestors WHERE organisation_id = $1 AND ancestor_id = $2",
        &[parent.into(), id.into()],
        |row| row.get::<i64>("depth"),
    )?;
    if below.is_some() {
        return Err(Refused::Cycle);
    }
    claim(tx, id, version)?;
    if since(tx, "organisation_parents", id)?.is_some_and(|since| since >= from.to_string()) {
        return Err(Refused::TooEarly);
    }
    end(tx, "organisation_parents", id, from)?;
    tx.execute(
        "INSERT INTO organisation_parents (organisation_id, parent_id, valid_from) VALUES ($1, $2, $3)",
        &[id.into(), parent.into(), from.into()],
    )?;
    tx.execute("UPDATE organisations SET parent_id = $2 WHERE id = $1", &[id.into(), parent.into()])?;
    tx.execute(
        "DELETE FROM organisation_ancestors
         WHERE organisation_id IN (SELECT b.organisation_id FROM organisation_ancestors b WHERE b.ancestor_id = $1)
           AND ancestor_id NOT IN (SELECT b.organisation_id FROM organisation_ancestors b WHERE b.ancestor_id = $1)",
        &[id.into()],
    )?;
    tx.execute(
        "INSERT INTO organisation_ancestors (organisation_id, ancestor_id, depth)
         SELECT b.organisation_id, a.ancestor_id, b.depth + a.depth + 1
         FROM organisation_ancestors b, organisation_ancestors a WHERE b.ancestor_id = $1 AND a.organisation_id = $2",
        &[id.into(), parent.into()],
    )?;
    tx.execute(
        "UPDATE organisations SET unit_id = (
             SELECT c.unit_id FROM organisation_ancestors a JOIN clusters c ON c.organisation_id = a.ancestor_id
             WHERE a.organisation_id = organisations.id AND c.valid_to IS NULL ORDER BY a.depth LIMIT 1)
         WHERE id IN (SELECT b.organisation_id FROM organisation_ancestors b WHERE b.ancestor_id = $1)",
        &[id.into()],
    )?;
    Ok(())
}

/// Ends an office with its last day; another may take over from it.
pub fn dissolve(
    tx: &mut Transaction,
    id: OrganisationId,
    last_day: Date,
    successor: Option<OrganisationId>,
    version: i64,
) -> Result<(), Refused> {
    let is_there = |tx: &mut Transaction, sql: &str| tx.row(sql, &[id.into()], |row| row.at::<i64>(0));
    if is_there(tx, "SELECT 1 AS one FROM organisations WHERE parent_id = $1 AND valid_to IS NULL LIMIT 1")?
        .is_some()
    {
        return Err(Refused::HasChildren);
    }
    if is_there(tx, "SELECT 1 AS one FROM clusters WHERE unit_id = $1 AND valid_to IS NULL LIMIT 1")?
        .is_some()
    {
        return Err(Refused::Serves);
    }
    claim(tx, id, version)?;
    let after = last_day.tomorrow().unwrap_or(last_day);
    for table in ["organisation_names", "organisation_parents"] {
        if since(tx, table, id)?.is_some_and(|since| since > last_day.to_string()) {
            return Err(Refused::TooEarly);
        }
        end(tx, table, id, after)?;
    }
    tx.execute("UPDATE organisations SET valid_to = $2 WHERE id = $1", &[id.into(), last_day.into()])?;
    if let Some(successor) = successor {
        tx.execute(
            "INSERT INTO organisation_successions (predecessor_id, successor_id, happened_on) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
            &[id.into(), successor.into(), last_day.into()],
        )?;
    }
    Ok(())
}

/// Contacts and other names of an office.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contacts {
    pub phone: String,
    pub fax: String,
    pub email: String,
    pub aliases: Vec<String>,
}

pub fn edit(
    tx: &mut Transaction,
    id: OrganisationId,
    contacts: &Contacts,
    version: i64,
) -> Result<(), Refused> {
    claim(tx, id, version)?;
    let Contacts { phone, fax, email, aliases } = contacts;
    tx.execute(
        "UPDATE organisations SET phone = $2, fax = $3, email = $4 WHERE id = $1",
        &[id.into(), phone.into(), fax.into(), email.into()],
    )?;
    super::set_aliases(tx, id, aliases)?;
    Ok(())
}
