//! `POST /api/v1/requests` and the services in the API: the same door for programs.
//!
//! The body is a JSON object, or a form with the object in the part `request` and files beside it. With the header
//! `Idempotency-Key` the same request sent again gets the same answer for seven days.

mod input;
mod services;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{FromRequest, Request as HttpRequest, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use database::Transaction;
use jiff::SignedDuration;
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::desk::accept::{Incoming, accept_under};
use crate::desk::form::Faults;
use crate::desk::request::Request;
use crate::desk::save::Desk;
use crate::desk::store;
use crate::directory::sessions;
use crate::events::Actor;
use crate::frame::form::FormData;
use crate::frame::{Frame, json as json_answer};
use crate::id::{AccountId, RequestId};
use crate::problem::Problem;
use crate::secret;
use crate::viewer::Viewer;

/// Bytes of one JSON body.
const BODY_LIMIT: usize = 1024 * 1024;
/// How long a key is remembered.
const KEYS_KEPT: SignedDuration = SignedDuration::from_hours(24 * 7);
const KEY_LIMIT: usize = 200;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/requests", post(send))
        .route("/api/v1/services", get(services::all))
        .route("/api/v1/services/{code}", get(services::one))
}

/// The body, in whichever way it came, and a hash by which it is known again.
struct Sent {
    object: Option<Map<String, Json>>,
    form: FormData,
    hash: Vec<u8>,
}

async fn read(app: &App, request: HttpRequest) -> Result<Sent, Problem> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if content_type.is_some_and(|it| it.starts_with("multipart/form-data")) {
        let form = FormData::from_request(request, app).await?;
        let mut hash = Sha256::new();
        hash.update(form.text("request"));
        form.files.iter().for_each(|(name, file)| {
            hash.update(name);
            hash.update(&file.hash);
        });
        let object = serde_json::from_str(form.text("request")).ok();
        return Ok(Sent { object, form, hash: hash.finalize().to_vec() });
    }
    let body = to_bytes(request.into_body(), BODY_LIMIT).await.map_err(|_| Problem::TooLarge)?;
    let object = serde_json::from_slice(&body).ok();
    Ok(Sent { object, form: FormData::default(), hash: Sha256::digest(&body).to_vec() })
}

async fn send(State(app): State<App>, viewer: Viewer, request: HttpRequest) -> Result<Response, Problem> {
    let me = viewer.must_be_signed_in()?;
    let headers = request.headers().clone();
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let sent = read(&app, request).await?;
    sent.form.must_be_kept()?;
    let frame = Frame::new(&app, &viewer, "");
    if key.len() > KEY_LIMIT {
        return Ok(problem(&frame, StatusCode::UNPROCESSABLE_ENTITY, "api-key-long", &Map::new()));
    }
    let Some(object) = sent.object else {
        return Ok(problem(&frame, StatusCode::UNPROCESSABLE_ENTITY, "api-no-object", &Map::new()));
    };
    let incoming = match input::check(&app, &viewer, me, &object, &sent.form).await? {
        Ok(incoming) => incoming,
        Err(faults) => return Ok(refusal(&frame, &faults)),
    };
    let secret = secret_of(&app, &headers, key, &sent.hash);
    let work = Work { account: me.account, key: key.to_owned(), hash: sent.hash, secret: secret.clone() };
    match write(&app, viewer.actor(), incoming, work).await? {
        Written::New(request) => answer(&app, StatusCode::CREATED, &request, &secret),
        Written::Again(request) => answer(&app, StatusCode::OK, &request, &secret),
        Written::OtherBody => Ok(problem(&frame, StatusCode::CONFLICT, "api-key-used", &Map::new())),
    }
}

/// With a key, a secret that can be made again by whoever holds the same token: so that the answer is the same too.
fn secret_of(app: &App, headers: &HeaderMap, key: &str, hash: &[u8]) -> String {
    let token = headers.get(header::AUTHORIZATION).map(|value| value.as_bytes().to_vec());
    let token =
        token.or_else(|| sessions::cookie(headers, sessions::session_cookie(app)).map(String::into_bytes));
    match token {
        Some(token) if !key.is_empty() => secret::derived(&[b"api", &token, key.as_bytes(), hash]),
        _ => secret::new(),
    }
}

