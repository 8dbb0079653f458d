//! What a rule of retention removes of a case that is over: its attachments, or all that speaks of persons.
//!
//! This is the one change of a request that does not go through `Desk::save`: the stored promise must stay what it was,
//! so that every figure that was ever counted from it stays too.

use database::Transaction;
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::desk::catalogue::CatalogueData;
use crate::desk::index;
use crate::desk::store::{self, forget, looks};
use crate::events::content::Content;
use crate::events::{self, Actor, Event};
use crate::id::RequestId;
use crate::problem::Problem;
use crate::search;

/// Parts of an event's detail that are codes, numbers and offices, and name nobody who asked for something.
const STAYS: [&str; 28] = [
    "cause",
    "channel",
    "clock",
    "complete",
    "ended_at",
    "from",
    "from_priority",
    "from_service",
    "from_unit",
    "impact",
    "inside",
    "pauses",
    "priority",
    "rating",
    "reason",
    "resolution_from",
    "resolution_to",
    "responded",
    "response_from",
    "response_to",
    "resumed",
    "rule",
    "run",
    "service",
    "state",
    "to",
    "to_id",
    "urgency",
];

/// Under what something is removed.
#[derive(Clone, Debug)]
pub struct Why {
    pub rule: Uuid,
    pub run: Uuid,
    pub now: Timestamp,
}

/// Removes from a case all that names a person who asked or was asked about. Returns the files that nobody speaks of
/// any more, or `None` when the case is kept, open or forgotten by now.
///
/// # Errors
/// `Unsupported` when its events were altered: it stays as it is until somebody looked.
pub fn anonymise(
    tx: &mut Transaction,
    catalogue: &CatalogueData,
    id: RequestId,
    why: &Why,
) -> Result<Option<Vec<Vec<u8>>>, Problem> {
    let Some(before) = store::by_id(tx, id)? else { return Ok(None) };
    let Some(left) = forget::next_version(tx, id)? else { return Ok(None) };
    let name = catalogue.service(before.service).map_or(&before.number, |it| &it.definition.name);
    forget::strip(tx, id, name, why.now)?;
    looks::forget(tx, id)?;
    let (_, files) = forget::remove_attachments(tx, id)?;
    let asker = before.requester.map(crate::id::Id::uuid);
    let less = |_: &str, content: Content| {
        // Whoever did it from the unit answers for it; who asked, and who is known by name only, goes.
        let stays = match content.actor_id {
            Some(person) => Some(person) != asker,
            None => content.actor == Actor::program().name,
        };
        content.without(stays, |part| STAYS.contains(&part))
    };
    events::take_out(tx, id.uuid(), (1, left.version - 1), less)?;
    search::index(tx, id, left.unit, before.veiled_by(), &[&left.number, &left.source])?;
    record(tx, id, &left, "anonymised", json!({}), why)?;
    Ok(Some(files))
}

/// Removes the attachments of a case. Returns the files that nobody speaks of any more, or `None` as `anonymise`.
///
/// # Errors
/// As `anonymise`.
pub fn remove_files(tx: &mut Transaction, id: RequestId, why: &Why) -> Result<Option<Vec<Vec<u8>>>, Problem> {
    let Some(left) = forget::next_version(tx, id)? else { return Ok(None) };
    let (count, files) = forget::remove_attachments(tx, id)?;
    events::take_out(tx, id.uuid(), (1, left.version - 1), |_, content| {
        content.without(true, |part| part != "files")
    })?;
    if let Some(request) = store::by_id(tx, id)? {
        index::again(tx, &request)?;
    }
    record(tx, id, &left, "files_removed", json!({ "count": count }), why)?;
    Ok(Some(files))
}

fn record(
    tx: &mut Transaction,
    id: RequestId,
    left: &forget::Left,
    activity: &str,
    mut detail: Json,
    why: &Why,
) -> Result<(), Problem> {
    detail["rule"] = why.rule.to_string().into();
    detail["run"] = why.run.to_string().into();
    detail["state"] = left.state.as_str().into();
    let event = Event {
        subject_id: id.uuid(),
        number: left.version,
        subject: "request".to_owned(),
        at: why.now,
        written_at: why.now,
        actor: Actor::program(),
        activity: activity.to_owned(),
        detail,
    };
    Ok(events::record(tx, &event)?)
}
