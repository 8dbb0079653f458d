//! The few kinds of JSON that the API speaks, as JSON Schema.

use serde_json::{Map, Value as Json, json};

use crate::settings::{LONG_TEXT_LIMIT, SHORT_TEXT_LIMIT};

pub(super) fn text() -> Json {
    json!({ "type": "string" })
}

/// A line that is typed.
pub(super) fn short() -> Json {
    json!({ "type": "string", "maxLength": SHORT_TEXT_LIMIT })
}

/// A text that must have words in it.
pub(super) fn words() -> Json {
    json!({ "type": "string", "minLength": 1, "maxLength": LONG_TEXT_LIMIT, "pattern": "\\S" })
}

/// A line that must have words in it.
pub(super) fn name() -> Json {
    json!({ "type": "string", "minLength": 1, "maxLength": SHORT_TEXT_LIMIT, "pattern": "\\S" })
}

pub(super) fn integer() -> Json {
    json!({ "type": "integer" })
}

pub(super) fn between(least: i64, most: i64) -> Json {
    json!({ "type": "integer", "minimum": least, "maximum": most })
}

pub(super) fn number() -> Json {
    json!({ "type": "number" })
}

pub(super) fn truth() -> Json {
    json!({ "type": "boolean" })
}

/// Seconds of working time, or of the calendar.
pub(super) fn seconds() -> Json {
    json!({ "type": "integer", "minimum": 0 })
}

pub(super) fn count() -> Json {
    json!({ "type": "integer", "minimum": 0 })
}

pub(super) fn instant() -> Json {
    json!({ "type": "string", "format": "date-time" })
}

pub(super) fn day() -> Json {
    json!({ "type": "string", "format": "date" })
}

pub(super) fn id() -> Json {
    json!({ "type": "string", "format": "uuid" })
}

pub(super) fn file() -> Json {
    json!({ "contentMediaType": "application/octet-stream" })
}

pub(super) fn one_of<'a>(codes: impl IntoIterator<Item = &'a str>) -> Json {
    json!({ "type": "string", "enum": codes.into_iter().collect::<Vec<_>>() })
}

pub(super) fn level(levels: impl IntoIterator<Item = i64>) -> Json {
    json!({ "type": "integer", "enum": levels.into_iter().collect::<Vec<_>>() })
}

pub(super) fn list(of: Json) -> Json {
    json!({ "type": "array", "items": of })
}

pub(super) fn or_null(of: Json) -> Json {
    json!({ "anyOf": [of, { "type": "null" }] })
}

pub(super) fn refer(name: &str) -> Json {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// An object of an answer: all its members are always there.
pub(super) fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
    let required: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    let properties: Map<String, Json> =
        members.iter().map(|(name, of)| ((*name).to_owned(), of.clone())).collect();
    json!({ "type": "object", "required": required, "properties": properties })
}

/// What is sent: names that end in "!" must be there; what need not be may be empty, as in a form.
pub(super) fn body<const N: usize>(members: [(&str, Json); N]) -> Json {
    let mut required = Vec::new();
    let mut properties = Map::new();
    for (name, of) in members {
        let plain = name.trim_end_matches('!');
        let must = plain != name;
        if must {
            required.push(plain);
        }
        properties.insert(plain.to_owned(), if must { of } else { or_empty(of) });
    }
    json!({ "type": "object", "required": required, "properties": properties })
}

/// A text of certain forms only, or none: spaces, and what no keyboard sends, are none.
pub(super) fn or_empty(of: Json) -> Json {
    let mut forms = of["anyOf"].as_array().cloned().unwrap_or_else(|| vec![of.clone()]);
    let is_bound =
        |form: &Json| ["const", "enum", "format", "pattern"].iter().any(|it| form.get(it).is_some());
    if !forms.iter().all(|form| form["type"] == "string" && is_bound(form)) {
        return of;
    }
    forms.push(json!({ "type": "string", "pattern": "^[\\s\\u0000-\\u001f\\u007f-\\u009f]*$" }));
    json!({ "anyOf": forms })
}

/// The members of both.
pub(super) fn and(mut one: Json, other: &Json) -> Json {
    if let (Some(to), Some(from)) = (one["properties"].as_object_mut(), other["properties"].as_object()) {
        to.extend(from.clone());
    }
    if let (Some(to), Some(from)) = (one["required"].as_array_mut(), other["required"].as_array()) {
        to.extend(from.clone());
    }
    one
}