#[derive(Clone)]
struct Work {
    account: AccountId,
    key: String,
    hash: Vec<u8>,
    secret: String,
}

#[derive(Debug)]
enum Written {
    New(Box<Request>),
    Again(Box<Request>),
    /// The key was used for something else.
    OtherBody,
}

async fn write(app: &App, actor: Actor, incoming: Incoming, work: Work) -> Result<Written, Problem> {
    let desk = Desk::new(app);
    let mut tries = 2;
    loop {
        let (desk, incoming, actor, work) = (desk.clone(), incoming.clone(), actor.clone(), work.clone());
        let written = app.db.write(move |tx| write_once(tx, &desk, &incoming, &actor, &work)).await;
        tries -= 1;
        match written {
            // The same key at the same time: the other was first, and the second try finds what it made.
            Err(Problem::Storage(database::Error::Unique { .. })) if tries > 0 => {}
            other => return other,
        }
    }
}

fn write_once(
    tx: &mut Transaction,
    desk: &Desk,
    incoming: &Incoming,
    actor: &Actor,
    work: &Work,
) -> Result<Written, Problem> {
    let Work { account, key, hash, secret } = work;
    if !key.is_empty() {
        tx.execute("DELETE FROM idempotency_keys WHERE created_at < $1", &[(desk.now - KEYS_KEPT).into()])?;
        let used: Option<(Vec<u8>, RequestId)> = tx.row(
            "SELECT request_hash, subject_id FROM idempotency_keys WHERE account_id = $1 AND key = $2",
            &[(*account).into(), key.into()],
            |row| Ok((row.get("request_hash")?, row.get("subject_id")?)),
        )?;
        if let Some((first_hash, id)) = used {
            if first_hash != *hash {
                return Ok(Written::OtherBody);
            }
            return Ok(Written::Again(Box::new(store::by_id(tx, id)?.ok_or(Problem::NotFound)?)));
        }
    }
    let accepted = accept_under(tx, desk, incoming, actor.clone(), secret.clone())?;
    if !key.is_empty() {
        tx.execute(
            "INSERT INTO idempotency_keys (account_id, key, request_hash, subject_id, created_at)
             VALUES ($1, $2, $3, $4, $5)",
            &[(*account).into(), key.into(), hash.as_slice().into(), accepted.id.into(), desk.now.into()],
        )?;
    }
    Ok(Written::New(Box::new(store::by_id(tx, accepted.id)?.ok_or(Problem::NotFound)?)))
}

fn answer(app: &App, status: StatusCode, request: &Request, secret: &str) -> Result<Response, Problem> {
    let unit = app.calendars.unit(request.unit).map(|unit| unit.code).unwrap_or_default();
    let body = json!({
        "id": request.id,
        "number": request.number,
        "unit": unit,
        "state": request.state.code(),
        "priority": request.priority,
        "channel": request.channel.code(),
        "received_at": request.received_at,
        "response_due_at": request.promise.response_due,
        "resolution_due_at": request.promise.resolution_due,
        "follow": format!("{}/r/{secret}", app.settings.base_url),
    });
    let mut response = json_answer(status, &body);
    let path = format!("/api/v1/requests/{}", request.number);
    if let Ok(location) = HeaderValue::from_str(&path) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// What is wrong, field by field, in the words of the page.
fn refusal(frame: &Frame, faults: &Faults) -> Response {
    let errors = faults.iter().map(|(name, fault)| (name.clone(), Json::from(fault.say(frame)))).collect();
    problem(frame, StatusCode::UNPROCESSABLE_ENTITY, "api-wrong", &errors)
}

/// RFC 9457.
fn problem(frame: &Frame, status: StatusCode, sentence: &str, errors: &Map<String, Json>) -> Response {
    let body = json!({
        "type": format!("urn:tendrel:{sentence}"),
        "title": frame.t(sentence),
        "status": status.as_u16(),
        "errors": errors,
    });
    let media_type = HeaderValue::from_static("application/problem+json");
    (status, [(header::CONTENT_TYPE, media_type)], body.to_string()).into_response()
}

#[cfg(test)]
mod tests;
