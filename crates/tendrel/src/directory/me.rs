//! The page of whoever is signed in: who they are to the program, language and keys, password, sessions, tokens.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use database::{Error, Reader, Transaction};
use jiff::Timestamp;
use serde_json::json;

use crate::app::App;
use crate::directory::accounts::{self, GrantRow, OpenSession};
use crate::directory::my_passkeys;
use crate::directory::my_tokens::TokenForm;
use crate::directory::passkeys::{self, Passkey};
use crate::directory::send_notice::{self, Change};
use crate::directory::tokens::{self, ApiToken};
use crate::directory::{answer, codes, password, people, sessions, sign_in};
use crate::frame::form::{FormData, Wrong};
use crate::frame::languages::Language;
use crate::frame::{Frame, see_other};
use crate::id::{AccountId, PersonId};
use crate::problem::Problem;
use crate::settings::entry::Way;
use crate::viewer::{SignedIn, Viewer};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/me", get(show))
        .route("/api/v1/me", get(show))
        .route("/me/settings", post(set))
        .route("/api/v1/me/settings", post(set))
        .route("/me/password", post(change_password))
        .route("/me/sessions/{name}/end", post(end_session))
        .route("/me/other-sessions/end", post(end_others))
}

#[derive(Template)]
#[template(path = "directory/me.html")]
pub(super) struct Page {
    pub(super) frame: Frame,
    pub(super) wrong: Wrong,
    me: SignedIn,
    username: String,
    language: String,
    languages: Vec<(String, String)>,
    grants: Vec<GrantRow>,
    sessions: Vec<OpenSession>,
    here: Vec<u8>,
    pub(super) asked: TokenForm,
    pub(super) tokens: Vec<ApiToken>,
    /// A token just made, shown this once.
    pub(super) secret: Option<String>,
    ways: Ways,
}

impl Page {
    pub(super) fn passkeys(&self) -> usize {
        self.ways.passkeys.len()
    }
}

/// With what one proves who one is.
struct Ways {
    has_codes: bool,
    recovery_left: i64,
    passkeys: Vec<Passkey>,
    passkeys_are_on: bool,
    passwords_are_on: bool,
    has_password: bool,
}

struct Mine {
    username: String,
    has_password: bool,
    language: String,
    grants: Vec<GrantRow>,
    sessions: Vec<OpenSession>,
    tokens: Vec<ApiToken>,
    has_codes: bool,
    recovery_left: i64,
    passkeys: Vec<Passkey>,
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
        tokens: tokens::of_account(r, account)?,
        has_codes: codes::are_set_up(r, account)?,
        recovery_left: codes::recovery_codes_left(r, account)?,
        passkeys: passkeys::store::of_account(r, account)?,
    })
}

pub(super) async fn page_of(app: &App, viewer: &Viewer, headers: &HeaderMap) -> Result<Page, Problem> {
    let me = viewer.must_be_signed_in()?.clone();
    let (account, now) = (me.account, viewer.now);
    let mine = app.db.read(move |r| read(r, account, now)).await?;
    let Mine {
        username,
        has_password,
        language,
        grants,
        sessions,
        tokens,
        has_codes,
        recovery_left,
        passkeys,
    } = mine;
    let frame = Frame::new(app, viewer, me.name.clone());
    let ways = Ways {
        has_codes,
        recovery_left,
        passkeys,
        passkeys_are_on: my_passkeys::site(app).is_ok(),
        passwords_are_on: app.settings.sign_in.has(Way::Password),
        has_password,
    };
    Ok(Page {
        wrong: Wrong::default(),
        me,
        username,
        language,
        languages: Language::ALL.map(|it| (it.code().to_owned(), it.own_name().to_owned())).into(),
        grants,
        sessions,
        here: own_session(app, headers).unwrap_or_default(),
        tokens,
        asked: TokenForm::empty(&frame),
        secret: None,
        ways,
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
    people::set_language(tx, person, language)
}

/// What opens the account must not be in the hands of a program that only has a token.
pub(super) fn must_sit_there(viewer: &Viewer) -> Result<&SignedIn, Problem> {
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
    if !app.settings.sign_in.has(Way::Password) {
        return Err(Problem::NotFound);
    }
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
    if let Err(weak) =
        password::check(&app.settings.sign_in, &new, &[&account.name, &account.username, &account.email])
    {
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
            send_notice::enqueue(tx, account_id, Change::Password, now)?;
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

/// Ends all sessions but the one of this browser.
async fn end_others(State(app): State<App>, viewer: Viewer, headers: HeaderMap) -> Result<Response, Problem> {
    let me = must_sit_there(&viewer)?;
    let here = own_session(&app, &headers).ok_or(Problem::SignIn)?;
    let (account, actor, address, now) = (me.account, viewer.actor(), viewer.address.clone(), viewer.now);
    app.db
        .write(move |tx| {
            accounts::end_other_sessions(tx, account, &here)?;
            sign_in::record(tx, account.uuid(), actor.clone(), "sessions ended", &address, now)
        })
        .await?;
    Ok(see_other("/me?done=sessions-ended"))
}

#[cfg(test)]
mod tests;
