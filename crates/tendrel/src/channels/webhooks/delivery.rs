//! What is sent: thin, so that nothing personal leaves the house. Who needs more asks the API, by the number.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::id::{DeliveryId, WebhookId};

/// Pauses after each failure; after the last it is given up. Three days in all.
const PAUSES: [SignedDuration; 9] = [
    SignedDuration::from_secs(5),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(5),
    SignedDuration::from_hours(10),
    SignedDuration::from_hours(14),
    SignedDuration::from_hours(20),
    SignedDuration::from_hours(24),
];

/// When it is sent again that failed so often; never after the last.
pub(super) fn next_try(failed: i64, now: Timestamp) -> Option<Timestamp> {
    let pause = PAUSES.get(usize::try_from(failed - 1).ok()?)?;
    Some(now + *pause)
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Delivered,
    GivenUp,
    /// The request became confidential before it was sent.
    Withheld,
}

impl Outcome {
    pub(super) fn code(self) -> &'static str {
        match self {
            Outcome::Delivered => "delivered",
            Outcome::GivenUp => "given_up",
            Outcome::Withheld => "withheld",
        }
    }
}

/// An event for one receiver.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Delivery {
    pub(super) id: DeliveryId,
    pub(super) endpoint: WebhookId,
    pub(super) subject: Uuid,
    /// Of the event.
    pub(super) number: i64,
    pub(super) activity: String,
    /// Empty for a trial.
    pub(super) request_number: String,
    pub(super) body: String,
    pub(super) happened_at: Timestamp,
}

/// What a receiver learns of a request.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Told<'a> {
    pub(super) number: &'a str,
    pub(super) unit: &'a str,
    pub(super) service: &'a str,
    pub(super) state: &'a str,
    pub(super) priority: i64,
    pub(super) activity: &'a str,
    /// When it happened; a letter may have come days before it was typed in.
    pub(super) at: Timestamp,
    /// Number of the event among those of the request.
    pub(super) event: i64,
}

/// The body, in version 1 of its form. `written_at`: when it was recorded.
pub(super) fn body(told: &Told<'_>, written_at: Timestamp) -> String {
    let Told { number, unit, service, state, priority, activity, at, event } = told;
    let data = json!({
        "number": number, "unit": unit, "service": service, "state": state, "priority": priority,
        "activity": activity, "at": at, "event": event,
    });
    whole(&format!("request.{activity}"), &data, written_at)
}

/// The body of a trial.
pub(super) fn trial(unit: Option<&str>, now: Timestamp) -> String {
    whole("webhook.trial", &json!({ "unit": unit }), now)
}

fn whole(kind: &str, data: &Json, at: Timestamp) -> String {
    json!({ "type": kind, "version": 1, "timestamp": at, "data": data }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pauses_grow_over_three_days() {
        let begin = Timestamp::UNIX_EPOCH;
        let mut at = begin;
        for failed in 1..=9 {
            let next = next_try(failed, at).unwrap();
            assert!(next > at);
            at = next;
        }
        assert_eq!(next_try(10, at), None);
        let hours = at.duration_since(begin).as_hours();
        assert!((72..=84).contains(&hours), "{hours}");
    }
}
