//! Adding one office by hand.

use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use database::{Error, Reader};
use serde::Deserialize;
use serde_json::json;

use crate::app::App;
use crate::directory::access::{self, Doing, Spot, must};
use crate::directory::change_office::{alias_lines, one_office};
use crate::directory::form_page::FormPage;
use crate::directory::offices::{self, NewOffice};
use crate::directory::{answer, calendars, lookup};
use crate::events;
use crate::frame::Frame;
use crate::frame::form::FormData;
use crate::id::OrganisationId;
use crate::problem::Problem;
use crate::search::fold;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/offices/new", get(show).post(add)).route("/api/v1/offices/new", post(add))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    under: String,
}

async fn page(app: &App, viewer: &Viewer, under: &str, form: Option<&FormData>) -> Result<FormPage, Problem> {
    let me = viewer.must_be_signed_in()?;
    if !access::may_somewhere(me, Doing::EditOffices) {
        return Err(Problem::Forbidden);
    }
    let under = OrganisationId::parse(under);
    let (kinds, parent) = app
        .db
        .read(move |r| {
            let parent = under.map(|id| lookup::office(r, id)).transpose()?.flatten();
            Ok::<_, Error>((offices::kinds(r)?, parent))
        })
        .await?;
    let frame = Frame::titled(app, viewer, "office-new-title");
    let mut options = vec![(String::new(), frame.t("directory-choose"))];
    options.extend(kinds.into_iter().map(|kind| {
        let name = frame.plain_name(&kind.name, &kind.name_dz).to_owned();
        (kind.code, name)
    }));
    let parent = parent.map_or(String::new(), |parent| format!("{}, {}", parent.name, parent.parent_name));
    Ok(FormPage::new(frame.clone(), "office-new", "/offices/new".to_owned(), form)
        .about("/offices".to_owned(), &frame.t("offices-title"))
        .text("name", "")
        .text("name_dz", "")
        .select("kind", options, "")
        .office("parent", parent.trim_end_matches(", "))
        .text("phone", "")
        .text("fax", "")
        .text("email", "")
        .area("aliases", "", "3")
        .date("from", ""))
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Query(Asked { under }): Query<Asked>,
) -> Result<Response, Problem> {
    page(&app, &viewer, &under, None).await?.show()
}

async fn add(State(app): State<App>, viewer: Viewer, form: FormData) -> Result<Response, Problem> {
    let mut page = page(&app, &viewer, "", Some(&form)).await?;
    let mut office = NewOffice {
        kind: page.must_have("kind"),
        name: page.must_have("name"),
        name_dz: page.short("name_dz"),
        phone: page.short("phone"),
        fax: page.short("fax"),
        email: page.short("email").to_lowercase(),
        aliases: alias_lines(&form.all("aliases").join("\n")),
        ..NewOffice::default()
    };
    if !office.email.is_empty() && !office.email.contains('@') {
        page.note("email", "directory-no-email");
    }
    if form.given("from").is_some() {
        office.since = page.day("from");
    }
    let typed = page.must_have("parent");
    let parent = one_office(&app, &mut page, "parent", typed).await?;
    if let Some(parent) = &parent {
        office.parent = Some(parent.id);
        let (me, to, name) = (viewer.must_be_signed_in()?.clone(), parent.id, fold(&office.name));
        let kind = office.kind.clone();
        let (spot, twin, kind_is_known) = app
            .db
            .read(move |r| {
                Ok::<_, Error>((Spot::of(r, Some(to))?, twin(r, to, &name)?, known_kind(r, &kind)?))
            })
            .await?;
        must(&me, Doing::EditOffices, &spot)?;
        if twin {
            page.note("name", "office-new-twin");
        }
        if !kind_is_known {
            page.note("kind", "office-new-kind-missing");
        }
    }
    if !page.wrong.is_empty() {
        return page.refuse(&viewer);
    }
    let (actor, now) = (viewer.actor(), viewer.now);
    let id = app
        .db
        .write(move |tx| {
            let id = offices::insert(tx, &office, now)?;
            let detail = json!({ "name": office.name, "kind": office.kind });
            events::note(tx, "organisation", id.uuid(), actor.clone(), "added", detail, now)?;
            calendars::mark_changed(tx)?;
            Ok::<_, Error>(id)
        })
        .await?;
    app.refresh().await?;
    answer::done(&viewer, &format!("/offices/{id}"), "office-added", &json!({ "id": id }))
}

/// Is there one of the same name under the same parent?
fn twin(r: &mut Reader, parent: OrganisationId, folded: &str) -> Result<bool, Error> {
    let found = r.row(
        "SELECT 1 AS one FROM organisations WHERE folded = $1 AND parent_id = $2 AND valid_to IS NULL LIMIT 1",
        &[folded.into(), parent.into()],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

fn known_kind(r: &mut Reader, code: &str) -> Result<bool, Error> {
    let found =
        r.row("SELECT 1 AS one FROM organisation_kinds WHERE code = $1", &[code.into()], |_| Ok(()))?;
    Ok(found.is_some())
}
