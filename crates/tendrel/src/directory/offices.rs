//! Organisations: offices that are served, and units that serve.

pub mod change;
pub mod history;

use database::{Error, Reader, Transaction};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

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

/// An office of today, or one that was.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Office {
    pub id: OrganisationId,
    pub kind: String,
    pub kind_name: String,
    pub kind_name_dz: String,
    pub name: String,
    pub name_dz: String,
    pub short: String,
    pub place: Option<String>,
    pub place_name: String,
    pub place_name_dz: String,
    pub unit: Option<OrganisationId>,
    pub unit_name: String,
    pub unit_name_dz: String,
    pub phone: String,
    pub fax: String,
    pub email: String,
    pub valid_from: Option<Date>,
    /// Its last day, if it is no more.
    pub valid_to: Option<Date>,
    pub version: i64,
}

pub fn get(r: &mut Reader, id: OrganisationId) -> Result<Option<Office>, Error> {
    r.row(
        "SELECT o.id AS id, o.kind AS kind, k.name AS kind_name, k.name_dz AS kind_name_dz, o.name AS name,
                o.name_dz AS name_dz, o.short AS short, o.place_code AS place_code, COALESCE(p.name, '') AS place_name,
                COALESCE(p.name_dz, '') AS place_name_dz, o.unit_id AS unit_id, COALESCE(u.name, '') AS unit_name,
                COALESCE(u.name_dz, '') AS unit_name_dz, o.phone AS phone, o.fax AS fax, o.email AS email,
                o.valid_from AS valid_from, o.valid_to AS valid_to, o.version AS version
         FROM organisations o JOIN organisation_kinds k ON k.code = o.kind
         LEFT JOIN places p ON p.code = o.place_code LEFT JOIN organisations u ON u.id = o.unit_id
         WHERE o.id = $1",
        &[id.into()],
        |row| {
            Ok(Office {
                id: row.get("id")?,
                kind: row.get("kind")?,
                kind_name: row.get("kind_name")?,
                kind_name_dz: row.get("kind_name_dz")?,
                name: row.get("name")?,
                name_dz: row.get("name_dz")?,
                short: row.get("short")?,
                place: row.get("place_code")?,
                place_name: row.get("place_name")?,
                place_name_dz: row.get("place_name_dz")?,
                unit: row.get("unit_id")?,
                unit_name: row.get("unit_name")?,
                unit_name_dz: row.get("unit_name_dz")?,
                phone: row.get("phone")?,
                fax: row.get("fax")?,
                email: row.get("email")?,
                valid_from: row.get("valid_from")?,
                valid_to: row.get("valid_to")?,
                version: row.get("version")?,
            })
        },
    )
}

/// The one office of an e-mail address, in small letters; `None` where several share it.
pub fn of_email(r: &mut Reader, address: &str) -> Result<Option<OrganisationId>, Error> {
    let found = r.rows(
        "SELECT id FROM organisations WHERE email = $1 AND email <> '' AND valid_to IS NULL LIMIT 2",
        &[address.into()],
        |row| row.get("id"),
    )?;
    Ok(if let [one] = found[..] { Some(one) } else { None })
}

/// A kind of organisation.
#[derive(Clone, Debug, PartialEq)]
pub struct OfficeKind {
    pub code: String,
    pub name: String,
    pub name_dz: String,
}

/// All kinds in the order in which they are listed.
pub fn kinds(r: &mut Reader) -> Result<Vec<OfficeKind>, Error> {
    r.rows("SELECT code, name, name_dz FROM organisation_kinds ORDER BY rank, code", &[], |row| {
        Ok(OfficeKind { code: row.get("code")?, name: row.get("name")?, name_dz: row.get("name_dz")? })
    })
}

/// Id, name and name in Dzongkha of all above an office, the top first.
pub fn above(r: &mut Reader, id: OrganisationId) -> Result<Vec<(OrganisationId, String, String)>, Error> {
    r.rows(
        "SELECT o.id AS id, o.name AS name, o.name_dz AS name_dz FROM organisation_ancestors a
         JOIN organisations o ON o.id = a.ancestor_id WHERE a.organisation_id = $1 AND a.depth > 0 ORDER BY a.depth DESC",
        &[id.into()],
        |row| Ok((row.get("id")?, row.get("name")?, row.get("name_dz")?)),
    )
}

/// The other names of an office.
pub fn aliases(r: &mut Reader, id: OrganisationId) -> Result<Vec<String>, Error> {
    r.rows(
        "SELECT alias FROM organisation_aliases WHERE organisation_id = $1 ORDER BY alias",
        &[id.into()],
        |row| row.get("alias"),
    )
}
