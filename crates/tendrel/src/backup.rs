//! Nothing is lost: copies of everything, made while the program runs, and proven by being restored.
//!
//! A backup is a folder that appears under its name only when it is whole:
//!
//! ```text
//! tendrel-20261119-030000Z/
//!   manifest.json                 what is in it, with the SHA-256 of every file
//!   database.sqlite               the embedded database, or
//!   tables/NAME.jsonl.gz          every table of PostgreSQL, read in one snapshot
//!   files/ab/cdef…                attachments, as in the data folder; linked to the backup before where that can be
//! ```
//!
//! In a store (`s3://…`) it is the same, as objects; there it is a backup when its manifest is there. A locked one is a
//! single file beside it, `tendrel-20261119-030000Z.tar.age`.
//!
//! PostgreSQL is exported by the program itself: `pg_dump` would have to be installed beside it in the server's version.
//! The database is copied before the files, and a file is stored before the record that speaks of it: none can be
//! missing. The signing key stays out of backups: who has a backup must not be able to sign.

mod away;
pub mod check;
pub mod command;
mod copy;
mod lock;
pub mod make;
pub mod manifest;
pub mod nightly;
pub mod restore;
mod scratch;
pub mod store;
mod sweep;
mod tables;

#[cfg(test)]
mod tests;
