//! The people: by the alphabet, of one office, or those who are looked for.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use database::{Error, Reader};
use serde::Deserialize;
use serde_json::json;

use crate::app::App;
use crate::directory::access::{self, Doing};
use crate::directory::answer;
use crate::directory::lookup::{self, OfficeHit, PersonHit};
use crate::frame::Frame;
use crate::id::{OrganisationId, PersonId};
use crate::problem::Problem;
use crate::viewer::{SignedIn, Viewer};

const ROWS: usize = 50;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/people", get(show)).route("/api/v1/people", get(show))
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    office: String,
    /// The last person of the page before.
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "directory/people.html")]
struct Page {
    frame: Frame,
    asked: Asked,
    office: Option<OfficeHit>,
    people: Vec<PersonHit>,
    next: Option<String>,
    may_add: bool,
    may_import: bool,
    may_keep_programs: bool,
    has_directory: bool,
}

/// # Errors
/// `Forbidden` for requesters: what a colleague's number is, is the office's to say.
pub(super) fn must_see_people(viewer: &Viewer) -> Result<SignedIn, Problem> {
    let me = viewer.must_be_signed_in()?;
    if access::may_somewhere(me, Doing::SeePeople) { Ok(me.clone()) } else { Err(Problem::Forbidden) }
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let me = must_see_people(&viewer)?;
    viewer.must_understand(&asked.office, |id| OrganisationId::parse(id).is_some())?;
    viewer.must_understand(&asked.after, |id| PersonId::parse(id).is_some())?;
    let wanted = asked.clone();
    let (office, mut people) = app.db.read(move |r| find(r, &wanted)).await?;
    if office.is_none() && !asked.office.is_empty() {
        return Err(Problem::NotFound);
    }
    let next = (people.len() > ROWS && asked.q.is_empty()).then(|| {
        people.truncate(ROWS);
        let last = people.last().map(|person| person.id.to_string()).unwrap_or_default();
        let office =
            if asked.office.is_empty() { String::new() } else { format!("office={}&", asked.office) };
        format!("/people?{office}after={last}")
    });
    if viewer.by_api() {
        let next = next.map(|address| format!("/api/v1{address}"));
        return answer::data(StatusCode::OK, &json!({ "people": people, "next": next }));
    }
    let mut frame = Frame::titled(&app, &viewer, "people-title");
    if let Some(office) = &office {
        frame.title = frame.t1("people-title-of", "name", frame.plain_name(&office.name, &office.name_dz));
    }
    let page = Page {
        may_add: access::may_somewhere(&me, Doing::EditPeople),
        may_import: access::may_somewhere(&me, Doing::Import),
        may_keep_programs: access::may_somewhere(&me, Doing::KeepPrograms),
        has_directory: app.settings.sign_in.ldap.is_some() && access::may_somewhere(&me, Doing::SyncPeople),
        frame,
        asked,
        office,
        people,
        next,
    };
    answer::page(StatusCode::OK, &page.frame, &page)
}

fn find(r: &mut Reader, asked: &Asked) -> Result<(Option<OfficeHit>, Vec<PersonHit>), Error> {
    let office = match OrganisationId::parse(&asked.office) {
        Some(id) => lookup::office(r, id)?,
        None => None,
    };
    let within = office.as_ref().map(|office| office.id);
    let limit = i64::try_from(ROWS).unwrap_or(i64::MAX) + 1;
    let people = if asked.q.trim().is_empty() {
        lookup::people_after(r, within, PersonId::parse(&asked.after), limit)?
    } else {
        lookup::find_people(r, &asked.q, within, limit - 1)?
    };
    Ok((office, people))
}
