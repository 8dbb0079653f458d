//! A provider ends the sessions that it vouched for: somebody signed out there, or was shut out.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use database::{Error, Transaction};
use jiff::Timestamp;

use crate::app::App;
use crate::directory::providers::logout_token::{self, Logout};
use crate::directory::providers::{self, Refused};
use crate::directory::sign_in;
use crate::events::Actor;
use crate::frame::form::FormData;
use crate::id::AccountId;
use crate::problem::Problem;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/sign-in/with/{key}/logout", post(end))
}

async fn end(
    State(app): State<App>,
    viewer: Viewer,
    Path(key): Path<String>,
    form: FormData,
) -> Result<Response, Problem> {
    let provider = providers::of(&app, &key).ok_or(Problem::NotFound)?;
    let (token, now, address) = (form.secret("logout_token").to_owned(), viewer.now, viewer.address.clone());
    let mut read = Err(logout_token::Wrong::Signature);
    // Once more with the keys of now, if its own were not among those of a moment ago.
    for must_be_new in [false, true] {
        if read == Err(logout_token::Wrong::Signature) {
            let metadata = match providers::metadata(&app, provider, must_be_new).await {
                Ok(metadata) => metadata,
                Err(Refused::Away(why) | Refused::Untrue(why)) => {
                    tracing::warn!(provider = key, "sessions cannot be ended: {why}");
                    return Ok(answer(StatusCode::SERVICE_UNAVAILABLE));
                }
            };
            read = logout_token::read(&token, &metadata, &provider.client_id, now);
        }
    }
    let logout = match read {
        Ok(logout) => logout,
        Err(wrong) => {
            tracing::warn!(provider = key, "a token for ending sessions is not believed: {wrong}");
            return Ok(answer(StatusCode::BAD_REQUEST));
        }
    };
    let issuer = provider.issuer.clone();
    let is_first = app
        .db
        .write(move |tx| -> Result<bool, Error> {
            let is_first = logout_token::take(tx, &token, now)?;
            if is_first {
                end_sessions(tx, &issuer, &logout, &address, now)?;
            }
            Ok(is_first)
        })
        .await?;
    Ok(answer(if is_first { StatusCode::OK } else { StatusCode::BAD_REQUEST }))
}

fn answer(status: StatusCode) -> Response {
    (status, [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))]).into_response()
}

fn end_sessions(
    tx: &mut Transaction,
    issuer: &str,
    logout: &Logout,
    address: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let Logout { subject, sid } = logout;
    let ended: Vec<AccountId> = tx.rows(
        "DELETE FROM sessions WHERE issuer = $1 AND ($2 = '' OR subject = $2) AND ($3 = '' OR sid = $3)
         RETURNING account_id",
        &[issuer.into(), subject.into(), sid.into()],
        |row| row.get("account_id"),
    )?;
    // Whoever was between the two proofs begins again.
    tx.execute(
        "DELETE FROM entry_links WHERE purpose IN ('code', 'enrol') AND account_id IN (
             SELECT account_id FROM identities WHERE issuer = $1 AND subject = $2)",
        &[issuer.into(), subject.into()],
    )?;
    for account in ended {
        let actor = Actor { person: None, name: String::new() };
        sign_in::record(tx, account.uuid(), actor, "session ended by the provider", address, now)?;
    }
    Ok(())
}
