//! `/scans/{id}`: one sheet, large, beside the form of a call.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, RawQuery, State as Held};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::channels::scans::access::may_see;
use crate::channels::scans::keep::By;
use crate::channels::scans::store::{self, PageRow, Scan, State};
use crate::channels::scans::tray;
use crate::desk::access::{self as desk_access, At};
use crate::desk::ask::kept_line;
use crate::desk::catalogue::Service;
use crate::desk::log_call::input::Input;
use crate::desk::log_call::show::{Part, part};
use crate::desk::request::Channel;
use crate::desk::store as desk_store;
use crate::frame::form::{FormData, Wrong};
use crate::frame::{self, Frame};
use crate::id::ScanId;
use crate::problem::Problem;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/scans/{id}", get(show)).route("/api/v1/scans/{id}", get(show))
}

/// A sheet that the viewer may see.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub scan: Scan,
    pub pages: Vec<PageRow>,
    /// Of the case that it belongs to.
    pub number: Option<String>,
}

/// # Errors
/// `NotFound` for a sheet that is not there or not for this viewer's eyes: one that waits is for its unit, one of a case
/// for whoever sees inside the case.
pub(super) async fn find(app: &App, viewer: &Viewer, id: &str) -> Result<Found, Problem> {
    let me = viewer.must_be_signed_in()?.clone();
    let id = ScanId::parse(id).ok_or(Problem::NotFound)?;
    let (asker, catalogue) = (viewer.clone(), app.catalogue.now());
    app.db
        .read(move |r| {
            let scan = store::get(r, id)?.ok_or(Problem::NotFound)?;
            let pages = store::pages(r, id)?;
            let Some(request) = scan.request else {
                let may = may_see(&me, &scan, &catalogue);
                return if may { Ok(Found { scan, pages, number: None }) } else { Err(Problem::NotFound) };
            };
            let number = desk_store::by_id(r, request)?.ok_or(Problem::NotFound)?.number;
            let (_, standing) = desk_access::find_at(r, &asker, &At::Number(number.clone()))?;
            let found = Found { scan, pages, number: Some(number) };
            if standing.is_inside() { Ok(found) } else { Err(Problem::NotFound) }
        })
        .await
}

/// As what a sheet can have come.
pub(super) const CHANNELS: [Channel; 2] = [Channel::Fax, Channel::Letter];

#[derive(Template)]
#[template(path = "channels/scans/show.html")]
struct Page {
    frame: Frame,
    found: Found,
    input: Input,
    part: Part,
    services: Vec<Arc<Service>>,
    service_typed: String,
    channels: Vec<(String, String)>,
    channel: String,
    description: String,
    says_number: Option<String>,
    add_number: String,
    /// Files that were sent with the form before, as it keeps them, and their names.
    kept: Vec<(String, String)>,
    wrong: Wrong,
}

impl Page {
    fn why(&self) -> String {
        tray::why(&self.frame, &self.found.scan)
    }

    fn came_by(&self) -> String {
        self.frame.t(&format!("scan-by-{}", self.found.scan.came_by))
    }

    fn waits(&self) -> bool {
        matches!(self.found.scan.state, State::Waiting | State::Aside)
    }

    fn is_aside(&self) -> bool {
        self.found.scan.state == State::Aside
    }

    /// Sides as the picture is shown.
    fn sides(&self, page: &PageRow) -> (i64, i64) {
        if self.found.scan.quarters % 2 == 0 { (page.width, page.height) } else { (page.height, page.width) }
    }
}

async fn show(
    Held(app): Held<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let found = find(&app, &viewer, &id).await?;
    if viewer.by_api() {
        return Ok(frame::json(StatusCode::OK, &told(&app, &found)));
    }
    let catalogue = app.catalogue.now();
    let service = found.scan.service.and_then(|service| catalogue.service(service));
    let takes_guess = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .any(|(name, value)| name == "guess" && value == "take");
    let frame = Frame::new(&app, &viewer, "");
    let description = match takes_guess && !found.scan.guess.is_empty() {
        true => format!("{}\n{}", frame.t("scan-guessed"), found.scan.guess),
        false => String::new(),
    };
    let fields = [
        ("service", service.map_or("", |service| service.definition.code.as_str())),
        ("channel", By::channel(&found.scan.came_by).code()),
        ("description", description.as_str()),
    ];
    let input = Input::of(FormData::of(&fields));
    write(&app, &viewer, found, input, Wrong::default(), StatusCode::OK).await
}

/// The page with what was typed.
pub(super) async fn write(
    app: &App,
    viewer: &Viewer,
    found: Found,
    input: Input,
    wrong: Wrong,
    status: StatusCode,
) -> Result<Response, Problem> {
    let mut frame = Frame::new(app, viewer, found.scan.name.clone());
    if frame.title.is_empty() {
        frame.title = frame.t("scan-title");
    }
    frame.has_mistakes = !wrong.is_empty();
    let known = input.look_up(app).await?;
    let part = part(app, &frame, &input, known);
    let service_typed = part.service.as_ref().map_or_else(
        || input.text("service").to_owned(),
        |service| frame.plain_name(&service.definition.name, &service.definition.name_dz).to_owned(),
    );
    let catalogue = app.catalogue.now();
    let channels = CHANNELS
        .map(|channel| (channel.code().to_owned(), frame.t(&format!("call-channel-{}", channel.code()))));
    let shown = Page {
        services: catalogue.services.iter().filter(|service| !service.withdrawn).cloned().collect(),
        service_typed,
        channels: channels.to_vec(),
        channel: input.channel().code().to_owned(),
        description: input.text("description").to_owned(),
        says_number: tray::says_number(&found.scan),
        add_number: input.text("number").to_owned(),
        kept: input
            .form()
            .files
            .iter()
            .map(|(field, file)| (kept_line(field, file), file.name.clone()))
            .collect(),
        found,
        input,
        part,
        wrong,
        frame,
    };
    frame::page(status, &shown)
}

fn told(app: &App, found: &Found) -> Json {
    let mut body = tray::told(app, &found.scan);
    let id = found.scan.id;
    let pages = found.pages.iter().map(|page| {
        json!({ "page": page.page, "width": page.width, "height": page.height,
                "picture": format!("/scans/{id}/pages/{}", page.page) })
    });
    body["pages"] = pages.collect();
    body["number"] = found.number.clone().into();
    body["guess"] = found.scan.guess.clone().into();
    body["quarters"] = found.scan.quarters.into();
    body
}
