//! What holds the shape of the house: who may ask whom, how long a file may be, that every route has a rule and a test,
//! that no word stands outside the language files, that every statement is understood by the database, and that
//! pages stay light and legible.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the sources has failed")]

mod contrast;
mod rooms;
mod routes;
mod security;
mod source;
mod statements;
mod templates;
mod words;

use source::{File, root, sources};

/// Lines that a file may have; more means that it does more than one thing.
const LINES: usize = 400;

#[test]
fn no_file_is_longer_than_one_can_hold_in_mind() {
    let mut long = Vec::new();
    for folder in ["crates", "e2e", "bin"] {
        for File { path, text } in
            sources(&root().join(folder), &["rs", "html", "css", "js", "mjs", "sql", "ftl", ""])
        {
            let lines = text.lines().count();
            let is_data =
                path.contains("/tests/vectors/") || path.contains("/migrations/") || path.contains("/lang/");
            if lines > LINES && !is_data {
                long.push(format!("{path}: {lines} lines"));
            }
        }
    }
    assert!(long.is_empty(), "more than {LINES} lines: {long:#?}");
}

#[test]
fn nothing_is_left_undone() {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("todo", "!("), concat!("dbg", "!(")];
    for File { path, text } in sources(&root().join("crates"), &["rs", "html", "css", "js", "sql"]) {
        for mark in marks {
            let stands_alone = |at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric());
            let found = text.match_indices(mark).any(|(at, _)| stands_alone(at));
            assert!(!found, "{path} has {mark}");
        }
    }
}

#[test]
fn styles_and_scripts_stay_light() {
    for (name, limit) in [("look.css", 15_000), ("office.js", 8_000), ("public.js", 8_000)] {
        let weight = tendrel::frame::assets::weight(name);
        assert!(weight > 0, "{name} is missing");
        assert!(weight <= limit, "{name} weighs {weight} bytes packed; {limit} is the limit");
    }
}
