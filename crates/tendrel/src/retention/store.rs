//! All questions to the tables of retention.

use std::collections::HashSet;

use database::{Error, Reader, Row, Transaction, Value};
use jiff::Timestamp;
use uuid::Uuid;

use crate::retention::rule::{Rule, Rules, What};

const COLUMNS: &str = "id, what, kind, service_code, days, reason, valid_from, valid_to, changed_by";

fn read(row: &Row<'_>) -> Result<Option<Rule>, Error> {
    let what: String = row.get("what")?;
    let Some(what) = What::from_code(&what) else { return Ok(None) };
    Ok(Some(Rule {
        id: row.get("id")?,
        what,
        kind: row.get("kind")?,
        service: row.get("service_code")?,
        days: row.get("days")?,
        reason: row.get("reason")?,
        valid_from: row.get("valid_from")?,
        valid_to: row.get("valid_to")?,
        changed_by: row.get("changed_by")?,
    }))
}

/// The rules of a day; of two for the same thing the later one.
pub(super) fn in_force(r: &mut Reader, today: &str) -> Result<Rules, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM retention_rules
         WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1) ORDER BY what, service_code, kind, valid_from DESC"
    );
    let mut rules: Vec<Rule> = r.rows(&sql, &[today.into()], read)?.into_iter().flatten().collect();
    rules.dedup_by(|b, a| (a.what, &a.kind, &a.service) == (b.what, &b.kind, &b.service));
    Ok(Rules(rules))
}

/// Those that hold, and those that will, for the page.
pub(super) fn current(r: &mut Reader, today: &str) -> Result<Vec<Rule>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM retention_rules WHERE valid_to IS NULL OR valid_to > $1
         ORDER BY what, service_code, kind, valid_from"
    );
    let mut rules: Vec<Rule> = r.rows(&sql, &[today.into()], read)?.into_iter().flatten().collect();
    rules.sort_by_key(|rule| rule.what);
    Ok(rules)
}

pub(super) fn insert(tx: &mut Transaction, rule: &Rule) -> Result<(), Error> {
    let Rule { id, what, kind, service, days, reason, valid_from, valid_to, changed_by } = rule;
    tx.execute(
        "INSERT INTO retention_rules
            (id, what, kind, service_code, days, reason, valid_from, valid_to, changed_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            id.into(),
            what.code().into(),
            kind.into(),
            service.into(),
            (*days).into(),
            reason.into(),
            valid_from.into(),
            valid_to.into(),
            changed_by.into(),
        ],
    )?;
    Ok(())
}

/// Ends on a day what held for the same thing.
pub(super) fn end_same(tx: &mut Transaction, rule: &Rule) -> Result<(), Error> {
    tx.execute(
        "UPDATE retention_rules SET valid_to = $4
         WHERE what = $1 AND kind = $2 AND service_code = $3 AND (valid_to IS NULL OR valid_to > $4)",
        &[rule.what.code().into(), (&rule.kind).into(), (&rule.service).into(), (&rule.valid_from).into()],
    )?;
    Ok(())
}

/// Ends a rule on a day; `None` when there is none that still holds.
pub(super) fn end(tx: &mut Transaction, id: Uuid, day: &str) -> Result<Option<Rule>, Error> {
    let sql = format!(
        "UPDATE retention_rules SET valid_to = $2 WHERE id = $1 AND (valid_to IS NULL OR valid_to > $2)
         RETURNING {COLUMNS}"
    );
    Ok(tx.row(&sql, &[id.into(), day.into()], read)?.flatten())
}

pub(super) fn begin_run(tx: &mut Transaction, run: Uuid, by: &str, now: Timestamp) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO retention_runs (id, started_at, begun_by) VALUES ($1, $2, $3)",
        &[run.into(), now.into(), by.into()],
    )?;
    Ok(())
}

pub(super) fn end_run(tx: &mut Transaction, run: Uuid, now: Timestamp) -> Result<(), Error> {
    tx.execute("UPDATE retention_runs SET ended_at = $2 WHERE id = $1", &[run.into(), now.into()])?;
    Ok(())
}

/// Notes that a run removed so many things under a rule.
pub(super) fn removed(tx: &mut Transaction, run: Uuid, rule: Uuid, count: i64) -> Result<(), Error> {
    if count == 0 {
        return Ok(());
    }
    tx.execute(
        "INSERT INTO retention_removals (run_id, rule_id, removed) VALUES ($1, $2, $3)
         ON CONFLICT (run_id, rule_id) DO UPDATE SET removed = retention_removals.removed + excluded.removed",
        &[run.into(), rule.into(), count.into()],
    )?;
    Ok(())
}

/// What a run removed, by rule.
pub(super) fn removals(r: &mut Reader, run: Uuid) -> Result<Vec<(Uuid, i64)>, Error> {
    r.rows(
        "SELECT rule_id, removed FROM retention_removals WHERE run_id = $1 ORDER BY rule_id",
        &[run.into()],
        |row| Ok((row.get("rule_id")?, row.get("removed")?)),
    )
}

