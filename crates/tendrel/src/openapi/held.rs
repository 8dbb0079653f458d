//! The JSON that is posted is held against the document: a member of another type than it tells, or a longer text, is
//! refused as it came, not read as something else. A version that is no number must not be taken for none.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value as Json, json};

use crate::app::App;
use crate::frame::languages::{Argument, Language, text};
use crate::openapi::document;
use crate::problem::Problem;

/// Bytes of one JSON body.
const BODY_LIMIT: usize = 1024 * 1024;

/// What the document tells of a member.
struct Told {
    kind: String,
    /// Letters of a text.
    longest: Option<u64>,
}

/// For each address the members whose type the document tells.
type Types = BTreeMap<String, BTreeMap<String, Told>>;

/// Types do not hang on what an installation decides, so they are read from the document once.
fn types(app: &App) -> &'static Types {
    static TYPES: OnceLock<Types> = OnceLock::new();
    TYPES.get_or_init(|| {
        let document = document(app);
        let paths = document["paths"].as_object().into_iter().flatten();
        paths.map(|(path, methods)| (path.clone(), members(&methods["post"]))).collect()
    })
}

fn members(operation: &Json) -> BTreeMap<String, Told> {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let members = schema["properties"].as_object().into_iter().flatten();
    let typed = members.filter_map(|(name, schema)| {
        let first = &schema["anyOf"][0]["type"];
        let kind = schema["type"].as_str().or(first.as_str())?.to_owned();
        let longest = schema["maxLength"].as_u64().or(schema["anyOf"][0]["maxLength"].as_u64());
        Some((name.clone(), Told { kind, longest }))
    });
    typed.collect()
}

fn is(value: &Json, kind: &str) -> bool {
    match kind {
        "string" => value.is_string(),
        "integer" => value.is_i64(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.as_array().is_some_and(|items| items.iter().all(Json::is_string)),
        _ => true,
    }
}

/// Middleware, behind which every handler of the API finds members of the types the document tells.
pub async fn hold(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_json = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_json = is_json.is_some_and(|it| it.starts_with("application/json"));
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let told = path.and_then(|path| types(&app).get(&path));
    let (Some(told), true, true) = (told, is_json, request.method() == Method::POST) else {
        return next.run(request).await;
    };
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, BODY_LIMIT).await else {
        return Problem::TooLarge.into_response();
    };
    // What is no object at all is told by the handler.
    if let Ok(object) = serde_json::from_slice::<Map<String, Json>>(&bytes) {
        let errors: Map<String, Json> = told
            .iter()
            .filter_map(|(name, told)| Some((name.clone(), wrong(object.get(name)?, told)?.into())))
            .collect();
        if !errors.is_empty() {
            return refusal(errors);
        }
    }
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}

/// The sentence that says what is wrong with a member, if anything is.
fn wrong(value: &Json, told: &Told) -> Option<String> {
    let say =
        |key: &str, arguments: &[(&str, Argument)]| Some(text(Language::English, false, key, arguments));
    if !is(value, &told.kind) {
        return say(&format!("api-type-{}", told.kind), &[]);
    }
    let (limit, length) = (told.longest?, value.as_str()?.chars().count() as u64);
    if length <= limit {
        return None;
    }
    let (limit, length) = (i64::try_from(limit).ok()?, i64::try_from(length).ok()?);
    say("matter-too-long", &[("limit", limit.into()), ("length", length.into())])
}

fn refusal(errors: Map<String, Json>) -> Response {
    let body = json!({
        "type": "urn:tendrel:api-wrong",
        "title": text(Language::English, false, "api-wrong", &[]),
        "status": 422,
        "errors": errors,
    });
    let media_type = HeaderValue::from_static("application/problem+json");
    (StatusCode::UNPROCESSABLE_ENTITY, [(header::CONTENT_TYPE, media_type)], body.to_string()).into_response()
}
