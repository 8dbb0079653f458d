//! Requests made at random, written past the desk so that every combination occurs.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::analysis::figures::Row;
use crate::desk::request::{Channel, Keeping, Request, SecondsInState, State, StoredPromise};
use crate::desk::store as requests;
use crate::id::{OrganisationId, RequestId, ServiceId};
use crate::testing::World;

/// A row of numbers that only looks like chance (xorshift), so that a failure comes back.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()].clone()
    }
}

pub(super) fn district(world: &World) -> OrganisationId {
    let sql = "SELECT id FROM organisations WHERE key = 'dzongkhag-punakha'";
    world.app.db.read_blocking(move |r| r.one(sql, &[], |row| row.get("id"))).unwrap()
}

pub(super) fn below(world: &World, id: OrganisationId) -> Vec<OrganisationId> {
    let sql = "SELECT organisation_id FROM organisation_ancestors WHERE ancestor_id = $1";
    world.app.db.read_blocking(move |r| r.rows(sql, &[id.into()], |row| row.at(0))).unwrap()
}

pub(super) fn services(world: &World) -> Vec<(ServiceId, String)> {
    let catalogue = world.app.catalogue.now();
    catalogue.services.iter().take(4).map(|it| (it.id, it.definition.code.clone())).collect()
}

/// Writes so many requests of two units between August and November 2026.
pub(super) fn fill(world: &World, many: usize, random: &mut Random) -> Vec<Row> {
    let offices = [Some(world.school), Some(district(world)), Some(world.thimphu), None];
    let services = services(world);
    let start: Timestamp = "2026-08-15T00:00:00Z".parse().unwrap();
    let mut rows = Vec::new();
    let mut all = Vec::new();
    for n in 0..many {
        let received_at =
            start + SignedDuration::from_mins(i64::try_from(random.below(100 * 24 * 60)).unwrap());
        let state = random.of(&[
            State::New,
            State::InProgress,
            State::OnHold,
            State::Resolved,
            State::Resolved,
            State::Closed,
            State::Closed,
            State::Closed,
            State::Cancelled,
        ]);
        let ended =
            received_at + SignedDuration::from_mins(i64::try_from(random.below(20 * 24 * 60)).unwrap());
        let is_resolved = matches!(state, State::Resolved | State::Closed);
        // Closed without a time of resolution: what another desk forgot to write down.
        let resolved_at = (is_resolved && !(state == State::Closed && random.one_in(6))).then_some(ended);
        let closed_at = matches!(state, State::Closed | State::Cancelled)
            .then(|| ended + SignedDuration::from_hours(i64::try_from(random.below(100)).unwrap()));
        let target = (!random.one_in(4)).then(|| random.of(&[4 * 3600, 8 * 3600, 24 * 3600]));
        let used = i64::try_from(random.below(50 * 3600)).unwrap();
        let seconds = SecondsInState {
            new: i64::try_from(random.below(7200)).unwrap(),
            in_progress: i64::try_from(random.below(90_000)).unwrap(),
            on_hold: i64::try_from(random.below(7200)).unwrap(),
        };
        let row = Row {
            unit: random.of(&[world.punakha, world.punakha, world.thimphu]),
            service: random.of(&services).0,
            office: random.of(&offices),
            channel: random.of(&[Channel::Web, Channel::Phone, Channel::Fax]),
            cause: is_resolved
                .then(|| random.of(&["power", "link"]).to_owned())
                .filter(|_| !random.one_in(5)),
            state,
            priority: i64::try_from(random.below(5)).unwrap() + 1,
            received_at,
            resolved_at,
            closed_at,
            reassigned: i64::try_from(random.below(3)).unwrap(),
            reopened: i64::from(random.one_in(7)),
            rating: (is_resolved && random.one_in(3)).then(|| random.of(&[3, 4, 5])),
            late: target.is_some_and(|target| used > target),
            used: if target.is_some() { used } else { 0 },
            target,
            seconds,
        };
        all.push(request(&row, n));
        rows.push(row);
    }
    world
        .app
        .db
        .write_blocking(move |tx| {
            all.iter().try_for_each(|it| requests::insert(tx, it, it.received_at, None))
        })
        .unwrap();
    rows
}

fn request(row: &Row, n: usize) -> Request {
    let Row { unit, service, office, channel, cause, state, priority, received_at, resolved_at, .. } =
        row.clone();
    Request {
        by_sms: false,
        id: RequestId::new(received_at),
        number: format!("TST-26-{n:05}"),
        unit,
        service,
        service_version: 1,
        confidential: false,
        kind: crate::desk::service::Kind::Incident,
        subject: format!("Number {n}"),
        description: String::new(),
        answers: BTreeMap::new(),
        language: "en".to_owned(),
        channel,
        office,
        office_text: String::new(),
        requester: None,
        requester_name: "Somebody".to_owned(),
        requester_phone: String::new(),
        requester_email: String::new(),
        entered_by: None,
        received_at,
        entered_at: received_at,
        complete_at: Some(received_at),
        state,
        hold_reason: None,
        impact: 2,
        urgency: 2,
        priority,
        assignee: None,
        responded_at: resolved_at,
        resolved_at,
        closed_at: row.closed_at,
        cause,
        resolution: String::new(),
        reassigned: row.reassigned,
        reopened: row.reopened,
        rating: row.rating,
        rating_comment: String::new(),
        follows: None,
        follow_hash: n.to_be_bytes().to_vec(),
        version: 1,
        promise: StoredPromise {
            resolution_late: row.late,
            used: row.used,
            target: row.target,
            ..StoredPromise::default()
        },
        seconds: row.seconds,
        source: String::new(),
        keeping: Keeping::default(),
    }
}
