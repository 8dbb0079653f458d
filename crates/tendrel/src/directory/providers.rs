//! Sites that vouch for people by OpenID Connect: where each is reached, and what is believed of what it says.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use openidconnect::core::{CoreClient, CoreProviderMetadata};
use openidconnect::{
    ClientId, ClientSecret, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, RedirectUrl,
};
use serde_json::{Map, Value as Json};

use crate::app::App;
use crate::outbound::{NoAnswer, Outbound};
use crate::settings::identity::ProviderSettings;

pub(super) mod exchange;
pub(super) mod logout_token;
pub(super) mod trip;

/// What a provider says of itself is asked for again after so long, or when a signature is by a key not yet seen.
const FRESH: SignedDuration = SignedDuration::from_mins(10);

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What the providers said of themselves. Cheap to clone; one for the whole program.
#[derive(Clone, Default)]
pub struct Providers(Arc<Mutex<HashMap<String, (Timestamp, CoreProviderMetadata)>>>);

/// Why somebody cannot come in by a provider.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    #[error("the provider does not answer as it should: {0}")]
    Away(String),
    #[error("what the provider says is not believed: {0}")]
    Untrue(String),
}

pub(super) fn of<'a>(app: &'a App, key: &str) -> Option<&'a ProviderSettings> {
    app.settings.sign_in.providers().iter().find(|provider| provider.key == key)
}

/// What the provider says of itself, as it was found a moment ago or, if that must be, now.
pub(super) async fn metadata(
    app: &App,
    provider: &ProviderSettings,
    must_be_new: bool,
) -> Result<CoreProviderMetadata, Refused> {
    let now = app.clock.now();
    let kept = app.providers.0.lock().unwrap_or_else(PoisonError::into_inner).get(&provider.key).cloned();
    if let Some((_, metadata)) = kept.filter(|(at, _)| !must_be_new && now.duration_since(*at) < FRESH) {
        return Ok(metadata);
    }
    let away = |error: &dyn std::error::Error| Refused::Away(chain(error));
    let issuer = IssuerUrl::new(provider.issuer.clone()).map_err(|error| away(&error))?;
    let ask = |request| send(app.outbound.clone(), request);
    let found = CoreProviderMetadata::discover_async(issuer, &ask).await.map_err(|error| away(&error))?;
    let mut all = app.providers.0.lock().unwrap_or_else(PoisonError::into_inner);
    all.insert(provider.key.clone(), (now, found.clone()));
    Ok(found)
}

async fn send(
    outbound: Outbound,
    request: openidconnect::HttpRequest,
) -> Result<openidconnect::HttpResponse, NoAnswer> {
    outbound.send(request).await
}

/// An error with what lies under it, for the log.
fn chain(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut under = error.source();
    while let Some(error) = under {
        said.push_str(": ");
        said.push_str(&error.to_string());
        under = error.source();
    }
    said
}

fn client(app: &App, provider: &ProviderSettings, metadata: CoreProviderMetadata) -> Result<Client, Refused> {
    let secret = provider.client_secret.clone().map(ClientSecret::new);
    let back = format!("{}/sign-in/with/{}/back", app.settings.base_url, provider.key);
    let back = RedirectUrl::new(back).map_err(|error| Refused::Away(chain(&error)))?;
    let client =
        CoreClient::from_provider_metadata(metadata, ClientId::new(provider.client_id.clone()), secret);
    Ok(client.set_redirect_uri(back))
}

/// The claims of a token that was found to be true.
fn claims_of(token: &str) -> Option<Map<String, Json>> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&payload).ok()
}

/// The values of a claim: one text, or a list of them.
pub(super) fn values(claims: &Map<String, Json>, name: &str) -> Vec<String> {
    match claims.get(name) {
        Some(Json::String(one)) => vec![one.clone()],
        Some(Json::Array(all)) => all.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

pub(super) fn text(claims: &Map<String, Json>, name: &str) -> String {
    claims.get(name).and_then(Json::as_str).unwrap_or_default().trim().to_owned()
}
