//! The addresses of letters: what somebody gets, and how they are written.

use serde_json::json;

use super::desk::languages;
use super::operation::Operation;
use super::schema::{body, count, integer, list, object, or_null, text, truth, words};

pub(super) fn operations() -> Vec<Operation> {
    let mine = || {
        object([
            ("want", list(text())),
            ("sms", list(text())),
            ("digest", truth()),
            ("language", languages()),
            ("quiet_from", or_null(text())),
            ("quiet_to", or_null(text())),
        ])
    };
    let choice = body([
        ("want", list(text())),
        ("sms", list(text())),
        ("digest", truth()),
        ("language!", languages()),
        ("quiet_from", text()),
        ("quiet_to", text()),
    ]);
    let example = json!({ "want": ["replied", "breached"], "digest": true, "language": "en", "quiet_from": "20:00", "quiet_to": "07:00" });
    let row = object([
        ("kind", text()),
        ("language", languages()),
        ("changed", truth()),
        ("sms", truth()),
        ("sms_changed", truth()),
    ]);
    let one = object([
        ("kind", text()),
        ("language", languages()),
        ("words", text()),
        ("changed", truth()),
        ("version", count()),
        ("variables", list(text())),
    ]);
    let saved = || object([("version", count()), ("changed", truth())]);
    let path = "/api/v1/letters/{kind}/{language}";
    vec![
        Operation::get("/api/v1/me/letters", "showMyLetters", "Which letters you get, and when none")
            .gives(200, mine(), "Quiet hours are null when there are none.")
            .tag("me"),
        Operation::post("/api/v1/me/letters", "chooseMyLetters", "Choose which letters you get")
            .says("`want` holds the kinds that are wanted of those you may choose, none of them where it is left out, and `sms` those that come by SMS; times are such as 20:00.")
            .takes(choice, example)
            .gives(200, mine(), "As it is now.")
            .tag("me"),
        Operation::get(
            "/api/v1/letters",
            "listLetterWords",
            "The kinds of letters, and whether their words were changed",
        )
        .gives(200, object([("letters", list(row))]), "For heads of units and operators.")
        .refuses(&[403])
        .tag("letters"),
        Operation::get(path, "showLetterWords", "The words of a letter")
            .gives(200, one, "`variables` are those that it may hold.")
            .refuses(&[403])
            .tag("letters"),
        Operation::post(path, "changeLetterWords", "Change the words of a letter")
            .takes(
                body([("words!", words()), ("version!", integer())]),
                json!({ "words": "Good day {name}, yours is {number}.", "version": 0 }),
            )
            .gives(200, saved(), "The next letter is written so.")
            .refuses(&[409])
            .tag("letters"),
        Operation::post(
            "/api/v1/letters/{kind}/{language}/original",
            "restoreLetterWords",
            "Bring the original words back",
        )
        .takes(body([("version!", integer())]), json!({ "version": 1 }))
        .gives(200, saved(), "The others stay among the versions.")
        .refuses(&[409])
        .tag("letters"),
    ]
}
