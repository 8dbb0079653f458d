//! What retention removes of mail: the bytes, who wrote and about what. That it came, and by what it is known again,
//! stays, so that a server that offers it once more makes no second case of it.

use database::{Error, Reader, Transaction};
use jiff::Timestamp;

use crate::id::RequestId;

const WORDS: &str =
    "file_hash = NULL, recipient = '', from_address = '', from_name = '', subject = '', because = '[]'";

/// Of a case that is anonymised: its mail, its ids, and who stood in copy. Returns the files that nobody speaks of any
/// more.
pub fn of_case(tx: &mut Transaction, request: RequestId) -> Result<Vec<Vec<u8>>, Error> {
    tx.execute("DELETE FROM watchers WHERE request_id = $1", &[request.into()])?;
    tx.execute("DELETE FROM mail_ids WHERE request_id = $1", &[request.into()])?;
    let files = files(tx, "request_id = $1", request)?;
    tx.execute(&format!("UPDATE mails SET {WORDS} WHERE request_id = $1"), &[request.into()])?;
    unspoken(tx, &files)
}

/// The bytes alone, with the attachments in them.
pub fn files_of_case(tx: &mut Transaction, request: RequestId) -> Result<Vec<Vec<u8>>, Error> {
    let files = files(tx, "request_id = $1", request)?;
    tx.execute("UPDATE mails SET file_hash = NULL WHERE request_id = $1", &[request.into()])?;
    unspoken(tx, &files)
}

/// How much `without_case` would remove, at most `limit`.
pub fn due(r: &mut Reader, before: Timestamp, limit: i64) -> Result<i64, Error> {
    r.one(
        "SELECT COUNT(*) AS n FROM (SELECT id FROM mails WHERE state IN ('aside', 'quarantined') AND came_at < $1
                                      LIMIT $2) d",
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
        "SELECT file_hash FROM mails WHERE id IN (SELECT id FROM mails WHERE state IN ('aside', 'quarantined')
             AND came_at < $1 ORDER BY id LIMIT $2)",
        &[before.into(), limit.into()],
        |row| row.get("file_hash"),
    )?;
    let count = tx.execute(
        &format!(
            "UPDATE mails SET {WORDS}, state = 'forgotten' WHERE id IN (SELECT id FROM mails
                 WHERE state IN ('aside', 'quarantined') AND came_at < $1 ORDER BY id LIMIT $2)"
        ),
        &[before.into(), limit.into()],
    )?;
    let hashes: Vec<Vec<u8>> = hashes.into_iter().flatten().collect();
    Ok((i64::try_from(count).unwrap_or(i64::MAX), unspoken(tx, &hashes)?))
}

fn files(tx: &mut Transaction, which: &str, request: RequestId) -> Result<Vec<Vec<u8>>, Error> {
    let sql = format!("SELECT file_hash FROM mails WHERE {which} AND file_hash IS NOT NULL");
    tx.rows(&sql, &[request.into()], |row| row.get("file_hash"))
}

fn unspoken(tx: &mut Transaction, hashes: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, Error> {
    let mut left = Vec::new();
    for hash in hashes {
        let gone = tx.execute(
            "DELETE FROM files WHERE hash = $1 AND NOT EXISTS (SELECT 1 FROM attachments WHERE file_hash = $1)
               AND NOT EXISTS (SELECT 1 FROM mails WHERE file_hash = $1)",
            &[hash.as_slice().into()],
        )?;
        if gone == 1 {
            left.push(hash.clone());
        }
    }
    Ok(left)
}
