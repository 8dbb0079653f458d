//! The database goes away in the middle of posts: restarted, or replaced by its standby.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use database::{Database, Options};

use crate::client::{Answer, Client};
use crate::post::{self, Receipt};
use crate::program::{Program, prepare};
use crate::records;
use crate::server::Server;

const POSTS: usize = 400;
const CLIENTS: usize = 4;
/// Acknowledged when the server is stopped.
const STOPPED_AT: usize = 100;

fn must_say_what_to_do(answer: &Answer, post: usize) {
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert_eq!(answer.header("retry-after"), "30");
    let told = [
        "Wait half a minute and send it again",
        "Send it again: what is there already",
        "Look whether it is there",
    ];
    assert!(told.iter().any(|words| answer.body.contains(words)), "{}", answer.body);
    if post::is_form(post) {
        assert!(answer.body.contains(&post::subject(post)), "the form is gone: {}", answer.body);
    } else {
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
}

/// Sends each until it is acknowledged; returns how often it was told to come again.
fn send_all(program: &Program, token: &str, acknowledged: &Mutex<BTreeMap<usize, Receipt>>) -> usize {
    let (next, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut client = Client::connect(program.address).unwrap();
                let deadline = Instant::now() + Duration::from_secs(40);
                loop {
                    let post = next.fetch_add(1, Ordering::Relaxed);
                    if post >= POSTS {
                        return;
                    }
                    let receipt = loop {
                        let answer = post::send(&mut client, token, post, "After the storm.").unwrap();
                        if let Some(receipt) = post::receipt(&answer) {
                            break receipt;
                        }
                        must_say_what_to_do(&answer, post);
                        refused.fetch_add(1, Ordering::Relaxed);
                        assert!(Instant::now() < deadline, "it does not heal");
                        thread::sleep(Duration::from_millis(50));
                    };
                    acknowledged.lock().unwrap().insert(post, receipt);
                }
            });
        }
    });
    refused.into_inner()
}

/// Posts all the while, does `meanwhile` in the middle of it, and looks for everything that was acknowledged.
fn nothing_is_lost(first: Server, addresses: &str, meanwhile: impl FnOnce(Server) -> Server) {
    let data = tempfile::tempdir().unwrap();
    let database = Database::open(&first.url(), &Options::default()).unwrap();
    let token = prepare(database, data.path()).posting;
    let program = Program::start(data.path(), addresses);
    let acknowledged = Mutex::new(BTreeMap::new());
    let (refused, server) = thread::scope(|scope| {
        let sending = scope.spawn(|| send_all(&program, &token, &acknowledged));
        while acknowledged.lock().unwrap().len() < STOPPED_AT && !sending.is_finished() {
            thread::sleep(Duration::from_millis(1));
        }
        let server = meanwhile(first);
        (sending.join().unwrap(), server)
    });
    assert!(refused > 0, "nobody noticed that the server was away");
    let acknowledged = acknowledged.into_inner().unwrap();
    assert_eq!(acknowledged.len(), POSTS);
    assert_eq!(records::must_be_whole(&server.url()), i64::try_from(POSTS).unwrap());
    let mut client = Client::connect(program.address).unwrap();
    for (post, receipt) in &acknowledged {
        post::must_be_there(&mut client, &token, *post, receipt);
    }
}

#[test]
fn a_postgres_restarted_under_it_is_told_and_survived() {
    if !crate::on_postgres("the restarted PostgreSQL") {
        return;
    }
    let server = Server::new();
    let address = server.url();
    nothing_is_lost(server, &address, |mut server| {
        server.stop();
        thread::sleep(Duration::from_millis(500));
        server.start();
        server
    });
}

#[test]
fn a_standby_takes_over_without_losing_what_was_acknowledged() {
    if !crate::on_postgres("the standby that takes over") {
        return;
    }
    let primary = Server::new();
    let standby = Server::standby_of(&primary);
    let addresses = format!(
        "postgres://tendrel@127.0.0.1:{},127.0.0.1:{}/postgres?target_session_attrs=read-write",
        primary.port, standby.port
    );
    nothing_is_lost(primary, &addresses, |mut primary| {
        primary.stop();
        standby.promote();
        standby
    });
}
