//! `/system/mailboxes`: the addresses of the desks, and where their mail comes from. Operators set them up and read no
//! mail there.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State as Held};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use database::Transaction;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::channels::access::must_set_up;
use crate::channels::mailbox::{Mailbox, Server, plain};
use crate::channels::store::{self, servers};
use crate::directory::answer;
use crate::directory::calendars::UnitFacts;
use crate::events;
use crate::frame::form::{FormData, Wrong};
use crate::frame::{self, Frame, see_other};
use crate::id::MailboxId;
use crate::problem::Problem;
use crate::settings::SHORT_TEXT_LIMIT;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    let mut router = Router::new();
    for root in ["", "/api/v1"] {
        router = router
            .route(&format!("{root}/system/mailboxes"), get(list).post(open))
            .route(&format!("{root}/system/mailboxes/{{id}}"), get(one).post(change))
            .route(&format!("{root}/system/mailboxes/{{id}}/close"), post(close));
    }
    router
}

#[derive(Template)]
#[template(path = "channels/mailboxes.html")]
struct ListPage {
    frame: Frame,
    mailboxes: Vec<(Mailbox, Server)>,
    units: Vec<UnitFacts>,
    form: Form,
}

#[derive(Template)]
#[template(path = "channels/mailbox.html")]
struct OnePage {
    frame: Frame,
    id: MailboxId,
    form: Form,
}

/// The form of a mailbox, new or not.
struct Form {
    wrong: Wrong,
    typed: FormData,
    units: Vec<(String, String)>,
    services: Vec<(String, String)>,
    is_new: bool,
}

impl Form {
    fn value(&self, name: &str) -> &str {
        self.typed.text(name)
    }

    fn is_fax(&self) -> bool {
        self.typed.has("is_fax")
    }

    fn sorts(&self) -> bool {
        self.typed.has("sorts") || self.is_new && !self.typed.has("address")
    }
}

impl ListPage {
    fn unit(&self, mailbox: &Mailbox) -> &str {
        self.units.iter().find(|unit| unit.id == mailbox.unit).map_or("", |unit| unit.code.as_str())
    }

    fn is_silent(&self, mailbox: &Mailbox) -> bool {
        mailbox.is_silent(self.frame.now)
    }
}

fn form(app: &App, frame: &Frame, typed: FormData, wrong: Wrong, is_new: bool) -> Form {
    let units = app.calendars.units().into_iter();
    let units = units.map(|unit| (unit.code.clone(), format!("{} · {}", unit.code, unit.name)));
    let units = std::iter::once((String::new(), frame.t("field-choose"))).chain(units).collect();
    let catalogue = app.catalogue.now();
    let services = catalogue.services.iter().map(|service| {
        let definition = &service.definition;
        (definition.code.clone(), frame.plain_name(&definition.name, &definition.name_dz).to_owned())
    });
    let mut services: Vec<_> = services.collect();
    // What takes everything comes first: the words decide, or an officer does.
    services.sort_by_key(|(code, _)| code != "something-else");
    Form { wrong, typed, units, services, is_new }
}

async fn list(Held(app): Held<App>, viewer: Viewer) -> Result<Response, Problem> {
    must_set_up(&viewer)?;
    write_list(&app, &viewer, None).await
}

async fn write_list(
    app: &App,
    viewer: &Viewer,
    refused: Option<(FormData, Wrong)>,
) -> Result<Response, Problem> {
    let mailboxes = app.db.read(servers::all).await?;
    if viewer.by_api() {
        let told: Vec<Json> = mailboxes.iter().map(|(mailbox, server)| told(app, mailbox, server)).collect();
        return Ok(frame::json(StatusCode::OK, &json!({ "mailboxes": told })));
    }
    let mut frame = Frame::titled(app, viewer, "mailboxes-title");
    frame.has_mistakes = refused.is_some();
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (typed, wrong) = refused.unwrap_or_default();
    let form = form(app, &frame, typed, wrong, true);
    frame::page(status, &ListPage { mailboxes, units: app.calendars.units(), form, frame })
}

