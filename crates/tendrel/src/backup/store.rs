//! All questions of the backups to the database.

use database::{Error, Kind, Reader, Transaction};
use jiff::Timestamp;

pub fn schema(r: &mut Reader) -> Result<i64, Error> {
    r.one("SELECT COALESCE(MAX(version), 0) AS version FROM schema_migrations", &[], |row| row.get("version"))
}

pub(super) fn file_hashes(r: &mut Reader) -> Result<Vec<Vec<u8>>, Error> {
    let mut hashes = Vec::new();
    r.each("SELECT hash FROM files ORDER BY hash", &[], |row| {
        hashes.push(row.get("hash")?);
        Ok(())
    })?;
    Ok(hashes)
}

/// Rows that refer to one that is not there. PostgreSQL holds its own tables to that while they are filled.
pub(super) fn dangling(r: &mut Reader) -> Result<i64, Error> {
    if r.kind() == Kind::Postgres {
        return Ok(0);
    }
    let mut rows = 0_i64;
    r.each("SELECT COUNT(*) AS n FROM pragma_foreign_key_check", &[], |row| {
        rows = row.get("n")?;
        Ok(())
    })?;
    Ok(rows)
}

pub(super) fn made(tx: &mut Transaction, at: Timestamp, place: &str, size: i64) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO backups (made_at, place, size) VALUES ($1, $2, $3)
         ON CONFLICT (made_at) DO UPDATE SET place = excluded.place, size = excluded.size, fault = ''",
        &[at.into(), place.into(), size.into()],
    )?;
    Ok(())
}

pub(super) fn failed(tx: &mut Transaction, at: Timestamp, place: &str, fault: &str) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO backups (made_at, place, size, fault) VALUES ($1, $2, 0, $3)
         ON CONFLICT (made_at) DO UPDATE SET fault = excluded.fault",
        &[at.into(), place.into(), fault.into()],
    )?;
    Ok(())
}

/// Notes the outcome of a check; nothing where the backup is one of another installation.
pub(super) fn checked(
    tx: &mut Transaction,
    made_at: Timestamp,
    now: Timestamp,
    fault: &str,
) -> Result<(), Error> {
    let proven = fault.is_empty().then_some(now);
    tx.execute(
        "UPDATE backups SET proven_at = $2, fault = $3 WHERE made_at = $1",
        &[made_at.into(), proven.into(), fault.into()],
    )?;
    Ok(())
}

/// Where backups are that were noted and not removed since.
pub(super) fn places(r: &mut Reader) -> Result<Vec<String>, Error> {
    r.rows("SELECT place FROM backups WHERE place <> ''", &[], |row| row.get("place"))
}

/// What the key of an upload that was begun begins with; its address follows.
const SENDING: &str = "backup_sending:";

/// Notes an upload before its first byte, so that what is left of it can be found.
pub(super) fn sending(tx: &mut Transaction, place: &str, now: Timestamp) -> Result<(), Error> {
    let (key, now) = (format!("{SENDING}{place}"), format!("{now:.6}"));
    tx.execute(
        "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        &[(&key).into(), (&now).into()],
    )?;
    Ok(())
}

/// The upload is whole, or nothing is left of it.
pub(super) fn sent(tx: &mut Transaction, place: &str) -> Result<(), Error> {
    let key = format!("{SENDING}{place}");
    tx.execute("DELETE FROM settings WHERE key = $1", &[(&key).into()])?;
    Ok(())
}

/// Addresses of the uploads that were begun before an instant and not ended.
pub(super) fn sent_before(r: &mut Reader, before: Timestamp) -> Result<Vec<String>, Error> {
    let (like, before) = (format!("{SENDING}%"), format!("{before:.6}"));
    let keys: Vec<String> = r.rows(
        "SELECT key FROM settings WHERE key LIKE $1 AND value < $2 ORDER BY key",
        &[(&like).into(), (&before).into()],
        |row| row.get("key"),
    )?;
    Ok(keys.iter().filter_map(|key| key.strip_prefix(SENDING)).map(str::to_owned).collect())
}

/// The backup is gone; that it was proven stays known.
pub(super) fn removed(tx: &mut Transaction, place: &str) -> Result<(), Error> {
    tx.execute("UPDATE backups SET place = '' WHERE place = $1", &[place.into()])?;
    Ok(())
}

/// A backup, or a try, as the operator's page shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub made_at: Timestamp,
    pub place: String,
    pub size: i64,
    pub proven_at: Option<Timestamp>,
    pub fault: String,
}

/// Those that are there and the tries that failed, the newest first.
pub fn newest(r: &mut Reader, limit: i64) -> Result<Vec<Row>, Error> {
    r.rows(
        "SELECT made_at, place, size, proven_at, fault FROM backups WHERE place <> ''
         ORDER BY made_at DESC LIMIT $1",
        &[limit.into()],
        |row| {
            Ok(Row {
                made_at: row.get("made_at")?,
                place: row.get("place")?,
                size: row.get("size")?,
                proven_at: row.get("proven_at")?,
                fault: row.get("fault")?,
            })
        },
    )
}

/// When a backup was last made, and when one was last proven.
pub fn ages(r: &mut Reader) -> Result<(Option<Timestamp>, Option<Timestamp>), Error> {
    r.one(
        "SELECT (SELECT MAX(made_at) FROM backups WHERE size > 0) AS made, MAX(proven_at) AS proven FROM backups",
        &[],
        |row| Ok((row.get("made")?, row.get("proven")?)),
    )
}

/// Takes on the night's work; false when another node is at it.
pub(super) fn claim(tx: &mut Transaction, now: Timestamp, stale: Timestamp) -> Result<bool, Error> {
    let (now, stale) = (format!("{now:.6}"), format!("{stale:.6}"));
    let changed = tx.execute(
        "INSERT INTO settings (key, value) VALUES ('backup_begun', $1)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE settings.value < $2",
        &[(&now).into(), (&stale).into()],
    )?;
    Ok(changed == 1)
}

pub(super) fn release(tx: &mut Transaction) -> Result<(), Error> {
    tx.execute("DELETE FROM settings WHERE key = 'backup_begun'", &[])?;
    Ok(())
}
