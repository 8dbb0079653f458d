//! Choosing whom to be, in a demonstration on loopback. Where it is no demonstration the page does not exist.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use database::{Error, Reader};

use crate::app::App;
use crate::directory::came_by::CameBy;
use crate::directory::{accounts, sign_in};
use crate::frame::Frame;
use crate::frame::form::FormData;
use crate::id::AccountId;
use crate::problem::Problem;
use crate::viewer::{Role, Viewer};

/// People shown of each role: enough to choose from.
const OF_EACH_ROLE: i64 = 8;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/demo", get(show).post(become_somebody))
}

struct Choice {
    account: AccountId,
    name: String,
    name_dz: String,
    post: String,
    office: String,
}

struct OfRole {
    role: Role,
    people: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "directory/demo.html")]
struct Page {
    frame: Frame,
    roles: Vec<OfRole>,
}

fn must_be_a_demo(app: &App) -> Result<(), Problem> {
    let is_demo = app.settings.demo && app.settings.listen.ip().is_loopback();
    if is_demo { Ok(()) } else { Err(Problem::NotFound) }
}

async fn show(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    must_be_a_demo(&app)?;
    let roles = app.db.read(choices).await?;
    crate::frame::page(StatusCode::OK, &Page { frame: Frame::titled(&app, &viewer, "demo-title"), roles })
}

fn choices(r: &mut Reader) -> Result<Vec<OfRole>, Error> {
    let rows = r.rows(
        "SELECT role, id, name, name_dz, post, office FROM (
            SELECT g.role AS role, a.id AS id, p.name AS name, p.name_dz AS name_dz, o.name AS office,
                COALESCE((SELECT t.title FROM posts t WHERE t.person_id = p.id AND t.valid_to IS NULL
                          ORDER BY t.valid_from DESC LIMIT 1), '') AS post,
                ROW_NUMBER() OVER (PARTITION BY g.role ORDER BY a.id) AS place
            FROM grants g JOIN accounts a ON a.id = g.account_id JOIN persons p ON p.id = a.person_id
            JOIN organisations o ON o.id = g.organisation_id
            WHERE g.valid_to IS NULL AND a.closed_at IS NULL) chosen
         WHERE place <= $1 ORDER BY role, place",
        &[OF_EACH_ROLE.into()],
        |row| {
            let choice = Choice {
                account: row.get("id")?,
                name: row.get("name")?,
                name_dz: row.get("name_dz")?,
                post: row.get("post")?,
                office: row.get("office")?,
            };
            Ok((row.get::<String>("role")?, choice))
        },
    )?;
    let mut roles: Vec<OfRole> = Role::ALL.map(|role| OfRole { role, people: Vec::new() }).into();
    for (code, choice) in rows {
        if let Some(of_role) = roles.iter_mut().find(|of_role| of_role.role.code() == code) {
            of_role.people.push(choice);
        }
    }
    // Officers first: that is what most come to see.
    roles.sort_by_key(|of_role| (of_role.role == Role::Requester, of_role.role));
    roles.retain(|of_role| !of_role.people.is_empty());
    Ok(roles)
}

async fn become_somebody(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    form: FormData,
) -> Result<Response, Problem> {
    must_be_a_demo(&app)?;
    let account = AccountId::parse(form.text("account")).ok_or(Problem::NotFound)?;
    let account = app.db.read(move |r| accounts::get(r, account)).await?;
    let account = account.filter(|account| account.closed_at.is_none()).ok_or(Problem::NotFound)?;
    sign_in::enter(&app, &viewer, &headers, account, &CameBy::Demo, "/").await
}
