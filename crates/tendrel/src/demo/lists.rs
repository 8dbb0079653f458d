//! The offices and people of `demo/*.csv`, as an office keeps them in a spreadsheet.

use std::collections::HashMap;

use anyhow::Context;
use database::{Reader, Transaction};
use jiff::Timestamp;
use serde::Deserialize;

use crate::directory::offices::{self, NewOffice};
use crate::directory::people::{self, NewPerson};
use crate::id::OrganisationId;
use crate::search::fold;
use crate::viewer::Role;

#[derive(Debug, Deserialize)]
struct OfficeRow {
    #[serde(rename = "Office Name")]
    name: String,
    #[serde(rename = "Dzongkha Name")]
    name_dz: String,
    #[serde(rename = "Type")]
    kind: String,
    #[serde(rename = "Parent Office")]
    parent: String,
    #[serde(rename = "Gewog")]
    gewog: String,
    #[serde(rename = "Phone")]
    phone: String,
    #[serde(rename = "Fax")]
    fax: String,
    #[serde(rename = "E-mail")]
    email: String,
    #[serde(rename = "Also known as")]
    aliases: String,
}

#[derive(Debug, Deserialize)]
struct PersonRow {
    #[serde(rename = "Name")]
    name: String,
    #[serde(rename = "Dzongkha Name")]
    name_dz: String,
    #[serde(rename = "Employee ID")]
    employee_id: String,
    #[serde(rename = "Post")]
    post: String,
    #[serde(rename = "Office")]
    office: String,
    #[serde(rename = "Parent Agency")]
    agency: String,
    #[serde(rename = "Phone")]
    phone: String,
    #[serde(rename = "E-mail")]
    email: String,
    #[serde(rename = "Language")]
    language: String,
    #[serde(rename = "Role")]
    role: String,
    #[serde(rename = "Username")]
    username: String,
}

/// `anyhow::Error` that a transaction may return.
#[derive(Debug, thiserror::Error)]
#[error("{0:#}")]
pub(crate) struct Failed(anyhow::Error);

impl From<database::Error> for Failed {
    fn from(error: database::Error) -> Failed {
        Failed(error.into())
    }
}
impl From<anyhow::Error> for Failed {
    fn from(error: anyhow::Error) -> Failed {
        Failed(error)
    }
}

/// Writes all offices and people of the demonstration.
pub(crate) fn load(tx: &mut Transaction, now: Timestamp) -> Result<(), Failed> {
    let mut known = organisations(tx)?;
    let kinds = codes(tx, "SELECT name, code FROM organisation_kinds")?;
    let gewogs = codes(tx, "SELECT name, code FROM places WHERE kind = 'gewog' AND parent_code = 'BT-23'")?;
    for row in rows::<OfficeRow>(include_str!("../../../../demo/offices.csv"))? {
        load_office(tx, row, &mut known, &kinds, &gewogs, now)?;
    }
    for row in rows::<PersonRow>(include_str!("../../../../demo/people.csv"))? {
        load_person(tx, row, &known, now)?;
    }
    Ok(())
}

fn rows<T: for<'de> Deserialize<'de>>(text: &str) -> anyhow::Result<Vec<T>> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().collect::<Result<_, _>>().map_err(Into::into)
}

fn organisations(r: &mut Reader) -> Result<HashMap<String, OrganisationId>, database::Error> {
    let rows =
        r.rows("SELECT folded, id FROM organisations WHERE valid_to IS NULL ORDER BY id DESC", &[], |row| {
            Ok((row.get("folded")?, row.get("id")?))
        })?;
    Ok(rows.into_iter().collect())
}

fn codes(r: &mut Reader, sql: &str) -> Result<HashMap<String, String>, database::Error> {
    let rows = r.rows(sql, &[], |row| Ok((fold(&row.get::<String>("name")?), row.get("code")?)))?;
    Ok(rows.into_iter().collect())
}

fn load_office(
    tx: &mut Transaction,
    row: OfficeRow,
    known: &mut HashMap<String, OrganisationId>,
    kinds: &HashMap<String, String>,
    gewogs: &HashMap<String, String>,
    now: Timestamp,
) -> Result<(), Failed> {
    let OfficeRow { name, name_dz, kind, parent, gewog, phone, fax, email, aliases } = row;
    let aliases: Vec<String> =
        aliases.split(';').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect();
    if let Some(id) = known.get(&fold(&name)) {
        // The reference data has it already, without its telephone.
        tx.execute(
            "UPDATE organisations SET phone = $2, fax = $3, email = $4 WHERE id = $1",
            &[(*id).into(), phone.into(), fax.into(), email.into()],
        )?;
        return Ok(());
    }
    let parent = known.get(&fold(&parent)).copied();
    let office = NewOffice {
        kind: kinds.get(&fold(&kind)).cloned().with_context(|| format!("{name}: no kind {kind}"))?,
        parent: Some(parent.with_context(|| format!("{name}: its parent office is not known"))?),
        place: gewogs.get(&fold(&gewog)).cloned(),
        name,
        name_dz,
        phone,
        fax,
        email,
        aliases,
        ..NewOffice::default()
    };
    let id = offices::insert(tx, &office, now)?;
    known.insert(fold(&office.name), id);
    Ok(())
}

fn load_person(
    tx: &mut Transaction,
    row: PersonRow,
    known: &HashMap<String, OrganisationId>,
    now: Timestamp,
) -> Result<(), Failed> {
    let PersonRow {
        name,
        name_dz,
        employee_id,
        post,
        office,
        agency,
        phone,
        email,
        language,
        role,
        username,
    } = row;
    let office = *known.get(&fold(&office)).with_context(|| format!("{name}: no office {office}"))?;
    let person = NewPerson {
        employee_id: Some(employee_id).filter(|id| !id.is_empty()),
        name,
        name_dz,
        post,
        working_agency: Some(office),
        parent_agency: known.get(&fold(&agency)).copied(),
        phone,
        email,
        language,
    };
    let id = people::insert(tx, &person, now)?;
    if username.is_empty() {
        return Ok(());
    }
    let account = people::insert_account(tx, id, &username, now)?;
    let role =
        if role.is_empty() { Role::Requester } else { Role::from_code(&role).context("an unknown role")? };
    let everywhere = matches!(role, Role::Centre | Role::Auditor | Role::Operator);
    let scope = if everywhere { known.get(&fold("Royal Government of Bhutan")) } else { Some(&office) };
    let scope = *scope.context("the government is missing")?;
    people::grant(tx, account, role, scope, now)?;
    Ok(())
}
