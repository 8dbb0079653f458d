//! Files that came, before anybody knows how many sheets they hold.

use database::{Error, Reader, Row, Transaction};
use jiff::{SignedDuration, Timestamp};

use crate::id::{MailId, OrganisationId, PersonId, ScanFileId, ScanId};

/// A node that says nothing for so long has lost what it was reading, or the folder that it watched, to another.
const HELD: SignedDuration = SignedDuration::from_mins(10);
const WATCHED: SignedDuration = SignedDuration::from_secs(60);

#[derive(Clone, Debug, PartialEq)]
pub struct ScanFile {
    pub id: ScanFileId,
    pub unit: OrganisationId,
    pub known_by: String,
    pub hash: Option<Vec<u8>>,
    pub name: String,
    pub came_by: String,
    pub came_at: Timestamp,
    pub brought_by: Option<PersonId>,
    pub mail: Option<MailId>,
    pub tries: i64,
}

const FILE: &str = "id, unit_id, known_by, file_hash, name, came_by, came_at, brought_by, mail_id, tries";

fn read(row: &Row<'_>) -> Result<ScanFile, Error> {
    Ok(ScanFile {
        id: row.get("id")?,
        unit: row.get("unit_id")?,
        known_by: row.get("known_by")?,
        hash: row.get("file_hash")?,
        name: row.get("name")?,
        came_by: row.get("came_by")?,
        came_at: row.get("came_at")?,
        brought_by: row.get("brought_by")?,
        mail: row.get("mail_id")?,
        tries: row.get("tries")?,
    })
}

/// The first sheet of the same file, if it came to this unit before.
pub fn came_again(
    tx: &mut Transaction,
    unit: OrganisationId,
    known_by: &str,
) -> Result<Option<ScanId>, Error> {
    let file: Option<ScanFileId> = tx.row(
        "UPDATE scan_files SET times = times + 1 WHERE unit_id = $1 AND known_by = $2 AND state <> 'forgotten'
         RETURNING id",
        &[unit.into(), known_by.into()],
        |row| row.get("id"),
    )?;
    let Some(file) = file else { return Ok(None) };
    tx.row("SELECT id FROM scans WHERE file_id = $1 ORDER BY id LIMIT 1", &[file.into()], |row| row.get("id"))
}

/// Keeps a file; one that retention removed begins anew. Returns its id, `None` when it is here already.
pub fn insert(tx: &mut Transaction, file: &ScanFile) -> Result<Option<ScanFileId>, Error> {
    tx.row(
        "INSERT INTO scan_files (id, unit_id, known_by, file_hash, name, came_by, came_at, brought_by, mail_id, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'kept')
         ON CONFLICT (unit_id, known_by) DO UPDATE SET file_hash = $4, name = $5, came_by = $6, came_at = $7,
                brought_by = $8, mail_id = $9, state = 'kept', tries = 0, taken_until = NULL
            WHERE scan_files.state = 'forgotten'
         RETURNING id",
        &[
            file.id.into(),
            file.unit.into(),
            (&file.known_by).into(),
            file.hash.as_deref().into(),
            (&file.name).into(),
            (&file.came_by).into(),
            file.came_at.into(),
            file.brought_by.into(),
            file.mail.into(),
        ],
        |row| row.get("id"),
    )
}

/// Does any wait to be read?
pub fn any_kept(r: &mut Reader, now: Timestamp) -> Result<bool, Error> {
    let found: Option<i64> = r.row(
        "SELECT 1 AS found FROM scan_files WHERE state = 'kept' AND (taken_until IS NULL OR taken_until < $1) LIMIT 1",
        &[now.into()],
        |row| row.get("found"),
    )?;
    Ok(found.is_some())
}

/// The next that waits to be read, counted as tried; those that were begun before come last.
pub fn take_up(tx: &mut Transaction, now: Timestamp) -> Result<Option<ScanFile>, Error> {
    let next = "(SELECT id FROM scan_files WHERE state = 'kept' AND (taken_until IS NULL OR taken_until < $1)
                 ORDER BY tries, id LIMIT 1)";
    tx.row(&taken(next), &[now.into(), (now + HELD).into()], read)
}

/// This one, if it waits to be read and nobody reads it, counted as tried.
pub fn take(tx: &mut Transaction, id: ScanFileId, now: Timestamp) -> Result<Option<ScanFile>, Error> {
    tx.row(&taken("$3"), &[now.into(), (now + HELD).into(), id.into()], read)
}

fn taken(which: &str) -> String {
    format!(
        "UPDATE scan_files SET tries = tries + 1, taken_until = $2
         WHERE state = 'kept' AND (taken_until IS NULL OR taken_until < $1) AND id = {which}
         RETURNING {FILE}"
    )
}

/// Trying came to nothing for a cause that is not the file's: it does not count.
pub fn put_back(tx: &mut Transaction, id: ScanFileId) -> Result<(), Error> {
    tx.execute(
        "UPDATE scan_files SET tries = tries - 1, taken_until = NULL WHERE id = $1 AND state = 'kept'",
        &[id.into()],
    )?;
    Ok(())
}

/// It was read, once: false when somebody else did so.
pub fn is_read(tx: &mut Transaction, id: ScanFileId) -> Result<bool, Error> {
    let sql = "UPDATE scan_files SET state = 'read', taken_until = NULL WHERE id = $1 AND state = 'kept'";
    Ok(tx.execute(sql, &[id.into()])? == 1)
}

pub fn again(tx: &mut Transaction, id: ScanFileId) -> Result<(), Error> {
    let sql = "UPDATE scan_files SET state = 'kept', tries = 0, taken_until = NULL WHERE id = $1";
    tx.execute(sql, &[id.into()])?;
    Ok(())
}

/// May this node look after the watched folder for the next minute?
pub fn may_watch(tx: &mut Transaction, node: &str, now: Timestamp) -> Result<bool, Error> {
    let written = tx.execute(
        "INSERT INTO scan_watch (name, taken_by, taken_until) VALUES ('folder', $1, $2)
         ON CONFLICT (name) DO UPDATE SET taken_by = $1, taken_until = $2
            WHERE scan_watch.taken_by = $1 OR scan_watch.taken_until < $3",
        &[node.into(), (now + WATCHED).into(), now.into()],
    )?;
    Ok(written == 1)
}
