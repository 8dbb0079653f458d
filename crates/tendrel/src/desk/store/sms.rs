//! What was said about requests by SMS: a row for each message.

use database::{Error, Reader, Row, Transaction};
use jiff::{SignedDuration, Timestamp};

use crate::id::{PersonId, RequestId, SmsId};

/// Messages that a case page shows.
const SHOWN: i64 = 50;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmsState {
    Waiting,
    Sent,
    Failed,
}

impl SmsState {
    pub const ALL: [SmsState; 3] = [SmsState::Waiting, SmsState::Sent, SmsState::Failed];

    pub fn code(self) -> &'static str {
        match self {
            SmsState::Waiting => "waiting",
            SmsState::Sent => "sent",
            SmsState::Failed => "failed",
        }
    }

    fn from_code(code: &str) -> SmsState {
        SmsState::ALL.into_iter().find(|state| state.code() == code).unwrap_or(SmsState::Failed)
    }
}

/// Why a message was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The number had its messages of the day.
    NumberFull,
    /// All had theirs.
    DayFull,
    /// The gateway said no.
    Refused,
    /// It answered, without the word that means yes.
    NotTaken,
    GivenUp,
    /// It waited until nobody needed it any more.
    TooOld,
}

impl Why {
    pub const ALL: [Why; 6] =
        [Why::NumberFull, Why::DayFull, Why::Refused, Why::NotTaken, Why::GivenUp, Why::TooOld];

    pub fn code(self) -> &'static str {
        match self {
            Why::NumberFull => "number_full",
            Why::DayFull => "day_full",
            Why::Refused => "refused",
            Why::NotTaken => "not_taken",
            Why::GivenUp => "given_up",
            Why::TooOld => "too_old",
        }
    }

    fn from_code(code: &str) -> Option<Why> {
        Why::ALL.into_iter().find(|why| why.code() == code)
    }

    /// The key of its sentence in the language files.
    pub fn key(self) -> String {
        format!("sms-why-{}", self.code().replace('_', "-"))
    }
}

/// The row of `sms_messages`, whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Sms {
    pub id: SmsId,
    /// `None` for a try.
    pub request: Option<RequestId>,
    /// Number of the event that it tells.
    pub number: i64,
    pub kind: String,
    /// Country and digits.
    pub phone: String,
    pub person: Option<PersonId>,
    pub language: String,
    pub words: String,
    pub parts: i64,
    pub state: SmsState,
    pub made_at: Timestamp,
    /// Not before this.
    pub send_at: Timestamp,
    pub attempts: i64,
    pub ended_at: Option<Timestamp>,
    pub why: Option<Why>,
    /// What the gateway said last.
    pub answer: String,
}

const COLUMNS: &str =
    "m.id, m.request_id, m.number, m.kind, m.phone, m.person_id, m.language, m.words, m.parts,
    m.state, m.made_at, m.send_at, m.attempts, m.ended_at, m.why, m.answer";

fn read(row: &Row<'_>) -> Result<Sms, Error> {
    let (state, why): (String, String) = (row.get("state")?, row.get("why")?);
    Ok(Sms {
        id: row.get("id")?,
        request: row.get("request_id")?,
        number: row.get("number")?,
        kind: row.get("kind")?,
        phone: row.get("phone")?,
        person: row.get("person_id")?,
        language: row.get("language")?,
        words: row.get("words")?,
        parts: row.get("parts")?,
        state: SmsState::from_code(&state),
        made_at: row.get("made_at")?,
        send_at: row.get("send_at")?,
        attempts: row.get("attempts")?,
        ended_at: row.get("ended_at")?,
        why: Why::from_code(&why),
        answer: row.get("answer")?,
    })
}

/// Writes a message, unless it was written before. With `taken` it is being sent already. Returns whether it was written.
pub fn insert(tx: &mut Transaction, sms: &Sms, once: &[u8], taken: Option<Timestamp>) -> Result<bool, Error> {
    let Sms {
        id,
        request,
        number,
        kind,
        phone,
        person,
        language,
        words,
        parts,
        state,
        made_at,
        send_at,
        attempts,
        ended_at,
        why,
        answer,
    } = sms;
    let written = tx.execute(
        "INSERT INTO sms_messages (id, once, request_id, number, kind, phone, person_id, language, words, parts, state,
            made_at, send_at, taken_at, attempts, ended_at, why, answer)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
         ON CONFLICT (once) DO NOTHING",
        &[
            (*id).into(),
            once.into(),
            (*request).into(),
            number.into(),
            kind.into(),
            phone.into(),
            (*person).into(),
            language.into(),
            words.into(),
            parts.into(),
            state.code().into(),
            made_at.into(),
            send_at.into(),
            taken.into(),
            attempts.into(),
            ended_at.into(),
            why.map_or("", Why::code).into(),
            answer.into(),
        ],
    )?;
    Ok(written == 1)
}

