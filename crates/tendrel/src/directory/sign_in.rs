//! Signing in and out. Whoever guesses learns nothing: the answer and its time are the same whether the account exists,
//! and after a few failures there is a pause.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use database::{Error, Transaction};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::app::App;
use crate::directory::accounts::{self, Account, PER_ACCOUNT, PER_ADDRESS};
use crate::directory::came_by::{self, CameBy};
use crate::directory::devices::{self, Device};
use crate::directory::sign_in_ldap::{self, Answer};
use crate::directory::{my_passkeys, password, second_step, send_device_notice, sessions};
use crate::events::{self, Actor};
use crate::frame::form::{FormData, Wrong};
use crate::frame::{Frame, see_other};
use crate::id::AccountId;
use crate::problem::Problem;
use crate::settings::entry::Way;
use crate::settings::identity::ProviderSettings;
use crate::viewer::{Role, SignedIn, Viewer};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/sign-in", get(show).post(sign_in)).route("/sign-out", post(sign_out))
}

#[derive(Template)]
#[template(path = "directory/sign_in.html")]
struct Page {
    frame: Frame,
    wrong: Wrong,
    username: String,
    back: String,
    /// A sentence that says how long to wait.
    pause: Option<String>,
    /// Why it did not work by somebody else's word.
    trouble: Option<String>,
    ways: Ways,
}

impl Page {
    fn new(app: &App, viewer: &Viewer, back: &str) -> Page {
        Page {
            frame: Frame::titled(app, viewer, "sign-in-title"),
            wrong: Wrong::default(),
            username: String::new(),
            back: back.to_owned(),
            pause: None,
            trouble: None,
            ways: Ways::of(app),
        }
    }

    /// Where one asks for a link, going on to the same page.
    fn link_address(&self) -> String {
        self.going_on("/sign-in/link")
    }

    /// The address with the page that is wanted.
    fn going_on(&self, address: &str) -> String {
        let back: String = form_urlencoded::byte_serialize(self.back.as_bytes()).collect();
        if back.is_empty() { address.to_owned() } else { format!("{address}?back={back}") }
    }
}

/// The ways in that the page offers.
struct Ways {
    password: bool,
    link: bool,
    /// Forgotten passwords are set anew by e-mail.
    forgotten: bool,
    passkey: bool,
    /// Others who vouch: the address that leads there, and the name on the button.
    providers: Vec<(String, String)>,
}

impl Ways {
    fn of(app: &App) -> Ways {
        let (settings, mail) = (&app.settings.sign_in, app.mailer.is_on());
        let password = settings.has(Way::Password);
        let providers = settings.providers().iter();
        Ways {
            password: settings.takes_passwords(),
            link: mail && settings.has(Way::Link),
            forgotten: mail && password,
            passkey: my_passkeys::site(app).is_ok(),
            providers: providers.map(|it| (format!("/sign-in/with/{}", it.key), it.name.clone())).collect(),
        }
    }
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    back: String,
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Query(Asked { back }): Query<Asked>,
) -> Result<Response, Problem> {
    if let Some(me) = &viewer.signed_in {
        return Ok(see_other(&way_on(me, &back)));
    }
    crate::frame::page(StatusCode::OK, &Page::new(&app, &viewer, &back))
}

/// The page with what did not work, and the other ways in.
pub(super) fn refused(
    app: &App,
    viewer: &Viewer,
    back: &str,
    status: StatusCode,
    why: &str,
    provider: &ProviderSettings,
) -> Result<Response, Problem> {
    let mut page = Page::new(app, viewer, back);
    page.trouble = Some(page.frame.t1(why, "provider", provider.name.as_str()));
    page.frame.has_mistakes = true;
    crate::frame::page(status, &page)
}

/// Where somebody goes who signed in and came from nowhere.
fn way_on(me: &SignedIn, back: &str) -> String {
    let wanted = sessions::own_path(back);
    if wanted != "/" {
        return wanted;
    }
    let sees_requests = [Role::Officer, Role::HeadOfUnit, Role::Centre, Role::Auditor];
    if sees_requests.into_iter().any(|role| me.has(role)) {
        return "/today".to_owned();
    }
    if me.has(Role::Operator) { "/system".to_owned() } else { "/".to_owned() }
}

