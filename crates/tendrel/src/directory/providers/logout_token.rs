//! The token by which a provider ends its sessions (OpenID Connect Back-Channel Logout 1.0).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use database::{Error, Transaction};
use jiff::{SignedDuration, Timestamp};
use openidconnect::JsonWebKey;
use openidconnect::core::{CoreJwsSigningAlgorithm, CoreProviderMetadata};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::{claims_of, text, values};
use crate::directory::sessions;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// A token is as old as this at most; clocks may differ by the other.
const OLDEST: SignedDuration = SignedDuration::from_mins(10);
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(2);

/// Whose sessions end: all of a person, or the one of a name.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::directory) struct Logout {
    pub(in crate::directory) subject: String,
    pub(in crate::directory) sid: String,
}

#[derive(Deserialize)]
struct Head {
    alg: CoreJwsSigningAlgorithm,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    typ: Option<String>,
}

/// Why a token is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::directory) enum Wrong {
    #[error("it is not a token")]
    Form,
    #[error("its signature is by none of the provider's keys")]
    Signature,
    #[error("it is another issuer's, or for somebody else")]
    Parties,
    #[error("it is too old, or not of this time")]
    Time,
    #[error("it is no token for ending sessions")]
    Kind,
    #[error("it does not say whose sessions")]
    Nobody,
}

/// # Errors
/// Why it is not believed.
pub(in crate::directory) fn read(
    token: &str,
    metadata: &CoreProviderMetadata,
    client_id: &str,
    now: Timestamp,
) -> Result<Logout, Wrong> {
    let (signed, signature) = token.rsplit_once('.').ok_or(Wrong::Form)?;
    let (head, payload) = signed.split_once('.').ok_or(Wrong::Form)?;
    let head = URL_SAFE_NO_PAD.decode(head).ok().and_then(|head| serde_json::from_slice::<Head>(&head).ok());
    let head = head.filter(|_| !payload.contains('.')).ok_or(Wrong::Form)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Wrong::Form)?;
    if !head.typ.as_deref().is_none_or(|typ| matches!(typ.to_lowercase().as_str(), "jwt" | "logout+jwt")) {
        return Err(Wrong::Kind);
    }
    // The provider publishes the keys of others' signatures only: one of ours would be none.
    let is_signed = metadata.jwks().keys().iter().any(|key| {
        let is_named = head.kid.is_none() || key.key_id().map(|id| id.as_str()) == head.kid.as_deref();
        is_named && key.verify_signature(&head.alg, signed.as_bytes(), &signature).is_ok()
    });
    if !is_signed {
        return Err(Wrong::Signature);
    }
    let claims = claims_of(token).ok_or(Wrong::Form)?;
    check(&claims, metadata.issuer().as_str(), client_id, now)
}

fn check(claims: &Map<String, Json>, issuer: &str, client_id: &str, now: Timestamp) -> Result<Logout, Wrong> {
    if text(claims, "iss") != issuer || !values(claims, "aud").iter().any(|aud| aud == client_id) {
        return Err(Wrong::Parties);
    }
    let instant = |name: &str| {
        claims.get(name).and_then(Json::as_i64).and_then(|second| Timestamp::from_second(second).ok())
    };
    let issued = instant("iat").ok_or(Wrong::Time)?;
    let is_over = claims.contains_key("exp") && instant("exp").is_none_or(|until| until <= now);
    if is_over || issued < now - OLDEST || issued > now + CLOCKS_DIFFER {
        return Err(Wrong::Time);
    }
    let is_logout = claims.get("events").and_then(|events| events.get(EVENT)).is_some_and(Json::is_object);
    // An id token has a nonce: it must not pass for this.
    if !is_logout || claims.contains_key("nonce") || text(claims, "jti").is_empty() {
        return Err(Wrong::Kind);
    }
    let logout = Logout { subject: text(claims, "sub"), sid: text(claims, "sid") };
    if logout.subject.is_empty() && logout.sid.is_empty() { Err(Wrong::Nobody) } else { Ok(logout) }
}

/// False for a token that was taken before.
pub(in crate::directory) fn take(tx: &mut Transaction, token: &str, now: Timestamp) -> Result<bool, Error> {
    tx.execute("DELETE FROM logout_tokens WHERE expires_at < $1", &[now.into()])?;
    let taken = tx.execute(
        "INSERT INTO logout_tokens (token_hash, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        &[sessions::hash(token).into(), (now + OLDEST + CLOCKS_DIFFER).into()],
    )?;
    Ok(taken == 1)
}