/// The messages of a request, first to last.
pub fn of_request(r: &mut Reader, request: RequestId) -> Result<Vec<Sms>, Error> {
    r.rows(
        &format!("SELECT {COLUMNS} FROM sms_messages m WHERE m.request_id = $1 ORDER BY m.id LIMIT $2"),
        &[request.into(), SHOWN.into()],
        read,
    )
}

/// Takes the next message that is due, or one whose sender died over a minute ago.
pub fn take(tx: &mut Transaction, now: Timestamp) -> Result<Option<Sms>, Error> {
    let stale = now - SignedDuration::from_secs(60);
    tx.row(
        &format!(
            "UPDATE sms_messages SET taken_at = $1, attempts = attempts + 1
             WHERE state = 'waiting' AND (taken_at IS NULL OR taken_at < $2) AND id = (
                 SELECT id FROM sms_messages
                 WHERE state = 'waiting' AND send_at <= $1 AND (taken_at IS NULL OR taken_at < $2)
                 ORDER BY send_at, id LIMIT 1)
             RETURNING {}",
            COLUMNS.replace("m.", "")
        ),
        &[now.into(), stale.into()],
        read,
    )
}

pub fn sent(tx: &mut Transaction, id: SmsId, answer: &str, now: Timestamp) -> Result<(), Error> {
    tx.execute(
        "UPDATE sms_messages SET state = 'sent', taken_at = NULL, ended_at = $2, why = '', answer = $3 WHERE id = $1",
        &[id.into(), now.into(), answer.into()],
    )?;
    Ok(())
}

pub fn failed(tx: &mut Transaction, id: SmsId, why: Why, answer: &str, now: Timestamp) -> Result<(), Error> {
    tx.execute(
        "UPDATE sms_messages SET state = 'failed', taken_at = NULL, ended_at = $2, why = $3, answer = $4 WHERE id = $1",
        &[id.into(), now.into(), why.code().into(), answer.into()],
    )?;
    Ok(())
}

/// Puts a message back until later, with so many attempts counted.
pub fn put_off(
    tx: &mut Transaction,
    id: SmsId,
    until: Timestamp,
    attempts: i64,
    answer: &str,
) -> Result<(), Error> {
    tx.execute(
        "UPDATE sms_messages SET taken_at = NULL, send_at = $2, attempts = $3, answer = $4
         WHERE id = $1 AND state = 'waiting'",
        &[id.into(), until.into(), attempts.into(), answer.into()],
    )?;
    Ok(())
}

/// Messages to a number since a moment.
pub fn to_number(r: &mut Reader, phone: &str, since: Timestamp) -> Result<i64, Error> {
    r.one(
        "SELECT COUNT(*) AS n FROM sms_messages WHERE phone = $1 AND made_at > $2 AND state <> 'failed'",
        &[phone.into(), since.into()],
        |row| row.get("n"),
    )
}

/// Messages to anybody since a moment; no more than `limit` are counted.
pub fn to_anybody(r: &mut Reader, since: Timestamp, limit: i64) -> Result<i64, Error> {
    r.one(
        "SELECT COUNT(*) AS n FROM (
            SELECT 1 AS one FROM sms_messages WHERE made_at > $1 AND state <> 'failed' LIMIT $2) counted",
        &[since.into(), limit.into()],
        |row| row.get("n"),
    )
}

/// Messages that were sent between two moments, and their parts.
pub fn sent_between(r: &mut Reader, from: Timestamp, to: Timestamp) -> Result<(i64, i64), Error> {
    r.one(
        "SELECT COUNT(*) AS n, CAST(COALESCE(SUM(parts), 0) AS BIGINT) AS parts FROM sms_messages
         WHERE state = 'sent' AND ended_at >= $1 AND ended_at < $2",
        &[from.into(), to.into()],
        |row| Ok((row.get("n")?, row.get("parts")?)),
    )
}

pub fn waiting(r: &mut Reader) -> Result<i64, Error> {
    r.one("SELECT COUNT(*) AS n FROM sms_messages WHERE state = 'waiting'", &[], |row| row.get("n"))
}

/// The log before a message, newest first, with the number of the request: of a confidential one it is left out.
pub fn log(r: &mut Reader, before: SmsId, limit: i64) -> Result<Vec<(Sms, String)>, Error> {
    r.rows(
        &format!(
            "SELECT {COLUMNS}, CASE WHEN r.confidential = 0 THEN r.number ELSE '' END AS request_number
             FROM sms_messages m LEFT JOIN requests r ON r.id = m.request_id
             WHERE m.id < $1 ORDER BY m.id DESC LIMIT $2"
        ),
        &[before.into(), limit.into()],
        |row| Ok((read(row)?, row.get("request_number")?)),
    )
}
