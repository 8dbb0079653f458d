//! The pages of the public form: empty, sent back, and for a service that does not exist.

use std::sync::Arc;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::desk::ask::AGAIN;
use crate::desk::ask::changes;
use crate::desk::ask::input::{Refused, field_of, kept_line};
use crate::desk::catalogue::{Grade, Service};
use crate::desk::form::Given;
use crate::desk::form::matter::in_order;
use crate::desk::form::page::{FieldView, views};
use crate::desk::news::{self, News};
use crate::desk::service::Audience;
use crate::desk::usual::{self, Usual};
use crate::desk::{intake_store, promised, store};
use crate::directory::lookup::OfficeHit;
use crate::frame::form::{FormData, Wrong};
use crate::frame::problem_page::later;
use crate::frame::{Frame, page};
use crate::problem::Problem;
use crate::secret;
use crate::viewer::Viewer;

#[derive(Template)]
#[template(path = "desk/ask.html")]
struct Page {
    frame: Frame,
    h1: String,
    service: Arc<Service>,
    line: promised::Line,
    cases: i64,
    /// What the service must know, and what hangs on that.
    fields: Vec<FieldView>,
    /// What only helps: folded away, so that a report takes a minute.
    more: Vec<FieldView>,
    more_is_open: bool,
    impacts: Vec<Grade>,
    urgencies: Vec<Grade>,
    wrong: Wrong,
    /// Sentences above the form: what changed meanwhile, or that the disk is full.
    notices: Vec<String>,
    typed: Kept,
    which: Vec<OfficeHit>,
    /// Open requests of the viewer's office for this service: number, subject, since when.
    open: Vec<(String, String, Timestamp)>,
    files: Vec<KeptFile>,
    office_optional: bool,
    /// What is known of the service already.
    news: Vec<News>,
    /// SMS is sent from here.
    sends_sms: bool,
    /// Signed in, and nothing about oneself is wrong: it is told, not asked.
    is_known: bool,
    key: String,
}

#[derive(Clone, Debug, Default)]
struct Kept {
    office: String,
    name: String,
    phone: String,
    by_sms: bool,
    email: String,
    subject: String,
    description: String,
    impact: String,
    urgency: String,
}

struct KeptFile {
    name: String,
    line: String,
}

#[derive(Template)]
#[template(path = "desk/ask_unknown.html")]
struct Unknown {
    frame: Frame,
}

/// 404 with a way on: the services there are.
pub(super) fn unknown(app: &App, viewer: &Viewer) -> Result<Response, Problem> {
    let frame = Frame::titled(app, viewer, "ask-unknown-title");
    page(StatusCode::NOT_FOUND, &Unknown { frame })
}

/// What the page needs besides what was typed.
#[derive(Default)]
struct Around {
    news: Vec<News>,
    usual: Option<Usual>,
    open: Vec<(String, String, Timestamp)>,
}

async fn around(app: &App, viewer: &Viewer, service: &Service) -> Result<Around, Problem> {
    let unit = app.calendars.unit_by_code(&app.calendars.home().code).map(|unit| unit.id);
    let office = viewer.signed_in.as_ref().and_then(|me| me.office);
    let (id, now, code) = (service.id, viewer.now, service.definition.code.clone());
    let read = app.db.read(move |r| {
        let usual = unit.map(|unit| usual::of_service(r, unit, id)).transpose()?.flatten();
        let open = office.map(|office| store::open_of_same_matter(r, office, id)).transpose()?;
        let mut news = news::store::to_be_known(r, unit, now, now)?;
        news.retain(|news| news.touches(&code));
        Ok::<_, database::Error>(Around { usual, open: open.unwrap_or_default(), news })
    });
    Ok(read.await?)
}

pub(super) async fn empty(app: &App, viewer: &Viewer, service: &Arc<Service>) -> Result<Response, Problem> {
    let mut typed = Kept::default();
    if let Some(me) = &viewer.signed_in {
        typed = Kept {
            office: me.office_name.clone(),
            name: me.name.clone(),
            phone: me.phone.clone(),
            email: me.email.clone(),
            ..typed
        };
    }
    let around = around(app, viewer, service).await?;
    let page_of = build(app, viewer, service, typed, &Given::default(), around);
    page(StatusCode::OK, &page_of)
}

/// The order of the page.
const ORDER: [&str; 9] =
    ["office", "office-id", "answers", "description", "impact", "urgency", "subject", "name", "reach"];

/// The form as it was sent, with what is wrong.
pub(super) async fn again(
    app: &App,
    viewer: &Viewer,
    service: &Arc<Service>,
    form: &FormData,
    refused: Refused,
) -> Result<Response, Problem> {
    let mut shown = filled(app, viewer, service, form, around(app, viewer, service).await?);
    for (name, fault) in in_order(&refused.faults, &ORDER, &service.definition.fields) {
        shown.wrong.note(&field_of(name), fault.say(&shown.frame));
    }
    shown.more_is_open |= !shown.files.is_empty() || !refused.files.is_empty();
    shown.more_is_open |= shown.more.iter().any(|field| shown.wrong.has(&field.name));
    for (name, sentence) in &refused.files {
        shown.wrong.note("files", format!("{name} {}", shown.frame.t(sentence)));
    }
    shown.which = refused.which;
    shown.is_known &=
        !["office", "office-id", "name", "phone", "email"].iter().any(|name| shown.wrong.has(name));
    shown.frame.title = format!("{}: {}", shown.frame.t("error-prefix"), shown.h1);
    page(AGAIN, &shown)
}

