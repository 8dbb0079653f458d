use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use database::Reader;
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use super::{ImportArguments, Report, import};
use crate::app::App;
use crate::desk::request::State;
use crate::desk::store as requests;
use crate::events;
use crate::testing::World;

const MAP: &str = include_str!("../../../reference/maps/uci-498.toml");
const EXCERPT: &str = include_str!("../../../tests/data/uci-498-excerpt.csv");
const HEADER_LINES: usize = 1;

/// A folder with the map and files of this test.
struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        let folder = Folder(TempDir::new().unwrap());
        folder.write("map.toml", MAP);
        folder
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    fn arguments(&self, file: &Path) -> ImportArguments {
        let map = self.0.path().join("map.toml");
        ImportArguments { map, dry_run: false, unit: None, errors: None, file: file.to_owned() }
    }
}

fn run(app: &App, arguments: &ImportArguments) -> anyhow::Result<Report> {
    import(app, arguments, &mut std::io::sink())
}

/// The words of a refusal, with all their causes.
fn refusal(world: &World, arguments: &ImportArguments) -> String {
    let before = world.number("SELECT COUNT(*) FROM requests");
    let words = format!("{:#}", run(&world.app, arguments).unwrap_err());
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), before, "half an import: {words}");
    words
}

fn cases_of(text: &str) -> BTreeMap<&str, Vec<Vec<&str>>> {
    let mut cases: BTreeMap<&str, Vec<Vec<&str>>> = BTreeMap::new();
    for line in text.lines().skip(HEADER_LINES) {
        let cells: Vec<&str> = line.split(',').collect();
        cases.entry(cells[0]).or_default().push(cells);
    }
    cases
}

fn by_source(r: &mut Reader, source: &str) -> crate::desk::request::Request {
    let number: String = r
        .one("SELECT number FROM requests WHERE source = $1", &[source.into()], |row| row.get("number"))
        .unwrap();
    requests::by_number(r, &number).unwrap().unwrap()
}

#[test]
fn a_log_becomes_requests_with_their_history() {
    let world = World::new();
    let folder = Folder::new();
    let report = run(&world.app, &folder.arguments(&folder.write("log.csv", EXCERPT))).unwrap();
    let cases = cases_of(EXCERPT);
    let lines = EXCERPT.lines().count() - HEADER_LINES;
    assert_eq!((report.written, report.events), (cases.len() as u64, lines as u64));
    assert_eq!(report.same_priority, report.written);
    assert_eq!(world.app.calendars.unit_by_code("UCI").unwrap().matrix, "uci-498");
    world
        .app
        .db
        .read_blocking(move |r| -> Result<(), database::Error> {
            for (number, lines) in cases {
                let request = by_source(r, &format!("uci-498:{number}"));
                let last = lines.last().unwrap();
                assert_eq!(request.state, State::Closed);
                assert_eq!(request.reassigned, last[3].parse::<i64>().unwrap(), "{number}");
                assert_eq!(request.reopened, last[4].parse::<i64>().unwrap());
                assert_eq!(request.priority, i64::from(last[22].as_bytes()[0] - b'0'));
                assert_eq!(request.resolved_at.is_some(), last[34] != "?");
                assert_eq!(request.version, lines.len() as i64);
                let events = events::of_subject(r, request.id.uuid()).unwrap();
                assert_eq!(events.len(), lines.len());
                assert_eq!(events[0].activity, "received");
                assert_eq!(events.last().unwrap().activity, "closed");
                let reopened = events.iter().filter(|event| event.activity == "reopened").count();
                let went_back = lines
                    .windows(2)
                    .filter(|two| two[0][1] == "Resolved" && !["Resolved", "Closed"].contains(&two[1][1]));
                assert_eq!(reopened, went_back.count(), "{number}");
                let numbers: Vec<i64> = events.iter().map(|event| event.number).collect();
                assert_eq!(numbers, (1..=lines.len() as i64).collect::<Vec<_>>());
            }
            Ok(())
        })
        .unwrap();
    let waited = EXCERPT.lines().filter(|line| line.contains(",Awaiting ")).count();
    assert!(waited > 0 && world.number("SELECT COUNT(*) FROM holds WHERE to_at IS NOT NULL") > 0);
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE is_open = 1"), 0);
}

