//! The same act on a page and in the API: what it answers differs, what it does is the same.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::frame::form::Wrong;
use crate::frame::languages::{Language, text};
use crate::frame::{Frame, see_other};
use crate::problem::Problem;
use crate::viewer::Viewer;

#[derive(Template)]
#[template(path = "directory/in_office.html")]
struct InOffice<'a> {
    frame: &'a Frame,
    body: String,
}

#[derive(Template)]
#[template(path = "directory/in_public.html")]
struct InPublic<'a> {
    frame: &'a Frame,
    body: String,
}

/// A page of the directory: with the officers' menu for those who have one, else as the public pages are.
pub fn page(status: StatusCode, frame: &Frame, body: &impl Template) -> Result<Response, Problem> {
    let body = body.render()?;
    if frame.is_office() {
        crate::frame::page(status, &InOffice { frame, body })
    } else {
        crate::frame::page(status, &InPublic { frame, body })
    }
}

/// Data for a program. Never kept by a cache: it is about the reader.
pub fn data(status: StatusCode, value: &impl Serialize) -> Result<Response, Problem> {
    let text = serde_json::to_string(value).map_err(anyhow::Error::from)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((status, headers, text).into_response())
}

/// It is done: a browser goes to the page that shows it, a program is told the record.
pub fn done(viewer: &Viewer, address: &str, said: &str, record: &Json) -> Result<Response, Problem> {
    if viewer.by_api() {
        return data(StatusCode::OK, record);
    }
    let (path, anchor) =
        address.split_once('#').map_or((address, String::new()), |(path, it)| (path, format!("#{it}")));
    let joint = if path.contains('?') { '&' } else { '?' };
    Ok(see_other(&format!("{path}{joint}done={said}{anchor}")))
}

/// What is wrong with the fields, as a program is told it (RFC 9457).
pub fn wrong_fields(wrong: &Wrong) -> Response {
    let errors: serde_json::Map<String, Json> =
        wrong.all().map(|(field, sentence)| (field.clone(), sentence.as_str().into())).collect();
    let body = json!({
        "type": "urn:tendrel:wrong-fields",
        "title": text(Language::English, false, "wrong-title", &[("count", wrong.len().into())]),
        "status": 422,
        "errors": errors,
    });
    let media_type = HeaderValue::from_static("application/problem+json");
    (StatusCode::UNPROCESSABLE_ENTITY, [(header::CONTENT_TYPE, media_type)], body.to_string()).into_response()
}

/// The form again with what was typed and what is wrong with it.
pub(super) fn refused(
    viewer: &Viewer,
    frame: &Frame,
    wrong: &Wrong,
    form: &impl Template,
) -> Result<Response, Problem> {
    if viewer.by_api() {
        return Ok(wrong_fields(wrong));
    }
    page(StatusCode::UNPROCESSABLE_ENTITY, frame, form)
}