/// The form as it is now, with what was typed into the earlier one, and what is different.
pub(super) async fn changed(
    app: &App,
    viewer: &Viewer,
    service: &Arc<Service>,
    form: &FormData,
) -> Result<Response, Problem> {
    let mut shown = filled(app, viewer, service, form, around(app, viewer, service).await?);
    let (id, version) = (service.id, form.number("version").unwrap_or(0));
    let before = app.db.read(move |r| intake_store::definition(r, id, version)).await?;
    shown.notices = vec![shown.frame.t("ask-changed")];
    if let Some(before) = before {
        shown.notices.extend(changes::sentences(&shown.frame, &before, &service.definition));
    }
    page(AGAIN, &shown)
}

/// The form as it was sent, to be sent again later. Asks nothing of a database that may be away.
pub(super) fn not_saved(
    app: &App,
    viewer: &Viewer,
    service: &Arc<Service>,
    form: &FormData,
    problem: &Problem,
) -> Result<Response, Problem> {
    let mut shown = filled(app, viewer, service, form, Around::default());
    shown.notices = vec![shown.frame.t(why_not_saved(problem)), shown.frame.t("ask-kept")];
    for (name, sentence) in &form.refused {
        shown.wrong.note("files", format!("{name} {}", shown.frame.t(sentence)));
    }
    shown.more_is_open |= !form.refused.is_empty();
    shown.frame.title = format!("{}: {}", shown.frame.t("error-prefix"), shown.h1);
    Ok(later(page(problem.status(), &shown)?))
}

/// The form as it was sent, for whoever came too often: to be sent again later, or told by telephone.
pub(super) fn too_many(
    app: &App,
    viewer: &Viewer,
    service: &Arc<Service>,
    form: &FormData,
    wait: SignedDuration,
) -> Result<Response, Problem> {
    let mut shown = filled(app, viewer, service, form, Around::default());
    let minutes = (wait.as_secs() + 59) / 60;
    let call = if shown.frame.home.phone.is_empty() { "ask-too-many-sign-in" } else { "ask-too-many-call" };
    shown.notices = vec![
        shown.frame.t1("ask-too-many", "minutes", minutes),
        shown.frame.t1(call, "phone", shown.frame.home.phone.as_str()),
        shown.frame.t("ask-kept"),
    ];
    shown.frame.title = format!("{}: {}", shown.frame.t("error-prefix"), shown.h1);
    let mut response = page(StatusCode::TOO_MANY_REQUESTS, &shown)?;
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(minutes * 60));
    Ok(response)
}

/// The key of the sentence over a form that carries a key: sent again, it is saved once.
pub fn why_not_saved(problem: &Problem) -> &'static str {
    if problem.is_unknown() { "ask-maybe-kept" } else { problem.sentence() }
}

fn filled(app: &App, viewer: &Viewer, service: &Arc<Service>, form: &FormData, around: Around) -> Page {
    let text = |name: &str| form.text(name).to_owned();
    let typed = Kept {
        office: text("office"),
        name: text("name"),
        phone: text("phone"),
        by_sms: form.given("by_sms").is_some(),
        email: text("email"),
        subject: text("subject"),
        description: text("description"),
        impact: text("impact"),
        urgency: text("urgency"),
    };
    let mut shown = build(app, viewer, service, typed, &Given::of_page(form), around);
    let kept = |(field, file): &(String, crate::files::StoredFile)| KeptFile {
        name: file.name.clone(),
        line: kept_line(field, file),
    };
    shown.files = form.files.iter().map(kept).collect();
    if let Some(key) = form.given("key") {
        key.clone_into(&mut shown.key);
    }
    shown
}

fn needed_first(all: Vec<FieldView>) -> (Vec<FieldView>, Vec<FieldView>) {
    let (mut needed, mut more): (Vec<FieldView>, Vec<FieldView>) = (Vec::new(), Vec::new());
    for field in all {
        let hangs = needed.iter().any(|other| other.name == field.hangs_on);
        if field.required || hangs { needed.push(field) } else { more.push(field) }
    }
    (needed, more)
}

fn is_answered(field: &FieldView) -> bool {
    !field.value.is_empty() || field.options.iter().any(|option| option.chosen)
}

fn build(
    app: &App,
    viewer: &Viewer,
    service: &Arc<Service>,
    typed: Kept,
    given: &Given,
    around: Around,
) -> Page {
    let catalogue = app.catalogue.now();
    let definition = &service.definition;
    let mut frame = Frame::new(app, viewer, "");
    let h1 = frame.plain_name(&definition.name, &definition.name_dz).to_owned();
    frame.title.clone_from(&h1);
    let Around { news, usual, open } = around;
    let (fields, more) = needed_first(views(&frame, &definition.fields, given));
    Page {
        line: promised::line(&frame, &catalogue, &app.calendars, service, usual.as_ref()),
        cases: usual.filter(Usual::is_known).map_or(0, |usual| usual.cases),
        more_is_open: more.iter().any(is_answered),
        fields,
        more,
        impacts: catalogue.impacts.clone(),
        urgencies: catalogue.urgencies.clone(),
        wrong: Wrong::default(),
        notices: Vec::new(),
        which: Vec::new(),
        open,
        news,
        files: Vec::new(),
        office_optional: definition.audience.iter().any(|audience| *audience != Audience::G2G),
        is_known: viewer.signed_in.as_ref().is_some_and(|me| !me.office_name.is_empty())
            && !(typed.phone.is_empty() && typed.email.is_empty()),
        sends_sms: app.mobile.is_on(),
        key: secret::new(),
        service: service.clone(),
        typed,
        h1,
        frame,
    }
}
