use std::collections::BTreeSet;

use jiff::Timestamp;
use mail_parser::{HeaderName, Message, MessageParser};
use serde::{Serialize, Serializer};

use crate::bounce::Bounce;
use crate::{attachments, automatic, bounce, headers, reply, signature, text};

/// No text is longer than this, in bytes; the rest is in the message that was kept.
pub(crate) const LONGEST_TEXT: usize = 500_000;

/// What the reader must know of the desk that got the message.
#[derive(Debug, Default, Clone)]
pub struct Desk<'d> {
    /// Addresses that the desk itself writes from, in small letters.
    pub addresses: &'d [String],
    /// What the desk puts into the `X-Loop` of everything it sends; empty when it sends nothing.
    pub loop_mark: &'d str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Somebody wrote it and may be answered.
    Person,
    /// A program wrote it: absence, receipt, notice. Never answered.
    Automatic,
    /// It tells that something sent earlier did not arrive, or not yet.
    Bounce,
    /// It came through a mailing list or to very many. Never answered.
    List,
    /// The desk wrote it.
    Own,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mailbox {
    pub name: Option<String>,
    pub address: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attachment {
    /// As the sender named it, without any path; made up when there was no name.
    pub name: String,
    /// Media type in small letters, as the sender said, not as the bytes say.
    #[serde(rename = "type")]
    pub media_type: String,
    /// In bytes, decoded.
    pub size: usize,
    /// Shown within the text, not beside it.
    pub inline: bool,
    /// The id by which HTML refers to it, without brackets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_id: Option<String>,
    #[serde(skip)]
    pub content: Vec<u8>,
}

/// One message, understood as far as it can be.
#[derive(Debug, Clone, Serialize)]
pub struct Mail {
    /// The author's address, in small letters; none when there is none that mail could be sent to.
    pub from: Option<String>,
    pub from_name: Option<String>,
    #[serde(serialize_with = "addresses")]
    pub to: Vec<Mailbox>,
    #[serde(serialize_with = "addresses")]
    pub cc: Vec<Mailbox>,
    /// Where answers shall go, if not to `from`.
    #[serde(serialize_with = "addresses")]
    pub reply_to: Vec<Mailbox>,
    /// Addresses that relays say it was delivered to (`Delivered-To`, `X-Original-To`, `Envelope-To`).
    pub delivered_to: Vec<String>,
    /// As the sender said, which may be wrong or in the future.
    pub date: Option<Timestamp>,
    /// Ids without brackets.
    pub message_id: Option<String>,
    pub in_reply_to: Option<String>,
    /// Oldest first.
    pub references: Vec<String>,
    pub subject: String,
    /// Everything the message says, from its plain part, else from its HTML.
    pub text: String,
    /// What its author wrote now, with the signature, without the quoted history.
    pub reply: String,
    /// `reply` without greeting formula and signature: what was said.
    pub said: String,
    /// What `reply` has and `said` has not.
    pub signature: String,
    pub attachments: Vec<Attachment>,
    pub kind: Kind,
    pub bounce: Option<Bounce>,
    /// A meeting is proposed, changed or cancelled in it.
    pub calendar: bool,
    /// Signed by S/MIME or PGP; nobody has checked the signature.
    pub signed: bool,
    /// Its content can be read by the holder of a key alone.
    pub encrypted: bool,
    /// What the kind and the reply were decided by, in words for an operator.
    pub because: Vec<String>,
    /// What could not be understood.
    pub problems: Vec<String>,
    /// Its HTML as it came, for [`crate::safe_html`]; empty when there is none.
    #[serde(skip)]
    pub html: String,
}

/// Reads one message as it stands on a disk or a wire.
///
/// Time and memory grow with the message's length and not faster. Whoever calls limits the length.
#[must_use]
pub fn read(bytes: &[u8], desk: &Desk<'_>) -> Mail {
    let bytes = without_mailbox_line(bytes);
    let (message, flat) = match parsed(bytes) {
        Some(message) => (message, false),
        None => match parsed_flat(bytes) {
            Some(message) => (message, true),
            None => return unreadable(),
        },
    };
    let mut mail = heads(&message);
    if flat {
        mail.problems.push("its parts cannot be told apart; its text is shown as it came".into());
    }
    let parts = attachments::of(&message, &mut mail.problems);
    mail.calendar = parts.calendar;
    mail.signed = parts.signed;
    mail.encrypted = parts.encrypted;
    mail.attachments = parts.attachments;

    let body = text::of(&message, &mut mail.problems);
    mail.bounce = bounce::of(&message, &mail, &body.text);
    let (kind, why) = automatic::kind(&message, &mail, desk);
    mail.kind = kind;
    mail.because.push(why);
    if mail.kind == Kind::Own {
        mail.bounce = None;
    }
    let cut = reply::of(&body);
    mail.because.push(cut.because);
    let split = signature::split(&cut.reply, mail.from_name.as_deref(), mail.from.as_deref());
    mail.reply = cut.reply;
    mail.said = split.said;
    mail.signature = split.signature;
    mail.text = body.text;
    mail.html = body.html;
    say_what_is_missing(&mut mail);
    mail
}

/// The parser panics on some nestings of parts, which anybody may send; that must not end the program.
fn parsed(bytes: &[u8]) -> Option<Message<'_>> {
    let parse = || MessageParser::default().parse(bytes);
    std::panic::catch_unwind(parse).ok().flatten().filter(|message| !message.parts.is_empty())
}

