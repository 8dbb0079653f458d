//! The operator's page about the directory of people: what the last comparisons found, what one would change now, and
//! doing it.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::directory::access::{self, Doing};
use crate::directory::answer;
use crate::directory::sync_people::outcome::{Line, Verdict};
use crate::directory::sync_people::{How, Synced, newest, sync};
use crate::frame::Frame;
use crate::frame::form::FormData;
use crate::frame::languages::Language;
use crate::problem::Problem;
use crate::settings::identity::LdapSettings;
use crate::viewer::Viewer;

/// Comparisons that are shown.
const SHOWN: i64 = 10;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/people/sync", get(show).post(go)).route("/api/v1/people/sync", get(show).post(go))
}

#[derive(Template)]
#[template(path = "directory/sync.html")]
struct Page {
    frame: Frame,
    url: String,
    people: String,
    is_nightly: bool,
    percent: usize,
    /// What was looked at just now.
    looked: Option<Synced>,
    last: Vec<Synced>,
}

impl Page {
    fn reason(&self, line: &Line) -> String {
        match &line.verdict {
            Verdict::Wrong(reason) => reason.sentence(self.frame.language, self.frame.unreviewed),
            Verdict::Changed(fields) => {
                let names: Vec<String> =
                    fields.iter().map(|field| self.frame.t(&format!("import-field-{field}"))).collect();
                names.join(", ")
            }
            Verdict::Unclear => self.frame.t("sync-unclear-do"),
            Verdict::New | Verdict::Back | Verdict::Gone => String::new(),
        }
    }

    fn word(&self, line: &Line) -> &'static str {
        match line.verdict {
            Verdict::New => "sync-is-new",
            Verdict::Changed(_) => "sync-is-changed",
            Verdict::Back => "sync-is-back",
            Verdict::Gone => "sync-is-gone",
            Verdict::Unclear => "sync-is-unclear",
            Verdict::Wrong(_) => "sync-is-wrong",
        }
    }

    fn colour(&self, line: &Line) -> &'static str {
        match line.verdict {
            Verdict::New | Verdict::Back => "good",
            Verdict::Changed(_) => "info",
            Verdict::Gone | Verdict::Unclear => "warn",
            Verdict::Wrong(_) => "bad",
        }
    }

    fn counts(&self, synced: &Synced) -> String {
        let it = &synced.outcome;
        let said = [
            ("new", it.new),
            ("changed", it.changed),
            ("back", it.back),
            ("gone", it.gone),
            ("same", it.same),
            ("unclear", it.unclear),
            ("wrong", it.wrong),
        ];
        let named = said.iter().filter(|(_, count)| *count > 0);
        let all: Vec<String> =
            named.map(|(name, count)| self.frame.t1(&format!("sync-count-{name}"), "n", *count)).collect();
        if all.is_empty() { self.frame.t("sync-nobody") } else { all.join(", ") }
    }

    /// Lines beyond those that are kept.
    fn hidden(&self, synced: &Synced) -> usize {
        let it = &synced.outcome;
        (it.due() + it.unclear + it.wrong).saturating_sub(it.lines.len())
    }
}

fn directory(app: &App, viewer: &Viewer) -> Result<LdapSettings, Problem> {
    let me = viewer.must_be_signed_in()?;
    if !access::may_somewhere(me, Doing::SyncPeople) {
        return Err(Problem::Forbidden);
    }
    app.settings.sign_in.ldap.clone().ok_or(Problem::NotFound)
}

async fn page(
    app: &App,
    viewer: &Viewer,
    settings: LdapSettings,
    looked: Option<Synced>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let last = app.db.read(|r| newest(r, SHOWN)).await?;
    let page = Page {
        frame: Frame::titled(app, viewer, "sync-title"),
        url: settings.url,
        people: settings.people,
        is_nightly: settings.sync,
        percent: settings.stop_above_percent,
        looked,
        last,
    };
    answer::page(status, &page.frame, &page)
}

/// A comparison as a program is told it.
fn told(synced: &Synced) -> Json {
    let it = &synced.outcome;
    let line = |line: &Line| {
        let (verdict, detail) = match &line.verdict {
            Verdict::New => ("new", String::new()),
            Verdict::Changed(fields) => ("changed", fields.join(", ")),
            Verdict::Back => ("back", String::new()),
            Verdict::Gone => ("gone", String::new()),
            Verdict::Unclear => ("unclear", String::new()),
            Verdict::Wrong(reason) => ("wrong", reason.sentence(Language::English, false)),
        };
        json!({ "name": line.name, "username": line.username, "verdict": verdict, "detail": detail })
    };
    json!({
        "at": synced.at, "was_done": synced.was_done, "fault": synced.fault, "is_stopped": it.is_stopped,
        "known": it.known, "new": it.new, "changed": it.changed, "back": it.back, "gone": it.gone, "same": it.same,
        "unclear": it.unclear, "wrong": it.wrong, "lines": it.lines.iter().map(line).collect::<Vec<_>>(),
    })
}

async fn show(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    let settings = directory(&app, &viewer)?;
    if viewer.by_api() {
        let last = app.db.read(|r| newest(r, SHOWN)).await?;
        let last: Vec<Json> = last.iter().map(told).collect();
        return answer::data(StatusCode::OK, &json!({ "comparisons": last }));
    }
    page(&app, &viewer, settings, None, StatusCode::OK).await
}

async fn go(State(app): State<App>, viewer: Viewer, form: FormData) -> Result<Response, Problem> {
    let settings = directory(&app, &viewer)?;
    let how = How {
        dry_run: form.text("step") != "enter",
        even_if_many_gone: form.given("even_if_many_gone").is_some(),
    };
    let synced = sync(&app, how, viewer.actor()).await?;
    if viewer.by_api() {
        return answer::data(StatusCode::OK, &told(&synced));
    }
    if synced.was_done {
        return answer::done(&viewer, "/people/sync", "people-synced", &json!({}));
    }
    let status = if synced.fault.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    page(&app, &viewer, settings, Some(synced), status).await
}
