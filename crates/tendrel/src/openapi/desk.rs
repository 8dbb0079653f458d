//! The desk's addresses.

use serde_json::{Value as Json, json};

use super::operation::Operation;
use super::schema::{
    and, between, body, count, day, file, id, instant, integer, level, list, name, object, one_of, or_null,
    refer, short, text, truth, words,
};
use crate::app::App;
use crate::desk::access::Doing;
use crate::desk::acts::ACTS;
use crate::desk::request::{Channel, State};
use crate::desk::store::letters::LetterState;
use crate::frame::languages::Language;

/// What an installation decides on, as it is now.
pub(super) struct Decided {
    services: Json,
    causes: Json,
    reasons: Json,
    looks: Json,
    impacts: Json,
    urgencies: Json,
    pub(super) units: Json,
}

impl Decided {
    pub(super) fn of(app: &App) -> Decided {
        let catalogue = app.catalogue.now();
        let services = catalogue.services.iter().filter(|it| !it.withdrawn && it.definition.public);
        let units = app.calendars.units();
        Decided {
            services: one_of(services.map(|it| it.definition.code.as_str())),
            causes: one_of(catalogue.causes.iter().map(|(code, _)| code.as_str())),
            reasons: one_of(catalogue.hold_reasons.iter().map(|it| it.code.as_str())),
            looks: one_of(catalogue.look_reasons.iter().map(|(code, _)| code.as_str())),
            impacts: level(catalogue.impacts.iter().map(|it| it.level)),
            urgencies: level(catalogue.urgencies.iter().map(|it| it.level)),
            units: one_of(units.iter().map(|it| it.code.as_str())),
        }
    }
}

pub(super) fn operations(app: &App) -> Vec<Operation> {
    let decided = Decided::of(app);
    let services = [
        Operation::get("/api/v1/services", "listServices", "What the public may ask for")
            .gives(200, object([("services", list(refer("Service")))]), "In the order of the portal.")
            .tag("services")
            .public(),
        Operation::get("/api/v1/services/{code}", "showService", "A service with its form and its promises")
            .gives(200, refer("ServiceWithForm"), "The fields are what `answers` of a request has.")
            .tag("services")
            .public(),
    ];
    let one = Operation::get("/api/v1/requests/{number}", "showRequest", "A request with its history")
        .gives(200, refer("RequestWithHistory"), "Requesters are not shown what is inside the unit.")
        .refuses(&[403])
        .tag("requests");
    let mut all: Vec<Operation> = services.into_iter().collect();
    all.extend([queue(&decided), send(&decided), one]);
    all.extend(ACTS.iter().map(|act| acts(act.name, act.doing, &decided)));
    all
}

fn queue(decided: &Decided) -> Operation {
    let yes = || one_of(["1"]);
    Operation::get("/api/v1/requests", "listRequests", "The requests of a unit, what is due first on top")
        .says("A hundred at a time. Without `all` only what is open; with `resolved_from` or `resolved_to` in the order in which it was resolved.")
        .query("unit", one_of_or(&decided.units, "all"), "Code of the unit; your own if left out.")
        .query("all", yes(), "Also what is not open any more, the newest first.")
        .query("state", states(), "Only this state.")
        .query(
            "officer",
            json!({ "anyOf": [{ "type": "string", "enum": ["me", "nobody"] }, id()] }),
            "Whose they are: `me`, `nobody`, or the id of a person.",
        )
        .query("service", decided.services.clone(), "Only this service.")
        .query("office", id(), "Only of this office.")
        .query("priority", between(1, 5), "1 is the most pressing.")
        .query("channel", channels(), "Only what came in this way.")
        .query("late", yes(), "Only what is late.")
        .query("reopened", yes(), "Only what was opened again.")
        .query("rating", between(1, 5), "Only with so many stars.")
        .query("from", day(), "Came in on this day or later.")
        .query("to", day(), "Came in on this day or before.")
        .query("resolved_from", day(), "Resolved on this day or later.")
        .query("resolved_to", day(), "Resolved on this day or before.")
        .query(
            "after",
            json!({ "type": "string", "pattern": "^-?[0-9]{1,15}-[0-9a-f]{32}$" }),
            "The cursor: `next` of the page before, with the same filters.",
        )
        .gives(
            200,
            object([("requests", list(refer("RequestInList"))), ("next", or_null(text()))]),
            "`next` is null on the last page.",
        )
        .refuses(&[403, 404, 422])
        .tag("requests")
}

