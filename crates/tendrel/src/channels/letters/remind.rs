//! Reminds somebody that a request waits for their answer: some working days after it was put on hold, and once more.
//!
//! Told twice it writes nothing new: both reminders of a hold are known by the event that began it.

use database::Transaction;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::channels::letters::kind::Kind;
use crate::channels::letters::values::{self, About};
use crate::channels::letters::{say, tell};
use crate::channels::sms;
use crate::desk::request::State;
use crate::desk::store::sms::Sms;
use crate::id::RequestId;
use crate::jobs;
use crate::problem::Problem;

/// Kind of the job.
pub const JOB: &str = "remind";

#[derive(Debug, Serialize, Deserialize)]
struct Reminder {
    request: RequestId,
    /// Of the event that put it on hold.
    number: i64,
    /// The first is 0.
    turn: usize,
}

/// Plans the first reminder, if the event is a hold that waits for the requester.
pub fn plan(tx: &mut Transaction, app: &App, about: &About) -> Result<(), Problem> {
    let reason = about.event.detail.get("reason").and_then(Json::as_str).unwrap_or_default();
    let waits = about.desk.catalogue.hold_reason(reason).is_some_and(|it| it.waits_for == "requester");
    if about.event.activity == "held" && waits { plan_turn(tx, app, about, 0) } else { Ok(()) }
}

fn plan_turn(tx: &mut Transaction, app: &App, about: &About, turn: usize) -> Result<(), Problem> {
    let Some(days) = app.settings.letters.remind_after_days.get(turn) else { return Ok(()) };
    let Some(at) = app.calendars.of_unit(about.request.unit).add_days(about.event.at, *days) else {
        return Ok(());
    };
    let reminder = Reminder { request: about.request.id, number: about.event.number, turn };
    Ok(jobs::enqueue(tx, JOB, &json!(reminder), at, about.desk.now)?)
}

pub async fn run(app: &App, payload: &Json) -> Result<(), Problem> {
    let reminder: Reminder = serde_json::from_value(payload.clone()).map_err(anyhow::Error::from)?;
    if !app.mailer.is_on() && !app.mobile.is_on() {
        return Ok(());
    }
    let own = app.clone();
    app.db
        .write(move |tx| {
            let Some(about) = values::read(tx, &own, reminder.request, reminder.number)? else {
                return Ok(());
            };
            if !still_waits(&about) {
                return Ok(());
            }
            let to = tell::requester(tx, &own, &about)?;
            let text = sms::say::text(tx, &own, &about, Kind::Reminded, &to)?;
            let mut letter = say::letter(tx, &own, &about, Kind::Reminded, &to)?;
            if reminder.turn > 0 {
                letter.kind = format!("{}_{}", letter.kind, reminder.turn + 1);
            }
            let turn_of = letter.kind.clone();
            if own.mailer.is_on() && !letter.address.is_empty() {
                tell::write(tx, &own, letter, &about)?;
            }
            if let Some(text) = text {
                sms::say::write(tx, &own, Sms { kind: turn_of, ..text })?;
            }
            plan_turn(tx, &own, &about, reminder.turn + 1)
        })
        .await
}

/// On hold still, and since this very event.
fn still_waits(about: &About) -> bool {
    let since: Option<Timestamp> = about.hold.as_ref().map(|hold| hold.from);
    about.request.state == State::OnHold && since == Some(about.event.at)
}
