//! Finds in the event log what a receiver is to be told. Each has a place up to which it was told.
//!
//! Events are found by when they were written, and of two writers the earlier may commit later: each look goes back over
//! the last seconds, and what it finds again is known by its number.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::app::App;
use crate::channels::webhooks::delivery::{self, Delivery, Told};
use crate::channels::webhooks::endpoint::Endpoint;
use crate::channels::webhooks::store::happenings::{self, Happening, PAGE, Place};
use crate::channels::webhooks::store::{self, deliveries};
use crate::id::DeliveryId;
use crate::problem::Problem;

/// Longer than a transaction may take, and than the clocks of nodes differ.
const BACK: SignedDuration = SignedDuration::from_secs(20);
/// The place is kept so often when nothing is to be told: looking again costs less than a write.
const KEEP_EVERY: SignedDuration = SignedDuration::from_mins(1);
/// What was written down so long after it happened is history that was taken over.
const HISTORY: SignedDuration = SignedDuration::from_hours(24 * 31);

/// Lets wait for each receiver what happened since the last look.
///
/// # Errors
/// When the database refuses; the next look finds the same.
pub(super) async fn gather(app: &App) -> Result<(), Problem> {
    for endpoint in app.db.read(store::on).await? {
        gather_for(app, endpoint).await?;
    }
    Ok(())
}

async fn gather_for(app: &App, endpoint: Endpoint) -> Result<(), Problem> {
    let settled = app.clock.now() - BACK;
    let mut after: Place = (endpoint.read_to - SignedDuration::from_micros(1), Uuid::max(), i64::MAX);
    loop {
        let id = endpoint.id;
        let found = app.db.read(move |r| happenings::after(r, id, after)).await?;
        let is_last = found.len() < PAGE;
        let Some((last, _)) = found.last() else { return keep(app, &endpoint, settled, Vec::new()).await };
        after = *last;
        let waiting: Vec<Delivery> =
            found.iter().filter_map(|(place, found)| told(app, &endpoint, *place, found.as_ref()?)).collect();
        let read_to = if is_last { settled } else { settled.min(after.0) };
        keep(app, &endpoint, read_to, waiting).await?;
        if is_last {
            return Ok(());
        }
    }
}

/// What a receiver is told of an event, if anything.
fn told(
    app: &App,
    endpoint: &Endpoint,
    (written_at, subject, event): Place,
    found: &Happening,
) -> Option<Delivery> {
    let Happening { at, activity, detail, request_number, unit, service, priority } = found;
    let text = |key: &str| detail.get(key).and_then(Json::as_str).unwrap_or_default();
    let is_theirs = endpoint.unit.is_none_or(|own| {
        // The unit that gave it away is told too: it would otherwise never hear of it again.
        let gave_it = || app.calendars.unit(own).is_some_and(|own| own.name == text("from"));
        own == *unit || activity == "handed_over" && gave_it()
    });
    if !is_theirs || !endpoint.wants(activity) || written_at.duration_since(*at) > HISTORY {
        return None;
    }
    let (units, catalogue) = (app.calendars.unit(*unit), app.catalogue.now());
    let told = Told {
        number: request_number,
        unit: units.as_ref().map_or("", |unit| &unit.code),
        service: catalogue.service(*service).map_or("", |service| &service.definition.code),
        state: text("state"),
        priority: *priority,
        activity,
        at: *at,
        event,
    };
    Some(Delivery {
        id: DeliveryId::new(app.clock.now()),
        endpoint: endpoint.id,
        subject,
        number: event,
        activity: activity.clone(),
        request_number: request_number.clone(),
        body: delivery::body(&told, written_at),
        happened_at: written_at,
    })
}

async fn keep(
    app: &App,
    endpoint: &Endpoint,
    read_to: Timestamp,
    waiting: Vec<Delivery>,
) -> Result<(), Problem> {
    if waiting.is_empty() && read_to < endpoint.read_to + KEEP_EVERY {
        return Ok(());
    }
    let (id, now) = (endpoint.id, app.clock.now());
    app.db
        .write(move |tx| {
            for delivery in &waiting {
                deliveries::insert(tx, delivery, now)?;
            }
            store::move_on(tx, id, read_to)
        })
        .await?;
    Ok(())
}
