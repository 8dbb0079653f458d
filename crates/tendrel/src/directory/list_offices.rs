//! The offices: down the tree from the government, or all of a kind, or those whose name begins as typed.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use database::{Error, Reader, Value};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::directory::access::{self, Doing};
use crate::directory::answer;
use crate::directory::lookup;
use crate::directory::offices::{self, OfficeKind};
use crate::frame::Frame;
use crate::id::OrganisationId;
use crate::problem::Problem;
use crate::viewer::Viewer;

const ROWS: usize = 100;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/offices", get(show)).route("/api/v1/offices", get(show))
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Asked {
    /// Beginnings of words of the name.
    #[serde(default)]
    q: String,
    /// The organisation whose offices are shown; the top when empty.
    #[serde(default)]
    under: String,
    /// A kind, at any depth below.
    #[serde(default)]
    kind: String,
    /// The last office of the page before.
    #[serde(default)]
    after: String,
}

#[derive(Clone, Debug, Serialize)]
struct Line {
    id: OrganisationId,
    name: String,
    name_dz: String,
    kind: String,
    kind_name: String,
    kind_name_dz: String,
    parent_name: String,
    unit_name: String,
    unit_name_dz: String,
    phone: String,
    /// Offices below it.
    has_more: bool,
}

#[derive(Template)]
#[template(path = "directory/offices.html")]
struct Page {
    frame: Frame,
    asked: Asked,
    crumbs: Vec<(OrganisationId, String, String)>,
    here: Option<(OrganisationId, String, String)>,
    lines: Vec<Line>,
    kinds: Vec<OfficeKind>,
    /// The address of the next page.
    next: Option<String>,
    may_add: bool,
    may_import: bool,
}

impl Page {
    /// The heading of a kind stands before its first line.
    fn begins_kind(&self, place: &usize) -> bool {
        self.is_tree() && (*place == 0 || self.lines[*place].kind != self.lines[*place - 1].kind)
    }

    fn is_tree(&self) -> bool {
        self.asked.q.is_empty() && self.asked.kind.is_empty()
    }
}

struct Found {
    crumbs: Vec<(OrganisationId, String, String)>,
    here: Option<(OrganisationId, String, String)>,
    lines: Vec<Line>,
    kinds: Vec<OfficeKind>,
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Query(mut asked): Query<Asked>,
) -> Result<Response, Problem> {
    asked.kind.retain(|c| !c.is_control());
    let me = viewer.must_be_signed_in()?.clone();
    for id in [&asked.under, &asked.after] {
        viewer.must_understand(id, |id| OrganisationId::parse(id).is_some())?;
    }
    let wanted = asked.clone();
    let found = app.db.read(move |r| find(r, &wanted)).await?.ok_or(Problem::NotFound)?;
    let Found { crumbs, here, mut lines, kinds } = found;
    let next = (lines.len() > ROWS).then(|| {
        lines.truncate(ROWS);
        let last = lines.last().map(|line| line.id.to_string()).unwrap_or_default();
        next_address(&asked, &last)
    });
    if viewer.by_api() {
        let next = next.map(|address| format!("/api/v1{address}"));
        return answer::data(StatusCode::OK, &serde_json::json!({ "offices": lines, "next": next }));
    }
    let mut frame = Frame::titled(&app, &viewer, "offices-title");
    if let Some((_, name, name_dz)) = here.as_ref().filter(|_| !asked.under.is_empty()) {
        frame.title = frame.t1("offices-title-of", "name", frame.plain_name(name, name_dz));
    }
    let page = Page {
        may_add: access::may_somewhere(&me, Doing::EditOffices),
        may_import: access::may_somewhere(&me, Doing::Import),
        frame,
        asked,
        crumbs,
        here,
        lines,
        kinds,
        next,
    };
    answer::page(StatusCode::OK, &page.frame, &page)
}

fn next_address(asked: &Asked, last: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("under", asked.under.as_str()), ("kind", asked.kind.as_str()), ("after", last)] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    format!("/offices?{}", query.finish())
}

/// `None` where the organisation does not exist.
fn find(r: &mut Reader, asked: &Asked) -> Result<Option<Found>, Error> {
    let kinds = offices::kinds(r)?;
    let top: Option<OrganisationId> = r.row(
        "SELECT id FROM organisations WHERE parent_id IS NULL AND valid_to IS NULL ORDER BY key LIMIT 1",
        &[],
        |row| row.get("id"),
    )?;
    let under = if asked.under.is_empty() { top } else { OrganisationId::parse(&asked.under) };
    let Some(under) = under else {
        return Ok(None);
    };
    let Some(here) = lookup::office(r, under)? else {
        return Ok(None);
    };
    let crumbs = offices::above(r, under)?;
    let lines = if !asked.q.is_empty() {
        by_name(r, &asked.q)?
    } else if asked.kind.is_empty() {
        children(r, under, OrganisationId::parse(&asked.after))?
    } else {
        of_kind(r, under, &asked.kind, OrganisationId::parse(&asked.after))?
    };
    Ok(Some(Found { crumbs, here: Some((here.id, here.name, here.name_dz)), lines, kinds }))
}