async fn sign_in(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    form: FormData,
) -> Result<Response, Problem> {
    let (typed, secret) = (form.text("username").to_owned(), form.secret("password").to_owned());
    let mut page = Page::new(&app, &viewer, form.text("back"));
    page.username.clone_from(&typed);
    if !page.ways.password {
        return Err(Problem::NotFound);
    }
    if typed.is_empty() {
        page.wrong.note("username", page.frame.t("sign-in-no-username"));
    }
    if secret.is_empty() {
        page.wrong.note("password", page.frame.t("sign-in-no-password"));
    }
    if !page.wrong.is_empty() {
        return again(page);
    }
    let now = viewer.now;
    let subjects = [format!("account:{}", accounts::username(&typed)), format!("address:{}", viewer.address)];
    let tried = subjects.clone();
    let (account, until) = app
        .db
        .write(move |tx| {
            let until = count_try(tx, &tried, now)?;
            Ok::<_, Error>((accounts::find(tx, &typed)?, until))
        })
        .await?;
    if let Some(until) = until {
        let minutes = (until.duration_since(now).as_secs() + 59) / 60;
        page.pause = Some(page.frame.t1("sign-in-pause", "minutes", minutes));
        page.frame.has_mistakes = true;
        return crate::frame::page(StatusCode::TOO_MANY_REQUESTS, &page);
    }
    let proven = match by_own_password(&app, account, secret.clone()).await? {
        Some(account) => Ok((account, CameBy::Password)),
        None => match sign_in_ldap::ask(&app, &page.username, &secret, now).await? {
            Answer::Known(account) => Ok((*account, CameBy::Ldap)),
            other => Err(other),
        },
    };
    match proven {
        Ok((account, came_by)) => {
            app.db.write(move |tx| accounts::take_back(tx, &subjects, now)).await?;
            second_step::go_on(&app, &viewer, &headers, account, came_by, &page.back).await
        }
        Err(answer) => {
            let (typed, address) = (page.username.clone(), viewer.address.clone());
            app.db.write(move |tx| fail(tx, &typed, &address, now)).await?;
            not_proven(page, answer)
        }
    }
}

/// The account, if the password is the one that was set here.
async fn by_own_password(
    app: &App,
    account: Option<Account>,
    secret: String,
) -> Result<Option<Account>, Problem> {
    if !app.settings.sign_in.has(Way::Password) {
        return Ok(None);
    }
    let open = account.filter(|account| account.closed_at.is_none());
    let hash = open.as_ref().and_then(|account| account.password_hash.clone());
    let matches = password::matches(secret, hash).await?;
    Ok(open.filter(|_| matches))
}

fn not_proven(mut page: Page, answer: Answer) -> Result<Response, Problem> {
    match answer {
        Answer::NotHere(why) => {
            page.wrong.note("username", page.frame.t1(why, "provider", page.frame.t("ldap-name")));
            again(page)
        }
        // It does not say whose password it could not look at.
        Answer::Away => {
            page.trouble = Some(page.frame.t("ldap-away"));
            page.frame.has_mistakes = true;
            crate::frame::page(StatusCode::SERVICE_UNAVAILABLE, &page)
        }
        Answer::Known(_) | Answer::Wrong => {
            page.wrong.note("username", page.frame.t("sign-in-wrong"));
            again(page)
        }
    }
}

/// Counts a try as a failure before its password is looked at, and takes it back when it was right: a hundred tries
/// at once are not more than one after the other. Returns until when to wait, if there were too many already.
fn count_try(
    tx: &mut Transaction,
    subjects: &[String; 2],
    now: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    tx.lock(&subjects[0])?;
    let of_account = accounts::pause(&accounts::failures(tx, &subjects[0], now)?, PER_ACCOUNT, now);
    let of_address = accounts::pause(&accounts::failures(tx, &subjects[1], now)?, PER_ADDRESS, now);
    let until = of_account.max(of_address);
    if until.is_none() {
        accounts::note_failure(tx, subjects, now)?;
    }
    Ok(until)
}

