//! What can be done to a person's record: add, correct, transfer. Each is one form and one event.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use database::Error;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::directory::access::{self, Doing, Spot, must};
use crate::directory::answer;
use crate::directory::change_office::one_office;
use crate::directory::form_page::FormPage;
use crate::directory::lookup;
use crate::directory::offices::change::Refused;
use crate::directory::people::{self, NewPerson, Person};
use crate::events;
use crate::frame::Frame;
use crate::frame::form::FormData;
use crate::frame::languages::Language;
use crate::id::{OrganisationId, PersonId};
use crate::problem::Problem;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    let mut router = Router::new()
        .route("/people/new", get(show_add))
        .route("/people/{id}/edit", get(show_edit))
        .route("/people/{id}/transfer", get(show_transfer));
    for root in ["", "/api/v1"] {
        router = router
            .route(&format!("{root}/people/new"), post(add))
            .route(&format!("{root}/people/{{id}}/edit"), post(edit))
            .route(&format!("{root}/people/{{id}}/transfer"), post(transfer));
    }
    router
}

/// The person whose record is to be changed. Who may not see people does not learn that there is one.
pub(super) async fn subject(app: &App, viewer: &Viewer, id: &str) -> Result<Person, Problem> {
    let me = viewer.must_be_signed_in()?.clone();
    let id = PersonId::parse(id).ok_or(Problem::NotFound)?;
    let found = app
        .db
        .read(move |r| {
            let Some(person) = people::get(r, id)? else {
                return Ok(None);
            };
            let spot = Spot::of(r, person.working_agency)?;
            Ok::<_, Error>(Some((person, spot)))
        })
        .await?;
    let (person, spot) = found.ok_or(Problem::NotFound)?;
    if !access::may(&me, Doing::SeePeople, &spot) {
        return Err(Problem::NotFound);
    }
    must(&me, Doing::EditPeople, &spot)?;
    Ok(person)
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    office: String,
}

fn languages() -> Vec<(String, String)> {
    Language::ALL.map(|it| (it.code().to_owned(), it.own_name().to_owned())).into()
}

async fn add_page(
    app: &App,
    viewer: &Viewer,
    office: &str,
    form: Option<&FormData>,
) -> Result<FormPage, Problem> {
    let me = viewer.must_be_signed_in()?;
    if !access::may_somewhere(me, Doing::EditPeople) {
        return Err(Problem::Forbidden);
    }
    let office = match OrganisationId::parse(office) {
        Some(id) => app.db.read(move |r| lookup::office(r, id)).await?,
        None => None,
    };
    let office = office.map_or(String::new(), |office| format!("{}, {}", office.name, office.parent_name));
    let frame = Frame::titled(app, viewer, "person-new-title");
    let crumb = frame.t("people-title");
    Ok(FormPage::new(frame, "person", "/people/new".to_owned(), form)
        .about("/people".to_owned(), &crumb)
        .text("name", "")
        .text("name_dz", "")
        .text("employee_id", "")
        .office("office", office.trim_end_matches(", "))
        .text("post", "")
        .office("parent_agency", "")
        .text("phone", "")
        .text("email", "")
        .select("language", languages(), "en"))
}

async fn show_add(
    State(app): State<App>,
    viewer: Viewer,
    Query(Asked { office }): Query<Asked>,
) -> Result<Response, Problem> {
    add_page(&app, &viewer, &office, None).await?.show()
}

/// What both adding and editing ask, checked; `known` is the person who is edited.
async fn check(
    app: &App,
    page: &mut FormPage,
    form: &FormData,
    known: Option<PersonId>,
) -> Result<NewPerson, Problem> {
    let mut person = NewPerson {
        name: page.must_have("name"),
        name_dz: page.short("name_dz"),
        phone: page.short("phone"),
        email: page.short("email").to_lowercase(),
        language: form.text("language").to_owned(),
        employee_id: Some(page.short("employee_id")).filter(|id| !id.is_empty()),
        ..NewPerson::default()
    };
    if !person.email.is_empty() && !person.email.contains('@') {
        page.note("email", "directory-no-email");
    }
    if Language::from_code(&person.language).is_none() {
        page.note("language", "me-language-unknown");
    }
    if let Some(employee_id) = person.employee_id.clone() {
        let holder = app.db.read(move |r| people::with_employee_id(r, &employee_id)).await?;
        if holder.is_some_and(|holder| Some(holder) != known) {
            page.note("employee_id", "person-employee-id-taken");
        }
    }
    let typed = page.short("parent_agency");
    person.parent_agency = one_office(app, page, "parent_agency", typed).await?.map(|agency| agency.id);
    Ok(person)
}

