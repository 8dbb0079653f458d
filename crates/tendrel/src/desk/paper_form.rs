//! `GET /services/{code}/paper`: an empty form to print, that carries its unit and service so that a scan or a fax of
//! it finds its way back.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use crate::app::App;
use crate::desk::catalogue::{Grade, Service};
use crate::desk::form::Given;
use crate::desk::form::page::{FieldView, views};
use crate::desk::portal;
use crate::desk::sheet_code::SheetCode;
use crate::frame::{Frame, page};
use crate::problem::Problem;
use crate::viewer::Viewer;

pub fn routes() -> Router<App> {
    Router::new().route("/services/{code}/paper", get(show))
}

#[derive(Template)]
#[template(path = "desk/paper_form.html")]
struct Page {
    frame: Frame,
    service: Arc<Service>,
    fields: Vec<FieldView>,
    impacts: Vec<Grade>,
    urgencies: Vec<Grade>,
    code: String,
    /// SVG.
    picture: String,
}

async fn show(State(app): State<App>, viewer: Viewer, Path(code): Path<String>) -> Result<Response, Problem> {
    let catalogue = app.catalogue.now();
    let found = portal::offered(&catalogue).find(|service| service.definition.code == code);
    let service = found.cloned().ok_or(Problem::NotFound)?;
    let definition = &service.definition;
    let mut frame = Frame::new(&app, &viewer, "");
    frame.title = frame.plain_name(&definition.name, &definition.name_dz).to_owned();
    let unit = frame.home.code.clone();
    let code = SheetCode { unit, service: definition.code.clone(), version: service.version, case: None };
    let shown = Page {
        picture: code.picture()?,
        fields: views(&frame, &definition.fields, &Given::default()),
        impacts: catalogue.impacts.clone(),
        urgencies: catalogue.urgencies.clone(),
        code: code.to_string(),
        service,
        frame,
    };
    page(StatusCode::OK, &shown)
}

#[cfg(test)]
mod tests {
    use crate::testing::World;

    #[tokio::test]
    async fn the_sheet_carries_unit_and_service_and_asks_all_the_questions() {
        let world = World::new();
        let page = world.public().get("/services/internet-lan/paper").await;
        page.must_be(200);
        for words in [
            "TENDREL:PUN:internet-lan:v1",
            "<svg",
            "What is wrong?",
            "Slow, or it comes and goes",
            "Signature",
        ] {
            page.must_have(words);
        }
        page.must_not_have("<?xml");
        world.public().get("/services/teleport/paper").await.must_be(404);
    }
}
