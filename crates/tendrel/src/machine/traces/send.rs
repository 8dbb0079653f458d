//! Sends what is to be told with the program's own client, from a thread that is none of the runtime's.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::{Request, Response};
use bytes::Bytes;
use opentelemetry_http::{HttpClient, HttpError};
use tokio::runtime::Handle;

use crate::outbound::Outbound;

pub(super) struct Sender {
    outbound: Outbound,
    runtime: Handle,
    /// Said once, not with every batch.
    is_away: AtomicBool,
}

impl Sender {
    pub(super) fn new(outbound: Outbound, runtime: Handle) -> Sender {
        Sender { outbound, runtime, is_away: AtomicBool::new(false) }
    }

    fn note(&self, fault: Option<String>) {
        let was_away = self.is_away.swap(fault.is_some(), Ordering::Relaxed);
        match fault {
            Some(fault) if !was_away => {
                tracing::warn!("the collector of traces does not take them, they are thrown away: {fault}");
            }
            None if was_away => tracing::info!("the collector of traces takes them again"),
            _ => {}
        }
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sender")
    }
}

#[async_trait::async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let outbound = self.outbound.clone();
        let sent = self.runtime.spawn(async move { outbound.send(request.map(|body| body.to_vec())).await });
        let answer = sent.await.map_err(HttpError::from).and_then(|answer| answer.map_err(HttpError::from));
        let fault = match &answer {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("it answers {}", answer.status())),
            Err(error) => Some(error.to_string()),
        };
        self.note(fault);
        Ok(answer?.map(Bytes::from))
    }
}
