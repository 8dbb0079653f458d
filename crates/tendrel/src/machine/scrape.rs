//! `GET /metrics`, on a port of its own, in Prometheus' text format.

mod store;
#[cfg(test)]
mod tests;
mod text;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;

use crate::app::App;
use crate::directory::sessions;
use crate::machine::health::disk;
use crate::machine::scrape::text::Text;

/// Answers whoever asks at the address of the settings; nobody when there is none.
///
/// # Errors
/// When nothing can listen there.
pub async fn serve(app: App) -> anyhow::Result<()> {
    let Some(listen) = app.settings.machines.metrics_listen else {
        return std::future::pending().await;
    };
    let listener = TcpListener::bind(listen).await?;
    tracing::info!("metrics at http://{}/metrics", listener.local_addr()?);
    Ok(axum::serve(listener, router(app)).await?)
}

fn router(app: App) -> Router {
    Router::new().route("/metrics", get(tell)).with_state(app)
}

async fn tell(State(app): State<App>, headers: HeaderMap) -> Response {
    if let Some(token) = &app.settings.machines.metrics_token {
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        // Hashes are compared, so that the time tells nothing of the token.
        if sessions::hash(given) != sessions::hash(token) {
            return StatusCode::UNAUTHORIZED.into_response();
        }
    }
    let now = app.clock.now();
    let idle = app.settings.sign_in.idle();
    let stored = app.db.read(move |r| store::read(r, now, idle)).await;
    let mut text = Text::default();
    of_node(&app, &mut text);
    text.gauge("tendrel_database_up", "Whether the database answers.", f64::from(u8::from(stored.is_ok())));
    if let Ok(stored) = stored {
        stored.tell(&mut text);
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text.done()).into_response()
}

fn of_node(app: &App, text: &mut Text) {
    let metrics = &app.machine.metrics;
    text.head("tendrel_build_info", "gauge", "The version that runs.");
    text.line("tendrel_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1.0);
    text.head("tendrel_requests_total", "counter", "Answers, by pattern of the address and status.");
    let routes = metrics.routes();
    let named = || routes.iter().filter_map(|(name, route)| Some((name.split_once(' ')?, route)));
    for ((method, route), counted) in named() {
        for (status, count) in counted.statuses() {
            let labels = [("method", method), ("route", route), ("status", &status.to_string())];
            text.line("tendrel_requests_total", &labels, count as f64);
        }
    }
    text.head("tendrel_request_seconds", "histogram", "How long answers took.");
    for ((method, route), counted) in named() {
        text.timing("tendrel_request_seconds", &[("method", method), ("route", route)], &counted.took);
    }
    text.gauge("tendrel_connections", "Connections that are open.", metrics.connections() as f64);
    of_database(app, text);
    text.head(
        "tendrel_jobs_ended_total",
        "counter",
        "Jobs that this node did, and those that failed and are tried again.",
    );
    for (kind, (done, failed)) in metrics.jobs() {
        for (outcome, count) in [("done", done), ("failed", failed)] {
            let labels = [("kind", kind.as_str()), ("outcome", outcome)];
            text.line("tendrel_jobs_ended_total", &labels, count as f64);
        }
    }
    if let Some(disk) = disk(&app.settings.data) {
        text.gauge("tendrel_disk_free_bytes", "Room on the disk of the data folder.", disk.free as f64);
        text.gauge("tendrel_disk_size_bytes", "Size of the disk of the data folder.", disk.size as f64);
    }
    if app.machine.replica.is_set() {
        let lag = app.machine.replica.lag();
        text.gauge(
            "tendrel_replica_known",
            "Whether it is known what the replica holds.",
            f64::from(u8::from(lag.is_some())),
        );
        text.gauge(
            "tendrel_replica_lag_seconds",
            "How far the replica is behind.",
            lag.map_or(f64::NAN, |lag| lag.as_secs_f64()),
        );
    }
}

fn of_database(app: &App, text: &mut Text) {
    let (figures, (reads, writes)) = (app.db.figures(), app.db.waiting());
    text.head("tendrel_database_queue", "gauge", "Questions that wait for a thread.");
    text.line("tendrel_database_queue", &[("sort", "read")], reads as f64);
    text.line("tendrel_database_queue", &[("sort", "write")], writes as f64);
    text.head("tendrel_database_wait_seconds", "histogram", "How long questions waited for a thread.");
    text.timing("tendrel_database_wait_seconds", &[("sort", "read")], &figures.reads);
    text.timing("tendrel_database_wait_seconds", &[("sort", "write")], &figures.writes);
    let (commits, writes) = figures.commits();
    text.counter("tendrel_database_commits_total", "Commits.", commits as f64);
    text.counter(
        "tendrel_database_writes_total",
        "Changes in these commits; several may share one.",
        writes as f64,
    );
    text.counter("tendrel_database_statements_total", "Statements.", app.db.statements() as f64);
}
