//! What Today asks: kept numbers, the open requests of one unit, and a month of its resolved ones from the index.

use database::{Error, Reader};
use jiff::Timestamp;

use crate::desk::request::State;
use crate::desk::store::named::with_named;
use crate::desk::store::timeline::Beside;
use crate::id::{OrganisationId, PersonId, ServiceId};

/// The kept numbers of a unit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Kept {
    pub open: i64,
    pub unassigned: i64,
    pub on_hold: i64,
    pub late: i64,
}

/// The kept numbers of all units, with what is confidential of these services.
pub fn kept(r: &mut Reader, named: &[ServiceId]) -> Result<Vec<(OrganisationId, Kept)>, Error> {
    let mut all: Vec<(OrganisationId, Kept)> = Vec::new();
    r.rows(
        "SELECT c.owner_id AS owner_id, c.name AS name, c.value AS value
         FROM counters c JOIN units u ON u.organisation_id = c.owner_id ORDER BY c.owner_id",
        &[],
        |row| {
            let (unit, name, value): (OrganisationId, String, i64) =
                (row.get("owner_id")?, row.get("name")?, row.get("value")?);
            if all.last().is_none_or(|(last, _)| *last != unit) {
                all.push((unit, Kept::default()));
            }
            if let Some((_, kept)) = all.last_mut() {
                let (name, service) = name.split_once('/').unwrap_or((&name, ""));
                if !service.is_empty() && !ServiceId::parse(service).is_some_and(|it| named.contains(&it)) {
                    return Ok(());
                }
                match name {
                    "open" => kept.open += value,
                    "unassigned" => kept.unassigned += value,
                    "on_hold" => kept.on_hold += value,
                    "late" => kept.late += value,
                    _ => {}
                }
            }
            Ok(())
        },
    )?;
    Ok(all)
}

/// What one officer has in hand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    pub officer: Option<PersonId>,
    pub open: i64,
    pub on_hold: i64,
    pub late: i64,
    pub due_today: i64,
}

/// The open requests of a unit by officer; `end` is the end of today.
pub fn load(
    r: &mut Reader,
    unit: OrganisationId,
    end: Timestamp,
    named: &[ServiceId],
) -> Result<Vec<Load>, Error> {
    let (veil, values) = with_named(vec![unit.into(), end.into()], named);
    r.rows(
        &format!("SELECT assignee_id, COUNT(*) AS open, CAST(SUM(CASE WHEN state = 'on_hold' THEN 1 ELSE 0 END) AS BIGINT) AS on_hold,
                CAST(SUM(CASE WHEN resolution_late = 1 OR (response_late = 1 AND responded_at IS NULL) THEN 1 ELSE 0 END) AS BIGINT) AS late,
                CAST(SUM(CASE WHEN queue_at <= $2 THEN 1 ELSE 0 END) AS BIGINT) AS due_today
         FROM requests r WHERE unit_id = $1 AND is_open = 1 AND {veil} GROUP BY assignee_id"),
        &values,
        |row| {
            Ok(Load {
                officer: row.get("assignee_id")?,
                open: row.get("open")?,
                on_hold: row.get("on_hold")?,
                late: row.get("late")?,
                due_today: row.get("due_today")?,
            })
        },
    )
}

/// A resolved request, as far as Today needs it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settled {
    pub used: i64,
    pub target: Option<i64>,
    pub late: bool,
}

/// Resolved requests of a unit within a time, read from the index alone.
pub fn settled(
    r: &mut Reader,
    unit: OrganisationId,
    from: Timestamp,
    to: Timestamp,
    named: &[ServiceId],
) -> Result<Vec<Settled>, Error> {
    let (veil, values) = with_named(vec![unit.into(), from.into(), to.into()], named);
    r.rows(
        &format!(
            "SELECT resolution_used, resolution_target, resolution_late FROM requests r
         WHERE unit_id = $1 AND resolved_at >= $2 AND resolved_at < $3 AND {veil}"
        ),
        &values,
        |row| {
            Ok(Settled {
                used: row.get("resolution_used")?,
                target: row.get("resolution_target")?,
                late: row.get("resolution_late")?,
            })
        },
    )
}

