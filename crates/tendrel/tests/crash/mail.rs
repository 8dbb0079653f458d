use std::thread;
use std::time::{Duration, Instant};

use database::{Database, Options};
use tendrel::channels::mailbox::{Mailbox, Server};
use tendrel::channels::store::{self, servers};
use tendrel::clock::Clock;
use tendrel::problem::Problem;
use tendrel::vault::Vault;
use testkit::Dovecot;
use testkit::dovecot::{LOGIN, SECRET};

use crate::program::{Program, prepare};
use crate::records;

const KILLS: u64 = 20;
/// `TENDREL_CRASH_MAILS` asks for more.
const MAILS: usize = 400;

fn open(url: &str) -> Database {
    Database::open(url, &Options { readers: 1, writers: 1, ..Options::default() }).unwrap()
}

fn count(database: &Database, sql: &'static str) -> usize {
    let counted =
        database.read_blocking::<_, database::Error, _>(move |r| r.one(sql, &[], |row| row.at::<i64>(0)));
    usize::try_from(counted.unwrap()).unwrap()
}

/// A mailbox of Punakha whose mail is fetched from here.
fn mailbox(url: &str, folder: &std::path::Path, server: &Dovecot) {
    let (database, vault) = (open(url), Vault::of(None, folder).unwrap());
    let server = Server {
        url: server.url(),
        folder: "INBOX".to_owned(),
        login: LOGIN.to_owned(),
        token_url: String::new(),
    };
    let made = database.write_blocking(move |tx| {
        let unit = tx.one("SELECT organisation_id FROM units WHERE code = 'PUN'", &[], |row| row.at(0))?;
        let service =
            tx.one("SELECT id FROM services WHERE code = 'something-else'", &[], |row| row.at(0))?;
        let mailbox = Mailbox::new("ict@punakha.example", "ICT", unit, service, Clock::Machine.now());
        store::insert_mailbox(tx, &mailbox)?;
        servers::set(tx, &vault, mailbox.id, &server, Some(SECRET))?;
        Ok::<_, Problem>(())
    });
    made.unwrap();
    database.close();
}

#[test]
fn killed_twenty_times_while_mail_comes_in_it_loses_and_doubles_none() {
    let Some(server) = Dovecot::start() else { return };
    let mails =
        std::env::var("TENDREL_CRASH_MAILS").ok().and_then(|count| count.parse().ok()).unwrap_or(MAILS);
    let fresh = testkit::fresh();
    let (folder, url) = (fresh.folder().to_owned(), fresh.url.clone());
    prepare(fresh.database.clone(), &folder);
    mailbox(&url, &folder, &server);
    for number in 0..mails {
        let mail = format!(
            "From: Pema <pema{number}@school.example>\r\nTo: ict@punakha.example\r\nSubject: No line in room {number}\r\n\
             Message-ID: <{number}@school.example>\r\nDate: Thu, 19 Nov 2026 09:00:00 +0600\r\n\r\nSince today.\r\n"
        );
        server.put(&format!("{number}.mail"), mail.as_bytes());
    }
    let began = Instant::now();
    let mut died_at = Vec::new();
    for kill in 0..KILLS {
        let program = Program::start(&folder, &url);
        // Each time at another moment: while it signs in, fetches, keeps or files.
        thread::sleep(Duration::from_millis(60 + kill * 97 % 700));
        program.kill();
        let database = open(&url);
        died_at.push(count(&database, "SELECT COUNT(*) FROM requests"));
        database.close();
    }
    let program = Program::start(&folder, &url);
    let database = open(&url);
    let filed = "SELECT COUNT(*) FROM mails WHERE state = 'filed'";
    while count(&database, filed) < mails {
        assert!(
            began.elapsed() < Duration::from_secs(300),
            "{} of {mails} were filed",
            count(&database, filed)
        );
        thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(count(&database, "SELECT COUNT(*) FROM mails WHERE state <> 'filed'"), 0);
    assert_eq!(count(&database, "SELECT COUNT(DISTINCT request_id) FROM mails"), mails);
    drop(program);
    database.close();
    let requests = records::must_be_whole(&url);
    assert_eq!(usize::try_from(requests).unwrap(), mails);
    let seconds = began.elapsed().as_secs();
    println!(
        "{:?}: killed {KILLS} times with {died_at:?} of {mails} mails filed; each became one case; {seconds} s",
        fresh.kind()
    );
}
