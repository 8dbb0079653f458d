//! `tendrel export events`: the histories of requests for tools that mine processes, in one pass and never all in memory.
//!
//! A case is a request that was received in the period; it is exported with all its events, also the later ones.

mod flat;
mod ocel2;
mod store;
#[cfg(test)]
mod tests;
mod xes;

use std::collections::BTreeSet;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use database::Reader;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::analysis::export_events::store::{Names, Window};
use crate::analysis::period::Period;
use crate::app::App;
use crate::clock::Clock;
use crate::events::Actor;
use crate::handed_out::{self, HandedOut};
use crate::settings::{Place, Settings};

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// IEEE 1849: a trace for each request.
    Xes,
    /// OCEL 2.0 as JSON: events of requests, people, organisations and services.
    Ocel2,
    /// One line for each event.
    Csv,
}

#[derive(Clone, Debug, clap::Args)]
pub struct ExportArguments {
    #[arg(long)]
    pub format: Format,
    /// The file to write; one that is there is replaced when the new one is whole.
    #[arg(long)]
    pub out: PathBuf,
    /// First day on which requests were received, such as 2026-10-01.
    #[arg(long)]
    pub from: Option<Date>,
    /// Last day on which requests were received.
    #[arg(long)]
    pub to: Option<Date>,
    /// Code of a unit; all units without it.
    #[arg(long)]
    pub unit: Option<String>,
}

impl Format {
    /// What a file of it is called in the log of exports.
    fn file(self) -> &'static str {
        match self {
            Format::Xes => "events.xes",
            Format::Ocel2 => "events.ocel2.json",
            Format::Csv => "events.csv",
        }
    }
}

/// Who made a file, and when: stands in it where the format has a place.
#[derive(Clone, Debug)]
pub(super) struct Made {
    by: String,
    at: Timestamp,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    pub cases: u64,
    pub events: u64,
    /// Different sequences of activities.
    pub variants: u64,
}

pub fn run(place: &Place, arguments: &ExportArguments) -> anyhow::Result<()> {
    let mut settings = Settings::in_folder(place.data.clone());
    settings.database.clone_from(&place.database);
    let app = App::open(settings, Clock::Machine)?;
    app.refresh_blocking()?;
    let Exported { cases, events, variants } = export(&app, arguments)?;
    writeln!(
        std::io::stdout(),
        "{}: {cases} requests, {events} events, {variants} ways they went",
        arguments.out.display()
    )?;
    Ok(())
}

/// Writes the file.
///
/// # Errors
/// Says which unit is not known, or why the file cannot be written; the old file is still there then.
pub fn export(app: &App, arguments: &ExportArguments) -> anyhow::Result<Exported> {
    let unit = match &arguments.unit {
        Some(code) => {
            let unit =
                app.calendars.unit_by_code(code).with_context(|| format!("no unit has the code {code}"))?;
            Some(unit.id)
        }
        None => None,
    };
    let window = Window { unit, received: received(arguments, &app.calendars.zone()) };
    let part = part_of(&arguments.out);
    let cannot = || format!("{} cannot be written", part.display());
    let file = BufWriter::with_capacity(1 << 16, File::create(&part).with_context(cannot)?);
    let format = arguments.format;
    let made = Made { by: maker(), at: app.clock.now() };
    let (stamp, question) = (made.clone(), question_of(arguments));
    let written = app.db.read_blocking(move |r| write(r, format, &window, &made, file))?;
    let actor = Actor { person: None, name: stamp.by };
    let out = HandedOut { what: format.file(), question, rows: written.events };
    app.db.write_blocking(move |tx| handed_out::record(tx, &actor, &out, stamp.at))?;
    std::fs::rename(&part, &arguments.out).with_context(cannot)?;
    Ok(written)
}

/// Who runs the command: the account of the machine, for there is none of the desk behind it.
fn maker() -> String {
    let who = ["SUDO_USER", "USER"].iter().find_map(|name| std::env::var(name).ok());
    who.map_or_else(|| "tendrel export events".to_owned(), |who| format!("{who} (tendrel export events)"))
}

fn question_of(arguments: &ExportArguments) -> String {
    let day = |day: &Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let unit = arguments.unit.as_deref().unwrap_or("all");
    format!("unit={unit}&from={}&to={}", day(&arguments.from), day(&arguments.to))
}

fn write(
    r: &mut Reader,
    format: Format,
    window: &Window,
    made: &Made,
    file: BufWriter<File>,
) -> Result<Exported, Failed> {
    let names = Names::read(r)?;
    let (mut file, counts) = match format {
        Format::Xes => xes::write(r, window, &names, made, file)?,
        Format::Ocel2 => ocel2::write(r, window, &names, made, file)?,
        Format::Csv => flat::write(r, window, &names, file)?,
    };
    file.flush().context("the file cannot be written to its end")?;
    Ok(counts.exported())
}

/// `anyhow::Error` that a read may return.
#[derive(Debug)]
struct Failed(anyhow::Error);

impl From<database::Error> for Failed {
    fn from(error: database::Error) -> Failed {
        Failed(error.into())
    }
}
impl From<anyhow::Error> for Failed {
    fn from(error: anyhow::Error) -> Failed {
        Failed(error)
    }
}
impl From<Failed> for anyhow::Error {
    fn from(failed: Failed) -> anyhow::Error {
        failed.0
    }
}

/// The period in microseconds; without days, all there ever was.
fn received(arguments: &ExportArguments, zone: &TimeZone) -> (i64, i64) {
    let first = arguments.from.unwrap_or(Date::constant(1970, 1, 1));
    let last = arguments.to.unwrap_or(Date::constant(9000, 1, 1));
    let period = Period { first, last };
    let bounds = period.bounds(zone);
    (bounds.from.as_microsecond(), bounds.to.as_microsecond())
}

fn part_of(out: &Path) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

/// Counts cases, events and variants as they pass, with eight bytes for each variant.
#[derive(Default)]
struct Counts {
    cases: u64,
    events: u64,
    way: DefaultHasher,
    variants: BTreeSet<u64>,
}

impl Counts {
    fn begin_case(&mut self) {
        self.end_case();
        self.cases += 1;
        self.way = DefaultHasher::new();
    }

    fn event(&mut self, activity: &str) {
        self.events += 1;
        activity.hash(&mut self.way);
    }

    fn end_case(&mut self) {
        if self.cases > 0 {
            self.variants.insert(self.way.finish());
        }
    }

    fn exported(mut self) -> Exported {
        self.end_case();
        Exported { cases: self.cases, events: self.events, variants: self.variants.len() as u64 }
    }
}
