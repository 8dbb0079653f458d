//! The one way in which a request changes: its row, its clocks, the kept numbers, its event, in one transaction.

use std::borrow::Cow;
use std::sync::Arc;

use database::Transaction;
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use crate::app::App;
use crate::desk::catalogue::CatalogueData;
use crate::desk::promise::{Course, Promise, promise, seconds_in_state};
use crate::desk::request::{Hold, Request, State};
use crate::desk::store::named::veiled_counter;
use crate::desk::{service::Starts, store};
use crate::directory::calendars::Calendars;
use crate::events::{self, Actor, Event};
use crate::jobs;
use crate::problem::Problem;

/// What every act on a request is judged by: the catalogue and the calendars of this moment, and the time.
#[derive(Clone)]
pub struct Desk {
    pub catalogue: Arc<CatalogueData>,
    pub calendars: Calendars,
    pub now: Timestamp,
    /// Somebody outside is told what happens: there is a way to send letters or SMS.
    pub tells: bool,
}

/// Kind of the job that tells people of an event: `{"request": id, "number": of the event}`.
pub const TELL: &str = "tell";
/// What concerns people who do not look at the case just now.
const TOLD: [&str; 11] = [
    "received",
    "replied",
    "held",
    "resolved",
    "reopened",
    "closed",
    "cancelled",
    "handed_over",
    "assigned",
    "warned",
    "breached",
];

/// What happened, for the event log.
#[derive(Clone, Debug)]
pub struct Happened {
    /// When it happened; now, unless a paper came in earlier than it was typed in.
    pub at: Timestamp,
    pub actor: Actor,
    pub activity: &'static str,
    pub detail: Map<String, Json>,
}

impl Happened {
    pub fn now(desk: &Desk, actor: Actor, activity: &'static str) -> Happened {
        Happened { at: desk.now, actor, activity, detail: Map::new() }
    }

    pub fn with(mut self, key: &str, value: impl Into<Json>) -> Happened {
        self.detail.insert(key.to_owned(), value.into());
        self
    }
}

impl Desk {
    pub fn new(app: &App) -> Desk {
        Desk {
            catalogue: app.catalogue.now(),
            calendars: app.calendars.clone(),
            now: app.clock.now(),
            tells: app.mailer.is_on() || app.mobile.is_on(),
        }
    }

    /// The clocks of a request at this moment.
    pub fn promise(&self, request: &Request, holds: &[Hold]) -> Promise {
        let service = self.catalogue.service(request.service);
        let level = service.and_then(|service| service.levels.get(&request.priority));
        let own = service.map_or("", |service| service.definition.calendar.as_str());
        let code = level.map_or("", |level| level.calendar.as_str());
        let calendar = self.calendars.of(if code.is_empty() { own } else { code }, request.unit);
        let course = Course {
            starts: service.map_or(Starts::Received, |service| service.definition.starts),
            received_at: request.received_at,
            complete_at: request.complete_at,
            responded_at: request.responded_at,
            resolved_at: request.resolved_at,
            holds,
        };
        promise(&course, level, &calendar, self.now)
    }

    /// Writes a request that is new, with its first event.
    pub fn insert(
        &self,
        tx: &mut Transaction,
        request: &mut Request,
        happened: Happened,
    ) -> Result<(), Problem> {
        let promise = self.promise(request, &[]);
        request.promise = promise.stored();
        request.version = 1;
        // Of a letter that lay for days the log says so too: its clocks began when it came.
        let next = promise.next_instant(request.received_at);
        store::insert(tx, request, queue_at(request, &promise), next)?;
        self.count(tx, None, request)?;
        self.record(tx, request, happened)
    }

    /// Writes what an act made of a request. `before` is what the act was decided on.
    ///
    /// # Errors
    /// `Changed` when somebody else saved first; nothing is written then.
    pub fn save(
        &self,
        tx: &mut Transaction,
        before: &Request,
        after: &mut Request,
        happened: Happened,
    ) -> Result<(), Problem> {
        after.version = before.version + 1;
        let holds = store::holds(tx, after.id)?;
        if after.resolved_at != before.resolved_at && after.resolved_at.is_some() {
            let calendar = self.calendars.of_unit(after.unit);
            let changes = state_changes(tx, after)?;
            after.seconds = seconds_in_state(&changes, &calendar, happened.at);
        }
        let promise = self.promise(after, &holds);
        after.promise = promise.stored();
        let next = if after.state.is_open() { promise.next_instant(self.now) } else { None };
        if !store::update(tx, after, queue_at(after, &promise), next, before.version)? {
            return Err(Problem::Changed);
        }
        self.count(tx, Some(before), after)?;
        self.record(tx, after, happened)
    }