fn again(mut page: Page) -> Result<Response, Problem> {
    page.frame.has_mistakes = true;
    crate::frame::page(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Opens a session for somebody who gave all the proofs that are due, and leads on.
pub(super) async fn enter(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    account: Account,
    came_by: &CameBy,
    back: &str,
) -> Result<Response, Problem> {
    let now = viewer.now;
    let from = sessions::Origin {
        address: viewer.address.clone(),
        agent: agent(headers),
        longest: app.settings.sign_in.longest(),
    };
    let device = Device::of(app, headers, &from.agent);
    let (device_cookie, came_by) = (device.cookie(app), came_by.clone());
    let (secret, me) = app
        .db
        .write(move |tx| {
            accounts::forget_failures(tx, &format!("account:{}", account.username))?;
            let actor = Actor { person: Some(account.person), name: account.name.clone() };
            let detail = json!({ "address": from.address, "by": came_by.code() });
            record_with(tx, account.id.uuid(), actor, "signed in", detail, now)?;
            let secret = sessions::open(tx, account.id, &from, now)?;
            let session = sessions::hash(&secret);
            if let CameBy::Provider(voucher) = &came_by {
                came_by::vouched(tx, &session, voucher)?;
            }
            if devices::note(tx, account.id, &device, now)? && came_by != CameBy::Demo {
                devices::mark_new(tx, &session)?;
                send_device_notice::enqueue(tx, account.id, &session, &device.browser, &from.address, now)?;
            }
            let me = sessions::of_secret(tx, &secret, now)?;
            Ok::<_, Error>((secret, me))
        })
        .await?;
    let address = me.map_or_else(|| "/".to_owned(), |me| way_on(&me, back));
    let mut response = see_other(&address);
    response.headers_mut().append(header::SET_COOKIE, sessions::set_cookie(app, &secret));
    response.headers_mut().append(header::SET_COOKIE, device_cookie);
    Ok(response)
}

fn agent(headers: &HeaderMap) -> String {
    headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// The same work whether the account exists or not; what is not an account has the identifier of none.
fn fail(tx: &mut Transaction, typed: &str, address: &str, now: Timestamp) -> Result<(), Error> {
    let account = accounts::find(tx, typed)?;
    let subject = account.map_or(Uuid::nil(), |account| account.id.uuid());
    record(tx, subject, Actor { person: None, name: String::new() }, "sign-in failed", address, now)
}

pub(super) fn record(
    tx: &mut Transaction,
    account: Uuid,
    actor: Actor,
    activity: &str,
    address: &str,
    now: Timestamp,
) -> Result<(), Error> {
    record_with(tx, account, actor, activity, json!({ "address": address }), now)
}

fn record_with(
    tx: &mut Transaction,
    account: Uuid,
    actor: Actor,
    activity: &str,
    detail: Json,
    now: Timestamp,
) -> Result<(), Error> {
    events::note(tx, "account", account, actor, activity, detail, now)
}

async fn sign_out(State(app): State<App>, viewer: Viewer, headers: HeaderMap) -> Result<Response, Problem> {
    let secret = sessions::cookie(&headers, sessions::session_cookie(&app));
    if let (Some(me), Some(secret)) = (&viewer.signed_in, secret) {
        let (account, actor, address, now): (AccountId, _, _, _) =
            (me.account, viewer.actor(), viewer.address.clone(), viewer.now);
        app.db
            .write(move |tx| {
                accounts::end_session(tx, account, &sessions::hash(&secret))?;
                record(tx, account.uuid(), actor.clone(), "signed out", &address, now)
            })
            .await?;
    }
    let mut response = see_other("/?done=signed-out");
    response.headers_mut().append(header::SET_COOKIE, sessions::set_cookie(&app, ""));
    // What the pages left in the browser goes too.
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    Ok(response)
}

#[cfg(test)]
mod tests;
