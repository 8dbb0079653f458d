//! What Today asks: kept numbers, the open requests of one unit, and a month of its resolved ones from the index.

use database::{Error, Reader};
use jiff::Timestamp;

use crate::desk::request::State;
use crate::desk::store::timeline::Beside;
use crate::id::{OrganisationId, PersonId};

/// The kept numbers of a unit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Kept {
    pub open: i64,
    pub unassigned: i64,
    pub on_hold: i64,
    pub late: i64,
}

/// The kept numbers of all units.
pub fn kept(r: &mut Reader) -> Result<Vec<(OrganisationId, Kept)>, Error> {
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
                match name.as_str() {
                    "open" => kept.open = value,
                    "unassigned" => kept.unassigned = value,
                    "on_hold" => kept.on_hold = value,
                    "late" => kept.late = value,
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
pub fn load(r: &mut Reader, unit: OrganisationId, end: Timestamp) -> Result<Vec<Load>, Error> {
    r.rows(
        "SELECT assignee_id, COUNT(*) AS open, CAST(SUM(CASE WHEN state = 'on_hold' THEN 1 ELSE 0 END) AS BIGINT) AS on_hold,
                CAST(SUM(CASE WHEN resolution_late = 1 OR (response_late = 1 AND responded_at IS NULL) THEN 1 ELSE 0 END) AS BIGINT) AS late,
                CAST(SUM(CASE WHEN queue_at <= $2 THEN 1 ELSE 0 END) AS BIGINT) AS due_today
         FROM requests WHERE unit_id = $1 AND is_open = 1 GROUP BY assignee_id",
        &[unit.into(), end.into()],
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
) -> Result<Vec<Settled>, Error> {
    r.rows(
        "SELECT resolution_used, resolution_target, resolution_late FROM requests
         WHERE unit_id = $1 AND resolved_at >= $2 AND resolved_at < $3",
        &[unit.into(), from.into(), to.into()],
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
) -> Result<(i64, i64), Error> {
    r.one(
        "SELECT COUNT(*) AS cases, CAST(COALESCE(SUM(resolution_late), 0) AS BIGINT) AS late FROM requests
         WHERE unit_id = $1 AND resolved_at >= $2 AND resolved_at < $3 AND resolution_target IS NOT NULL",
        &[unit.into(), from.into(), to.into()],
        |row| Ok((row.get("cases")?, row.get("late")?)),
    )
}

/// Open requests that were resolved once before, due first.
pub fn reopened(r: &mut Reader, unit: OrganisationId) -> Result<Vec<Beside>, Error> {
    r.rows(
        "SELECT number, subject, received_at, state FROM requests
         WHERE unit_id = $1 AND is_open = 1 AND reopened > 0 ORDER BY queue_at, id LIMIT 5",
        &[unit.into()],
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
) -> Result<Vec<(String, String, Timestamp, String)>, Error> {
    r.rows(
        "SELECT r.number AS number, r.subject AS subject, h.from_at AS from_at, h.comment AS comment
         FROM requests r JOIN hold_reasons w ON w.code = r.hold_reason
         JOIN holds h ON h.request_id = r.id AND h.to_at IS NULL
         WHERE r.unit_id = $1 AND r.state = 'on_hold' AND w.waits_for = 'requester'
         ORDER BY h.from_at LIMIT 5",
        &[unit.into()],
        |row| Ok((row.get("number")?, row.get("subject")?, row.get("from_at")?, row.get("comment")?)),
    )
}