#[test]
fn run_twice_adds_nothing() {
    let world = World::new();
    let folder = Folder::new();
    let arguments = folder.arguments(&folder.write("log.csv", EXCERPT));
    let first = run(&world.app, &arguments).unwrap();
    let counts = "SELECT (SELECT COUNT(*) FROM requests) * 1000000 + (SELECT COUNT(*) FROM events) * 1000 + (SELECT COUNT(*) FROM persons)";
    let before = world.number(counts);
    let second = run(&world.app, &arguments).unwrap();
    assert_eq!((second.written, second.events, second.already), (0, 0, first.written));
    assert_eq!(world.number(counts), before);
}

#[test]
fn a_packed_file_out_of_order_gives_the_same() {
    let world = World::new();
    let folder = Folder::new();
    // The first lines of all cases, then all second lines, and so on.
    let mut lines: Vec<(usize, &str)> = Vec::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for line in EXCERPT.lines().skip(HEADER_LINES) {
        let place = seen.entry(&line[..10]).or_default();
        lines.push((*place, line));
        *place += 1;
    }
    lines.sort_by_key(|(place, _)| *place);
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    writeln!(packer, "{}", EXCERPT.lines().next().unwrap()).unwrap();
    for (_, line) in &lines {
        writeln!(packer, "{line}").unwrap();
    }
    let file = folder.write("log.csv.gz", packer.finish().unwrap());
    let report = run(&world.app, &folder.arguments(&file)).unwrap();
    assert_eq!((report.written, report.events), (seen.len() as u64, lines.len() as u64));
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE version <> (SELECT COUNT(*) FROM events WHERE subject_id = requests.id)"), 0);
}

#[test]
fn a_dry_run_writes_nothing() {
    let world = World::new();
    let folder = Folder::new();
    let arguments = ImportArguments { dry_run: true, ..folder.arguments(&folder.write("log.csv", EXCERPT)) };
    let organisations = world.number("SELECT COUNT(*) FROM organisations");
    let report = run(&world.app, &arguments).unwrap();
    assert_eq!(report.cases, cases_of(EXCERPT).len() as u64);
    assert!(report.to_string().contains("nothing was written"));
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 0);
    assert_eq!(world.number("SELECT COUNT(*) FROM organisations"), organisations);
}

#[test]
fn a_unit_that_is_there_can_take_them() {
    let world = World::new();
    let folder = Folder::new();
    let unit = Some("PUN".to_owned());
    let arguments = ImportArguments { unit, ..folder.arguments(&folder.write("log.csv", EXCERPT)) };
    run(&world.app, &arguments).unwrap();
    assert!(world.app.calendars.unit_by_code("UCI").is_none());
    assert!(world.number("SELECT COUNT(*) FROM requests WHERE number LIKE 'PUN-16-%'") > 0);
    let wrong = ImportArguments { unit: Some("XXX".to_owned()), ..arguments };
    assert!(refusal(&world, &wrong).contains("no unit has the code XXX"));
}

#[test]
fn a_case_is_found_by_the_number_it_had() {
    let world = World::new();
    let folder = Folder::new();
    run(&world.app, &folder.arguments(&folder.write("log.csv", EXCERPT))).unwrap();
    let number = *cases_of(EXCERPT).keys().next().unwrap();
    let found = world.app.db.read_blocking(move |r| {
        crate::search::find(r, number, crate::search::Within::Everywhere, &[], None, 10)
    });
    assert_eq!(found.unwrap().len(), 1);
}

#[test]
fn a_line_that_cannot_be_taken_stops_all_or_leaves_out_its_case() {
    let world = World::new();
    let folder = Folder::new();
    let first = *cases_of(EXCERPT).keys().next().unwrap();
    let wrong_state = EXCERPT.replacen(",New,", ",Sleeping,", 1);
    let half = &EXCERPT[..EXCERPT.len() - 60];
    let cases = cases_of(EXCERPT).len() as u64;
    for (text, words) in [
        (wrong_state.as_str(), "line 2: the map has no state \"Sleeping\""),
        (half, "cells, the header has 36"),
        (&EXCERPT.replacen("/2016 ", "/1/2016 ", 1), "is not a time like"),
        (&EXCERPT.replacen("/2016 ", "/20 16\0", 1), "NUL"),
        (&EXCERPT.replacen(first, "?", 1), "the number of the case is not known"),
    ] {
        let file = folder.write("log.csv", text);
        let said = refusal(&world, &folder.arguments(&file));
        assert!(said.contains(words) && said.contains("--errors"), "{said}");
    }
    let errors = folder.write("errors.csv", "");
    let file = folder.write("log.csv", &wrong_state);
    let arguments = ImportArguments { errors: Some(errors.clone()), ..folder.arguments(&file) };
    let report = run(&world.app, &arguments).unwrap();
    assert_eq!((report.left_out, report.bad_lines, report.written), (1, 1, cases - 1));
    let listed = std::fs::read_to_string(errors).unwrap();
    assert!(listed.starts_with(&format!("line,case,reason,text\n2,{first},")), "{listed}");
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE version = 0"), 0);
}

