//! Clocks that run out: warned at three quarters of a promise, and at its breach; resolved requests close themselves.
//!
//! Done again or on two nodes at once it comes to the same: each request is saved only from the version it was read
//! in, and the next instant at which it has something to say moves on with it.

use database::Transaction;
use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::desk::close::closed;
use crate::desk::notices as told;
use crate::desk::promise::Promise;
use crate::desk::reopen::{REOPEN_WITHIN_DAYS, may_reopen};
use crate::desk::request::{Request, State};
use crate::desk::save::{Desk, Happened};
use crate::desk::store::{self, notices, waiting};
use crate::events::Actor;
use crate::id::RequestId;
use crate::problem::Problem;

/// Requests of one look into the table.
const BATCH: i64 = 200;

/// One instant of a clock that has passed.
#[derive(Clone, Debug, PartialEq)]
struct Passed {
    at: Timestamp,
    activity: &'static str,
    clock: &'static str,
}

/// Says what the clocks have to say by now.
pub async fn round(app: &App) -> Result<(), Problem> {
    let now = app.clock.now();
    loop {
        let due = app.db.read(move |r| waiting::clocks(r, now, BATCH)).await?;
        for id in &due {
            let (desk, id) = (Desk::new(app), *id);
            let done = app
                .db
                .write(move |tx| match store::by_id(tx, id)? {
                    Some(request) => catch_up(tx, &desk, request).map(|_| ()),
                    None => Ok(()),
                })
                .await;
            ignore_second(done)?;
        }
        if (due.len() as i64) < BATCH {
            return Ok(());
        }
    }
}

/// Closes what was resolved long enough ago.
pub async fn close_resolved(app: &App) -> Result<(), Problem> {
    let now = app.clock.now();
    // Five working days are never fewer than five days of the calendar.
    let before = now - SignedDuration::from_hours(24 * REOPEN_WITHIN_DAYS);
    loop {
        let resolved = app.db.read(move |r| waiting::resolved_before(r, before, BATCH)).await?;
        let mut closed_now = 0;
        for (id, unit, resolved_at) in &resolved {
            if may_reopen(*resolved_at, &app.calendars.of_unit(*unit), now) {
                continue;
            }
            let (desk, id) = (Desk::new(app), *id);
            ignore_second(app.db.write(move |tx| close(tx, &desk, id)).await)?;
            closed_now += 1;
        }
        if (resolved.len() as i64) < BATCH || closed_now == 0 {
            return Ok(());
        }
    }
}

fn close(tx: &mut Transaction, desk: &Desk, id: RequestId) -> Result<(), Problem> {
    let Some(before) = store::by_id(tx, id)? else {
        return Ok(());
    };
    // Opened again or closed since it was looked for.
    let Ok(mut after) = closed(&before, desk.now) else {
        return Ok(());
    };
    desk.save(tx, &before, &mut after, Happened::now(desk, Actor::program(), "closed"))
}

/// The other node, or an officer, was first: then there is nothing left to do.
fn ignore_second(done: Result<(), Problem>) -> Result<(), Problem> {
    match done {
        Err(Problem::Changed) => Ok(()),
        other => other,
    }
}

/// Writes down what the clocks of a request should have said by now, before anything else happens to it.
pub fn catch_up(tx: &mut Transaction, desk: &Desk, request: Request) -> Result<Request, Problem> {
    let Some(since) = waiting::next_clock(tx, request.id)?.filter(|since| *since <= desk.now) else {
        return Ok(request);
    };
    let holds = store::holds(tx, request.id)?;
    let passed = passed(&desk.promise(&request, &holds), since, desk.now);
    let mut request = request;
    if passed.is_empty() {
        // A hold or another calendar moved the instant: the next look finds the new one.
        let next = desk.promise(&request, &holds).next_instant(desk.now);
        waiting::set_next_clock(tx, request.id, next)?;
        return Ok(request);
    }
    for Passed { at, activity, clock } in passed {
        let mut after = request.clone();
        let happened =
            Happened { at, ..Happened::now(desk, Actor::program(), activity) }.with("clock", clock);
        desk.save(tx, &request, &mut after, happened)?;
        request = after;
        let people = told::who_looks_after(tx, &request, desk.now)?;
        notices::tell(tx, &people, activity, &request, desk.now)?;
    }
    Ok(request)
}

/// The instants of running clocks from `since` to `now`, in order.
fn passed(promise: &Promise, since: Timestamp, now: Timestamp) -> Vec<Passed> {
    let clocks = [("response", promise.response.as_ref()), ("resolution", promise.resolution.as_ref())];
    let mut passed = Vec::new();
    for (clock, state) in clocks {
        let Some(state) = state.filter(|state| !state.done && state.paused_since.is_none()) else {
            continue;
        };
        for (activity, at) in [("warned", state.warn), ("breached", state.due)] {
            passed.extend(at.map(|at| Passed { at, activity, clock }));
        }
    }
    passed.retain(|instant| since <= instant.at && instant.at <= now);
    passed.sort_by_key(|instant| instant.at);
    passed
}

