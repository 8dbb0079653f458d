//! `tendrel seed`: years of believable history, written fast and the same each time, for measurements and the demo.

mod acts;
mod arrivals;
mod asked;
mod cast;
mod names;
mod random;
mod story;
#[cfg(test)]
mod tests;
mod words;
mod write;

use std::io::Write;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::clock::Clock;
use crate::desk::save::Desk;
use crate::directory::calendars::UnitFacts;
use crate::install::install;
use crate::record;
use crate::seed::arrivals::Arrival;
use crate::seed::cast::Cast;
use crate::seed::random::Random;
use crate::seed::story::{Stage, Story};
use crate::seed::write::Counters;
use crate::settings::{Place, Settings};

/// Requests that are written in one transaction.
const BATCH: usize = 2_000;

#[derive(Clone, Debug, clap::Args)]
pub struct SeedArguments {
    /// How many requests, with about five events each.
    #[arg(long)]
    pub requests: usize,
    /// Code of one unit, or `all`.
    #[arg(long, default_value = "all")]
    pub units: String,
    /// Years of history, up to now.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    pub years: u32,
    /// The same number gives the same history.
    #[arg(long, default_value_t = 42)]
    pub seed: u64,
}

/// What is to be made.
#[derive(Clone, Debug)]
pub struct Plan {
    pub requests: usize,
    pub units: Vec<UnitFacts>,
    pub from: Timestamp,
    /// What would happen later has not happened yet.
    pub until: Timestamp,
    pub seed: u64,
    /// Make up offices, people and officers where a unit has none.
    pub invents: bool,
    /// Requests that are open in each unit at the end, if it has three times as many.
    pub open_at_least: usize,
}

/// What was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Made {
    pub requests: usize,
    pub events: usize,
    pub open: usize,
}

/// Fills the database of an installation, and says how fast.
pub fn run(place: &Place, arguments: &SeedArguments) -> anyhow::Result<()> {
    let mut settings = Settings::in_folder(place.data.clone());
    settings.database.clone_from(&place.database);
    std::fs::create_dir_all(&settings.data)
        .with_context(|| format!("the folder {} cannot be made", settings.data.display()))?;
    let app = App::open(settings, Clock::Machine)?;
    install(&app)?;
    let units = match arguments.units.as_str() {
        "all" => app.calendars.units(),
        code => {
            vec![app.calendars.unit_by_code(code).with_context(|| format!("no unit has the code {code}"))?]
        }
    };
    let until = app.clock.now();
    let from = until - SignedDuration::from_hours(24 * 365 * i64::from(arguments.years));
    let SeedArguments { requests, seed, .. } = *arguments;
    let plan = Plan { requests, units, from, until, seed, invents: true, open_at_least: 60 };
    let made = fill(&app, &plan)?;
    record::after_a_load(&app)?;
    let seconds = app.clock.now().duration_since(until).as_secs_f64().max(0.001);
    #[expect(clippy::cast_precision_loss, reason = "a speed to be read")]
    let speed = made.events as f64 / seconds;
    let Made { requests, events, open } = made;
    writeln!(
        std::io::stdout(),
        "{requests} requests with {events} events, {open} of them open, in {seconds:.1} s: {speed:.0} events a second"
    )?;
    Ok(())
}

/// Makes a history as planned, beside what is there already.
pub fn fill(app: &App, plan: &Plan) -> anyhow::Result<Made> {
    let casts = casts(app, plan)?;
    let arrivals = arrivals::plan(app, plan, &casts)?;
    let words = words::read(&app.catalogue.now())?;
    let desk = Desk {
        catalogue: app.catalogue.now(),
        calendars: app.calendars.clone(),
        now: plan.until,
        tells: false,
    };
    let stage = Stage { desk: &desk, words: &words, casts: &casts, until: plan.until };
    let mut counters = counters(app)?;
    let mut made = Made::default();
    // One thread tells while the other writes: two cores are what the smallest server has.
    std::thread::scope(|scope| {
        let (sender, told) = sync_channel::<(Vec<Story>, Counters)>(2);
        scope.spawn(move || {
            for batch in arrivals.chunks(BATCH) {
                let batch = tell(&stage, batch, &mut counters);
                if sender.send(batch).is_err() {
                    break;
                }
            }
        });
        for (stories, counters) in told {
            made.requests += stories.len();
            made.events += stories.iter().map(|story| story.events.len()).sum::<usize>();
            made.open += stories.iter().filter(|story| story.request.state.is_open()).count();
            let stories = Arc::new(stories);
            app.db.write_blocking(move |tx| write::write(tx, &stories, &counters))?;
        }
        Ok(made)
    })
}

fn tell(stage: &Stage<'_>, batch: &[Arrival], counters: &mut Counters) -> (Vec<Story>, Counters) {
    let zone = stage.desk.calendars.zone();
    let mut reached = Counters::new();
    let stories = batch
        .iter()
        .map(|arrival| {
            let year = arrival.received_at.to_zoned(zone.clone()).year();
            let key = (stage.casts[arrival.cast].unit.code.clone(), year);
            let counter = counters.entry(key.clone()).or_default();
            *counter += 1;
            reached.insert(key, *counter);
            story::tell(stage, arrival, *counter)
        })
        .collect();
    (stories, reached)
}

/// The units with their officers and offices, invented where that is wanted.
fn casts(app: &App, plan: &Plan) -> anyhow::Result<Vec<Cast>> {
    let mut random = Random::new(plan.seed ^ 0x5eed);
    // Officers have had their roles since before the history.
    let since = plan.from;
    let weighted: Vec<(UnitFacts, u32)> =
        plan.units.iter().map(|unit| (unit.clone(), cast::weight(unit, &mut random))).collect();
    if plan.invents {
        let (weighted, random) = (weighted.clone(), random.clone());
        app.db.write_blocking::<(), database::Error, _>(move |tx| {
            let mut random = random.clone();
            for (unit, weight) in &weighted {
                cast::invent(tx, unit, *weight, &mut random, since)?;
            }
            cast::invent_overseers(tx, &mut random, since)
        })?;
    }
    let casts = app.db.read_blocking::<_, database::Error, _>(move |r| {
        let mut casts = Vec::new();
        for (unit, weight) in weighted {
            let officers = cast::officers_of(r, unit.id)?;
            let mut offices = cast::offices_of(r, unit.id)?;
            offices.retain(|office| !office.people.is_empty());
            casts.push(Cast { unit, weight, officers, offices });
        }
        Ok(casts)
    })?;
    for Cast { unit, officers, offices, .. } in &casts {
        anyhow::ensure!(!officers.is_empty(), "{} has no officer", unit.name);
        anyhow::ensure!(!offices.is_empty(), "{} serves no office with people in it", unit.name);
    }
    Ok(casts)
}

fn counters(app: &App) -> anyhow::Result<Counters> {
    let stored = app.db.read_blocking::<Vec<((String, i16), u32)>, database::Error, _>(|r| {
        r.rows("SELECT unit_code, year, last FROM number_counters", &[], |row| {
            let (year, last): (i64, i64) = (row.get("year")?, row.get("last")?);
            let key = (row.get("unit_code")?, i16::try_from(year).unwrap_or(0));
            Ok((key, u32::try_from(last).unwrap_or(u32::MAX)))
        })
    })?;
    Ok(stored.into_iter().collect())
}
