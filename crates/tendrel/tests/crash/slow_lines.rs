//! A connection that sends its headers byte by byte is given up; one that only waits between requests is not refused.

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
