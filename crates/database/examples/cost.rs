//! What the database costs here: durable inserts a second, and time for a question, on each kind at hand.
//!
//!     bin/with-postgres cargo run --release -p database --example cost -- 1000000
//!
//! The number is that of the rows to ask among. Run it on the disk that counts: TMPDIR says where.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a program for a terminal")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use database::{Database, Error, Options};
use testkit::Fresh;

const TABLES: &str = "
    CREATE TABLE offices (id BIGINT PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE requests (
        id BIGINT PRIMARY KEY,
        office BIGINT NOT NULL REFERENCES offices (id),
        state TEXT NOT NULL,
        at BIGINT NOT NULL,
        subject TEXT NOT NULL
    );
    CREATE INDEX requests_by_office ON requests (office, at, id);
    CREATE TABLE events (id BIGINT PRIMARY KEY, request BIGINT NOT NULL, detail TEXT NOT NULL);
";

fn main() {
    let rows: i64 = std::env::args().nth(1).map_or(200_000, |number| number.parse().unwrap());
    let options = Options::default();
    let sqlite = testkit::fresh_sqlite_with(&options);
    measure(sqlite, rows);
    if let Some(postgres) = testkit::fresh_postgres_with(&options) {
        measure(postgres, rows);
    }
}

fn measure(fresh: Fresh, rows: i64) {
    println!("{:?}", fresh.kind());
    fresh.write_blocking::<_, Error, _>(|transaction| transaction.batch(TABLES)).unwrap();
    for clients in [1, 16, 64] {
        println!("  durable inserts a second from {clients:>2} clients: {:>8.0}", inserts(&fresh, clients));
    }
    let begun = Instant::now();
    load(&fresh, rows);
    println!("  loading {rows} rows: {:.0} rows a second", rows as f64 / begun.elapsed().as_secs_f64());
    ask(&fresh, "one row by its key", rows, one);
    ask(&fresh, "50 rows by key with a join", rows, page);
    let begun = Instant::now();
    let seen = export(&fresh);
    println!("  streaming {seen} rows: {:.0} rows a second", seen as f64 / begun.elapsed().as_secs_f64());
    println!("  resident memory of this program: {} MB, at most {} MB", memory("VmRSS"), memory("VmHWM"));
}

/// Each client writes a row of 200 bytes in a transaction of its own, for two seconds.
fn inserts(database: &Database, clients: i64) -> f64 {
    static NEXT: AtomicI64 = AtomicI64::new(0);
    let stop = Arc::new(AtomicBool::new(false));
    let begun = Instant::now();
    let threads: Vec<_> = (0..clients)
        .map(|_| {
            let (database, stop) = (database.clone(), Arc::clone(&stop));
            thread::spawn(move || {
                let mut written = 0_u64;
                while !stop.load(Ordering::Relaxed) {
                    let id = NEXT.fetch_add(1, Ordering::Relaxed);
                    let insert = move |transaction: &mut database::Transaction| {
                        let sql = "INSERT INTO events (id, request, detail) VALUES ($1, $2, $3)";
                        transaction.execute(sql, &[id.into(), 1.into(), "x".repeat(200).into()])
                    };
                    written += database.write_blocking::<_, Error, _>(insert).unwrap();
                }
                written
            })
        })
        .collect();
    thread::sleep(Duration::from_secs(2));
    stop.store(true, Ordering::Relaxed);
    let written: u64 = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
    written as f64 / begun.elapsed().as_secs_f64()
}

fn load(database: &Database, rows: i64) {
    let fill = move |transaction: &mut database::Transaction| {
        let offices = (0..100_i64).map(|id| vec![id.into(), format!("Office {id}").into()]);
        transaction.load("offices", &["id", "name"], offices)?;
        let requests = (0..rows).map(|id| {
            vec![
                id.into(),
                (id % 100).into(),
                "open".into(),
                (id * 1_000).into(),
                format!("Printer {id}").into(),
            ]
        });
        transaction.load("requests", &["id", "office", "state", "at", "subject"], requests)
    };
    database.write_blocking::<_, Error, _>(fill).unwrap();
    database.write_blocking::<_, Error, _>(|transaction| transaction.batch("ANALYZE")).unwrap();
}

/// Times a question from one client and from sixteen.
fn ask(database: &Database, name: &str, rows: i64, question: fn(&Database, i64) -> usize) {
    for clients in [1, 16] {
        let times = 4_000 / clients;
        let (begun, processor) = (Instant::now(), processor_time());
        let threads: Vec<_> = (0..clients)
            .map(|client| {
                let database = database.clone();
                thread::spawn(move || {
                    for turn in 0..times {
                        question(&database, (client * 7_919 + turn * 104_729) % rows);
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        let asked = (times * clients) as f64;
        let elapsed = begun.elapsed().as_secs_f64();
        println!(
            "  {name}, {clients:>2} clients: {:>7.0} a second, {:.3} ms of this program's processor time each",
            asked / elapsed,
            (processor_time() - processor) * 1_000.0 / asked
        );
    }
}

fn one(database: &Database, number: i64) -> usize {
    let sql = "SELECT subject FROM requests WHERE id = $1";
    database
        .read_blocking::<_, Error, _>(move |reader| {
            reader.one(sql, &[number.into()], |row| row.get::<String>("subject"))
        })
        .unwrap()
        .len()
}

fn page(database: &Database, number: i64) -> usize {
    let sql = "SELECT r.id, r.subject, r.state, r.at, o.name FROM requests r JOIN offices o ON o.id = r.office \
               WHERE r.office = $1 AND (r.at, r.id) > ($2, $3) ORDER BY r.at, r.id LIMIT 50";
    let read = move |reader: &mut database::Reader| {
        reader.rows(sql, &[(number % 100).into(), (number * 900).into(), number.into()], |row| {
            Ok((
                row.get::<i64>("id")?,
                row.get::<String>("subject")?,
                row.get::<String>("state")?,
                row.get::<i64>("at")?,
                row.get::<String>("name")?,
            ))
        })
    };
    database.read_blocking::<_, Error, _>(read).unwrap().len()
}

fn export(database: &Database) -> i64 {
    database
        .read_blocking::<_, Error, _>(|reader| {
            let mut seen = 0;
            reader.each("SELECT id, office, state, at, subject FROM requests ORDER BY id", &[], |row| {
                row.get::<String>("subject")?;
                seen += 1;
                Ok(())
            })?;
            Ok(seen)
        })
        .unwrap()
}

/// Seconds that all threads of this program have run. Linux counts them in hundredths.
fn processor_time() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// A line of /proc/self/status, in MB.
fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0) / 1_024
}
