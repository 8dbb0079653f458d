//! All routes, and what every request passes through on its way to them.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::http::{Request, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::post;
use tower::ServiceBuilder;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
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
    // As one: each layer of its own would wrap each of the routes once more, for every request. The first is outermost.
    let inner = ServiceBuilder::new()
        .layer(from_fn_with_state(app.clone(), problem_page::write))
        .layer(from_fn(middleware::check_address))
        .layer(from_fn_with_state(app.clone(), middleware::check_origin))
        .layer(from_fn_with_state(app.clone(), sessions::recognise))
        .layer(from_fn_with_state(app.clone(), machine::remember_write))
        .layer(from_fn_with_state(app.clone(), held::hold));
    let packed = DefaultPredicate::new().and(NotForContentType::const_new("application/pdf"));
    let outer = ServiceBuilder::new()
        .layer(from_fn_with_state(app.clone(), machine::watched))
        .layer(CatchPanicLayer::new())
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER_WITHIN))
        .layer(RequestBodyTimeoutLayer::new(BODY_GOES_ON_WITHIN))
        .map_request(|request: Request<_>| request.map(Body::new))
        .layer(from_fn(middleware::add_headers))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(packed));
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
        .layer(inner);
    pages.merge(assets::routes()).merge(machine::health::routes()).layer(outer).with_state(app)
}
