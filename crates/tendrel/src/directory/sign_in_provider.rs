//! Signing in by a site that vouches: sent there, and back with a code that only this browser can use.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use jiff::SignedDuration;
use serde::Deserialize;
use uuid::Uuid;

use crate::app::App;
use crate::directory::accounts::{self, PER_ADDRESS};
use crate::directory::came_by::CameBy;
use crate::directory::providers::exchange::{Vouched, exchange};
use crate::directory::providers::trip::{HOLDS, Trip};
use crate::directory::providers::{self, Refused, text, values};
use crate::directory::vouched_for::{self, Said};
use crate::directory::{second_step, sessions, sign_in};
use crate::events::Actor;
use crate::frame::see_other;
use crate::problem::Problem;
use crate::settings::identity::ProviderSettings;
use crate::viewer::Viewer;

/// Times that one address may be sent to a provider within a quarter of an hour.
const TRIPS: usize = 90;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/sign-in/with/{key}", get(go)).route("/sign-in/with/{key}/back", get(come_back))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    back: String,
}

async fn go(
    State(app): State<App>,
    viewer: Viewer,
    Path(key): Path<String>,
    Query(Wanted { back }): Query<Wanted>,
) -> Result<Response, Problem> {
    let provider = providers::of(&app, &key).ok_or(Problem::NotFound)?;
    let trip = Trip::new();
    let (now, subject, wanted) = (viewer.now, format!("trip:{}", viewer.address), back.clone());
    let begun = Trip { secret: trip.secret.clone() };
    // Counted before anything is asked: who presses the button a thousand times asks nobody a thousand times.
    app.db
        .write(move |tx| -> Result<(), Problem> {
            if accounts::pause(&accounts::failures(tx, &subject, now)?, TRIPS, now).is_some() {
                return Err(Problem::TooMany);
            }
            accounts::note_failure(tx, std::slice::from_ref(&subject), now)?;
            Ok(begun.begin(tx, &key, &wanted, now)?)
        })
        .await?;
    let address = match trip.address(&app, provider).await {
        Ok(address) => address,
        Err(refused) => return tell(&app, &viewer, provider, &back, &refused).await,
    };
    let mut response = see_other(&address);
    let cookie = sessions::secret_cookie(&app, cookie(&app), &trip.secret, HOLDS);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

fn cookie(app: &App) -> &'static str {
    if app.settings.secure_cookies { "__Host-trip" } else { "trip" }
}

/// What the provider sends back, by way of the browser.
#[derive(Deserialize)]
struct Sent {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    error: String,
    /// RFC 9207: who answers.
    iss: Option<String>,
}

async fn come_back(
    State(app): State<App>,
    viewer: Viewer,
    Path(key): Path<String>,
    headers: HeaderMap,
    Query(sent): Query<Sent>,
) -> Result<Response, Problem> {
    let provider = providers::of(&app, &key).ok_or(Problem::NotFound)?;
    let mut response = arrive(&app, &viewer, provider, &headers, sent).await?;
    let over = sessions::secret_cookie(&app, cookie(&app), "", SignedDuration::ZERO);
    response.headers_mut().append(header::SET_COOKIE, over);
    Ok(response)
}

