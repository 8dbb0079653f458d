use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

/// A value on its way into a statement or out of a row: what both databases store alike.
///
/// Truth values are the integers 0 and 1, instants are microseconds since 1970 UTC, dates are ISO
/// text (`2026-08-01`), UUIDs are 16 bytes.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    Null,
    Int(i64),
    Real(f64),
    Text(Cow<'a, str>),
    Blob(Cow<'a, [u8]>),
}

impl Value<'_> {
    /// The same value with its own memory, for keeping.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Null => Value::Null,
            Value::Int(number) => Value::Int(number),
            Value::Real(number) => Value::Real(number),
            Value::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Value::Blob(bytes) => Value::Blob(Cow::Owned(bytes.into_owned())),
        }
    }

    /// What cannot be stored alike on both databases is refused on both, so that a test on one finds it.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        match self {
            Value::Text(text) if text.contains('\0') => {
                Some("the text contains the character NUL, which cannot be stored")
            }
            Value::Real(number) if number.is_nan() => Some("NaN cannot be stored"),
            _ => None,
        }
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Int(_) => "an integer",
            Value::Real(_) => "a real number",
            Value::Text(_) => "text",
            Value::Blob(_) => "bytes",
        }
    }
}

impl<'a> From<&'a Value<'_>> for Value<'a> {
    fn from(value: &'a Value<'_>) -> Self {
        match value {
            Value::Null => Value::Null,
            Value::Int(number) => Value::Int(*number),
            Value::Real(number) => Value::Real(*number),
            Value::Text(text) => Value::Text(Cow::Borrowed(text)),
            Value::Blob(bytes) => Value::Blob(Cow::Borrowed(bytes)),
        }
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

impl From<&i64> for Value<'_> {
    fn from(number: &i64) -> Self {
        Value::Int(*number)
    }
}

impl From<i32> for Value<'_> {
    fn from(number: i32) -> Self {
        Value::Int(number.into())
    }
}

impl From<i16> for Value<'_> {
    fn from(number: i16) -> Self {
        Value::Int(number.into())
    }
}

impl From<i8> for Value<'_> {
    fn from(number: i8) -> Self {
        Value::Int(number.into())
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Value::Int(number.into())
    }
}

impl From<u16> for Value<'_> {
    fn from(number: u16) -> Self {
        Value::Int(number.into())
    }
}

impl From<u8> for Value<'_> {
    fn from(number: u8) -> Self {
        Value::Int(number.into())
    }
}

impl From<bool> for Value<'_> {
    fn from(truth: bool) -> Self {
        Value::Int(truth.into())
    }
}

impl From<f64> for Value<'_> {
    fn from(number: f64) -> Self {
        Value::Real(number)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Value::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Value::Text(Cow::Owned(text))
    }
}

impl<'a> From<Cow<'a, str>> for Value<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Value::Text(text)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Value::Blob(Cow::Borrowed(bytes))
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Value::Blob(Cow::Borrowed(bytes))
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Value::Blob(Cow::Borrowed(bytes))
    }
}

impl From<Vec<u8>> for Value<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Value::Blob(Cow::Owned(bytes))
    }
}

impl<'a> From<&'a Uuid> for Value<'a> {
    fn from(id: &'a Uuid) -> Self {
        Value::Blob(Cow::Borrowed(id.as_bytes()))
    }
}

impl From<Uuid> for Value<'_> {
    fn from(id: Uuid) -> Self {
        Value::Blob(Cow::Owned(id.as_bytes().to_vec()))
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(at: Timestamp) -> Self {
        Value::Int(at.as_microsecond())
    }
}

impl From<&Timestamp> for Value<'_> {
    fn from(at: &Timestamp) -> Self {
        Value::Int(at.as_microsecond())
    }
}

impl From<Date> for Value<'_> {
    fn from(date: Date) -> Self {
        Value::Text(Cow::Owned(date.to_string()))
    }
}

impl From<&Date> for Value<'_> {
    fn from(date: &Date) -> Self {
        Value::Text(Cow::Owned(date.to_string()))
    }
}

impl<'a, T> From<Option<T>> for Value<'a>
where
    T: Into<Value<'a>>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

// One by one: a blanket `&Option<T>` sends the compiler's type inference in circles.

impl<'a> From<&'a Option<String>> for Value<'a> {
    fn from(value: &'a Option<String>) -> Self {
        value.as_ref().map_or(Value::Null, Value::from)
    }
}

impl<'a> From<&'a Option<Vec<u8>>> for Value<'a> {
    fn from(value: &'a Option<Vec<u8>>) -> Self {
        value.as_ref().map_or(Value::Null, Value::from)
    }
}

impl<'a> From<&'a Option<Uuid>> for Value<'a> {
    fn from(value: &'a Option<Uuid>) -> Self {
        value.as_ref().map_or(Value::Null, Value::from)
    }
}

impl From<&Option<i64>> for Value<'_> {
    fn from(value: &Option<i64>) -> Self {
        value.map_or(Value::Null, Value::from)
    }
}

impl From<&Option<Timestamp>> for Value<'_> {
    fn from(value: &Option<Timestamp>) -> Self {
        value.map_or(Value::Null, Value::from)
    }
}

impl From<&Option<Date>> for Value<'_> {
    fn from(value: &Option<Date>) -> Self {
        value.map_or(Value::Null, Value::from)
    }
}
