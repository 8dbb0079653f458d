//! What can be done to an office: correct its contacts, rename it, move it, end it. Each is one form and one event.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use database::{Error, Transaction};
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::directory::access::{Doing, Spot, must};
use crate::directory::form_page::FormPage;
use crate::directory::lookup::{self, OfficeHit};
use crate::directory::offices::change::{self, Contacts, Name, Refused};
use crate::directory::offices::{self, Office};
use crate::directory::{answer, calendars};
use crate::events;
use crate::frame::Frame;
use crate::frame::form::FormData;
use crate::id::OrganisationId;
use crate::problem::Problem;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    let mut router = Router::new()
        .route("/offices/{id}/edit", get(show_edit))
        .route("/offices/{id}/rename", get(show_rename))
        .route("/offices/{id}/move", get(show_move))
        .route("/offices/{id}/dissolve", get(show_dissolve));
    for root in ["", "/api/v1"] {
        router = router
            .route(&format!("{root}/offices/{{id}}/edit"), post(edit))
            .route(&format!("{root}/offices/{{id}}/rename"), post(rename))
            .route(&format!("{root}/offices/{{id}}/move"), post(move_under))
            .route(&format!("{root}/offices/{{id}}/dissolve"), post(dissolve));
    }
    router
}

/// The office that is to be changed, with its other names.
async fn subject(app: &App, viewer: &Viewer, id: &str) -> Result<(Office, Vec<String>), Problem> {
    let me = viewer.must_be_signed_in()?.clone();
    let id = OrganisationId::parse(id).ok_or(Problem::NotFound)?;
    let (office, aliases, spot) = app
        .db
        .read(move |r| {
            Ok::<_, Error>((offices::get(r, id)?, offices::aliases(r, id)?, Spot::of(r, Some(id))?))
        })
        .await?;
    let office = office.ok_or(Problem::NotFound)?;
    must(&me, Doing::EditOffices, &spot)?;
    // One that is no more is history, and history is not edited.
    if office.valid_to.is_some() { Err(Problem::Forbidden) } else { Ok((office, aliases)) }
}

fn page(app: &App, viewer: &Viewer, act: &'static str, office: &Office, form: Option<&FormData>) -> FormPage {
    let frame = Frame::titled(app, viewer, &format!("{act}-title"));
    let path = act.trim_start_matches("office-");
    FormPage::new(frame, act, format!("/offices/{}/{path}", office.id), form)
        .about(format!("/offices/{}", office.id), &office.name)
        .version(office.version)
}

/// The version that the form was made from; one that is missing is as good as a stale one.
fn version(form: &FormData) -> i64 {
    form.number("version").unwrap_or(-1)
}

