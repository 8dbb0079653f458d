//! The page of whoever is signed in: who they are to the program, language and keys, password, sessions, tokens.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use database::{Error, Reader, Transaction};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::app::App;
use crate::directory::accounts::{self, ApiToken, GrantRow, OpenSession};
use crate::directory::{answer, password, sessions, sign_in};
use crate::frame::form::{FormData, Wrong};
use crate::frame::languages::Language;
use crate::frame::{Frame, see_other};
use crate::id::{AccountId, PersonId, TokenId};
use crate::problem::Problem;
use crate::settings::SHORT_TEXT_LIMIT;
use crate::viewer::{SignedIn, Viewer};

/// Days for which a token may hold.
const TOKEN_DAYS: [i64; 4] = [7, 30, 90, 365];
/// Tokens that one account may have.
const TOKENS_LIMIT: usize = 20;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/me", get(show))
        .route("/api/v1/me", get(show))
        .route("/me/settings", post(set))
        .route("/api/v1/me/settings", post(set))
        .route("/me/password", post(change_password))
        .route("/me/sessions/{name}/end", post(end_session))
        .route("/me/tokens", post(make_token))
        .route("/me/tokens/{id}/revoke", post(revoke_token))
}

#[derive(Template)]
#[template(path = "directory/me.html")]
struct Page {
    frame: Frame,
    wrong: Wrong,
    me: SignedIn,
    username: String,
    has_password: bool,
    language: String,
    languages: Vec<(String, String)>,
    grants: Vec<GrantRow>,
    sessions: Vec<OpenSession>,
    here: Vec<u8>,
    tokens: Vec<ApiToken>,
    days: Vec<(String, String)>,
    token_name: String,
    token_days: String,
    /// A token just made, shown this once.
    secret: Option<String>,
}

struct Mine {
    username: String,
    has_password: bool,
    language: String,
    grants: Vec<GrantRow>,
    sessions: Vec<OpenSession>,
    tokens: Vec<ApiToken>,
}

fn read(r: &mut Reader, account: AccountId, now: Timestamp) -> Result<Mine, Error> {
    let (username, has_password, language) = r.one(
        "SELECT a.username AS username, CASE WHEN a.password_hash IS NULL THEN 0 ELSE 1 END AS has_password,
                p.language AS language
         FROM accounts a JOIN persons p ON p.id = a.person_id WHERE a.id = $1",
        &[account.into()],
        |row| Ok((row.get("username")?, row.get("has_password")?, row.get("language")?)),
    )?;
    let mut grants = accounts::grants_of(r, account)?;
    grants.retain(|grant| grant.valid_to.is_none());
    Ok(Mine {
        username,
        has_password,
        language,
        grants,
        sessions: accounts::sessions_of(r, account, now)?,
        tokens: accounts::tokens_of(r, account)?,
    })
}

async fn page_of(app: &App, viewer: &Viewer, headers: &HeaderMap) -> Result<Page, Problem> {
    let me = viewer.must_be_signed_in()?.clone();
    let (account, now) = (me.account, viewer.now);
    let Mine { username, has_password, language, grants, sessions, tokens } =
        app.db.read(move |r| read(r, account, now)).await?;
    let frame = Frame::new(app, viewer, me.name.clone());
    let days = TOKEN_DAYS.map(|days| (days.to_string(), frame.t1("me-token-days", "days", days))).into();
    Ok(Page {
        wrong: Wrong::default(),
        me,
        username,
        has_password,
        language,
        languages: Language::ALL.map(|it| (it.code().to_owned(), it.own_name().to_owned())).into(),
        grants,
        sessions,
        here: own_session(app, headers).unwrap_or_default(),
        tokens,
        days,
        token_name: String::new(),
        token_days: "90".to_owned(),
        secret: None,
        frame,
    })
}

fn own_session(app: &App, headers: &HeaderMap) -> Option<Vec<u8>> {
    sessions::cookie(headers, sessions::session_cookie(app)).map(|secret| sessions::hash(&secret))
}

async fn show(State(app): State<App>, viewer: Viewer, headers: HeaderMap) -> Result<Response, Problem> {
    let page = page_of(&app, &viewer, &headers).await?;
    if viewer.by_api() {
        let roles: Vec<_> = page
            .grants
            .iter()
            .map(|grant| json!({ "role": grant.role.code(), "organisation": grant.organisation, "name": grant.organisation_name }))
            .collect();
        let me = &page.me;
        return answer::data(
            StatusCode::OK,
            &json!({
                "person": me.person, "name": me.name, "username": page.username, "office": me.office,
                "office_name": me.office_name, "language": page.language, "single_keys": me.single_keys, "roles": roles,
            }),
        );
    }
    answer::page(StatusCode::OK, &page.frame, &page)
}

async fn set(State(app): State<App>, viewer: Viewer, form: FormData) -> Result<Response, Problem> {
    let me = viewer.must_be_signed_in()?;
    let language = Language::from_code(form.text("language")).ok_or(Problem::Input("me-language-unknown"))?;
    let single_keys = form.given("single_keys").is_some();
    let (account, person) = (me.account, me.person);
    app.db.write(move |tx| store_settings(tx, account, person, language, single_keys)).await?;
    let record = json!({ "language": language.code(), "single_keys": single_keys });
    let mut response = answer::done(&viewer, "/me", "settings-saved", &record)?;
    response.headers_mut().append(header::SET_COOKIE, sessions::language_cookie(language));
    Ok(response)
}

fn store_settings(
    tx: &mut Transaction,
    account: AccountId,
    person: PersonId,
    language: Language,
    single_keys: bool,
) -> Result<(), Error> {
    tx.execute("UPDATE accounts SET single_keys = $2 WHERE id = $1", &[account.into(), single_keys.into()])?;
    tx.execute("UPDATE persons SET language = $2 WHERE id = $1", &[person.into(), language.code().into()])?;
    Ok(())
}

