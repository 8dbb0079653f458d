//! What somebody of the unit does with a mail that waits: read it again, put it aside, add it to a case, make it one.

use axum::Router;
use axum::extract::{Path, State as Held};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use serde_json::json;

use crate::app::App;
use crate::channels::add_to_case::{case_of_unit, why_not};
use crate::channels::file_mail::{self, Beginning, Work};
use crate::channels::show_mail::{self, Found, find};
use crate::channels::store;
use crate::channels::store::mails::{self, State};
use crate::desk::access::Doing;
use crate::desk::act::Refused;
use crate::directory::answer;
use crate::frame::form::{FormData, Wrong};
use crate::frame::{self, Frame, see_other};
use crate::id::ServiceId;
use crate::problem::Problem;
use crate::settings::{LONG_TEXT_LIMIT, SHORT_TEXT_LIMIT};
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    let mut router = Router::new();
    for root in ["", "/api/v1"] {
        router = router
            .route(&format!("{root}/mail/{{id}}/again"), post(again))
            .route(&format!("{root}/mail/{{id}}/aside"), post(aside))
            .route(&format!("{root}/mail/{{id}}/add"), post(add))
            .route(&format!("{root}/mail/{{id}}/case"), post(case));
    }
    router
}

/// Services that the unit offers, the mailbox's own first.
pub(super) fn services(app: &App, frame: &Frame, first: ServiceId) -> Vec<(String, String)> {
    let catalogue = app.catalogue.now();
    let mut services: Vec<_> = catalogue.services.iter().collect();
    services.sort_by_key(|service| service.id != first);
    services
        .into_iter()
        .map(|service| {
            let definition = &service.definition;
            let name = frame.plain_name(&definition.name, &definition.name_dz).to_owned();
            (definition.code.clone(), name)
        })
        .collect()
}

/// A mail that waits and that the viewer may sort.
async fn waiting(app: &App, viewer: &Viewer, id: &str) -> Result<Found, Problem> {
    let found = find(app, viewer, id).await?;
    let waits = matches!(found.mail.state, State::Aside | State::Quarantined);
    if waits { Ok(found) } else { Err(Problem::Changed) }
}

async fn again(Held(app): Held<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let found = waiting(&app, &viewer, &id).await?;
    let id = found.mail.id;
    if !app.db.write(move |tx| mails::again(tx, id)).await? {
        return Err(Problem::Changed);
    }
    file_mail::this(&app, id).await?;
    done(&app, &viewer, found, "mail-again").await
}

async fn aside(Held(app): Held<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let found = waiting(&app, &viewer, &id).await?;
    let id = found.mail.id;
    if !app.db.write(move |tx| mails::put_aside(tx, id)).await? {
        return Err(Problem::Changed);
    }
    done(&app, &viewer, found, "mail-aside").await
}

async fn add(
    Held(app): Held<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    form: FormData,
) -> Result<Response, Problem> {
    let found = waiting(&app, &viewer, &id).await?;
    let frame = Frame::new(&app, &viewer, "");
    let (work, from) = (work(&app, &found).await?, found.mail.state);
    let (asker, number) = (viewer.clone(), form.text("number").to_owned());
    let added = app.db.write(move |tx| {
        let (request, _) = case_of_unit(tx, &asker, &number, Doing::Reply)?;
        work.add_by_hand(tx, from, request, &asker.actor())
    });
    let why = match added.await {
        Ok(()) => return done(&app, &viewer, found, "mail-added").await,
        Err(refused) => why_not(refused, "mail-number-unknown")?,
    };
    let mut wrong = Wrong::default();
    wrong.note("number", frame.t(why));
    again_with(&app, &viewer, found, form, wrong).await
}

async fn case(
    Held(app): Held<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    form: FormData,
) -> Result<Response, Problem> {
    let found = waiting(&app, &viewer, &id).await?;
    let frame = Frame::new(&app, &viewer, "");
    let beginning = match check(&app, &viewer, &frame, &form) {
        Ok(beginning) => beginning,
        Err(wrong) => return again_with(&app, &viewer, found, form, wrong).await,
    };
    let (work, from) = (work(&app, &found).await?, found.mail.state);
    let begun = app.db.write(move |tx| work.begin_by_hand(tx, from, beginning.clone())).await;
    match begun {
        Ok(()) => done(&app, &viewer, found, "mail-case").await,
        Err(Refused::Problem(problem)) => Err(problem),
        Err(_) => Err(Problem::Changed),
    }
}

fn check(app: &App, viewer: &Viewer, frame: &Frame, form: &FormData) -> Result<Beginning, Wrong> {
    let mut wrong = Wrong::default();
    let service = app.catalogue.now().service_by_code(form.text("service")).cloned();
    if service.is_none() {
        wrong.note("service", frame.t("mail-service-missing"));
    }
    for (field, limit) in
        [("name", SHORT_TEXT_LIMIT), ("subject", SHORT_TEXT_LIMIT), ("text", LONG_TEXT_LIMIT)]
    {
        let length = form.text(field).chars().count();
        if length == 0 || length > limit {
            wrong.note(field, frame.t(&format!("mail-{field}-missing")));
        }
    }
    let email = form.text("email").to_lowercase();
    if !email.is_empty() && (email.parse::<lettre::Address>().is_err() || email.len() > SHORT_TEXT_LIMIT) {
        wrong.note("email", frame.t("mail-email-wrong"));
    }
    let entered_by = viewer.signed_in.as_ref().map(|me| me.person);
    match service {
        Some(service) if wrong.is_empty() => Ok(Beginning {
            address: email,
            name: form.text("name").to_owned(),
            subject: form.text("subject").to_owned(),
            words: form.text("text").to_owned(),
            service: service.id,
            sorted_by: Vec::new(),
            entered_by,
        }),
        _ => Err(wrong),
    }
}

async fn work(app: &App, found: &Found) -> Result<Work, Problem> {
    let mailboxes = app.db.read(store::all_mailboxes).await?;
    let addresses: Vec<String> = mailboxes.iter().map(|mailbox| mailbox.address.clone()).collect();
    let bytes = file_mail::bytes_of(app, &found.mail).await?.unwrap_or_default();
    let understood = file_mail::understand(app, &found.mail, &addresses, bytes).await?;
    Ok(Work::new(app, &found.mailbox, &mailboxes, understood, None))
}

async fn again_with(
    app: &App,
    viewer: &Viewer,
    found: Found,
    form: FormData,
    wrong: Wrong,
) -> Result<Response, Problem> {
    if viewer.by_api() {
        return Ok(answer::wrong_fields(&wrong));
    }
    show_mail::write(app, viewer, found, Some((form, wrong))).await
}

/// On to the case that it became, or back to what still waits.
async fn done(app: &App, viewer: &Viewer, found: Found, said: &str) -> Result<Response, Problem> {
    let id = found.mail.id;
    let now = app.db.read(move |r| mails::get(r, id)).await?.ok_or(Problem::NotFound)?;
    if viewer.by_api() {
        return Ok(frame::json(StatusCode::OK, &json!({ "id": now.id, "state": now.state.code() })));
    }
    if now.request.is_some() {
        return Ok(see_other(&format!("/mail/{id}?done={said}")));
    }
    Ok(see_other(&format!("/mail?done={said}")))
}
