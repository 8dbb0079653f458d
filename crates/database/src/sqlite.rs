//! SQLite: one writer that commits what waits together, and readers beside it.

mod files;
mod session;
mod workers;

pub(crate) use files::{backup, open_reader, open_writer};
pub(crate) use session::{Session, cell};
pub(crate) use workers::{read_loop, write_loop};

use rusqlite::ErrorCode;
use rusqlite::ffi;

use crate::Error;
use crate::error::sql;

pub(crate) fn translate(error: &rusqlite::Error, statement: &str) -> Error {
    let (code, message) = match error {
        rusqlite::Error::SqliteFailure(code, message) => {
            (code, message.clone().unwrap_or_else(|| code.to_string()))
        }
        rusqlite::Error::SqlInputError { error, msg, .. } => (error, msg.clone()),
        other => return sql(statement, other),
    };
    match code.code {
        ErrorCode::ConstraintViolation => constraint(code.extended_code, &message),
        ErrorCode::DiskFull => Error::Full,
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Error::Busy(message),
        ErrorCode::OperationInterrupted => Error::Timeout { statement: crate::error::short(statement) },
        ErrorCode::SystemIoFailure
        | ErrorCode::CannotOpen
        | ErrorCode::NotADatabase
        | ErrorCode::DatabaseCorrupt
        | ErrorCode::PermissionDenied
        | ErrorCode::OutOfMemory => Error::Unavailable(message),
        _ => sql(statement, message),
    }
}

/// SQLite tells the columns, or the index if it stands over an expression:
/// `UNIQUE constraint failed: people.office, people.number`, `… failed: index 'people_by_name'`.
fn constraint(extended: i32, message: &str) -> Error {
    let what = message.split_once(": ").map_or(message, |(_, what)| what);
    match extended {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            let index = what.strip_prefix("index '").and_then(|rest| rest.strip_suffix('\''));
            Error::Unique { constraint: index.unwrap_or(what).to_owned() }
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Error::ForeignKey,
        ffi::SQLITE_CONSTRAINT_NOTNULL => Error::Check(format!("not null {what}")),
        _ => Error::Check(what.to_owned()),
    }
}
