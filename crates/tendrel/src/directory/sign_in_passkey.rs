//! Signing in with a passkey: something one has and a finger, face or PIN, so nothing more is asked.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::post;
use database::{Error, Transaction};
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use crate::app::App;
use crate::directory::accounts::{self, Account, PER_ADDRESS};
use crate::directory::came_by::CameBy;
use crate::directory::my_passkeys::site;
use crate::directory::passkeys::{self, Act, Refused, Site, store};
use crate::directory::{answer, sign_in};
use crate::events::Actor;
use crate::frame::form::FormData;
use crate::problem::Problem;
use crate::viewer::Viewer;

/// Challenges that one address may ask for in a quarter of an hour.
const CHALLENGES: usize = 90;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/sign-in/passkey", post(sign_in))
        .route("/sign-in/passkey/challenge", post(challenge))
}

async fn challenge(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    let (site, now) = (site(&app)?, viewer.now);
    let subject = format!("challenge:{}", viewer.address);
    let challenge = app
        .db
        .write(move |tx| {
            if accounts::pause(&accounts::failures(tx, &subject, now)?, CHALLENGES, now).is_some() {
                return Ok(None);
            }
            accounts::note_failure(tx, std::slice::from_ref(&subject), now)?;
            store::challenge(tx, None, now).map(Some)
        })
        .await?
        .ok_or(Problem::TooMany)?;
    answer::data(StatusCode::OK, &json!({ "challenge": challenge, "site": site.host }))
}

/// What the form carries back.
#[derive(Clone, Debug)]
struct Answer {
    credential: Vec<u8>,
    challenge: Vec<u8>,
    client_data: Vec<u8>,
    authenticator_data: Vec<u8>,
    signature: Vec<u8>,
    /// Whose the key is, as the authenticator remembers it.
    user: Vec<u8>,
}

fn read(form: &FormData, site: &Site) -> Result<Answer, Refused> {
    let bytes = |name: &str| passkeys::from_text(form.text(name));
    let client_data = bytes("client_data")?;
    Ok(Answer {
        credential: bytes("id")?,
        challenge: passkeys::challenge_of(&client_data, Act::Get, site)?,
        authenticator_data: bytes("authenticator_data")?,
        signature: bytes("signature")?,
        user: bytes("user")?,
        client_data,
    })
}

async fn sign_in(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    form: FormData,
) -> Result<Response, Problem> {
    let site = site(&app)?;
    let (now, address) = (viewer.now, viewer.address.clone());
    let answer = read(&form, &site).ok();
    let account = app
        .db
        .write(move |tx| {
            let subject = format!("address:{address}");
            if accounts::pause(&accounts::failures(tx, &subject, now)?, PER_ADDRESS, now).is_some() {
                return Ok(Err(Problem::TooMany));
            }
            let mut subject_of_event = Uuid::nil();
            if let Some(answer) = &answer {
                let (known, account) = check(tx, answer, &site, now)?;
                if let Some(account) = account {
                    return Ok(Ok(account));
                }
                subject_of_event = known.unwrap_or_default();
            }
            accounts::note_failure(tx, &[subject], now)?;
            let nobody = Actor { person: None, name: String::new() };
            sign_in::record(tx, subject_of_event, nobody, "sign-in failed", &address, now)?;
            Ok::<_, Error>(Err(Problem::Input("passkey-unknown")))
        })
        .await??;
    sign_in::enter(&app, &viewer, &headers, account, &CameBy::Passkey, form.text("back")).await
}

/// Whose key it says it is, and the account when everything is as it must be.
fn check(
    tx: &mut Transaction,
    answer: &Answer,
    site: &Site,
    now: Timestamp,
) -> Result<(Option<Uuid>, Option<Account>), Error> {
    let is_ours = store::take_challenge(tx, &answer.challenge, None, now)?;
    let Some(stored) = store::find(tx, &answer.credential)? else {
        return Ok((None, None));
    };
    let id = stored.account.uuid();
    let uses = passkeys::check_signature(
        &stored.public_key,
        stored.uses,
        &answer.authenticator_data,
        &answer.client_data,
        &answer.signature,
        site,
    );
    let account = accounts::get(tx, stored.account)?.filter(|account| account.closed_at.is_none());
    let (Ok(uses), Some(account)) = (uses, account) else {
        return Ok((Some(id), None));
    };
    if !is_ours || answer.user != id.as_bytes() {
        return Ok((Some(id), None));
    }
    store::used(tx, &answer.credential, uses, now)?;
    Ok((Some(id), Some(account)))
}
