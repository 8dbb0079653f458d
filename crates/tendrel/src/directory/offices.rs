//! Organisations: offices that are served, and units that serve.

use database::{Error, Transaction};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::directory::words;
use crate::id::OrganisationId;
use crate::search::fold;

/// Dated rows begin here where nobody knows the day.
pub const SINCE_EVER: &str = "0001-01-01";

/// An office as it is entered or imported.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewOffice {
    /// Its name for programs; made from its id when empty.
    pub key: String,
    /// Code of its kind: `school`.
    pub kind: String,
    pub name: String,
    pub name_dz: String,
    pub short: String,
    pub parent: Option<OrganisationId>,
    /// Code of its place; that of the parent when `None`.
    pub place: Option<String>,
    pub phone: String,
    pub fax: String,
    pub email: String,
    /// Other names, as people write them.
    pub aliases: Vec<String>,
    /// First day; `None` where nobody knows.
    pub since: Option<Date>,
}

/// Makes an office. It is served by the unit that serves its parent.
pub fn insert(tx: &mut Transaction, office: &NewOffice, now: Timestamp) -> Result<OrganisationId, Error> {
    let NewOffice { key, kind, name, name_dz, short, parent, place, phone, fax, email, aliases, since } =
        office;
    let id = OrganisationId::new(now);
    let key = if key.is_empty() { id.to_string() } else { key.clone() };
    tx.execute(
        "INSERT INTO organisations (id, key, kind, name, name_dz, short, folded, parent_id, unit_id, place_code, phone,
            fax, email, valid_from)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, (SELECT unit_id FROM organisations WHERE id = $8),
            COALESCE($9, (SELECT place_code FROM organisations WHERE id = $8)), $10, $11, $12, $13)",
        &[
            id.into(),
            key.into(),
            kind.into(),
            name.into(),
            name_dz.into(),
            short.into(),
            fold(name).into(),
            (*parent).into(),
            place.into(),
            phone.into(),
            fax.into(),
            email.into(),
            (*since).into(),
        ],
    )?;
    let from = since.map_or_else(|| SINCE_EVER.to_owned(), |day| day.to_string());
    tx.execute(
        "INSERT INTO organisation_names (organisation_id, name, name_dz, short, valid_from) VALUES ($1, $2, $3, $4, $5)",
        &[id.into(), name.into(), name_dz.into(), short.into(), (&from).into()],
    )?;
    tx.execute(
        "INSERT INTO organisation_parents (organisation_id, parent_id, valid_from) VALUES ($1, $2, $3)",
        &[id.into(), (*parent).into(), from.into()],
    )?;
    tx.execute(
        "INSERT INTO organisation_ancestors (organisation_id, ancestor_id, depth)
         SELECT $1, ancestor_id, depth + 1 FROM organisation_ancestors WHERE organisation_id = $2",
        &[id.into(), (*parent).into()],
    )?;
    tx.execute(
        "INSERT INTO organisation_ancestors (organisation_id, ancestor_id, depth) VALUES ($1, $1, 0)",
        &[id.into()],
    )?;
    set_aliases(tx, id, aliases)?;
    Ok(id)
}

/// Replaces the other names of an office, and writes the words under which it is found.
pub fn set_aliases(tx: &mut Transaction, id: OrganisationId, aliases: &[String]) -> Result<(), Error> {
    tx.execute("DELETE FROM organisation_aliases WHERE organisation_id = $1", &[id.into()])?;
    tx.execute_many(
        "INSERT INTO organisation_aliases (organisation_id, alias, folded) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        aliases.iter().map(|alias| vec![id.into(), alias.into(), fold(alias).into()]),
    )?;
    words::of_organisation(tx, id)
}
