//! Every string that is asked for is in the language files, and every string in them is asked for.

use std::collections::BTreeSet;

use tendrel::frame::languages::{Language, keys};

use crate::source::{File, program, strings, without_tests};

/// Before a key, where a key must stand.
const ASKED: &[&str] = &[
    ".t(\"",
    ".t1(\"",
    ".t2(\"",
    ".tn(\"",
    ".english(\"",
    "Problem::Input(\"",
    "Fault::new(\"",
    "Refused::Rule(\"",
];

fn is_key(text: &str) -> bool {
    let parts = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    parts && !text.is_empty() && !text.ends_with('-')
}

#[test]
fn every_string_that_is_asked_for_exists() {
    let english = keys(Language::English);
    let mut missing = BTreeSet::new();
    for File { path, text } in program(&["rs", "html"]) {
        for asked in ASKED {
            for key in text.split(asked).skip(1).filter_map(|rest| rest.split('"').next()) {
                if is_key(key) && !english.contains_key(key) {
                    missing.insert(format!("{path}: {key}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "not in lang/en: {missing:#?}");
}

#[test]
fn every_string_in_the_files_is_asked_for() {
    let mut said = BTreeSet::new();
    let mut patterns = Vec::new();
    for File { path, text } in program(&["rs", "html", "js"]) {
        let own = without_tests(&text);
        let literals = if path.ends_with(".rs") { strings(own) } else { quoted(own) };
        for literal in literals {
            if literal.contains('{') {
                patterns.push(pieces(&literal));
            } else if literal.ends_with('-') {
                patterns.push(vec![literal, String::new()]);
            } else if let Some((_, done)) = literal.split_once("done=") {
                said.insert(format!("done-{done}"));
            } else if is_name(&literal) {
                // What was done is said by the page after it: `?done=taken` asks for "done-taken".
                said.insert(format!("done-{literal}"));
                said.insert(literal.replace('_', "-"));
                said.insert(literal);
            }
        }
    }
    patterns.retain(|pattern| pattern.iter().all(|piece| piece.is_empty() || is_part_of_key(piece)));
    let unused: Vec<String> = keys(Language::English)
        .into_keys()
        .filter(|key| !said.contains(key) && !patterns.iter().any(|pattern| fits(pattern, key, &said)))
        .collect();
    assert!(unused.is_empty(), "nobody asks for these; take them out of lang/: {unused:#?}");
}

/// Names of fields are parts of keys too, and have low lines.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b))
}

fn is_part_of_key(piece: &str) -> bool {
    is_name(piece) && piece.contains('-')
}

/// "state-{}" is `["state-", ""]`: what stands before, between and after the holes.
fn pieces(literal: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = literal;
    while let Some((before, after)) = rest.split_once('{') {
        pieces.push(before.to_owned());
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    pieces.push(rest.to_owned());
    pieces
}

/// Could this key have been put together so? A pattern without words of its own must be filled with words of the code.
fn fits(pattern: &[String], key: &str, said: &BTreeSet<String>) -> bool {
    let has_words = pattern.iter().any(|piece| piece.bytes().any(|b| b.is_ascii_lowercase()));
    let filled = |hole: &str| !hole.is_empty() && (has_words || said.contains(hole));
    key.strip_prefix(pattern[0].as_str()).is_some_and(|rest| fits_rest(&pattern[1..], rest, &filled))
}

/// `rest` begins with a hole, after which the pieces follow with a hole before each.
fn fits_rest(pieces: &[String], rest: &str, filled: &dyn Fn(&str) -> bool) -> bool {
    match pieces {
        [] => rest.is_empty(),
        [last] => rest.strip_suffix(last.as_str()).is_some_and(filled),
        [piece, more @ ..] => rest
            .match_indices(piece.as_str())
            .any(|(at, _)| filled(&rest[..at]) && fits_rest(more, &rest[at + piece.len()..], filled)),
    }
}

fn quoted(text: &str) -> Vec<String> {
    text.split('"').map(str::to_owned).collect()
}

#[test]
fn keys_that_are_put_together_are_recognised() {
    let said: BTreeSet<String> = ["hours", "mon", "edit-kind"].map(str::to_owned).into();
    for (pattern, key, fit) in [
        ("state-{}", "state-on-hold", true),
        ("{prefix}-button", "grant-button", true),
        ("{}-{name}-missing", "hours-mon-missing", true),
        ("{}-{name}", "hours-mon", true),
        ("{prefix}-{}", "edit-kind-date", false),
        ("{}-{name}", "hours-tue", false),
    ] {
        assert_eq!(fits(&pieces(pattern), key, &said), fit, "{pattern} {key}");
    }
}