/// What opens the account must not be in the hands of a program that only has a token.
fn must_sit_there(viewer: &Viewer) -> Result<&SignedIn, Problem> {
    let me = viewer.must_be_signed_in()?;
    if me.by_token { Err(Problem::Forbidden) } else { Ok(me) }
}

async fn change_password(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    form: FormData,
) -> Result<Response, Problem> {
    let me = must_sit_there(&viewer)?.clone();
    let (account_id, now) = (me.account, viewer.now);
    let subject = format!("password:{account_id}");
    let asked = subject.clone();
    let (account, until) = app
        .db
        .read(move |r| {
            let until = accounts::pause(&accounts::failures(r, &asked, now)?, accounts::PER_ACCOUNT, now);
            Ok::<_, Error>((accounts::get(r, account_id)?, until))
        })
        .await?;
    let account = account.ok_or(Problem::NotFound)?;
    if until.is_some() {
        return Err(Problem::TooMany);
    }
    let mut page = page_of(&app, &viewer, &headers).await?;
    let (old, new) = (form.secret("old").to_owned(), form.secret("new").to_owned());
    if account.password_hash.is_some() && !password::matches(old, account.password_hash).await? {
        app.db.write(move |tx| accounts::note_failure(tx, std::slice::from_ref(&subject), now)).await?;
        page.wrong.note("old", page.frame.t("me-password-old-wrong"));
    }
    if let Err(weak) = password::check(&new, &[&account.name, &account.username, &account.email]) {
        page.wrong.note("new", page.frame.t1(weak.sentence(), "count", password::SHORTEST));
    }
    if !page.wrong.is_empty() {
        page.frame.has_mistakes = true;
        return answer::page(StatusCode::UNPROCESSABLE_ENTITY, &page.frame, &page);
    }
    let hash = password::hash(new).await?;
    let (actor, address) = (viewer.actor(), viewer.address.clone());
    app.db
        .write(move |tx| {
            accounts::set_password(tx, account_id, &hash)?;
            accounts::end_other_sessions(tx, account_id, &page.here)?;
            sign_in::record(tx, account_id.uuid(), actor.clone(), "password set", &address, now)
        })
        .await?;
    Ok(see_other("/me?done=password-set"))
}

async fn end_session(
    State(app): State<App>,
    viewer: Viewer,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let me = must_sit_there(&viewer)?;
    let (account, actor, address, now) = (me.account, viewer.actor(), viewer.address.clone(), viewer.now);
    let ended = app
        .db
        .write(move |tx| {
            let sessions = accounts::sessions_of(tx, account, now)?;
            let Some(session) = sessions.into_iter().find(|session| session.name == name) else {
                return Ok(false);
            };
            accounts::end_session(tx, account, &session.hash)?;
            sign_in::record(tx, account.uuid(), actor.clone(), "session ended", &address, now)?;
            Ok::<_, Error>(true)
        })
        .await?;
    if ended { Ok(see_other("/me?done=session-ended")) } else { Err(Problem::NotFound) }
}

async fn make_token(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    form: FormData,
) -> Result<Response, Problem> {
    let me = must_sit_there(&viewer)?.clone();
    let mut page = page_of(&app, &viewer, &headers).await?;
    let name = form.text("token_name").to_owned();
    let days = form.number("token_days").filter(|days| TOKEN_DAYS.contains(days));
    if name.is_empty() || name.chars().count() > SHORT_TEXT_LIMIT {
        page.wrong.note("token_name", page.frame.t("me-token-no-name"));
    }
    if days.is_none() {
        page.wrong.note("token_days", page.frame.t("me-token-no-days"));
    }
    if page.tokens.len() >= TOKENS_LIMIT {
        page.wrong.note("token_name", page.frame.t1("me-token-too-many", "count", TOKENS_LIMIT));
    }
    page.token_name = name.clone();
    page.token_days = form.text("token_days").to_owned();
    let Some(days) = days.filter(|_| page.wrong.is_empty()) else {
        page.frame.has_mistakes = true;
        return answer::page(StatusCode::UNPROCESSABLE_ENTITY, &page.frame, &page);
    };
    let (account, now) = (me.account, viewer.now);
    let (actor, address) = (viewer.actor(), viewer.address.clone());
    let secret = app
        .db
        .write(move |tx| {
            let expires_at = now + SignedDuration::from_hours(24 * days);
            let secret = accounts::make_token(tx, account, &name, expires_at, now)?;
            sign_in::record(tx, account.uuid(), actor.clone(), "token made", &address, now)?;
            Ok::<_, Error>(secret)
        })
        .await?;
    // Shown in the answer itself: an address with the secret in it would stay in the browser's history.
    let mut page = page_of(&app, &viewer, &headers).await?;
    page.secret = Some(secret);
    answer::page(StatusCode::OK, &page.frame, &page)
}

async fn revoke_token(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let me = must_sit_there(&viewer)?;
    let id = TokenId::parse(&id).ok_or(Problem::NotFound)?;
    let (account, actor, address, now) = (me.account, viewer.actor(), viewer.address.clone(), viewer.now);
    let revoked = app
        .db
        .write(move |tx| {
            let revoked = accounts::revoke_token(tx, account, id)?;
            if revoked.is_some() {
                sign_in::record(tx, account.uuid(), actor.clone(), "token revoked", &address, now)?;
            }
            Ok::<_, Error>(revoked)
        })
        .await?;
    if revoked.is_some() { Ok(see_other("/me?done=token-revoked")) } else { Err(Problem::NotFound) }
}

#[cfg(test)]
mod tests;
