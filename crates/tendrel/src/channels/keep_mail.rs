//! What comes is kept before it is understood: the bytes on the disk, a row that says so, and only then is the sender
//! told that we have it. The same mail a second time is only counted.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::channels::store::mails::{self, Mail, State};
use crate::files::{self, hex};
use crate::id::{MailId, MailboxId};
use crate::problem::Problem;

/// Bytes of one mail. What is longer is not kept, but somebody is told that it came.
pub const LONGEST: usize = 50 * 1024 * 1024;

/// A mail as it was handed to the program.
#[derive(Clone, Copy, Debug)]
pub struct Came<'a> {
    pub bytes: &'a [u8],
    /// The way it came: imap, lmtp, smtp, deliver.
    pub by: &'static str,
    /// The recipient of the envelope; empty where there is none.
    pub recipient: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    New(MailId),
    /// It was here before.
    Again,
}

/// Keeps a mail for a mailbox.
///
/// # Errors
/// `TooLarge` when it is longer than `LONGEST`; `Full`, or what the database says. Then nothing was kept, and whoever
/// hands it over must keep it and come again.
pub async fn keep(app: &App, mailbox: MailboxId, came: Came<'_>) -> Result<Kept, Problem> {
    if came.bytes.len() > LONGEST {
        return Err(Problem::TooLarge);
    }
    let (now, known_by) = (app.clock.now(), known_by(came.bytes));
    if came_again(app, mailbox, &known_by).await? {
        return Ok(Kept::Again);
    }
    let file = app.files.store("mail.eml", came.bytes).await?;
    let mail = Mail { file: Some(file.hash.clone()), known_by, ..kept(mailbox, came, now) };
    let id = mail.id;
    let written = app.db.write(move |tx| {
        files::keep(tx, &file, now)?;
        // It came by another way at this very moment: then nothing of this one is kept.
        if mails::insert(tx, &mail)? { Ok(()) } else { Err(Problem::Changed) }
    });
    match written.await {
        Ok(()) => Ok(Kept::New(id)),
        Err(Problem::Changed) => Ok(Kept::Again),
        Err(problem) => Err(problem),
    }
}

/// Counts it, if it is here already.
async fn came_again(app: &App, mailbox: MailboxId, known_by: &str) -> Result<bool, Problem> {
    let asked = known_by.to_owned();
    let Some(id) = app.db.read(move |r| mails::known(r, mailbox, &asked)).await? else { return Ok(false) };
    app.db.write(move |tx| mails::count_again(tx, id)).await?;
    Ok(true)
}

/// Says in the quarantine that a mail came which is too long to be kept.
///
/// # Errors
/// What the database says.
pub async fn refuse(
    app: &App,
    mailbox: MailboxId,
    known_by: &str,
    size: u64,
    by: &'static str,
) -> Result<(), Problem> {
    let came = Came { bytes: b"", by, recipient: "" };
    let mail = Mail {
        known_by: known_by.to_owned(),
        size: i64::try_from(size).unwrap_or(i64::MAX),
        state: State::Quarantined,
        reason: "too-long".to_owned(),
        ..kept(mailbox, came, app.clock.now())
    };
    if !came_again(app, mailbox, &mail.known_by).await? {
        app.db.write(move |tx| mails::insert(tx, &mail)).await?;
    }
    Ok(())
}

fn kept(mailbox: MailboxId, came: Came<'_>, now: Timestamp) -> Mail {
    Mail {
        id: MailId::new(now),
        mailbox,
        known_by: String::new(),
        file: None,
        size: i64::try_from(came.bytes.len()).unwrap_or(i64::MAX),
        came_by: came.by.to_owned(),
        came_at: now,
        recipient: came.recipient.chars().filter(|sign| !sign.is_control()).take(320).collect(),
        state: State::Kept,
        tries: 0,
        kind: String::new(),
        from: String::new(),
        from_name: String::new(),
        subject: String::new(),
        reason: String::new(),
        because: "[]".to_owned(),
        request: None,
        number: None,
    }
}

/// By what a mail is known again, whichever way it travelled: its id, author and date together, because some devices
/// send all their mail under one id; without an id, all its bytes.
pub(in crate::channels) fn known_by(bytes: &[u8]) -> String {
    let head = mail_reader::read(head(bytes), &mail_reader::Desk::default());
    let mut hash = Sha256::new();
    match &head.message_id {
        Some(id) => {
            hash.update(id);
            hash.update([0]);
            hash.update(head.from.unwrap_or_default());
            hash.update([0]);
            hash.update(head.date.map(|date| date.to_string()).unwrap_or_default());
        }
        None => hash.update(bytes),
    }
    hex(&hash.finalize())
}

/// The headers alone.
fn head(bytes: &[u8]) -> &[u8] {
    let end = |mark: &[u8]| bytes.windows(mark.len()).position(|part| part == mark).map(|at| at + mark.len());
    let end = end(b"\r\n\r\n").into_iter().chain(end(b"\n\n")).min();
    &bytes[..end.unwrap_or(bytes.len()).min(256 * 1024)]
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "Received: by a\r\nFrom: Pema <pema@school.bt>\r\nDate: Thu, 19 Nov 2026 09:00:00 +0600\r\nMessage-ID: <1@school.bt>\r\n\r\nNo line.\r\n";

    #[test]
    fn a_mail_is_known_again_whichever_way_it_came() {
        let other_way = MAIL.replace("by a", "by b");
        assert_eq!(known_by(MAIL.as_bytes()), known_by(other_way.as_bytes()));
        for other in [
            MAIL.replace("<1@", "<2@"),
            MAIL.replace("pema@", "dorji@"),
            MAIL.replace("09:00", "09:01"),
            MAIL.replace("Message-ID: <1@school.bt>\r\n", ""),
        ] {
            assert_ne!(known_by(MAIL.as_bytes()), known_by(other.as_bytes()));
        }
        let without = MAIL.replace("Message-ID: <1@school.bt>\r\n", "");
        assert_ne!(known_by(without.as_bytes()), known_by(without.replace("No line", "No  line").as_bytes()));
        assert_eq!(known_by(b"").len(), 64);
    }
}
