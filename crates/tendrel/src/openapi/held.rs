//! The JSON that is posted is held against the document: a member of another type than it tells is refused, not read as
//! something else. A version that is no number must not be taken for none.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value as Json, json};

use crate::app::App;
use crate::frame::languages::{Language, text};
use crate::openapi::document;
use crate::problem::Problem;

/// Bytes of one JSON body.
const BODY_LIMIT: usize = 1024 * 1024;

/// For each address the members whose type the document tells.
type Types = BTreeMap<String, BTreeMap<String, String>>;

/// Types do not hang on what an installation decides, so they are read from the document once.
fn types(app: &App) -> &'static Types {
    static TYPES: OnceLock<Types> = OnceLock::new();
    TYPES.get_or_init(|| {
        let document = document(app);
        let paths = document["paths"].as_object().into_iter().flatten();
        paths.map(|(path, methods)| (path.clone(), members(&methods["post"]))).collect()
    })
}

fn members(operation: &Json) -> BTreeMap<String, String> {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let members = schema["properties"].as_object().into_iter().flatten();
    let typed = members.filter_map(|(name, schema)| {
        let first = &schema["anyOf"][0]["type"];
        let kind = schema["type"].as_str().or(first.as_str())?;
        Some((name.clone(), kind.to_owned()))
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
        let wrong = told.iter().filter(|(name, kind)| object.get(*name).is_some_and(|it| !is(it, kind)));
        let errors: Map<String, Json> =
            wrong.map(|(name, kind)| (name.clone(), sentence(kind).into())).collect();
        if !errors.is_empty() {
            return refusal(errors);
        }
    }
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}

fn sentence(kind: &str) -> String {
    text(Language::English, false, &format!("api-type-{kind}"), &[])
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
