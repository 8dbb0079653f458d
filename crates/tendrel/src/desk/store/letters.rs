//! What was said about requests by e-mail: a row for each letter, and the secret links that stand in them.

use database::{Error, Reader, Row, Transaction};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::desk::request::Request;
use crate::desk::store;
use crate::directory::sessions;
use crate::id::{LetterId, PersonId, RequestId};
use crate::secret;

/// How long the link of a letter holds.
pub const LINK_HOLDS: SignedDuration = SignedDuration::from_hours(24 * 90);
/// The same of the short one in an SMS.
pub const SHORT_LINK_HOLDS: SignedDuration = SignedDuration::from_hours(24 * 30);
/// Letters that a case page shows.
const SHOWN: i64 = 50;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterState {
    Waiting,
    Sent,
    /// It was refused, or nobody may be written to at this address.
    Failed,
    Bounced,
    /// Held back, because too many were to be sent at once.
    Stopped,
}

impl LetterState {
    pub const ALL: [LetterState; 5] = [
        LetterState::Waiting,
        LetterState::Sent,
        LetterState::Failed,
        LetterState::Bounced,
        LetterState::Stopped,
    ];

    pub fn code(self) -> &'static str {
        match self {
            LetterState::Waiting => "waiting",
            LetterState::Sent => "sent",
            LetterState::Failed => "failed",
            LetterState::Bounced => "bounced",
            LetterState::Stopped => "stopped",
        }
    }

    fn from_code(code: &str) -> LetterState {
        LetterState::ALL.into_iter().find(|state| state.code() == code).unwrap_or(LetterState::Failed)
    }

    /// It did not arrive, and somebody must do something.
    pub fn is_bad(self) -> bool {
        matches!(self, LetterState::Failed | LetterState::Bounced)
    }
}

/// The row of `letters`, whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    pub id: LetterId,
    /// `None` for a digest.
    pub request: Option<RequestId>,
    /// Number of the event that it tells.
    pub number: i64,
    pub kind: String,
    pub address: String,
    pub name: String,
    /// Somebody of the directory.
    pub person: Option<PersonId>,
    pub language: String,
    pub subject: String,
    /// Its blocks as JSON.
    pub words: String,
    /// Without the angle brackets.
    pub message_id: String,
    /// Nobody wrote it.
    pub automatic: bool,
    pub state: LetterState,
    pub made_at: Timestamp,
    /// Not before this.
    pub send_at: Timestamp,
    pub attempts: i64,
    pub sent_at: Option<Timestamp>,
    pub fault: String,
}

const COLUMNS: &str =
    "id, request_id, number, kind, address, name, person_id, language, subject, words, message_id,
    automatic, state, made_at, send_at, attempts, sent_at, fault";

fn read(row: &Row<'_>) -> Result<Letter, Error> {
    let state: String = row.get("state")?;
    Ok(Letter {
        id: row.get("id")?,
        request: row.get("request_id")?,
        number: row.get("number")?,
        kind: row.get("kind")?,
        address: row.get("address")?,
        name: row.get("name")?,
        person: row.get("person_id")?,
        language: row.get("language")?,
        subject: row.get("subject")?,
        words: row.get("words")?,
        message_id: row.get("message_id")?,
        automatic: row.get("automatic")?,
        state: LetterState::from_code(&state),
        made_at: row.get("made_at")?,
        send_at: row.get("send_at")?,
        attempts: row.get("attempts")?,
        sent_at: row.get("sent_at")?,
        fault: row.get("fault")?,
    })
}

/// What makes a letter the same letter: what it is about, the event, its kind, its address.
pub fn once(about: uuid::Uuid, number: i64, kind: &str, address: &str) -> Vec<u8> {
    let of = format!("{about}/{number}/{kind}/{}", address.to_lowercase());
    Sha256::digest(of.as_bytes()).to_vec()
}

/// Writes a letter, unless it was written before. Returns whether it was.
pub fn insert(tx: &mut Transaction, letter: &Letter, once: &[u8]) -> Result<bool, Error> {
    let Letter {
        id,
        request,
        number,
        kind,
        address,
        name,
        person,
        language,
        subject,
        words,
        message_id,
        automatic,
        state,
        made_at,
        send_at,
        attempts,
        sent_at,
        fault,
    } = letter;
    let written = tx.execute(
        "INSERT INTO letters (id, once, request_id, number, kind, address, name, person_id, language, subject, words,
            message_id, automatic, state, made_at, send_at, attempts, sent_at, fault)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
         ON CONFLICT (once) DO NOTHING",
        &[
            (*id).into(),
            once.into(),
            (*request).into(),
            number.into(),
            kind.into(),
            address.into(),
            name.into(),
            (*person).into(),
            language.into(),
            subject.into(),
            words.into(),
            message_id.into(),
            (*automatic).into(),
            state.code().into(),
            made_at.into(),
            send_at.into(),
            attempts.into(),
            sent_at.into(),
            fault.into(),
        ],
    )?;
    Ok(written == 1)
}

/// The letters of a request, first to last.
pub fn of_request(r: &mut Reader, request: RequestId) -> Result<Vec<Letter>, Error> {
    r.rows(
        &format!("SELECT {COLUMNS} FROM letters WHERE request_id = $1 ORDER BY id LIMIT $2"),
        &[request.into(), SHOWN.into()],
        read,
    )
}

