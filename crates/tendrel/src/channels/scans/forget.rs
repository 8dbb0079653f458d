//! What retention removes of scans: bytes, pictures, and what was read on them. That a file came, and the hash by which
//! it is known again, stays.

use database::{Error, Reader, Row, Transaction, Value};
use jiff::Timestamp;

use crate::files;
use crate::id::RequestId;

/// Of a case that is anonymised. Returns the files that nobody speaks of any more.
pub fn of_case(tx: &mut Transaction, request: RequestId) -> Result<Vec<Vec<u8>>, Error> {
    remove(tx, "SELECT id FROM scans WHERE request_id = $1", &[request.into()], "code = ''")
        .map(|(_, files)| files)
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
    let which =
        "SELECT id FROM scans WHERE state IN ('waiting', 'aside') AND came_at < $1 ORDER BY id LIMIT $2";
    remove(tx, which, &[before.into(), limit.into()], "state = 'forgotten', reason = '', code = ''")
}

/// What was read on the sheets that a query names, their pictures, and the file of each when no other sheet of it is
/// still wanted. Returns how many sheets, and the files that nobody speaks of any more.
fn remove(
    tx: &mut Transaction,
    which: &str,
    values: &[Value<'_>],
    change: &str,
) -> Result<(i64, Vec<Vec<u8>>), Error> {
    let unwanted = format!(
        "id IN (SELECT file_id FROM scans WHERE id IN ({which})) AND file_hash IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM scans s WHERE s.file_id = scan_files.id AND s.id NOT IN ({which})
                AND (s.state = 'kept' OR EXISTS (SELECT 1 FROM scan_pages p WHERE p.scan_id = s.id)))"
    );
    let hash = |row: &Row<'_>| row.get::<Vec<u8>>("file_hash");
    let mut hashes = tx.rows(&format!("SELECT file_hash FROM scan_files WHERE {unwanted}"), values, hash)?;
    tx.execute(
        &format!("UPDATE scan_files SET file_hash = NULL, name = '', state = 'forgotten' WHERE {unwanted}"),
        values,
    )?;
    let pictures = format!("DELETE FROM scan_pages WHERE scan_id IN ({which}) RETURNING file_hash");
    hashes.extend(tx.rows(&pictures, values, hash)?);
    let sheets =
        tx.execute(&format!("UPDATE scans SET guess = '', {change} WHERE id IN ({which})"), values)?;
    Ok((i64::try_from(sheets).unwrap_or(i64::MAX), files::let_go(tx, &hashes)?))
}
