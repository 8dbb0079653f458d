//! What is kept how long, what is due, and what was removed: for operators and auditors.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use database::Error;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::desk::store::forget;
use crate::frame::form::{FormData, Wrong};
use crate::frame::{self, Frame};
use crate::problem::Problem;
use crate::retention::rule::{Rule, What};
use crate::retention::store::Removal;
use crate::retention::{run, store};
use crate::system::must_look_after;
use crate::viewer::Viewer;

/// Lines of the log that are shown, and cases that are looked at to say what is due.
const LINES: i64 = 50;
const LOOKED_AT: i64 = 2_000;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/system/retention", get(show)).route("/api/v1/system/retention", get(show))
}

#[derive(Template)]
#[template(path = "retention/page.html")]
struct Page {
    frame: Frame,
    told: Told,
    today: String,
    services: Vec<(String, String)>,
    may_change: bool,
    form: FormData,
    wrong: Wrong,
}

/// What the page shows, read in one snapshot.
struct Told {
    rules: Vec<Rule>,
    due: run::Counts,
    log: Vec<Removal>,
    last: Option<Timestamp>,
    kept: i64,
}

impl Page {
    fn what(&self, rule: &Rule) -> String {
        self.frame.t(&format!("retention-{}", rule.what.code().replace('_', "-")))
    }

    /// Of which cases; the name of the service where it is known.
    fn of(&self, rule: &Rule) -> String {
        if !rule.kind.is_empty() {
            return self.frame.t(&format!("retention-kind-{}", rule.kind.replace('_', "-")));
        }
        let code = format!("service:{}", rule.service);
        let known = self.services.iter().find(|(value, _)| *value == code);
        known.map_or_else(|| rule.service.clone(), |(_, name)| name.clone())
    }

    fn due(&self, rule: &Rule) -> String {
        let due = self.told.due.iter().find(|(known, _)| known.id == rule.id);
        match due {
            Some((_, count)) if *count >= LOOKED_AT => self.frame.t1("retention-due-many", "n", LOOKED_AT),
            Some((_, count)) => count.to_string(),
            None => String::new(),
        }
    }

    fn holds_from_later(&self, rule: &Rule) -> bool {
        rule.valid_from > self.today
    }

    fn by(&self, removal: &Removal) -> String {
        if removal.by.is_empty() { self.frame.t("retention-nightly") } else { removal.by.clone() }
    }

    fn whats(&self) -> Vec<(String, String)> {
        let name = |what: What| self.frame.t(&format!("retention-{}", what.code().replace('_', "-")));
        What::ALL.map(|what| (what.code().to_owned(), name(what))).into()
    }

    /// Everything, one kind, or one service.
    fn ofs(&self) -> Vec<(String, String)> {
        let mut all = vec![(String::new(), self.frame.t("retention-of-all"))];
        for kind in ["incident", "service_request"] {
            let name = self.frame.t(&format!("retention-kind-{}", kind.replace('_', "-")));
            all.push((format!("kind:{kind}"), name));
        }
        all.extend(self.services.clone());
        all
    }
}

async fn show(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    must_look_after(&viewer)?;
    if viewer.by_api() {
        let told = read(&app).await?;
        return Ok(frame::json(StatusCode::OK, &data(&told)));
    }
    page(&app, &viewer, None).await
}

/// The page, or the page with a form that came back.
pub(super) async fn page(
    app: &App,
    viewer: &Viewer,
    again: Option<(FormData, Wrong)>,
) -> Result<Response, Problem> {
    let told = read(app).await?;
    let catalogue = app.catalogue.now();
    let services = catalogue.services.iter().filter(|service| !service.withdrawn);
    let status = if again.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut frame = Frame::titled(app, viewer, "retention-title");
    frame.has_mistakes = again.is_some();
    let (form, wrong) = again.unwrap_or_default();
    let page = Page {
        today: run::today(app),
        services: services
            .map(|it| (format!("service:{}", it.definition.code), it.definition.name.clone()))
            .collect(),
        may_change: frame.runs_the_system(),
        frame,
        told,
        form,
        wrong,
    };
    frame::page(status, &page)
}

async fn read(app: &App) -> Result<Told, Problem> {
    let own = app.clone();
    let read = app.db.read(move |r| {
        Ok::<_, Error>(Told {
            rules: store::current(r, &run::today(&own))?,
            due: run::survey(&own, r, LOOKED_AT)?,
            log: store::log(r, LINES)?,
            last: store::last_run(r)?,
            kept: forget::kept(r)?,
        })
    });
    Ok(read.await?)
}

fn data(told: &Told) -> Json {
    let rule = |rule: &Rule| {
        let due = told.due.iter().find(|(known, _)| known.id == rule.id).map(|(_, count)| *count);
        json!({
            "id": rule.id, "what": rule.what.code(), "kind": rule.kind, "service": rule.service,
            "days": rule.days, "reason": rule.reason, "from": rule.valid_from, "to": rule.valid_to,
            "changed_by": rule.changed_by, "due": due,
        })
    };
    let log = told.log.iter().map(|it| {
        json!({
            "at": it.at, "run": it.run, "begun_by": it.by, "rule": it.rule.id, "what": it.rule.what.code(),
            "removed": it.removed,
        })
    });
    json!({
        "rules": told.rules.iter().map(rule).collect::<Vec<_>>(),
        "removed": log.collect::<Vec<_>>(),
        "last_run_at": told.last,
        "cases_kept": told.kept,
    })
}
