//! Signing in by the link of an e-mail. Looking at the page uses nothing up, so that a program that opens the links of
//! incoming mail does no harm; the button does. It works in any browser, also on another device.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;

use crate::app::App;
use crate::directory::came_by::CameBy;
use crate::directory::links::{self, Purpose};
use crate::directory::second_step;
use crate::frame::Frame;
use crate::problem::Problem;
use crate::settings::entry::Way;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/enter/{secret}", get(show).post(enter))
}

#[derive(Template)]
#[template(path = "directory/enter.html")]
struct Page {
    frame: Frame,
    secret: String,
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(secret): Path<String>,
) -> Result<Response, Problem> {
    let (wanted, now) = (secret.clone(), viewer.now);
    let found = app.db.read(move |r| links::find(r, &wanted, Purpose::SignIn, now)).await?;
    let link = found.filter(|_| app.settings.sign_in.has(Way::Link));
    let account = link.ok_or(Problem::Input("enter-link-over"))?.account;
    let mut frame = Frame::titled(&app, &viewer, "enter-title");
    frame.title = frame.t1("enter-title", "name", account.name);
    crate::frame::page(StatusCode::OK, &Page { frame, secret })
}

async fn enter(
    State(app): State<App>,
    viewer: Viewer,
    Path(secret): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if !app.settings.sign_in.has(Way::Link) {
        return Err(Problem::Input("enter-link-over"));
    }
    let now = viewer.now;
    let taken = app.db.write(move |tx| links::take(tx, &secret, Purpose::SignIn, now)).await?;
    let link = taken.ok_or(Problem::Input("enter-link-over"))?;
    second_step::go_on(&app, &viewer, &headers, link.account, CameBy::Link, &link.back).await
}
