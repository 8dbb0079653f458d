//! The real program, reached over HTTP, when the ground goes away under it: killed in the middle of its work, without
//! room on the disk, with its PostgreSQL restarted or replaced, with one of several nodes gone. What it acknowledged is there; what it could not do it says.

#![expect(clippy::unwrap_used, reason = "a test may panic anywhere")]

mod client;
mod full_disk;
mod killed;
mod lost_server;
mod mail;
mod nodes;
mod often_killed;
mod pages;
mod post;
mod program;
mod records;
mod replica;
mod server;
mod slow_lines;
mod stops;
mod tls;
mod upgrade;

use std::io::Write;

/// Past the test runner, which would show it only for tests that fail.
fn skip(what: &str) {
    writeln!(std::io::stderr(), "SKIPPED: {what}").ok();
}

/// Whether this run is for PostgreSQL; says what is left out if not.
fn on_postgres(what: &str) -> bool {
    let is_so = std::env::var("TENDREL_TEST_DATABASE").as_deref() == Ok("postgres");
    if !is_so {
        skip(&format!("{what}; TENDREL_TEST_DATABASE=postgres runs it"));
    }
    is_so
}
