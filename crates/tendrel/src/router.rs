//! All routes, and what every request passes through on its way to them.

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::post;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};

use crate::app::App;
use crate::directory::sessions;
use crate::frame::{assets, middleware, problem_page};
use crate::openapi::{self, held};
use crate::{analysis, channels, desk, directory, machine, retention, system};

/// Bytes of one request: ten attachments of 10 MB and their form.
const BODY_LIMIT: usize = 104 * 1024 * 1024;
const ANSWER_WITHIN: Duration = Duration::from_secs(120);
/// A body that stops for so long has stopped for ever.
const BODY_GOES_ON_WITHIN: Duration = Duration::from_secs(20);

pub fn router(app: App) -> Router {
    let pages = Router::new()
        .merge(directory::routes())
        .merge(desk::routes())
        .merge(analysis::routes())
        .merge(channels::routes())
        .merge(system::routes())
        .merge(retention::routes())
        .merge(openapi::routes())
        .route("/language", post(sessions::choose_language))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(from_fn_with_state(app.clone(), held::hold))
        .layer(from_fn_with_state(app.clone(), machine::remember_write))
        .layer(from_fn_with_state(app.clone(), sessions::recognise))
        .layer(from_fn_with_state(app.clone(), middleware::check_origin))
        .layer(from_fn(middleware::check_address))
        .layer(from_fn_with_state(app.clone(), problem_page::write));
    let packed = DefaultPredicate::new().and(NotForContentType::const_new("application/pdf"));
    pages
        .merge(assets::routes())
        .merge(machine::health::routes())
        .layer(CompressionLayer::new().quality(tower_http::CompressionLevel::Fastest).compress_when(packed))
        .layer(from_fn(middleware::add_headers))
        .layer(RequestBodyTimeoutLayer::new(BODY_GOES_ON_WITHIN))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER_WITHIN))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(tower_http::catch_panic::CatchPanicLayer::new())
        .layer(from_fn_with_state(app.clone(), machine::watched))
        .with_state(app)
}
