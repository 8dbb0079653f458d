//! All questions to the tables of mail.

pub mod known;
pub mod mails;
pub mod servers;

use database::{Error, Reader, Row, Transaction};
use jiff::Timestamp;

use crate::channels::mailbox::Mailbox;
use crate::id::{MailboxId, OrganisationId, RequestId, ServiceId};

pub(super) const MAILBOX: &str =
    "id, address, name, unit_id, service_id, sorts, is_fax, fetched_at, fault, closed_at, version";

pub(super) fn read_mailbox(row: &Row<'_>) -> Result<Mailbox, Error> {
    Ok(Mailbox {
        id: row.get("id")?,
        address: row.get("address")?,
        name: row.get("name")?,
        unit: row.get("unit_id")?,
        service: row.get("service_id")?,
        sorts: row.get("sorts")?,
        is_fax: row.get("is_fax")?,
        fetched_at: row.get("fetched_at")?,
        fault: row.get("fault")?,
        closed_at: row.get("closed_at")?,
        version: row.get("version")?,
    })
}

/// All that are open.
pub fn mailboxes(r: &mut Reader) -> Result<Vec<Mailbox>, Error> {
    let sql = format!("SELECT {MAILBOX} FROM mailboxes WHERE closed_at IS NULL ORDER BY address");
    r.rows(&sql, &[], read_mailbox)
}

/// Opens a mailbox. `Unique` when its address is one already.
pub fn insert_mailbox(tx: &mut Transaction, mailbox: &Mailbox) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO mailboxes (id, address, name, unit_id, service_id, sorts, is_fax)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            mailbox.id.into(),
            (&mailbox.address).into(),
            (&mailbox.name).into(),
            mailbox.unit.into(),
            mailbox.service.into(),
            mailbox.sorts.into(),
            mailbox.is_fax.into(),
        ],
    )?;
    Ok(())
}

/// Changes what a mailbox is for; its address stays. A closed one is open again.
pub fn change_mailbox(tx: &mut Transaction, id: MailboxId, after: &Mailbox) -> Result<(), Error> {
    tx.execute(
        "UPDATE mailboxes SET name = $2, unit_id = $3, service_id = $4, sorts = $5, is_fax = $6,
                closed_at = NULL, version = version + 1 WHERE id = $1",
        &[
            id.into(),
            (&after.name).into(),
            after.unit.into(),
            after.service.into(),
            after.sorts.into(),
            after.is_fax.into(),
        ],
    )?;
    Ok(())
}

/// No mail is taken for it any more; what came stays.
pub fn close_mailbox(tx: &mut Transaction, id: MailboxId, now: Timestamp) -> Result<(), Error> {
    let sql =
        "UPDATE mailboxes SET closed_at = $2, version = version + 1 WHERE id = $1 AND closed_at IS NULL";
    tx.execute(sql, &[id.into(), now.into()])?;
    Ok(())
}

/// Those that are closed too: what was kept for them is filed all the same.
pub fn all_mailboxes(r: &mut Reader) -> Result<Vec<Mailbox>, Error> {
    r.rows(&format!("SELECT {MAILBOX} FROM mailboxes ORDER BY address"), &[], read_mailbox)
}

/// From which a unit writes about a service: the mailbox of that service, else the one that sorts by the words.
pub fn mailbox_of(
    r: &mut Reader,
    unit: OrganisationId,
    service: ServiceId,
) -> Result<Option<Mailbox>, Error> {
    let sql = format!(
        "SELECT {MAILBOX} FROM mailboxes WHERE unit_id = $1 AND closed_at IS NULL AND (service_id = $2 OR sorts = 1)
         ORDER BY CASE WHEN sorts = 0 THEN 0 ELSE 1 END, address LIMIT 1"
    );
    r.row(&sql, &[unit.into(), service.into()], read_mailbox)
}

/// Keeps the id of a mail of a case, so that an answer to it finds the case. `author` is empty for a mail of ours.
pub fn remember_id(
    tx: &mut Transaction,
    message_id: &str,
    request: RequestId,
    mailbox: Option<MailboxId>,
    author: &str,
    now: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO mail_ids (message_id, request_id, mailbox_id, author, at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
        &[message_id.into(), request.into(), mailbox.into(), author.into(), now.into()],
    )?;
    Ok(())
}

/// The id of the last mail about a case that came from an address: what our answer answers.
pub fn last_id_from(r: &mut Reader, request: RequestId, address: &str) -> Result<Option<String>, Error> {
    r.row(
        "SELECT message_id FROM mail_ids WHERE request_id = $1 AND author = $2 ORDER BY at DESC LIMIT 1",
        &[request.into(), address.into()],
        |row| row.get("message_id"),
    )
}

/// Somebody who stood in copy.
#[derive(Clone, Debug, PartialEq)]
pub struct Watcher {
    pub address: String,
    pub name: String,
}

/// People in copy of one case; more than so many are not kept.
const WATCHERS: i64 = 20;

pub fn watch(
    tx: &mut Transaction,
    request: RequestId,
    watcher: &Watcher,
    now: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO watchers (request_id, address, name, since)
         SELECT $1, $2, $3, $4 WHERE (SELECT COUNT(*) FROM watchers WHERE request_id = $1) < $5
         ON CONFLICT DO NOTHING",
        &[request.into(), (&watcher.address).into(), (&watcher.name).into(), now.into(), WATCHERS.into()],
    )?;
    Ok(())
}

pub fn watchers(r: &mut Reader, request: RequestId) -> Result<Vec<Watcher>, Error> {
    r.rows(
        "SELECT address, name FROM watchers WHERE request_id = $1 ORDER BY since, address",
        &[request.into()],
        |row| Ok(Watcher { address: row.get("address")?, name: row.get("name")? }),
    )
}
