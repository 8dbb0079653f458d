//! The one door. Web, phone, fax, letter, walk-in, e-mail and API all end here: one record, one number, one promise.

use std::collections::BTreeMap;
use std::sync::Arc;

use database::Transaction;
use jiff::Timestamp;
use serde_json::Value as Json;

use crate::desk::came_in::CameIn;
use crate::desk::catalogue::Service;
use crate::desk::number::Number;
use crate::desk::request::{Channel, Keeping, Request, SecondsInState, State, StoredPromise};
use crate::desk::save::{Desk, Happened};
use crate::desk::service::Starts;
use crate::desk::store::named;
use crate::desk::{index, store};
use crate::directory::sessions;
use crate::events::Actor;
use crate::files::{self, StoredFile};
use crate::id::{AttachmentId, OrganisationId, PersonId, RequestId};
use crate::problem::Problem;
use crate::{search, secret};

/// A request as it stands before the door: checked, and not yet a record.
#[derive(Clone, Debug)]
pub struct Incoming {
    pub channel: Channel,
    pub service: Arc<Service>,
    /// The unit that serves the office; of the public page where no office is known.
    pub unit: OrganisationId,
    pub office: Option<OrganisationId>,
    /// The office as typed, or its name: found by search either way.
    pub office_text: String,
    pub requester: Option<PersonId>,
    pub requester_name: String,
    pub requester_phone: String,
    pub requester_email: String,
    /// Wants to be told by SMS too, at a mobile number.
    pub by_sms: bool,
    pub entered_by: Option<PersonId>,
    pub subject: String,
    pub description: String,
    pub answers: BTreeMap<String, Json>,
    pub impact: i64,
    pub urgency: i64,
    /// When it reached the unit; earlier than now for a letter.
    pub received_at: Timestamp,
    /// The documents the service requires were there.
    pub complete: bool,
    pub language: String,
    pub files: Vec<StoredFile>,
    pub follows: Option<RequestId>,
    /// What it came in, where nobody typed it.
    pub came_in: Option<CameIn>,
    pub source: String,
}

/// What the requester is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Accepted {
    pub id: RequestId,
    pub number: String,
    /// For the link by which it can be followed without signing in; stored only as a hash.
    pub secret: String,
    pub response_due: Option<Timestamp>,
    pub resolution_due: Option<Timestamp>,
}

/// Makes the record: request, number, clocks, kept numbers, search, attachments and event, in the caller's transaction.
pub fn accept(
    tx: &mut Transaction,
    desk: &Desk,
    incoming: &Incoming,
    actor: Actor,
) -> Result<Accepted, Problem> {
    accept_under(tx, desk, incoming, actor, secret::new())
}

/// The same under a secret that the caller can make again, so that what is sent twice is recognised.
pub fn accept_under(
    tx: &mut Transaction,
    desk: &Desk,
    incoming: &Incoming,
    actor: Actor,
    secret: String,
) -> Result<Accepted, Problem> {
    let mut request = request_of(desk, incoming, sessions::hash(&secret));
    if let Some(service) = request.veiled_by() {
        request.unit = named::unit_for(tx, service, request.unit, desk.now)?;
    }
    request.number = next_number(tx, desk, &request)?;
    let mut happened =
        Happened { at: incoming.received_at, ..Happened::now(desk, actor.clone(), "received") }
            .with("channel", incoming.channel.code())
            .with("complete", request.complete_at.is_some());
    if let Some(came_in) = incoming.came_in {
        happened = came_in.told(happened);
    }
    desk.insert(tx, &mut request, happened)?;
    for file in &incoming.files {
        attach(tx, request.id, file, false, &actor, desk.now)?;
    }
    index(tx, &request, &incoming.files)?;
    Ok(Accepted {
        id: request.id,
        number: request.number,
        secret,
        response_due: request.promise.response_due,
        resolution_due: request.promise.resolution_due,
    })
}

fn request_of(desk: &Desk, incoming: &Incoming, follow_hash: Vec<u8>) -> Request {
    let definition = &incoming.service.definition;
    let matrix = desk.calendars.unit(incoming.unit).map(|unit| unit.matrix).unwrap_or_default();
    let complete =
        incoming.complete || definition.starts == Starts::Received || definition.documents.is_empty();
    Request {
        id: RequestId::new(desk.now),
        number: String::new(),
        unit: incoming.unit,
        service: incoming.service.id,
        service_version: incoming.service.version,
        kind: definition.kind,
        subject: incoming.subject.clone(),
        description: incoming.description.clone(),
        answers: incoming.answers.clone(),
        language: incoming.language.clone(),
        channel: incoming.channel,
        office: incoming.office,
        office_text: incoming.office_text.clone(),
        requester: incoming.requester,
        requester_name: incoming.requester_name.clone(),
        requester_phone: incoming.requester_phone.clone(),
        requester_email: incoming.requester_email.clone(),
        by_sms: incoming.by_sms,
        entered_by: incoming.entered_by,
        received_at: incoming.received_at,
        entered_at: desk.now,
        complete_at: complete.then_some(incoming.received_at),
        state: State::New,
        hold_reason: None,
        impact: incoming.impact,
        urgency: incoming.urgency,
        priority: desk.catalogue.priority(&matrix, incoming.impact, incoming.urgency),
        assignee: None,
        responded_at: None,
        resolved_at: None,
        closed_at: None,
        cause: None,
        resolution: String::new(),
        reassigned: 0,
        reopened: 0,
        rating: None,
        rating_comment: String::new(),
        follows: incoming.follows,
        follow_hash,
        version: 1,
        promise: StoredPromise::default(),
        seconds: SecondsInState::default(),
        source: incoming.source.clone(),
        keeping: Keeping::default(),
        confidential: definition.confidential,
    }
}

fn next_number(tx: &mut Transaction, desk: &Desk, request: &Request) -> Result<String, Problem> {
    let unit = desk.calendars.unit(request.unit).ok_or(Problem::Input("problem-no-unit"))?;
    let year = i64::from(desk.now.to_zoned(desk.calendars.zone()).year());
    let of_year = u8::try_from(year.rem_euclid(100)).unwrap_or(0);
    if request.confidential {
        return named::free_number(tx, of_year);
    }
    let counter = store::next_counter(tx, &unit.code, year)?;
    let number =
        Number { unit: unit.code, year: of_year, counter: u32::try_from(counter).unwrap_or(u32::MAX) };
    Ok(number.to_string())
}

/// Speaks of a stored file on a request.
pub fn attach(
    tx: &mut Transaction,
    request: RequestId,
    file: &StoredFile,
    inside: bool,
    actor: &Actor,
    now: Timestamp,
) -> Result<AttachmentId, Problem> {
    files::keep(tx, file, now)?;
    let id = AttachmentId::new(now);
    tx.execute(
        "INSERT INTO attachments (id, request_id, file_hash, name, inside, at, by_name)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            id.into(),
            request.into(),
            file.hash.as_slice().into(),
            (&file.name).into(),
            inside.into(),
            now.into(),
            (&actor.name).into(),
        ],
    )?;
    Ok(id)
}

/// Puts a request into the search index under all its words.
pub fn index(tx: &mut Transaction, request: &Request, files: &[StoredFile]) -> Result<(), Problem> {
    let answers: Vec<String> = request.answers.values().map(|answer| answer.to_string()).collect();
    let mut texts = index::texts(request, &answers);
    texts.extend(files.iter().map(|file| file.name.as_str()));
    Ok(search::index(tx, request.id, request.unit, request.veiled_by(), &texts)?)
}
