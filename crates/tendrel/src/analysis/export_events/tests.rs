use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use tempfile::TempDir;

use super::{ExportArguments, Exported, Format, export, store};
use crate::desk::import_requests::{ImportArguments, import};
use crate::testing::World;

const EXCERPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/uci-498-excerpt.csv");
const MAP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/reference/maps/uci-498.toml");
const SCHEMA: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/object-logs/schema_ocel2.json");

/// What a reader makes of a file: for each case its activities in order.
type Log = BTreeMap<String, Vec<String>>;

fn world_with_a_log() -> World {
    let world = World::new();
    let arguments =
        ImportArguments { map: MAP.into(), dry_run: false, unit: None, errors: None, file: EXCERPT.into() };
    import(&world.app, &arguments, &mut std::io::sink()).unwrap();
    world
}

fn arguments(format: Format, out: PathBuf) -> ExportArguments {
    ExportArguments { format, out, from: None, to: None, unit: None }
}

fn counts(log: &Log) -> Exported {
    let variants: BTreeSet<&Vec<String>> = log.values().collect();
    let events: usize = log.values().map(Vec::len).sum();
    Exported { cases: log.len() as u64, events: events as u64, variants: variants.len() as u64 }
}

fn read_xes(path: &Path) -> Log {
    let text = std::fs::read_to_string(path).unwrap();
    let xes = roxmltree::Document::parse(&text).unwrap();
    let value = |node: roxmltree::Node<'_, '_>, key: &str| {
        let found = node.children().find(|child| child.attribute("key") == Some(key));
        found.and_then(|child| child.attribute("value")).unwrap_or_default().to_owned()
    };
    let mut log = Log::new();
    for trace in xes.root_element().children().filter(|node| node.has_tag_name("trace")) {
        let events: Vec<_> = trace.children().filter(|node| node.has_tag_name("event")).collect();
        for event in &events {
            let at: jiff::Timestamp = value(*event, "time:timestamp").parse().unwrap();
            assert!(at.as_second() > 0);
            assert_eq!(value(*event, "lifecycle:transition"), "complete");
            assert!(!value(*event, "org:resource").is_empty());
        }
        let activities = events.iter().map(|event| value(*event, "concept:name")).collect();
        assert!(log.insert(value(trace, "concept:name"), activities).is_none(), "a case stands twice");
    }
    log
}

fn read_csv(path: &Path) -> Log {
    let mut log = Log::new();
    for line in csv::Reader::from_path(path).unwrap().deserialize() {
        let line: BTreeMap<String, String> = line.unwrap();
        log.entry(line["case"].clone()).or_default().push(line["activity"].clone());
    }
    log
}

fn read_ocel2(path: &Path) -> (Log, Json) {
    let ocel: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let list = |name: &str| ocel[name].as_array().unwrap().clone();
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    let types: BTreeMap<String, String> =
        list("objects").iter().map(|object| (text(&object["id"]), text(&object["type"]))).collect();
    assert_eq!(types.len(), list("objects").len(), "an object stands twice");
    let known: BTreeSet<String> = list("eventTypes").iter().map(|kind| text(&kind["name"])).collect();
    let mut log = Log::new();
    let mut ids = BTreeSet::new();
    for event in list("events") {
        assert!(ids.insert(text(&event["id"])), "an event stands twice");
        assert!(known.contains(&text(&event["type"])));
        for relation in event["relationships"].as_array().unwrap() {
            let object = text(&relation["objectId"]);
            let kind = types.get(&object).unwrap_or_else(|| panic!("no object {object}"));
            if kind == "request" {
                log.entry(object).or_default().push(text(&event["type"]));
            }
        }
    }
    for object in list("objects") {
        for relation in object["relationships"].as_array().unwrap() {
            assert!(types.contains_key(&text(&relation["objectId"])), "{relation}");
        }
    }
    (log, ocel)
}

