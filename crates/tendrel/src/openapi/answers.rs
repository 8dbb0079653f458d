//! What the addresses give, by name.

use serde_json::{Map, Value as Json, json};

use super::schema::{and, between, integer, list, number, object, one_of, or_null, refer, text, truth};
use super::{analysis, desk, directory, news, programs, rights, webhooks, working_time};

pub(super) fn schemas() -> Map<String, Json> {
    let all = [
        vec![("Problem", problem())],
        services(),
        desk::schemas(),
        directory::schemas(),
        programs::schemas().into(),
        rights::schemas().into(),
        working_time::schemas().into(),
        webhooks::schemas().into(),
        news::schemas().into(),
        analysis::schemas(),
    ];
    all.into_iter().flatten().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

/// RFC 9457.
fn problem() -> Json {
    let mut problem = object([
        ("type", text()),
        ("title", json!({ "type": "string", "description": "A sentence that says what to do." })),
        ("status", between(400, 599)),
    ]);
    let more = [
        ("reference", json!({ "type": "string", "description": "What the operator finds in the log." })),
        ("errors", json!({ "type": "object", "additionalProperties": { "type": "string" } })),
        ("since", list(refer("Event"))),
        (
            "post_first",
            json!({ "type": "string", "description": "Where to say why one looks, before asking again." }),
        ),
    ];
    for (name, schema) in more {
        problem["properties"][name] = schema;
    }
    problem
}

fn services() -> Vec<(&'static str, Json)> {
    let service = object([
        ("code", text()),
        ("version", integer()),
        ("name", text()),
        ("name_dz", text()),
        ("summary", text()),
        ("group", text()),
        ("kind", one_of(["incident", "service_request"])),
        ("audience", list(one_of(["G2G", "G2C", "G2B"]))),
        ("href", text()),
    ]);
    let grade = || object([("level", integer()), ("name", text()), ("question", text())]);
    let bound = || or_null(json!({ "anyOf": [number(), text()] }));
    let kinds = [
        "short_text",
        "long_text",
        "number",
        "choice",
        "choices",
        "date",
        "yes_no",
        "office",
        "person",
        "file",
    ];
    let choice = object([("value", text()), ("label", text()), ("label_dz", text())]);
    let field = object([
        ("key", text()),
        ("label", text()),
        ("label_dz", text()),
        ("type", one_of(kinds)),
        ("required", truth()),
        ("hint", text()),
        ("options", list(choice)),
        ("min", bound()),
        ("max", bound()),
        ("max_length", or_null(integer())),
        ("shown_if", or_null(object([("field", text()), ("is", list(text()))]))),
    ]);
    let amount =
        || object([("amount", integer()), ("unit", one_of(["minutes", "working_hours", "working_days"]))]);
    let promise = object([
        ("priority", integer()),
        ("response", amount()),
        ("resolution", amount()),
        ("calendar", text()),
    ]);
    let form = object([
        ("purpose", text()),
        ("documents", list(text())),
        ("starts", one_of(["received", "complete"])),
        ("asks_impact", truth()),
        ("default_impact", integer()),
        ("default_urgency", integer()),
        ("impacts", list(grade())),
        ("urgencies", list(grade())),
        ("fields", list(field)),
        ("promises", list(promise)),
    ]);
    vec![("ServiceWithForm", and(service.clone(), &form)), ("Service", service)]
}
