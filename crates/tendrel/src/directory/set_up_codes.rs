//! Setting up the second factor: by choice from "My account", and before anything else where the role needs it.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use database::{Error, Transaction};
use jiff::Timestamp;
use qrcode::QrCode;
use qrcode::render::svg;

use crate::app::App;
use crate::directory::accounts::{self, Account, PER_ACCOUNT};
use crate::directory::codes::{self, Checked, Codes};
use crate::directory::links::Purpose;
use crate::directory::me::must_sit_there;
use crate::directory::send_notice::{self, Change};
use crate::directory::{links, second_step, sign_in};
use crate::events::Actor;
use crate::frame::form::{FormData, Wrong};
use crate::frame::{Frame, see_other};
use crate::id::AccountId;
use crate::problem::Problem;
use crate::vault::Sealed;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/sign-in/set-up-codes", get(show_due).post(set_up_due))
        .route("/me/codes", get(show).post(set_up))
        .route("/me/codes/recovery", post(renew))
        .route("/me/codes/off", post(turn_off))
}

#[derive(Template)]
#[template(path = "directory/set_up_codes.html")]
struct Page {
    frame: Frame,
    wrong: Wrong,
    action: &'static str,
    letters: String,
    picture: String,
}

#[derive(Template)]
#[template(path = "directory/recovery_codes.html")]
struct Kept {
    frame: Frame,
    codes: Vec<String>,
    on: String,
}

fn page(
    app: &App,
    viewer: &Viewer,
    account: &Account,
    codes: &Codes,
    action: &'static str,
) -> Result<Page, Problem> {
    let frame = Frame::titled(app, viewer, "set-up-codes-title");
    let site = if frame.home.name.is_empty() { "Tendrel" } else { frame.home.name.as_str() };
    let address = codes.address(site, &account.username);
    Ok(Page {
        wrong: Wrong::default(),
        action,
        letters: codes.in_letters(),
        picture: picture(&address)?,
        frame,
    })
}

fn picture(address: &str) -> Result<String, Problem> {
    let squares =
        QrCode::new(address).map_err(|error| anyhow::anyhow!("no picture of the secret: {error}"))?;
    let drawn = squares.render::<svg::Color<'_>>().min_dimensions(192, 192).quiet_zone(true).build();
    // Without the declaration of a file of its own it can stand in a page.
    Ok(drawn.split_once("?>").map_or(drawn.clone(), |(_, picture)| picture.to_owned()))
}

/// The account of whoever is signed in, unless it has codes already.
async fn without_codes(app: &App, viewer: &Viewer) -> Result<Option<Account>, Problem> {
    let id = must_sit_there(viewer)?.account;
    let found = app.db.read(move |r| {
        let has_codes = codes::are_set_up(r, id)?;
        Ok::<_, Error>(accounts::get(r, id)?.filter(|_| !has_codes))
    });
    Ok(found.await?)
}

async fn show(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    match without_codes(&app, &viewer).await? {
        Some(account) => {
            let page = page(&app, &viewer, &account, &Codes::random(), "/me/codes")?;
            crate::frame::page(StatusCode::OK, &page)
        }
        None => Ok(see_other("/me")),
    }
}

async fn show_due(State(app): State<App>, viewer: Viewer, headers: HeaderMap) -> Result<Response, Problem> {
    let (link, _) = second_step::begun(&app, &viewer, &headers, Purpose::Enrol).await?;
    let page = page(&app, &viewer, &link.account, &Codes::random(), "/sign-in/set-up-codes")?;
    crate::frame::page(StatusCode::OK, &page)
}

/// The secret that the form carries and the half minute of the code, or the page that says what is wrong.
async fn checked(
    app: &App,
    viewer: &Viewer,
    account: &Account,
    form: &FormData,
    action: &'static str,
) -> Result<Result<(Codes, i64), Response>, Problem> {
    let codes = Codes::from_letters(form.text("letters")).unwrap_or_else(Codes::random);
    if let Some(step) = codes.step(form.text("code"), viewer.now) {
        return Ok(Ok((codes, step)));
    }
    let mut page = page(app, viewer, account, &codes, action)?;
    let key = if form.text("code").is_empty() { "code-missing" } else { "set-up-codes-wrong" };
    page.wrong.note("code", page.frame.t(key));
    page.frame.has_mistakes = true;
    crate::frame::page(StatusCode::UNPROCESSABLE_ENTITY, &page).map(Err)
}

async fn set_up(State(app): State<App>, viewer: Viewer, form: FormData) -> Result<Response, Problem> {
    let Some(account) = without_codes(&app, &viewer).await? else {
        return Ok(see_other("/me"));
    };
    let (secret, step) = match checked(&app, &viewer, &account, &form, "/me/codes").await? {
        Ok(checked) => checked,
        Err(response) => return Ok(response),
    };
    let (now, actor, address) = (viewer.now, viewer.actor(), viewer.address.clone());
    let secret = secret.sealed(&app.vault, account.id).map_err(anyhow::Error::from)?;
    let recovery =
        app.db.write(move |tx| store(tx, account.id, &secret, step, (actor.clone(), &address), now)).await?;
    match recovery {
        Some(codes) => kept(&app, &viewer, codes, "/me"),
        None => Ok(see_other("/me")),
    }
}