/// The same as if it were plain text, whatever it says of itself.
fn parsed_flat(bytes: &[u8]) -> Option<Message<'_>> {
    let parse = || MessageParser::default().ignore_header(HeaderName::ContentType).parse(bytes);
    std::panic::catch_unwind(parse).ok().flatten().filter(|message| !message.parts.is_empty())
}

fn heads(message: &Message<'_>) -> Mail {
    let mut problems = Vec::new();
    let author = headers::author(message, &mut problems);
    Mail {
        from: author.as_ref().map(|author| author.address.clone()),
        from_name: author.and_then(|author| author.name),
        to: headers::mailboxes(message, "To"),
        cc: headers::mailboxes(message, "Cc"),
        reply_to: headers::mailboxes(message, "Reply-To"),
        delivered_to: headers::delivered_to(message),
        date: headers::date(message, &mut problems),
        message_id: headers::ids(message, "Message-ID").into_iter().next(),
        in_reply_to: headers::ids(message, "In-Reply-To").into_iter().next(),
        references: headers::ids(message, "References"),
        subject: headers::subject(message, &mut problems),
        problems,
        ..nothing()
    }
}

fn nothing() -> Mail {
    Mail {
        from: None,
        from_name: None,
        to: Vec::new(),
        cc: Vec::new(),
        reply_to: Vec::new(),
        delivered_to: Vec::new(),
        date: None,
        message_id: None,
        in_reply_to: None,
        references: Vec::new(),
        subject: String::new(),
        text: String::new(),
        reply: String::new(),
        said: String::new(),
        signature: String::new(),
        attachments: Vec::new(),
        kind: Kind::Person,
        bounce: None,
        calendar: false,
        signed: false,
        encrypted: false,
        because: Vec::new(),
        problems: Vec::new(),
        html: String::new(),
    }
}

fn unreadable() -> Mail {
    Mail {
        because: vec!["there is nothing to decide by".into()],
        problems: vec!["this is not a message: it has no headers".into()],
        ..nothing()
    }
}

fn say_what_is_missing(mail: &mut Mail) {
    if mail.from.is_none() {
        mail.problems.push("it has no sender that could be answered".into());
    }
    if mail.message_id.is_none() {
        mail.problems.push("it has no Message-ID".into());
    }
    if mail.encrypted {
        mail.problems.push("it is encrypted: open it in a mail program that has the key".into());
    } else if mail.text.trim().is_empty() && mail.attachments.is_empty() {
        mail.problems.push("it is empty".into());
    }
    let mut seen = BTreeSet::new();
    mail.problems.retain(|problem| seen.insert(problem.clone()));
}

/// Mail spools put a line `From somebody Mon …` before each message.
fn without_mailbox_line(bytes: &[u8]) -> &[u8] {
    if !bytes.starts_with(b"From ") {
        return bytes;
    }
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) => &bytes[end + 1..],
        None => bytes,
    }
}

fn addresses<S: Serializer>(mailboxes: &[Mailbox], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(mailboxes.iter().map(|mailbox| &mailbox.address))
}
