//! Three nodes over one PostgreSQL, as behind any balancer: whoever is asked, the answer is the same.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use database::{Database, Options};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tendrel::clock::Clock;

use crate::client::Client;
use crate::post::{self, Receipt};
use crate::program::{Program, prepare};
use crate::records;
use crate::server::Server;

const POSTS: usize = 600;
/// Two for each node.
const CLIENTS: usize = 6;
/// Acknowledged when one node is killed.
const KILLED_AT: usize = 200;
/// Letters that are late when they are entered, so that their clocks have something to say at once.
const LETTERS: usize = 30;

/// Sends all; whoever's node is gone goes on at the next one. Returns how often a connection broke.
fn send_all(
    nodes: &[std::net::SocketAddr],
    token: &str,
    acknowledged: &Mutex<BTreeMap<usize, Receipt>>,
) -> usize {
    let (next, broken) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for start in 0..CLIENTS {
            let (next, broken) = (&next, &broken);
            scope.spawn(move || {
                let mut turn = start;
                let mut client = Client::connect(nodes[turn % nodes.len()]).unwrap();
                loop {
                    let post = next.fetch_add(1, Ordering::Relaxed);
                    if post >= POSTS {
                        return;
                    }
                    let receipt = loop {
                        // A node that is up never refuses.
                        if let Ok(answer) = post::send(&mut client, token, post, "After the storm.") {
                            let receipt = post::receipt(&answer);
                            break receipt.unwrap_or_else(|| panic!("{} {}", answer.status, answer.body));
                        }
                        broken.fetch_add(1, Ordering::Relaxed);
                        client = loop {
                            turn += 1;
                            if let Ok(client) = Client::connect(nodes[turn % nodes.len()]) {
                                break client;
                            }
                        };
                    };
                    acknowledged.lock().unwrap().insert(post, receipt);
                }
            });
        }
    });
    broken.into_inner()
}

fn enter_letters(client: &mut Client, token: &str, received: Timestamp) {
    let bearer = format!("Bearer {token}");
    for letter in 0..LETTERS {
        let body = json!({
            "service": "internet-lan", "office": "Kabjisa Central School", "name": "Tshering Dema",
            "phone": "17600004", "subject": format!("Letter {letter:02}"), "description": "It came by post.",
            "answers": { "what": "none", "power": true }, "impact": 1, "urgency": 1,
            "channel": "letter", "received_at": received.to_string(),
        });
        let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
        let answer = client.post(post::API, &headers, &body.to_string()).unwrap();
        assert_eq!(answer.status, 201, "{}", answer.body);
    }
}

/// Listens at a node for what happens, as an open list does.
fn listen(node: SocketAddr, token: &str) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(node).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    write!(stream, "GET /live HTTP/1.1\r\nhost: {node}\r\nauthorization: Bearer {token}\r\n\r\n").unwrap();
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    while !line.starts_with("retry:") {
        line.clear();
        assert!(stream.read_line(&mut line).unwrap() > 0, "no stream");
    }
    stream
}

fn must_hear(stream: &mut BufReader<TcpStream>, number: &str) {
    let mut line = String::new();
    while !line.contains(number) {
        line.clear();
        assert!(stream.read_line(&mut line).unwrap() > 0, "{number} was not told");
    }
}

#[test]
fn three_nodes_share_the_work_and_one_may_go() {
    if !crate::on_postgres("three nodes") {
        return;
    }
    let server = Server::new();
    let data = tempfile::tempdir().unwrap();
    let database = Database::open(&server.url(), &Options::default()).unwrap();
    let token = prepare(database, data.path()).posting;
    let mut nodes: Vec<Program> = (0..3).map(|_| Program::start(data.path(), &server.url())).collect();
    let addresses: Vec<_> = nodes.iter().map(|node| node.address).collect();
    let acknowledged = Mutex::new(BTreeMap::new());
    let broken = thread::scope(|scope| {
        let sending = scope.spawn(|| send_all(&addresses, &token, &acknowledged));
        while acknowledged.lock().unwrap().len() < KILLED_AT && !sending.is_finished() {
            thread::sleep(Duration::from_millis(1));
        }
        nodes.remove(1).kill();
        sending.join().unwrap()
    });
    assert!((1..=2).contains(&broken), "only the two clients of the killed node lose their line: {broken}");
    let acknowledged = acknowledged.into_inner().unwrap();
    assert_eq!(acknowledged.len(), POSTS);
    assert_eq!(records::must_be_whole(&server.url()), i64::try_from(POSTS).unwrap());
    // What came in through one node is found through another.
    let mut client = Client::connect(nodes[1].address).unwrap();
    for (post, receipt) in &acknowledged {
        post::must_be_there(&mut client, &token, *post, receipt);
    }

    // What is posted at one node is told at the others.
    let mut streams: Vec<_> = nodes.iter().map(|node| listen(node.address, &token)).collect();
    let answer = post::send(&mut client, &token, POSTS + 1, "After the storm.").unwrap();
    let number = answer.json()["number"].as_str().unwrap().to_owned();
    streams.iter_mut().for_each(|stream| must_hear(stream, &number));

    let month_ago = Clock::Machine.now() - SignedDuration::from_hours(24 * 30);
    enter_letters(&mut client, &token, month_ago);
    let told = "SELECT COUNT(*) FROM events WHERE activity IN ('warned', 'breached')";
    // A warning and a breach of two clocks each, whichever node looked first.
    let all = (LETTERS * 4).to_string();
    let deadline = Instant::now() + Duration::from_secs(30);
    while server.sql(told) != all {
        assert!(Instant::now() < deadline, "{} of {all} were written", server.sql(told));
        thread::sleep(Duration::from_millis(200));
    }
    // Two more rounds of every node's worker say nothing twice.
    thread::sleep(Duration::from_secs(5));
    assert_eq!(server.sql(told), all);
    assert_eq!(
        server.sql("SELECT COUNT(*) - COUNT(DISTINCT kind) FROM jobs WHERE taken_at IS NULL"),
        "0",
        "planned once, not by each node"
    );
}
