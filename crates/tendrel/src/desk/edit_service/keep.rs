//! Saving: a new version, its event, and the clocks of open requests counted again where a promise changed.

use std::sync::Arc;

use jiff::civil::Date;
use serde_json::json;

use database::Transaction;

use crate::app::App;
use crate::desk::catalogue::Service;
use crate::desk::confidential;
use crate::desk::edit_service::draft::Edited;
use crate::desk::recompute::RECOMPUTE_PROMISES;
use crate::desk::reference::insert_level;
use crate::desk::save::Desk;
use crate::directory::calendars;
use crate::events::{self, Actor};
use crate::id::ServiceId;
use crate::jobs;
use crate::problem::Problem;
use crate::viewer::Viewer;

pub(super) async fn keep(
    app: &App,
    viewer: &Viewer,
    service: &Arc<Service>,
    edited: Edited,
) -> Result<(), Problem> {
    let (desk, actor, service) = (Desk::new(app), viewer.actor(), Arc::clone(service));
    app.db.write(move |tx| write(tx, &desk, &service, &edited, &actor)).await
}

/// A service as it was edited becomes its next version.
///
/// # Errors
/// `Changed` when somebody else saved first.
pub(in crate::desk) fn write(
    tx: &mut Transaction,
    desk: &Desk,
    service: &Service,
    edited: &Edited,
    actor: &Actor,
) -> Result<(), Problem> {
    let (id, version, now) = (service.id, service.version, desk.now);
    let other_targets = edited.levels != service.levels;
    let other_clock = other_targets || edited.definition.starts != service.definition.starts;
    let text = serde_json::to_string(&edited.definition).map_err(anyhow::Error::from)?;
    let changed = tx.execute(
        "UPDATE services SET version = version + 1, withdrawn = $3 WHERE id = $1 AND version = $2",
        &[id.into(), version.into(), edited.withdrawn.into()],
    )?;
    if changed == 0 {
        return Err(Problem::Changed);
    }
    tx.execute(
        "INSERT INTO service_versions (service_id, version, valid_from, changed_by, definition)
         VALUES ($1, $2, $3, $4, $5)",
        &[id.into(), (version + 1).into(), now.into(), (&actor.name).into(), (&text).into()],
    )?;
    tx.execute("UPDATE service_levels SET sample = 0 WHERE service_id = $1", &[id.into()])?;
    if other_targets {
        replace_levels(tx, id, edited)?;
    }
    let detail = json!({
        "version": version + 1,
        "targets_from": other_targets.then(|| edited.from.to_string()),
        "confidential": edited.definition.confidential,
    });
    events::note(tx, "service", id.uuid(), actor.clone(), "changed", detail, now)?;
    if edited.definition.confidential != service.definition.confidential {
        confidential::turn(tx, desk, id, edited.definition.confidential, actor)?;
    }
    calendars::mark_changed(tx)?;
    if other_clock {
        jobs::enqueue(tx, RECOMPUTE_PROMISES, &json!({ "service": id }), now, now)?;
    }
    Ok(())
}

/// Ends the levels that hold and begins the new ones; what was planned for later is given up.
fn replace_levels(tx: &mut Transaction, service: ServiceId, edited: &Edited) -> Result<(), Problem> {
    let from = edited.from.to_string();
    let last = edited.from.yesterday().unwrap_or(Date::MIN).to_string();
    tx.execute(
        "DELETE FROM service_levels WHERE service_id = $1 AND valid_from >= $2",
        &[service.into(), (&from).into()],
    )?;
    tx.execute(
        "UPDATE service_levels SET valid_to = $3
         WHERE service_id = $1 AND valid_from < $2 AND (valid_to IS NULL OR valid_to >= $2)",
        &[service.into(), (&from).into(), (&last).into()],
    )?;
    for level in edited.levels.values() {
        insert_level(tx, service, level, false, &from)?;
    }
    Ok(())
}
