//! What retention removes of mail: the bytes, who wrote and about what. That it came, and by what it is known again,
//! stays, so that a server that offers it once more makes no second case of it.

use database::{Error, Reader, Transaction};
use jiff::Timestamp;

use crate::files;
use crate::id::RequestId;

const WORDS: &str =
    "file_hash = NULL, recipient = '', from_address = '', from_name = '', subject = '', because = '[]'";

/// Became no case: put aside, waiting, or the mail of a fax machine, whose sheets have a life of their own.
const WITHOUT: &str = "request_id IS NULL AND state IN ('filed', 'aside', 'quarantined')";

/// Of a case that is anonymised: its mail, its ids, and who stood in copy. Returns the files that nobody speaks of any
/// more.
pub fn of_case(tx: &mut Transaction, request: RequestId) -> Result<Vec<Vec<u8>>, Error> {
    tx.execute("DELETE FROM watchers WHERE request_id = $1", &[request.into()])?;
    tx.execute("DELETE FROM mail_ids WHERE request_id = $1", &[request.into()])?;
    let hashes = files_of(tx, request)?;
    tx.execute(&format!("UPDATE mails SET {WORDS} WHERE request_id = $1"), &[request.into()])?;
    files::let_go(tx, &hashes)
}

/// The bytes alone, with the attachments in them.
pub fn files_of_case(tx: &mut Transaction, request: RequestId) -> Result<Vec<Vec<u8>>, Error> {
    let hashes = files_of(tx, request)?;
    tx.execute("UPDATE mails SET file_hash = NULL WHERE request_id = $1", &[request.into()])?;
    files::let_go(tx, &hashes)
}

/// How much `without_case` would remove, at most `limit`.
pub fn due(r: &mut Reader, before: Timestamp, limit: i64) -> Result<i64, Error> {
    r.one(
        &format!(
            "SELECT COUNT(*) AS n FROM (SELECT id FROM mails WHERE {WITHOUT} AND came_at < $1 LIMIT $2) d"
        ),
        &[before.into(), limit.into()],
        |row| row.get("n"),
    )
}

/// Of mail that became no case and came before an instant, at most `limit`. Returns how many, and the files.
pub fn without_case(
    tx: &mut Transaction,
    before: Timestamp,
    limit: i64,
) -> Result<(i64, Vec<Vec<u8>>), Error> {
    let hashes: Vec<Option<Vec<u8>>> = tx.rows(
        &format!(
            "SELECT file_hash FROM mails WHERE id IN (SELECT id FROM mails WHERE {WITHOUT} AND came_at < $1
                 ORDER BY id LIMIT $2)"
        ),
        &[before.into(), limit.into()],
        |row| row.get("file_hash"),
    )?;
    let count = tx.execute(
        &format!(
            "UPDATE mails SET {WORDS}, state = 'forgotten' WHERE id IN (SELECT id FROM mails
                 WHERE {WITHOUT} AND came_at < $1 ORDER BY id LIMIT $2)"
        ),
        &[before.into(), limit.into()],
    )?;
    let hashes: Vec<Vec<u8>> = hashes.into_iter().flatten().collect();
    Ok((i64::try_from(count).unwrap_or(i64::MAX), files::let_go(tx, &hashes)?))
}

fn files_of(tx: &mut Transaction, request: RequestId) -> Result<Vec<Vec<u8>>, Error> {
    let sql = "SELECT file_hash FROM mails WHERE request_id = $1 AND file_hash IS NOT NULL";
    tx.rows(sql, &[request.into()], |row| row.get("file_hash"))
}
