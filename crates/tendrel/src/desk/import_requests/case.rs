//! The steps of one case become a request of ours, its holds and its events. Pure.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map as JsonMap, Value as Json};

use crate::desk::import_requests::map::Map;
use crate::desk::import_requests::steps::{Step, activity, in_order_of_time};
use crate::desk::promise::{Promise, seconds_in_state};
use crate::desk::request::{Hold, Keeping, Request, SecondsInState, State, StoredPromise};
use crate::desk::save::Desk;
use crate::directory::calendars::UnitFacts;
use crate::directory::sessions;
use crate::events::{Actor, Event};
use crate::id::{PersonId, RequestId};
use crate::secret;

/// A case ready to be written. Its number is given when it is.
#[derive(Clone, Debug)]
pub(super) struct Imported {
    pub(super) request: Request,
    pub(super) promise: Promise,
    pub(super) next_clock: Option<Timestamp>,
    pub(super) holds: Vec<Hold>,
    pub(super) events: Vec<Event>,
    /// The name of the officer it ended with.
    pub(super) assignee: Option<String>,
    /// Their priority, where it is not what the matrix gives.
    pub(super) differs: Option<Differs>,
}

/// A place of the matrix where their desk judged otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Differs {
    pub(super) impact: i64,
    pub(super) urgency: i64,
    pub(super) theirs: i64,
    pub(super) ours: i64,
}

/// What cases are judged by.
pub(super) struct Ground<'a> {
    pub(super) map: &'a Map,
    pub(super) desk: &'a Desk,
    pub(super) unit: UnitFacts,
}

