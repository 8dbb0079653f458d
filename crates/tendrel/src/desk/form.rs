//! The rules of a service's form: one set for the public page, the officer's call, the API and an import.
//!
//! Pure: fields and what was given go in; the answers, or for each field what to do about it, come out.

pub mod matter;
pub mod page;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde_json::{Value as Json, json};

use crate::desk::service::{Bound, Field, FieldKind, ShownIf};
use crate::frame::Frame;
use crate::frame::form::FormData;
use crate::frame::languages::Argument;
use crate::settings::{LONG_TEXT_LIMIT, SHORT_TEXT_LIMIT};

/// Answers by the key of their field: text, number, or list of texts.
pub type Answers = BTreeMap<String, Json>;

/// What is wrong, by the name of the field.
pub type Faults = BTreeMap<String, Fault>;

/// Before the key of a service's field in the names of a page's fields, so that it never meets one of the page's own.
pub const PREFIX: &str = "f-";

/// A sentence that says what to do, not yet in anybody's language.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub sentence: &'static str,
    pub arguments: Vec<(&'static str, Argument)>,
}

impl Fault {
    pub fn new(sentence: &'static str) -> Fault {
        Fault { sentence, arguments: Vec::new() }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<Argument>) -> Fault {
        self.arguments.push((name, value.into()));
        self
    }

    pub fn say(&self, frame: &Frame) -> String {
        frame.tn(self.sentence, &self.arguments)
    }
}

/// What somebody gave, by the key of the field: one text, several for several choices; names of files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    pub texts: BTreeMap<String, Vec<String>>,
    pub files: BTreeMap<String, Vec<String>>,
}

impl Given {
    /// What a page sent; names that are no field of the service are left out.
    pub fn of_page(form: &FormData) -> Given {
        let mut given = Given::default();
        for (name, value) in form.fields() {
            if let Some(key) = name.strip_prefix(PREFIX) {
                given.texts.entry(key.to_owned()).or_default().push(value.trim().to_owned());
            }
        }
        for (name, file) in &form.files {
            if let Some(key) = name.strip_prefix(PREFIX) {
                given.files.entry(key.to_owned()).or_default().push(file.name.clone());
            }
        }
        given
    }

    /// What a program sent. Keys that are no field of the service are refused: a program does not mistype on a page.
    ///
    /// # Errors
    /// For each key that is unknown or holds what no field can hold.
    pub fn of_json(fields: &[Field], answers: &serde_json::Map<String, Json>) -> Result<Given, Faults> {
        let mut given = Given::default();
        let mut faults = Faults::new();
        for (key, value) in answers {
            if !fields.iter().any(|field| field.key == *key) {
                faults.insert(key.clone(), Fault::new("form-unknown-key").with("key", key));
                continue;
            }
            match texts_of(value) {
                Some(texts) => drop(given.texts.insert(key.clone(), texts)),
                None => drop(faults.insert(key.clone(), Fault::new("form-shape").with("key", key))),
            }
        }
        if faults.is_empty() { Ok(given) } else { Err(faults) }
    }

    fn texts(&self, key: &str) -> Vec<&str> {
        let all = self.texts.get(key).into_iter().flatten();
        all.map(|text| text.trim()).filter(|text| !text.is_empty()).collect()
    }
}

fn texts_of(value: &Json) -> Option<Vec<String>> {
    match value {
        Json::Null => Some(Vec::new()),
        Json::Bool(yes) => Some(vec![if *yes { "yes" } else { "no" }.to_owned()]),
        Json::Number(number) => Some(vec![number.to_string()]),
        Json::String(text) => Some(vec![clean(text)]),
        Json::Array(all) => all.iter().map(|one| one.as_str().map(clean)).collect::<Option<Vec<String>>>(),
        Json::Object(_) => None,
    }
}

