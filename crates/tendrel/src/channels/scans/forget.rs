//! What retention removes of scans: bytes, pictures, and what was read on them. That a file came, and the hash by which
//! it is known again, stays.

use database::{Error, Reader, Transaction, Value};
use jiff::Timestamp;

use crate::files;
use crate::id::{RequestId, ScanFileId, ScanId};

/// Of a case that is anonymised. Returns the files that nobody speaks of any more.
pub fn of_case(tx: &mut Transaction, request: RequestId) -> Result<Vec<Vec<u8>>, Error> {
    let sql = "SELECT id, file_id FROM scans WHERE request_id = $1";
    let scans = tx.rows(sql, &[request.into()], |row| Ok((row.get("id")?, row.get("file_id")?)))?;
    tx.execute("UPDATE scans SET code = '', guess = '' WHERE request_id = $1", &[request.into()])?;
    remove(tx, &scans)
}

/// How much `without_case` would remove, at most `limit`.
pub fn due(r: &mut Reader, before: Timestamp, limit: i64) -> Result<i64, Error> {
    r.one(
        "SELECT COUNT(*) AS n FROM (SELECT id FROM scans WHERE state IN ('waiting', 'aside') AND came_at < $1
                                      LIMIT $2) d",
        &[before.into(), limit.into()],
        |row| row.get("n"),
    )
}

/// Of sheets that became no case and came before an instant, at most `limit`. Returns how many, and the files.
pub fn without_case(
    tx: &mut Transaction,
    before: Timestamp,
    limit: i64,
) -> Result<(i64, Vec<Vec<u8>>), Error> {
    let scans: Vec<(ScanId, ScanFileId)> = tx.rows(
        "UPDATE scans SET state = 'forgotten', reason = '', code = '', guess = '' WHERE id IN (
             SELECT id FROM scans WHERE state IN ('waiting', 'aside') AND came_at < $1 ORDER BY id LIMIT $2)
         RETURNING id, file_id",
        &[before.into(), limit.into()],
        |row| Ok((row.get("id")?, row.get("file_id")?)),
    )?;
    let count = i64::try_from(scans.len()).unwrap_or(i64::MAX);
    Ok((count, remove(tx, &scans)?))
}

/// The pictures of sheets, and the file of each when no other sheet of it is still wanted.
fn remove(tx: &mut Transaction, scans: &[(ScanId, ScanFileId)]) -> Result<Vec<Vec<u8>>, Error> {
    let mut hashes: Vec<Vec<u8>> = Vec::new();
    for (scan, file) in scans {
        let taken = |tx: &mut Transaction, sql: &str, values: &[Value<'_>]| {
            tx.rows(sql, values, |row| row.get::<Vec<u8>>("file_hash"))
        };
        hashes.extend(taken(
            tx,
            "DELETE FROM scan_pages WHERE scan_id = $1 RETURNING file_hash",
            &[(*scan).into()],
        )?);
        hashes.extend(taken(
            tx,
            "SELECT file_hash FROM scan_files WHERE id = $1 AND file_hash IS NOT NULL AND NOT EXISTS (
                 SELECT 1 FROM scans WHERE file_id = $1 AND id <> $2 AND state IN ('kept', 'waiting', 'aside', 'filed')
                   AND EXISTS (SELECT 1 FROM scan_pages WHERE scan_id = scans.id))",
            &[(*file).into(), (*scan).into()],
        )?);
        tx.execute(
            "UPDATE scan_files SET file_hash = NULL, name = '', state = 'forgotten' WHERE id = $1 AND NOT EXISTS (
                 SELECT 1 FROM scans WHERE file_id = $1 AND id <> $2 AND state IN ('kept', 'waiting', 'aside', 'filed')
                   AND EXISTS (SELECT 1 FROM scan_pages WHERE scan_id = scans.id))",
            &[(*file).into(), (*scan).into()],
        )?;
    }
    files::let_go(tx, &hashes)
}
