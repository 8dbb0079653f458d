//! `GET` and `POST /services/{code}/edit`: the head of a unit or the operator changes a service: its words, its form,
//! and what is promised from a day on. Every save is a new version; the earlier ones stay.

mod draft;
pub(super) mod keep;
mod show;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;

use crate::app::App;
use crate::desk::edit_service::draft::Draft;
pub(super) use crate::desk::edit_service::draft::Edited;
use crate::desk::form::{Fault, Faults};
use crate::desk::named;
use crate::frame::form::FormData;
use crate::frame::see_other;
use crate::problem::Problem;
use crate::viewer::{Role, Viewer};

pub fn routes() -> Router<App> {
    Router::new().route("/services/{code}/edit", get(form).post(send))
}

pub fn may_edit(viewer: &Viewer) -> bool {
    let may = |role| viewer.signed_in.as_ref().is_some_and(|me| me.has_own(role));
    may(Role::HeadOfUnit) || may(Role::Operator)
}

/// # Errors
/// `SignIn` for the public; `Forbidden` for those who may only look.
fn must_edit(viewer: &Viewer) -> Result<(), Problem> {
    viewer.must_be_signed_in()?;
    if may_edit(viewer) { Ok(()) } else { Err(Problem::Forbidden) }
}

async fn form(State(app): State<App>, viewer: Viewer, Path(code): Path<String>) -> Result<Response, Problem> {
    must_edit(&viewer)?;
    let service = app.catalogue.now().service_by_code(&code).cloned().ok_or(Problem::NotFound)?;
    show::form(&app, &viewer, &service, &Draft::of(&service)).await
}

async fn send(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    form: FormData,
) -> Result<Response, Problem> {
    must_edit(&viewer)?;
    let catalogue = app.catalogue.now();
    let service = catalogue.service_by_code(&code).cloned().ok_or(Problem::NotFound)?;
    let mut draft = Draft::read(&form);
    if form.text("do") != "save" {
        draft.arrange(form.text("do"));
        return show::form(&app, &viewer, &service, &draft).await;
    }
    let today = app.clock.now().to_zoned(app.calendars.zone()).date();
    let (edited, faults) = draft.check(&service, &catalogue, today);
    if !faults.is_empty() {
        return show::again(&app, &viewer, &service, &draft, &faults).await;
    }
    if form.number("version") != Some(service.version) {
        return show::changed(&app, &viewer, &service, &draft).await;
    }
    if edited.definition.confidential && !named::has_somebody(&app, service.id).await? {
        let faults = Faults::from([("confidential".to_owned(), Fault::new("edit-nobody-named"))]);
        return show::again(&app, &viewer, &service, &draft, &faults).await;
    }
    match keep::keep(&app, &viewer, &service, edited).await {
        Ok(()) => {
            app.refresh().await?;
            Ok(see_other(&format!("/services/{code}/edit?done=service-saved")))
        }
        Err(Problem::Changed) => {
            app.refresh().await?;
            show::changed(&app, &viewer, &service, &draft).await
        }
        Err(other) => Err(other),
    }
}

#[cfg(test)]
mod tests;
