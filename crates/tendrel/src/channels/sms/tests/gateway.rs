use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};

/// A gateway that takes what it is sent, or answers as it is told to.
pub(super) struct Gateway {
    pub(super) url: String,
    state: Arc<Mutex<Taken>>,
    serving: tokio::task::JoinHandle<()>,
}

struct Taken {
    messages: Vec<Message>,
    answers: Vec<(u16, String)>,
    slow: std::time::Duration,
}

#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) method: String,
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Gateway {
    pub(super) async fn new() -> Gateway {
        let taken =
            Taken { messages: Vec::new(), answers: vec![(200, "OK".to_owned())], slow: Default::default() };
        let state = Arc::new(Mutex::new(taken));
        let app = Router::new().fallback(take).with_state(Arc::clone(&state));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/send", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Gateway { url, state, serving }
    }

    /// One after the other; the last one stays.
    pub(super) fn answers(&self, answers: &[(u16, &str)]) {
        let answers = answers.iter().map(|(status, words)| (*status, (*words).to_owned()));
        self.state.lock().unwrap().answers = answers.collect();
    }

    pub(super) fn is_slow(&self, millis: u64) {
        self.state.lock().unwrap().slow = std::time::Duration::from_millis(millis);
    }

    /// It is unplugged.
    pub(super) fn stop(&self) {
        self.serving.abort();
    }

    /// What came since the last time.
    pub(super) fn messages(&self) -> Vec<Message> {
        std::mem::take(&mut self.state.lock().unwrap().messages)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn take(State(state): State<Arc<Mutex<Taken>>>, request: Request) -> (StatusCode, String) {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 100_000).await.unwrap();
    let (answer, slow) = {
        let mut taken = state.lock().unwrap();
        taken.messages.push(Message {
            method: parts.method.to_string(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        });
        let answer = if taken.answers.len() > 1 { taken.answers.remove(0) } else { taken.answers[0].clone() };
        (answer, taken.slow)
    };
    tokio::time::sleep(slow).await;
    (StatusCode::from_u16(answer.0).unwrap(), answer.1)
}

impl Message {
    /// A field of the form or of the address.
    pub(super) fn field(&self, name: &str) -> String {
        let encoded = if self.body.is_empty() { &self.query } else { &self.body };
        let mut fields = form_urlencoded::parse(encoded.as_bytes());
        fields.find(|(known, _)| known == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    }
}
