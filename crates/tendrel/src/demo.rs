//! `tendrel demo`: a district with its offices, people, eighteen months of history and a bad week, to be tried out on
//! this machine alone. All of it is invented; see `demo/README.md`.

mod keeping;
mod lists;
mod mail;
mod news;
mod play;
mod rights;
mod scans;
pub(crate) mod sheets;
mod sms;
#[cfg(test)]
mod tests;
mod week;

use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::Context;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use tokio::net::TcpListener;

use crate::app::App;
use crate::clock::Clock;
use crate::demo::play::Stage;
use crate::directory::calendars;
use crate::install::install;
use crate::seed::{self, Plan};
use crate::serve;
use crate::settings::entry::MailSettings;
use crate::settings::{Place, Settings};

/// The unit whose district it is.
pub const HOME: &str = "PUN";
/// Requests of the months before the week: about four on a working day.
const HISTORY: usize = 1_500;
/// Eighteen months.
const HISTORY_LASTS: SignedDuration = SignedDuration::from_hours(24 * 548);
/// The week begins nine working days before today.
const WEEK_DAYS: i64 = 10;
/// A file that says that a folder may be emptied by `--fresh`.
const MARK: &str = "this-is-a-demonstration";
/// The first port that is tried, and how many after it.
const PORT: u16 = 8080;
const PORTS: u16 = 20;

#[derive(Clone, Debug, Default, clap::Args)]
pub struct DemoArguments {
    /// Begin anew: what was done in the demonstration so far is thrown away.
    #[arg(long)]
    pub fresh: bool,
    /// Port on this machine [default: 8080, or the next that is free].
    #[arg(long)]
    pub port: Option<u16>,
}

/// Makes the demonstration if it is not there yet, and serves it until it is told to stop.
pub fn run(place: &Place, arguments: &DemoArguments) -> anyhow::Result<()> {
    serve::start_log(None);
    anyhow::ensure!(
        place.database.is_none(),
        "the demonstration keeps its own embedded database; leave --database out"
    );
    let folder = prepare_folder(&place.data, arguments.fresh)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = listen(arguments.port).await?;
        let listen = listener.local_addr()?;
        let app = open(settings(folder, listen))?;
        let stage = tokio::task::spawn_blocking({
            let app = app.clone();
            move || make(&app)
        })
        .await??;
        play::catch_up(&app, &stage).await?;
        mail::come(&app).await?;
        scans::come(&app).await?;
        tell_what_to_try(&app, listen)?;
        let living = tokio::spawn(play::go_on(app.clone(), stage));
        let served = serve::answer(app, listener).await;
        living.abort();
        served
    })
}

/// A demonstration that another version began may have tables that this one does not know.
fn open(settings: Settings) -> anyhow::Result<App> {
    App::open(settings, Clock::Machine).map_err(|error| match error.downcast_ref::<database::Error>() {
        Some(database::Error::Checksum { .. } | database::Error::NewerSchema { .. }) => anyhow::anyhow!(
            "this demonstration was begun by another version of Tendrel; bin/demo --fresh begins it anew"
        ),
        _ => error,
    })
}

fn settings(folder: PathBuf, listen: SocketAddr) -> Settings {
    Settings {
        listen,
        mail: MailSettings::Folder {
            folder: folder.join("mail"),
            from: "Tendrel <desk@tendrel.example>".to_owned(),
        },
        base_url: format!("http://{listen}"),
        home_unit: Some(HOME.to_owned()),
        demo: true,
        show_unreviewed: true,
        ..Settings::in_folder(folder)
    }
}