    fn record(&self, tx: &mut Transaction, request: &Request, happened: Happened) -> Result<(), Problem> {
        let Happened { at, actor, activity, mut detail } = happened;
        detail.insert("state".to_owned(), request.state.code().into());
        let event = Event {
            subject_id: request.id.uuid(),
            number: request.version,
            subject: "request".to_owned(),
            at,
            written_at: self.now,
            actor,
            activity: activity.to_owned(),
            detail: Json::Object(detail),
        };
        events::record(tx, &event)?;
        if self.tells && TOLD.contains(&activity) {
            let told = json!({ "request": request.id, "number": request.version });
            jobs::enqueue(tx, TELL, &told, self.now, self.now)?;
        }
        Ok(())
    }

    /// Keeps the numbers of the menus: of the unit, and of the officer.
    fn count(&self, tx: &mut Transaction, before: Option<&Request>, after: &Request) -> Result<(), Problem> {
        let mut changes: Vec<(uuid::Uuid, Cow<'static, str>, i64)> = Vec::new();
        for (request, by) in before.map(|request| (request, -1)).into_iter().chain([(after, 1)]) {
            for (owner, name) in counted(request) {
                match changes.iter_mut().find(|(o, n, _)| *o == owner && *n == name) {
                    Some((_, _, sum)) => *sum += by,
                    None => changes.push((owner, name, by)),
                }
            }
        }
        // Always in the same order, so that two writers never wait for each other in a ring.
        changes.sort_unstable();
        for (owner, name, by) in changes {
            store::count(tx, owner, &name, by)?;
        }
        Ok(())
    }
}

/// The kept numbers in which a request stands; a confidential one stands in those of its service alone.
pub fn counted(request: &Request) -> Vec<(uuid::Uuid, Cow<'static, str>)> {
    if !request.state.is_open() {
        return Vec::new();
    }
    let unit = request.unit.uuid();
    let mut names = vec![(unit, "open")];
    match request.assignee {
        None => names.push((unit, "unassigned")),
        Some(person) => names.push((person.uuid(), "open")),
    }
    if request.state == State::OnHold {
        names.push((unit, "on_hold"));
    }
    if request.promise.resolution_late || request.promise.response_late && request.responded_at.is_none() {
        names.push((unit, "late"));
    }
    let kept = |name: &'static str| match request.veiled_by() {
        None => Cow::Borrowed(name),
        Some(service) => Cow::Owned(veiled_counter(name, service)),
    };
    names.into_iter().map(|(owner, name)| (owner, kept(name))).collect()
}

/// Where a request stands in the queue: what is due first comes first, what waits for others comes last.
pub fn queue_at(request: &Request, promise: &Promise) -> Timestamp {
    const LAST: Timestamp = Timestamp::constant(32_503_680_000, 0);
    let answer = promise.response.as_ref().filter(|clock| !clock.done).and_then(|clock| clock.due);
    let resolution =
        promise.resolution.as_ref().filter(|clock| clock.paused_since.is_none()).and_then(|clock| clock.due);
    if request.state == State::OnHold && resolution.is_none() {
        return LAST;
    }
    answer.into_iter().chain(resolution).min().unwrap_or(LAST)
}

/// The instants at which the state changed, from the event log; the act that is being saved is not in it yet.
fn state_changes(tx: &mut Transaction, request: &Request) -> Result<Vec<(Timestamp, State)>, Problem> {
    let mut changes: Vec<(Timestamp, State)> = Vec::new();
    for event in events::of_subject(tx, request.id.uuid())? {
        let state = event.detail.get("state").and_then(Json::as_str).and_then(State::from_code);
        if let Some(state) = state
            && changes.last().is_none_or(|(_, last)| *last != state)
        {
            let at = if changes.is_empty() { request.received_at } else { event.at };
            changes.push((at, state));
        }
    }
    Ok(changes)
}
