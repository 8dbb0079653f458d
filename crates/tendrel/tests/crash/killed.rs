use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::client::Client;
use crate::post::{self, Receipt};
use crate::program::{Program, prepare};
use crate::records;

const POSTS: usize = 1_000;
const CLIENTS: usize = 8;
/// Acknowledged when the program is killed.
const KILLED_AT: usize = 400;

type Receipts = BTreeMap<usize, Receipt>;

/// Sends from several clients until all is sent or the program is gone; returns what was acknowledged.
fn send_all(program: &Program, token: &str, acknowledged: &Mutex<Receipts>) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let Ok(mut client) = Client::connect(program.address) else { return };
                loop {
                    let post = next.fetch_add(1, Ordering::Relaxed);
                    if post >= POSTS {
                        return;
                    }
                    let Ok(answer) = post::send(&mut client, token, post, "After the storm.") else { return };
                    let receipt = post::receipt(&answer);
                    let receipt = receipt.unwrap_or_else(|| panic!("{} {}", answer.status, answer.body));
                    acknowledged.lock().unwrap().insert(post, receipt);
                }
            });
        }
    });
}

#[test]
fn killed_in_the_middle_of_a_thousand_posts_it_has_every_acknowledged_one_whole() {
    let fresh = testkit::fresh();
    let (folder, url) = (fresh.folder().to_owned(), fresh.url.clone());
    let token = prepare(fresh.database.clone(), &folder).posting;
    let program = Program::start(&folder, &url);
    let acknowledged = Mutex::new(Receipts::new());
    let id = program.id().to_string();
    thread::scope(|scope| {
        scope.spawn(|| send_all(&program, &token, &acknowledged));
        while acknowledged.lock().unwrap().len() < KILLED_AT {
            thread::sleep(Duration::from_millis(1));
        }
        let killed = std::process::Command::new("kill").args(["-9", &id]).status().unwrap();
        assert!(killed.success());
    });
    program.kill();
    let before = acknowledged.into_inner().unwrap();
    assert!(before.len() < POSTS, "all was done before the program was killed");

    let program = Program::start(&folder, &url);
    let kept = usize::try_from(records::must_be_whole(&url)).unwrap();
    // At most what each client had sent without an answer may be there besides.
    assert!((before.len()..=before.len() + CLIENTS).contains(&kept), "{} and {kept}", before.len());
    look_at(&program, &token, &before);

    let again = Mutex::new(Receipts::new());
    send_all(&program, &token, &again);
    let again = again.into_inner().unwrap();
    assert_eq!(again.len(), POSTS);
    for (post, receipt) in &before {
        assert_eq!(again[post], *receipt, "post {post} was acknowledged differently the second time");
    }
    assert_eq!(records::must_be_whole(&url), i64::try_from(POSTS).unwrap());
    let missed: Receipts = again.into_iter().filter(|(post, _)| !before.contains_key(post)).collect();
    look_at(&program, &token, &missed);
}

/// Each acknowledged one, looked at by several clients.
fn look_at(program: &Program, token: &str, receipts: &Receipts) {
    let all: Vec<(&usize, &Receipt)> = receipts.iter().collect();
    thread::scope(|scope| {
        for part in all.chunks(all.len().div_ceil(CLIENTS).max(1)) {
            scope.spawn(move || {
                let mut client = Client::connect(program.address).unwrap();
                for (post, receipt) in part {
                    post::must_be_there(&mut client, token, **post, receipt);
                }
            });
        }
    });
}