#[test]
fn a_file_that_is_not_right_is_refused_whole() {
    let world = World::new();
    let folder = Folder::new();
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(EXCERPT.as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    let latin: Vec<u8> = EXCERPT.replacen("Caller", "C\u{e9}line", 1).chars().map(|c| c as u8).collect();
    let renamed = EXCERPT.replacen("incident_state", "status", 1);
    let header = EXCERPT.lines().next().unwrap();
    let cases: [(&str, &[u8], &str); 8] = [
        ("a.csv", b"", "the file is empty"),
        ("b.csv", header.as_bytes(), "no lines"),
        ("c.csv.gz", b"", "the file is empty"),
        ("d.csv.gz", EXCERPT.as_bytes(), "not packed with gzip"),
        ("e.csv.gz", &packed[..packed.len() / 2], "breaks off"),
        ("f.csv", &latin, "is not written in UTF-8"),
        ("g.csv", renamed.as_bytes(), "no column incident_state; it has: number, status"),
        (
            "h.csv",
            &EXCERPT.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
            "save it as UTF-8",
        ),
    ];
    for (name, content, words) in cases {
        let said = refusal(&world, &folder.arguments(&folder.write(name, content)));
        assert!(said.contains(words) && said.contains("nothing was imported"), "{name}: {said}");
    }
    let said = refusal(&world, &folder.arguments(Path::new("/nowhere.csv")));
    assert!(said.contains("/nowhere.csv cannot be opened"), "{said}");
}

#[test]
fn another_encoding_is_read_when_the_map_says_so() {
    let world = World::new();
    let folder = Folder::new();
    folder.write("map.toml", MAP.replacen("encoding = \"utf-8\"", "encoding = \"windows-1252\"", 1));
    let latin: Vec<u8> = EXCERPT.replace("Caller", "C\u{e9}line").chars().map(|c| c as u8).collect();
    run(&world.app, &folder.arguments(&folder.write("log.csv", latin))).unwrap();
    assert!(world.number("SELECT COUNT(*) FROM requests WHERE requester_name LIKE 'C\u{e9}line%'") > 0);
}

#[test]
fn a_map_that_is_not_there_is_told_with_those_that_are_shipped() {
    let (world, folder) = (World::new(), Folder::new());
    let file = folder.write("log.csv", EXCERPT);
    let arguments = ImportArguments { map: "uci.toml".into(), ..folder.arguments(&file) };
    assert!(
        refusal(&world, &arguments).contains("uci.toml cannot be read; shipped with the program: uci-498")
    );
}

#[test]
fn a_map_that_is_not_right_says_where() {
    let world = World::new();
    let folder = Folder::new();
    let file = folder.write("log.csv", EXCERPT);
    for (from, to, words) in [
        ("ours = \"in_progress\"", "ours = \"busy\"", "no state of ours is called \"busy\""),
        ("\"waiting_supplier\"", "\"tea\"", "no reason to hold is called \"tea\""),
        ("\"Phone\" = \"phone\"", "\"Phone\" = \"drum\"", "no channel of ours is called \"drum\""),
        ("\"Asia/Thimphu\"", "\"Asia/Atlantis\"", "the time zone \"Asia/Atlantis\" is not known"),
        ("code = \"UCI\"", "code = \"Uci 498\"", "two to five capital letters"),
        ("calendar = \"round-the-clock\"", "calendar = \"lunar\"", "no calendar is called \"lunar\""),
        ("delimiter = \",\"", "delimeter = \",\"", "delimeter"),
    ] {
        folder.write("map.toml", MAP.replacen(from, to, 1));
        let said = refusal(&world, &folder.arguments(&file));
        assert!(said.contains(words), "{said}");
    }
}