async fn add(State(app): State<App>, viewer: Viewer, form: FormData) -> Result<Response, Problem> {
    let mut page = add_page(&app, &viewer, "", Some(&form)).await?;
    let mut person = check(&app, &mut page, &form, None).await?;
    person.post = page.short("post");
    let typed = page.must_have("office");
    if let Some(office) = one_office(&app, &mut page, "office", typed).await? {
        person.working_agency = Some(office.id);
        let me = viewer.must_be_signed_in()?.clone();
        let spot = app.db.read(move |r| Spot::of(r, Some(office.id))).await?;
        must(&me, Doing::EditPeople, &spot)?;
    }
    if !page.wrong.is_empty() {
        return page.refuse(&viewer);
    }
    let (actor, now) = (viewer.actor(), viewer.now);
    let id = app
        .db
        .write(move |tx| {
            let id = people::insert(tx, &person, now)?;
            events::note(
                tx,
                "person",
                id.uuid(),
                actor.clone(),
                "added",
                json!({ "name": person.name }),
                now,
            )?;
            Ok::<_, Error>(id)
        })
        .await?;
    answer::done(&viewer, &format!("/people/{id}"), "person-added", &json!({ "id": id }))
}

fn edit_page(app: &App, viewer: &Viewer, person: &Person, form: Option<&FormData>) -> FormPage {
    let frame = Frame::titled(app, viewer, "person-edit-title");
    FormPage::new(frame, "person", format!("/people/{}/edit", person.id), form)
        .about(format!("/people/{}", person.id), &person.name)
        .version(person.version)
        .text("name", &person.name)
        .text("name_dz", &person.name_dz)
        .text("employee_id", person.employee_id.as_deref().unwrap_or_default())
        .office("parent_agency", &person.parent_name)
        .text("phone", &person.phone)
        .text("email", &person.email)
        .select("language", languages(), &person.language)
}

async fn show_edit(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let person = subject(&app, &viewer, &id).await?;
    edit_page(&app, &viewer, &person, None).show()
}

async fn edit(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    form: FormData,
) -> Result<Response, Problem> {
    let person = subject(&app, &viewer, &id).await?;
    let mut page = edit_page(&app, &viewer, &person, Some(&form));
    let new = check(&app, &mut page, &form, Some(person.id)).await?;
    if !page.wrong.is_empty() {
        return page.refuse(&viewer);
    }
    let (id, version) = (person.id, form.number("version").unwrap_or(-1));
    // What changed, without the old values: a number that was taken out should be out.
    let changed: Vec<&str> = [
        ("name", person.name != new.name),
        ("name_dz", person.name_dz != new.name_dz),
        ("employee_id", person.employee_id != new.employee_id),
        ("parent_agency", person.parent_agency != new.parent_agency),
        ("phone", person.phone != new.phone),
        ("email", person.email != new.email),
        ("language", person.language != new.language),
    ]
    .into_iter()
    .filter_map(|(field, changed)| changed.then_some(field))
    .collect();
    let detail = json!({ "fields": changed });
    carry_out(&app, &viewer, page, id, ("changed", detail), move |tx| people::update(tx, id, &new, version))
        .await
}

async fn carry_out(
    app: &App,
    viewer: &Viewer,
    mut page: FormPage,
    id: PersonId,
    (activity, detail): (&'static str, Json),
    change: impl Fn(&mut database::Transaction) -> Result<(), Refused> + Send + 'static,
) -> Result<Response, Problem> {
    let (actor, now) = (viewer.actor(), viewer.now);
    let written = app
        .db
        .write(move |tx| {
            change(tx)?;
            events::note(tx, "person", id.uuid(), actor.clone(), activity, detail.clone(), now)?;
            Ok::<_, Refused>(())
        })
        .await;
    match written {
        Ok(()) => {
            let person = app.db.read(move |r| people::get(r, id)).await?;
            let said = format!("person-{activity}");
            answer::done(viewer, &format!("/people/{id}"), &said, &json!({ "person": person }))
        }
        Err(Refused::Stale) => page.stale(viewer),
        Err(Refused::Storage(error)) => Err(error.into()),
        Err(_) => {
            page.note("from", "person-too-early");
            page.refuse(viewer)
        }
    }
}

fn transfer_page(app: &App, viewer: &Viewer, person: &Person, form: Option<&FormData>) -> FormPage {
    let frame = Frame::titled(app, viewer, "person-transfer-title");
    FormPage::new(frame, "person-transfer", format!("/people/{}/transfer", person.id), form)
        .about(format!("/people/{}", person.id), &person.name)
        .version(person.version)
        .office("office", "")
        .text("post", "")
        .date("from", "")
}

async fn show_transfer(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let person = subject(&app, &viewer, &id).await?;
    transfer_page(&app, &viewer, &person, None).show()
}

async fn transfer(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    form: FormData,
) -> Result<Response, Problem> {
    let person = subject(&app, &viewer, &id).await?;
    let mut page = transfer_page(&app, &viewer, &person, Some(&form));
    let typed = page.must_have("office");
    let office = one_office(&app, &mut page, "office", typed).await?;
    let title = page.must_have("post");
    let from = page.day("from");
    let (Some(office), Some(from), true) = (office, from, page.wrong.is_empty()) else {
        return page.refuse(&viewer);
    };
    let (id, version) = (person.id, form.number("version").unwrap_or(-1));
    let detail = json!({ "office": office.name, "post": title, "from": from });
    carry_out(&app, &viewer, page, id, ("transferred", detail), move |tx| {
        people::transfer(tx, id, office.id, &title, from, version)
    })
    .await
}

#[cfg(test)]
mod tests;