/// Without the characters no keyboard sends: what a page's fields are freed of on arrival.
pub fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// Holds what was given against the fields. Hidden fields are neither required nor kept.
///
/// # Errors
/// For each field that is not right, by its key, the sentence that says what to do.
pub fn check(fields: &[Field], given: &Given) -> Result<Answers, Faults> {
    let mut answers = Answers::new();
    let mut faults = Faults::new();
    let mut hidden = BTreeSet::new();
    for field in fields {
        if !is_shown(field, fields, &answers, &hidden) {
            hidden.insert(field.key.as_str());
            continue;
        }
        match answer(field, given) {
            Ok(Some(answer)) => drop(answers.insert(field.key.clone(), answer)),
            Ok(None) if field.required => drop(faults.insert(field.key.clone(), missing(field))),
            Ok(None) => {}
            Err(fault) => drop(faults.insert(field.key.clone(), fault)),
        }
    }
    if faults.is_empty() { Ok(answers) } else { Err(faults) }
}

/// A field is asked unless it hangs on another that is hidden or has another answer. One that hangs on a field that
/// does not exist is asked: better one question too many than one that nobody can answer.
fn is_shown(field: &Field, fields: &[Field], answers: &Answers, hidden: &BTreeSet<&str>) -> bool {
    let Some(ShownIf { field: on, is }) = &field.shown_if else {
        return true;
    };
    if !fields.iter().any(|other| other.key == *on) {
        return true;
    }
    let given = answers.get(on).map(as_texts).unwrap_or_default();
    !hidden.contains(on.as_str()) && given.iter().any(|text| is.contains(text))
}

/// An answer as the texts it was given in.
pub fn as_texts(answer: &Json) -> Vec<String> {
    match answer {
        Json::Array(all) => all.iter().flat_map(as_texts).collect(),
        Json::String(text) => vec![text.clone()],
        Json::Null => Vec::new(),
        other => vec![other.to_string()],
    }
}

fn answer(field: &Field, given: &Given) -> Result<Option<Json>, Fault> {
    if field.kind == FieldKind::File {
        let names = given.files.get(&field.key).cloned().unwrap_or_default();
        return Ok((!names.is_empty()).then(|| names.into()));
    }
    let texts = given.texts(&field.key);
    if field.kind == FieldKind::Choices {
        return several(field, &texts);
    }
    let text = match texts.as_slice() {
        [] => return Ok(None),
        [one] => *one,
        _ => return Err(about("form-one-only", field)),
    };
    let answer = match field.kind {
        FieldKind::ShortText | FieldKind::Office | FieldKind::Person => {
            short(field, &text.replace(['\n', '\t'], " "), SHORT_TEXT_LIMIT)?
        }
        FieldKind::LongText => short(field, text, LONG_TEXT_LIMIT)?,
        FieldKind::Number => number(field, text)?,
        FieldKind::Date => date(field, text)?,
        FieldKind::YesNo if matches!(text, "yes" | "no") => text.into(),
        FieldKind::YesNo => return Err(about("form-yes-no", field)),
        FieldKind::Choice => offered(field, text)?,
        FieldKind::Choices | FieldKind::File => return Ok(None),
    };
    Ok(Some(answer))
}

fn short(field: &Field, text: &str, limit: usize) -> Result<Json, Fault> {
    let limit = field.max_length.unwrap_or(limit).min(LONG_TEXT_LIMIT);
    let length = text.chars().count();
    if length > limit {
        return Err(about("form-too-long", field).with("limit", limit).with("length", length));
    }
    Ok(text.into())
}

fn offered(field: &Field, text: &str) -> Result<Json, Fault> {
    if field.options.iter().any(|option| option.value == text) {
        return Ok(text.into());
    }
    Err(about("form-not-offered", field).with("value", excerpt(text)))
}

