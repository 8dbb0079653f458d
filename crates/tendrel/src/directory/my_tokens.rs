//! Tokens of one's own, for programs that act in one's name: made on "My account", shown once, revoked.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::post;
use database::Error;
use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::directory::me::{must_sit_there, page_of};
use crate::directory::tokens::{self, DAYS, LIMIT, NewToken, Scope};
use crate::directory::{answer, sign_in};
use crate::frame::form::{FormData, Wrong};
use crate::frame::{Frame, see_other};
use crate::id::TokenId;
use crate::problem::Problem;
use crate::settings::SHORT_TEXT_LIMIT;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/me/tokens", post(make)).route("/me/tokens/{id}/revoke", post(revoke))
}

/// The form for a new token, with what was typed.
pub(super) struct TokenForm {
    pub(super) name: String,
    pub(super) scope: String,
    pub(super) days: String,
    pub(super) scopes: Vec<(String, String)>,
    pub(super) lengths: Vec<(String, String)>,
}

impl TokenForm {
    pub(super) fn empty(frame: &Frame) -> TokenForm {
        let scope = |it: Scope| (it.code().to_owned(), frame.t1("token-scope", "scope", it.code()));
        let days = |days: i64| (days.to_string(), frame.t1("me-token-days", "days", days));
        TokenForm {
            name: String::new(),
            scope: Scope::Read.code().to_owned(),
            days: "90".to_owned(),
            scopes: Scope::ALL.map(scope).into(),
            lengths: DAYS.map(days).into(),
        }
    }

    /// Reads what was typed; what is wrong is noted. `had` is how many tokens the account has.
    pub(super) fn read(
        &mut self,
        form: &FormData,
        frame: &Frame,
        wrong: &mut Wrong,
        had: usize,
        now: Timestamp,
    ) -> Option<NewToken> {
        for (field, value) in
            [("token_name", &mut self.name), ("token_scope", &mut self.scope), ("token_days", &mut self.days)]
        {
            *value = form.text(field).to_owned();
        }
        if self.name.is_empty() || self.name.chars().count() > SHORT_TEXT_LIMIT {
            wrong.note("token_name", frame.t("me-token-no-name"));
        }
        if had >= LIMIT {
            wrong.note("token_name", frame.t1("me-token-too-many", "count", LIMIT));
        }
        let scope = Scope::from_code(&self.scope);
        if scope.is_none() {
            wrong.note("token_scope", frame.t("token-no-scope"));
        }
        let days = self.days.parse().ok().filter(|days| DAYS.contains(days));
        if days.is_none() {
            wrong.note("token_days", frame.t("me-token-no-days"));
        }
        let (scope, days) = (scope?, days?);
        let expires_at = now + SignedDuration::from_hours(24 * days);
        wrong.is_empty().then(|| NewToken { name: self.name.clone(), scope, expires_at })
    }
}

async fn make(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    form: FormData,
) -> Result<Response, Problem> {
    let account = must_sit_there(&viewer)?.account;
    let now = viewer.now;
    let mut page = page_of(&app, &viewer, &headers).await?;
    let had = page.tokens.len();
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
    // Shown in the answer itself: an address with the secret in it would stay in the browser's history.
    let mut page = page_of(&app, &viewer, &headers).await?;
    page.secret = Some(secret);
    answer::page(StatusCode::OK, &page.frame, &page)
}

async fn revoke(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let account = must_sit_there(&viewer)?.account;
    let id = TokenId::parse(&id).ok_or(Problem::NotFound)?;
    let (actor, address, now) = (viewer.actor(), viewer.address.clone(), viewer.now);
    let revoked = app
        .db
        .write(move |tx| {
            let revoked = tokens::revoke(tx, account, id)?;
            if revoked.is_some() {
                sign_in::record(tx, account.uuid(), actor.clone(), "token revoked", &address, now)?;
            }
            Ok::<_, Error>(revoked)
        })
        .await?;
    if revoked.is_some() { Ok(see_other("/me?done=token-revoked")) } else { Err(Problem::NotFound) }
}
