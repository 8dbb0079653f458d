//! Sends again what was sent before, under the same id: one delivery, or all of a span of days.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use database::Error;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

use crate::app::App;
use crate::channels::webhooks::done;
use crate::channels::webhooks::show::{find, page_of};
use crate::channels::webhooks::store::deliveries;
use crate::directory::answer::wrong_fields;
use crate::events;
use crate::frame;
use crate::frame::form::FormData;
use crate::id::DeliveryId;
use crate::problem::Problem;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    let mut router = Router::new();
    for root in ["", "/api/v1"] {
        router = router
            .route(&format!("{root}/webhooks/{{id}}/deliveries/{{delivery}}/replay"), post(one))
            .route(&format!("{root}/webhooks/{{id}}/replay"), post(span));
    }
    router
}

async fn one(
    State(app): State<App>,
    viewer: Viewer,
    Path((id, delivery)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (_, endpoint) = find(&app, &viewer, &id).await?;
    let (of, id) = (endpoint.id, DeliveryId::parse(&delivery).ok_or(Problem::NotFound)?);
    let (now, actor) = (viewer.now, viewer.actor());
    let detail = json!({ "delivery": id });
    let found = app.db.write(move |tx| {
        let found = deliveries::again(tx, of, id, now)?;
        if found {
            events::note(tx, "webhook", of.uuid(), actor.clone(), "sent_again", detail.clone(), now)?;
        }
        Ok::<_, Error>(found)
    });
    if !found.await? {
        return Err(Problem::NotFound);
    }
    let way = format!("/webhooks/{of}/deliveries/{id}");
    Ok(done(&viewer, &way, "webhook-again", &json!({ "waiting": 1 })))
}

/// The first instant of a day and of the day after.
fn begins(app: &App, day: Date) -> Option<(Timestamp, Timestamp)> {
    let zone = app.calendars.zone();
    let at = |day: Date| Some(day.to_zoned(zone.clone()).ok()?.timestamp());
    Some((at(day)?, at(day.tomorrow().ok()?)?))
}

async fn span(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    form: FormData,
) -> Result<Response, Problem> {
    let (_, endpoint) = find(&app, &viewer, &id).await?;
    let mut page = page_of(&app, &viewer, endpoint.id, None).await?;
    let day = |name: &str| form.text(name).parse::<Date>().ok().and_then(|day| begins(&app, day));
    let (from, to) = (day("from"), day("to"));
    for (name, day) in [("from", from), ("to", to)] {
        if day.is_none() {
            let sentence = page.frame.t("directory-no-day");
            page.wrong.note(name, sentence);
        }
    }
    if from.zip(to).is_some_and(|(from, to)| from.0 >= to.1) {
        let sentence = page.frame.t("webhook-to-before");
        page.wrong.note("to", sentence);
    }
    let which = form.text("which").to_owned();
    if !["given_up", "all"].contains(&which.as_str()) {
        let sentence = page.frame.t("webhook-which-missing");
        page.wrong.note("which", sentence);
    }
    let (Some((from, _)), Some((_, to)), true) = (from, to, page.wrong.is_empty()) else {
        if viewer.by_api() {
            return Ok(wrong_fields(&page.wrong));
        }
        page.frame.has_mistakes = true;
        page.form = form;
        return frame::page(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let (of, now, actor) = (endpoint.id, viewer.now, viewer.actor());
    let waiting = app
        .db
        .write(move |tx| {
            let waiting = deliveries::span_again(tx, of, (from, to), which == "given_up", now)?;
            let detail = json!({ "from": from, "to": to, "which": which, "count": waiting });
            events::note(tx, "webhook", of.uuid(), actor.clone(), "sent_again", detail, now)?;
            Ok::<_, Error>(waiting)
        })
        .await?;
    Ok(done(&viewer, &format!("/webhooks/{of}"), "webhook-again", &json!({ "waiting": waiting })))
}
