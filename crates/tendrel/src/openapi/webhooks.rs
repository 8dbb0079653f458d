//! The addresses of receivers of webhooks.

use serde_json::{Value as Json, json};

use super::operation::Operation;
use super::schema::{
    and, between, body, count, day, id, instant, integer, list, name, object, one_of, or_null, refer, text,
    truth,
};
use crate::channels::webhooks::{ACTIVITIES, Off, URL_LIMIT};

pub(super) fn operations() -> Vec<Operation> {
    let new = body([
        ("name!", name()),
        ("url!", json!({ "type": "string", "minLength": 1, "maxLength": URL_LIMIT })),
        (
            "unit",
            json!({ "type": "string", "description": "The code of the unit whose requests it is told of; empty for all." }),
        ),
        ("events!", json!({ "type": "array", "minItems": 1, "items": one_of(ACTIVITIES) })),
    ]);
    let example = json!({
        "name": "Dashboard", "url": "https://dashboard.example.bt/tendrel", "unit": "PUN",
        "events": ["received", "resolved"],
    });
    let changed = and(new.clone(), &body([("version", integer())]));
    let span = body([("from!", day()), ("to!", day()), ("which!", one_of(["given_up", "all"]))]);
    let told = object([
        ("webhook", refer("Webhook")),
        ("waiting", count()),
        ("deliveries", list(refer("Delivery"))),
        ("next", or_null(text())),
    ]);
    let attempt = object([
        ("at", instant()),
        ("took_ms", count()),
        ("status", or_null(between(100, 999))),
        ("answer", text()),
    ]);
    let delivery = object([
        ("delivery", refer("Delivery")),
        ("sent", json!({ "type": "object" , "additionalProperties": true })),
        ("attempts", list(attempt)),
    ]);
    let is_on = || object([("is_on", truth())]);
    let renewed = object([("secret", text()), ("old_secret_until", instant())]);
    let again = || object([("waiting", count())]);
    let all = [
        Operation::get("/api/v1/webhooks", "listWebhooks", "Programs elsewhere that are told what happens to requests")
            .gives(200, object([("webhooks", list(refer("Webhook")))]), "Those you keep, a hundred at most.")
            .refuses(&[403]),
        Operation::post("/api/v1/webhooks/new", "addWebhook", "Add a receiver of webhooks")
            .says("Each event is posted as JSON, signed by the Standard Webhooks specification, until it is taken: at least once, and those of one request in their order.")
            .takes(new, example.clone())
            .gives(201, object([("id", id()), ("secret", text())]), "The secret is told this once."),
        Operation::get("/api/v1/webhooks/{id}", "showWebhook", "A receiver, and what was sent to it")
            .query("before", text(), "`next` of the page before.")
            .gives(200, told, "Fifty deliveries, the newest first.")
            .refuses(&[403, 422]),
        Operation::post("/api/v1/webhooks/{id}/edit", "changeWebhook", "Change a receiver")
            .takes(changed, example)
            .gives(200, object([("id", id()), ("version", integer())]), "Changed.")
            .refuses(&[409]),
        Operation::post("/api/v1/webhooks/{id}/on", "turnWebhookOn", "Turn a receiver on")
            .takes(
                body([("skip", json!({ "type": "boolean", "description": "Leave out what happened while it was off." }))]),
                json!({ "skip": false }),
            )
            .gives(200, is_on(), "What waits is sent now."),
        Operation::post("/api/v1/webhooks/{id}/off", "turnWebhookOff", "Turn a receiver off")
            .gives(200, is_on(), "It keeps its place among the events."),
        Operation::post("/api/v1/webhooks/{id}/rotate", "renewWebhookSecret", "Make a new secret")
            .gives(200, renewed, "Both secrets sign for a day."),
        Operation::post("/api/v1/webhooks/{id}/trial", "tryWebhook", "Send a trial")
            .gives(200, object([("delivery", id())]), "It is sent within seconds."),
        Operation::post("/api/v1/webhooks/{id}/remove", "removeWebhook", "Remove a receiver with its log")
            .gives(200, object([("removed", truth())]), "Removed."),
        Operation::post("/api/v1/webhooks/{id}/replay", "replayWebhook", "Send again what happened in a span of days")
            .says("Under the same ids. `which` is `given_up`, or `all`.")
            .takes(span, json!({ "from": "2026-11-01", "to": "2026-11-19", "which": "given_up" }))
            .gives(200, again(), "How many wait to be sent."),
        Operation::get("/api/v1/webhooks/{id}/deliveries/{delivery}", "showDelivery", "What was sent, and each answer")
            .gives(200, delivery, "The last hundred attempts, the newest first.")
            .refuses(&[403]),
        Operation::post(
            "/api/v1/webhooks/{id}/deliveries/{delivery}/replay",
            "replayDelivery",
            "Send one delivery again",
        )
        .gives(200, again(), "It waits to be sent, under the same id."),
    ];
    all.map(|operation| operation.tag("webhooks")).into()
}

pub(super) fn schemas() -> [(&'static str, Json); 2] {
    let webhook = object([
        ("id", id()),
        ("name", text()),
        ("url", text()),
        ("unit", or_null(text())),
        ("events", list(one_of(ACTIVITIES))),
        ("made_by", text()),
        ("made_at", instant()),
        ("version", integer()),
        ("is_on", truth()),
        ("off_why", or_null(one_of(Off::ALL.map(Off::code)))),
        ("off_at", or_null(instant())),
        ("failures", count()),
        ("failing_since", or_null(instant())),
        ("old_secret_until", or_null(instant())),
    ]);
    let delivery = object([
        ("id", id()),
        ("activity", text()),
        ("request_number", text()),
        ("happened_at", instant()),
        ("next_at", or_null(instant())),
        ("outcome", one_of(["waiting", "delivered", "given_up", "withheld"])),
        ("attempts", count()),
        ("last_at", or_null(instant())),
        ("last_status", or_null(integer())),
    ]);
    [("Webhook", webhook), ("Delivery", delivery)]
}
