//! On, off, a new secret, a trial, and away with it.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use database::{Error, Transaction};
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::channels::webhooks::delivery::{self, Delivery};
use crate::channels::webhooks::endpoint::{Endpoint, Off};
use crate::channels::webhooks::show::{find, page_of};
use crate::channels::webhooks::store::deliveries;
use crate::channels::webhooks::{done, signature, store};
use crate::events;
use crate::frame;
use crate::frame::form::FormData;
use crate::id::DeliveryId;
use crate::problem::Problem;
use crate::viewer::Viewer;

/// How long the secret before the new one signs too.
const BOTH_SIGN: SignedDuration = SignedDuration::from_hours(24);

pub(super) fn routes() -> Router<App> {
    let mut router = Router::new();
    for root in ["", "/api/v1"] {
        router = router
            .route(&format!("{root}/webhooks/{{id}}/on"), post(on))
            .route(&format!("{root}/webhooks/{{id}}/off"), post(off))
            .route(&format!("{root}/webhooks/{{id}}/rotate"), post(rotate))
            .route(&format!("{root}/webhooks/{{id}}/trial"), post(trial))
            .route(&format!("{root}/webhooks/{{id}}/remove"), post(remove));
    }
    router
}

/// Changes a receiver and says so in the record, in one transaction.
async fn act(
    app: &App,
    viewer: &Viewer,
    endpoint: &Endpoint,
    (activity, detail): (&'static str, Json),
    change: impl Fn(&mut Transaction) -> Result<bool, Error> + Clone + Send + 'static,
) -> Result<(), Problem> {
    let (id, actor, now) = (endpoint.id, viewer.actor(), viewer.now);
    app.db
        .write(move |tx| {
            // What is so already stays so.
            if change(tx)? {
                events::note(tx, "webhook", id.uuid(), actor.clone(), activity, detail.clone(), now)?;
            }
            Ok::<_, Error>(())
        })
        .await?;
    Ok(())
}

async fn on(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    form: FormData,
) -> Result<Response, Problem> {
    let (_, endpoint) = find(&app, &viewer, &id).await?;
    let (id, from) = (endpoint.id, form.given("skip").map(|_| viewer.now));
    let said = ("switched_on", json!({ "skipped": from.is_some() }));
    act(&app, &viewer, &endpoint, said, move |tx| store::switch_on(tx, id, from)).await?;
    Ok(done(&viewer, &format!("/webhooks/{id}"), "webhook-on", &json!({ "is_on": true })))
}

async fn off(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let (_, endpoint) = find(&app, &viewer, &id).await?;
    let (id, now) = (endpoint.id, viewer.now);
    let said = ("switched_off", json!({ "why": Off::ByHand.code() }));
    act(&app, &viewer, &endpoint, said, move |tx| store::switch_off(tx, id, Off::ByHand, now)).await?;
    Ok(done(&viewer, &format!("/webhooks/{id}"), "webhook-off", &json!({ "is_on": false })))
}

async fn rotate(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let (_, endpoint) = find(&app, &viewer, &id).await?;
    let (id, until, secret) = (endpoint.id, viewer.now + BOTH_SIGN, signature::new_secret());
    let sealed = app.vault.seal(id.uuid().as_bytes(), &secret).map_err(anyhow::Error::from)?;
    let said = ("secret_renewed", json!({}));
    act(&app, &viewer, &endpoint, said, move |tx| store::rotate(tx, id, &sealed, until).map(|()| true))
        .await?;
    let secret = signature::written(&secret);
    if viewer.by_api() {
        let body = json!({ "secret": secret, "old_secret_until": until });
        return Ok(frame::json(StatusCode::OK, &body));
    }
    let mut page = page_of(&app, &viewer, id, None).await?;
    page.secret = Some(secret);
    frame::page(StatusCode::OK, &page)
}

/// Lets a trial wait; it is sent like everything else.
async fn trial(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let (_, endpoint) = find(&app, &viewer, &id).await?;
    if endpoint.off.is_some() {
        return Err(Problem::Input("webhook-trial-off"));
    }
    let unit = endpoint.unit.and_then(|unit| app.calendars.unit(unit)).map(|unit| unit.code);
    let (now, id) = (viewer.now, DeliveryId::new(viewer.now));
    let body = delivery::trial(unit.as_deref(), now);
    let endpoint = endpoint.id;
    app.db
        .write(move |tx| {
            let trial = Delivery {
                id,
                endpoint,
                subject: endpoint.uuid(),
                number: deliveries::next_trial(tx, endpoint)?,
                activity: "trial".to_owned(),
                request_number: String::new(),
                body: body.clone(),
                happened_at: now,
            };
            deliveries::insert(tx, &trial, now)
        })
        .await?;
    let way = format!("/webhooks/{endpoint}/deliveries/{id}");
    Ok(done(&viewer, &way, "webhook-trial", &json!({ "delivery": id })))
}

async fn remove(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let (_, endpoint) = find(&app, &viewer, &id).await?;
    let id = endpoint.id;
    let said = ("removed", json!({ "name": endpoint.name }));
    act(&app, &viewer, &endpoint, said, move |tx| store::remove(tx, id).map(|()| true)).await?;
    Ok(done(&viewer, "/webhooks", "webhook-removed", &json!({ "removed": true })))
}
