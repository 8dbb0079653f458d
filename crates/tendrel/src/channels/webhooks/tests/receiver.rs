use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::Value as Json;

/// A program elsewhere that takes what it is sent, or answers as it is told to.
pub(super) struct Receiver {
    pub(super) url: String,
    state: Arc<Mutex<Taken>>,
    serving: tokio::task::JoinHandle<()>,
}

struct Taken {
    messages: Vec<Message>,
    answer: (u16, String),
}

#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) id: String,
    timestamp: String,
    pub(super) signature: String,
    pub(super) body: String,
}

impl Receiver {
    pub(super) async fn new() -> Receiver {
        let state = Arc::new(Mutex::new(Taken { messages: Vec::new(), answer: (204, String::new()) }));
        let app = Router::new().fallback(take).with_state(Arc::clone(&state));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Receiver { url, state, serving }
    }

    pub(super) fn answers(&self, status: u16, words: &str) {
        self.state.lock().unwrap().answer = (status, words.to_owned());
    }

    /// What came since the last time.
    pub(super) fn messages(&self) -> Vec<Message> {
        std::mem::take(&mut self.state.lock().unwrap().messages)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn take(
    State(state): State<Arc<Mutex<Taken>>>,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, String) {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/json");
    let mut taken = state.lock().unwrap();
    taken.messages.push(Message {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        body,
    });
    (StatusCode::from_u16(taken.answer.0).unwrap(), taken.answer.1.clone())
}

impl Message {
    pub(super) fn json(&self) -> Json {
        serde_json::from_str(&self.body).unwrap()
    }

    /// As the specification says: any of the signatures, over id, time and body.
    pub(super) fn is_signed_by(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        let content = format!("{}.{}.{}", self.id, self.timestamp, self.body);
        let tags = self.signature.split(' ').map(|one| one.strip_prefix("v1,").unwrap());
        tags.map(|tag| STANDARD.decode(tag).unwrap())
            .any(|tag| hmac::verify(&key, content.as_bytes(), &tag).is_ok())
    }

    /// What happened.
    pub(super) fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }

    pub(super) fn number(&self) -> String {
        self.json()["data"]["number"].as_str().unwrap().to_owned()
    }
}