fn several(field: &Field, texts: &[&str]) -> Result<Option<Json>, Fault> {
    let mut chosen: Vec<Json> = Vec::new();
    for text in texts {
        let one = offered(field, text)?;
        if !chosen.contains(&one) {
            chosen.push(one);
        }
    }
    Ok((!chosen.is_empty()).then_some(Json::Array(chosen)))
}

fn number(field: &Field, text: &str) -> Result<Json, Fault> {
    let digits: String = text.chars().filter(|c| *c != ' ' && *c != '\u{a0}').collect();
    let plain = digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-'));
    let number = digits.parse::<f64>().ok().filter(|number| plain && number.is_finite());
    let Some(number) = number else {
        return Err(about("form-not-a-number", field).with("value", excerpt(text)));
    };
    if let Some(Bound::Number(min)) = field.min
        && number < min
    {
        return Err(about("form-number-small", field).with("min", min.to_string()));
    }
    if let Some(Bound::Number(max)) = field.max
        && number > max
    {
        return Err(about("form-number-large", field).with("max", max.to_string()));
    }
    Ok(digits.parse::<i64>().map_or_else(|_| json!(number), Json::from))
}

fn date(field: &Field, text: &str) -> Result<Json, Fault> {
    let day = match read_date(text) {
        Ok(day) => day,
        Err(Misread::Shape) => return Err(about("form-not-a-date", field).with("value", excerpt(text))),
        Err(Misread::NoSuchDay) => return Err(about("form-no-such-day", field).with("value", excerpt(text))),
    };
    if let Some(first) = date_bound(field.min.as_ref())
        && day < first
    {
        return Err(about("form-date-early", field).with("min", first.to_string()));
    }
    if let Some(last) = date_bound(field.max.as_ref())
        && day > last
    {
        return Err(about("form-date-late", field).with("max", last.to_string()));
    }
    Ok(day.to_string().into())
}

fn date_bound(bound: Option<&Bound>) -> Option<Date> {
    match bound {
        Some(Bound::Date(text)) => text.parse().ok(),
        _ => None,
    }
}

/// Why something that was typed is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misread {
    Shape,
    NoSuchDay,
}

/// Reads a date as a browser sends it, 2026-11-20, or as people write it: 20/11/2026, 20.11.2026, 20-11-2026.
///
/// # Errors
/// `NoSuchDay` for the 30th of February.
pub fn read_date(text: &str) -> Result<Date, Misread> {
    let parts: Vec<&str> = text.split(['-', '/', '.']).map(str::trim).collect();
    let [first, month, last] = parts.as_slice() else {
        return Err(Misread::Shape);
    };
    let is_digits =
        |part: &str| !part.is_empty() && part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
    if !parts.iter().all(|part| is_digits(part)) {
        return Err(Misread::Shape);
    }
    let (year, day) = match (first.len(), last.len()) {
        (4, 1..=2) => (first, last),
        (1..=2, 4) => (last, first),
        _ => return Err(Misread::Shape),
    };
    let whole = |part: &str| part.parse::<i16>().map_err(|_| Misread::Shape);
    let small = |part: &str| part.parse::<i8>().map_err(|_| Misread::NoSuchDay);
    Date::new(whole(year)?, small(month)?, small(day)?).map_err(|_| Misread::NoSuchDay)
}

fn about(sentence: &'static str, field: &Field) -> Fault {
    Fault::new(sentence).with("label", &field.label)
}

fn missing(field: &Field) -> Fault {
    let sentence = match field.kind {
        FieldKind::ShortText | FieldKind::LongText | FieldKind::Number => "form-missing",
        FieldKind::Choice | FieldKind::YesNo => "form-missing-choice",
        FieldKind::Choices => "form-missing-choices",
        FieldKind::Date => "form-missing-date",
        FieldKind::Office => "form-missing-office",
        FieldKind::Person => "form-missing-person",
        FieldKind::File => "form-missing-file",
    };
    about(sentence, field)
}

/// The beginning of what was typed: enough to know it again in a sentence.
fn excerpt(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests;
