//! A site that vouches for people, on loopback, that says whatever a test has it say.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::clock::Clock;
use crate::frame;

pub(crate) const CLIENT: &str = "tendrel";

#[derive(Clone)]
pub(crate) struct Issuer(Arc<Inner>);

struct Inner {
    address: String,
    key: Mutex<EcdsaKeyPair>,
    /// Claims that the next token has beside, or instead of, the usual ones.
    claims: Mutex<Json>,
    user_info: Mutex<Json>,
    nonce: Mutex<String>,
    challenge: Mutex<String>,
}

fn new_key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap()
}

impl Issuer {
    pub(crate) async fn start() -> Issuer {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = Issuer(Arc::new(Inner {
            address: format!("http://{}", listener.local_addr().unwrap()),
            key: Mutex::new(new_key()),
            claims: Mutex::new(json!({})),
            user_info: Mutex::new(json!({})),
            nonce: Mutex::new(String::new()),
            challenge: Mutex::new(String::new()),
        }));
        let site = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/me", get(user_info))
            .with_state(issuer.clone());
        tokio::spawn(async { axum::serve(listener, site).await });
        issuer
    }

    pub(crate) fn address(&self) -> &str {
        &self.0.address
    }

    /// What the next token says.
    pub(crate) fn says(&self, claims: Json) {
        *self.0.claims.lock().unwrap() = claims;
    }

    pub(crate) fn tells_of_people(&self, claims: Json) {
        *self.0.user_info.lock().unwrap() = claims;
    }

    /// Somebody was sent here with these.
    pub(crate) fn gets(&self, nonce: &str, challenge: &str) {
        nonce.clone_into(&mut self.0.nonce.lock().unwrap());
        challenge.clone_into(&mut self.0.challenge.lock().unwrap());
    }

    /// Signs by a new key from now on.
    pub(crate) fn changes_key(&self) {
        *self.0.key.lock().unwrap() = new_key();
    }

    fn key_name(&self) -> String {
        let key = self.0.key.lock().unwrap();
        URL_SAFE_NO_PAD.encode(&Sha256::digest(key.public_key().as_ref())[..6])
    }

    pub(crate) fn sign(&self, typ: &str, claims: &Json) -> String {
        let head = json!({ "alg": "ES256", "typ": typ, "kid": self.key_name() });
        let encoded = |part: &Json| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encoded(&head), encoded(claims));
        let signature = self.0.key.lock().unwrap().sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The token by which it ends sessions, with these claims instead of the usual ones.
    pub(crate) fn logout_token(&self, now: Timestamp, claims: &Json) -> String {
        let event = "http://schemas.openid.net/event/backchannel-logout";
        let mut all = json!({
            "iss": self.address(), "aud": CLIENT, "iat": now.as_second(), "exp": now.as_second() + 120,
            "jti": crate::secret::new(), "events": { event: {} },
        });
        merge(&mut all, claims);
        self.sign("logout+jwt", &all)
    }
}

fn merge(all: &mut Json, claims: &Json) {
    for (name, value) in claims.as_object().unwrap() {
        if value.is_null() {
            all.as_object_mut().unwrap().remove(name);
        } else {
            all[name] = value.clone();
        }
    }
}

async fn configuration(State(issuer): State<Issuer>) -> Response {
    let at = issuer.address();
    frame::json(
        StatusCode::OK,
        &json!({
            "issuer": at, "authorization_endpoint": format!("{at}/authorize"), "token_endpoint": format!("{at}/token"),
            "userinfo_endpoint": format!("{at}/me"), "jwks_uri": format!("{at}/keys"), "response_types_supported": ["code"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["ES256"],
        }),
    )
}

async fn keys(State(issuer): State<Issuer>) -> Response {
    let point = issuer.0.key.lock().unwrap().public_key().as_ref().to_vec();
    let part = |from: usize| URL_SAFE_NO_PAD.encode(&point[from..from + 32]);
    frame::json(
        StatusCode::OK,
        &json!({ "keys": [{
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": issuer.key_name(), "x": part(1), "y": part(33),
    }] }),
    )
}

async fn user_info(State(issuer): State<Issuer>) -> Response {
    frame::json(StatusCode::OK, &issuer.0.user_info.lock().unwrap())
}

async fn token(State(issuer): State<Issuer>, body: String) -> Result<Response, StatusCode> {
    let form: std::collections::HashMap<String, String> =
        form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let proof = URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"]));
    if proof != *issuer.0.challenge.lock().unwrap() || form["code"] != "right" {
        return Err(StatusCode::BAD_REQUEST);
    }
    // The library looks at the clock of the machine.
    let now = Clock::Machine.now().as_second();
    let mut claims = json!({
        "iss": issuer.address(), "aud": CLIENT, "sub": "k-1", "sid": "s-1", "iat": now, "exp": now + 60,
        "nonce": *issuer.0.nonce.lock().unwrap(), "email": "karma@tendrel.example", "email_verified": true,
        "name": "Karma Wangmo", "preferred_username": "karma",
    });
    merge(&mut claims, &issuer.0.claims.lock().unwrap());
    Ok(frame::json(
        StatusCode::OK,
        &json!({
            "access_token": "opaque", "token_type": "Bearer", "expires_in": 60, "id_token": issuer.sign("JWT", &claims),
        }),
    ))
}
