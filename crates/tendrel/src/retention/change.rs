//! An operator changes how long what is kept, or has removed now what is due.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use database::{Error, Transaction};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::app::App;
use crate::directory::answer;
use crate::events::{self, Actor};
use crate::frame::form::{FormData, Wrong};
use crate::frame::{self, Frame, see_other};
use crate::jobs;
use crate::problem::Problem;
use crate::retention::rule::{Rule, What};
use crate::retention::{run, show, store};
use crate::settings::SHORT_TEXT_LIMIT;
use crate::system::must_run_the_system;
use crate::viewer::Viewer;

/// A hundred years.
const DAYS: i64 = 36_500;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/system/retention/rules", post(set))
        .route("/api/v1/system/retention/rules", post(set))
        .route("/system/retention/rules/{id}/end", post(end))
        .route("/api/v1/system/retention/rules/{id}/end", post(end))
        .route("/system/retention/run", post(remove_now))
        .route("/api/v1/system/retention/run", post(remove_now))
}

/// What was typed, as a rule; what is wrong is noted.
fn check(app: &App, frame: &Frame, viewer: &Viewer, form: &FormData, wrong: &mut Wrong) -> Option<Rule> {
    let what = What::from_code(form.text("what"));
    if what.is_none() {
        wrong.note("what", frame.t("retention-what-missing"));
    }
    let (kind, service) = match form.text("of").split_once(':') {
        Some(("kind", kind)) => (kind, ""),
        Some(("service", code)) => ("", code),
        _ => ("", ""),
    };
    let known = app.catalogue.now().services.iter().any(|it| it.definition.code == service);
    let is_known = match form.text("of") {
        "" => true,
        _ => matches!(kind, "incident" | "service_request") || known,
    };
    if !is_known || !form.text("of").is_empty() && what.is_some_and(|what| !what.is_of_cases()) {
        wrong.note("of", frame.t("retention-of-wrong"));
    }
    let days = form.number("days").filter(|days| (1..=DAYS).contains(days));
    if days.is_none() {
        wrong.note("days", frame.t("retention-days-wrong"));
    }
    let reason = form.text("reason");
    if reason.is_empty() || reason.chars().count() > SHORT_TEXT_LIMIT {
        wrong.note("reason", frame.t("retention-reason-missing"));
    }
    let today = run::today(app);
    let typed = form.given("from").unwrap_or(&today);
    // Days are compared as they are written, so they are written in one way only.
    let from = typed.parse::<Date>().ok().map(|day| day.to_string()).filter(|from| *from >= today);
    if from.is_none() {
        wrong.note("from", frame.t("retention-from-wrong"));
    }
    if !wrong.is_empty() {
        return None;
    }
    Some(Rule {
        id: Uuid::now_v7(),
        what: what?,
        kind: kind.to_owned(),
        service: service.to_owned(),
        days: days?,
        reason: reason.to_owned(),
        valid_from: from?,
        valid_to: None,
        changed_by: viewer.actor().name,
    })
}

async fn set(State(app): State<App>, viewer: Viewer, form: FormData) -> Result<Response, Problem> {
    must_run_the_system(&viewer)?;
    let frame = Frame::titled(&app, &viewer, "retention-title");
    let mut wrong = Wrong::default();
    let Some(rule) = check(&app, &frame, &viewer, &form, &mut wrong) else {
        if viewer.by_api() {
            return Ok(answer::wrong_fields(&wrong));
        }
        return show::page(&app, &viewer, Some((form, wrong))).await;
    };
    let (actor, now, id) = (viewer.actor(), viewer.now, rule.id);
    app.db.write(move |tx| set_rule(tx, &rule, actor.clone(), now)).await?;
    if viewer.by_api() {
        return Ok(frame::json(StatusCode::CREATED, &json!({ "id": id })));
    }
    Ok(see_other("/system/retention?done=retention-set"))
}

/// It takes the place of the one for the same things.
///
/// # Errors
/// Those of the database.
pub fn set_rule(tx: &mut Transaction, rule: &Rule, actor: Actor, now: Timestamp) -> Result<(), Error> {
    tx.lock("retention_rules")?;
    store::end_same(tx, rule)?;
    store::insert(tx, rule)?;
    record(tx, rule, "set", actor, now)
}

async fn end(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    must_run_the_system(&viewer)?;
    let id = Uuid::parse_str(&id).map_err(|_| Problem::NotFound)?;
    let (actor, now, today) = (viewer.actor(), viewer.now, run::today(&app));
    app.db
        .write(move |tx| -> Result<(), Problem> {
            let rule = store::end(tx, id, &today)?.ok_or(Problem::NotFound)?;
            Ok(record(tx, &rule, "ended", actor.clone(), now)?)
        })
        .await?;
    if viewer.by_api() {
        return Ok(frame::json(StatusCode::OK, &json!({ "id": id })));
    }
    Ok(see_other("/system/retention?done=retention-ended"))
}

fn record(
    tx: &mut Transaction,
    rule: &Rule,
    activity: &str,
    actor: Actor,
    now: Timestamp,
) -> Result<(), Error> {
    let detail: Json = json!({
        "what": rule.what.code(), "kind": rule.kind, "service": rule.service, "days": rule.days,
        "reason": rule.reason, "from": rule.valid_from, "to": rule.valid_to,
    });
    events::note(tx, "retention_rule", rule.id, actor, activity, detail, now)
}

async fn remove_now(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    must_run_the_system(&viewer)?;
    let now = viewer.now;
    app.db.write(move |tx| jobs::hasten(tx, run::JOB, now)).await?;
    if viewer.by_api() {
        return Ok(frame::json(StatusCode::ACCEPTED, &json!({ "begun": true })));
    }
    Ok(see_other("/system/retention?done=retention-begun"))
}
