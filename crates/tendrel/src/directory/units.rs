//! ICT services units that are made by the program, such as one for the requests of another desk.

use database::{Error, Transaction};
use jiff::Timestamp;
use serde_json::json;

use crate::directory::calendars;
use crate::events::{self, Actor, Event};
use crate::id::OrganisationId;
use crate::search::fold;

#[derive(Clone, Debug)]
pub struct NewUnit {
    pub code: String,
    pub name: String,
    /// Key of the organisation it sits under.
    pub under: String,
    pub calendar: String,
    pub matrix: String,
}

/// Makes a unit that serves nobody yet but itself.
///
/// # Errors
/// `Missing` when there is no organisation to put it under, `Unique` when the code is taken.
pub fn establish(tx: &mut Transaction, unit: &NewUnit, now: Timestamp) -> Result<OrganisationId, Error> {
    let NewUnit { code, name, under, calendar, matrix } = unit;
    let id = OrganisationId::new(now);
    let today = now.to_string()[..10].to_owned();
    let parent: OrganisationId =
        tx.one("SELECT id FROM organisations WHERE key = $1", &[under.into()], |row| row.get("id"))?;
    tx.execute(
        "INSERT INTO organisations (id, key, kind, name, folded, parent_id, unit_id)
         VALUES ($1, $2, 'ict_services_unit', $3, $4, $5, $1)",
        &[
            id.into(),
            format!("unit-{}", code.to_lowercase()).into(),
            name.into(),
            fold(name).into(),
            parent.into(),
        ],
    )?;
    tx.execute(
        "INSERT INTO organisation_names (organisation_id, name, valid_from) VALUES ($1, $2, $3)",
        &[id.into(), name.into(), (&today).into()],
    )?;
    tx.execute(
        "INSERT INTO organisation_parents (organisation_id, parent_id, valid_from) VALUES ($1, $2, $3)",
        &[id.into(), parent.into(), (&today).into()],
    )?;
    tx.execute(
        "INSERT INTO organisation_ancestors (organisation_id, ancestor_id, depth)
         SELECT $1, ancestor_id, depth + 1 FROM organisation_ancestors WHERE organisation_id = $2",
        &[id.into(), parent.into()],
    )?;
    tx.execute(
        "INSERT INTO organisation_ancestors (organisation_id, ancestor_id, depth) VALUES ($1, $1, 0)",
        &[id.into()],
    )?;
    tx.execute(
        "INSERT INTO units (organisation_id, code, calendar_code, matrix_code) VALUES ($1, $2, $3, $4)",
        &[id.into(), code.into(), calendar.into(), matrix.into()],
    )?;
    calendars::mark_changed(tx)?;
    let event = Event {
        subject_id: id.uuid(),
        number: 1,
        subject: "organisation".to_owned(),
        at: now,
        written_at: now,
        actor: Actor::program(),
        activity: "created".to_owned(),
        detail: json!({ "name": name, "unit": code }),
    };
    events::record(tx, &event)?;
    Ok(id)
}
