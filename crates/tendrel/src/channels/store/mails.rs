//! Mail that came: kept, taken up for filing, and where each went.

use database::{Error, Reader, Row, Transaction, Value};
use jiff::{SignedDuration, Timestamp};

use crate::id::{MailId, MailboxId, RequestId};

/// Where a mail is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// On the disk, and nobody has understood it yet.
    Kept,
    /// Part of a case.
    Filed,
    /// Read, and no case: what programs wrote.
    Aside,
    /// Somebody must look at it.
    Quarantined,
    /// It became no case, and retention removed what it said.
    Forgotten,
}

impl State {
    pub const ALL: [State; 5] =
        [State::Kept, State::Filed, State::Aside, State::Quarantined, State::Forgotten];

    pub fn code(self) -> &'static str {
        match self {
            State::Kept => "kept",
            State::Filed => "filed",
            State::Aside => "aside",
            State::Quarantined => "quarantined",
            State::Forgotten => "forgotten",
        }
    }

    pub fn from_code(code: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.code() == code)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Mail {
    pub id: MailId,
    pub mailbox: MailboxId,
    pub known_by: String,
    /// `None` where it was too long to be kept, and where retention removed it.
    pub file: Option<Vec<u8>>,
    pub size: i64,
    pub came_by: String,
    pub came_at: Timestamp,
    /// Of the envelope; empty where there was none.
    pub recipient: String,
    pub state: State,
    pub tries: i64,
    pub kind: String,
    pub from: String,
    pub from_name: String,
    pub subject: String,
    /// A code: why it is where it is.
    pub reason: String,
    /// JSON list of sentences for an operator.
    pub because: String,
    pub request: Option<RequestId>,
    /// Of the event that it became on the request.
    pub number: Option<i64>,
}

const COLUMNS: &str =
    "id, mailbox_id, known_by, file_hash, size, came_by, came_at, recipient, state, tries, kind,
    from_address, from_name, subject, reason, because, request_id, number";

fn read(row: &Row<'_>) -> Result<Mail, Error> {
    let state: String = row.get("state")?;
    Ok(Mail {
        id: row.get("id")?,
        mailbox: row.get("mailbox_id")?,
        known_by: row.get("known_by")?,
        file: row.get("file_hash")?,
        size: row.get("size")?,
        came_by: row.get("came_by")?,
        came_at: row.get("came_at")?,
        recipient: row.get("recipient")?,
        state: State::from_code(&state).unwrap_or(State::Quarantined),
        tries: row.get("tries")?,
        kind: row.get("kind")?,
        from: row.get("from_address")?,
        from_name: row.get("from_name")?,
        subject: row.get("subject")?,
        reason: row.get("reason")?,
        because: row.get("because")?,
        request: row.get("request_id")?,
        number: row.get("number")?,
    })
}

/// The same mail, if it came to this mailbox before.
pub fn known(r: &mut Reader, mailbox: MailboxId, known_by: &str) -> Result<Option<MailId>, Error> {
    let sql = "SELECT id FROM mails WHERE mailbox_id = $1 AND known_by = $2";
    r.row(sql, &[mailbox.into(), known_by.into()], |row| row.get("id"))
}

pub fn count_again(tx: &mut Transaction, id: MailId) -> Result<(), Error> {
    tx.execute("UPDATE mails SET times = times + 1 WHERE id = $1", &[id.into()])?;
    Ok(())
}

/// Keeps a mail; false when it is here already.
pub fn insert(tx: &mut Transaction, mail: &Mail) -> Result<bool, Error> {
    let written = tx.execute(
        "INSERT INTO mails (id, mailbox_id, known_by, file_hash, size, came_by, came_at, recipient, state, reason, subject)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
        &[
            mail.id.into(),
            mail.mailbox.into(),
            (&mail.known_by).into(),
            mail.file.as_deref().into(),
            mail.size.into(),
            (&mail.came_by).into(),
            mail.came_at.into(),
            (&mail.recipient).into(),
            mail.state.code().into(),
            (&mail.reason).into(),
            (&mail.subject).into(),
        ],
    )?;
    Ok(written > 0)
}

/// Does any wait to be understood?
pub fn any_kept(r: &mut Reader) -> Result<bool, Error> {
    let sql = "SELECT 1 AS found FROM mails WHERE state = 'kept' LIMIT 1";
    let found: Option<i64> = r.row(sql, &[], |row| row.get("found"))?;
    Ok(found.is_some())
}

/// The next that wait to be understood, each counted as tried. Those that were begun before, and may have ended the
/// program, come last and one at a time: what was only beside them when it ended does not count against a mail twice.
pub fn take_up(tx: &mut Transaction, limit: i64) -> Result<Vec<Mail>, Error> {
    let fresh = "SELECT id FROM mails WHERE state = 'kept' AND tries = 0 ORDER BY id LIMIT $1";
    let mut next = tx.rows(&tried(fresh), &[limit.into()], read)?;
    if next.is_empty() {
        let begun = "SELECT id FROM mails WHERE state = 'kept' ORDER BY tries, id LIMIT 1";
        next = tx.rows(&tried(begun), &[], read)?;
    }
    next.sort_by_key(|mail| mail.id);
    Ok(next)
}

/// This one, if it waits to be understood, counted as tried.
pub fn take(tx: &mut Transaction, id: MailId) -> Result<Option<Mail>, Error> {
    tx.row(&tried("SELECT id FROM mails WHERE id = $1 AND state = 'kept'"), &[id.into()], read)
}

