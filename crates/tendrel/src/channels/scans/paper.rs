//! `GET /requests/{number}/paper`: a sheet of a case, to sign or to fill in, that finds its way back to it.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State as Held};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use crate::app::App;
use crate::channels::marks::Marks;
use crate::desk::access::{self, At, Doing};
use crate::desk::request::Request;
use crate::desk::sheet_code::{SheetCase, SheetCode};
use crate::directory::calendars::UnitFacts;
use crate::frame::{Frame, page};
use crate::problem::Problem;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/requests/{number}/paper", get(show))
}

#[derive(Template)]
#[template(path = "channels/scans/paper.html")]
struct Page {
    frame: Frame,
    request: Request,
    service: String,
    unit: UnitFacts,
    code: String,
    /// SVG.
    picture: String,
}

async fn show(Held(app): Held<App>, viewer: Viewer, Path(number): Path<String>) -> Result<Response, Problem> {
    let asker = viewer.clone();
    let read = app.db.read(move |r| access::find_to(r, &asker, &At::Number(number), Doing::Attach));
    let (request, standing) = read.await?;
    if !standing.is_unit() {
        return Err(Problem::Forbidden);
    }
    if !SheetCode::takes(&request.number) {
        return Err(Problem::Input("scan-paper-number"));
    }
    let unit = app.calendars.unit(request.unit).ok_or(Problem::NotFound)?;
    let catalogue = app.catalogue.now();
    let service = catalogue.service(request.service).cloned().ok_or(Problem::NotFound)?;
    let mark = Marks::new(&app.vault).on_paper(&request.number);
    let code = SheetCode {
        unit: unit.code.clone(),
        service: service.definition.code.clone(),
        version: request.service_version,
        case: Some(SheetCase { number: request.number.clone(), mark }),
    };
    let frame = Frame::new(&app, &viewer, request.number.clone());
    let name = frame.plain_name(&service.definition.name, &service.definition.name_dz).to_owned();
    let picture = code.picture()?;
    page(StatusCode::OK, &Page { frame, request, service: name, unit, code: code.to_string(), picture })
}
