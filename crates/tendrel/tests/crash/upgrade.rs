//! Nodes are replaced one by one: a newer program brings the database up to date while older ones serve.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use database::{Database, Error, Migration, Options};
use tendrel::app::MIGRATIONS;

use crate::client::Client;
use crate::post;
use crate::program::{Program, prepare};
use crate::records;
use crate::server::Server;

/// What a newer program would bring: to tables that are written and read all the while.
const ADDS: Migration = Migration {
    version: 900,
    name: "adds",
    sql: "ALTER TABLE requests ADD COLUMN later TEXT NOT NULL DEFAULT '';
          ALTER TABLE events ADD COLUMN later BIGINT;
          CREATE INDEX requests_later ON requests (later);
          CREATE TABLE later (id BIGINT PRIMARY KEY)",
    sqlite: "",
    postgres: "",
    adds_only: true,
};
const TAKES: Migration =
    Migration { version: 901, name: "takes", sql: "DROP TABLE later", adds_only: false, ..ADDS };

fn migrate(url: &str, newer: &[Migration]) -> Result<(), Error> {
    let all: Vec<Migration> = MIGRATIONS.iter().chain(newer).copied().collect();
    Database::open(url, &Options::default())?.migrate(&all)
}

#[test]
fn an_older_node_serves_on_while_a_newer_one_adds_to_the_schema() {
    if !crate::on_postgres("the rolling upgrade") {
        return;
    }
    let server = Server::new();
    let data = tempfile::tempdir().unwrap();
    let token = prepare(Database::open(&server.url(), &Options::default()).unwrap(), data.path()).posting;
    let older = Program::start(data.path(), &server.url());
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut client = Client::connect(older.address).unwrap();
                while !stop.load(Ordering::Relaxed) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let answer = post::send(&mut client, &token, number, "During the upgrade.").unwrap();
                    let receipt = post::receipt(&answer);
                    let receipt = receipt.unwrap_or_else(|| panic!("{} {}", answer.status, answer.body));
                    post::must_be_there(&mut client, &token, number, &receipt);
                }
            });
        }
        let upgraded = move || {
            thread::sleep(Duration::from_millis(500));
            let upgraded = migrate(&server.url(), &[ADDS]);
            thread::sleep(Duration::from_millis(1_000));
            (upgraded, server)
        };
        let (upgraded, server) = scope.spawn(upgraded).join().unwrap();
        stop.store(true, Ordering::Relaxed);
        upgraded.unwrap();
        // A second node of the older version may still start, as when the first attempt is taken back.
        let again = Program::start(data.path(), &server.url());
        let mut client = Client::connect(again.address).unwrap();
        assert_eq!(client.get("/health/ready", &[]).unwrap().status, 200);
        drop(again);

        // What takes something away waits until the last older node is gone: those who stay say so.
        migrate(&server.url(), &[ADDS, TAKES]).unwrap();
        let mut client = Client::connect(older.address).unwrap();
        let told = client.get("/health/ready", &[]).unwrap();
        assert_eq!(told.status, 503);
        assert!(told.body.contains("replace this node with the newer program"), "{}", told.body);
        let refused = Database::open(&server.url(), &Options::default()).unwrap().migrate(MIGRATIONS);
        assert!(matches!(refused, Err(Error::NewerSchema { database: 901, .. })), "{refused:?}");
        let count = i64::try_from(next.load(Ordering::Relaxed)).unwrap();
        assert!(count > 20, "only {count} were posted meanwhile");
        thread::sleep(Duration::from_secs(1));
        assert_eq!(records::must_be_whole(&server.url()), count);
    });
}
