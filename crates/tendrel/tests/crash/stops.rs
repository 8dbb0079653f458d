//! An orderly stop behind a balancer: first no more is asked for, then what was begun is finished.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::client::Client;
use crate::program::{Program, prepare};

#[test]
fn who_is_told_to_stop_says_so_first_and_answers_meanwhile() {
    let fresh = testkit::fresh();
    let (folder, url) = (fresh.folder().to_owned(), fresh.url.clone());
    prepare(fresh.database.clone(), &folder);
    let program = Program::start_with(&folder, &url, &["--stop-wait", "2"]);
    let mut client = Client::connect(program.address).unwrap();
    let ready = |client: &mut Client| client.get("/health/ready", &[]).unwrap().status;
    assert_eq!(ready(&mut client), 200);
    let listen = program.address.to_string();
    let asked = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tendrel"));
        command.args(["health", "--listen", &listen]).args(more).output().unwrap()
    };
    assert!(asked(&["--ready"]).status.success());
    program.tell_to_stop();
    let told = Instant::now();
    while ready(&mut client) != 503 {
        assert!(told.elapsed() < Duration::from_secs(2), "a balancer hears nothing of the stop");
        thread::sleep(Duration::from_millis(10));
    }
    let answer = client.get("/health/ready", &[]).unwrap();
    assert_eq!(answer.body, "stopping: ask another node\n");
    assert_eq!(client.get("/health/live", &[]).unwrap().status, 200);
    assert!(asked(&[]).status.success());
    let refused = asked(&["--ready"]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("stopping: ask another node"));
    // Whoever the balancer still sends is answered, on new lines too.
    assert_eq!(Client::connect(program.address).unwrap().get("/", &[]).unwrap().status, 200);
    let ended = program.stop();
    assert!(ended.success(), "{ended}");
    assert!(told.elapsed() >= Duration::from_secs(2), "it did not wait for the balancer");
}