/// Is this request one that closes itself, and when?
pub fn closes_at(request: &Request, desk: &Desk) -> Option<Timestamp> {
    let resolved_at = request.resolved_at.filter(|_| request.state == State::Resolved)?;
    desk.calendars.of_unit(request.unit).add_days(resolved_at, REOPEN_WITHIN_DAYS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::{given, reported, resolved};
    use crate::testing::{Who, World};
    use crate::worker;

    #[tokio::test]
    async fn a_letter_that_is_late_when_it_is_entered_is_told_so_once() {
        let world = World::new();
        let mut letter = reported(&world);
        letter.received_at = world.set("2026-11-05 09:00");
        world.set("2026-11-19 09:00");
        given(&world, letter).await;
        for _ in 0..2 {
            round(&world.app).await.unwrap();
            assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE activity = 'warned'"), 2);
            assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE activity = 'breached'"), 2);
        }
    }

    #[tokio::test]
    async fn warned_at_three_quarters_and_at_the_breach_once_each() {
        let world = World::new();
        given(&world, reported(&world)).await;
        // The first answer is promised within two hours: three quarters are an hour and a half.
        for (time, warned, breached) in
            [("10:29", 0, 0), ("10:31", 1, 0), ("10:31", 1, 0), ("11:01", 1, 1), ("12:30", 1, 1)]
        {
            world.set(&format!("2026-11-19 {time}"));
            worker::round(&world.app).await.unwrap();
            let count = |sql| world.number(sql);
            assert_eq!(count("SELECT COUNT(*) FROM events WHERE activity = 'warned'"), warned, "{time}");
            assert_eq!(count("SELECT COUNT(*) FROM events WHERE activity = 'breached'"), breached, "{time}");
        }
        assert_eq!(world.number("SELECT response_late FROM requests"), 1);
        assert_eq!(world.number("SELECT CAST(SUM(value) AS BIGINT) FROM counters WHERE name = 'late'"), 1);
        let page = world.browser(Who::Sonam).get("/notices").await;
        page.must_have("No Internet in the whole school");
        world.browser(Who::Stranger).get("/notices").await.must_not_have("No Internet");
    }

    #[tokio::test]
    async fn a_breach_stands_at_its_own_time_even_when_the_program_was_off() {
        let world = World::new();
        let accepted = given(&world, reported(&world)).await;
        world.set("2026-11-19 15:00");
        resolved(&world, &accepted.number).await;
        let at = world.number("SELECT at FROM events WHERE activity = 'breached'");
        assert_eq!(Timestamp::from_microsecond(at).unwrap().to_string(), "2026-11-19T05:00:00Z");
        assert_eq!(world.number("SELECT response_late FROM requests"), 1);
        assert_eq!(
            world.number("SELECT CAST(COALESCE(SUM(value), 0) AS BIGINT) FROM counters WHERE name = 'late'"),
            0
        );
    }

    #[tokio::test]
    async fn two_nodes_say_it_once() {
        let world = World::new();
        for _ in 0..10 {
            given(&world, reported(&world)).await;
        }
        world.set("2026-11-19 11:01");
        let (one, two) = tokio::join!(round(&world.app), round(&world.app));
        one.unwrap();
        two.unwrap();
        assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE activity = 'breached'"), 10);
        assert_eq!(world.number("SELECT CAST(SUM(value) AS BIGINT) FROM counters WHERE name = 'late'"), 10);
    }

    #[tokio::test]
    async fn nothing_is_said_while_it_waits_for_others() {
        let world = World::new();
        let accepted = given(&world, reported(&world)).await;
        let mut karma = world.browser(Who::Karma);
        let number = &accepted.number;
        karma.post(&format!("/requests/{number}/reply"), &[("text", "We look.")]).await.must_be(200);
        let fields = [("reason", "waiting_supplier"), ("comment", "ordered")];
        karma.post(&format!("/requests/{number}/hold"), &fields).await.must_be(200);
        world.set("2026-11-25 15:00");
        worker::round(&world.app).await.unwrap();
        assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE activity IN ('warned', 'breached')"), 0);
    }

    #[tokio::test]
    async fn what_was_resolved_closes_after_five_working_days() {
        let world = World::new();
        let accepted = given(&world, reported(&world)).await;
        world.set("2026-11-19 11:00");
        resolved(&world, &accepted.number).await;
        world.set("2026-11-26 10:59");
        worker::round(&world.app).await.unwrap();
        assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE state = 'resolved'"), 1);
        world.set("2026-11-26 11:01");
        worker::round(&world.app).await.unwrap();
        worker::round(&world.app).await.unwrap();
        assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE state = 'closed'"), 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE activity = 'closed'"), 1);
    }
}
