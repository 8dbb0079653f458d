//! `GET` and `POST /services/{code}`: the public form of a service, for everybody, with or without an account.
//!
//! The way of the many: one look-up of the office, one transaction, a redirect.

mod changes;
mod input;
mod show;

use std::net::IpAddr;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use jiff::SignedDuration;

use crate::app::App;
use crate::desk::accept::{Incoming, accept_under};
use crate::desk::ask::input::{Input, Office};
use crate::desk::by_sms;
use crate::desk::catalogue::{CatalogueData, Service};
use crate::desk::form::matter::Matter;
use crate::desk::request::Channel;
use crate::desk::save::Desk;
use crate::desk::store;
use crate::directory::sessions;
use crate::events::Actor;
use crate::frame::form::FormData;
use crate::frame::see_other;
use crate::problem::Problem;
use crate::viewer::Viewer;

pub use changes::sentences as changed_sentences;
pub use input::{field_of, kept_line, secret_of, take_kept};
pub use show::why_not_saved;

pub fn routes() -> Router<App> {
    Router::new().route("/services/{code}", get(form).post(send))
}

/// A service that the public may ask for.
fn service_of(catalogue: &CatalogueData, code: &str) -> Option<std::sync::Arc<Service>> {
    let found = catalogue.service_by_code(code).cloned();
    found.filter(|service| service.definition.public && !service.withdrawn)
}

async fn form(State(app): State<App>, viewer: Viewer, Path(code): Path<String>) -> Result<Response, Problem> {
    let catalogue = app.catalogue.now();
    let Some(service) = service_of(&catalogue, &code) else {
        return show::unknown(&app, &viewer);
    };
    show::empty(&app, &viewer, &service).await
}

async fn send(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    mut form: FormData,
) -> Result<Response, Problem> {
    let catalogue = app.catalogue.now();
    let Some(service) = service_of(&catalogue, &code) else {
        return show::unknown(&app, &viewer);
    };
    take_kept(&app, &mut form).await?;
    let taken = match form.must_be_kept() {
        Ok(()) => take(&app, &viewer, &catalogue, &service, &form).await,
        Err(away) => Err(away),
    };
    match taken {
        Err(problem) if problem.passes() => show::not_saved(&app, &viewer, &service, &form, &problem),
        taken => taken,
    }
}

async fn take(
    app: &App,
    viewer: &Viewer,
    catalogue: &CatalogueData,
    service: &std::sync::Arc<Service>,
    form: &FormData,
) -> Result<Response, Problem> {
    if form.number("version").is_some_and(|version| version != service.version) {
        return show::changed(app, viewer, service, form).await;
    }
    let input = Input::of(form);
    let office = input::find_office(app, viewer, service, &input).await?;
    let (matter, office) = match input.check(service, catalogue, office) {
        Ok(checked) => checked,
        Err(wrong) => return show::again(app, viewer, service, form, wrong).await,
    };
    let by_sms = match by_sms::wanted(app, form.given("by_sms").is_some(), &matter.phone) {
        Ok(by_sms) => by_sms,
        Err(fault) => return show::again(app, viewer, service, form, input::refused("reach", fault)).await,
    };
    if let Err(wait) = count(app, viewer, &matter) {
        return show::too_many(app, viewer, service, form, wait);
    }
    let secret = input::secret_of(form);
    let mut incoming = incoming(app, viewer, service.clone(), matter, office, form);
    incoming.by_sms = by_sms;
    let secret = open(app, viewer, incoming, secret).await?;
    Ok(see_other(&format!("/sent/{secret}")))
}

/// Somebody who signed in is known and not counted. What comes from the machine itself comes through a proxy that does
/// not say for whom, so that address means nobody.
///
/// # Errors
/// How long to wait, when too many came from this address or under this telephone number.
fn count(app: &App, viewer: &Viewer, matter: &Matter) -> Result<(), SignedDuration> {
    if viewer.signed_in.is_some() {
        return Ok(());
    }
    let address = viewer.address.parse::<IpAddr>().ok().filter(|address| !address.is_loopback());
    let telephone: String = matter.phone.chars().filter(char::is_ascii_digit).collect();
    let reach = if telephone.is_empty() { matter.email.to_lowercase() } else { telephone };
    app.machine.by_telephone.take(&reach, viewer.now)?;
    address.map_or(Ok(()), |address| app.machine.by_address.take(&network(address), viewer.now))
}

/// A subscriber has one address of the old sort, and a whole network of the new.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(old) => old.to_string(),
        IpAddr::V6(new) => format!("{:x?}", &new.segments()[..4]),
    }
}

fn incoming(
    app: &App,
    viewer: &Viewer,
    service: std::sync::Arc<Service>,
    matter: Matter,
    office: Office,
    form: &FormData,
) -> Incoming {
    let Matter { subject, description, answers, impact, urgency, name, phone, email } = matter;
    Incoming {
        channel: Channel::Web,
        service,
        unit: office.unit,
        office: office.id,
        office_text: office.text,
        requester: viewer.signed_in.as_ref().map(|me| me.person),
        requester_name: name,
        requester_phone: phone,
        requester_email: email,
        by_sms: false,
        entered_by: None,
        subject,
        description,
        answers,
        impact,
        urgency,
        received_at: app.clock.now(),
        complete: false,
        language: viewer.language.code().to_owned(),
        files: form.files.iter().map(|(_, file)| file.clone()).collect(),
        follows: None,
        came_in: None,
        source: String::new(),
    }
}

/// Makes the record, or finds the one that the same form made when it was sent before. Returns the secret of its link.
async fn open(app: &App, viewer: &Viewer, incoming: Incoming, secret: String) -> Result<String, Problem> {
    let desk = Desk::new(app);
    let actor = match viewer.actor() {
        Actor { person: None, .. } => Actor { person: None, name: incoming.requester_name.clone() },
        known => known,
    };
    let (hash, answer) = (sessions::hash(&secret), secret.clone());
    let wanted = hash.clone();
    let made = app.db.write(move |tx| {
        if store::by_follow_hash(tx, &hash)?.is_none() {
            accept_under(tx, &desk, &incoming, actor.clone(), secret.clone())?;
        }
        Ok::<_, Problem>(())
    });
    match made.await {
        Ok(()) => Ok(answer),
        // Both presses of the button came at the same time, and the other was first.
        Err(Problem::Storage(error @ database::Error::Unique { .. })) => {
            let first = app.db.read(move |r| store::by_follow_hash(r, &wanted)).await?;
            first.map(|_| answer).ok_or(Problem::Storage(error))
        }
        Err(other) => Err(other),
    }
}

/// The status of a form that comes back because what was typed is to be changed.
const AGAIN: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

#[cfg(test)]
pub(crate) mod tests;