impl Ground<'_> {
    /// Under which a case is known here.
    pub(super) fn source_of(&self, number: &str) -> String {
        format!("{}:{number}", self.map.file.source)
    }

    /// Makes the request and its history of a case's steps, in the order of the file.
    ///
    /// # Errors
    /// The map names a service that there is not.
    pub(super) fn import(&self, steps: &[Step]) -> anyhow::Result<Imported> {
        let (ordered, last) = in_order_of_time(steps)?;
        let mut request = self.request_of(&ordered, last)?;
        let holds = holds_of(&ordered, &request, |reason| {
            self.desk.catalogue.hold_reason(reason).is_some_and(|reason| reason.pauses)
        });
        let promise = self.desk.promise(&request, &holds);
        request.promise = promise.stored();
        let next_clock = promise.next_instant(self.desk.now).filter(|_| request.state.is_open());
        request.seconds = self.seconds_of(&ordered, &request);
        let events = self.events_of(&ordered, &request);
        let differs = last.priority.filter(|theirs| *theirs != request.priority).map(|theirs| Differs {
            impact: request.impact,
            urgency: request.urgency,
            theirs,
            ours: request.priority,
        });
        Ok(Imported { request, promise, next_clock, holds, events, assignee: last.assignee.clone(), differs })
    }

    fn request_of(&self, ordered: &[&Step], last: &Step) -> anyhow::Result<Request> {
        let services = &self.map.file.service;
        let code =
            last.service.as_ref().and_then(|value| services.by_value.get(value)).unwrap_or(&services.default);
        let service =
            self.desk.catalogue.service_by_code(code).ok_or_else(|| {
                anyhow::anyhow!("no service has the code {code:?}; name another in the map")
            })?;
        let ended = !last.state.is_open();
        let responded = ordered.iter().find(|step| step.state != State::New).map(|step| step.at);
        let language = "en".to_owned();
        Ok(Request {
            id: RequestId::new(self.desk.now),
            number: String::new(),
            unit: self.unit.id,
            service: service.id,
            service_version: service.version,
            kind: service.definition.kind,
            confidential: service.definition.confidential,
            subject: if last.subject.is_empty() { last.number.clone() } else { last.subject.clone() },
            description: last.description.clone(),
            answers: BTreeMap::new(),
            language,
            channel: self.map.channel(last.channel.as_deref()),
            office: None,
            office_text: last.office.clone().unwrap_or_default(),
            requester: None,
            requester_name: last.requester.clone().unwrap_or_default(),
            requester_phone: String::new(),
            requester_email: String::new(),
            by_sms: false,
            entered_by: None,
            received_at: last.received_at,
            entered_at: last.entered_at.unwrap_or(last.received_at),
            complete_at: Some(last.received_at),
            state: last.state,
            hold_reason: last.hold_reason.clone(),
            impact: last.impact,
            urgency: last.urgency,
            priority: self.desk.catalogue.priority(&self.unit.matrix, last.impact, last.urgency),
            assignee: None,
            responded_at: responded.or(last.resolved_at.filter(|_| ended)),
            resolved_at: last.resolved_at.filter(|_| matches!(last.state, State::Resolved | State::Closed)),
            closed_at: last.closed_at.filter(|_| matches!(last.state, State::Closed | State::Cancelled)),
            cause: None,
            resolution: String::new(),
            reassigned: last.reassigned,
            reopened: last.reopened,
            rating: None,
            rating_comment: String::new(),
            follows: None,
            follow_hash: sessions::hash(&secret::new()),
            version: i64::try_from(ordered.len())?,
            promise: StoredPromise::default(),
            seconds: SecondsInState::default(),
            source: self.source_of(&last.number),
            keeping: Keeping::default(),
        })
    }

    /// Working seconds in each state until it was resolved, or closed where that is all that is known.
    fn seconds_of(&self, ordered: &[&Step], request: &Request) -> SecondsInState {
        let Some(until) = request.resolved_at.or(request.closed_at) else {
            return SecondsInState::default();
        };
        let mut changes: Vec<(Timestamp, State)> = Vec::new();
        for step in ordered {
            if changes.last().is_none_or(|(_, state)| *state != step.state) {
                let at = if changes.is_empty() { request.received_at } else { step.at };
                changes.push((at, step.state));
            }
        }
        seconds_in_state(&changes, &self.desk.calendars.of_unit(request.unit), until)
    }

    fn events_of(&self, ordered: &[&Step], request: &Request) -> Vec<Event> {
        let mut events = Vec::with_capacity(ordered.len());
        let mut before: Option<&Step> = None;
        for (number, step) in (1_i64..).zip(ordered) {
            let mut detail = JsonMap::new();
            detail.insert("state".to_owned(), step.state.code().into());
            if before.is_none() {
                detail.insert("channel".to_owned(), request.channel.code().into());
            }
            if let Some(name) = step
                .assignee
                .as_ref()
                .filter(|_| before.is_none_or(|before| before.assignee != step.assignee))
            {
                detail.insert("officer".to_owned(), name.as_str().into());
            }
            if let Some(reason) = &step.hold_reason {
                let pauses = self.desk.catalogue.hold_reason(reason).is_some_and(|reason| reason.pauses);
                detail.insert("reason".to_owned(), reason.as_str().into());
                detail.insert("pauses".to_owned(), pauses.into());
            }
            events.push(Event {
                subject_id: request.id.uuid(),
                number,
                subject: "request".to_owned(),
                at: step.at,
                written_at: self.desk.now,
                actor: Actor { person: None, name: step.by.clone() },
                activity: activity(before, step).to_owned(),
                detail: Json::Object(detail),
            });
            before = Some(step);
        }
        events
    }
}

/// The times a case waited for somebody; those without length are left out.
fn holds_of(ordered: &[&Step], request: &Request, pauses: impl Fn(&str) -> bool) -> Vec<Hold> {
    let mut holds: Vec<Hold> = Vec::new();
    let mut open: Option<Hold> = None;
    for step in ordered {
        let same = open.as_ref().is_some_and(|hold| Some(&hold.reason) == step.hold_reason.as_ref());
        if same {
            continue;
        }
        if let Some(mut hold) = open.take()
            && hold.from < step.at
        {
            hold.to = Some(step.at);
            holds.push(hold);
        }
        open = step.hold_reason.as_ref().map(|reason| Hold {
            from: step.at,
            to: None,
            reason: reason.clone(),
            comment: String::new(),
            pauses: pauses(reason),
        });
    }
    if let Some(hold) = open.filter(|_| request.state.is_open()) {
        holds.push(hold);
    }
    holds
}

/// Names of officers that are met for the first time, in the order they were met.
pub(super) fn unknown_officers(cases: &[Imported], known: &BTreeMap<String, PersonId>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in cases.iter().filter_map(|case| case.assignee.as_ref()) {
        if !known.contains_key(name) && !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}
