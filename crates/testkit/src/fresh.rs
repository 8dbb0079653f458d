//! A fresh, empty database for each test, gone with it.
//!
//! `TENDREL_TEST_POSTGRES` holds the URL of a PostgreSQL where databases may be made (`bin/with-postgres` sets
//! it); `TENDREL_TEST_DATABASE=postgres` has all tests that do not care run on PostgreSQL.

use std::env;
use std::io::Write;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Once, OnceLock};

use database::{Database, Options};
use tempfile::TempDir;
use uuid::Uuid;

/// A database of its own, in a folder of its own.
pub struct Fresh {
    pub database: Database,
    /// What `Database::open` takes, for opening it a second time.
    pub url: String,
    folder: TempDir,
    _server: Option<Server>,
}

impl Fresh {
    /// A folder for the test's files, which is removed with the database.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The file of an SQLite database; does not exist on PostgreSQL.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("test.sqlite")
    }
}

impl Deref for Fresh {
    type Target = Database;

    fn deref(&self) -> &Database {
        &self.database
    }
}

/// Drops the database on the server. A field of `Fresh` and not `Fresh` itself, so that tests may take a
/// `Fresh` apart.
struct Server {
    admin: String,
    name: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        if let Err(error) = administer(&self.admin, &sql) {
            eprintln!("the test database {} is left behind: {error}", self.name);
        }
    }
}

/// Few threads and connections, for many tests run at once.
fn options() -> Options {
    Options { readers: 2, writers: 4, ..Options::default() }
}

/// A fresh database of the kind that `TENDREL_TEST_DATABASE` asks for, else SQLite.
///
/// # Panics
/// If PostgreSQL is asked for and cannot be had.
pub fn fresh() -> Fresh {
    match env::var("TENDREL_TEST_DATABASE").as_deref() {
        Ok("postgres") => {
            fresh_postgres().expect("TENDREL_TEST_DATABASE=postgres needs TENDREL_TEST_POSTGRES")
        }
        Ok("sqlite") | Err(_) => fresh_sqlite(),
        Ok(other) => panic!("TENDREL_TEST_DATABASE is sqlite or postgres, not {other}"),
    }
}

/// # Panics
/// If the temporary folder cannot be written.
pub fn fresh_sqlite() -> Fresh {
    fresh_sqlite_with(&options())
}

/// # Panics
/// As `fresh_sqlite`.
pub fn fresh_sqlite_with(options: &Options) -> Fresh {
    let folder = TempDir::with_prefix("tendrel-").expect("a temporary folder");
    let url = folder.path().join("test.sqlite").to_str().expect("a plain path").to_owned();
    let database = Database::open(&url, options).expect("a fresh SQLite database");
    Fresh { database, url, folder, _server: None }
}

/// None, and a line that says so, when no PostgreSQL is at hand.
///
/// # Panics
/// If `TENDREL_TEST_POSTGRES` is set but of no use.
pub fn fresh_postgres() -> Option<Fresh> {
    fresh_postgres_with(&options())
}

/// # Panics
/// As `fresh_postgres`.
pub fn fresh_postgres_with(options: &Options) -> Option<Fresh> {
    static TOLD: Once = Once::new();
    let Ok(admin) = env::var("TENDREL_TEST_POSTGRES") else {
        TOLD.call_once(|| {
            // Past the test runner, which would show it only for tests that fail.
            let told = "SKIPPED ON POSTGRESQL: TENDREL_TEST_POSTGRES is not set (bin/with-postgres sets it)";
            writeln!(std::io::stderr(), "{told}").ok();
        });
        return None;
    };
    let name = format!("tendrel_test_{}", Uuid::now_v7().simple());
    // Tests sort text by its bytes, as SQLite does.
    let sql =
        format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
    administer(&admin, &sql).expect("TENDREL_TEST_POSTGRES must name a server where databases may be made");
    let server = Server { admin: admin.clone(), name: name.clone() };
    let url = with_database(&admin, &name);
    let database = Database::open(&url, options).expect("a fresh PostgreSQL database");
    let folder = TempDir::with_prefix("tendrel-").expect("a temporary folder");
    Some(Fresh { database, url, folder, _server: Some(server) })
}

