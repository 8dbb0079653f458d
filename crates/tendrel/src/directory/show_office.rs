//! One office: what it is called and was, where it belongs, how it is reached, who works there, who serves it.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use database::{Error, Reader};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::json;

use crate::app::App;
use crate::directory::access::{self, Doing, Spot};
use crate::directory::answer;
use crate::directory::delegations::{self, Delegation};
use crate::directory::offices::history::{self, AsOf, Dated};
use crate::directory::offices::{self, Office};
use crate::events::{self, Event};
use crate::frame::{Frame, times};
use crate::id::{OrganisationId, PersonId};
use crate::problem::Problem;
use crate::viewer::Viewer;

/// People and offices below that stand on the page itself; the rest has a page of its own.
const SHOWN: i64 = 20;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/offices/{id}", get(show)).route("/api/v1/offices/{id}", get(show))
}

type Named = (OrganisationId, String, String);

struct Worker {
    id: PersonId,
    name: String,
    name_dz: String,
    post: String,
    phone: String,
}

#[derive(Template)]
#[template(path = "directory/office.html")]
struct Page {
    frame: Frame,
    office: Office,
    crumbs: Vec<Named>,
    names: Vec<Dated>,
    parents: Vec<Dated>,
    aliases: Vec<String>,
    predecessors: Vec<Named>,
    successors: Vec<Named>,
    children: Vec<Named>,
    people: Vec<Worker>,
    /// Of a unit: who is away, now or soon.
    away: Vec<Delegation>,
    log: Vec<Event>,
    may_edit: bool,
    sees_people: bool,
    /// The day that was asked for, and what was then.
    on: String,
    then: Option<Vec<AsOf>>,
}

impl Page {
    fn day(&self, day: &Option<Date>) -> String {
        day.map_or_else(|| "…".to_owned(), |day| times::day(&self.frame, day))
    }

    /// What a line of the log tells beside the activity: a new name, a new parent.
    fn told(event: &Event) -> String {
        let text =
            |key: &str| event.detail.get(key).and_then(|it| it.as_str()).unwrap_or_default().to_owned();
        [text("name"), text("under"), text("successor")]
            .into_iter()
            .find(|it| !it.is_empty())
            .unwrap_or_default()
    }
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    on: String,
}

struct Found {
    office: Office,
    crumbs: Vec<Named>,
    names: Vec<Dated>,
    parents: Vec<Dated>,
    aliases: Vec<String>,
    predecessors: Vec<Named>,
    successors: Vec<Named>,
    children: Vec<Named>,
    people: Vec<Worker>,
    away: Vec<Delegation>,
    log: Vec<Event>,
    spot: Spot,
    then: Option<Vec<AsOf>>,
}

fn named(r: &mut Reader, sql: &str, id: OrganisationId) -> Result<Vec<Named>, Error> {
    r.rows(sql, &[id.into(), SHOWN.into()], |row| Ok((row.get("id")?, row.get("name")?, row.get("name_dz")?)))
}

fn find(
    r: &mut Reader,
    id: OrganisationId,
    on: Option<Date>,
    now: Timestamp,
) -> Result<Option<Found>, Error> {
    let Some(office) = offices::get(r, id)? else {
        return Ok(None);
    };
    let people = r.rows(
        "SELECT p.id AS id, p.name AS name, p.name_dz AS name_dz, p.phone AS phone,
            COALESCE((SELECT t.title FROM posts t WHERE t.person_id = p.id AND t.valid_to IS NULL
                      ORDER BY t.valid_from DESC LIMIT 1), '') AS post
         FROM persons p WHERE p.working_agency_id = $1 AND p.valid_to IS NULL AND p.is_program = 0 ORDER BY p.name, p.id LIMIT $2",
        &[id.into(), SHOWN.into()],
        |row| {
            Ok(Worker {
                id: row.get("id")?,
                name: row.get("name")?,
                name_dz: row.get("name_dz")?,
                post: row.get("post")?,
                phone: row.get("phone")?,
            })
        },
    )?;
    Ok(Some(Found {
        crumbs: offices::above(r, id)?,
        names: history::names(r, id)?,
        parents: history::parents(r, id)?,
        aliases: offices::aliases(r, id)?,
        predecessors: named(
            r,
            "SELECT o.id AS id, o.name AS name, o.name_dz AS name_dz FROM organisation_successions s
             JOIN organisations o ON o.id = s.predecessor_id WHERE s.successor_id = $1 ORDER BY o.name LIMIT $2",
            id,
        )?,
        successors: named(
            r,
            "SELECT o.id AS id, o.name AS name, o.name_dz AS name_dz FROM organisation_successions s
             JOIN organisations o ON o.id = s.successor_id WHERE s.predecessor_id = $1 ORDER BY o.name LIMIT $2",
            id,
        )?,
        children: named(
            r,
            "SELECT id, name, name_dz FROM organisations WHERE parent_id = $1 AND valid_to IS NULL ORDER BY name LIMIT $2",
            id,
        )?,
        people,
        away: delegations::of_unit(r, id, now)?,
        log: events::latest(r, id.uuid(), SHOWN)?,
        spot: Spot::of(r, Some(id))?,
        then: on.map(|day| history::as_of(r, id, day)).transpose()?,
        office,
    }))
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Query(Asked { on }): Query<Asked>,
) -> Result<Response, Problem> {
    let me = viewer.must_be_signed_in()?.clone();
    let id = OrganisationId::parse(&id).ok_or(Problem::NotFound)?;
    viewer.must_understand(&on, |day| day.parse::<Date>().is_ok())?;
    let (day, now) = (on.parse().ok(), viewer.now);
    let found = app.db.read(move |r| find(r, id, day, now)).await?.ok_or(Problem::NotFound)?;
    let sees_people = access::may(&me, Doing::SeePeople, &found.spot);
    if viewer.by_api() {
        return answer::data(
            StatusCode::OK,
            &json!({
                "office": found.office, "names": found.names, "parents": found.parents, "aliases": found.aliases,
                "then": found.then,
            }),
        );
    }
    let Found {
        office,
        crumbs,
        names,
        parents,
        aliases,
        predecessors,
        successors,
        children,
        people,
        away,
        log,
        spot,
        then,
    } = found;
    let mut frame = Frame::new(&app, &viewer, "");
    frame.title = frame.plain_name(&office.name, &office.name_dz).to_owned();
    let page = Page {
        may_edit: office.valid_to.is_none() && access::may(&me, Doing::EditOffices, &spot),
        people: if sees_people { people } else { Vec::new() },
        away: if sees_people { away } else { Vec::new() },
        log: if sees_people { log } else { Vec::new() },
        sees_people,
        frame,
        office,
        crumbs,
        names,
        parents,
        aliases,
        predecessors,
        successors,
        children,
        on,
        then,
    };
    answer::page(StatusCode::OK, &page.frame, &page)
}