fn told(app: &App, mailbox: &Mailbox, server: &Server) -> Json {
    let catalogue = app.catalogue.now();
    let service = catalogue.service(mailbox.service).map(|service| service.definition.code.clone());
    json!({
        "id": mailbox.id, "address": mailbox.address, "name": mailbox.name,
        "unit": app.calendars.unit(mailbox.unit).map(|unit| unit.code), "service": service, "sorts": mailbox.sorts, "is_fax": mailbox.is_fax,
        "server": server.url, "folder": server.folder, "login": server.login, "token_url": server.token_url,
        "fetched_at": mailbox.fetched_at, "fault": mailbox.fault, "closed_at": mailbox.closed_at,
    })
}

async fn find(app: &App, id: &str) -> Result<(Mailbox, Server), Problem> {
    let id = MailboxId::parse(id).ok_or(Problem::NotFound)?;
    let all = app.db.read(servers::all).await?;
    all.into_iter().find(|(mailbox, _)| mailbox.id == id).ok_or(Problem::NotFound)
}

async fn one(Held(app): Held<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    must_set_up(&viewer)?;
    let (mailbox, server) = find(&app, &id).await?;
    let told = told(&app, &mailbox, &server);
    if viewer.by_api() {
        return Ok(frame::json(StatusCode::OK, &told));
    }
    let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
    let names = ["address", "name", "unit", "service", "server", "folder", "login", "token_url"];
    let mut fields: Vec<(&str, String)> = names.iter().map(|name| (*name, text(name))).collect();
    if mailbox.sorts {
        fields.push(("sorts", "on".to_owned()));
    }
    if mailbox.is_fax {
        fields.push(("is_fax", "on".to_owned()));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    write_one(&app, &viewer, &mailbox, FormData::of(&fields), Wrong::default())
}

fn write_one(
    app: &App,
    viewer: &Viewer,
    mailbox: &Mailbox,
    typed: FormData,
    wrong: Wrong,
) -> Result<Response, Problem> {
    let mut frame = Frame::new(app, viewer, mailbox.address.clone());
    frame.has_mistakes = !wrong.is_empty();
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let form = form(app, &frame, typed, wrong, false);
    frame::page(status, &OnePage { frame, id: mailbox.id, form })
}

/// What was typed; what is wrong is noted.
fn check(app: &App, frame: &Frame, typed: &FormData) -> Result<(Mailbox, Server), Wrong> {
    let mut wrong = Wrong::default();
    let address = plain(typed.text("address"));
    if address.parse::<lettre::Address>().is_err() || typed.text("address").contains('+') {
        wrong.note("address", frame.t("mailboxes-address-wrong"));
    }
    let name = typed.text("name");
    if name.is_empty() || name.chars().count() > SHORT_TEXT_LIMIT {
        wrong.note("name", frame.t("mailboxes-name-missing"));
    }
    let unit = app.calendars.unit_by_code(typed.text("unit"));
    if unit.is_none() {
        wrong.note("unit", frame.t("mailboxes-unit-missing"));
    }
    let service = app.catalogue.now().service_by_code(typed.text("service")).cloned();
    if service.is_none() {
        wrong.note("service", frame.t("mailboxes-service-missing"));
    }
    let text = |field: &str| typed.text(field).to_owned();
    let folder = typed.given("folder").unwrap_or("INBOX").to_owned();
    let server = Server { url: text("server"), folder, login: text("login"), token_url: text("token_url") };
    for (field, key) in server.faults() {
        wrong.note(field, frame.t(key));
    }
    match (unit, service) {
        (Some(unit), Some(service)) if wrong.is_empty() => {
            let mut mailbox = Mailbox::new(&address, name, unit.id, service.id, app.clock.now());
            mailbox.sorts = typed.given("sorts").is_some();
            mailbox.is_fax = typed.given("is_fax").is_some();
            Ok((mailbox, server))
        }
        _ => Err(wrong),
    }
}

async fn open(Held(app): Held<App>, viewer: Viewer, typed: FormData) -> Result<Response, Problem> {
    must_set_up(&viewer)?;
    let frame = Frame::new(&app, &viewer, "");
    let checked = check(&app, &frame, &typed);
    let outcome = match checked {
        Ok((mailbox, server)) => {
            let id = mailbox.id;
            let (vault, secret) = (app.vault.clone(), typed.secret("secret").to_owned());
            let who = viewer.clone();
            let opened = app.db.write(move |tx| {
                store::insert_mailbox(tx, &mailbox)?;
                servers::set(tx, &vault, id, &server, Some(&secret))?;
                note(tx, &who, id, "opened", json!({ "address": mailbox.address }))
            });
            match opened.await {
                Ok(()) => return done(&viewer, StatusCode::CREATED, id, "mailbox-opened"),
                Err(Problem::Storage(database::Error::Unique { .. })) => {
                    let mut wrong = Wrong::default();
                    wrong.note("address", frame.t("mailboxes-address-taken"));
                    wrong
                }
                Err(problem) => return Err(problem),
            }
        }
        Err(wrong) => wrong,
    };
    if viewer.by_api() {
        return Ok(answer::wrong_fields(&outcome));
    }
    write_list(&app, &viewer, Some((typed, outcome))).await
}

async fn change(
    Held(app): Held<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    typed: FormData,
) -> Result<Response, Problem> {
    must_set_up(&viewer)?;
    let (mailbox, _) = find(&app, &id).await?;
    let frame = Frame::new(&app, &viewer, "");
    let wrong = match check(&app, &frame, &typed) {
        Ok((after, _)) if after.address != mailbox.address => {
            let mut wrong = Wrong::default();
            wrong.note("address", frame.t("mailboxes-address-stays"));
            wrong
        }
        Ok((after, server)) => {
            let id = mailbox.id;
            let (vault, who) = (app.vault.clone(), viewer.clone());
            // An empty field keeps the secret that is there.
            let secret = Some(typed.secret("secret").to_owned()).filter(|secret| !secret.is_empty());
            let write = move |tx: &mut Transaction| {
                store::change_mailbox(tx, id, &after)?;
                servers::set(tx, &vault, id, &server, secret.as_deref())?;
                note(tx, &who, id, "changed", json!({ "address": after.address }))
            };
            app.db.write(write).await?;
            return done(&viewer, StatusCode::OK, id, "mailbox-changed");
        }
        Err(wrong) => wrong,
    };
    if viewer.by_api() {
        return Ok(answer::wrong_fields(&wrong));
    }
    write_one(&app, &viewer, &mailbox, typed, wrong)
}

async fn close(Held(app): Held<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    must_set_up(&viewer)?;
    let (mailbox, _) = find(&app, &id).await?;
    let (id, now, who) = (mailbox.id, app.clock.now(), viewer.clone());
    app.db
        .write(move |tx| {
            store::close_mailbox(tx, id, now)?;
            note(tx, &who, id, "closed", json!({ "address": mailbox.address }))
        })
        .await?;
    done(&viewer, StatusCode::OK, id, "mailbox-closed")
}

fn note(
    tx: &mut Transaction,
    viewer: &Viewer,
    id: MailboxId,
    activity: &str,
    detail: Json,
) -> Result<(), Problem> {
    Ok(events::note(tx, "mailbox", id.uuid(), viewer.actor(), activity, detail, viewer.now)?)
}

fn done(viewer: &Viewer, status: StatusCode, id: MailboxId, said: &str) -> Result<Response, Problem> {
    if viewer.by_api() {
        return Ok(frame::json(status, &json!({ "id": id })));
    }
    Ok(see_other(&format!("/system/mailboxes?done={said}")))
}

#[cfg(test)]
mod tests;
