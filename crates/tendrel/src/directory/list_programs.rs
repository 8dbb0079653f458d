//! The programs that have an account of their own, and making one.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use database::{Error, Reader};
use serde_json::json;

use crate::app::App;
use crate::directory::access::{self, Doing, Spot, must};
use crate::directory::change_office::one_office;
use crate::directory::form_page::FormPage;
use crate::directory::programs::{self, Program};
use crate::directory::{answer, sign_in};
use crate::frame::Frame;
use crate::frame::form::FormData;
use crate::problem::Problem;
use crate::viewer::{Role, SignedIn, Viewer};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/programs", get(show))
        .route("/api/v1/programs", get(show))
        .route("/programs/new", get(show_make).post(make))
        .route("/api/v1/programs/new", post(make))
}

#[derive(Template)]
#[template(path = "directory/programs.html")]
struct Page {
    frame: Frame,
    programs: Vec<Program>,
}

/// # Errors
/// `Forbidden` for all but operators.
pub(super) fn must_keep(viewer: &Viewer) -> Result<SignedIn, Problem> {
    let me = viewer.must_be_signed_in()?;
    if access::may_somewhere(me, Doing::KeepPrograms) { Ok(me.clone()) } else { Err(Problem::Forbidden) }
}

fn of_viewer(r: &mut Reader, me: &SignedIn) -> Result<Vec<Program>, Error> {
    let mut programs: Vec<Program> = Vec::new();
    for scope in me.scopes(Role::Operator) {
        for program in programs::below(r, scope)? {
            if !programs.iter().any(|known| known.id == program.id) {
                programs.push(program);
            }
        }
    }
    Ok(programs)
}

async fn show(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    let me = must_keep(&viewer)?;
    let programs = app.db.read(move |r| of_viewer(r, &me)).await?;
    if viewer.by_api() {
        return answer::data(StatusCode::OK, &json!({ "programs": programs }));
    }
    let page = Page { frame: Frame::titled(&app, &viewer, "programs-title"), programs };
    answer::page(StatusCode::OK, &page.frame, &page)
}

/// Roles that a program may have: it does not lead an office and does not look after the installation.
pub const ROLES: [Role; 4] = [Role::Requester, Role::Officer, Role::Centre, Role::Auditor];

fn make_page(app: &App, viewer: &Viewer, form: Option<&FormData>) -> FormPage {
    let frame = Frame::titled(app, viewer, "program-title");
    let crumb = frame.t("programs-title");
    let roles = ROLES
        .map(|role| (role.code().to_owned(), frame.t1("role-name", "role", role.code())))
        .into_iter()
        .collect();
    FormPage::new(frame, "program", "/programs/new".to_owned(), form)
        .about("/programs".to_owned(), &crumb)
        .text("name", "")
        .select("role", roles, Role::Requester.code())
        .office("organisation", "")
}

async fn show_make(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    must_keep(&viewer)?;
    make_page(&app, &viewer, None).show()
}

async fn make(State(app): State<App>, viewer: Viewer, form: FormData) -> Result<Response, Problem> {
    let me = must_keep(&viewer)?;
    let mut page = make_page(&app, &viewer, Some(&form));
    let name = page.must_have("name");
    let role = Role::from_code(form.text("role")).filter(|role| ROLES.contains(role));
    if role.is_none() {
        page.note("role", "grant-role-missing");
    }
    let typed = page.must_have("organisation");
    let organisation = one_office(&app, &mut page, "organisation", typed).await?;
    let (Some(role), Some(organisation), true) = (role, organisation, page.wrong.is_empty()) else {
        return page.refuse(&viewer);
    };
    let at = organisation.id;
    let spot = app.db.read(move |r| Spot::of(r, Some(at))).await?;
    must(&me, Doing::KeepPrograms, &spot)?;
    must(&me, Doing::GiveRole(role), &spot)?;
    let (now, actor, address) = (viewer.now, viewer.actor(), viewer.address.clone());
    let id = app
        .db
        .write(move |tx| {
            let id = programs::insert(tx, &name, role, at, now)?;
            sign_in::record(tx, id.uuid(), actor.clone(), "program made", &address, now)?;
            Ok::<_, Error>(id)
        })
        .await?;
    answer::done(&viewer, &format!("/programs/{id}"), "program-made", &json!({ "id": id }))
}
