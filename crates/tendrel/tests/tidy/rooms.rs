//! Who may ask whom. Calls go down: every room may ask the directory, the analysis reads all and is asked by none.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{File, program, without_tests};

const ROOMS: [&str; 4] = ["directory", "desk", "channels", "analysis"];

/// A part of the program, and the rooms it may ask. What is not named here asks no room.
const MAY_ASK: &[(&str, &[&str])] = &[
    ("desk", &["directory"]),
    ("channels", &["directory", "desk"]),
    ("analysis", &["directory", "desk"]),
    ("channels", &["directory", "desk"]),
    // What holds the house together knows its rooms.
    ("app", &["directory", "desk", "channels"]),
    ("install", &["directory", "desk"]),
    ("openapi", &["directory", "desk", "channels", "analysis"]),
    ("router", &["directory", "desk", "channels", "analysis"]),
    // Letters that are held back until an operator looked.
    ("system", &["channels"]),
    // Removes what each room was keeping, by the room's own functions.
    ("retention", &["directory", "desk", "channels"]),
    ("serve", &["channels"]),
    ("worker", &["directory", "desk", "channels"]),
    // Seals again what each room keeps sealed.
    ("renew_key", &["directory", "channels"]),
    // Whose session asks, and with which secret.
    ("machine", &["directory"]),
    ("demo", &["directory", "desk", "channels"]),
    ("seed", &["directory", "desk"]),
    // A problem is told in the language of the reader's session.
    ("frame", &["directory"]),
    ("main", &["directory", "desk", "channels", "analysis"]),
];

/// The part a file belongs to: the room's or the module's name.
fn part(path: &str) -> &str {
    let inside = path.strip_prefix("crates/tendrel/src/").unwrap_or(path);
    let first = inside.split('/').next().unwrap_or(inside);
    first.strip_suffix(".rs").unwrap_or(first)
}

fn asked(text: &str) -> BTreeSet<&'static str> {
    let mut asked = BTreeSet::new();
    for room in ROOMS {
        let paths = [format!("crate::{room}::"), format!("tendrel::{room}::")];
        // `use crate::{analysis, desk};`
        let grouped = text
            .split("use crate::{")
            .skip(1)
            .filter_map(|rest| rest.split('}').next())
            .any(|names| names.split(',').any(|name| name.trim().split("::").next() == Some(room)));
        if grouped || paths.iter().any(|path| text.contains(path.as_str())) {
            asked.insert(room);
        }
    }
    asked
}

#[test]
fn nobody_asks_a_room_that_is_not_theirs_to_ask() {
    let mut edges: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for File { path, text } in program(&["rs"]) {
        let part = part(&path).to_owned();
        if ["testing", "lib"].contains(&part.as_str()) || path.ends_with("tests.rs") {
            continue;
        }
        let may: &[&str] = MAY_ASK.iter().find(|(name, _)| *name == part).map_or(&[], |(_, may)| may);
        for room in asked(without_tests(&text)) {
            if room == part {
                continue;
            }
            if may.contains(&room) {
                edges.entry(part.clone()).or_default().insert(room);
            } else {
                wrong.push(format!("{path} asks {room}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{wrong:#?}\nIf that is right, add it to MAY_ASK and to the picture in ARCHITECTURE.md."
    );
    for (part, may) in MAY_ASK {
        for room in *may {
            let used = edges.get(*part).is_some_and(|asked| asked.contains(room));
            assert!(used, "{part} asks {room} no more: take it out of MAY_ASK and of ARCHITECTURE.md");
        }
    }
}

#[test]
fn names_say_what_a_file_is_about() {
    for File { path, .. } in program(&["rs", "html"]) {
        let name = path.rsplit('/').next().unwrap().split('.').next().unwrap();
        let vague =
            ["utils", "util", "helpers", "helper", "common", "misc", "models", "services_impl", "manager"];
        assert!(
            !vague.contains(&name),
            "{path}: a file is named for what people do or for the thing it is about"
        );
    }
}
