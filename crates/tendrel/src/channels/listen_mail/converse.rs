//! One connection: bytes in, answers out, and each message kept before it is answered.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use smtp_proto::Error;
use smtp_proto::request::receiver::{DataReceiver, DummyDataReceiver, RequestReceiver};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use crate::app::App;
use crate::channels::keep_mail::{self, Came, Kept, LONGEST};
use crate::channels::listen_mail::session::{Envelope, Next, Protocol, Session, too_long};
use crate::channels::listen_mail::{MEGABYTE, Room};
use crate::channels::mailbox::Mailbox;
use crate::channels::store;
use crate::id::MailboxId;
use crate::problem::Problem;

/// Silence after which a connection is ended (RFC 5321, 4.5.3.2.7).
const SILENCE: Duration = Duration::from_secs(5 * 60);
/// How long a message waits for others to be kept, before its server is asked to come again.
const MEMORY_WITHIN: Duration = Duration::from_secs(60);
const CHUNK: usize = 64 * 1024;
const COME_AGAIN: &str = "451 4.3.0 it could not be kept, come again";

pub(super) enum Ended {
    Here,
    BeginTls,
}

pub(super) struct Conversation<'a> {
    app: &'a App,
    room: &'a Room,
    session: Session,
    peer: IpAddr,
    /// Those that are open, as of the message that has begun.
    mailboxes: Vec<Mailbox>,
}

/// Says one thing, and no more.
pub(super) async fn turn_away(stream: &mut (impl AsyncWrite + Unpin), words: &str) -> io::Result<()> {
    stream.write_all(format!("{words}\r\n").as_bytes()).await?;
    stream.shutdown().await
}

impl<'a> Conversation<'a> {
    pub(super) fn new(app: &'a App, room: &'a Room, session: Session, peer: IpAddr) -> Conversation<'a> {
        Conversation { app, room, session, peer, mailboxes: Vec::new() }
    }

    pub(super) fn began_tls(&mut self) {
        self.session.began_tls();
    }

    pub(super) async fn greet(&self, stream: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        let words = match self.session.protocol {
            Protocol::Lmtp => "220 tendrel LMTP\r\n",
            Protocol::Smtp => "220 tendrel ESMTP\r\n",
        };
        stream.write_all(words.as_bytes()).await
    }

    /// Goes on until one side ends it, or TLS is to begin.
    pub(super) async fn hold(
        &mut self,
        stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    ) -> io::Result<Ended> {
        let mut receiver = RequestReceiver::default();
        let mut heard = Vec::new();
        loop {
            let mut answers = String::new();
            let mut bytes = heard.iter();
            let ended = loop {
                let next = match receiver.ingest(&mut bytes) {
                    Ok(request) => self.session.hear(request.into_owned()),
                    Err(Error::NeedsMoreData { .. }) => break None,
                    Err(error) => self.session.misheard(&error),
                };
                match next {
                    Next::Say(answer) => answers += &line(&answer),
                    Next::Sender { from, size } => answers += &line(&self.sender(from, size).await),
                    Next::Recipient(address) => {
                        answers += &line(&self.session.take_recipient(address, &self.mailboxes));
                    }
                    Next::End(answer) => {
                        answers += &line(&answer);
                        break Some(Ended::Here);
                    }
                    // What follows in the clear may be somebody else's: it must not be taken as said under TLS.
                    Next::BeginTls if !bytes.as_slice().is_empty() => {
                        answers += &line("501 5.5.1 nothing may follow STARTTLS");
                        break Some(Ended::Here);
                    }
                    Next::BeginTls => {
                        answers += &line("220 2.0.0 begin");
                        break Some(Ended::BeginTls);
                    }
                    Next::Data => {
                        stream.write_all(answers.as_bytes()).await?;
                        answers.clear();
                        let rest = bytes.as_slice().to_vec();
                        heard = self.data(stream, rest, &mut answers).await?;
                        bytes = heard.iter();
                    }
                }
            };
            stream.write_all(answers.as_bytes()).await?;
            stream.flush().await?;
            if let Some(ended) = ended {
                return Ok(ended);
            }
            heard = more(stream).await?;
            if heard.is_empty() {
                return Ok(Ended::Here);
            }
        }
    }

    async fn sender(&mut self, from: String, size: Option<usize>) -> String {
        let most = self.app.settings.mail_listener.a_minute;
        if !self.room.may_send(self.peer, self.app.clock.now().as_second(), most) {
            return format!("450 4.7.1 {most} messages a minute are taken from you, come again");
        }
        match self.app.db.read(store::mailboxes).await {
            Ok(mailboxes) => self.mailboxes = mailboxes,
            Err(error) => {
                tracing::error!("whose mail is taken could not be read: {error:?}");
                return COME_AGAIN.to_owned();
            }
        }
        self.session.began(from, size)
    }

    /// The message, and what it is answered; returns what was heard after it.
    async fn data(
        &mut self,
        stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
        heard: Vec<u8>,
        answers: &mut String,
    ) -> io::Result<Vec<u8>> {
        let envelope = self.session.take_envelope();
        // What a server says of the length is an estimate (RFC 1870, 3).
        let megabytes = envelope.size.unwrap_or(LONGEST).div_ceil(MEGABYTE) + 1;
        let asked = self.room.memory.acquire_many(u32::try_from(megabytes).unwrap_or(u32::MAX));
        let Ok(Ok(_held)) = timeout(MEMORY_WITHIN, asked).await else {
            *answers += &line("452 4.3.1 too much comes in at once, come again");
            return Ok(heard);
        };
        stream.write_all(b"354 end with a dot on a line of its own\r\n").await?;
        stream.flush().await?;
        let longest = (megabytes * MEGABYTE).min(LONGEST);
        let (message, rest) = take(stream, heard, &envelope.from, longest).await?;
        for answer in self.keep(&envelope, message).await {
            *answers += &line(&answer);
        }
        Ok(rest)
    }

    /// An answer for each recipient with LMTP, one for all with SMTP.
    async fn keep(&self, envelope: &Envelope, message: Message) -> Vec<String> {
        let mut answers: Vec<(MailboxId, String)> = Vec::new();
        for (_, mailbox) in &envelope.to {
            if !answers.iter().any(|(answered, _)| answered == mailbox) {
                answers.push((*mailbox, self.keep_for(*mailbox, envelope, &message).await));
            }
        }
        match self.session.protocol {
            Protocol::Lmtp => {
                let answer =
                    |wanted: &MailboxId| answers.iter().find(|(it, _)| it == wanted).map(|(_, it)| it);
                envelope.to.iter().filter_map(|(_, mailbox)| answer(mailbox).cloned()).collect()
            }
            // Whoever has it already only counts it when it comes again.
            Protocol::Smtp => {
                let bad = answers.iter().find(|(_, answer)| !answer.starts_with('2'));
                bad.or(answers.first()).map(|(_, answer)| answer.clone()).into_iter().collect()
            }
        }
    }

    async fn keep_for(&self, mailbox: MailboxId, envelope: &Envelope, message: &Message) -> String {
        let addresses = envelope.to.iter().filter(|(_, it)| *it == mailbox).map(|(address, _)| address);
        // One that holds a mark says to which case it belongs.
        let recipient = addresses.clone().find(|it| it.contains('+')).or(addresses.clone().next());
        let recipient = recipient.map_or("", String::as_str);
        let by = self.session.protocol.name();
        if message.size <= message.bytes.len() {
            let came = Came { bytes: &message.bytes, by, recipient };
            return answer(keep_mail::keep(self.app, mailbox, came).await);
        }
        if message.size <= LONGEST {
            return "552 5.3.4 it is longer than its SIZE said".to_owned();
        }
        // The sender is told by its server; the desk, that something came which it cannot have.
        let known_by = keep_mail::known_by(&message.bytes);
        match keep_mail::refuse(self.app, mailbox, &known_by, message.size as u64, by).await {
            Ok(()) => too_long(),
            Err(problem) => answer(Err(problem)),
        }
    }
}

