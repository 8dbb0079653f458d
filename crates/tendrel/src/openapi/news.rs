//! The addresses of public notices.

use serde_json::{Value as Json, json};

use super::operation::Operation;
use super::schema::{
    and, body, id, instant, integer, list, name, object, one_of, or_null, refer, short, text, truth,
};
use crate::desk::news::{Kind, TEXT_LIMIT, When};

pub(super) fn operations() -> Vec<Operation> {
    let words = || json!({ "type": "string", "minLength": 1, "maxLength": TEXT_LIMIT });
    let moment = |description: &str| json!({ "type": "string", "description": description });
    let new = body([
        ("kind!", one_of(Kind::ALL.map(Kind::code))),
        (
            "unit!",
            json!({ "type": "string", "description": "The code of the unit it is for; empty for all." }),
        ),
        ("title!", name()),
        ("title_dz", short()),
        ("body!", words()),
        ("body_dz", json!({ "type": "string", "maxLength": TEXT_LIMIT })),
        ("from", moment("An instant with its zone, or a local time; now if left out.")),
        ("to", moment("When it is expected to be over.")),
        ("services", json!({ "type": "array", "items": text() })),
    ]);
    let example = json!({
        "kind": "interruption", "unit": "PUN", "title": "No Internet in Kabjisa", "body": "The radio link is down.",
        "from": "2026-11-19T08:03:00+06:00", "services": ["internet-lan"],
    });
    let changed = and(new.clone(), &body([("version", integer())]));
    let all = [
        Operation::get(
            "/api/v1/news",
            "listNews",
            "Public notices: interruptions, planned work, information",
        )
        .query("unit", text(), "The code of a unit: its own, and those for all.")
        .public()
        .gives(200, object([("news", list(refer("News")))]), "The last hundred, the newest first.")
        .refuses(&[422]),
        Operation::get("/api/v1/news/{id}", "showNews", "One notice").public().gives(
            200,
            refer("News"),
            "The notice.",
        ),
        Operation::post("/api/v1/news/new", "publishNews", "Publish a notice")
            .takes(new, example.clone())
            .gives(201, object([("id", id())]), "It stands on the first page."),
        Operation::post("/api/v1/news/{id}/edit", "changeNews", "Change a notice")
            .takes(changed, example)
            .gives(200, object([("id", id()), ("version", integer())]), "Changed.")
            .refuses(&[409]),
        Operation::post("/api/v1/news/{id}/end", "endNews", "Say that it is over").gives(
            200,
            object([("id", id()), ("ended", truth())]),
            "It is over.",
        ),
    ];
    all.map(|operation| operation.tag("news")).into()
}

pub(super) fn schemas() -> [(&'static str, Json); 1] {
    let news = object([
        ("id", id()),
        ("unit", or_null(text())),
        ("kind", one_of(Kind::ALL.map(Kind::code))),
        ("title", text()),
        ("title_dz", text()),
        ("body", text()),
        ("body_dz", text()),
        ("services", list(text())),
        ("from", instant()),
        ("to", or_null(instant())),
        ("ended_at", or_null(instant())),
        ("published_at", instant()),
        ("changed_at", instant()),
        ("version", integer()),
        ("when", one_of(When::ALL.map(When::code))),
    ]);
    [("News", news)]
}
