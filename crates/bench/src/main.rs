//! Measures the release program from another process over HTTP: see `bin/bench`.

mod client;
mod load;
mod mail;
mod nodes;
mod own;
mod process;
mod scenarios;
mod server;
mod table;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Parser;

use crate::load::Target;
use crate::process::{postgres, resident};
use crate::server::Place;
use crate::table::{Row, milliseconds};

/// The small database, for the growth. All of it is one unit's, so that its pages are as full as in the large one.
const SMALL: usize = 1_000;
/// The unit that the measured officer works in.
const UNIT: &str = "PUN";

#[derive(Parser)]
struct Arguments {
    /// The release program.
    #[arg(long)]
    program: PathBuf,
    /// Requests in the database, with about five events each.
    #[arg(long, default_value_t = 100_000)]
    requests: usize,
    /// Seconds for each scenario.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// A server where databases may be made, instead of the embedded database.
    #[arg(long, env = "TENDREL_TEST_POSTGRES")]
    postgres: Option<String>,
    /// Only the scenarios whose names hold this, beside the empty page.
    #[arg(long, default_value = "")]
    only: String,
    /// An event log that is imported into a database of its own, for the speed of the import.
    #[arg(long)]
    import: Option<PathBuf>,
    /// The map of that log.
    #[arg(long, default_value = "uci-498")]
    map: String,
    /// Only this: posts through one node, and through so many, over one PostgreSQL.
    #[arg(long)]
    nodes: Option<usize>,
    /// Only this: what the program spends on the chain of its record, on metrics and on rights.
    #[arg(long)]
    own: bool,
    /// Only this: all mail in a folder, handed over by LMTP.
    #[arg(long)]
    mail: Option<PathBuf>,
    /// Keep the databases, with what is known of them in this folder, and use those that are there.
    #[arg(long)]
    keep: Option<PathBuf>,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let own = std::env::temp_dir().join(format!("tendrel-bench-{}", std::process::id()));
    let folder = arguments.keep.clone().unwrap_or_else(|| own.clone());
    let done = measure(&arguments, &folder);
    if arguments.keep.is_none() {
        let _ = fs::remove_dir_all(&own);
    }
    Ok(if done? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Measures a small and a large database; false when an answer was wrong.
fn measure(arguments: &Arguments, folder: &Path) -> anyhow::Result<bool> {
    if let Some(nodes) = arguments.nodes {
        return several(arguments, folder, nodes);
    }
    if let Some(mails) = &arguments.mail {
        say(&format!("mail: {}", mail::run(&place(arguments, folder, "mail")?, mails)?))?;
        return Ok(true);
    }
    if arguments.own {
        return spent_on_itself(arguments, folder);
    }
    let kind = if arguments.postgres.is_some() { "PostgreSQL" } else { "SQLite" };
    say(&format!("== {kind}, {} requests\n", arguments.requests))?;
    let small = one_size(arguments, folder, SMALL, UNIT)?;
    let large = one_size(arguments, folder, arguments.requests, "all")?;
    say(&table::speeds(&large))?;
    say("")?;
    say(&table::growth(&small, &large, SMALL, arguments.requests))?;
    if let Some(file) = &arguments.import {
        let place = place(arguments, folder, "import")?;
        place.seed(0, UNIT)?;
        say(&format!("import: {}", place.import(&arguments.map, file)?))?;
    }
    Ok(small.iter().chain(&large).all(|row| row.measured.wrong == 0))
}

fn several(arguments: &Arguments, folder: &Path, nodes: usize) -> anyhow::Result<bool> {
    let server = arguments.postgres.as_deref().context("several nodes need PostgreSQL")?;
    let place = place(arguments, folder, "nodes")?;
    place.seed(SMALL, "all")?;
    let port = port_of(server).context("the address of the server has no port")?;
    let database = || postgres(port);
    let mut all = Vec::new();
    for nodes in [1, nodes] {
        all.push(nodes::run(&place, nodes, arguments.seconds, &database)?);
    }
    let processors = std::thread::available_parallelism()?;
    say(&format!("== posts to twenty units over one PostgreSQL, {processors} processors for all\n"))?;
    say(&nodes::table(&all))?;
    Ok(true)
}

fn spent_on_itself(arguments: &Arguments, folder: &Path) -> anyhow::Result<bool> {
    let place = place(arguments, folder, "own")?;
    place.seed(arguments.requests, "all")?;
    let port = arguments.postgres.as_deref().and_then(port_of);
    let database = || port.map(postgres).unwrap_or_default();
    let server = place.start()?;
    let target = Target { address: server.address, program: server.pid(), database: database() };
    let scenarios = scenarios::all(&server)?;
    let cost = |name: &str| -> anyhow::Result<f64> {
        let found = scenarios.iter().find(|scenario| scenario.name == name).context("no such scenario")?;
        let measured =
            load::run(&target, found.clients, arguments.seconds.max(4.0), found.expected, &found.make)?;
        Ok((measured.program + measured.database).as_secs_f64() * 1e6)
    };
    let pages = own::Pages {
        empty: cost(scenarios::EMPTY)?,
        signed_in: cost("queue, first page")?,
        post: cost("form post, 8 clients")?,
    };
    drop(server);
    let place = tendrel::settings::Place { data: place.data, database: place.database, files: None };
    let app = place.open()?;
    app.refresh_blocking()?;
    let kind = if port.is_some() { "PostgreSQL" } else { "SQLite" };
    say(&format!("== {kind}, {} requests: what the program spends on itself\n", arguments.requests))?;
    say(&own::measure(&app, &own::Clock { database: &database }, &pages)?)?;
    Ok(true)
}

fn one_size(arguments: &Arguments, folder: &Path, requests: usize, units: &str) -> anyhow::Result<Vec<Row>> {
    let place = place(arguments, folder, &requests.to_string())?;
    let seeded = place.data.join("seeded");
    if !seeded.exists() {
        say(&format!("seed: {}", place.seed(requests, units)?))?;
        fs::write(&seeded, "")?;
    }
    // A start after the first one: what an operator waits for after an update.
    drop(place.start()?);
    let server = place.start()?;
    std::thread::sleep(Duration::from_millis(500));
    let idle = resident(server.pid());
    let port = arguments.postgres.as_deref().and_then(port_of);
    let mut rows = Vec::new();
    let mut most = idle;
    let chosen = |name: &str| name == scenarios::EMPTY || name.contains(&arguments.only);
    for scenario in scenarios::all(&server)?.into_iter().filter(|it| chosen(it.name)) {
        let database = port.map(postgres).unwrap_or_default();
        let target = Target { address: server.address, program: server.pid(), database };
        let measured =
            load::run(&target, scenario.clients, arguments.seconds, scenario.expected, &scenario.make)
                .with_context(|| scenario.name)?;
        most = most.max(resident(server.pid()));
        rows.push(Row { name: scenario.name, measured });
    }
    let start = milliseconds(server.started_in);
    say(&format!(
        "{requests} requests: started in {start:.0} ms, resident {idle} MB idle, {most} MB under load\n"
    ))?;
    Ok(rows)
}

fn place(arguments: &Arguments, folder: &Path, name: &str) -> anyhow::Result<Place> {
    let data = folder.join(name);
    fs::create_dir_all(&data)?;
    let database = arguments.postgres.as_deref().map(|server| new_database(server, name)).transpose()?;
    Ok(Place { program: arguments.program.clone(), data, database })
}

/// Makes a database on the server, by the tool that comes with it, and returns its address.
fn new_database(server: &str, name: &str) -> anyhow::Result<String> {
    let name = format!("tendrel_bench_{name}");
    let sql =
        format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
    let made = Command::new("psql").arg(server).args(["-q", "-c", &sql]).output();
    let made = made.context("psql cannot be started; it comes with PostgreSQL")?;
    let said = String::from_utf8_lossy(&made.stderr);
    ensure!(made.status.success() || said.contains("already exists"), "{said}");
    let (address, _) = server.rsplit_once('/').context("the address of the server has no database")?;
    Ok(format!("{address}/{name}"))
}

fn port_of(url: &str) -> Option<u16> {
    url.rsplit_once(':')?.1.split('/').next()?.parse().ok()
}

fn say(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{text}")?;
    Ok(())
}
