//! One delivery: what was sent, and what the receiver said each time.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use database::Error;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::channels::webhooks::show::{colour, event_name, find};
use crate::channels::webhooks::store::deliveries::{self, Attempt, Logged};
use crate::frame::{self, Frame};
use crate::id::{DeliveryId, WebhookId};
use crate::problem::Problem;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/webhooks/{id}/deliveries/{delivery}", get(show))
        .route("/api/v1/webhooks/{id}/deliveries/{delivery}", get(show))
}

#[derive(Template)]
#[template(path = "channels/webhooks/delivery.html")]
struct Page {
    frame: Frame,
    endpoint: WebhookId,
    endpoint_name: String,
    it: Logged,
    body: String,
    attempts: Vec<Attempt>,
}

impl Page {
    fn colour(&self) -> &'static str {
        colour(&self.it.outcome)
    }
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path((id, delivery)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (_, endpoint) = find(&app, &viewer, &id).await?;
    let (of, id) = (endpoint.id, DeliveryId::parse(&delivery).ok_or(Problem::NotFound)?);
    let found = app.db.read(move |r| {
        let attempts = deliveries::attempts(r, id)?;
        Ok::<_, Error>(deliveries::get(r, of, id)?.map(|(it, body)| (it, body, attempts)))
    });
    let (it, body, attempts) = found.await?.ok_or(Problem::NotFound)?;
    let sent: Json = serde_json::from_str(&body).map_err(anyhow::Error::from)?;
    if viewer.by_api() {
        let body = json!({ "delivery": it, "sent": sent, "attempts": attempts });
        return Ok(frame::json(StatusCode::OK, &body));
    }
    let mut frame = Frame::new(&app, &viewer, "");
    frame.title = event_name(&frame, &it.activity);
    let body = serde_json::to_string_pretty(&sent).map_err(anyhow::Error::from)?;
    let page = Page { frame, endpoint: of, endpoint_name: endpoint.name, it, body, attempts };
    frame::page(StatusCode::OK, &page)
}
