use std::collections::BTreeMap;
use std::io::Error;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use database::{Database, Options};
use jiff::SignedDuration;
use serde_json::json;
use tendrel::clock::Clock;
use tendrel::jobs;
use tendrel::record::verify::verify;

use crate::client::{Answer, Client};
use crate::post::{self, API};
use crate::program::{Program, prepare};
use crate::records;

const KILLS: usize = 20;
const CLIENTS: usize = 4;
/// Acknowledged writes after which the program is killed, a few more each time, so that it dies at another place.
const WRITES: usize = 14;
const LONGEST: Duration = Duration::from_secs(4);

/// What was acknowledged of one request: replies with the bytes of their files.
#[derive(Default)]
struct Acknowledged {
    post: usize,
    replies: Vec<(String, String)>,
}

type Ledger = BTreeMap<String, Acknowledged>;

/// A reply of the unit with a file, as a browser packs it.
fn reply(client: &mut Client, token: &str, number: &str, text: &str, file: &str) -> Result<Answer, Error> {
    let body = format!(
        "--XX\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n{text}\r\n\
         --XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{text}.txt\"\r\n\
         Content-Type: text/plain\r\n\r\n{file}\r\n--XX--\r\n"
    );
    let bearer = format!("Bearer {token}");
    let headers = [("content-type", "multipart/form-data; boundary=XX"), ("authorization", &bearer)];
    client.post(&format!("{API}/{number}/reply"), &headers, &body)
}

