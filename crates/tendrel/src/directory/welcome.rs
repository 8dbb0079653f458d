//! Setting a password of one's own by a link that holds once: for a new account and for a forgotten password.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use database::Error;

use crate::app::App;
use crate::directory::accounts::{self, Account};
use crate::directory::came_by::CameBy;
use crate::directory::links::{self, Purpose};
use crate::directory::send_notice::{self, Change};
use crate::directory::{password, second_step, sign_in};
use crate::events::Actor;
use crate::frame::Frame;
use crate::frame::form::{FormData, Wrong};
use crate::problem::Problem;
use crate::settings::entry::Way;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/welcome/{secret}", get(show).post(set))
}

#[derive(Template)]
#[template(path = "directory/welcome.html")]
struct Page {
    frame: Frame,
    wrong: Wrong,
    secret: String,
    username: String,
}

async fn account_of(app: &App, viewer: &Viewer, secret: &str) -> Result<Account, Problem> {
    let (secret, now) = (secret.to_owned(), viewer.now);
    let found = app.db.read(move |r| links::find(r, &secret, Purpose::Password, now)).await?;
    let link = found.filter(|_| app.settings.sign_in.has(Way::Password));
    Ok(link.ok_or(Problem::Input("welcome-link-over"))?.account)
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(secret): Path<String>,
) -> Result<Response, Problem> {
    let account = account_of(&app, &viewer, &secret).await?;
    let mut frame = Frame::titled(&app, &viewer, "welcome-title");
    frame.title = frame.t1("welcome-title", "name", account.name);
    crate::frame::page(
        StatusCode::OK,
        &Page { frame, wrong: Wrong::default(), secret, username: account.username },
    )
}

async fn set(
    State(app): State<App>,
    viewer: Viewer,
    Path(secret): Path<String>,
    headers: HeaderMap,
    form: FormData,
) -> Result<Response, Problem> {
    let account = account_of(&app, &viewer, &secret).await?;
    let mut frame = Frame::titled(&app, &viewer, "welcome-title");
    frame.title = frame.t1("welcome-title", "name", &account.name);
    let new = form.secret("password").to_owned();
    let mut wrong = Wrong::default();
    if let Err(weak) =
        password::check(&app.settings.sign_in, &new, &[&account.name, &account.username, &account.email])
    {
        wrong.note("password", frame.t1(weak.sentence(), "count", password::SHORTEST));
        frame.has_mistakes = true;
        let page = Page { frame, wrong, secret, username: account.username };
        return crate::frame::page(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let hash = password::hash(new).await?;
    let (id, now, address) = (account.id, viewer.now, viewer.address.clone());
    let actor = Actor { person: Some(account.person), name: account.name.clone() };
    let used = app
        .db
        .write(move |tx| {
            // Another tab may have been quicker: the link holds once.
            if links::take(tx, &secret, Purpose::Password, now)?.is_none() {
                return Ok(false);
            }
            accounts::set_password(tx, id, &hash)?;
            send_notice::enqueue(tx, id, Change::Password, now)?;
            accounts::end_other_sessions(tx, id, &[])?;
            sign_in::record(tx, id.uuid(), actor.clone(), "password set", &address, now)?;
            Ok::<_, Error>(true)
        })
        .await?;
    if !used {
        return Err(Problem::Input("welcome-link-over"));
    }
    second_step::go_on(&app, &viewer, &headers, account, CameBy::Link, "/me").await
}
