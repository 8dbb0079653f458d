//! What every request passes through: size and time limits, the same-origin check, the headers that keep a browser
//! in bounds, and a name by which the log can be searched.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::problem::Problem;

const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'; worker-src 'self'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
];

/// Adds the headers; a handler that set one of them knows better.
pub async fn add_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    // Data is for programs: a browser that is led to it keeps it as a file and shows nothing of it.
    if is_data(response.headers()) && !response.headers().contains_key(header::CONTENT_DISPOSITION) {
        let file = HeaderValue::from_static("attachment; filename=\"data.json\"");
        response.headers_mut().insert(header::CONTENT_DISPOSITION, file);
    }
    for (name, value) in HEADERS {
        if !response.headers().contains_key(&name) {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
    }
    response
}

fn is_data(headers: &HeaderMap) -> bool {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    media.starts_with("application/json") || media.starts_with("application/problem+json")
}

/// Refuses a form that another site made the browser send. Requests with a token carry no cookie and pass.
pub async fn check_origin(State(app): State<App>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe
        || request.headers().contains_key(header::AUTHORIZATION)
        || is_same_origin(&app, request.headers())
    {
        return next.run(request).await;
    }
    Problem::Input("problem-other-site").into_response()
}

/// Refuses a program's address with the character NUL in it: nothing is called so, and no database can be asked for
/// it. A page shows what there is instead.
pub async fn check_address(request: Request, next: Next) -> Response {
    let address = request.uri().path_and_query().map_or("", |it| it.as_str());
    if address.starts_with("/api/") && address.contains("%00") {
        Problem::Address.into_response()
    } else {
        next.run(request).await
    }
}

fn is_same_origin(app: &App, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    // Browsers before 2020 send no Sec-Fetch-Site, but Origin with every POST.
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => {
            let origin_host = origin.split_once("://").map_or(origin, |(_, rest)| rest);
            origin_host == host || origin == app.settings.base_url
        }
        // No browser: nothing that a foreign page could have made it send.
        (None, _) => true,
        (Some(_), None) => false,
    }
}