fn send(decided: &Decided) -> Operation {
    let schema = body([
        ("service!", decided.services.clone()),
        ("office", json!({ "type": "string", "description": "Its name, in any of its forms." })),
        ("office_id", id()),
        ("name", short()),
        ("phone", short()),
        ("email", short()),
        ("by_sms", truth()),
        ("subject", short()),
        ("description", text()),
        (
            "answers",
            json!({ "type": "object", "description": "The fields of the service's form, by their keys." }),
        ),
        ("impact", decided.impacts.clone()),
        ("urgency", decided.urgencies.clone()),
        ("channel", channels()),
        ("received_at", instant()),
        ("language", languages()),
    ]);
    let mut strict = schema.clone();
    strict["additionalProperties"] = false.into();
    let example = json!({
        "service": "internet-lan",
        "office": "Kabjisa Central School",
        "name": "Tshering Dema",
        "phone": "17600004",
        "subject": "No Internet in the lab",
        "description": "All 34 computers lost it after the power came back.",
        "answers": { "what": "none", "power": true },
        "impact": 1,
        "urgency": 1,
    });
    let parts = body([
        (
            "request!",
            json!({ "type": "string", "contentMediaType": "application/json", "contentSchema": strict }),
        ),
        ("files", list(file())),
    ]);
    Operation::post("/api/v1/requests", "sendRequest", "Send a request")
        .says("Of other channels and earlier times only officers may speak. Without `name`, `phone` and `email` it is the token's owner who asks. What a service needs besides depends on its form: see `/api/v1/services/{code}`.")
        .header(
            "Idempotency-Key",
            json!({ "type": "string", "maxLength": 200 }),
            "Any text of your own, remembered for seven days: the same again makes no second request.",
        )
        .takes(strict, example)
        .takes_files(parts)
        .gives(201, refer("Accepted"), "It is a request now. `follow` is the secret link to follow it.")
        .gives_header(201, "Location", "The address of the request here.")
        .gives(200, refer("Accepted"), "The same key was sent before: this is what it made.")
        .gives_header(200, "Location", "The address of the request here.")
        .refuses(&[409])
        .tag("requests")
}

fn acts(name: &str, doing: Doing, decided: &Decided) -> Operation {
    let (summary, schema, example) = act(doing, decided);
    let version = body([(
        "version",
        json!({ "type": "integer", "description": "Of the request this is decided on. Left out, it is done whatever others did meanwhile." }),
    )]);
    let schema = and(schema, &version);
    let operation = Operation::post(&format!("/api/v1/requests/{{number}}/{name}"), doing.code(), summary);
    // A file can only come in a form.
    let operation = match doing {
        Doing::Attach => operation,
        _ => operation.takes(schema.clone(), example),
    };
    let operation = match doing {
        Doing::Reply | Doing::Note => operation.takes_files(and(schema, &body([("file", list(file()))]))),
        Doing::Attach => operation.takes_files(schema),
        _ => operation,
    };
    operation.gives(200, refer("Request"), "The request as it is now.").refuses(&[403, 409]).tag("requests")
}

/// What each act is for, what it takes, and an example.
fn act(doing: Doing, decided: &Decided) -> (&'static str, Json, Json) {
    let nothing = || body([]);
    match doing {
        Doing::Reply => (
            "Answer the requester, or the unit",
            body([("text!", words())]),
            json!({ "text": "We are on our way." }),
        ),
        Doing::Note => (
            "Note something inside the unit",
            body([("text!", words())]),
            json!({ "text": "The radio was changed in 2024." }),
        ),
        Doing::Attach => ("Add files", body([("file!", list(file())), ("inside", text())]), Json::Null),
        Doing::Take => ("Take it", nothing(), json!({ "version": 1 })),
        Doing::Assign => (
            "Give it to an officer of the unit",
            body([("officer!", json!({ "anyOf": [{ "type": "string", "const": "nobody" }, id()] }))]),
            json!({ "officer": "nobody" }),
        ),
        Doing::Hold => (
            "Put it on hold",
            body([("reason!", decided.reasons.clone()), ("comment", text())]),
            json!({ "reason": "waiting_supplier", "comment": "A new radio is on its way." }),
        ),
        Doing::Resume => ("Go on with it", nothing(), json!({})),
        Doing::CompletePapers => ("The papers are complete: the promise begins to run", nothing(), json!({})),
        Doing::Resolve => (
            "It is done",
            body([("cause!", decided.causes.clone()), ("text!", words())]),
            json!({ "cause": "power", "text": "The switch has power again." }),
        ),
        Doing::Reopen => {
            ("It is not done after all", body([("text!", words())]), json!({ "text": "It is gone again." }))
        }
        Doing::Close => ("The requester agrees", nothing(), json!({})),
        Doing::Cancel => (
            "It is needed no more",
            body([("text!", words())]),
            json!({ "text": "It works again by itself." }),
        ),
        Doing::Rate => (
            "Give stars",
            body([("rating!", between(1, 5)), ("comment", text())]),
            json!({ "rating": 4, "comment": "Fast." }),
        ),
        Doing::Reclassify => (
            "Another service, impact, urgency or subject",
            body([
                ("service", decided.services.clone()),
                ("impact", decided.impacts.clone()),
                ("urgency", decided.urgencies.clone()),
                ("subject", name()),
            ]),
            json!({ "impact": 2 }),
        ),
        Doing::HandOver => (
            "Hand it over to another unit",
            body([("unit!", decided.units.clone()), ("text!", words())]),
            json!({ "unit": "THI", "text": "The line to Thimphu is down." }),
        ),
        Doing::Keep => (
            "Have nothing of it removed by retention",
            body([("text!", words())]),
            json!({ "text": "Audit of 2026, letter 14." }),
        ),
        Doing::LetGo => ("Let it follow the rules of retention again", nothing(), json!({})),
        Doing::Look => (
            "Say why the centre looks; it holds until the end of the day",
            body([("reason!", decided.looks.clone()), ("text!", words())]),
            json!({ "reason": "asked", "text": "The unit asked for a second pair of eyes." }),
        ),
        Doing::See | Doing::SeeInside => ("", nothing(), json!({})),
    }
}

