//! What the import asks and writes in the tables of requests, events and people.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use database::{Error, Reader, Transaction, Value};
use jiff::Timestamp;

use crate::desk::import_requests::case::{Imported, unknown_officers};
use crate::desk::number::Number;
use crate::desk::save::{counted, queue_at};
use crate::desk::{accept, store};
use crate::directory::calendars::UnitFacts;
use crate::directory::people::{self, NewPerson};
use crate::events;
use crate::id::{OrganisationId, PersonId};
use crate::problem::Problem;

/// Which of these sources are here already. One question for all: the file stands in the order of its numbers, so
/// what lies between the first and the last is little else.
pub(super) fn present(r: &mut Reader, sources: &BTreeSet<String>) -> Result<BTreeSet<String>, Error> {
    let (Some(first), Some(last)) = (sources.first(), sources.last()) else {
        return Ok(BTreeSet::new());
    };
    let mut present = BTreeSet::new();
    r.each(
        "SELECT source FROM requests WHERE source <> '' AND source >= $1 AND source <= $2",
        &[first.into(), last.into()],
        |row| {
            let source: String = row.get("source")?;
            if sources.contains(&source) {
                present.insert(source);
            }
            Ok(())
        },
    )?;
    Ok(present)
}

/// The people who work in a unit, by name.
pub(super) fn officers(r: &mut Reader, unit: OrganisationId) -> Result<BTreeMap<String, PersonId>, Error> {
    let rows = r.rows(
        "SELECT id, name FROM persons WHERE working_agency_id = $1 AND valid_to IS NULL",
        &[unit.into()],
        |row| Ok((row.get("name")?, row.get("id")?)),
    )?;
    Ok(rows.into_iter().collect())
}

pub(super) fn calendar_exists(r: &mut Reader, code: &str) -> Result<bool, Error> {
    let found =
        r.row("SELECT code FROM calendars WHERE code = $1", &[code.into()], |row| row.get::<String>("code"))?;
    Ok(found.is_some())
}

/// What one transaction wrote.
#[derive(Clone, Debug, Default)]
pub(super) struct Written {
    pub(super) requests: u64,
    pub(super) events: u64,
    pub(super) already: u64,
    /// Officers that were made.
    pub(super) officers: BTreeMap<String, PersonId>,
}

/// Writes some thousand events' worth of cases whole: requests, holds, events, kept numbers and search.
pub(super) fn write(
    tx: &mut Transaction,
    unit: &UnitFacts,
    cases: &[Imported],
    known: &BTreeMap<String, PersonId>,
    now: Timestamp,
) -> Result<Written, Problem> {
    let sources: BTreeSet<String> = cases.iter().map(|case| case.request.source.clone()).collect();
    let present = present(tx, &sources)?;
    let mut cases: Vec<Imported> =
        cases.iter().filter(|case| !present.contains(&case.request.source)).cloned().collect();
    let mut written = Written { already: present.len() as u64, ..Written::default() };
    for name in unknown_officers(&cases, known) {
        let person = NewPerson { name: name.clone(), working_agency: Some(unit.id), ..NewPerson::default() };
        written.officers.insert(name, people::insert(tx, &person, now)?);
    }
    for case in &mut cases {
        let name = case.assignee.as_ref();
        case.request.assignee =
            name.and_then(|name| known.get(name).or_else(|| written.officers.get(name))).copied();
    }
    give_numbers(tx, &unit.code, &mut cases)?;
    write_requests(tx, &cases)?;
    write_holds(tx, &cases)?;
    written.events = events::record_many(tx, cases.iter().flat_map(|case| &case.events))?;
    for case in &cases {
        accept::index(tx, &case.request, &[])?;
    }
    count(tx, &cases)?;
    written.requests = cases.len() as u64;
    Ok(written)
}

/// Numbers of the year in which each case was received.
fn give_numbers(tx: &mut Transaction, unit_code: &str, cases: &mut [Imported]) -> Result<(), Error> {
    let mut by_year: BTreeMap<i64, Vec<&mut Imported>> = BTreeMap::new();
    for case in cases {
        let year = i64::from(case.request.received_at.to_zoned(jiff::tz::TimeZone::UTC).year());
        by_year.entry(year).or_default().push(case);
    }
    for (year, cases) in by_year {
        let many = i64::try_from(cases.len()).unwrap_or(i64::MAX);
        let last: i64 = tx.one(
            "INSERT INTO number_counters (unit_code, year, last) VALUES ($1, $2, $3)
             ON CONFLICT (unit_code, year) DO UPDATE SET last = number_counters.last + excluded.last RETURNING last",
            &[unit_code.into(), year.into(), many.into()],
            |row| row.get("last"),
        )?;
        for (counter, case) in (last - many + 1..).zip(cases) {
            let number = Number {
                unit: unit_code.to_owned(),
                year: u8::try_from(year.rem_euclid(100)).unwrap_or(0),
                counter: u32::try_from(counter).unwrap_or(u32::MAX),
            };
            case.request.number = number.to_string();
        }
    }
    Ok(())
}

fn write_requests(tx: &mut Transaction, cases: &[Imported]) -> Result<(), Error> {
    let mut sql = "";
    let rows: Vec<Vec<Value<'_>>> = cases
        .iter()
        .map(|case| {
            let at = queue_at(&case.request, &case.promise);
            let (statement, values) = store::insertion(&case.request, at, case.next_clock);
            sql = statement;
            values
        })
        .collect();
    if !rows.is_empty() {
        tx.execute_many(sql, rows)?;
    }
    Ok(())
}

fn write_holds(tx: &mut Transaction, cases: &[Imported]) -> Result<(), Error> {
    for case in cases {
        for hold in &case.holds {
            store::begin_hold(tx, case.request.id, hold)?;
        }
    }
    Ok(())
}

/// Adds what is open to the kept numbers, in one order for all, so that two writers never wait for each other in a ring.
fn count(tx: &mut Transaction, cases: &[Imported]) -> Result<(), Error> {
    let mut sums: BTreeMap<(uuid::Uuid, Cow<'static, str>), i64> = BTreeMap::new();
    for key in cases.iter().flat_map(|case| counted(&case.request)) {
        *sums.entry(key).or_default() += 1;
    }
    for ((owner, name), sum) in sums {
        store::count(tx, owner, &name, sum)?;
    }
    Ok(())
}
