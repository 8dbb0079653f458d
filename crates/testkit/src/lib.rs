//! What tests share: a fresh database of either kind, a page that checks itself, and an IMAP server.

#![allow(clippy::print_stderr, reason = "tests tell people at the terminal what they skip")]

pub mod dovecot;
mod fresh;
pub mod page;

pub use dovecot::Dovecot;
pub use fresh::{
    Fresh, each_kind, fresh, fresh_postgres, fresh_postgres_with, fresh_prepared, fresh_sqlite,
    fresh_sqlite_with,
};
