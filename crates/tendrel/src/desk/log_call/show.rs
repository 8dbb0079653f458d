//! The page on which a call is written down.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;

use crate::app::App;
use crate::desk::ask::{field_of, kept_line, why_not_saved};
use crate::desk::catalogue::{Grade, Service};
use crate::desk::form::Faults;
use crate::desk::form::matter::in_order;
use crate::desk::form::page::{FieldView, views};
use crate::desk::log_call::input::{CHANNELS, Input, Known};
use crate::desk::request::Request;
use crate::desk::store;
use crate::directory::sessions;
use crate::frame::form::Wrong;
use crate::frame::problem_page::later;
use crate::frame::{Frame, page};
use crate::problem::Problem;
use crate::secret;
use crate::viewer::Viewer;

#[derive(Template)]
#[template(path = "desk/log_call.html")]
struct Page {
    frame: Frame,
    h1: String,
    input: Input,
    wrong: Wrong,
    notice: Option<String>,
    services: Vec<Arc<Service>>,
    /// The name of the service that was chosen, or what was typed.
    service_typed: String,
    channels: Vec<(String, String)>,
    channel: String,
    causes: Vec<(String, String)>,
    cause: String,
    part: Part,
    files: Vec<(String, String)>,
    key: String,
    /// SMS is sent from here.
    sends_sms: bool,
    /// The request that was just written down, with the secret of its link.
    receipt: Option<(Request, String)>,
}

/// What hangs on the service and the office.
pub(crate) struct Part {
    pub(crate) service: Option<Arc<Service>>,
    pub(crate) fields: Vec<FieldView>,
    pub(crate) impacts: Vec<Grade>,
    pub(crate) urgencies: Vec<Grade>,
    pub(crate) impact: String,
    pub(crate) urgency: String,
    pub(crate) same: Vec<(String, String, Timestamp)>,
    pub(crate) complete: bool,
}

#[derive(Template)]
#[template(path = "desk/log_call_fragment.html")]
struct Fragment {
    frame: Frame,
    wrong: Wrong,
    part: Part,
}

pub(super) async fn form(
    app: &App,
    viewer: &Viewer,
    input: &Input,
    receipt: &str,
) -> Result<Response, Problem> {
    let known = input.look_up(app).await?;
    let mut shown = build(app, viewer, input, known);
    if !receipt.is_empty() {
        let (secret, hash) = (receipt.to_owned(), sessions::hash(receipt));
        let found = app.db.read(move |r| store::by_follow_hash(r, &hash)).await?;
        shown.receipt = found.map(|request| (request, secret));
    }
    page(StatusCode::OK, &shown)
}

pub(super) async fn fragment(app: &App, viewer: &Viewer, input: &Input) -> Result<Response, Problem> {
    let known = input.look_up(app).await?;
    let frame = Frame::new(app, viewer, "");
    let part = part(app, &frame, input, known);
    page(StatusCode::OK, &Fragment { wrong: Wrong::default(), part, frame })
}

/// What is wrong, in the order of the page.
pub(crate) fn wrong(frame: &Frame, service: Option<&Arc<Service>>, faults: &Faults) -> Wrong {
    let fields = service.map_or(&[][..], |service| service.definition.fields.as_slice());
    let mut wrong = Wrong::default();
    for (name, fault) in in_order(faults, &ORDER, fields) {
        wrong.note(&field_of(name), fault.say(frame));
    }
    wrong
}

/// The order of the page.
const ORDER: [&str; 15] = [
    "name",
    "office",
    "reach",
    "email",
    "caller",
    "channel",
    "received",
    "service",
    "subject",
    "description",
    "answers",
    "impact",
    "urgency",
    "cause",
    "resolution",
];

pub(super) async fn again(
    app: &App,
    viewer: &Viewer,
    input: &Input,
    known: &Known,
    faults: &Faults,
) -> Result<Response, Problem> {
    let mut shown = build(app, viewer, input, known.clone());
    shown.wrong = wrong(&shown.frame, shown.part.service.as_ref(), faults);
    refused_files(&mut shown);
    shown.frame.title = format!("{}: {}", shown.frame.t("error-prefix"), shown.h1);
    page(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

fn refused_files(shown: &mut Page) {
    for (name, sentence) in &shown.input.form().refused {
        shown.wrong.note("files", format!("{name} {}", shown.frame.t(sentence)));
    }
}

/// The office already asked for this: the officer looks at it before there are two.
pub(super) async fn same(
    app: &App,
    viewer: &Viewer,
    input: &Input,
    known: &Known,
) -> Result<Response, Problem> {
    page(StatusCode::OK, &build(app, viewer, input, known.clone()))
}

/// The form as it was sent, to be sent again later.
pub(super) fn not_saved(
    app: &App,
    viewer: &Viewer,
    input: &Input,
    known: &Known,
    problem: &Problem,
) -> Result<Response, Problem> {
    let mut shown = build(app, viewer, input, known.clone());
    shown.notice = Some(shown.frame.t(why_not_saved(problem)));
    refused_files(&mut shown);
    Ok(later(page(problem.status(), &shown)?))
}

fn build(app: &App, viewer: &Viewer, input: &Input, known: Known) -> Page {
    let catalogue = app.catalogue.now();
    let frame = Frame::titled(app, viewer, "call-title");
    let part = part(app, &frame, input, known);
    let service_typed = part.service.as_ref().map_or_else(
        || input.text("service").to_owned(),
        |service| frame.plain_name(&service.definition.name, &service.definition.name_dz).to_owned(),
    );
    let channel_name = |channel: &crate::desk::request::Channel| {
        let code = channel.code();
        (code.to_owned(), frame.t(&format!("call-channel-{}", code.replace('_', "-"))))
    };
    let none = (String::new(), frame.t("call-cause-none"));
    let key = input.form().given("key").map_or_else(secret::new, str::to_owned);
    Page {
        h1: frame.title.clone(),
        services: catalogue.services.iter().filter(|service| !service.withdrawn).cloned().collect(),
        service_typed,
        channels: CHANNELS.iter().map(channel_name).collect(),
        channel: input.channel().code().to_owned(),
        causes: std::iter::once(none).chain(catalogue.causes.iter().cloned()).collect(),
        cause: input.text("cause").to_owned(),
        files: input
            .form()
            .files
            .iter()
            .map(|(field, file)| (kept_line(field, file), file.name.clone()))
            .collect(),
        input: input.clone(),
        wrong: Wrong::default(),
        notice: None,
        sends_sms: app.mobile.is_on(),
        receipt: None,
        key,
        part,
        frame,
    }
}

pub(crate) fn part(app: &App, frame: &Frame, input: &Input, known: Known) -> Part {
    let catalogue = app.catalogue.now();
    let service = input.service(&catalogue);
    let or_default = |name: &str, default: Option<i64>| match input.text(name) {
        "" => default.map(|level| level.to_string()).unwrap_or_default(),
        typed => typed.to_owned(),
    };
    let definition = service.as_ref().map(|service| &service.definition);
    Part {
        fields: definition
            .map(|definition| views(frame, &definition.fields, &input.given()))
            .unwrap_or_default(),
        impact: or_default("impact", definition.map(|it| it.default_impact)),
        urgency: or_default("urgency", definition.map(|it| it.default_urgency)),
        impacts: catalogue.impacts.clone(),
        urgencies: catalogue.urgencies.clone(),
        same: known.same,
        complete: input.is_on("complete"),
        service,
    }
}
