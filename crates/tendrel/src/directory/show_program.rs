//! One program: its role and its tokens, which are made here and shown once.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use database::Error;
use serde_json::json;

use crate::app::App;
use crate::directory::access::{Doing, Spot, may};
use crate::directory::list_programs::must_keep;
use crate::directory::me::must_sit_there;
use crate::directory::my_tokens::TokenForm;
use crate::directory::programs::{self, Program};
use crate::directory::tokens::{self, ApiToken};
use crate::directory::{accounts, answer, sign_in};
use crate::frame::Frame;
use crate::frame::form::{FormData, Wrong};
use crate::id::{AccountId, TokenId};
use crate::problem::Problem;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    let mut router = Router::new();
    for root in ["", "/api/v1"] {
        router = router
            .route(&format!("{root}/programs/{{id}}"), get(show))
            .route(&format!("{root}/programs/{{id}}/close"), post(close))
            .route(&format!("{root}/programs/{{id}}/tokens/{{token}}/revoke"), post(revoke));
    }
    router.route("/programs/{id}/tokens", post(make_token))
}

#[derive(Template)]
#[template(path = "directory/program.html")]
struct Page {
    frame: Frame,
    wrong: Wrong,
    program: Program,
    asked: TokenForm,
    tokens: Vec<ApiToken>,
    /// A token just made, shown this once.
    secret: Option<String>,
}

/// A program in the viewer's reach, with its tokens.
async fn find(app: &App, viewer: &Viewer, id: &str) -> Result<(Program, Vec<ApiToken>), Problem> {
    let me = must_keep(viewer)?;
    let id = AccountId::parse(id).ok_or(Problem::NotFound)?;
    let found = app
        .db
        .read(move |r| {
            let Some(program) = programs::get(r, id)? else {
                return Ok(None);
            };
            let spot = Spot::of(r, Some(program.organisation))?;
            let tokens = tokens::of_account(r, id)?;
            Ok::<_, Error>(may(&me, Doing::KeepPrograms, &spot).then_some((program, tokens)))
        })
        .await?;
    found.ok_or(Problem::NotFound)
}

async fn page_of(app: &App, viewer: &Viewer, id: &str) -> Result<Page, Problem> {
    let (program, tokens) = find(app, viewer, id).await?;
    let frame = Frame::new(app, viewer, program.name.clone());
    let asked = TokenForm::empty(&frame);
    Ok(Page { wrong: Wrong::default(), asked, program, tokens, secret: None, frame })
}

async fn show(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let page = page_of(&app, &viewer, &id).await?;
    if viewer.by_api() {
        let body = json!({ "program": page.program, "tokens": page.tokens });
        return answer::data(StatusCode::OK, &body);
    }
    answer::page(StatusCode::OK, &page.frame, &page)
}

async fn make_token(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    form: FormData,
) -> Result<Response, Problem> {
    must_sit_there(&viewer)?;
    let mut page = page_of(&app, &viewer, &id).await?;
    if page.program.closed_at.is_some() {
        return Err(Problem::Forbidden);
    }
    let (account, now, had) = (page.program.id, viewer.now, page.tokens.len());
    let Some(token) = page.asked.read(&form, &page.frame, &mut page.wrong, had, now) else {
        page.frame.has_mistakes = true;
        return answer::page(StatusCode::UNPROCESSABLE_ENTITY, &page.frame, &page);
    };
    let (actor, address) = (viewer.actor(), viewer.address.clone());
    let secret = app
        .db
        .write(move |tx| {
            sign_in::record(tx, account.uuid(), actor.clone(), "token made", &address, now)?;
            tokens::insert(tx, account, &token, now)
        })
        .await?;
    let mut page = page_of(&app, &viewer, &id).await?;
    page.secret = Some(secret);
    answer::page(StatusCode::OK, &page.frame, &page)
}

async fn revoke(
    State(app): State<App>,
    viewer: Viewer,
    Path((id, token)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (program, _) = find(&app, &viewer, &id).await?;
    let token = TokenId::parse(&token).ok_or(Problem::NotFound)?;
    let (account, actor, address, now) = (program.id, viewer.actor(), viewer.address.clone(), viewer.now);
    let revoked = app
        .db
        .write(move |tx| {
            let revoked = tokens::revoke(tx, account, token)?;
            if revoked.is_some() {
                sign_in::record(tx, account.uuid(), actor.clone(), "token revoked", &address, now)?;
            }
            Ok::<_, Error>(revoked)
        })
        .await?;
    let name = revoked.ok_or(Problem::NotFound)?;
    answer::done(&viewer, &format!("/programs/{id}"), "token-revoked", &json!({ "revoked": name }))
}

/// Closes the account: its tokens open nothing any more, what it did stays in the log.
async fn close(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let (program, _) = find(&app, &viewer, &id).await?;
    let (account, actor, address, now) = (program.id, viewer.actor(), viewer.address.clone(), viewer.now);
    app.db
        .write(move |tx| {
            accounts::close(tx, account, now)?;
            sign_in::record(tx, account.uuid(), actor.clone(), "account closed", &address, now)
        })
        .await?;
    answer::done(&viewer, &format!("/programs/{id}"), "program-closed", &json!({ "closed": true }))
}

#[cfg(test)]
mod tests;
