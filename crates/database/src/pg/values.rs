use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use bytes::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::error::{short, sql as sql_error};
use crate::{Error, Value};

/// A parameter and its place, counted from 1, for messages.
#[derive(Debug)]
pub(crate) struct Parameter<'a> {
    pub(crate) value: &'a Value<'a>,
    pub(crate) place: usize,
}

/// A parameter that does not fit what the statement takes there.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) parameter: usize,
    pub(crate) message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "parameter ${}: {}", self.parameter, self.message)
    }
}

impl StdError for Fault {}

impl Parameter<'_> {
    fn fault(&self, message: String) -> Box<dyn StdError + Sync + Send> {
        Box::new(Fault { parameter: self.place, message })
    }

    fn mismatch(&self, ty: &Type) -> Box<dyn StdError + Sync + Send> {
        let kind = self.value.kind();
        self.fault(format!(
            "it is {kind}, the statement takes {ty} here; if that is wrong, write CAST(${} AS …)",
            self.place
        ))
    }

    fn narrow<T: TryFrom<i64>>(&self, number: i64, ty: &Type) -> Result<T, Box<dyn StdError + Sync + Send>> {
        T::try_from(number).map_err(|_| self.fault(format!("{number} is out of the range of {ty}")))
    }
}

impl ToSql for Parameter<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        if let Some(fault) = self.value.fault() {
            return Err(self.fault(fault.to_owned()));
        }
        match (self.value, ty) {
            (Value::Null, _) => return Ok(IsNull::Yes),
            (Value::Int(number), &Type::INT8) => out.extend_from_slice(&number.to_be_bytes()),
            (Value::Int(number), &Type::INT4) => {
                out.extend_from_slice(&self.narrow::<i32>(*number, ty)?.to_be_bytes());
            }
            (Value::Int(number), &Type::INT2) => {
                out.extend_from_slice(&self.narrow::<i16>(*number, ty)?.to_be_bytes());
            }
            (Value::Int(number), &Type::FLOAT8) => out.extend_from_slice(&(*number as f64).to_be_bytes()),
            (Value::Int(number @ (0 | 1)), &Type::BOOL) => out.extend_from_slice(&[u8::from(*number == 1)]),
            (Value::Real(number), &Type::FLOAT8) => out.extend_from_slice(&number.to_be_bytes()),
            (Value::Text(text), _) if is_text(ty) => out.extend_from_slice(text.as_bytes()),
            (Value::Blob(bytes), &Type::BYTEA) => out.extend_from_slice(bytes),
            _ => return Err(self.mismatch(ty)),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn is_text(ty: &Type) -> bool {
    matches!(*ty, Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN | Type::JSON)
}

/// Whether values of this type can be given as parameters.
pub(super) fn is_known_parameter(ty: &Type) -> bool {
    is_text(ty) || is_known_column(ty)
}

/// Whether columns of this type can be read.
pub(super) fn is_known_column(ty: &Type) -> bool {
    is_text(ty)
        || matches!(
            *ty,
            Type::INT2 | Type::INT4 | Type::INT8 | Type::FLOAT4 | Type::FLOAT8 | Type::BOOL | Type::BYTEA
        )
}

/// Says what to write instead of a type that SQLite does not have.
pub(super) fn advice(ty: &Type) -> String {
    let cast = match *ty {
        Type::NUMERIC => {
            "; sums of BIGINT are NUMERIC: write CAST(… AS BIGINT) or CAST(… AS DOUBLE PRECISION)"
        }
        _ => "; write CAST(… AS TEXT) or AS BIGINT",
    };
    format!("the type {ty} is not one of BIGINT, DOUBLE PRECISION, TEXT, BYTEA{cast}")
}

/// Writes a row as COPY's text format takes it: a line of fields with tabs between them.
pub(super) fn copy_line(row: &[Value<'_>], width: usize, sql: &str, line: &mut Vec<u8>) -> Result<(), Error> {
    if row.len() != width {
        return Err(sql_error(sql, format!("takes {width} values, {} were given", row.len())));
    }
    for (index, value) in row.iter().enumerate() {
        if let Some(fault) = value.fault() {
            let message = fault.to_owned();
            return Err(Error::Parameter { parameter: index + 1, statement: short(sql), message });
        }
        if index > 0 {
            line.push(b'\t');
        }
        match value {
            Value::Null => line.extend_from_slice(b"\\N"),
            Value::Int(number) => line.extend_from_slice(number.to_string().as_bytes()),
            Value::Real(number) => line.extend_from_slice(number.to_string().as_bytes()),
            Value::Text(text) => text.bytes().for_each(|byte| copy_byte(byte, line)),
            Value::Blob(bytes) => {
                line.extend_from_slice(b"\\\\x");
                for byte in bytes.iter() {
                    line.extend_from_slice(format!("{byte:02x}").as_bytes());
                }
            }
        }
    }
    line.push(b'\n');
    Ok(())
}

fn copy_byte(byte: u8, line: &mut Vec<u8>) {
    match byte {
        b'\\' => line.extend_from_slice(b"\\\\"),
        b'\t' => line.extend_from_slice(b"\\t"),
        b'\n' => line.extend_from_slice(b"\\n"),
        b'\r' => line.extend_from_slice(b"\\r"),
        other => line.push(other),
    }
}

struct Found<'a>(Value<'a>);

impl<'a> FromSql<'a> for Found<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Found<'a>, Box<dyn StdError + Sync + Send>> {
        let value = match *ty {
            Type::INT8 => Value::Int(i64::from_be_bytes(raw.try_into()?)),
            Type::INT4 => Value::Int(i32::from_be_bytes(raw.try_into()?).into()),
            Type::INT2 => Value::Int(i16::from_be_bytes(raw.try_into()?).into()),
            Type::FLOAT8 => Value::Real(f64::from_be_bytes(raw.try_into()?)),
            Type::FLOAT4 => Value::Real(f32::from_be_bytes(raw.try_into()?).into()),
            Type::BOOL => Value::Int(raw.first().is_some_and(|byte| *byte != 0).into()),
            Type::BYTEA => Value::Blob(Cow::Borrowed(raw)),
            _ => Value::Text(Cow::Borrowed(str::from_utf8(raw)?)),
        };
        Ok(Found(value))
    }

    fn from_sql_null(_: &Type) -> Result<Found<'a>, Box<dyn StdError + Sync + Send>> {
        Ok(Found(Value::Null))
    }

    fn accepts(ty: &Type) -> bool {
        is_known_column(ty)
    }
}

pub(crate) fn cell(row: &postgres::Row, index: usize) -> Result<Value<'_>, String> {
    let Some(column) = row.columns().get(index) else { return Err("there is no such column".to_owned()) };
    if !is_known_column(column.type_()) {
        return Err(advice(column.type_()));
    }
    match row.try_get::<usize, Found<'_>>(index) {
        Ok(Found(value)) => Ok(value),
        Err(error) => Err(error.to_string()),
    }
}
