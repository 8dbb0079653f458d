//! What stands between the first proof and the session: a code where codes are set up, setting them up where the role
//! needs it and they are not.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use database::{Error, Reader, Transaction};
use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::directory::accounts::{self, Account, PER_ACCOUNT};
use crate::directory::came_by::CameBy;
use crate::directory::codes::Checked;
use crate::directory::links::{self, Link, Purpose, STEP_HOLDS};
use crate::directory::{codes, sessions, sign_in};
use crate::events::Actor;
use crate::frame::form::{FormData, Wrong};
use crate::frame::{Frame, see_other};
use crate::id::AccountId;
use crate::problem::Problem;
use crate::vault::Vault;
use crate::viewer::{Role, Viewer};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/sign-in/code", get(show).post(check))
}

#[derive(Template)]
#[template(path = "directory/second_step.html")]
struct Page {
    frame: Frame,
    wrong: Wrong,
    pause: Option<String>,
}

/// Somebody gave the first proof: opens the session, or leads to what is still due.
pub(super) async fn go_on(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    account: Account,
    came_by: CameBy,
    back: &str,
) -> Result<Response, Problem> {
    let (id, now) = (account.id, viewer.now);
    let needing = app.settings.sign_in.second_factor_for.clone();
    let due =
        if came_by.is_enough() { None } else { app.db.read(move |r| due(r, id, &needing, now)).await? };
    let Some(purpose) = due else {
        return sign_in::enter(app, viewer, headers, account, &came_by, back).await;
    };
    let back = back.to_owned();
    let secret = app.db.write(move |tx| links::make_step(tx, id, purpose, &back, &came_by, now)).await?;
    let mut response =
        see_other(if purpose == Purpose::Code { "/sign-in/code" } else { "/sign-in/set-up-codes" });
    let cookie = sessions::secret_cookie(app, step_cookie(app), &secret, STEP_HOLDS);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

fn due(
    r: &mut Reader,
    account: AccountId,
    needing: &[Role],
    now: Timestamp,
) -> Result<Option<Purpose>, Error> {
    if codes::are_set_up(r, account)? {
        return Ok(Some(Purpose::Code));
    }
    Ok(is_needed(r, account, needing, now)?.then_some(Purpose::Enrol))
}

/// Does a role that the account holds today need a second factor?
pub(super) fn is_needed(
    r: &mut Reader,
    account: AccountId,
    needing: &[Role],
    now: Timestamp,
) -> Result<bool, Error> {
    let today = now.to_string()[..10].to_owned();
    let grants = accounts::grants_of(r, account)?;
    Ok(grants.iter().any(|grant| {
        let holds = grant.valid_from <= today && grant.valid_to.as_ref().is_none_or(|to| *to >= today);
        holds && needing.contains(&grant.role)
    }))
}

fn step_cookie(app: &App) -> &'static str {
    if app.settings.secure_cookies { "__Host-step" } else { "step" }
}

/// The account of whoever is between the two proofs, with the secret of the step.
///
/// # Errors
/// `SignIn` for whoever gave no first proof, or took too long.
pub(super) async fn begun(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    purpose: Purpose,
) -> Result<(Link, String), Problem> {
    let secret = sessions::cookie(headers, step_cookie(app)).ok_or(Problem::SignIn)?;
    let (wanted, now) = (secret.clone(), viewer.now);
    let found = app.db.read(move |r| links::find(r, &wanted, purpose, now)).await?;
    Ok((found.ok_or(Problem::SignIn)?, secret))
}

/// Takes the cookie of the step away again.
pub(super) fn end(app: &App, response: &mut Response) {
    let cookie = sessions::secret_cookie(app, step_cookie(app), "", SignedDuration::ZERO);
    response.headers_mut().append(header::SET_COOKIE, cookie);
}

/// What failures of codes are counted under.
pub(super) fn subject(account: AccountId) -> String {
    format!("code:{account}")
}

async fn show(State(app): State<App>, viewer: Viewer, headers: HeaderMap) -> Result<Response, Problem> {
    begun(&app, &viewer, &headers, Purpose::Code).await?;
    let frame = Frame::titled(&app, &viewer, "code-title");
    crate::frame::page(StatusCode::OK, &Page { frame, wrong: Wrong::default(), pause: None })
}

#[derive(Clone, Copy, PartialEq)]
enum Answer {
    Right,
    Wrong,
    /// The key to the secrets is missing.
    Locked,
    Pause(Timestamp),
}

async fn check(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    form: FormData,
) -> Result<Response, Problem> {
    let (link, secret) = begun(&app, &viewer, &headers, Purpose::Code).await?;
    let mut page =
        Page { frame: Frame::titled(&app, &viewer, "code-title"), wrong: Wrong::default(), pause: None };
    let (code, recovery) = (form.text("code").to_owned(), form.text("recovery").to_owned());
    if code.is_empty() && recovery.is_empty() {
        page.wrong.note("code", page.frame.t("code-missing"));
        return again(page, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let field = if code.is_empty() { "recovery" } else { "code" };
    let (id, now, address, vault) = (link.account.id, viewer.now, viewer.address.clone(), app.vault.clone());
    let answer =
        app.db.write(move |tx| take(tx, &vault, id, &code, &recovery, (&secret, &address), now)).await?;
    match answer {
        Answer::Right => {
            let mut response =
                sign_in::enter(&app, &viewer, &headers, link.account, &link.came_by, &link.back).await?;
            end(&app, &mut response);
            Ok(response)
        }
        Answer::Wrong => {
            page.wrong.note(field, page.frame.t(&format!("code-wrong-{field}")));
            again(page, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Answer::Locked => {
            page.wrong.note(field, page.frame.t("code-locked"));
            again(page, StatusCode::SERVICE_UNAVAILABLE)
        }
        Answer::Pause(until) => {
            let minutes = (until.duration_since(now).as_secs() + 59) / 60;
            page.pause = Some(page.frame.t1("sign-in-pause", "minutes", minutes));
            again(page, StatusCode::TOO_MANY_REQUESTS)
        }
    }
}

fn again(mut page: Page, status: StatusCode) -> Result<Response, Problem> {
    page.frame.has_mistakes = true;
    crate::frame::page(status, &page)
}

/// One try, counted and recorded in the same transaction, so that many at once are not more than a few.
fn take(
    tx: &mut Transaction,
    vault: &Vault,
    account: AccountId,
    code: &str,
    recovery: &str,
    (secret, address): (&str, &str),
    now: Timestamp,
) -> Result<Answer, Error> {
    let subject = subject(account);
    tx.lock(&subject)?;
    if let Some(until) = accounts::pause(&accounts::failures(tx, &subject, now)?, PER_ACCOUNT, now) {
        return Ok(Answer::Pause(until));
    }
    let nobody = Actor { person: None, name: String::new() };
    let checked = if !code.is_empty() {
        codes::take_code(tx, vault, account, code, now)?
    } else if codes::take_recovery_code(tx, account, recovery)? {
        Checked::Right
    } else {
        Checked::Wrong
    };
    if checked == Checked::Locked {
        return Ok(Answer::Locked);
    }
    if checked == Checked::Wrong {
        accounts::note_failure(tx, &[subject], now)?;
        sign_in::record(tx, account.uuid(), nobody, "code refused", address, now)?;
        return Ok(Answer::Wrong);
    }
    accounts::forget_failures(tx, &subject)?;
    links::take(tx, secret, Purpose::Code, now)?;
    if code.is_empty() {
        sign_in::record(tx, account.uuid(), nobody, "recovery code used", address, now)?;
    }
    Ok(Answer::Right)
}

#[cfg(test)]
mod tests;
