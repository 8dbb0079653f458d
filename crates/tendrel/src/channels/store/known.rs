//! What is known of the cases that a mail may belong to.

use database::{Error, Reader, Value};

use crate::id::{MailboxId, RequestId};

/// Ids of one mail that are looked up: a longer list is not a thread but an attempt.
pub const IDS_LIMIT: usize = 50;

/// A case that knows one of the ids.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownId {
    pub message_id: String,
    pub request: RequestId,
    pub mailbox: Option<MailboxId>,
}

pub fn ids(r: &mut Reader, ids: &[String]) -> Result<Vec<KnownId>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let values: Vec<Value<'_>> = ids.iter().take(IDS_LIMIT).map(Value::from).collect();
    let places: Vec<String> = (1..=values.len()).map(|place| format!("${place}")).collect();
    let sql = format!(
        "SELECT message_id, request_id, mailbox_id FROM mail_ids WHERE message_id IN ({}) ORDER BY at, request_id",
        places.join(", ")
    );
    r.rows(&sql, &values, |row| {
        Ok(KnownId {
            message_id: row.get("message_id")?,
            request: row.get("request_id")?,
            mailbox: row.get("mailbox_id")?,
        })
    })
}

/// Is this address in copy of the case?
pub fn watches(r: &mut Reader, request: RequestId, address: &str) -> Result<bool, Error> {
    let sql = "SELECT 1 AS found FROM watchers WHERE request_id = $1 AND address = $2";
    let found: Option<i64> = r.row(sql, &[request.into(), address.into()], |row| row.get("found"))?;
    Ok(found.is_some())
}
