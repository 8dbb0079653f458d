//! What the variables of a letter stand for: a case in the words and times of its reader.

use database::Reader;
use jiff::Timestamp;
use serde_json::Value as Json;

use crate::app::App;
use crate::channels::letters::template::Values;
use crate::channels::letters::thread::{self, Sender};
use crate::desk::request::{Hold, Request};
use crate::desk::save::Desk;
use crate::desk::store::people::{self, Names};
use crate::desk::store::{self, timeline};
use crate::desk::{clocks, promised};
use crate::directory::calendars::UnitFacts;
use crate::events::{self, Event};
use crate::frame::languages::Language;
use crate::frame::{Frame, times};
use crate::id::RequestId;
use crate::problem::Problem;

/// A case at the moment of an event.
#[derive(Clone)]
pub struct About {
    pub desk: Desk,
    pub request: Request,
    pub event: Event,
    pub names: Names,
    /// What was said with the event.
    pub said: String,
    pub unit: Option<UnitFacts>,
    pub hold: Option<Hold>,
    pub sender: Sender,
}

/// The case and the event; `None` when it was forgotten meanwhile.
pub fn read(r: &mut Reader, app: &App, id: RequestId, number: i64) -> Result<Option<About>, Problem> {
    let desk = Desk::new(app);
    let Some(request) = store::by_id(r, id)?.filter(|it| it.keeping.forgotten_at.is_none()) else {
        return Ok(None);
    };
    let events = events::of_subject(r, id.uuid())?;
    let Some(event) = events.into_iter().find(|event| event.number == number) else { return Ok(None) };
    let detail = |key: &str| event.detail.get(key).and_then(Json::as_str).unwrap_or_default();
    let said = match detail("message") {
        "" => detail("comment").to_owned(),
        message => {
            let messages = timeline::messages(r, id)?;
            let said = messages.into_iter().find(|it| it.id.to_string() == message);
            said.map(|it| it.body).unwrap_or_default()
        }
    };
    let hold = store::holds(r, id)?.into_iter().rfind(|hold| hold.to.is_none() && !hold.reason.is_empty());
    Ok(Some(About {
        names: people::names(r, &request)?,
        sender: thread::sender(r, app, Some(&request))?,
        unit: app.calendars.unit(request.unit),
        desk,
        request,
        event,
        said,
        hold,
    }))
}

/// A frame for words and times where no page is shown.
pub fn frame(app: &App, language: Language, now: Timestamp) -> Frame {
    Frame {
        title: String::new(),
        has_mistakes: false,
        language,
        unreviewed: app.settings.show_unreviewed,
        signed_in: None,
        here: String::new(),
        done: None,
        home: app.calendars.home(),
        demo: app.settings.demo,
        zone: app.calendars.zone(),
        now,
    }
}

/// Who reads it, as far as it changes what the variables say.
#[derive(Clone, Debug)]
pub struct Reading<'a> {
    pub name: &'a str,
    pub language: Language,
    /// Gets the secret links: the one who asked.
    pub bears: bool,
    /// May choose which letters come.
    pub chooses: bool,
    /// Times as short as they can be: for an SMS.
    pub short: bool,
}

pub fn of(app: &App, about: &About, reading: &Reading<'_>) -> Values {
    let About { request, event, names, .. } = about;
    let frame = frame(app, reading.language, about.desk.now);
    let base = &app.settings.base_url;
    let mut values = Values::new();
    let mut put = |name: &'static str, value: String| values.insert(name, value);
    put("name", reading.name.to_owned());
    put("number", request.number.clone());
    put("subject", request.subject.clone());
    put("requester", request.requester_name.clone());
    put("office", frame.plain_name(&names.office, &names.office_dz).to_owned());
    put("words", about.said.clone());
    put("officer", event.actor.name.clone());
    put("case", format!("{base}/requests/{}", request.number));
    put("desk_email", about.sender.address.clone());
    if let Some(service) = about.desk.catalogue.service(request.service) {
        let definition = &service.definition;
        put("service", frame.plain_name(&definition.name, &definition.name_dz).to_owned());
    }
    if let Some(unit) = &about.unit {
        put("unit", frame.plain_name(&unit.name, &unit.name_dz).to_owned());
        put("phone", unit.phone.clone());
        put("unit_email", unit.email.clone());
    }
    if reading.bears {
        for (name, address) in
            [("follow", "~"), ("works", "~/works"), ("broken", "~/broken"), ("rate", "~/rate")]
        {
            put(name, address.to_owned());
        }
    }
    if reading.chooses {
        put("preferences", format!("{base}/me/letters"));
    }
    values.extend(of_time(app, &frame, about, reading.short));
    values
}

/// Clocks, dates and reasons.
fn of_time(app: &App, frame: &Frame, about: &About, short: bool) -> Values {
    let About { desk, request, event, hold, .. } = about;
    let mut values = Values::new();
    let mut put = |name: &'static str, value: String| values.insert(name, value);
    let detail = |key: &str| event.detail.get(key).and_then(Json::as_str).unwrap_or_default();
    let level = desk.catalogue.service(request.service).and_then(|it| it.levels.get(&request.priority));
    let in_full = |at: Timestamp| if short { times::in_short(frame, at) } else { times::in_full(frame, at) };
    let within = |at: Timestamp, amount: String| {
        if short { in_full(at) } else { format!("{} ({amount})", in_full(at)) }
    };
    if let (Some(due), Some(level)) = (request.promise.response_due, level) {
        put("answer_by", within(due, promised::amount(frame, level.response)));
    }
    if let (Some(due), Some(level)) = (request.promise.resolution_due, level) {
        put("done_by", within(due, promised::amount(frame, level.resolution)));
    }
    if matches!(event.activity.as_str(), "warned" | "breached") {
        let clock = detail("clock");
        let is_response = clock == "response";
        put("clock", frame.t(if is_response { "letter-clock-response" } else { "letter-clock-resolution" }));
        let due = if is_response { request.promise.response_due } else { request.promise.resolution_due };
        put("due", due.map(in_full).unwrap_or_default());
    }
    put("from", detail("from").to_owned());
    let reason = desk.catalogue.hold_reason(detail("reason")).map(|reason| reason.name.clone());
    put("reason", reason.unwrap_or_default());
    if let Some(hold) = hold {
        put("since", in_full(hold.from));
        let days = app.settings.letters.remind_after_days.first().copied();
        let by = days.and_then(|days| desk.calendars.of_unit(request.unit).add_days(hold.from, days));
        put("by", by.map(in_full).unwrap_or_default());
    }
    put("closes", clocks::closes_at(request, desk).map(in_full).unwrap_or_default());
    values
}