fn store(
    tx: &mut Transaction,
    account: AccountId,
    secret: &Sealed,
    step: i64,
    (actor, address): (Actor, &str),
    now: Timestamp,
) -> Result<Option<Vec<String>>, Error> {
    let recovery = codes::set_up(tx, account, secret, step, now)?;
    if recovery.is_some() {
        sign_in::record(tx, account.uuid(), actor, "codes set up", address, now)?;
    }
    Ok(recovery)
}

async fn set_up_due(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    form: FormData,
) -> Result<Response, Problem> {
    let (link, step_secret) = second_step::begun(&app, &viewer, &headers, Purpose::Enrol).await?;
    let account = link.account;
    let (secret, step) = match checked(&app, &viewer, &account, &form, "/sign-in/set-up-codes").await? {
        Ok(checked) => checked,
        Err(response) => return Ok(response),
    };
    let (id, now, address) = (account.id, viewer.now, viewer.address.clone());
    let secret = secret.sealed(&app.vault, id).map_err(anyhow::Error::from)?;
    let actor = Actor { person: Some(account.person), name: account.name.clone() };
    let recovery = app
        .db
        .write(move |tx| {
            if links::take(tx, &step_secret, Purpose::Enrol, now)?.is_none() {
                return Ok(None);
            }
            store(tx, id, &secret, step, (actor.clone(), &address), now)
        })
        .await?;
    let codes = recovery.ok_or(Problem::SignIn)?;
    // The session is opened, and the codes are shown once before anything else.
    let mut entered = sign_in::enter(&app, &viewer, &headers, account, &link.came_by, &link.back).await?;
    let on = entered.headers().get("location").and_then(|it| it.to_str().ok()).unwrap_or("/").to_owned();
    second_step::end(&app, &mut entered);
    let mut response = kept(&app, &viewer, codes, &on)?;
    for cookie in entered.headers().get_all("set-cookie") {
        response.headers_mut().append("set-cookie", cookie.clone());
    }
    Ok(response)
}

fn kept(app: &App, viewer: &Viewer, codes: Vec<String>, on: &str) -> Result<Response, Problem> {
    let frame = Frame::titled(app, viewer, "recovery-codes-title");
    crate::frame::page(StatusCode::OK, &Kept { frame, codes, on: on.to_owned() })
}

/// Whoever changes the second factor shows that they have it.
async fn shown(app: &App, viewer: &Viewer, form: &FormData) -> Result<AccountId, Problem> {
    let id = must_sit_there(viewer)?.account;
    let (code, now, address) = (form.text("code").to_owned(), viewer.now, viewer.address.clone());
    let vault = app.vault.clone();
    let is_shown = app
        .db
        .write(move |tx| {
            let subject = second_step::subject(id);
            tx.lock(&subject)?;
            if accounts::pause(&accounts::failures(tx, &subject, now)?, PER_ACCOUNT, now).is_some() {
                return Ok(None);
            }
            let is_right = codes::take_code(tx, &vault, id, &code, now)? == Checked::Right
                || codes::take_recovery_code(tx, id, &code)?;
            if !is_right {
                accounts::note_failure(tx, &[subject], now)?;
                let nobody = Actor { person: None, name: String::new() };
                sign_in::record(tx, id.uuid(), nobody, "code refused", &address, now)?;
            }
            Ok::<_, Error>(Some(is_right))
        })
        .await?;
    match is_shown {
        Some(true) => Ok(id),
        Some(false) => Err(Problem::Input("code-wrong-code")),
        None => Err(Problem::TooMany),
    }
}

async fn renew(State(app): State<App>, viewer: Viewer, form: FormData) -> Result<Response, Problem> {
    let id = shown(&app, &viewer, &form).await?;
    let (now, actor, address) = (viewer.now, viewer.actor(), viewer.address.clone());
    let codes = app
        .db
        .write(move |tx| {
            sign_in::record(tx, id.uuid(), actor.clone(), "recovery codes made", &address, now)?;
            codes::new_recovery_codes(tx, id)
        })
        .await?;
    kept(&app, &viewer, codes, "/me")
}

async fn turn_off(State(app): State<App>, viewer: Viewer, form: FormData) -> Result<Response, Problem> {
    let id = must_sit_there(&viewer)?.account;
    let (needing, now) = (app.settings.sign_in.second_factor_for.clone(), viewer.now);
    if app.db.read(move |r| second_step::is_needed(r, id, &needing, now)).await? {
        return Err(Problem::Input("codes-needed"));
    }
    let id = shown(&app, &viewer, &form).await?;
    let (actor, address) = (viewer.actor(), viewer.address.clone());
    app.db
        .write(move |tx| {
            codes::remove(tx, id)?;
            send_notice::enqueue(tx, id, Change::CodesOff, now)?;
            sign_in::record(tx, id.uuid(), actor.clone(), "codes turned off", &address, now)
        })
        .await?;
    Ok(see_other("/me?done=codes-off"))
}