/// Takes the next letter that is due, or one whose sender died over ten minutes ago.
pub fn take(tx: &mut Transaction, now: Timestamp) -> Result<Option<Letter>, Error> {
    let stale = now - SignedDuration::from_mins(10);
    tx.row(
        &format!(
            "UPDATE letters SET taken_at = $1, attempts = attempts + 1
             WHERE state = 'waiting' AND (taken_at IS NULL OR taken_at < $2) AND id = (
                 SELECT id FROM letters
                 WHERE state = 'waiting' AND send_at <= $1 AND (taken_at IS NULL OR taken_at < $2)
                 ORDER BY send_at, id LIMIT 1)
             RETURNING {COLUMNS}"
        ),
        &[now.into(), stale.into()],
        read,
    )
}

pub fn sent(tx: &mut Transaction, id: LetterId, now: Timestamp) -> Result<(), Error> {
    tx.execute(
        "UPDATE letters SET state = 'sent', taken_at = NULL, sent_at = $2, fault = '' WHERE id = $1",
        &[id.into(), now.into()],
    )?;
    Ok(())
}

/// Puts a letter back until later. One that was not even tried counts no attempt.
pub fn put_off(
    tx: &mut Transaction,
    letter: &Letter,
    until: Timestamp,
    fault: Option<&str>,
) -> Result<(), Error> {
    let attempts = if fault.is_some() { letter.attempts } else { letter.attempts - 1 };
    tx.execute(
        "UPDATE letters SET taken_at = NULL, send_at = $2, attempts = $3, fault = $4
         WHERE id = $1 AND state = 'waiting'",
        &[letter.id.into(), until.into(), attempts.into(), fault.unwrap_or(&letter.fault).into()],
    )?;
    Ok(())
}

pub fn set_state(tx: &mut Transaction, id: LetterId, state: LetterState, fault: &str) -> Result<(), Error> {
    tx.execute(
        "UPDATE letters SET state = $2, taken_at = NULL, fault = $3 WHERE id = $1",
        &[id.into(), state.code().into(), fault.into()],
    )?;
    Ok(())
}

/// The letter that came back, by the id it was sent under; where that is not told, the last to this address.
pub fn that_came_back(r: &mut Reader, message_id: &str, recipient: &str) -> Result<Option<Letter>, Error> {
    r.row(
        &format!(
            "SELECT {COLUMNS} FROM letters
             WHERE (message_id = $1 AND message_id <> '') OR ($1 = '' AND address = $2 AND state = 'sent')
             ORDER BY id DESC LIMIT 1"
        ),
        &[message_id.into(), recipient.to_lowercase().into()],
        read,
    )
}

/// Automatic letters to an address since a moment.
pub fn automatic_to(r: &mut Reader, address: &str, since: Timestamp) -> Result<i64, Error> {
    r.one(
        "SELECT COUNT(*) AS n FROM letters WHERE address = $1 AND made_at > $2 AND automatic = 1 AND state <> 'failed'",
        &[address.into(), since.into()],
        |row| row.get("n"),
    )
}

/// Automatic letters to anybody since a moment; no more than `limit` are counted.
pub fn automatic_since(r: &mut Reader, since: Timestamp, limit: i64) -> Result<i64, Error> {
    r.one(
        "SELECT COUNT(*) AS n FROM (
            SELECT 1 AS one FROM letters WHERE automatic = 1 AND made_at > $1 LIMIT $2) counted",
        &[since.into(), limit.into()],
        |row| row.get("n"),
    )
}

/// How many are held back.
pub fn stopped(r: &mut Reader) -> Result<i64, Error> {
    r.one("SELECT COUNT(*) AS n FROM letters WHERE state = 'stopped'", &[], |row| row.get("n"))
}

/// Sends what was held back after all, or throws it away.
pub fn let_go(tx: &mut Transaction, send: bool, now: Timestamp) -> Result<u64, Error> {
    let state = if send { LetterState::Waiting } else { LetterState::Failed };
    let fault = if send { "" } else { "thrown away" };
    tx.execute(
        "UPDATE letters SET state = $1, send_at = $2, fault = $3 WHERE state = 'stopped'",
        &[state.code().into(), now.into(), fault.into()],
    )
}

/// A new secret link to a request; stored only as a hash.
pub fn make_link(tx: &mut Transaction, request: RequestId, now: Timestamp) -> Result<String, Error> {
    let secret = secret::new();
    keep_link(tx, request, &secret, now + LINK_HOLDS)?;
    Ok(secret)
}

/// A link that is short enough for an SMS, and so holds for a shorter time.
pub fn make_short_link(tx: &mut Transaction, request: RequestId, now: Timestamp) -> Result<String, Error> {
    let secret = secret::short();
    keep_link(tx, request, &secret, now + SHORT_LINK_HOLDS)?;
    Ok(secret)
}

fn keep_link(
    tx: &mut Transaction,
    request: RequestId,
    secret: &str,
    expires_at: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO follow_links (secret_hash, request_id, expires_at) VALUES ($1, $2, $3)",
        &[sessions::hash(secret).into(), request.into(), expires_at.into()],
    )?;
    Ok(())
}

/// The request of a secret link, with the end of it where it was in a letter.
pub fn by_link(r: &mut Reader, hash: &[u8]) -> Result<Option<(Request, Option<Timestamp>)>, Error> {
    let columns = store::COLUMNS;
    r.row(
        &format!(
            "SELECT {columns}, (SELECT expires_at FROM follow_links WHERE secret_hash = $1) AS link_expires_at
             FROM requests r WHERE r.id = COALESCE(
                (SELECT id FROM requests WHERE follow_hash = $1),
                (SELECT request_id FROM follow_links WHERE secret_hash = $1))"
        ),
        &[hash.into()],
        |row| Ok((store::read(row)?, row.get("link_expires_at")?)),
    )
}
