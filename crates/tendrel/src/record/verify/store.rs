//! The questions of the check: each goes over a table once, in the order of its key.

use database::{Error, Reader};
use uuid::Uuid;

use crate::record::checkpoint::{self, Checkpoint};
use crate::record::store::read_line;
use crate::record::verify::chain::Link;
use crate::record::verify::{Fault, Kind};

/// All events, chain after chain.
pub(super) fn each_link(r: &mut Reader, mut see: impl FnMut(Link)) -> Result<(), Error> {
    r.each(
        "SELECT e.subject_id, e.number, e.subject, e.at, e.written_at, e.actor_id, e.actor, e.activity, e.detail,
                e.salt, e.taken_out, e.hash, s.number AS sealed_number, s.hash AS sealed_hash, r.number AS request,
                u.number AS waits, r.version AS version, r.state AS state
         FROM events e
         LEFT JOIN sealed_chains s ON s.subject_id = e.subject_id
         LEFT JOIN requests r ON r.id = e.subject_id
         LEFT JOIN events_unsealed u ON u.subject_id = e.subject_id AND u.number = e.number
         ORDER BY e.subject_id, e.number",
        &[],
        |row| {
            let (version, state): (Option<i64>, Option<String>) = (row.get("version")?, row.get("state")?);
            let waits: Option<i64> = row.get("waits")?;
            see(Link { line: read_line(row)?, waits: waits.is_some(), request: version.zip(state) });
            Ok(())
        },
    )
}

pub(super) fn each_checkpoint(r: &mut Reader, mut see: impl FnMut(Checkpoint)) -> Result<(), Error> {
    r.each(
        "SELECT number, at, root, chains, events, previous, public_key, signature FROM checkpoints ORDER BY number",
        &[],
        |row| {
            see(checkpoint::read(row)?);
            Ok(())
        },
    )
}

/// What stands alone: requests without events and events without requests, seals of chains that are gone.
pub(super) fn each_orphan(r: &mut Reader, mut see: impl FnMut(Fault)) -> Result<(), Error> {
    r.each(
        "SELECT r.number AS name, r.requester_name AS person FROM requests r
         WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.subject_id = r.id)",
        &[],
        |row| {
            let (of, person) = (row.get("name")?, row.get("person")?);
            let words = "the request has no events at all; the person is its requester".to_owned();
            see(Fault { kind: Kind::Missing, of, event: 1, person, words });
            Ok(())
        },
    )?;
    r.each(
        "SELECT s.subject_id, s.number, s.subject, s.name, p.name AS person
         FROM sealed_chains s LEFT JOIN persons p ON p.id = s.actor_id
         WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.subject_id = s.subject_id)
           AND NOT EXISTS (SELECT 1 FROM requests r WHERE r.id = s.subject_id)",
        &[],
        |row| {
            let (subject_id, subject): (Uuid, String) = (row.get("subject_id")?, row.get("subject")?);
            let (name, person): (String, Option<String>) = (row.get("name")?, row.get("person")?);
            let of = if name.is_empty() { format!("{subject} {subject_id}") } else { name };
            let words = format!("all {} events that were sealed are gone", row.get::<i64>("number")?);
            see(Fault { kind: Kind::Missing, of, event: 1, person: person.unwrap_or_default(), words });
            Ok(())
        },
    )?;
    r.each(
        "SELECT e.subject_id, e.actor, s.name FROM events e
         LEFT JOIN requests r ON r.id = e.subject_id LEFT JOIN sealed_chains s ON s.subject_id = e.subject_id
         WHERE e.number = 1 AND e.subject = 'request' AND r.id IS NULL",
        &[],
        |row| {
            let (subject_id, name): (Uuid, Option<String>) = (row.get("subject_id")?, row.get("name")?);
            let of = name.unwrap_or_else(|| format!("request {subject_id}"));
            let words = "its events are there, the request itself is gone".to_owned();
            see(Fault { kind: Kind::Disagrees, of, event: 1, person: row.get("actor")?, words });
            Ok(())
        },
    )?;
    r.each(
        "SELECT u.subject_id, u.number, r.number AS request FROM events_unsealed u
         LEFT JOIN events e ON e.subject_id = u.subject_id AND e.number = u.number
         LEFT JOIN requests r ON r.id = u.subject_id
         WHERE e.subject_id IS NULL",
        &[],
        |row| {
            let (subject_id, request): (Uuid, Option<String>) = (row.get("subject_id")?, row.get("request")?);
            let of = request.unwrap_or_else(|| format!("subject {subject_id}"));
            let words = "it waited for its seal and is gone".to_owned();
            see(Fault { kind: Kind::Missing, of, event: row.get("number")?, person: String::new(), words });
            Ok(())
        },
    )
}