/// Writes the change with its event, and answers.
async fn carry_out(
    app: &App,
    viewer: &Viewer,
    page: FormPage,
    id: OrganisationId,
    (activity, detail): (&'static str, Json),
    change: impl Fn(&mut Transaction) -> Result<(), Refused> + Send + 'static,
) -> Result<Response, Problem> {
    let (actor, now, told) = (viewer.actor(), viewer.now, detail.clone());
    let written = app
        .db
        .write(move |tx| {
            change(tx)?;
            events::note(tx, "organisation", id.uuid(), actor.clone(), activity, told.clone(), now)?;
            calendars::mark_changed(tx)?;
            Ok::<_, Refused>(())
        })
        .await;
    let mut page = page;
    let (field, key) = match written {
        Ok(()) => {
            app.refresh().await?;
            let office = app.db.read(move |r| offices::get(r, id)).await?;
            let said = format!("office-{activity}");
            return answer::done(viewer, &format!("/offices/{id}"), &said, &json!({ "office": office }));
        }
        Err(Refused::Stale) => return page.stale(viewer),
        Err(Refused::Storage(error)) => return Err(error.into()),
        Err(Refused::TooEarly) => ("from", "office-too-early"),
        Err(Refused::Cycle) => ("parent", "office-cycle"),
        Err(Refused::HasChildren) => ("from", "office-has-children"),
        Err(Refused::Serves) => ("from", "office-serves"),
    };
    page.note(field, key);
    page.refuse(viewer)
}

fn edit_page(
    app: &App,
    viewer: &Viewer,
    (office, aliases): &(Office, Vec<String>),
    form: Option<&FormData>,
) -> FormPage {
    page(app, viewer, "office-edit", office, form)
        .text("phone", &office.phone)
        .text("fax", &office.fax)
        .text("email", &office.email)
        .area("aliases", &aliases.join("\n"), "5")
}

async fn show_edit(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let subject = subject(&app, &viewer, &id).await?;
    edit_page(&app, &viewer, &subject, None).show()
}

async fn edit(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    form: FormData,
) -> Result<Response, Problem> {
    let subject = subject(&app, &viewer, &id).await?;
    let mut page = edit_page(&app, &viewer, &subject, Some(&form));
    let contacts = Contacts {
        phone: page.short("phone"),
        fax: page.short("fax"),
        email: page.short("email").to_lowercase(),
        aliases: alias_lines(&form.all("aliases").join("\n")),
    };
    if !contacts.email.is_empty() && !contacts.email.contains('@') {
        page.note("email", "directory-no-email");
    }
    if contacts.aliases.len() > 30 {
        page.note("aliases", "office-edit-aliases-many");
    }
    if !page.wrong.is_empty() {
        return page.refuse(&viewer);
    }
    let (id, version) = (subject.0.id, version(&form));
    let detail = json!({ "phone": contacts.phone, "fax": contacts.fax, "email": contacts.email, "aliases": contacts.aliases });
    carry_out(&app, &viewer, page, id, ("changed", detail), move |tx| {
        change::edit(tx, id, &contacts, version)
    })
    .await
}

/// One name a line, or separated by semicolons as in a list of offices.
pub(super) fn alias_lines(text: &str) -> Vec<String> {
    let mut aliases: Vec<String> = Vec::new();
    for alias in text.split(['\n', ';']).map(str::trim).filter(|alias| !alias.is_empty()) {
        if !aliases.iter().any(|known| known == alias) {
            aliases.push(alias.to_owned());
        }
    }
    aliases
}

fn rename_page(app: &App, viewer: &Viewer, office: &Office, form: Option<&FormData>) -> FormPage {
    let page = page(app, viewer, "office-rename", office, form);
    let how =
        ["new", "correction"].map(|how| (how.to_owned(), page.frame.t(&format!("office-rename-how-{how}"))));
    page.text("name", &office.name)
        .text("name_dz", &office.name_dz)
        .text("short", &office.short)
        .select("how", how.into(), "new")
        .date("from", "")
}

async fn show_rename(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (office, _) = subject(&app, &viewer, &id).await?;
    rename_page(&app, &viewer, &office, None).show()
}

async fn rename(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    form: FormData,
) -> Result<Response, Problem> {
    let (office, _) = subject(&app, &viewer, &id).await?;
    let mut page = rename_page(&app, &viewer, &office, Some(&form));
    let new =
        Name { name: page.must_have("name"), name_dz: page.short("name_dz"), short: page.short("short") };
    let is_correction = form.text("how") == "correction";
    let from = if is_correction { None } else { page.day("from") };
    if !page.wrong.is_empty() {
        return page.refuse(&viewer);
    }
    let (id, version) = (office.id, version(&form));
    let detail = json!({ "was": office.name, "name": new.name, "from": from });
    carry_out(&app, &viewer, page, id, ("renamed", detail), move |tx| {
        change::rename(tx, id, &new, from, version)
    })
    .await
}

fn move_page(app: &App, viewer: &Viewer, office: &Office, form: Option<&FormData>) -> FormPage {
    page(app, viewer, "office-move", office, form).office("parent", "").date("from", "")
}

async fn show_move(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (office, _) = subject(&app, &viewer, &id).await?;
    move_page(&app, &viewer, &office, None).show()
}

async fn move_under(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    form: FormData,
) -> Result<Response, Problem> {
    let (office, _) = subject(&app, &viewer, &id).await?;
    let mut page = move_page(&app, &viewer, &office, Some(&form));
    let typed = page.must_have("parent");
    let parent = one_office(&app, &mut page, "parent", typed).await?;
    let from = page.day("from");
    if let Some(parent) = &parent {
        // It must be one's own to give and one's own to receive.
        let (me, to) = (viewer.must_be_signed_in()?.clone(), parent.id);
        let spot = app.db.read(move |r| Spot::of(r, Some(to))).await?;
        must(&me, Doing::EditOffices, &spot)?;
    }
    let (Some(parent), Some(from), true) = (parent, from, page.wrong.is_empty()) else {
        return page.refuse(&viewer);
    };
    let (id, version, under) = (office.id, version(&form), parent.id);
    let detail = json!({ "under": parent.name, "from": from });
    carry_out(&app, &viewer, page, id, ("moved", detail), move |tx| {
        change::move_under(tx, id, under, from, version)
    })
    .await
}

/// The office that was typed by its name, or by its id in the API; notes what is wrong with it.
pub(super) async fn one_office(
    app: &App,
    page: &mut FormPage,
    field: &'static str,
    typed: String,
) -> Result<Option<OfficeHit>, Problem> {
    if typed.is_empty() {
        return Ok(None);
    }
    let (mut named, near) = app
        .db
        .read(move |r| {
            if let Some(id) = OrganisationId::parse(&typed) {
                return Ok((lookup::office(r, id)?.into_iter().collect(), Vec::new()));
            }
            let named = lookup::office_named(r, &typed)?;
            let near = if named.is_empty() { lookup::find_offices(r, &typed, 3)? } else { Vec::new() };
            Ok::<_, Error>((named, near))
        })
        .await?;
    if named.len() == 1 {
        return Ok(named.pop());
    }
    let full = |office: &OfficeHit| format!("{}, {}", office.name, office.parent_name);
    let names = |offices: &[OfficeHit]| offices.iter().map(full).collect::<Vec<_>>().join("; ");
    let sentence = if !named.is_empty() {
        page.frame.t1("directory-office-several", "names", names(&named))
    } else if !near.is_empty() {
        page.frame.t1("directory-office-near", "names", names(&near))
    } else {
        page.frame.t("directory-office-none")
    };
    page.wrong.note(field, sentence);
    Ok(None)
}

fn dissolve_page(app: &App, viewer: &Viewer, office: &Office, form: Option<&FormData>) -> FormPage {
    page(app, viewer, "office-dissolve", office, form).date("from", "").office("successor", "")
}

async fn show_dissolve(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (office, _) = subject(&app, &viewer, &id).await?;
    dissolve_page(&app, &viewer, &office, None).show()
}

async fn dissolve(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    form: FormData,
) -> Result<Response, Problem> {
    let (office, _) = subject(&app, &viewer, &id).await?;
    let mut page = dissolve_page(&app, &viewer, &office, Some(&form));
    let typed = page.short("successor");
    let successor = one_office(&app, &mut page, "successor", typed).await?;
    let last_day = page.day("from");
    if successor.as_ref().is_some_and(|successor| successor.id == office.id) {
        page.note("successor", "office-own-successor");
    }
    let (Some(last_day), true) = (last_day, page.wrong.is_empty()) else {
        return page.refuse(&viewer);
    };
    let (id, version, heir) = (office.id, version(&form), successor.as_ref().map(|it| it.id));
    let detail = json!({ "last_day": last_day, "successor": successor.map(|it| it.name) });
    carry_out(&app, &viewer, page, id, ("dissolved", detail), move |tx| {
        change::dissolve(tx, id, last_day, heir, version)
    })
    .await
}

#[cfg(test)]
mod tests;
