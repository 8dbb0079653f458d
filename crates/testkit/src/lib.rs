//! What tests share: a fresh database of either kind.

#![allow(clippy::print_stderr, reason = "tests tell people at the terminal what they skip")]

mod fresh;
pub mod page;

pub use fresh::{
    Fresh, each_kind, fresh, fresh_postgres, fresh_postgres_with, fresh_prepared, fresh_sqlite,
    fresh_sqlite_with,
};
