//! A code is exchanged for a token; what the token says is believed when its signature, issuer, audience, time and nonce
//! are as they must be.

use openidconnect::core::{CoreGenderClaim, CoreIdToken, CoreTokenResponse};
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalClaims, AuthorizationCode, ClaimsVerificationError,
    OAuth2TokenResponse, SignatureVerificationError, SubjectIdentifier, TokenResponse, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::trip::Trip;
use super::{Client, Refused, chain, claims_of, client, metadata, send, values};
use crate::app::App;
use crate::directory::came_by::Voucher;
use crate::settings::identity::ProviderSettings;

/// What a provider said of somebody.
#[derive(Clone, Debug)]
pub(in crate::directory) struct Vouched {
    pub(in crate::directory) voucher: Voucher,
    pub(in crate::directory) claims: Map<String, Json>,
}

impl Vouched {
    /// The address, if the provider has seen that it is theirs.
    pub(in crate::directory) fn email(&self) -> Option<String> {
        let is_verified =
            self.claims.get("email_verified").is_some_and(|it| *it == Json::Bool(true) || *it == "true");
        let email = super::text(&self.claims, "email").to_lowercase();
        Some(email).filter(|email| is_verified && email.contains('@'))
    }
}

/// Claims beside those of the standard.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Others(Map<String, Json>);

impl AdditionalClaims for Others {}

pub(in crate::directory) async fn exchange(
    app: &App,
    provider: &ProviderSettings,
    trip: &Trip,
    code: &str,
) -> Result<Vouched, Refused> {
    let mut client = client(app, provider, metadata(app, provider, false).await?)?;
    let answer = token(app, &client, trip, code).await?;
    let id_token = answer.id_token().ok_or_else(|| Refused::Untrue("there is no id token".to_owned()))?;
    let mut checked = check(&client, trip, id_token, answer.access_token());
    if let Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) =
        checked
    {
        // It changed its keys since we looked.
        client = super::client(app, provider, metadata(app, provider, true).await?)?;
        checked = check(&client, trip, id_token, answer.access_token());
    }
    let subject = checked.map_err(|error| Refused::Untrue(chain(&error)))?;
    let mut claims = claims_of(&id_token.to_string())
        .ok_or_else(|| Refused::Untrue("the id token has no claims".to_owned()))?;
    if needs_more(provider, &claims) {
        add_user_info(app, &client, &mut claims, answer.access_token(), &subject).await?;
    }
    let said = [values(&claims, "amr"), values(&claims, "acr")].concat();
    let voucher = Voucher {
        issuer: provider.issuer.clone(),
        subject: subject.to_string(),
        sid: super::text(&claims, "sid"),
        second_factor: said.iter().any(|value| provider.second_factor.contains(value)),
    };
    Ok(Vouched { voucher, claims })
}

async fn token(app: &App, client: &Client, trip: &Trip, code: &str) -> Result<CoreTokenResponse, Refused> {
    let ask = |request| send(app.outbound.clone(), request);
    let asked = client
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .map_err(|error| Refused::Away(chain(&error)))?
        .set_pkce_verifier(trip.verifier());
    asked.request_async(&ask).await.map_err(|error| match error {
        openidconnect::RequestTokenError::Request(_) => Refused::Away(chain(&error)),
        _ => Refused::Untrue(chain(&error)),
    })
}

fn check(
    client: &Client,
    trip: &Trip,
    id_token: &CoreIdToken,
    access_token: &AccessToken,
) -> Result<SubjectIdentifier, ClaimsVerificationError> {
    let verifier = client.id_token_verifier();
    let claims = id_token.claims(&verifier, &trip.nonce())?;
    if let Some(expected) = claims.access_token_hash() {
        let unsigned = ClaimsVerificationError::SignatureVerification;
        let algorithm = id_token.signing_alg().map_err(unsigned)?;
        let key = id_token.signing_key(&verifier).map_err(unsigned)?;
        let actual = AccessTokenHash::from_token(access_token, algorithm, key);
        if !actual.is_ok_and(|actual| actual == *expected) {
            return Err(ClaimsVerificationError::Other("the access token is another's".to_owned()));
        }
    }
    Ok(claims.subject().clone())
}

/// Does something that is asked for stand with the provider, and not in the token?
fn needs_more(provider: &ProviderSettings, claims: &Map<String, Json>) -> bool {
    let asked = [Some("email"), provider.roles_claim.as_deref(), provider.office_claim.as_deref()];
    asked.into_iter().flatten().any(|name| !claims.contains_key(name))
}

async fn add_user_info(
    app: &App,
    client: &Client,
    claims: &mut Map<String, Json>,
    access_token: &AccessToken,
    subject: &SubjectIdentifier,
) -> Result<(), Refused> {
    // A provider without the address for it has told all it tells.
    let Ok(asked) = client.user_info(access_token.clone(), Some(subject.clone())) else {
        return Ok(());
    };
    let ask = |request| send(app.outbound.clone(), request);
    let told: UserInfoClaims<Others, CoreGenderClaim> =
        asked.request_async(&ask).await.map_err(|error| Refused::Untrue(chain(&error)))?;
    if let Ok(Json::Object(told)) = serde_json::to_value(told) {
        for (name, value) in told {
            claims.entry(name).or_insert(value);
        }
    }
    Ok(())
}