#[test]
fn three_formats_tell_the_same() {
    let world = world_with_a_log();
    let folder = TempDir::new().unwrap();
    let write = |format: Format, name: &str| {
        let out = folder.path().join(name);
        let said = export(&world.app, &arguments(format, out.clone())).unwrap();
        (said, out)
    };
    let (xes_said, xes) = write(Format::Xes, "log.xes");
    let (ocel_said, ocel) = write(Format::Ocel2, "log.json");
    let (csv_said, csv) = write(Format::Csv, "log.csv");
    let log = read_xes(&xes);
    assert_eq!((xes_said.cases, xes_said.events), (12, 60));
    assert_eq!(read_csv(&csv), log);
    assert_eq!(read_ocel2(&ocel).0, log);
    for said in [xes_said, ocel_said, csv_said] {
        assert_eq!(said, counts(&log));
    }
    assert!(!folder.path().join("log.xes.part").exists());
}

#[test]
fn the_objects_follow_the_schema_of_ocel_2() {
    let world = world_with_a_log();
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("log.json");
    export(&world.app, &arguments(Format::Ocel2, out.clone())).unwrap();
    let (_, ocel) = read_ocel2(&out);
    let Ok(schema) = std::fs::read_to_string(SCHEMA) else {
        eprintln!("SKIPPED: the schema of OCEL 2.0 is not at {SCHEMA}");
        return;
    };
    let schema: Json = serde_json::from_str(&schema).unwrap();
    assert_eq!(crate::testing::Schema::of(&schema).fault(&ocel), None);
}

#[test]
fn a_period_and_a_unit_narrow_it() {
    let world = world_with_a_log();
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("log.csv");
    let all = arguments(Format::Csv, out);
    let of = |code: &str| export(&world.app, &ExportArguments { unit: Some(code.to_owned()), ..all.clone() });
    assert_eq!(of("UCI").unwrap().cases, 12);
    assert_eq!(of("PUN").unwrap(), Exported::default());
    assert!(of("XXX").unwrap_err().to_string().contains("no unit has the code XXX"));
    let days = |from: &str, to: &str| {
        let (from, to) = (Some(from.parse().unwrap()), Some(to.parse().unwrap()));
        export(&world.app, &ExportArguments { from, to, ..all.clone() }).unwrap().cases
    };
    let first = days("2016-02-01", "2016-02-29");
    let later = days("2016-03-01", "2017-12-31");
    assert_eq!(first + later, 12);
    assert!(first > 0);
}

#[test]
fn an_empty_log_is_still_a_log() {
    let world = World::new();
    let folder = TempDir::new().unwrap();
    let xes = folder.path().join("log.xes");
    assert_eq!(export(&world.app, &arguments(Format::Xes, xes.clone())).unwrap(), Exported::default());
    assert!(read_xes(&xes).is_empty());
    let ocel = folder.path().join("log.json");
    export(&world.app, &arguments(Format::Ocel2, ocel.clone())).unwrap();
    assert!(read_ocel2(&ocel).0.is_empty());
}

#[test]
fn words_with_signs_of_markup_come_back() {
    let world = world_with_a_log();
    let actor = "<Karma & \"Wangmo\">\u{7}";
    let spoil = "UPDATE events SET actor = $1 WHERE number = 1";
    world.app.db.write_blocking(move |tx| tx.execute(spoil, &[actor.into()])).unwrap();
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("log.xes");
    export(&world.app, &arguments(Format::Xes, out.clone())).unwrap();
    let text = std::fs::read_to_string(out).unwrap();
    let xes = roxmltree::Document::parse(&text).unwrap();
    assert!(xes.descendants().any(|node| node.attribute("value") == Some("<Karma & \"Wangmo\"> ")));
}

#[test]
fn a_file_that_cannot_be_written_says_so() {
    let world = World::new();
    let out = PathBuf::from("/nowhere/log.xes");
    let said = export(&world.app, &arguments(Format::Xes, out)).unwrap_err().to_string();
    assert_eq!(said, "/nowhere/log.xes.part cannot be written");
}

#[test]
fn every_statement_is_right() {
    let world = World::new();
    world
        .app
        .db
        .read_blocking(|r| -> Result<(), database::Error> {
            store::statements().iter().try_for_each(|sql| r.prepare_only(sql))
        })
        .unwrap();
}
