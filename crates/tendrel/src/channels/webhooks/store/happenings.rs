//! The event log, as it is read for one receiver.

use database::{Error, Reader};
use jiff::Timestamp;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::id::{OrganisationId, ServiceId, WebhookId};

/// Events that one question looks at.
pub(in crate::channels::webhooks) const PAGE: usize = 500;

/// Where among the events: when one was written, of what, its number.
pub(in crate::channels::webhooks) type Place = (Timestamp, Uuid, i64);

/// An event that was not told yet, with its request as it is now.
#[derive(Clone, Debug)]
pub(in crate::channels::webhooks) struct Happening {
    pub(in crate::channels::webhooks) at: Timestamp,
    pub(in crate::channels::webhooks) activity: String,
    pub(in crate::channels::webhooks) detail: Json,
    pub(in crate::channels::webhooks) request_number: String,
    pub(in crate::channels::webhooks) unit: OrganisationId,
    pub(in crate::channels::webhooks) service: ServiceId,
    pub(in crate::channels::webhooks) priority: i64,
}

/// The events after a place, in the order in which they were written; those without a happening are of other things, of
/// confidential requests, or told already.
pub(in crate::channels::webhooks) fn after(
    r: &mut Reader,
    endpoint: WebhookId,
    (written_at, subject, number): Place,
) -> Result<Vec<(Place, Option<Happening>)>, Error> {
    r.rows(
        "SELECT e.written_at AS written_at, e.subject_id AS subject_id, e.number AS event, e.at AS at,
                e.activity AS activity, e.detail AS detail, q.number AS request_number, q.unit_id AS unit_id,
                q.service_id AS service_id, q.priority AS priority, d.id AS told
         FROM (SELECT written_at, subject_id, number, at, activity, detail FROM events
               WHERE (written_at, subject_id, number) > ($1, $2, $3)
               ORDER BY written_at, subject_id, number LIMIT $4) e
         LEFT JOIN requests q ON q.id = e.subject_id AND q.confidential = 0
         LEFT JOIN webhook_deliveries d
              ON d.endpoint_id = $5 AND d.subject_id = e.subject_id AND d.number = e.number
         ORDER BY e.written_at, e.subject_id, e.number",
        &[written_at.into(), subject.into(), number.into(), (PAGE as i64).into(), endpoint.into()],
        |row| {
            let place = (row.get("written_at")?, row.get("subject_id")?, row.get("event")?);
            let request_number: Option<String> = row.get("request_number")?;
            let told: Option<Uuid> = row.get("told")?;
            let (Some(request_number), None) = (request_number, told) else { return Ok((place, None)) };
            let detail: String = row.get("detail")?;
            let happening = Happening {
                at: row.get("at")?,
                activity: row.get("activity")?,
                detail: serde_json::from_str(&detail).unwrap_or(Json::Null),
                request_number,
                unit: row.get("unit_id")?,
                service: row.get("service_id")?,
                priority: row.get("priority")?,
            };
            Ok((place, Some(happening)))
        },
    )
}