/// When the last run ended.
pub(super) fn last_run(r: &mut Reader) -> Result<Option<Timestamp>, Error> {
    r.one("SELECT MAX(ended_at) AS at FROM retention_runs", &[], |row| row.get("at"))
}

/// A line of the log.
#[derive(Clone, Debug)]
pub(super) struct Removal {
    pub(super) run: Uuid,
    pub(super) at: Timestamp,
    pub(super) by: String,
    pub(super) rule: Rule,
    pub(super) removed: i64,
}

/// The log, newest first.
pub(super) fn log(r: &mut Reader, limit: i64) -> Result<Vec<Removal>, Error> {
    let rows = r.rows(
        "SELECT u.id AS run_id, u.started_at, u.begun_by, m.removed, l.id, l.what, l.kind, l.service_code, l.days,
                l.reason, l.valid_from, l.valid_to, l.changed_by
         FROM retention_runs u JOIN retention_removals m ON m.run_id = u.id
         JOIN retention_rules l ON l.id = m.rule_id
         ORDER BY u.started_at DESC, l.what LIMIT $1",
        &[limit.into()],
        |row| {
            let (run, at, by, removed): (Uuid, Timestamp, String, i64) =
                (row.get("run_id")?, row.get("started_at")?, row.get("begun_by")?, row.get("removed")?);
            Ok(read(row)?.map(|rule| Removal { run, at, by, rule, removed }))
        },
    )?;
    Ok(rows.into_iter().flatten().collect())
}

/// The table, its key and the column that says when a thing was over.
fn table(what: What) -> Option<(&'static str, &'static str, &'static str)> {
    match what {
        What::Sessions => Some(("sessions", "token_hash", "expires_at")),
        What::Notices => Some(("notices", "id", "at")),
        What::GivenUpJobs => Some(("jobs", "id", "gave_up_at")),
        What::WebhookLog => Some(("webhook_deliveries", "id", "ended_at")),
        What::SmsLog => Some(("sms_messages", "id", "ended_at")),
        _ => None,
    }
}

/// How many rows are due, at most `limit`.
pub(super) fn rows_due(r: &mut Reader, what: What, before: Timestamp, limit: i64) -> Result<i64, Error> {
    let Some((table, key, at)) = table(what) else { return Ok(0) };
    let sql = format!("SELECT COUNT(*) AS n FROM (SELECT {key} FROM {table} WHERE {at} < $1 LIMIT $2) d");
    r.one(&sql, &[before.into(), limit.into()], |row| row.get("n"))
}

/// Deletes so many rows that are due; returns how many there were.
pub(super) fn delete_rows(
    tx: &mut Transaction,
    what: What,
    before: Timestamp,
    limit: i64,
) -> Result<i64, Error> {
    let Some((table, key, at)) = table(what) else { return Ok(0) };
    let sql =
        format!("DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {at} < $1 LIMIT $2)");
    Ok(i64::try_from(tx.execute(&sql, &[before.into(), limit.into()])?).unwrap_or(i64::MAX))
}

/// Accounts whose log holds network addresses from before `before`: first and last of those events, and how many. A
/// month is let come together, so that an account's log does not grow by a line each night.
pub(super) fn addresses_due(
    r: &mut Reader,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<(Uuid, i64, i64, i64)>, Error> {
    let month = before - jiff::SignedDuration::from_hours(24 * 30);
    r.rows(
        "SELECT subject_id, MIN(number) AS first, MAX(number) AS last, COUNT(*) AS n FROM events
         WHERE subject = 'account' AND at < $1 AND taken_out IS NULL AND detail LIKE '%\"address\":%'
         GROUP BY subject_id HAVING MIN(at) < $2 ORDER BY subject_id LIMIT $3",
        &[before.into(), month.into(), limit.into()],
        |row| Ok((row.get("subject_id")?, row.get("first")?, row.get("last")?, row.get("n")?)),
    )
}

/// Files that `unspoken` takes at once.
pub(super) const FILES: usize = 200;

/// Those of these files, at most `FILES`, that no record speaks of.
pub(super) fn unspoken(r: &mut Reader, hashes: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, Error> {
    let Some(last) = hashes.last() else { return Ok(Vec::new()) };
    // Filled up with the last, so that there is one statement for all.
    let places: Vec<String> = (1..=FILES).map(|place| format!("${place}")).collect();
    let sql = format!("SELECT hash FROM files WHERE hash IN ({})", places.join(", "));
    let values: Vec<Value<'_>> =
        (0..FILES).map(|place| hashes.get(place).unwrap_or(last).as_slice().into()).collect();
    let spoken: HashSet<Vec<u8>> = r.rows(&sql, &values, |row| row.get("hash"))?.into_iter().collect();
    Ok(hashes.iter().filter(|hash| !spoken.contains(*hash)).cloned().collect())
}
