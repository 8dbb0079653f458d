//! The promises computed again: after a late holiday, a corrected calendar or another target; and from the event log
//! alone, for who does not believe the stored ones.
//!
//! The job may be told twice: a promise that is already right is left alone.

use database::{Reader, Transaction};
use jiff::Timestamp;
use serde_json::Value as Json;

use crate::app::App;
use crate::desk::promise::Promise;
use crate::desk::request::{Hold, Request, State, StoredPromise};
use crate::desk::save::{Desk, Happened};
use crate::desk::store::{self, waiting};
use crate::events::{self, Actor, Event};
use crate::id::RequestId;
use crate::problem::Problem;

/// The kind of the job that whoever changes a calendar, a holiday or a target adds to their transaction.
pub const RECOMPUTE_PROMISES: &str = "recompute_promises";

/// Computes the clocks of all open requests again, and says in the log of each what moved.
pub async fn run(app: &App) -> Result<(), Problem> {
    app.refresh().await?;
    for id in app.db.read(waiting::open).await? {
        let desk = Desk::new(app);
        let done = app.db.write(move |tx| again(tx, &desk, id)).await;
        match done {
            // Somebody saved it meanwhile, under the new calendar.
            Ok(()) | Err(Problem::Changed) => {}
            Err(problem) => return Err(problem),
        }
    }
    Ok(())
}

fn again(tx: &mut Transaction, desk: &Desk, id: RequestId) -> Result<(), Problem> {
    let Some(before) = store::by_id(tx, id)?.filter(|request| request.state.is_open()) else {
        return Ok(());
    };
    let holds = store::holds(tx, id)?;
    let now = desk.promise(&before, &holds).stored();
    let was = &before.promise;
    let paused = holds.iter().any(|hold| hold.to.is_none() && hold.pauses);
    // While a clock stands still its end moves with every minute: only a new target is news then.
    let moved = now.response_due != was.response_due
        || now.target != was.target
        || (!paused && now.resolution_due != was.resolution_due);
    if !moved {
        return Ok(());
    }
    let micros = |at: Option<Timestamp>| at.map(Timestamp::as_microsecond);
    let happened = Happened::now(desk, Actor::program(), "promise_changed")
        .with("response_from", micros(was.response_due))
        .with("response_to", micros(now.response_due))
        .with("resolution_from", micros(was.resolution_due))
        .with("resolution_to", micros(now.resolution_due));
    let mut after = before.clone();
    desk.save(tx, &before, &mut after, happened)
}

/// The promise of a request out of its events alone, as of its last one.
pub fn from_log(r: &mut Reader, desk: &Desk, request: &Request) -> Result<StoredPromise, Problem> {
    let events = events::of_subject(r, request.id.uuid())?;
    let told = retold(request, &events);
    let holds = holds_of(&events);
    let then = events.last().map_or(desk.now, |event| event.written_at);
    let desk = Desk { now: then, ..desk.clone() };
    let computed: Promise = desk.promise(&told, &holds);
    Ok(computed.stored())
}

/// The request with the instants its clocks run on taken from the log instead of from its row.
fn retold(request: &Request, events: &[Event]) -> Request {
    let mut told = request.clone();
    told.responded_at = None;
    told.resolved_at = None;
    told.complete_at = None;
    for event in events {
        let detail = &event.detail;
        match event.activity.as_str() {
            "received" => {
                told.received_at = event.at;
                told.complete_at =
                    detail.get("complete").and_then(Json::as_bool).unwrap_or(true).then_some(event.at);
            }
            "completed" => told.complete_at = Some(event.at),
            "resolved" => told.resolved_at = Some(event.at),
            "reopened" => told.resolved_at = None,
            _ => {}
        }
        if detail.get("responded").and_then(Json::as_bool) == Some(true) {
            told.responded_at = Some(event.at);
        }
    }
    told
}

