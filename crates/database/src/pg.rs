//! PostgreSQL: threads that each own a connection, and open it again when it is lost.

mod session;
mod tls;
mod values;
mod workers;

pub(crate) use session::Session;
pub(crate) use values::cell;
pub(crate) use workers::{Connector, read_loop, write_loop};

use postgres::error::{DbError, SqlState};

use crate::Error;
use crate::error::{short, sql};

pub(crate) fn translate(error: &postgres::Error, statement: &str) -> Error {
    if let Some(told) = error.as_db_error() {
        return translate_told(told, statement);
    }
    let mut message = error.to_string();
    if let Some(cause) = std::error::Error::source(error) {
        if let Some(fault) = cause.downcast_ref::<values::Fault>() {
            return Error::Parameter {
                parameter: fault.parameter,
                statement: short(statement),
                message: fault.message.clone(),
            };
        }
        message = format!("{message}: {cause}");
        if cause.is::<std::io::Error>() {
            return Error::Unavailable(message);
        }
    }
    if error.is_closed() { Error::Unavailable(message) } else { sql(statement, message) }
}

fn translate_told(told: &DbError, statement: &str) -> Error {
    let code = told.code();
    let message = told.message().to_owned();
    match code.code() {
        "23505" | "23P01" => Error::Unique { constraint: unique(told) },
        "23503" | "23001" => Error::ForeignKey,
        "23502" => Error::Check(format!(
            "not null {}.{}",
            told.table().unwrap_or_default(),
            told.column().unwrap_or_default()
        )),
        "23514" => Error::Check(told.constraint().unwrap_or(&message).to_owned()),
        "40001" | "40P01" => Error::Conflict(message),
        "53100" => Error::Full,
        "57014" => Error::Timeout { statement: short(statement) },
        "55P03" => Error::Busy(message),
        "25P02" => Error::Spoiled(message),
        // The role, the database or the password is wrong: only the operator can help.
        "28000" | "28P01" | "3D000" => Error::Unavailable(message),
        "53300" | "57P01" | "57P02" | "57P03" | "57P04" => Error::Unavailable(message),
        other if other.starts_with("08") => Error::Unavailable(message),
        _ => {
            let hint = told.hint().map(|hint| format!(" ({hint})")).unwrap_or_default();
            sql(statement, format!("{message}{hint}"))
        }
    }
}

/// Names the columns as SQLite does. PostgreSQL tells them in the detail:
/// `Key (office, number)=(1, 2) already exists.`
fn unique(told: &DbError) -> String {
    let name = told.constraint().unwrap_or_default().to_owned();
    let columns = told
        .detail()
        .and_then(|detail| detail.split_once(")=("))
        .and_then(|(key, _)| key.split_once('('))
        .map(|(_, columns)| columns);
    match (told.table(), columns) {
        (Some(table), Some(columns)) if !columns.contains('(') => {
            let columns: Vec<String> =
                columns.split(", ").map(|column| format!("{table}.{}", column.trim_matches('"'))).collect();
            columns.join(", ")
        }
        _ => name,
    }
}

/// A prepared statement that does not fit the tables any more, because another program migrated them.
fn is_stale(error: &postgres::Error) -> bool {
    match error.code() {
        Some(code) if *code == SqlState::INVALID_SQL_STATEMENT_NAME => true,
        Some(code) if *code == SqlState::FEATURE_NOT_SUPPORTED => {
            error.as_db_error().is_some_and(|told| told.message().contains("cached plan"))
        }
        _ => false,
    }
}