/// How many with a promise were resolved within a time, and how many of them late.
pub fn kept_between(
    r: &mut Reader,
    unit: OrganisationId,
    from: Timestamp,
    to: Timestamp,
    named: &[ServiceId],
) -> Result<(i64, i64), Error> {
    let (veil, values) = with_named(vec![unit.into(), from.into(), to.into()], named);
    r.one(
        &format!("SELECT COUNT(*) AS cases, CAST(COALESCE(SUM(resolution_late), 0) AS BIGINT) AS late FROM requests r
         WHERE unit_id = $1 AND resolved_at >= $2 AND resolved_at < $3 AND resolution_target IS NOT NULL AND {veil}"),
        &values,
        |row| Ok((row.get("cases")?, row.get("late")?)),
    )
}

/// Open requests that were resolved once before, due first.
pub fn reopened(r: &mut Reader, unit: OrganisationId, named: &[ServiceId]) -> Result<Vec<Beside>, Error> {
    let (veil, values) = with_named(vec![unit.into()], named);
    r.rows(
        &format!(
            "SELECT number, subject, received_at, state FROM requests r
         WHERE unit_id = $1 AND is_open = 1 AND reopened > 0 AND {veil} ORDER BY queue_at, id LIMIT 5"
        ),
        &values,
        |row| {
            let state: String = row.get("state")?;
            Ok(Beside {
                number: row.get("number")?,
                subject: row.get("subject")?,
                received_at: row.get("received_at")?,
                state: State::from_code(&state).unwrap_or(State::New),
            })
        },
    )
}

/// Requests that wait for the one who asked, the longest first: number, subject, since when, for what.
pub fn waiting(
    r: &mut Reader,
    unit: OrganisationId,
    named: &[ServiceId],
) -> Result<Vec<(String, String, Timestamp, String)>, Error> {
    let (veil, values) = with_named(vec![unit.into()], named);
    r.rows(
        &format!(
            "SELECT r.number AS number, r.subject AS subject, h.from_at AS from_at, h.comment AS comment
         FROM requests r JOIN hold_reasons w ON w.code = r.hold_reason
         JOIN holds h ON h.request_id = r.id AND h.to_at IS NULL
         WHERE r.unit_id = $1 AND r.state = 'on_hold' AND w.waits_for = 'requester' AND {veil}
         ORDER BY h.from_at LIMIT 5"
        ),
        &values,
        |row| Ok((row.get("number")?, row.get("subject")?, row.get("from_at")?, row.get("comment")?)),
    )
}

/// The services that sheets of paper say which wait in a unit, one for each sheet, at most a hundred.
pub fn sheets(r: &mut Reader, unit: OrganisationId) -> Result<Vec<Option<ServiceId>>, Error> {
    let sql = "SELECT service_id FROM scans WHERE unit_id = $1 AND state = 'waiting' LIMIT 100";
    r.rows(sql, &[unit.into()], |row| row.get("service_id"))
}

/// A mailbox of the unit: what waits there for somebody, at most a hundred, and since when its server is silent.
#[derive(Clone, Debug, PartialEq)]
pub struct Post {
    pub service: ServiceId,
    pub address: String,
    pub waiting: i64,
    /// Its server could not be asked since; or never.
    pub fault: bool,
    pub fetched_at: Option<Timestamp>,
}

pub fn post(r: &mut Reader, unit: OrganisationId) -> Result<Vec<Post>, Error> {
    r.rows(
        "SELECT b.service_id, b.address, b.fetched_at, b.fault,
                (SELECT COUNT(*) FROM (SELECT 1 FROM mails m WHERE m.mailbox_id = b.id AND m.state = 'quarantined'
                                       LIMIT 100) w) AS waiting
         FROM mailboxes b WHERE b.unit_id = $1 AND b.closed_at IS NULL ORDER BY b.address",
        &[unit.into()],
        |row| {
            Ok(Post {
                service: row.get("service_id")?,
                address: row.get("address")?,
                waiting: row.get("waiting")?,
                fault: !row.get::<String>("fault")?.is_empty(),
                fetched_at: row.get("fetched_at")?,
            })
        },
    )
}