pub(super) fn one_of_or(schema: &Json, other: &str) -> Json {
    let mut schema = schema.clone();
    if let Some(codes) = schema["enum"].as_array_mut() {
        codes.push(other.into());
    }
    schema
}

pub(super) fn states() -> Json {
    one_of(State::ALL.map(State::code))
}

pub(super) fn channels() -> Json {
    one_of(Channel::ALL.map(Channel::code))
}

pub(super) fn languages() -> Json {
    one_of(Language::ALL.map(Language::code))
}

/// The answers about requests.
pub(super) fn schemas() -> Vec<(&'static str, Json)> {
    let optional = or_null;
    let request = object([
        ("number", text()),
        ("unit", optional(text())),
        ("service", optional(text())),
        ("subject", text()),
        ("description", text()),
        ("answers", json!({ "type": "object" })),
        ("channel", channels()),
        ("office", optional(id())),
        ("requester", text()),
        ("state", states()),
        ("hold_reason", optional(text())),
        ("impact", integer()),
        ("urgency", integer()),
        ("priority", integer()),
        ("officer", optional(id())),
        ("received_at", instant()),
        ("complete_at", optional(instant())),
        ("responded_at", optional(instant())),
        ("resolved_at", optional(instant())),
        ("closed_at", optional(instant())),
        ("cause", optional(text())),
        ("resolution", text()),
        ("reassigned", count()),
        ("reopened", count()),
        ("rating", optional(between(1, 5))),
        ("response_due_at", optional(instant())),
        ("resolution_due_at", optional(instant())),
        ("resolution_late", truth()),
        ("working_seconds_used", integer()),
        ("working_seconds_promised", optional(integer())),
        ("forgotten_at", optional(instant())),
        ("version", integer()),
    ]);
    let event = object([("number", integer()), ("at", instant()), ("actor", text()), ("activity", text())]);
    let message = object([("id", id()), ("inside", truth()), ("body", text())]);
    let file = object([
        ("id", id()),
        ("name", text()),
        ("size", count()),
        ("type", text()),
        ("by", text()),
        ("at", instant()),
        ("address", text()),
    ]);
    let kept = object([("since", instant()), ("by", text()), ("why", text())]);
    let history = object([
        ("events", list(refer("Event"))),
        ("kept", optional(kept)),
        ("messages", list(message)),
        ("files", list(file)),
        ("letters", list(letter())),
        ("sms", list(super::sms::on_case())),
    ]);
    let mut acted = request.clone();
    acted["properties"]["carried_on"] = json!({
        "type": "object", "required": ["number"], "properties": { "number": { "type": "string" } },
        "description": "The new request that carries this one on, where it was too late to open this one again.",
    });
    let accepted = object([
        ("id", id()),
        ("number", text()),
        ("unit", text()),
        ("state", states()),
        ("priority", integer()),
        ("channel", channels()),
        ("received_at", instant()),
        ("response_due_at", optional(instant())),
        ("resolution_due_at", optional(instant())),
        ("follow", text()),
    ]);
    vec![
        ("Event", event),
        ("RequestWithHistory", and(request, &history)),
        ("Request", acted),
        ("RequestInList", in_list()),
        ("Accepted", accepted),
    ]
}

/// What was written to somebody about a request.
fn letter() -> Json {
    object([
        ("number", integer()),
        ("kind", text()),
        ("address", text()),
        ("name", text()),
        ("state", one_of(LetterState::ALL.map(LetterState::code))),
        ("send_at", instant()),
        ("sent_at", or_null(instant())),
        ("fault", text()),
    ])
}

fn in_list() -> Json {
    let optional = or_null;
    object([
        ("number", text()),
        ("unit", optional(text())),
        ("service", optional(text())),
        ("subject", text()),
        ("channel", channels()),
        ("office", text()),
        ("state", states()),
        ("priority", integer()),
        ("officer", optional(text())),
        ("received_at", instant()),
        ("response_due_at", optional(instant())),
        ("responded_at", optional(instant())),
        ("resolution_due_at", optional(instant())),
        ("resolved_at", optional(instant())),
        ("resolution_late", truth()),
    ])
}
