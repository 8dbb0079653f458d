//! Pages that only read are served by a second PostgreSQL, and nobody misses what they themselves did.

use std::net::{SocketAddr, TcpListener};
use std::thread;
use std::time::{Duration, Instant};

use database::{Database, Options};

use crate::client::Client;
use crate::post;
use crate::program::{Program, prepare};
use crate::server::Server;

fn eventually(what: &str, within: Duration, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < within, "{what}");
        thread::sleep(Duration::from_millis(50));
    }
}

struct Officer {
    client: Client,
    session: String,
}

impl Officer {
    /// Whether the list of requests shows this one.
    fn sees(&mut self, post: usize, more: &str) -> bool {
        let cookie = format!("session={}{more}", self.session);
        let list = self.client.get("/requests", &[("cookie", &cookie)]).unwrap();
        assert_eq!(list.status, 200, "{}", list.body);
        list.body.contains(&post::subject(post))
    }
}

#[test]
fn pages_that_read_are_served_by_the_replica_and_ones_own_writes_are_seen() {
    if !crate::on_postgres("the replica") {
        return;
    }
    let primary = Server::new();
    let mut standby = Server::standby_of(&primary);
    let data = tempfile::tempdir().unwrap();
    let tokens = prepare(Database::open(&primary.url(), &Options::default()).unwrap(), data.path());
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let more = ["--replica", &standby.url(), "--metrics-listen", &free];
    let program = Program::start_with(data.path(), &primary.url(), &more);
    let metrics: SocketAddr = free.parse().unwrap();
    let told = |line: &str| {
        let Ok(mut client) = Client::connect(metrics) else { return false };
        client.get("/metrics", &[]).is_ok_and(|answer| answer.body.contains(line))
    };
    eventually("the replica is not found", Duration::from_secs(20), || told("tendrel_replica_known 1"));

    let mut officer = Officer { client: Client::connect(program.address).unwrap(), session: tokens.session };
    let mut public = Client::connect(program.address).unwrap();
    let mut send = |post: usize| post::send(&mut public, &tokens.posting, post, "After the storm.").unwrap();
    assert_eq!(send(0).status, 303);
    eventually("what was sent is not seen", Duration::from_secs(5), || officer.sees(0, ""));

    // The replica stands still: who only reads is up to five seconds behind, who wrote is not.
    assert_eq!(standby.sql("SELECT pg_wal_replay_pause()"), "");
    eventually("the replica does not pause", Duration::from_secs(2), || {
        standby.sql("SELECT pg_get_wal_replay_pause_state()") == "paused"
    });
    let sent = send(2);
    assert_eq!(sent.header("set-cookie"), "wrote=1; Path=/; HttpOnly; SameSite=Lax; Max-Age=8");
    assert!(!officer.sees(2, ""), "the replica was not asked");
    assert!(officer.sees(2, "; wrote=1"), "who wrote does not see it");
    let bearer = format!("Bearer {}", tokens.reading);
    let list = officer.client.get(post::API, &[("authorization", &bearer)]).unwrap();
    assert!(list.body.contains(&post::subject(2)), "a program does not see it");
    eventually("a replica that is behind is still asked", Duration::from_secs(8), || officer.sees(2, ""));

    // It catches up, and goes away in the middle of the reading: nobody notices.
    standby.sql("SELECT pg_wal_replay_resume()");
    eventually("the replica is not asked again", Duration::from_secs(10), || {
        told("tendrel_replica_lag_seconds 0.")
    });
    standby.stop();
    // The primary waited for it.
    primary.sql("ALTER SYSTEM RESET synchronous_standby_names");
    primary.sql("SELECT pg_reload_conf()");
    for _ in 0..50 {
        assert!(officer.sees(2, ""));
    }
    assert_eq!(send(4).status, 303);
    eventually("the primary is not asked", Duration::from_secs(8), || officer.sees(4, ""));
    standby.start();
    eventually("the replica is not found again", Duration::from_secs(20), || {
        told("tendrel_replica_lag_seconds 0.")
    });
}
