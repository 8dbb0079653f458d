//! One person: where they work and worked, how they are reached, what their account may do.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use database::{Error, Reader};
use jiff::civil::Date;
use serde_json::json;

use crate::app::App;
use crate::directory::access::{self, Doing, Spot};
use crate::directory::accounts::{self, Account, GrantRow};
use crate::directory::people::{self, Person, Post};
use crate::directory::{answer, codes, list_people};
use crate::events::{self, Event};
use crate::frame::{Frame, times};
use crate::id::PersonId;
use crate::problem::Problem;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/people/{id}", get(show)).route("/api/v1/people/{id}", get(show))
}

#[derive(Template)]
#[template(path = "directory/person.html")]
struct Page {
    frame: Frame,
    person: Person,
    posts: Vec<Post>,
    account: Option<Account>,
    grants: Vec<GrantRow>,
    log: Vec<Event>,
    may_edit: bool,
    has_codes: bool,
    /// A link for setting a password, shown this once.
    link: Option<String>,
}

impl Page {
    fn day(&self, day: &Date) -> String {
        times::day(&self.frame, *day)
    }

    fn has_password(&self) -> bool {
        self.account.as_ref().is_some_and(|account| account.password_hash.is_some())
    }
}

pub(super) struct Found {
    pub(super) person: Person,
    pub(super) posts: Vec<Post>,
    pub(super) account: Option<Account>,
    pub(super) grants: Vec<GrantRow>,
    pub(super) spot: Spot,
    has_codes: bool,
    log: Vec<Event>,
}

pub(super) fn find(r: &mut Reader, id: PersonId) -> Result<Option<Found>, Error> {
    let Some(person) = people::get(r, id)? else {
        return Ok(None);
    };
    let account = accounts::of_person(r, id)?;
    let (grants, has_codes) = match &account {
        Some(account) => (accounts::grants_of(r, account.id)?, codes::are_set_up(r, account.id)?),
        None => (Vec::new(), false),
    };
    Ok(Some(Found {
        posts: people::posts(r, id)?,
        account,
        grants,
        has_codes,
        spot: Spot::of(r, person.working_agency)?,
        log: events::latest(r, id.uuid(), 20)?,
        person,
    }))
}

async fn show(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    page(&app, &viewer, &id, None).await
}

/// The page, with a link that was just made where there is one.
pub(super) async fn page(
    app: &App,
    viewer: &Viewer,
    id: &str,
    link: Option<String>,
) -> Result<Response, Problem> {
    // A requester may not know who else there is.
    let me = match list_people::must_see_people(viewer) {
        Err(Problem::Forbidden) => return Err(Problem::NotFound),
        other => other?,
    };
    let id = PersonId::parse(id).ok_or(Problem::NotFound)?;
    let found = app.db.read(move |r| find(r, id)).await?.ok_or(Problem::NotFound)?;
    let Found { person, posts, account, grants, spot, has_codes, log } = found;
    if viewer.by_api() {
        let roles: Vec<_> = grants
            .iter()
            .map(|grant| json!({ "role": grant.role.code(), "organisation": grant.organisation, "from": grant.valid_from, "to": grant.valid_to }))
            .collect();
        let account =
            account.map(|account| json!({ "username": account.username, "closed_at": account.closed_at }));
        let body =
            json!({ "person": person, "posts": posts, "account": account, "roles": roles, "link": link });
        return answer::data(StatusCode::OK, &body);
    }
    let mut frame = Frame::new(app, viewer, "");
    frame.title = frame.plain_name(&person.name, &person.name_dz).to_owned();
    let may_edit = access::may(&me, Doing::EditPeople, &spot);
    let page = Page { frame, person, posts, account, grants, log, may_edit, has_codes, link };
    answer::page(StatusCode::OK, &page.frame, &page)
}
