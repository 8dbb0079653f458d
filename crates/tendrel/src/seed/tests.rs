use std::collections::BTreeSet;

use super::*;
use crate::desk::number::Number;
use crate::desk::request::{Request, State};
use crate::desk::{save, store};
use crate::events;
use crate::search::{Within, find};
use crate::testing::World;

fn seeded(requests: usize, seed: u64) -> World {
    let world = World::new();
    let until = world.app.clock.now();
    let plan = Plan {
        requests,
        units: world.app.calendars.units(),
        from: until - SignedDuration::from_hours(24 * 700),
        until,
        seed,
        invents: true,
        open_at_least: 4,
    };
    let made = fill(&world.app, &plan).unwrap();
    assert_eq!(made.requests, requests);
    world
}

fn all(world: &World) -> Vec<Request> {
    let sql = format!("SELECT {} FROM requests r ORDER BY r.number", store::COLUMNS);
    world.app.db.read_blocking(move |r| r.rows(&sql, &[], store::read)).unwrap()
}

#[test]
fn a_seeded_history_holds_together() {
    let world = seeded(500, 7);
    let app = world.app.clone();
    let desk = Desk::new(&app);
    let requests = all(&world);
    let open = requests.iter().filter(|request| request.state.is_open()).count();
    assert!((50..250).contains(&open), "{open} of 500 are open");
    let numbers: BTreeSet<&str> = requests.iter().map(|request| request.number.as_str()).collect();
    assert_eq!(numbers.len(), 500);
    for request in &requests {
        let number =
            Number::parse(&request.number).unwrap_or_else(|why| panic!("{}: {why:?}", request.number));
        assert_eq!(app.calendars.unit(request.unit).unwrap().code, number.unit);
        let id = request.id;
        let (events, holds) = app
            .db
            .read_blocking::<_, database::Error, _>(move |r| {
                Ok((events::of_subject(r, id.uuid())?, store::holds(r, id)?))
            })
            .unwrap();
        let count: Vec<i64> = events.iter().map(|event| event.number).collect();
        assert_eq!(count, (1..=request.version).collect::<Vec<_>>(), "{}", request.number);
        assert!(events.is_sorted_by_key(|event| event.at), "{}", request.number);
        assert_eq!(
            events.last().unwrap().detail["state"],
            request.state.code(),
            "the last event of {} tells its state",
            request.number
        );
        // What was cancelled is judged at that moment.
        let ended = request.closed_at.filter(|_| request.state == State::Cancelled);
        let then = Desk { now: ended.unwrap_or(desk.now), ..desk.clone() };
        assert_eq!(then.promise(request, &holds).stored(), request.promise, "{}", request.number);
        let waits = holds.iter().filter(|hold| hold.to.is_none()).count();
        assert_eq!(waits, usize::from(request.hold_reason.is_some()), "{}", request.number);
        assert!(request.resolved_at.is_none_or(|at| at >= request.received_at && at <= desk.now));
    }
}

#[test]
fn kept_numbers_are_what_one_would_count() {
    let world = seeded(300, 8);
    let mut counted: Vec<(uuid::Uuid, String)> =
        all(&world).iter().flat_map(save::counted).map(|(owner, name)| (owner, name.into_owned())).collect();
    counted.sort();
    let kept: Vec<(uuid::Uuid, String, i64)> = world
        .app
        .db
        .read_blocking::<_, database::Error, _>(|r| {
            r.rows("SELECT owner_id, name, value FROM counters WHERE value <> 0", &[], |row| {
                Ok((row.get("owner_id")?, row.get("name")?, row.get("value")?))
            })
        })
        .unwrap();
    assert_eq!(kept.iter().map(|(_, _, value)| *value).sum::<i64>(), i64::try_from(counted.len()).unwrap());
    for (owner, name, value) in kept {
        let times = counted.iter().filter(|(o, n)| *o == owner && *n == name).count();
        assert_eq!(i64::try_from(times).unwrap(), value, "{name}");
    }
    let highest = "SELECT COUNT(*) FROM number_counters c WHERE c.last <>
        (SELECT COUNT(*) FROM requests r WHERE r.number LIKE c.unit_code || '-' || SUBSTR(CAST(c.year AS TEXT), 3) || '-%')";
    assert_eq!(world.number(highest), 0);
}

#[test]
fn what_was_seeded_is_found_by_its_words() {
    let world = seeded(60, 9);
    for request in all(&world) {
        let (number, unit, subject) = (request.number.clone(), request.unit, request.subject.clone());
        let found = world
            .app
            .db
            .read_blocking::<_, database::Error, _>(move |r| {
                Ok((
                    find(r, &number, Within::Everywhere, &[], None, 10)?,
                    find(r, &subject, Within::Units(&[unit]), &[], None, 100)?,
                ))
            })
            .unwrap();
        assert!(found.0.iter().any(|(_, id)| *id == request.id), "{}", request.number);
        assert!(found.1.iter().any(|(_, id)| *id == request.id), "{}", request.subject);
    }
}

#[test]
fn the_same_seed_gives_the_same_history_and_another_does_not() {
    let told = |seed| all(&seeded(40, seed)).iter().map(|it| it.description.clone()).collect::<Vec<_>>();
    let first = told(1);
    assert_eq!(first, told(1));
    assert_ne!(first, told(2));
}

#[test]
fn a_second_seed_goes_on_counting() {
    let world = seeded(50, 1);
    let until = world.app.clock.now();
    let unit = world.app.calendars.unit_by_code("PUN").unwrap();
    let from = until - SignedDuration::from_hours(24 * 30);
    let plan =
        Plan { requests: 30, units: vec![unit], from, until, seed: 2, invents: true, open_at_least: 4 };
    fill(&world.app, &plan).unwrap();
    assert_eq!(all(&world).len(), 80);
}
