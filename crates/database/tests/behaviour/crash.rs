use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use database::{Database, Error, Options};

use crate::{batch, kinds};

const TABLES: &str = "
    CREATE TABLE heads (id BIGINT PRIMARY KEY);
    CREATE TABLE tails (head BIGINT NOT NULL REFERENCES heads (id), part BIGINT NOT NULL);
";

/// Writes pairs of rows from several threads and prints each number when its write was acknowledged.
#[test]
#[ignore = "run and killed by acknowledged_rows_survive_kill_9"]
fn child() {
    let Ok(url) = std::env::var("CRASH_URL") else { return };
    let database = Database::open(&url, &Options::default()).unwrap();
    let start: i64 = std::env::var("CRASH_START").unwrap().parse().unwrap();
    let threads: Vec<_> = (0..8)
        .map(|thread| {
            let database = database.clone();
            thread::spawn(move || {
                for turn in 0.. {
                    write_pair(&database, start + thread + turn * 8).unwrap();
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "kept {}", start + thread + turn * 8).unwrap();
                    out.flush().unwrap();
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

fn write_pair(database: &Database, id: i64) -> Result<(), Error> {
    database.write_blocking(move |transaction| {
        transaction.execute("INSERT INTO heads (id) VALUES ($1)", &[id.into()])?;
        for part in 0..3_i64 {
            transaction
                .execute("INSERT INTO tails (head, part) VALUES ($1, $2)", &[id.into(), part.into()])?;
        }
        Ok(())
    })
}

/// Runs the child for a while, kills it, and returns the numbers it acknowledged.
fn run_and_kill(url: &str, start: i64, time: Duration) -> Vec<i64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "crash::child", "--nocapture"])
        .env("CRASH_URL", url)
        .env("CRASH_START", start.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let mut kept = Vec::new();
    let mut deadline = None;
    for line in out.lines() {
        // The last line may be torn; then its write was not acknowledged.
        if let Some(id) = line.unwrap().strip_prefix("kept ").and_then(|id| id.parse().ok()) {
            kept.push(id);
            let deadline = deadline.get_or_insert_with(|| Instant::now() + time);
            if Instant::now() >= *deadline {
                child.kill().unwrap();
            }
        }
    }
    child.wait().unwrap();
    kept
}

#[test]
fn acknowledged_rows_survive_kill_9() {
    for fresh in kinds() {
        batch(&fresh, TABLES);
        // So that whoever opens it next finds only what the killed one left.
        fresh.database.clone().close();
        for round in 0..4 {
            let time = Duration::from_millis(80 + 90 * round);
            let kept = run_and_kill(&fresh.url, 1_000_000 * round as i64, time);
            assert!(kept.len() > 10, "only {} rows were written", kept.len());
            let database = Database::open(&fresh.url, &Options::default()).unwrap();
            let found = database.read_blocking::<_, Error, _>(|reader| {
                let sql = "SELECT h.id, COUNT(t.part) AS parts FROM heads h LEFT JOIN tails t ON t.head = h.id GROUP BY h.id";
                reader.rows(sql, &[], |row| Ok((row.get::<i64>("id")?, row.get::<i64>("parts")?)))
            });
            let found: std::collections::HashMap<i64, i64> = found.unwrap().into_iter().collect();
            assert!(found.values().all(|parts| *parts == 3), "a torn transaction on {:?}", fresh.kind());
            for id in kept {
                assert!(found.contains_key(&id), "{id} was acknowledged and is lost on {:?}", fresh.kind());
            }
            write_pair(&database, -1 - round as i64).unwrap();
            database.close();
        }
    }
}