/// The holds of a request out of its events: those with a reason, and the times between an end and a new beginning.
fn holds_of(events: &[Event]) -> Vec<Hold> {
    let mut holds: Vec<Hold> = Vec::new();
    for event in events {
        let text = |key: &str| event.detail.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        if text("state") != State::OnHold.code()
            && let Some(open) = holds.iter_mut().find(|hold| hold.to.is_none())
        {
            open.to = Some(event.at);
        }
        if event.activity == "held" {
            let pauses = event.detail.get("pauses").and_then(Json::as_bool).unwrap_or(false);
            let (reason, comment) = (text("reason"), text("comment"));
            holds.push(Hold { from: event.at, to: None, reason, comment, pauses });
        }
        let ended = event.detail.get("ended_at").and_then(Json::as_i64);
        if let Some(from) = ended.and_then(|at| Timestamp::from_microsecond(at).ok()) {
            let (reason, comment) = (String::new(), String::new());
            holds.push(Hold { from, to: Some(event.at), reason, comment, pauses: true });
        }
    }
    holds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::{given, reported, resolved};
    use crate::directory::calendars::mark_changed;
    use crate::jobs;
    use crate::testing::{Who, World};
    use crate::worker;

    async fn holiday_on(world: &World, day: &'static str) {
        let now = world.app.clock.now();
        world
            .app
            .db
            .write(move |tx| {
                tx.execute(
                    "INSERT INTO holidays (day, scope, name) VALUES ($1, '', 'A day of mourning')",
                    &[day.into()],
                )?;
                mark_changed(tx)?;
                jobs::enqueue(tx, RECOMPUTE_PROMISES, &Json::Null, now, now)
            })
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn a_late_holiday_moves_open_promises_and_says_so() {
        let world = World::new();
        let number = given(&world, reported(&world)).await.number;
        let due = world.number("SELECT resolution_due_at FROM requests");
        holiday_on(&world, "2026-11-20").await;
        worker::round(&world.app).await.unwrap();
        worker::round(&world.app).await.unwrap();
        assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE activity = 'promise_changed'"), 1);
        assert!(world.number("SELECT resolution_due_at FROM requests") > due);
        assert_eq!(world.number("SELECT COUNT(*) FROM jobs"), 0);
        let page = world.browser(Who::Karma).get(&format!("/requests/{number}")).await;
        page.must_have("The promise moved");
        page.must_have("A day of mourning");
    }

    #[tokio::test]
    async fn the_log_alone_gives_the_same_promise() {
        let world = World::new();
        let accepted = given(&world, reported(&world)).await;
        let number = accepted.number.as_str();
        let step = async |at: &str, act: &str, fields: &[(&str, &str)]| {
            world.set(at);
            // A new session each time: one night is longer than a session lasts without use.
            world.browser(Who::Karma).post(&format!("/requests/{number}/{act}"), fields).await.must_be(200);
            must_be_the_same(&world);
        };
        step("2026-11-19 09:20", "take", &[]).await;
        step("2026-11-19 09:40", "reply", &[("text", "On my way.")]).await;
        step("2026-11-19 10:00", "hold", &[("reason", "waiting_supplier"), ("comment", "part")]).await;
        step("2026-11-19 14:00", "resume", &[]).await;
        step("2026-11-19 14:30", "reclassify", &[("impact", "3")]).await;
        step("2026-11-19 15:00", "resolve", &[("cause", "power"), ("text", "Replaced.")]).await;
        step("2026-11-20 10:00", "reopen", &[("text", "Down again.")]).await;
        step("2026-11-20 11:00", "hold", &[("reason", "waiting_approval")]).await;
        world.set("2026-11-20 12:00");
        resolved(&world, number).await;
        must_be_the_same(&world);
    }

    fn must_be_the_same(world: &World) {
        let desk = Desk::new(&world.app);
        world
            .app
            .db
            .read_blocking(move |r| {
                let id = r.one("SELECT id FROM requests", &[], |row| row.get("id"))?;
                let request = store::by_id(r, id)?.unwrap();
                assert_eq!(from_log(r, &desk, &request)?, request.promise);
                Ok::<(), Problem>(())
            })
            .unwrap();
    }
}
