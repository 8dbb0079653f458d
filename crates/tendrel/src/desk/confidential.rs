//! A service becomes confidential, or stops being so for what comes from now on.

use database::Transaction;

use crate::desk::catalogue::Service;
use crate::desk::edit_service::{Edited, keep};
use crate::desk::request::Request;
use crate::desk::save::{Desk, Happened};
use crate::desk::service::Definition;
use crate::desk::store::{named, notices};
use crate::events::Actor;
use crate::id::{PersonId, ServiceId};
use crate::problem::Problem;
use crate::search;

/// Marks a service with a new version of its definition, as the editor does.
pub fn mark(tx: &mut Transaction, desk: &Desk, service: &Service, actor: &Actor) -> Result<(), Problem> {
    let definition = Definition { confidential: true, ..service.definition.clone() };
    let edited = Edited {
        definition,
        withdrawn: service.withdrawn,
        levels: service.levels.clone(),
        from: desk.now.to_zoned(desk.calendars.zone()).date(),
    };
    keep::write(tx, desk, service, &edited, actor)
}

/// Does what follows from the mark on a service. Set, it covers all its requests, old ones too; taken away, what came
/// under it stays with those who were named, for whoever asked was promised so.
pub fn turn(
    tx: &mut Transaction,
    desk: &Desk,
    service: ServiceId,
    on: bool,
    actor: &Actor,
) -> Result<(), Problem> {
    let people = named::ids(tx, service)?;
    let kind = if on { "service_veiled" } else { "service_unveiled" };
    let name = desk.catalogue.service(service).map(|service| service.definition.name.clone());
    let words = format!("{} · {}", name.unwrap_or_default(), actor.name);
    notices::tell_of_service(tx, people.clone(), kind, (service, &words), desk.now)?;
    if !on {
        return Ok(());
    }
    for before in named::open_unveiled(tx, service)? {
        let mut after = veiled(&before, &people);
        desk.save(tx, &before, &mut after, Happened::now(desk, actor.clone(), "veiled"))?;
    }
    named::veil_the_rest(tx, service)?;
    named::take_back_notices(tx, service, None)?;
    Ok(search::veil(tx, service)?)
}

/// Whoever has it and may not see it any more gives it up.
fn veiled(request: &Request, people: &[PersonId]) -> Request {
    let mut after = request.clone();
    after.confidential = true;
    after.assignee = request.assignee.filter(|officer| people.contains(officer));
    after
}
