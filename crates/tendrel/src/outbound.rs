//! The one client by which the program asks others by HTTP: it waits so long and no longer, takes so much and no more,
//! and goes where it was sent and nowhere else.

use std::time::Duration;

use axum::http;
use futures_util::StreamExt;
use rustls::ClientConfig;

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// Bytes of an answer.
const ANSWER_LIMIT: usize = 1024 * 1024;

/// Cheap to clone; connections are kept.
#[derive(Clone, Debug)]
pub struct Outbound(reqwest::Client);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    #[error("no answer: {0}")]
    Away(#[from] reqwest::Error),
    #[error("the answer is longer than {ANSWER_LIMIT} bytes")]
    TooLong,
    #[error("the answer cannot be read: {0}")]
    Unreadable(#[from] http::Error),
}

impl Outbound {
    /// # Errors
    /// When no client can be made of this.
    pub fn new(tls: ClientConfig) -> anyhow::Result<Outbound> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("Tendrel/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Outbound(client))
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// When there is none in time, or it is too long.
    pub async fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, NoAnswer> {
        let answer = self.0.execute(reqwest::Request::try_from(request)?).await?;
        let mut whole = http::Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            whole = whole.header(name, value);
        }
        let mut body = Vec::new();
        let mut parts = answer.bytes_stream();
        while let Some(part) = parts.next().await {
            let part = part?;
            if body.len() + part.len() > ANSWER_LIMIT {
                return Err(NoAnswer::TooLong);
            }
            body.extend_from_slice(&part);
        }
        Ok(whole.body(body)?)
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::response::Redirect;
    use axum::routing::get;

    use super::*;

    async fn ask(path: &str) -> Result<http::Response<Vec<u8>>, NoAnswer> {
        let site = Router::new()
            .route("/short", get(|| async { "here" }))
            .route("/long", get(|| async { vec![b'x'; ANSWER_LIMIT + 1] }))
            .route("/away", get(|| async { Redirect::to("/short") }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(async { axum::serve(listener, site).await });
        let outbound = Outbound::new(crate::tls::client(None).unwrap()).unwrap();
        let request = http::Request::get(format!("http://{address}{path}")).body(Vec::new()).unwrap();
        let answer = outbound.send(request).await;
        serving.abort();
        answer
    }

    #[tokio::test]
    async fn an_answer_has_its_limit_and_leads_nowhere_else() {
        assert_eq!(ask("/short").await.unwrap().body(), b"here");
        assert!(matches!(ask("/long").await, Err(NoAnswer::TooLong)));
        let led = ask("/away").await.unwrap();
        assert_eq!((led.status().as_u16(), led.body().len()), (303, 0));
    }
}
