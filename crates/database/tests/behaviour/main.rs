//! The database crate's behaviour, on SQLite always and on PostgreSQL under `bin/with-postgres`.
#![allow(clippy::unwrap_used, reason = "a test may panic anywhere")]

mod backups;
mod closing;
mod crash;
mod errors;
mod full_disk;
mod groups;
mod lost_connection;
mod migrations;
mod round_trip;
mod statements;
mod transactions;

use std::sync::mpsc;
use std::thread;

use database::{Database, Error};
use testkit::Fresh;

/// A fresh database of each kind that is at hand.
fn kinds() -> Vec<Fresh> {
    [Some(testkit::fresh_sqlite()), testkit::fresh_postgres()].into_iter().flatten().collect()
}

fn batch(database: &Database, sql: &'static str) {
    database.write_blocking::<_, Error, _>(move |transaction| transaction.batch(sql)).unwrap();
}

fn count(database: &Database, table: &'static str) -> i64 {
    let sql = format!("SELECT COUNT(*) AS n FROM {table}");
    database.read_blocking::<_, Error, _>(move |reader| reader.one(&sql, &[], |row| row.get("n"))).unwrap()
}

/// Holds a writer until the sender is dropped or sends, so that others gather behind it.
fn hold(database: &Database) -> mpsc::Sender<()> {
    let (go, wait) = mpsc::channel::<()>();
    let (running, runs) = mpsc::channel();
    let database = database.clone();
    thread::spawn(move || {
        database.write_blocking::<_, Error, _>(move |_| {
            running.send(()).ok();
            wait.recv().ok();
            Ok(())
        })
    });
    runs.recv().unwrap();
    go
}