fn tried(which: &str) -> String {
    format!("UPDATE mails SET tries = tries + 1 WHERE id IN ({which}) RETURNING {COLUMNS}")
}

/// Says that trying came to nothing for a cause that is not the mails': it does not count.
pub fn put_back(tx: &mut Transaction, ids: &[MailId]) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let values: Vec<Value<'_>> = ids.iter().map(|id| Value::from(*id)).collect();
    let sql = format!("UPDATE mails SET tries = 0 WHERE state = 'kept' AND id IN ({})", places(1, ids.len()));
    tx.execute(&sql, &values)?;
    Ok(())
}

/// `$first, …` for so many values.
fn places(first: usize, count: usize) -> String {
    (first..first + count).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}

/// What a mail was found to be and where it goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Filing {
    pub state: State,
    pub kind: String,
    pub from: String,
    pub from_name: String,
    pub subject: String,
    pub reason: &'static str,
    /// JSON list of sentences.
    pub because: String,
    pub request: Option<RequestId>,
    pub number: Option<i64>,
}

/// Writes where a mail went, once: false when it is not in `from` any more, and then nothing of the same transaction
/// must be kept.
pub fn file(
    tx: &mut Transaction,
    id: MailId,
    from: State,
    filing: &Filing,
    now: Timestamp,
) -> Result<bool, Error> {
    let written = tx.execute(
        "UPDATE mails SET state = $3, kind = $4, from_address = $5, from_name = $6, subject = $7, reason = $8,
                because = $9, request_id = $10, number = $11, filed_at = $12
         WHERE id = $1 AND state = $2",
        &[
            id.into(),
            from.code().into(),
            filing.state.code().into(),
            (&filing.kind).into(),
            (&filing.from).into(),
            (&filing.from_name).into(),
            (&filing.subject).into(),
            filing.reason.into(),
            (&filing.because).into(),
            filing.request.into(),
            filing.number.into(),
            now.into(),
        ],
    )?;
    Ok(written == 1)
}

/// Puts one where somebody must look at it, for a reason and with what the program said.
pub fn quarantine(
    tx: &mut Transaction,
    id: MailId,
    reason: &str,
    because: &str,
    now: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "UPDATE mails SET state = 'quarantined', reason = $2, because = $3, filed_at = $4 WHERE id = $1 AND state = 'kept'",
        &[id.into(), reason.into(), because.into(), now.into()],
    )?;
    Ok(())
}

/// Has one read again that is aside or in quarantine.
pub fn again(tx: &mut Transaction, id: MailId) -> Result<bool, Error> {
    let sql = "UPDATE mails SET state = 'kept', tries = 0, reason = '', filed_at = NULL
               WHERE id = $1 AND state IN ('aside', 'quarantined') AND file_hash IS NOT NULL";
    Ok(tx.execute(sql, &[id.into()])? == 1)
}

/// Somebody looked at it, and it is nothing to act on.
pub fn put_aside(tx: &mut Transaction, id: MailId) -> Result<bool, Error> {
    let sql =
        "UPDATE mails SET state = 'aside', reason = 'put-aside' WHERE id = $1 AND state = 'quarantined'";
    Ok(tx.execute(sql, &[id.into()])? == 1)
}

pub fn get(r: &mut Reader, id: MailId) -> Result<Option<Mail>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM mails WHERE id = $1");
    r.row(&sql, &[id.into()], read)
}

/// Those of some mailboxes that are in one state, newest first, before the one of an id.
pub fn waiting(
    r: &mut Reader,
    mailboxes: &[MailboxId],
    state: State,
    before: Option<MailId>,
    limit: i64,
) -> Result<Vec<Mail>, Error> {
    if mailboxes.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Value<'_>> = vec![state.code().into(), before.into(), limit.into()];
    values.extend(mailboxes.iter().map(|id| Value::from(*id)));
    let sql = format!(
        "SELECT {COLUMNS} FROM mails WHERE state = $1 AND (CAST($2 AS BYTEA) IS NULL OR id < $2)
           AND mailbox_id IN ({}) ORDER BY id DESC LIMIT $3",
        places(4, mailboxes.len())
    );
    r.rows(&sql, &values, read)
}

/// The mails of a case, first to last.
pub fn of_request(r: &mut Reader, request: RequestId) -> Result<Vec<Mail>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM mails WHERE request_id = $1 ORDER BY id");
    r.rows(&sql, &[request.into()], read)
}

/// Cases that the same mail became on other desks.
pub fn elsewhere(r: &mut Reader, mail: &Mail) -> Result<Vec<RequestId>, Error> {
    r.rows(
        "SELECT request_id FROM mails WHERE known_by = $1 AND id <> $2 AND request_id IS NOT NULL ORDER BY id LIMIT 10",
        &[(&mail.known_by).into(), mail.id.into()],
        |row| row.get("request_id"),
    )
}

/// How many cases an author began at a mailbox within a day; no more than `limit` are counted.
pub fn begun_today(
    r: &mut Reader,
    mailbox: MailboxId,
    author: &str,
    limit: i64,
    now: Timestamp,
) -> Result<i64, Error> {
    r.one(
        "SELECT COUNT(*) AS n FROM (SELECT 1 FROM mails WHERE mailbox_id = $1 AND from_address = $2 AND came_at > $3
                                      AND number = 1 LIMIT $4) begun",
        &[mailbox.into(), author.into(), (now - SignedDuration::from_hours(24)).into(), limit.into()],
        |row| row.get("n"),
    )
}