async fn arrive(
    app: &App,
    viewer: &Viewer,
    provider: &ProviderSettings,
    headers: &HeaderMap,
    sent: Sent,
) -> Result<Response, Problem> {
    let trip = sessions::cookie(headers, cookie(app)).map(|secret| Trip { secret });
    let trip = trip.filter(|trip| trip.state() == sent.state);
    let mut begun = None;
    if let Some(Trip { secret }) = &trip {
        let (trip, key, now) = (Trip { secret: secret.clone() }, provider.key.clone(), viewer.now);
        begun = app.db.write(move |tx| trip.end(tx, &key, now)).await?;
    }
    let (Some(trip), Some(back)) = (trip, begun) else {
        return sign_in::refused(
            app,
            viewer,
            "",
            StatusCode::UNPROCESSABLE_ENTITY,
            "provider-start-again",
            provider,
        );
    };
    if !sent.error.is_empty() || sent.code.is_empty() {
        tracing::info!(provider = provider.key, error = sent.error, "a provider sent somebody back");
        return sign_in::refused(
            app,
            viewer,
            &back,
            StatusCode::UNPROCESSABLE_ENTITY,
            "provider-not-vouched",
            provider,
        );
    }
    let is_theirs = sent.iss.is_none_or(|issuer| issuer == provider.issuer);
    let vouched = match is_theirs {
        true => exchange(app, provider, &trip, &sent.code).await,
        false => Err(Refused::Untrue("another issuer answered".to_owned())),
    };
    match vouched {
        Ok(vouched) => let_in(app, viewer, provider, headers, &vouched, &back).await,
        Err(refused) => tell(app, viewer, provider, &back, &refused).await,
    }
}

async fn let_in(
    app: &App,
    viewer: &Viewer,
    provider: &ProviderSettings,
    headers: &HeaderMap,
    vouched: &Vouched,
    back: &str,
) -> Result<Response, Problem> {
    let (said, now, of) = (said(provider, vouched), viewer.now, provider.clone());
    let welcome =
        app.db.write(move |tx| vouched_for::welcome(tx, &said, &of.roles, of.create_people, now)).await?;
    match welcome {
        Ok(account) => {
            let came_by = CameBy::Provider(vouched.voucher.clone());
            second_step::go_on(app, viewer, headers, account, came_by, back).await
        }
        Err(why) => {
            failed(app, viewer, false).await?;
            sign_in::refused(app, viewer, back, StatusCode::FORBIDDEN, why, provider)
        }
    }
}

fn said(provider: &ProviderSettings, vouched: &Vouched) -> Said {
    let claims = &vouched.claims;
    let office = provider.office_claim.as_ref().map(|claim| text(claims, claim)).unwrap_or_default();
    Said {
        issuer: vouched.voucher.issuer.clone(),
        subject: vouched.voucher.subject.clone(),
        name: text(claims, "name"),
        username: text(claims, "preferred_username"),
        email: vouched.email().unwrap_or_default(),
        phone: String::new(),
        employee_id: String::new(),
        post: String::new(),
        office,
        values: provider.roles_claim.as_ref().map(|claim| values(claims, claim)),
    }
}

/// Says that it did not work, on the page that shows the other ways in.
async fn tell(
    app: &App,
    viewer: &Viewer,
    provider: &ProviderSettings,
    back: &str,
    refused: &Refused,
) -> Result<Response, Problem> {
    tracing::warn!(provider = provider.key, "nobody comes in: {refused}");
    match refused {
        Refused::Away(_) => {
            sign_in::refused(app, viewer, back, StatusCode::SERVICE_UNAVAILABLE, "provider-away", provider)
        }
        Refused::Untrue(_) => {
            failed(app, viewer, true).await?;
            sign_in::refused(app, viewer, back, StatusCode::UNPROCESSABLE_ENTITY, "provider-untrue", provider)
        }
    }
}

async fn failed(app: &App, viewer: &Viewer, counts: bool) -> Result<(), Problem> {
    let (address, now) = (viewer.address.clone(), viewer.now);
    app.db
        .write(move |tx| -> Result<(), Problem> {
            let subject = format!("address:{address}");
            if counts && accounts::pause(&accounts::failures(tx, &subject, now)?, PER_ADDRESS, now).is_none()
            {
                accounts::note_failure(tx, std::slice::from_ref(&subject), now)?;
            }
            let nobody = Actor { person: None, name: String::new() };
            Ok(sign_in::record(tx, Uuid::nil(), nobody, "sign-in failed", &address, now)?)
        })
        .await
}

#[cfg(test)]
mod tests;
