//! `tendrel import requests`: the event log of another desk becomes requests with their history.
//!
//! The file is read twice. First every line is read and understood, so that nothing is written when the file as a
//! whole is not right; then the cases are written, some thousand events in one transaction, each case whole. A case is
//! held in memory from its first line to its last, so a file in the order of its cases needs next to none; of one that
//! is not, at most `HELD_LIMIT` lines are held.

mod case;
mod lines;
mod map;
mod report;
mod steps;
mod store;
mod survey;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};

use crate::app::App;
use crate::clock::Clock;
use crate::desk::import_requests::case::{Ground, Imported};
use crate::desk::import_requests::lines::Lines;
use crate::desk::import_requests::map::{Map, NewService};
use crate::desk::import_requests::steps::{Layout, Step};
use crate::desk::import_requests::survey::Survey;
use crate::desk::reference::insert_service;
use crate::desk::save::Desk;
use crate::desk::service::{Audience, Definition, Starts};
use crate::directory::units::{NewUnit, establish};
use crate::id::PersonId;
use crate::install::install;
use crate::problem::Problem;
use crate::settings::{Place, Settings};

pub use report::Report;

/// Events of one transaction, give or take a case.
const EVENTS_AT_ONCE: usize = 5_000;
/// Lines of unfinished cases that are held in memory: about 200 MB.
const HELD_LIMIT: usize = 200_000;
/// A line of progress after so many lines.
const PROGRESS_EVERY: u64 = 20_000;

/// Maps of logs that are public, by name.
const SHIPPED_MAPS: [(&str, &str); 1] = [("uci-498", include_str!("../../reference/maps/uci-498.toml"))];

#[derive(Clone, Debug, clap::Args)]
pub struct ImportArguments {
    /// What the columns and words of the file mean: a file, or the name of a map that is shipped, such as uci-498.
    #[arg(long)]
    pub map: PathBuf,
    /// Says what would happen, and writes nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Code of a unit that gets the requests, instead of the map's.
    #[arg(long)]
    pub unit: Option<String>,
    /// Lines that cannot be taken are written here with their reasons, their cases left out, and the others taken.
    /// Without it one such line stops the import before anything is written.
    #[arg(long)]
    pub errors: Option<PathBuf>,
    /// The file, plain or packed with gzip.
    pub file: PathBuf,
}

/// Opens the installation, imports, and prints what became of it.
pub fn run(place: &Place, arguments: &ImportArguments) -> anyhow::Result<()> {
    std::fs::create_dir_all(&place.data)
        .with_context(|| format!("the folder {} cannot be made", place.data.display()))?;
    let mut settings = Settings::in_folder(place.data.clone());
    settings.database.clone_from(&place.database);
    let app = App::open(settings, Clock::Machine)?;
    install(&app)?;
    app.refresh_blocking()?;
    let begun = std::time::Instant::now();
    let mut progress = std::io::stderr();
    let report = import(&app, arguments, &mut progress)?;
    writeln!(std::io::stdout(), "{report}")?;
    let seconds = begun.elapsed().as_secs_f64();
    if report.events > 0 {
        writeln!(std::io::stdout(), "{seconds:.1} s, {:.0} events a second", report.events as f64 / seconds)?;
    }
    Ok(())
}

fn map_text(path: &Path) -> anyhow::Result<String> {
    if let Some((_, text)) = SHIPPED_MAPS.iter().find(|(name, _)| path == Path::new(name)) {
        return Ok((*text).to_owned());
    }
    let names: Vec<&str> = SHIPPED_MAPS.iter().map(|(name, _)| *name).collect();
    std::fs::read_to_string(path).with_context(|| {
        format!("the map {} cannot be read; shipped with the program: {}", path.display(), names.join(", "))
    })
}

/// Imports a file; `progress` is told how far it is.
///
/// # Errors
/// Says what is wrong with the map or the file and what to do; nothing has been written then.
pub fn import(app: &App, arguments: &ImportArguments, progress: &mut dyn Write) -> anyhow::Result<Report> {
    let text = map_text(&arguments.map)?;
    let map = Map::read(&text, &app.catalogue.now())
        .with_context(|| format!("the map {}", arguments.map.display()))?;
    let named = || format!("{}: nothing was imported", arguments.file.display());
    let survey = Survey::of(&map, arguments, progress).with_context(named)?;
    let mut report = Report { source: map.file.source.clone(), ..Report::of(&survey, arguments.dry_run) };
    if !arguments.dry_run {
        prepare(app, &map, arguments.unit.is_none())?;
    }
    let unit = match &arguments.unit {
        Some(code) => {
            app.calendars.unit_by_code(code).with_context(|| format!("no unit has the code {code}"))?
        }
        None => match app.calendars.unit_by_code(&map.file.unit.code) {
            Some(unit) => unit,
            // A dry run makes none; any other unit serves to read the cases.
            None => app.calendars.units().into_iter().next().context("there is no unit at all")?,
        },
    };
    if arguments.dry_run {
        return Ok(report);
    }
    let ground = Ground { map: &map, desk: &Desk::new(app), unit };
    let writing = Writing { app, ground, officers: BTreeMap::new(), waiting: Vec::new(), events: 0 };
    writing.all(&arguments.file, survey, &mut report, progress)?;
    Ok(report)
}