/// Runs `test` with a fresh SQLite database, and with a fresh PostgreSQL database if there is one.
///
/// # Panics
/// If `test` does; says on which of the two.
pub fn each_kind(test: impl Fn(&Database)) {
    for fresh in [Some(fresh_sqlite()), fresh_postgres()].into_iter().flatten() {
        let kind = fresh.kind();
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| test(&fresh))) {
            eprintln!("failed on {kind:?}");
            resume_unwind(panic);
        }
    }
}

/// `postgres://user@host:port/postgres?x=y` with another database.
fn with_database(admin: &str, name: &str) -> String {
    let (address, rest) =
        admin.split_once('?').map_or((admin, String::new()), |(address, rest)| (address, format!("?{rest}")));
    let end = address.find("://").map_or(0, |at| at + 3);
    let server = address[end..].find('/').map_or(address, |at| &address[..end + at]);
    format!("{server}/{name}{rest}")
}

/// A fresh database that already holds what `prepare` put into the first one of this process: a copy of a file, or of
/// a database on the server, takes a hundredth of the time. One process prepares one kind of content.
///
/// # Panics
/// As `fresh`, and if `prepare` does.
pub fn fresh_prepared(prepare: impl FnOnce(&Database)) -> Fresh {
    static PREPARED: OnceLock<Prepared> = OnceLock::new();
    let prepared = PREPARED.get_or_init(|| {
        let Fresh { database, url, folder, _server: server } = fresh();
        prepare(&database);
        database.close();
        Prepared { url, folder, server }
    });
    match &prepared.server {
        None => {
            let folder = TempDir::with_prefix("tendrel-").expect("a temporary folder");
            let url = folder.path().join("test.sqlite").to_str().expect("a plain path").to_owned();
            std::fs::copy(prepared.folder.path().join("test.sqlite"), &url)
                .expect("a copy of the prepared database");
            let database = Database::open(&url, &options()).expect("a copy of the prepared database");
            Fresh { database, url, folder, _server: None }
        }
        Some(server) => copy_on_server(server, &prepared.url),
    }
}

/// Kept for the life of the process; its database on the server is left to `bin/with-postgres`, which removes all.
struct Prepared {
    url: String,
    folder: TempDir,
    server: Option<Server>,
}

fn copy_on_server(prepared: &Server, url: &str) -> Fresh {
    let name = format!("tendrel_test_{}", Uuid::now_v7().simple());
    let sql = format!("CREATE DATABASE {name} TEMPLATE {}", prepared.name);
    // The server copies a database only while nobody is connected to it: the last connection may be still closing.
    let mut tries = 0;
    while let Err(error) = administer(&prepared.admin, &sql) {
        tries += 1;
        assert!(tries < 100, "the prepared database cannot be copied: {error}");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let server = Server { admin: prepared.admin.clone(), name: name.clone() };
    let url = with_database(url, &name);
    let database = Database::open(&url, &options()).expect("a copy of the prepared database");
    let folder = TempDir::with_prefix("tendrel-").expect("a temporary folder");
    Fresh { database, url, folder, _server: Some(server) }
}

/// On a thread of its own, for the client may not be used on a thread of a runtime.
fn administer(admin: &str, sql: &str) -> Result<(), String> {
    let run = || {
        let mut client =
            postgres::Client::connect(admin, postgres::NoTls).map_err(|error| error.to_string())?;
        client.batch_execute(sql).map_err(|error| match error.as_db_error() {
            Some(told) => told.message().to_owned(),
            None => error.to_string(),
        })
    };
    std::thread::scope(|scope| scope.spawn(run).join().unwrap_or_else(|_| Err("a panic".to_owned())))
}