fn answer(kept: Result<Kept, Problem>) -> String {
    match kept {
        Ok(_) => "250 2.0.0 kept".to_owned(),
        Err(Problem::TooLarge) => too_long(),
        Err(Problem::Full) => "452 4.3.1 the disk is full, come again".to_owned(),
        Err(problem) => {
            tracing::error!("a mail could not be kept: {problem:?}");
            COME_AGAIN.to_owned()
        }
    }
}

/// A message as it came; of one that is too long only the beginning.
struct Message {
    bytes: Vec<u8>,
    /// Of all of it.
    size: usize,
}

/// Reads to the dot, and no more than `longest` bytes into memory. Returns what was heard after it.
async fn take(
    stream: &mut (impl AsyncRead + Unpin),
    mut heard: Vec<u8>,
    from: &str,
    longest: usize,
) -> io::Result<(Message, Vec<u8>)> {
    // RFC 5321, 4.4: the last server on the way says who sent it. It also begins a line, without which a dot at the
    // very beginning would not be seen.
    let path = format!("Return-Path: <{from}>\r\n");
    let (mut bytes, mut receiver) = (Vec::new(), DataReceiver::new());
    receiver.ingest(&mut path.as_bytes().iter(), &mut bytes);
    let longest = longest + path.len();
    let mut left: Option<DummyDataReceiver> = None;
    let mut size = 0;
    loop {
        let mut unheard = heard.iter();
        let is_whole = match &mut left {
            None => receiver.ingest(&mut unheard, &mut bytes),
            Some(left) => left.ingest(&mut unheard),
        };
        size += heard.len() - unheard.as_slice().len();
        if left.is_none() && bytes.len() > longest {
            left = Some(DummyDataReceiver::new_data(&receiver));
            bytes.truncate(CHUNK);
        }
        if is_whole {
            let size = if left.is_some() { size } else { bytes.len() };
            return Ok((Message { bytes, size }, unheard.as_slice().to_vec()));
        }
        heard = more(stream).await?;
        if heard.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

async fn more(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut chunk = Vec::with_capacity(CHUNK);
    timeout(SILENCE, stream.read_buf(&mut chunk)).await??;
    Ok(chunk)
}

fn line(answer: &str) -> String {
    format!("{answer}\r\n")
}