/// The unit and the service of the map, made if they are missing.
fn prepare(app: &App, map: &Map, own_unit: bool) -> anyhow::Result<()> {
    let now = app.clock.now();
    let unit = &map.file.unit;
    let new_unit = (own_unit && app.calendars.unit_by_code(&unit.code).is_none()).then(|| NewUnit {
        code: unit.code.clone(),
        name: unit.name.clone(),
        under: unit.under.clone(),
        calendar: unit.calendar.clone(),
        matrix: unit.matrix.clone(),
    });
    let missing = |service: &&NewService| app.catalogue.now().service_by_code(&service.code).is_none();
    let new_service = map.file.new_service.as_ref().filter(missing).map(definition_of);
    let calendar = unit.calendar.clone();
    let known = app.db.read_blocking(move |r| store::calendar_exists(r, &calendar))?;
    ensure!(known || !own_unit, "no calendar is called {:?}; name another in the map", unit.calendar);
    app.db
        .write_blocking(move |tx| -> Result<(), Problem> {
            if let Some(unit) = &new_unit {
                establish(tx, unit, now)?;
            }
            if let Some(service) = &new_service {
                insert_service(tx, service, "import", now)?;
                crate::directory::calendars::mark_changed(tx)?;
            }
            Ok(())
        })
        .map_err(|problem| {
            anyhow::anyhow!("the unit or the service of the map cannot be made: {problem:?}")
        })?;
    app.refresh_blocking()?;
    Ok(())
}

/// A service without promises, not offered on the portal.
fn definition_of(service: &NewService) -> Definition {
    let NewService { code, kind, name, summary } = service.clone();
    Definition {
        code,
        name,
        name_dz: String::new(),
        purpose: summary.clone(),
        summary,
        kind,
        functions: Vec::new(),
        audience: vec![Audience::G2G],
        group: "other".to_owned(),
        documents: Vec::new(),
        skills: Vec::new(),
        asks_impact: false,
        default_impact: 2,
        default_urgency: 2,
        calendar: String::new(),
        starts: Starts::Received,
        sort: 999,
        public: false,
        confidential: false,
        sample: false,
        words: Vec::new(),
        levels: Vec::new(),
        fields: Vec::new(),
    }
}

/// The second reading: cases are gathered, made and written.
struct Writing<'a> {
    app: &'a App,
    ground: Ground<'a>,
    officers: BTreeMap<String, PersonId>,
    waiting: Vec<Imported>,
    /// Events that wait.
    events: usize,
}

impl Writing<'_> {
    fn all(
        mut self,
        file: &Path,
        mut survey: Survey,
        report: &mut Report,
        progress: &mut dyn Write,
    ) -> anyhow::Result<()> {
        let unit = self.ground.unit.id;
        self.officers = self.app.db.read_blocking(move |r| store::officers(r, unit))?;
        let map = self.ground.map;
        let mut lines = Lines::open(file, map)?;
        let layout = Layout::find(map, lines.header())?;
        let mut gathered: HashMap<String, Vec<Step>> = HashMap::new();
        let mut held = 0_usize;
        let mut seen = 0_u64;
        while let Some(line) = lines.next()? {
            seen += 1;
            if seen.is_multiple_of(PROGRESS_EVERY) {
                writeln!(progress, "written: {} events of {} requests", report.events, report.written)?;
            }
            let Some(step) = line.ok().and_then(|line| layout.step(map, &line.cells).ok()) else {
                continue;
            };
            if survey.left_out.contains(&step.number) {
                continue;
            }
            let Some(left) = survey.lines_of.get_mut(&step.number) else {
                bail!("the file changed while it was read; run it again");
            };
            *left -= 1;
            let is_last = *left == 0;
            held += 1;
            ensure!(
                held <= HELD_LIMIT,
                "more than {HELD_LIMIT} lines of unfinished cases; sort the file by case"
            );
            let number = step.number.clone();
            gathered.entry(number.clone()).or_default().push(step);
            if is_last && let Some(steps) = gathered.remove(&number) {
                held -= steps.len();
                self.take(&steps, report)?;
            }
        }
        self.write(report)
    }

    fn take(&mut self, steps: &[Step], report: &mut Report) -> anyhow::Result<()> {
        let case = self.ground.import(steps)?;
        report.judge(&case);
        self.events += case.events.len();
        self.waiting.push(case);
        if self.events >= EVENTS_AT_ONCE { self.write(report) } else { Ok(()) }
    }

    fn write(&mut self, report: &mut Report) -> anyhow::Result<()> {
        let cases = std::mem::take(&mut self.waiting);
        self.events = 0;
        let (unit, known, now) = (self.ground.unit.clone(), self.officers.clone(), self.ground.desk.now);
        let written =
            self.app.db.write_blocking(move |tx| store::write(tx, &unit, &cases, &known, now)).map_err(
                |problem| {
                    anyhow::anyhow!(
                        "stopped after {} requests, which are kept: {problem:?}; run it again",
                        report.written
                    )
                },
            )?;
        report.written += written.requests;
        report.events += written.events;
        report.already += written.already;
        report.officers += written.officers.len() as u64;
        self.officers.extend(written.officers);
        Ok(())
    }
}
