//! The log that others wrote, counted here once more in plain loops, against the import and the analysis.

use std::collections::BTreeMap;
use std::io::Read as _;

use crate::analysis::figures::Figures;
use crate::analysis::period::Period;
use crate::analysis::question::{Question, Whose};
use crate::analysis::store;
use crate::desk::import_requests::{ImportArguments, import};
use crate::testing::World;

const WHOLE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../shared/data/event-logs/uci_handout_upto_INC0014999.csv.gz"
);
const EXCERPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/uci-498-excerpt.csv");
/// The map that is shipped with the program, by its name.
const MAP: &str = "uci-498";

/// What the file says of itself.
#[derive(Debug, Default, PartialEq)]
struct Counted {
    cases: i64,
    events: i64,
    by_state: BTreeMap<String, i64>,
    by_priority: BTreeMap<i64, i64>,
    reassignments: i64,
    reassigned_cases: i64,
    reopenings: i64,
    reopened_cases: i64,
    resolved_cases: i64,
    /// Minutes from opened to resolved, in the middle.
    median: i64,
    median_by_priority: BTreeMap<i64, i64>,
}

/// Minutes since the year 2000 of "29/2/2016 01:16".
fn minutes(text: &str) -> i64 {
    let numbers: Vec<i64> = text.split(['/', ' ', ':']).map(|part| part.parse().unwrap()).collect();
    let [day, month, year, hour, minute] = numbers[..] else { panic!("{text}") };
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut days = day;
    for earlier in 2000..year {
        days += if leap(earlier) { 366 } else { 365 };
    }
    for earlier in 1..month {
        days += match earlier {
            2 if leap(year) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
    }
    (days * 24 + hour) * 60 + minute
}

fn middle(mut values: Vec<i64>) -> i64 {
    values.sort_unstable();
    values[values.len().div_ceil(2) - 1]
}

fn count(text: &str) -> Counted {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let place = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let mut counted = Counted::default();
    let mut last: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        counted.events += 1;
        last.insert(cells[0], cells);
    }
    let mut times: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for cells in last.values() {
        counted.cases += 1;
        *counted.by_state.entry(cells[place("incident_state")].to_lowercase()).or_default() += 1;
        let priority = i64::from(cells[place("priority")].as_bytes()[0] - b'0');
        *counted.by_priority.entry(priority).or_default() += 1;
        let reassigned: i64 = cells[place("reassignment_count")].parse().unwrap();
        counted.reassignments += reassigned;
        counted.reassigned_cases += i64::from(reassigned > 0);
        let reopened: i64 = cells[place("reopen_count")].parse().unwrap();
        counted.reopenings += reopened;
        counted.reopened_cases += i64::from(reopened > 0);
        let (opened, resolved) = (cells[place("opened_at")], cells[place("resolved_at")]);
        if resolved != "?" {
            times.entry(priority).or_default().push(minutes(resolved) - minutes(opened));
        }
    }
    let all: Vec<i64> = times.values().flatten().copied().collect();
    counted.resolved_cases = all.len() as i64;
    counted.median = middle(all);
    counted.median_by_priority =
        times.into_iter().map(|(priority, times)| (priority, middle(times))).collect();
    counted
}

/// The same out of our database and our analysis.
fn analysed(world: &World) -> Counted {
    let unit = world.app.calendars.unit_by_code("UCI").unwrap();
    let period = Period { first: "2016-01-01".parse().unwrap(), last: "2018-12-31".parse().unwrap() };
    let bounds = period.bounds(&world.app.calendars.zone());
    let question = Question {
        whose: Whose::Unit(unit),
        period,
        bounds,
        office: None,
        service: None,
        channel: None,
        cause: None,
        priority: None,
        bin: None,
        day_seconds: 86_400,
    };
    let mut figures: Figures = world.app.db.read_blocking(move |r| store::figures(r, &question)).unwrap();
    let states = "SELECT state, COUNT(*) AS n FROM requests WHERE source LIKE 'uci-498:%' GROUP BY state";
    let by_state = world
        .app
        .db
        .read_blocking(move |r| r.rows(states, &[], |row| Ok((row.get("state")?, row.get("n")?))))
        .unwrap();
    let int = |n: usize| i64::try_from(n).unwrap();
    let minutes = |tally: &mut crate::analysis::figures::Tally| {
        crate::analysis::figures::percentile(&mut tally.elapsed, 50).unwrap() / 60
    };
    Counted {
        cases: int(figures.total.came_in),
        events: world.number(
            "SELECT COUNT(*) FROM events e JOIN requests r ON r.id = e.subject_id WHERE r.source <> ''",
        ),
        by_state: Vec::<(String, i64)>::into_iter(by_state).collect(),
        by_priority: figures
            .by_priority
            .iter()
            .map(|(priority, tally)| (*priority, int(tally.came_in)))
            .collect(),
        reassignments: figures.total.hand_overs,
        reassigned_cases: int(figures.total.handed_over),
        reopenings: figures.total.reopenings,
        reopened_cases: int(figures.total.reopened),
        resolved_cases: int(figures.total.done),
        median: minutes(&mut figures.total),
        median_by_priority: figures
            .by_priority
            .iter_mut()
            .filter(|(_, tally)| tally.done > 0)
            .map(|(priority, tally)| (*priority, minutes(tally)))
            .collect(),
    }
}

fn import_into(world: &World, file: &str) {
    let arguments =
        ImportArguments { map: MAP.into(), dry_run: false, unit: None, errors: None, file: file.into() };
    let report = import(&world.app, &arguments, &mut std::io::sink()).unwrap();
    assert_eq!(report.same_priority, report.cases);
}

#[test]
fn an_excerpt_gives_the_figures_of_a_plain_recount() {
    let world = World::new();
    import_into(&world, EXCERPT);
    assert_eq!(analysed(&world), count(&std::fs::read_to_string(EXCERPT).unwrap()));
}

#[test]
fn the_whole_log_gives_the_figures_of_a_plain_recount() {
    let Ok(packed) = std::fs::read(WHOLE) else {
        eprintln!("SKIPPED: the incident log is not at {WHOLE}");
        return;
    };
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
    let counted = count(&text);
    assert_eq!((counted.events, counted.cases), (64_337, 10_134));
    let world = World::new();
    import_into(&world, WHOLE);
    assert_eq!(analysed(&world), counted);
    println!("{counted:#?}");
}
