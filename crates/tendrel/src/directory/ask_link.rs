//! Asking for a link by e-mail: to sign in without a password, or to set a new one. What is answered, and how long it
//! takes, is the same whether there is such an account: who it is for is looked up later, by the job that sends it.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use database::Error;
use serde::Deserialize;

use crate::app::App;
use crate::directory::send_link::{self, Asked, Kind};
use crate::directory::{accounts, sessions};
use crate::frame::Frame;
use crate::frame::form::{FormData, Wrong};
use crate::problem::Problem;
use crate::settings::SHORT_TEXT_LIMIT;
use crate::settings::entry::Way;
use crate::viewer::Viewer;

/// Links that may be asked for within a quarter of an hour: for one account, and from one address.
const PER_NAME: usize = 3;
const PER_ADDRESS: usize = 30;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/sign-in/link", get(show_sign_in).post(ask_sign_in))
        .route("/sign-in/forgotten", get(show_forgotten).post(ask_forgotten))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    back: String,
}

#[derive(Template)]
#[template(path = "directory/ask_link.html")]
struct Page {
    frame: Frame,
    wrong: Wrong,
    kind: Kind,
    username: String,
    back: String,
    sent: bool,
}

impl Page {
    fn new(app: &App, viewer: &Viewer, kind: Kind, back: &str) -> Result<Page, Problem> {
        let way = match kind {
            Kind::SignIn => Way::Link,
            Kind::Password => Way::Password,
        };
        if !app.mailer.is_on() || !app.settings.sign_in.has(way) {
            return Err(Problem::NotFound);
        }
        let frame = Frame::titled(
            app,
            viewer,
            match kind {
                Kind::SignIn => "ask-link-title",
                Kind::Password => "forgotten-title",
            },
        );
        let back = back.to_owned();
        Ok(Page { frame, wrong: Wrong::default(), kind, username: String::new(), back, sent: false })
    }

    fn action(&self) -> &'static str {
        match self.kind {
            Kind::SignIn => "/sign-in/link",
            Kind::Password => "/sign-in/forgotten",
        }
    }

    fn refuse(mut self, status: StatusCode) -> Result<Response, Problem> {
        self.frame.has_mistakes = true;
        crate::frame::page(status, &self)
    }
}

async fn show_sign_in(
    State(app): State<App>,
    viewer: Viewer,
    Query(Wanted { back }): Query<Wanted>,
) -> Result<Response, Problem> {
    crate::frame::page(StatusCode::OK, &Page::new(&app, &viewer, Kind::SignIn, &back)?)
}

async fn show_forgotten(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    crate::frame::page(StatusCode::OK, &Page::new(&app, &viewer, Kind::Password, "")?)
}

async fn ask_sign_in(State(app): State<App>, viewer: Viewer, form: FormData) -> Result<Response, Problem> {
    ask(&app, &viewer, &form, Kind::SignIn).await
}

async fn ask_forgotten(State(app): State<App>, viewer: Viewer, form: FormData) -> Result<Response, Problem> {
    ask(&app, &viewer, &form, Kind::Password).await
}

async fn ask(app: &App, viewer: &Viewer, form: &FormData, kind: Kind) -> Result<Response, Problem> {
    let back = match form.text("back") {
        "" => String::new(),
        wanted => sessions::own_path(wanted),
    };
    let mut page = Page::new(app, viewer, kind, &back)?;
    page.username = form.text("username").to_owned();
    if page.username.is_empty() || page.username.chars().count() > SHORT_TEXT_LIMIT {
        page.wrong.note("username", page.frame.t("sign-in-no-username"));
        return page.refuse(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let now = viewer.now;
    let typed = accounts::username(&page.username);
    let subjects = [format!("mail:{typed}"), format!("mail-address:{}", viewer.address)];
    let until = app
        .db
        .write(move |tx| {
            let of_name = accounts::pause(&accounts::failures(tx, &subjects[0], now)?, PER_NAME, now);
            let of_address = accounts::pause(&accounts::failures(tx, &subjects[1], now)?, PER_ADDRESS, now);
            let until = of_name.max(of_address);
            if until.is_none() {
                accounts::note_failure(tx, &subjects, now)?;
                send_link::enqueue(tx, &Asked { kind, typed: typed.clone(), back: back.clone(), at: now })?;
            }
            Ok::<_, Error>(until)
        })
        .await?;
    if let Some(until) = until {
        let minutes = (until.duration_since(now).as_secs() + 59) / 60;
        page.wrong.note("username", page.frame.t1("ask-link-pause", "minutes", minutes));
        return page.refuse(StatusCode::TOO_MANY_REQUESTS);
    }
    page.sent = true;
    page.frame.title = page.frame.t("ask-link-sent-title");
    crate::frame::page(StatusCode::OK, &page)
}
