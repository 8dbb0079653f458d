//! The addresses of SMS: the gateway, what was sent, and the short words.

use serde_json::{Value as Json, json};

use super::desk::languages;
use super::operation::Operation;
use super::schema::{body, count, id, instant, integer, list, object, one_of, or_null, text, truth, words};
use crate::desk::store::sms::{SmsState, Why};

pub(super) fn operations() -> Vec<Operation> {
    let mut all = gateway();
    all.extend(short_words());
    all.into_iter().map(|operation| operation.tag("sms")).collect()
}

fn states() -> Json {
    one_of(SmsState::ALL.map(SmsState::code))
}

fn reasons() -> Json {
    or_null(one_of(Why::ALL.map(Why::code)))
}

/// What was said to somebody about a request.
pub(super) fn on_case() -> Json {
    object([
        ("number", integer()),
        ("kind", text()),
        ("to", text()),
        ("parts", count()),
        ("state", states()),
        ("send_at", instant()),
        ("ended_at", or_null(instant())),
        ("why", reasons()),
    ])
}

fn told() -> Json {
    object([
        ("version", count()),
        ("is_on", truth()),
        ("has_secret", truth()),
        ("url", text()),
        ("how", one_of(["get", "form", "json"])),
        ("headers", text()),
        ("body", text()),
        ("sender", text()),
        ("answer_holds", text()),
        ("country", text()),
        ("prefixes", list(text())),
        ("digits", count()),
        ("a_day_per_number", count()),
        ("a_day_in_all", count()),
        ("a_minute", count()),
        ("parts", count()),
        ("price", text()),
        ("quiet_from", or_null(text())),
        ("quiet_to", or_null(text())),
        ("waiting", count()),
        ("paused_at", or_null(instant())),
        ("month_messages", count()),
        ("month_parts", count()),
        ("month_price", text()),
    ])
}

fn gateway() -> Vec<Operation> {
    let set = body([
        ("version!", integer()),
        ("is_on", truth()),
        ("url", text()),
        ("how!", one_of(["get", "form", "json"])),
        ("headers", text()),
        ("body", text()),
        ("secret", json!({ "type": "string", "description": "Left out, the one that is kept stays." })),
        ("sender", text()),
        ("answer_holds", text()),
        ("country!", text()),
        ("prefixes!", list(text())),
        ("digits!", integer()),
        ("a_day_per_number!", integer()),
        ("a_day_in_all!", integer()),
        ("a_minute!", integer()),
        ("parts!", integer()),
        ("price", text()),
        ("quiet_from", text()),
        ("quiet_to", text()),
    ]);
    let example = json!({
        "version": 0, "is_on": false, "url": "https://sms.example.bt/send", "how": "form",
        "body": "to={to}&text={text}&id={id}", "country": "975", "prefixes": ["17", "77"], "digits": 8,
        "a_day_per_number": 8, "a_day_in_all": 500, "a_minute": 20, "parts": 2,
    });
    let message = object([
        ("id", id()),
        ("kind", text()),
        ("request_number", text()),
        ("to", text()),
        ("parts", count()),
        ("state", states()),
        ("made_at", instant()),
        ("send_at", instant()),
        ("ended_at", or_null(instant())),
        ("attempts", count()),
        ("why", reasons()),
        ("answer", text()),
    ]);
    let log = object([("messages", list(message)), ("next", or_null(id()))]);
    vec![
        Operation::get("/api/v1/sms", "showSms", "The gateway that sends SMS")
            .gives(200, told(), "Without its secret.")
            .refuses(&[403]),
        Operation::post("/api/v1/sms", "setSms", "Set up the gateway that sends SMS")
            .says("In the address, the headers and the body stand the places {to}, {text}, {id}, {sender} and {secret}.")
            .takes(set, example)
            .gives(200, told(), "Saved.")
            .refuses(&[403, 409]),
        Operation::post("/api/v1/sms/go-on", "goOnWithSms", "Go on after the gateway failed")
            .gives(200, object([("is_paused", truth())]), "It is tried again at once.")
            .refuses(&[403]),
        Operation::post("/api/v1/sms/try", "trySms", "Send a try to a number")
            .takes(body([("phone!", text())]), json!({ "phone": "17123456" }))
            .gives(200, object([("is_sent", truth()), ("answer", text())]), "What the gateway answered.")
            .refuses(&[403]),
        Operation::get("/api/v1/sms/log", "listSms", "What was sent by SMS")
            .query("before", text(), "`next` of the page before.")
            .gives(200, log, "Fifty messages, the newest first; of whom the last three digits.")
            .refuses(&[403, 422]),
    ]
}

fn short_words() -> Vec<Operation> {
    let one = object([
        ("kind", text()),
        ("language", languages()),
        ("words", text()),
        ("changed", truth()),
        ("version", count()),
        ("variables", list(text())),
        ("preview", text()),
        ("alphabet", one_of(["gsm7", "ucs2"])),
        ("units", count()),
        ("parts", count()),
    ]);
    let saved = || object([("version", count()), ("changed", truth())]);
    let path = "/api/v1/sms/words/{kind}/{language}";
    vec![
        Operation::get(path, "showSmsWords", "The short words of a letter, and how long they are")
            .gives(200, one, "With the message on an invented case.")
            .refuses(&[403]),
        Operation::post(path, "changeSmsWords", "Change the short words of a letter")
            .takes(
                body([("words!", words()), ("version!", integer())]),
                json!({ "words": "{number}: {words}\n{follow}", "version": 0 }),
            )
            .gives(200, saved(), "The next message is written so.")
            .refuses(&[403, 409]),
        Operation::post(
            "/api/v1/sms/words/{kind}/{language}/original",
            "restoreSmsWords",
            "Go back to the words the program came with",
        )
        .takes(body([("version!", integer())]), json!({ "version": 1 }))
        .gives(200, saved(), "The words that were changed stay among the versions.")
        .refuses(&[403, 409]),
    ]
}
