//! `GET /services`: the catalogue as the unit works with it.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use crate::app::App;
use crate::desk::catalogue::Service;
use crate::desk::edit_service::may_edit;
use crate::desk::usual;
use crate::desk::{promised, usual::Usual};
use crate::frame::{Frame, page, see_other};
use crate::problem::Problem;
use crate::viewer::Viewer;

pub fn routes() -> Router<App> {
    Router::new().route("/services", get(show))
}

#[derive(Template)]
#[template(path = "desk/catalogue_list.html")]
struct Page {
    frame: Frame,
    rows: Vec<Line>,
    may_edit: bool,
}

struct Line {
    service: Arc<Service>,
    /// HTML.
    name: String,
    line: promised::Line,
    cases: i64,
    within: Option<i64>,
}

/// The public's list of services is the portal.
async fn show(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    let mut frame = Frame::titled(&app, &viewer, "catalogue-title");
    if !frame.is_office() {
        return Ok(see_other("/"));
    }
    if let Some(unit) = viewer.signed_in.as_ref().and_then(|me| me.unit.as_ref()) {
        // Promises in the working time of one's own unit, not of the public page.
        frame.home.code.clone_from(&unit.code);
    }
    let unit = promised::home_unit(&frame, &app.calendars);
    let read = app.read_for(&viewer, move |r| Ok(unit.map(|unit| usual::of_unit(r, unit)).transpose()?));
    let usual = read.await?.unwrap_or_default();
    let catalogue = app.catalogue.now();
    let row = |service: &Arc<Service>| {
        let measured = usual.get(&service.id);
        Line {
            name: frame.name(&service.definition.name, &service.definition.name_dz),
            line: promised::line(&frame, &catalogue, &app.calendars, service, measured),
            cases: measured.map_or(0, |usual| usual.cases),
            within: measured.filter(|usual| usual.is_known()).map(Usual::percent_within),
            service: service.clone(),
        }
    };
    let rows = catalogue.services.iter().map(row).collect();
    page(StatusCode::OK, &Page { rows, may_edit: may_edit(&viewer), frame })
}

#[cfg(test)]
mod tests {
    use crate::testing::{Who, World};

    #[tokio::test]
    async fn the_unit_sees_all_services_and_its_head_may_change_them() {
        let world = World::new();
        let page = world.browser(Who::Karma).get("/services").await;
        page.must_be(200);
        page.must_have("Internet and LAN");
        page.must_not_have("/services/internet-lan/edit");
        world.browser(Who::Head).get("/services").await.must_have("/services/internet-lan/edit");
        world.browser(Who::Operator).get("/services").await.must_have("/services/internet-lan/edit");
        assert_eq!(world.public().get("/services").await.path, "/");
    }
}