const LINE: &str = "SELECT o.id AS id, o.name AS name, o.name_dz AS name_dz, o.kind AS kind, k.name AS kind_name,
    k.name_dz AS kind_name_dz, COALESCE(p.name, '') AS parent_name, COALESCE(u.name, '') AS unit_name,
    COALESCE(u.name_dz, '') AS unit_name_dz, o.phone AS phone,
    CASE WHEN EXISTS (SELECT 1 FROM organisations c WHERE c.parent_id = o.id AND c.valid_to IS NULL) THEN 1 ELSE 0 END
        AS has_more
    FROM organisations o JOIN organisation_kinds k ON k.code = o.kind
    LEFT JOIN organisations p ON p.id = o.parent_id LEFT JOIN organisations u ON u.id = o.unit_id";

fn lines(r: &mut Reader, rest: &str, parameters: &[Value<'_>]) -> Result<Vec<Line>, Error> {
    r.rows(&format!("{LINE} {rest}"), parameters, |row| {
        Ok(Line {
            id: row.get("id")?,
            name: row.get("name")?,
            name_dz: row.get("name_dz")?,
            kind: row.get("kind")?,
            kind_name: row.get("kind_name")?,
            kind_name_dz: row.get("kind_name_dz")?,
            parent_name: row.get("parent_name")?,
            unit_name: row.get("unit_name")?,
            unit_name_dz: row.get("unit_name_dz")?,
            phone: row.get("phone")?,
            has_more: row.get("has_more")?,
        })
    })
}

/// Where the page before ended: rank of the kind, name, id; before everything for the first page.
fn mark(r: &mut Reader, after: Option<OrganisationId>) -> Result<(i64, String, Vec<u8>), Error> {
    let Some(after) = after else {
        return Ok((-1, String::new(), Vec::new()));
    };
    let found = r.row(
        "SELECT k.rank AS rank, o.name AS name FROM organisations o JOIN organisation_kinds k ON k.code = o.kind
         WHERE o.id = $1",
        &[after.into()],
        |row| Ok((row.get("rank")?, row.get("name")?)),
    )?;
    Ok(found.map_or((-1, String::new(), Vec::new()), |(rank, name)| {
        (rank, name, after.uuid().as_bytes().to_vec())
    }))
}

fn rows() -> i64 {
    i64::try_from(ROWS).unwrap_or(i64::MAX) + 1
}

fn children(
    r: &mut Reader,
    under: OrganisationId,
    after: Option<OrganisationId>,
) -> Result<Vec<Line>, Error> {
    let (rank, name, id) = mark(r, after)?;
    lines(
        r,
        "WHERE o.parent_id = $1 AND o.valid_to IS NULL AND (k.rank, o.name, o.id) > ($2, $3, $4)
         ORDER BY k.rank, o.name, o.id LIMIT $5",
        &[under.into(), rank.into(), name.into(), id.into(), rows().into()],
    )
}

fn of_kind(
    r: &mut Reader,
    under: OrganisationId,
    kind: &str,
    after: Option<OrganisationId>,
) -> Result<Vec<Line>, Error> {
    let (_, name, id) = mark(r, after)?;
    lines(
        r,
        "WHERE o.kind = $2 AND o.valid_to IS NULL AND (o.name, o.id) > ($3, $4)
           AND EXISTS (SELECT 1 FROM organisation_ancestors a WHERE a.organisation_id = o.id AND a.ancestor_id = $1)
         ORDER BY o.name, o.id LIMIT $5",
        &[under.into(), kind.into(), name.into(), id.into(), rows().into()],
    )
}

fn by_name(r: &mut Reader, typed: &str) -> Result<Vec<Line>, Error> {
    let hits = lookup::find_offices(r, typed, 50)?;
    let ids: Vec<Value<'_>> = hits.iter().map(|hit| hit.id.into()).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (1..=ids.len()).map(|place| format!("${place}")).collect();
    let mut found = lines(r, &format!("WHERE o.id IN ({})", places.join(", ")), &ids)?;
    found.sort_by_key(|line| hits.iter().position(|hit| hit.id == line.id));
    Ok(found)
}
