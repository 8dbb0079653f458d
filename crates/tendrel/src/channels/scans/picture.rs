//! The picture of a page, made by the program, and the file as it came.

use axum::Router;
use axum::extract::{Path, State as Held};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::app::App;
use crate::channels::scans::show::find;
use crate::problem::Problem;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/scans/{id}/pages/{page}", get(page)).route("/scans/{id}/original", get(original))
}

async fn page(
    Held(app): Held<App>,
    viewer: Viewer,
    Path((id, page)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let found = find(&app, &viewer, &id).await?;
    let wanted = page.parse::<i64>().ok();
    let row = found.pages.iter().find(|row| Some(row.page) == wanted).ok_or(Problem::NotFound)?;
    let png = app.files.read(&row.hash).await?.ok_or(Problem::NotFound)?;
    let png = turned(png, found.scan.quarters).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/png")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    ];
    Ok((headers, png).into_response())
}

/// A picture of ours as somebody turned it.
pub(super) async fn turned(png: Vec<u8>, quarters: i64) -> Result<Vec<u8>, Problem> {
    let quarters = u8::try_from(quarters.rem_euclid(4)).unwrap_or(0);
    if quarters == 0 {
        return Ok(png);
    }
    let turning = tokio::task::spawn_blocking(move || {
        page_reader::of_png(&png)
            .map(|picture| page_reader::png(&page_reader::turned(picture, quarters)))
            .map_err(anyhow::Error::from)
    });
    Ok(turning.await.map_err(|error| Problem::Other(error.into()))??)
}

/// The bytes as they came; a browser saves them and runs nothing of them.
async fn original(Held(app): Held<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let found = find(&app, &viewer, &id).await?;
    let hash = found.scan.hash.as_deref().ok_or(Problem::NotFound)?;
    let bytes = app.files.read(hash).await?.ok_or(Problem::NotFound)?;
    let ending = match found.scan.media_type.as_str() {
        "application/pdf" => "pdf",
        "image/tiff" => "tif",
        "image/png" => "png",
        "image/jpeg" => "jpg",
        _ => "bin",
    };
    let name = format!("attachment; filename=\"{}.{ending}\"", found.scan.id);
    let name = HeaderValue::from_str(&name).unwrap_or_else(|_| HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_DISPOSITION, name),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, bytes).into_response())
}
