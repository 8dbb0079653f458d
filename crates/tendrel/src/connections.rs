//! Connections: how many there may be, how long they may take to say what they want, and how they end.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower::Layer;

use crate::machine::Machine;

/// Connections at once; who comes later waits to be accepted.
const CONNECTIONS: usize = 4_096;
/// How long a connection may be silent, or send its headers byte by byte. The body has the router's own limit.
const HEADERS_WITHIN: Duration = Duration::from_secs(20);
const BUFFER: usize = 64 * 1024;
/// How long what was begun may take after the program was told to stop.
const STOP_WITHIN: Duration = Duration::from_secs(20);

/// Answers until `stop` is there, then finishes what was begun.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    machine: &Arc<Machine>,
    stop: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let open = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Too many open files, most likely: the next try waits until some are closed.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        // For the handlers that ask who is there.
        let service = TowerToHyperService::new(Extension(ConnectInfo(peer)).layer(router.clone()));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS_WITHIN)
            .max_buf_size(BUFFER)
            .serve_connection(TokioIo::new(stream), service);
        let watched = open.watch(connection);
        let machine = Arc::clone(machine);
        tokio::spawn(async move {
            let counted = machine.metrics.opened();
            // A client that goes away in the middle is no news.
            let _ = watched.await;
            drop(counted);
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(STOP_WITHIN, open.shutdown()).await.is_err() {
        tracing::warn!("stopped while connections were still open");
    }
}
