//! The program as an operator starts it, and what must be in its database before.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use database::Database;
use jiff::{SignedDuration, Timestamp};
use tendrel::app::App;
use tendrel::clock::Clock;
use tendrel::directory::offices::{self, NewOffice};
use tendrel::directory::people::{self, NewPerson};
use tendrel::directory::sessions;
use tendrel::directory::tokens::{self, NewToken, Scope};
use tendrel::id::OrganisationId;
use tendrel::settings::Settings;
use tendrel::viewer::Role;

pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Program {
    /// `tendrel serve` on a free port, once it says that it listens.
    pub(crate) fn start(data: &Path, database: &str) -> Program {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tendrel"));
        command.args(arguments(data, database));
        Program::run(&mut command)
    }

    /// As an operator of several machines starts it.
    pub(crate) fn start_with(data: &Path, database: &str, more: &[&str]) -> Program {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tendrel"));
        Program::run(command.args(arguments(data, database)).args(more))
    }

    /// What `systemctl stop` does; returns the status with which it ended.
    pub(crate) fn stop(mut self) -> std::process::ExitStatus {
        self.tell_to_stop();
        self.child.wait().unwrap()
    }

    pub(crate) fn tell_to_stop(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }

    pub(crate) fn run(command: &mut Command) -> Program {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let (told, heard) = mpsc::channel();
        // Reads on to the end, so that the program never waits for its log to be read.
        std::thread::spawn(move || {
            let mut said = String::new();
            for line in log.lines().map_while(Result::ok) {
                if let Some((_, address)) = line.split_once("listening on http://") {
                    told.send(Ok(address.trim().parse().unwrap())).ok();
                }
                said.push_str(&line);
                said.push('\n');
            }
            told.send(Err(said)).ok();
        });
        match heard.recv_timeout(Duration::from_secs(60)).expect("the program says nothing") {
            Ok(address) => Program { child, address },
            Err(said) => panic!("the program did not start: {said}"),
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

pub(crate) fn arguments(data: &Path, database: &str) -> [String; 8] {
    let data = data.to_str().unwrap();
    ["--data", data, "--database", database, "serve", "--listen", "127.0.0.1:0", "--home-unit=PUN"]
        .map(str::to_owned)
}

/// Tokens of one officer of Punakha.
pub(crate) struct Tokens {
    pub(crate) posting: String,
    /// Used by nobody yet.
    pub(crate) reading: String,
    /// Of a browser.
    pub(crate) session: String,
}

/// The reference data, a school and an officer; closes the database, so that the program finds it as after a stop.
pub(crate) fn prepare(database: Database, folder: &Path) -> Tokens {
    // All posts of a test come under one telephone number.
    std::fs::write(folder.join("tendrel.toml"), "[public_form]\nper_telephone_an_hour = 0\n").unwrap();
    let mut settings = Settings::in_folder(folder.to_owned());
    settings.home_unit = Some("PUN".to_owned());
    let app = App::over(database.clone(), settings, Clock::Machine).unwrap();
    tendrel::install::install(&app).unwrap();
    let now = app.clock.now();
    // Roles hold from a day on, and the day may change while this runs.
    let before = now - SignedDuration::from_hours(24 * 7);
    let made = app.db.write_blocking(move |tx| populate(tx, before, now));
    let tokens = made.unwrap();
    database.close();
    tokens
}

fn populate(
    tx: &mut database::Transaction,
    before: Timestamp,
    now: Timestamp,
) -> Result<Tokens, database::Error> {
    let mut organisation = |key: &str| -> Result<OrganisationId, database::Error> {
        tx.one("SELECT id FROM organisations WHERE key = $1", &[key.into()], |row| row.get("id"))
    };
    let (unit, district) = (organisation("unit-punakha")?, organisation("dzongkhag-punakha")?);
    let school = NewOffice {
        key: "kabjisa-central-school".to_owned(),
        kind: "school".to_owned(),
        name: "Kabjisa Central School".to_owned(),
        parent: Some(district),
        place: Some("BT-23".to_owned()),
        ..NewOffice::default()
    };
    offices::insert(tx, &school, before)?;
    let karma = NewPerson {
        name: "Karma Wangmo".to_owned(),
        working_agency: Some(unit),
        phone: "17600000".to_owned(),
        ..NewPerson::default()
    };
    let karma = people::insert(tx, &karma, before)?;
    let account = people::insert_account(tx, karma, "karma", before)?;
    people::grant(tx, account, Role::Officer, unit, before)?;
    let from = sessions::Origin {
        address: String::new(),
        agent: String::new(),
        longest: SignedDuration::from_hours(1),
    };
    let expires_at = now + SignedDuration::from_hours(1);
    let token = |name: &str, scope: Scope| NewToken { name: name.to_owned(), scope, expires_at };
    Ok(Tokens {
        posting: tokens::insert(tx, account, &token("posting", Scope::All), now)?,
        reading: tokens::insert(tx, account, &token("reading", Scope::Read), now)?,
        session: sessions::open(tx, account, &from, now)?,
    })
}