/// Asks and answers until the program is gone.
fn work(program: &Program, token: &str, next: &AtomicUsize, ledger: &Mutex<Ledger>, writes: &AtomicUsize) {
    let Ok(mut client) = Client::connect(program.address) else { return };
    loop {
        let post = next.fetch_add(1, Ordering::Relaxed);
        let Ok(answer) = post::send(&mut client, token, post, "The line is gone.") else { return };
        let receipt = post::receipt(&answer).unwrap_or_else(|| panic!("{} {}", answer.status, answer.body));
        // By its secret link the number is asked for again, which may fail when the program goes meanwhile.
        let number = match receipt {
            post::Receipt::Number(number) => number,
            post::Receipt::Link(link) => match client.get(&format!("/sent/{link}"), &[]) {
                Ok(page) if page.status == 200 => number_on(&page.body),
                _ => return,
            },
        };
        ledger.lock().unwrap().insert(number.clone(), Acknowledged { post, replies: Vec::new() });
        writes.fetch_add(1, Ordering::Relaxed);
        for n in 0..2 {
            let (text, file) = (format!("Reply {n} to {post}"), format!("measured {post} {n} ").repeat(200));
            let Ok(answer) = reply(&mut client, token, &number, &text, &file) else { return };
            assert_eq!(answer.status, 200, "{}", answer.body);
            if let Some(known) = ledger.lock().unwrap().get_mut(&number) {
                known.replies.push((text, file));
            }
            writes.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn number_on(page: &str) -> String {
    let start = page.find("PUN-").expect("a number on the page");
    page[start..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}

fn open(url: &str) -> Database {
    Database::open(url, &Options { readers: 1, writers: 1, ..Options::default() }).unwrap()
}

/// A holiday comes late: the promises of all open requests are to be computed again, by a job.
fn a_holiday_comes(url: &str, in_days: i64) {
    let database = open(url);
    let now = Clock::Machine.now();
    let day = (now + SignedDuration::from_hours(24 * in_days)).strftime("%Y-%m-%d").to_string();
    database
        .write_blocking::<_, database::Error, _>(move |tx| {
            tx.execute(
                "INSERT INTO holidays (day, scope, name) VALUES ($1, '', 'Declared late')",
                &[day.as_str().into()],
            )?;
            tendrel::directory::calendars::mark_changed(tx)?;
            jobs::enqueue(tx, "recompute_promises", &json!({ "reason": "a test" }), now, now)
        })
        .unwrap();
    database.close();
}

fn one(database: &Database, sql: &'static str) -> i64 {
    database.read_blocking::<_, database::Error, _>(move |r| r.one(sql, &[], |row| row.get("n"))).unwrap()
}

/// What a killed worker had in hand is taken by another after ten minutes: they are let pass.
fn ten_minutes_later(url: &str) {
    let database = open(url);
    let sql = "UPDATE jobs SET taken_at = taken_at - 660000000 WHERE taken_at IS NOT NULL";
    database.write_blocking::<_, database::Error, _>(move |tx| tx.execute(sql, &[])).unwrap();
    database.close();
}

/// Every job that is due is done, each once.
fn jobs_come_to_an_end(url: &str) {
    let database = open(url);
    let deadline = Instant::now() + Duration::from_secs(30);
    let due = "SELECT COUNT(*) AS n FROM jobs WHERE kind = 'recompute_promises'";
    while one(&database, due) > 0 {
        assert!(Instant::now() < deadline, "a job was lost with its worker");
        thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(one(&database, "SELECT COUNT(*) AS n FROM jobs WHERE gave_up_at IS NOT NULL"), 0);
    let moved = "SELECT COUNT(*) AS n FROM (SELECT subject_id FROM events WHERE activity = 'promise_changed'
                 GROUP BY subject_id, detail HAVING COUNT(*) > 1) twice";
    assert_eq!(one(&database, moved), 0, "the same promise moved twice");
    database.close();
}

fn must_be_there(program: &Program, token: &str, ledger: &Ledger) -> (usize, usize) {
    let mut client = Client::connect(program.address).unwrap();
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    let mut replies = 0;
    for (number, known) in ledger {
        let found = client.get(&format!("{API}/{number}"), &headers).unwrap();
        assert_eq!(found.status, 200, "{number} was acknowledged and is lost: {}", found.body);
        let case = found.json();
        assert_eq!(case["subject"], post::subject(known.post), "{number}");
        for (text, file) in &known.replies {
            let said = case["messages"].as_array().unwrap().iter().filter(|it| it["body"] == text.as_str());
            assert_eq!(said.count(), 1, "{number}: “{text}” was acknowledged");
            let name = format!("{text}.txt");
            let kept = case["files"].as_array().unwrap().iter().find(|it| it["name"] == name.as_str());
            let address = kept.and_then(|it| it["address"].as_str()).expect("the file of the reply");
            let bytes = client.get(address, &headers).unwrap();
            assert_eq!((bytes.status, bytes.body.as_str()), (200, file.as_str()), "{number}: {name}");
            replies += 1;
        }
    }
    (ledger.len(), replies)
}

#[test]
fn killed_twenty_times_under_load_it_keeps_every_acknowledged_write() {
    let began = Instant::now();
    let fresh = testkit::fresh();
    let kind = fresh.kind();
    let (folder, url) = (fresh.folder().to_owned(), fresh.url.clone());
    let token = prepare(fresh.database.clone(), &folder).posting;
    let (next, ledger) = (AtomicUsize::new(0), Mutex::new(Ledger::new()));
    for kill in 0..KILLS {
        a_holiday_comes(&url, i64::try_from(kill).unwrap() + 1);
        let program = Program::start(&folder, &url);
        let (id, writes) = (program.id().to_string(), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..CLIENTS {
                scope.spawn(|| work(&program, &token, &next, &ledger, &writes));
            }
            let since = Instant::now();
            while writes.load(Ordering::Relaxed) < WRITES + kill && since.elapsed() < LONGEST {
                thread::sleep(Duration::from_millis(1));
            }
            assert!(std::process::Command::new("kill").args(["-9", &id]).status().unwrap().success());
        });
        program.kill();
    }
    let ledger = ledger.into_inner().unwrap();
    ten_minutes_later(&url);
    let program = Program::start(&folder, &url);
    let (requests, replies) = must_be_there(&program, &token, &ledger);
    jobs_come_to_an_end(&url);
    drop(program);
    records::must_be_whole(&url);
    let database = open(&url);
    let found = database.read_blocking(|r| verify(r, None)).unwrap();
    database.close();
    assert_eq!(found.faults, []);
    let seconds = began.elapsed().as_secs();
    println!(
        "{kind:?}: killed {KILLS} times; {requests} requests and {replies} replies with files were acknowledged and are there; \
         {} events in {} chains verified; {seconds} s",
        found.events, found.chains
    );
}
