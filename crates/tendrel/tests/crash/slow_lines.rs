//! A connection that sends its headers byte by byte, or stops in the middle of a form, is given up; so is one with more
//! headers than anybody needs. One that only waits between requests is not refused.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use crate::client::Client;
use crate::program::{Program, prepare};

#[test]
fn who_never_says_what_is_wanted_holds_no_place() {
    let fresh = testkit::fresh();
    let (folder, url) = (fresh.folder().to_owned(), fresh.url.clone());
    prepare(fresh.database.clone(), &folder);
    let program = Program::start(&folder, &url);
    let mut slow: Vec<TcpStream> = (0..50).map(|_| TcpStream::connect(program.address).unwrap()).collect();
    for line in &mut slow {
        line.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ").unwrap();
    }
    let begun = Instant::now();
    for line in &mut slow {
        // A byte now and then does not buy more time.
        let _ = line.write_all(b"x");
        line.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut answer = Vec::new();
        // The end of the line, or its reset: either way it is over.
        let _ = line.read_to_end(&mut answer);
        assert!(begun.elapsed() < Duration::from_secs(28), "it is still open after {:?}", begun.elapsed());
        assert!(!answer.starts_with(b"HTTP/1.1 200"), "half a question was answered");
    }
    let mut client = Client::connect(program.address).unwrap();
    assert_eq!(client.get("/health", &[]).unwrap().status, 200);
    thread::sleep(Duration::from_secs(3));
    assert_eq!(client.get("/health", &[]).unwrap().status, 200, "a quiet line is taken up again");
}

/// Sends this and returns what comes back until the line is shut.
fn answer_to(program: &Program, ask: &[u8], within: Duration) -> String {
    let mut line = TcpStream::connect(program.address).unwrap();
    line.set_read_timeout(Some(within)).unwrap();
    // The answer may come, and the line be shut, before everything is sent.
    let _ = line.write_all(ask);
    let mut answer = Vec::new();
    let mut part = [0; 4096];
    while let Ok(read) = line.read(&mut part) {
        answer.extend_from_slice(&part[..read]);
        if read == 0 || answer.windows(4).any(|end| end == b"\r\n\r\n") {
            break;
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn floods_of_headers_and_forms_that_never_end_are_refused() {
    let fresh = testkit::fresh();
    let (folder, url) = (fresh.folder().to_owned(), fresh.url.clone());
    prepare(fresh.database.clone(), &folder);
    let program = Program::start(&folder, &url);
    let soon = Duration::from_secs(10);
    let head = "GET / HTTP/1.1\r\nHost: localhost\r\n";
    let many: String = (0..5_000).map(|n| format!("X-{n}: x\r\n")).collect();
    let long = format!("X-Long: {}\r\n", "x".repeat(1 << 20));
    for flood in [many, long] {
        let answer = answer_to(&program, format!("{head}{flood}\r\n").as_bytes(), soon);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer:.100}");
    }
    let long_address = format!("GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n", "x".repeat(1 << 20));
    let answer = answer_to(&program, long_address.as_bytes(), soon);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer:.100}");
    // Two lengths, or a length and pieces: what a proxy and we could read differently.
    for smuggled in ["Content-Length: 5\r\nContent-Length: 50\r\n", "Content-Length: x\r\n"] {
        let ask = format!("POST / HTTP/1.1\r\nHost: localhost\r\n{smuggled}\r\nhello");
        let answer = answer_to(&program, ask.as_bytes(), soon);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer:.100}");
    }

    let begun = Instant::now();
    let half = "POST /services/internet-lan HTTP/1.1\r\nHost: localhost\r\n\
                Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\noffice=Kab";
    let answer = answer_to(&program, half.as_bytes(), Duration::from_secs(40));
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "half a form was answered: {answer:.100}");
    assert!(begun.elapsed() < Duration::from_secs(30), "it is still waited for");
    let mut client = Client::connect(program.address).unwrap();
    assert_eq!(client.get("/health/ready", &[]).unwrap().status, 200);
}
