//! Each request has a name: taken from the proxy, or made here; it stands in every line of the log that the request
//! writes, and goes back in the answer. The pattern of the address is logged, never the address: that may hold a
//! secret or a name.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::{Instrument, Span, debug_span, field};

use crate::app::App;
use crate::machine::metrics::known;
use crate::machine::traces::{self, TRACE};

const NAME: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST: usize = 64;

/// What stands for an address that is none of ours.
const UNKNOWN: &str = "unknown";

/// The pattern of an address, such as `/requests/{number}`.
pub(crate) fn pattern(request: &Request) -> String {
    let matched = request.extensions().get::<MatchedPath>();
    matched.map_or_else(|| UNKNOWN.to_owned(), |path| path.as_str().to_owned())
}

/// Names the request, and counts it and its time.
pub async fn watched(State(app): State<App>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = id_of(request.headers());
    let (method, route) = (request.method().clone(), pattern(&request));
    let span = tracing::info_span!("request", id, %method, route);
    let traced = span.in_scope(|| traced(&app, request.headers(), known(&method), &route, &id));
    let mut response = next.run(request).instrument(traced.clone()).instrument(span.clone()).await;
    let took = begun.elapsed();
    let status = response.status().as_u16();
    traced.record("http.response.status_code", i64::from(status));
    if status >= 500 {
        traced.record("otel.status_code", "ERROR");
    }
    span.in_scope(|| tracing::debug!(status, milliseconds = took.as_millis(), "answered"));
    app.machine.metrics.answered(&method, &route, status, took);
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(NAME, id);
    }
    response
}

/// The request as its trace tells it.
fn traced(app: &App, headers: &HeaderMap, method: &str, route: &str, id: &str) -> Span {
    let span = debug_span!(
        target: TRACE,
        "request",
        otel.name = %format_args!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = field::Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = field::Empty,
        request_id = id
    );
    if app.settings.behind_proxy && !span.is_disabled() {
        traces::follow(&span, headers);
    }
    span
}

/// What the proxy calls it if that can stand in a log, else a name of our own.
fn id_of(headers: &HeaderMap) -> String {
    let given = headers.get(NAME).and_then(|value| value.to_str().ok());
    let fits = |id: &&str| {
        let plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        (8..=LONGEST).contains(&id.len()) && plain
    };
    given.filter(fits).map_or_else(|| uuid::Uuid::now_v7().simple().to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use crate::testing::{Who, World};

    async fn named(given: Option<&str>) -> String {
        let world = World::new();
        let mut browser = world.browser(Who::Karma);
        if let Some(given) = given {
            browser = browser.with("x-request-id", given);
        }
        let page = browser.get("/requests").await;
        page.headers["x-request-id"].to_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn an_answer_carries_the_name_of_its_request() {
        assert_eq!(named(Some("f3a9-proxy.17")).await, "f3a9-proxy.17");
        assert_eq!(named(None).await.len(), 32);
        for foreign in ["short", "a b c d e f g h", "<script>alert(1)</script>", &"x".repeat(65)] {
            assert_ne!(named(Some(foreign)).await, foreign);
        }
    }
}
