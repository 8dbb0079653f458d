//! `/services/{code}/named`: who sees the requests of a confidential service. Whoever may change services may change
//! the list, and so may those who stand in it; each change is an event, and everybody on the list is told who made it.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::desk::catalogue::Service;
use crate::desk::edit_service::may_edit;
use crate::desk::store::named::{self, NamedPerson};
use crate::desk::store::notices;
use crate::directory::lookup::{self, PersonHit};
use crate::events;
use crate::frame::form::{FormData, Wrong};
use crate::frame::{Frame, json as answer, page, see_other};
use crate::id::{PersonId, ServiceId};
use crate::problem::Problem;
use crate::viewer::Viewer;

pub fn routes() -> Router<App> {
    let mut router = Router::new();
    for root in ["", "/api/v1"] {
        router = router
            .route(&format!("{root}/services/{{code}}/named"), get(show).post(add))
            .route(&format!("{root}/services/{{code}}/named/remove"), post(remove));
    }
    router
}

#[derive(Template)]
#[template(path = "desk/named.html")]
struct Page {
    frame: Frame,
    wrong: Wrong,
    service: Arc<Service>,
    people: Vec<NamedPerson>,
    /// The units in which nobody is named.
    without: Vec<String>,
    may_edit: bool,
    person: String,
}

/// The service, for those who may see and change its list; for everybody else it has none.
fn service_of(app: &App, viewer: &Viewer, code: &str) -> Result<Arc<Service>, Problem> {
    let me = viewer.must_be_signed_in()?;
    let service = app.catalogue.now().service_by_code(code).cloned().ok_or(Problem::NotFound)?;
    if may_edit(viewer) || me.named.contains(&service.id) { Ok(service) } else { Err(Problem::NotFound) }
}

pub async fn has_somebody(app: &App, service: ServiceId) -> Result<bool, Problem> {
    Ok(!app.db.read(move |r| named::ids(r, service)).await?.is_empty())
}

async fn show(State(app): State<App>, viewer: Viewer, Path(code): Path<String>) -> Result<Response, Problem> {
    let service = service_of(&app, &viewer, &code)?;
    write(&app, &viewer, service, None).await
}

async fn write(
    app: &App,
    viewer: &Viewer,
    service: Arc<Service>,
    refused: Option<(&'static str, String)>,
) -> Result<Response, Problem> {
    let id = service.id;
    let people = app.db.read(move |r| named::people(r, id)).await?;
    if viewer.by_api() {
        let people: Vec<Json> = people
            .iter()
            .map(|person| json!({ "person": person.id, "name": person.name, "units": person.units, "since": person.since }))
            .collect();
        let body = json!({ "confidential": service.definition.confidential, "people": people });
        return Ok(answer(StatusCode::OK, &body));
    }
    let mut frame = Frame::new(app, viewer, "");
    let name = frame.plain_name(&service.definition.name, &service.definition.name_dz).to_owned();
    frame.title = frame.t1("named-title", "name", name);
    let has_somebody = |unit: &str| people.iter().any(|person| person.units.split(", ").any(|it| it == unit));
    let mut without: Vec<String> = app.calendars.units().into_iter().map(|unit| unit.name).collect();
    without.retain(|unit| !has_somebody(unit));
    let mut wrong = Wrong::default();
    let mut person = String::new();
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    if let Some((key, typed)) = refused {
        frame.has_mistakes = true;
        wrong.note("person", frame.t(key));
        person = typed;
    }
    let may_edit = may_edit(viewer);
    page(status, &Page { frame, wrong, service, people, without, may_edit, person })
}

async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    form: FormData,
) -> Result<Response, Problem> {
    let service = service_of(&app, &viewer, &code)?;
    let typed = form.text("person").to_owned();
    let wanted = typed.clone();
    let person = match app.db.read(move |r| lookup::one_person(r, &wanted)).await? {
        Ok(person) => person,
        Err(_) if viewer.by_api() => return Err(Problem::Input("named-choose-person")),
        Err(key) => return write(&app, &viewer, service, Some((key, typed))).await,
    };
    change(&app, &viewer, &service, person, true).await?;
    done(&viewer, &code, "named-added")
}

async fn remove(
    State(app): State<App>,
    viewer: Viewer,
    Path(code): Path<String>,
    form: FormData,
) -> Result<Response, Problem> {
    let service = service_of(&app, &viewer, &code)?;
    let person = PersonId::parse(form.text("person")).ok_or(Problem::NotFound)?;
    let person = app.db.read(move |r| lookup::person(r, person)).await?.ok_or(Problem::NotFound)?;
    match change(&app, &viewer, &service, person, false).await {
        Err(Problem::Input(key)) if !viewer.by_api() => {
            write(&app, &viewer, service, Some((key, String::new()))).await
        }
        other => {
            other?;
            done(&viewer, &code, "named-removed")
        }
    }
}

fn done(viewer: &Viewer, code: &str, said: &str) -> Result<Response, Problem> {
    if viewer.by_api() {
        return Ok(answer(StatusCode::OK, &json!({ "done": said })));
    }
    // Who took themselves off the list may not see it any more.
    Ok(see_other(&format!("/services/{code}/named?done={said}")))
}

/// One transaction: the list, its event, and word to everybody who stands or stood in it.
async fn change(
    app: &App,
    viewer: &Viewer,
    service: &Service,
    person: PersonHit,
    add: bool,
) -> Result<(), Problem> {
    let (id, now, actor) = (service.id, app.clock.now(), viewer.actor());
    let (name, is_confidential) = (service.definition.name.clone(), service.definition.confidential);
    app.db
        .write(move |tx| {
            let mut told = named::ids(tx, id)?;
            let changed =
                if add { named::add(tx, id, person.id, now)? } else { named::remove(tx, id, person.id)? };
            if !changed {
                return Ok(());
            }
            if !add && is_confidential && told.len() == 1 {
                return Err(Problem::Input("named-last"));
            }
            if add {
                told.push(person.id);
            } else {
                named::take_back_notices(tx, id, None)?;
            }
            let activity = if add { "named" } else { "unnamed" };
            let detail = json!({ "person": person.name, "person_id": person.id });
            events::note(tx, "service", id.uuid(), actor.clone(), activity, detail, now)?;
            let words = format!("{name} · {} · {}", person.name, actor.name);
            notices::tell_of_service(tx, told, activity, (id, &words), now)?;
            Ok(())
        })
        .await
}

#[cfg(test)]
mod tests;
