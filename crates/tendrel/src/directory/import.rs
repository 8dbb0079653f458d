//! Lists of offices and people from a spreadsheet: looked at line by line first, then taken over as a whole or not at
//! all. A second run of the same list changes nothing.

pub mod command;
pub(super) mod known_offices;
pub(super) mod known_people;
pub mod map;
mod office_lines;
pub mod page;
pub(super) mod people_lines;
pub mod table;

use std::borrow::Cow;
use std::collections::BTreeMap;

use database::{Error, Reader, Transaction};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::directory::calendars;
use crate::events::Actor;
use crate::frame::languages::{Argument, Language, text};
use crate::id::OrganisationId;
use crate::viewer::Role;

pub use map::{Map, What};
pub use table::Table;

/// What would happen to a line, or did.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    New,
    /// The fields that change.
    Changed(Vec<&'static str>),
    Same,
    Wrong(Reason),
}

/// Why a line cannot be taken, and what to do: a string of the language files with its arguments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    pub key: Cow<'static, str>,
    pub with: BTreeMap<Cow<'static, str>, String>,
}

impl Reason {
    pub(super) fn of(key: &'static str) -> Reason {
        Reason { key: Cow::Borrowed(key), with: BTreeMap::new() }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Reason {
        self.with.insert(Cow::Borrowed(name), value.into());
        self
    }

    pub fn sentence(&self, language: Language, unreviewed: bool) -> String {
        let with: Vec<(&str, Argument)> =
            self.with.iter().map(|(name, value)| (name.as_ref(), Argument::from(value.as_str()))).collect();
        text(language, unreviewed, &self.key, &with)
    }
}

/// A line of the list with its verdict; the number counts from 1, the head included.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    pub line: usize,
    pub label: String,
    pub verdict: Verdict,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Outcome {
    pub lines: Vec<Judged>,
    /// Were the lines taken over, or only looked at?
    pub written: bool,
}

impl Outcome {
    pub fn count(&self, of: impl Fn(&Verdict) -> bool) -> usize {
        self.lines.iter().filter(|line| of(&line.verdict)).count()
    }

    pub fn new_lines(&self) -> usize {
        self.count(|it| *it == Verdict::New)
    }

    pub fn changed(&self) -> usize {
        self.count(|it| matches!(it, Verdict::Changed(_)))
    }

    pub fn same(&self) -> usize {
        self.count(|it| *it == Verdict::Same)
    }

    pub fn wrong(&self) -> usize {
        self.count(|it| matches!(it, Verdict::Wrong(_)))
    }
}

/// Where the importer may add and change, and which roles they may give.
#[derive(Clone, Debug, PartialEq)]
pub struct Reach {
    /// Units whose clusters may be changed; `None` is everywhere.
    pub units: Option<Vec<OrganisationId>>,
    pub roles: Vec<Role>,
}

impl Reach {
    pub fn everywhere() -> Reach {
        Reach { units: None, roles: Role::ALL.to_vec() }
    }

    fn covers(&self, unit: Option<OrganisationId>) -> bool {
        match &self.units {
            None => true,
            Some(units) => unit.is_some_and(|unit| units.contains(&unit)),
        }
    }
}

/// How a list is taken over.
#[derive(Clone, Debug)]
pub struct Import<'a> {
    pub table: &'a Table,
    pub map: &'a Map,
    pub reach: &'a Reach,
    pub actor: Actor,
    /// Take over what is right and leave the wrong lines out; else one wrong line stops everything.
    pub leave_out_wrong: bool,
    pub now: Timestamp,
}

/// Looks at a list of offices and takes nothing over.
pub fn look_at_offices(r: &mut Reader, import: &Import<'_>) -> Result<Outcome, Error> {
    Ok(outcome(office_lines::plan(r, import)?.into_iter().map(|(judged, _)| judged).collect(), false))
}

/// Takes over a list of offices, in the caller's transaction.
pub fn offices(tx: &mut Transaction, import: &Import<'_>) -> Result<Outcome, Error> {
    let plan = office_lines::plan(tx, import)?;
    if blocked(plan.iter().map(|(judged, _)| judged), import) {
        return Ok(outcome(plan.into_iter().map(|(judged, _)| judged).collect(), false));
    }
    let lines = office_lines::write(tx, import, plan)?;
    calendars::mark_changed(tx)?;
    Ok(outcome(lines, true))
}

/// Looks at a list of people and takes nothing over.
pub fn look_at_people(r: &mut Reader, import: &Import<'_>) -> Result<Outcome, Error> {
    Ok(outcome(people_lines::plan(r, import)?.into_iter().map(|(judged, _)| judged).collect(), false))
}

/// Takes over a list of people, in the caller's transaction. An account without a password cannot sign in yet.
pub fn people(tx: &mut Transaction, import: &Import<'_>) -> Result<Outcome, Error> {
    let plan = people_lines::plan(tx, import)?;
    if blocked(plan.iter().map(|(judged, _)| judged), import) {
        return Ok(outcome(plan.into_iter().map(|(judged, _)| judged).collect(), false));
    }
    Ok(outcome(people_lines::write(tx, import, plan)?, true))
}

fn outcome(lines: Vec<Judged>, written: bool) -> Outcome {
    Outcome { lines, written }
}

fn blocked<'a>(mut lines: impl Iterator<Item = &'a Judged>, import: &Import<'_>) -> bool {
    !import.leave_out_wrong && lines.any(|line| matches!(line.verdict, Verdict::Wrong(_)))
}

/// How many letters two names differ by (Levenshtein), for "did you mean".
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = before + usize::from(x != *y);
            before = row[j + 1];
            row[j + 1] = changed.min(before + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests;
