use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use crate::error::short;
use crate::{Error, Value, pg, sqlite};

/// One row of an answer, borrowed while it is read.
pub struct Row<'a> {
    pub(crate) source: Source<'a>,
    pub(crate) statement: &'a str,
}

pub(crate) enum Source<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a postgres::Row),
}

impl Row<'_> {
    /// The value of the column with this name, upper or lower case.
    ///
    /// # Errors
    /// `Error::Column`, which names column and statement, when there is no such column or the value
    /// is of another type.
    pub fn get<T: Column>(&self, column: &str) -> Result<T, Error> {
        let index = match self.source {
            Source::Sqlite(row) => row.as_ref().column_index(column).ok(),
            Source::Postgres(row) => {
                row.columns().iter().position(|other| other.name().eq_ignore_ascii_case(column))
            }
        };
        match index {
            Some(index) => self.read(index, column),
            None => Err(self.fault(column, "there is no such column".to_owned())),
        }
    }

    /// The value of the column at this place, counted from 0.
    ///
    /// # Errors
    /// As `get`.
    pub fn at<T: Column>(&self, index: usize) -> Result<T, Error> {
        self.read(index, "")
    }

    /// The number of columns.
    pub fn width(&self) -> usize {
        match self.source {
            Source::Sqlite(row) => row.as_ref().column_count(),
            Source::Postgres(row) => row.len(),
        }
    }

    fn read<T: Column>(&self, index: usize, name: &str) -> Result<T, Error> {
        let value = match self.source {
            Source::Sqlite(row) => sqlite::cell(row, index),
            Source::Postgres(row) => pg::cell(row, index),
        };
        value.and_then(T::read).map_err(|message| {
            if name.is_empty() {
                self.fault(&format!("number {index}"), message)
            } else {
                self.fault(name, message)
            }
        })
    }

    fn fault(&self, column: &str, message: String) -> Error {
        Error::Column { column: column.to_owned(), statement: short(self.statement), message }
    }
}

/// A type that a column can be read as. Types of your own (ids, states) may implement it too.
pub trait Column: Sized {
    /// # Errors
    /// Says in a few words what was expected and what was found; column and statement are added.
    fn read(value: Value<'_>) -> Result<Self, String>;
}

fn unexpected(expected: &str, found: &Value<'_>) -> String {
    format!("{expected} was expected, found {}", found.kind())
}

impl Column for Value<'static> {
    fn read(value: Value<'_>) -> Result<Self, String> {
        Ok(value.into_owned())
    }
}

impl Column for i64 {
    fn read(value: Value<'_>) -> Result<Self, String> {
        match value {
            Value::Int(number) => Ok(number),
            other => Err(unexpected("an integer", &other)),
        }
    }
}

fn smaller<T: TryFrom<i64>>(value: Value<'_>, name: &str) -> Result<T, String> {
    let number = i64::read(value)?;
    T::try_from(number).map_err(|_| format!("{number} is out of the range of {name}"))
}

impl Column for i32 {
    fn read(value: Value<'_>) -> Result<Self, String> {
        smaller(value, "i32")
    }
}

impl Column for i16 {
    fn read(value: Value<'_>) -> Result<Self, String> {
        smaller(value, "i16")
    }
}

impl Column for i8 {
    fn read(value: Value<'_>) -> Result<Self, String> {
        smaller(value, "i8")
    }
}

impl Column for u32 {
    fn read(value: Value<'_>) -> Result<Self, String> {
        smaller(value, "u32")
    }
}

impl Column for u16 {
    fn read(value: Value<'_>) -> Result<Self, String> {
        smaller(value, "u16")
    }
}

impl Column for u8 {
    fn read(value: Value<'_>) -> Result<Self, String> {
        smaller(value, "u8")
    }
}

impl Column for bool {
    fn read(value: Value<'_>) -> Result<Self, String> {
        match i64::read(value)? {
            0 => Ok(false),
            1 => Ok(true),
            number => Err(format!("a truth value is 0 or 1, found {number}")),
        }
    }
}

impl Column for f64 {
    fn read(value: Value<'_>) -> Result<Self, String> {
        match value {
            Value::Real(number) => Ok(number),
            Value::Int(number) => Ok(number as f64),
            other => Err(unexpected("a number", &other)),
        }
    }
}

impl Column for String {
    fn read(value: Value<'_>) -> Result<Self, String> {
        match value {
            Value::Text(text) => Ok(text.into_owned()),
            other => Err(unexpected("text", &other)),
        }
    }
}

impl Column for Vec<u8> {
    fn read(value: Value<'_>) -> Result<Self, String> {
        match value {
            Value::Blob(bytes) => Ok(bytes.into_owned()),
            other => Err(unexpected("bytes", &other)),
        }
    }
}

impl<const N: usize> Column for [u8; N] {
    fn read(value: Value<'_>) -> Result<Self, String> {
        match value {
            Value::Blob(bytes) => <[u8; N]>::try_from(&*bytes)
                .map_err(|_| format!("{N} bytes were expected, found {}", bytes.len())),
            other => Err(unexpected("bytes", &other)),
        }
    }
}

impl Column for Uuid {
    fn read(value: Value<'_>) -> Result<Self, String> {
        <[u8; 16]>::read(value).map(Uuid::from_bytes)
    }
}

impl Column for Timestamp {
    fn read(value: Value<'_>) -> Result<Self, String> {
        Timestamp::from_microsecond(i64::read(value)?).map_err(|error| error.to_string())
    }
}

impl Column for Date {
    fn read(value: Value<'_>) -> Result<Self, String> {
        match value {
            Value::Text(text) => text.parse().map_err(|error: jiff::Error| error.to_string()),
            other => Err(unexpected("a date as text", &other)),
        }
    }
}

impl<T: Column> Column for Option<T> {
    fn read(value: Value<'_>) -> Result<Self, String> {
        match value {
            Value::Null => Ok(None),
            other => T::read(other).map(Some),
        }
    }
}
