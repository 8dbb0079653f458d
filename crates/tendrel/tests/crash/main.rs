//! The real program, reached over HTTP, when the ground goes away under it: killed in the middle of its work, without
//! room on the disk, with its PostgreSQL restarted. What it acknowledged is there; what it could not do it says.

#![expect(clippy::unwrap_used, reason = "a test may panic anywhere")]

mod client;
mod full_disk;
mod killed;
mod post;
mod postgres_restart;
mod program;
mod records;

use std::io::Write;

/// Past the test runner, which would show it only for tests that fail.
fn skip(what: &str) {
    writeln!(std::io::stderr(), "SKIPPED: {what}").ok();
}