/// The folder of the demonstration, empty when it begins anew. A folder with other things in it is left alone.
fn prepare_folder(folder: &Path, fresh: bool) -> anyhow::Result<PathBuf> {
    let is_ours = folder.join(MARK).exists();
    let is_new = !folder.exists() || fs::read_dir(folder)?.next().is_none();
    anyhow::ensure!(
        is_ours || is_new,
        "{} holds something else than a demonstration; name another folder with --data",
        folder.display()
    );
    if fresh && is_ours {
        fs::remove_dir_all(folder).with_context(|| format!("{} cannot be emptied", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    fs::write(folder.join(MARK), "bin/demo --fresh empties this folder.\n")?;
    Ok(folder.to_owned())
}

async fn listen(port: Option<u16>) -> anyhow::Result<TcpListener> {
    let ports = match port {
        Some(port) => port..=port,
        None => PORT..=PORT + PORTS,
    };
    for port in ports.clone() {
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            return Ok(listener);
        }
    }
    anyhow::bail!("no port from {} to {} is free; choose one with --port", ports.start(), ports.end())
}

/// Fills an empty database; goes on with one that was filled before.
fn make(app: &App) -> anyhow::Result<Stage> {
    install(app)?;
    app.refresh_blocking()?;
    let today = app.clock.now().to_zoned(app.calendars.zone()).date();
    if let Some(begun) = setting(app, "demo_day")? {
        let made = setting(app, "demo_made")?.is_some();
        anyhow::ensure!(made, "the demonstration was broken off while it was made; start it with --fresh");
        return Stage::new(app, begun.parse().context("the day the demonstration was made")?);
    }
    remember(app, "demo_day", &today.to_string())?;
    tracing::info!("making a district with its people and eighteen months of history");
    let stage = Stage::new(app, today)?;
    let until = stage.begins(app)?;
    let from = until - HISTORY_LASTS;
    app.db.write_blocking(move |tx| {
        // Everybody has been there since before the history: roles hold from that day on.
        lists::load(tx, from)?;
        calendars::mark_changed(tx)?;
        Ok::<_, lists::Failed>(())
    })?;
    app.refresh_blocking()?;
    let unit = app.calendars.unit_by_code(HOME).context("the unit of the demonstration is missing")?;
    let plan = Plan {
        requests: HISTORY,
        units: vec![unit],
        from,
        until,
        seed: 11,
        invents: false,
        open_at_least: 9,
    };
    seed::fill(app, &plan)?;
    rights::name(app)?;
    rights::away(app)?;
    news::publish(app, today)?;
    keeping::tidy_up(app)?;
    sms::show(app)?;
    remember(app, "demo_played", &until.to_string())?;
    remember(app, "demo_made", "yes")?;
    Ok(stage)
}

fn setting(app: &App, key: &str) -> Result<Option<String>, database::Error> {
    let key = key.to_owned();
    app.db.read_blocking(move |r| {
        r.row("SELECT value FROM settings WHERE key = $1", &[key.into()], |row| row.get("value"))
    })
}

fn remember(app: &App, key: &str, value: &str) -> Result<(), database::Error> {
    let (key, value) = (key.to_owned(), value.to_owned());
    app.db.write_blocking(move |tx| {
        tx.execute(
            "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            &[(&key).into(), (&value).into()],
        )
        .map(drop)
    })
}

impl Stage {
    /// The instant before which all is history.
    fn begins(&self, app: &App) -> anyhow::Result<Timestamp> {
        let day = working_day(app, self.today, 1 - WEEK_DAYS)?;
        Ok(day.to_zoned(app.calendars.zone())?.timestamp())
    }
}

/// The working day so many before (negative) a day; 0 is the day itself, or the last one before it that is one.
fn working_day(app: &App, from: Date, back: i64) -> anyhow::Result<Date> {
    let home = app.calendars.unit_by_code(HOME).context("the unit of the demonstration is missing")?;
    let calendar = app.calendars.of_unit(home.id);
    let mut day = from;
    let mut left = -back;
    // Two months hold the ten working days in any year.
    for _ in 0..60 {
        if calendar.day_seconds(day) > 0 {
            if left == 0 {
                return Ok(day);
            }
            left -= 1;
        }
        day = day.yesterday()?;
    }
    anyhow::bail!("there are no {back} working days before {from}")
}

fn tell_what_to_try(app: &App, listen: SocketAddr) -> anyhow::Result<()> {
    writeln!(
        std::io::stdout(),
        "
  Tendrel, the demonstration of {district}: http://{listen}
  Its data is in {folder}; bin/demo --fresh begins anew. Ctrl-C stops it.

  As the public      http://{listen}/               ask for help, keep the number
  As an officer      http://{listen}/demo           be Karma Wangmo, take the oldest request, answer it
  What matters now   http://{listen}/today          her list, and what is late
  The bad week       http://{listen}/search?q=kabjisa         five requests, one broken radio link
  As the head        http://{listen}/analysis       how it went, month by month; every figure opens
",
        district = app.calendars.home().name,
        folder = app.settings.data.display(),
    )?;
    Ok(())
}
