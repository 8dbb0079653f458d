//! One dialect of plain SQL over SQLite and PostgreSQL.
//!
//! A closure asks the database; it runs on a thread of this crate, so that neither a slow disk nor a long
//! question holds up the caller's runtime. Read closures see one stable snapshot. Write closures are
//! transactions: their Ok is returned only when the change is safely on the disk.
//!
//! ```no_run
//! use database::{Database, Error, Options};
//!
//! # fn main() -> Result<(), Error> {
//! let database = Database::open("data/desk.sqlite", &Options::default())?;
//! let number = database.write_blocking::<i64, Error, _>(|transaction| {
//!     let sql = "UPDATE counters SET n = n + 1 WHERE unit = $1 RETURNING n";
//!     transaction.one(sql, &["PUN".into()], |row| row.get("n"))
//! })?;
//! # let _ = number;
//! # Ok(())
//! # }
//! ```
//!
//! # The dialect
//!
//! Statements are written once and mean the same on both databases if they keep to this:
//!
//! - Types: `BIGINT`, `TEXT`, `BYTEA`, `DOUBLE PRECISION`. Truth values are 0 and 1 in a `BIGINT`.
//! - Parameters: `$1`, `$2` …; the same may be used twice. Where PostgreSQL cannot tell the type, as in
//!   `$1 IS NULL OR …`, write `CAST($1 AS BIGINT)`.
//! - `SUM` and `AVG` of `BIGINT` are NUMERIC on PostgreSQL: write `CAST(SUM(n) AS BIGINT)`.
//! - `LIKE` tells upper from lower case; with an escape, `LIKE $1 ESCAPE '\'`. `lower` knows only ASCII.
//! - Text sorts by its bytes. A PostgreSQL database is made for it: `LC_COLLATE 'C'`, encoding UTF8.
//! - Where NULL can be sorted, say `NULLS FIRST` or `NULLS LAST`: the two differ.
//! - `RETURNING`, `ON CONFLICT`, CTEs, window functions and row values are alike. `INSERT … SELECT …
//!   ON CONFLICT` needs a WHERE, if only `WHERE true`, before ON CONFLICT.
//! - A failed statement spoils its transaction; `Transaction::attempt` makes a failure survivable.
//!
//! Not offered: a pooler between that shares connections by transaction.
//!
//! `Reader::prepare_only` checks a statement; run it over all of them on both databases.

mod error;
mod migrate;
mod open;
mod pg;
mod reader;
mod row;
mod sqlite;
mod timing;
mod transaction;
mod value;
mod work;

pub use error::Error;
pub use migrate::Migration;
pub use open::{Database, Kind, Options};
pub use reader::Reader;
pub use row::{Column, Row};
pub use timing::{Figures, Timing};
pub use transaction::Transaction;
pub use value::Value;
