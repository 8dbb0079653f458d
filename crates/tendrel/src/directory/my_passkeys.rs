//! Passkeys of one's own: added and removed on "My account".

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::post;
use database::Error;
use serde_json::json;

use crate::app::App;
use crate::directory::me::{must_sit_there, page_of};
use crate::directory::passkeys::{self, Act, LIMIT, NewKey, Refused, Site, store};
use crate::directory::send_notice::{self, Change};
use crate::directory::{accounts, answer, sign_in};
use crate::frame::form::FormData;
use crate::frame::see_other;
use crate::problem::Problem;
use crate::settings::SHORT_TEXT_LIMIT;
use crate::settings::entry::Way;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/me/passkeys", post(add))
        .route("/me/passkeys/challenge", post(challenge))
        .route("/me/passkeys/remove", post(remove))
}

/// The site, where passkeys are on and can be.
pub(super) fn site(app: &App) -> Result<Site, Problem> {
    let site = Site::of(&app.settings.base_url).filter(|_| app.settings.sign_in.has(Way::Passkey));
    site.ok_or(Problem::NotFound)
}

/// What the browser needs to ask for a new key. Keys that are there already are named, so that none is made twice.
async fn challenge(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    let (site, me) = (site(&app)?, must_sit_there(&viewer)?.clone());
    let (id, now) = (me.account, viewer.now);
    let (challenge, account, known) = app
        .db
        .write(move |tx| {
            let known = store::of_account(tx, id)?;
            Ok::<_, Error>((store::challenge(tx, Some(id), now)?, accounts::get(tx, id)?, known))
        })
        .await?;
    let account = account.ok_or(Problem::NotFound)?;
    let known: Vec<String> = known.iter().map(passkeys::Passkey::id).collect();
    answer::data(
        StatusCode::OK,
        &json!({
            "challenge": challenge, "site": site.host, "site_name": app.calendars.home().name,
            "user": passkeys::to_text(id.uuid().as_bytes()), "username": account.username, "name": account.name, "known": known,
        }),
    )
}

/// What the form carries back: the browser's words and the authenticator's.
fn read(form: &FormData, site: &Site) -> Result<(Vec<u8>, NewKey), Refused> {
    let client_data = passkeys::from_text(form.text("client_data"))?;
    let challenge = passkeys::challenge_of(&client_data, Act::Create, site)?;
    let key = passkeys::new_key(&passkeys::from_text(form.text("authenticator_data"))?, site)?;
    Ok((challenge, key))
}

async fn add(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    form: FormData,
) -> Result<Response, Problem> {
    let (site, id) = (site(&app)?, must_sit_there(&viewer)?.account);
    let mut page = page_of(&app, &viewer, &headers).await?;
    let name = form.text("passkey_name").to_owned();
    if name.is_empty() || name.chars().count() > SHORT_TEXT_LIMIT {
        page.wrong.note("passkey_name", page.frame.t("passkey-no-name"));
    } else if page.passkeys() >= LIMIT {
        page.wrong.note("passkey_name", page.frame.t1("passkey-too-many", "count", LIMIT));
    }
    let read = read(&form, &site);
    if read.is_err() {
        page.wrong.note("passkey_name", page.frame.t("passkey-not-added"));
    }
    let Some((challenge, key)) = read.ok().filter(|_| page.wrong.is_empty()) else {
        page.frame.has_mistakes = true;
        return answer::page(StatusCode::UNPROCESSABLE_ENTITY, &page.frame, &page);
    };
    let (now, actor, address) = (viewer.now, viewer.actor(), viewer.address.clone());
    let added = app
        .db
        .write(move |tx| {
            let added = store::take_challenge(tx, &challenge, Some(id), now)?
                && store::insert(tx, id, &key, &name, now)?;
            if added {
                send_notice::enqueue(tx, id, Change::PasskeyAdded, now)?;
                sign_in::record(tx, id.uuid(), actor.clone(), "passkey added", &address, now)?;
            }
            Ok::<_, Error>(added)
        })
        .await?;
    if added { Ok(see_other("/me?done=passkey-added")) } else { Err(Problem::Input("passkey-not-added")) }
}

async fn remove(State(app): State<App>, viewer: Viewer, form: FormData) -> Result<Response, Problem> {
    let id = must_sit_there(&viewer)?.account;
    let credential = passkeys::from_text(form.text("id")).map_err(|_| Problem::NotFound)?;
    let (now, actor, address) = (viewer.now, viewer.actor(), viewer.address.clone());
    let removed = app
        .db
        .write(move |tx| {
            let removed = store::remove(tx, id, &credential)?;
            if removed {
                sign_in::record(tx, id.uuid(), actor.clone(), "passkey removed", &address, now)?;
            }
            Ok::<_, Error>(removed)
        })
        .await?;
    if removed { Ok(see_other("/me?done=passkey-removed")) } else { Err(Problem::NotFound) }
}
