//! Messages by e-mail, handed to a server by SMTP. Only jobs call it: what a transaction decided is told when it holds.

use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use tracing::{Instrument, debug_span};

use crate::machine::TRACE;
use crate::settings::entry::MailSettings;

/// Seconds for each step of the conversation with the server.
const PATIENCE: Duration = Duration::from_secs(10);
/// After a failure nothing is tried for so long: a server that is away does not hold up the other jobs.
const REST: SignedDuration = SignedDuration::from_secs(30);

/// A message for one person.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// The same words as a page; only text where there is none.
    pub html: Option<String>,
    /// From whom; the sender of the settings where there is none.
    pub from: Option<String>,
    /// Where it comes back to when it cannot be delivered; the address in `from` where there is none.
    pub comes_back_to: Option<String>,
    /// Without the angle brackets; made up where there is none.
    pub message_id: Option<String>,
    pub headers: Vec<(&'static str, String)>,
}

/// Why a message was not taken.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NotTaken {
    /// There is no server, or it cannot be talked to: says nothing about the message.
    #[error("{0}")]
    Away(String),
    /// Not now.
    #[error("{0}")]
    Later(String),
    /// Never.
    #[error("{0}")]
    Refused(String),
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Mailer(Arc<Inner>);

struct Inner {
    settings: MailSettings,
    /// Connections to the server, opened when the first message goes.
    server: OnceLock<AsyncSmtpTransport<Tokio1Executor>>,
    rests_until: Mutex<Timestamp>,
    #[cfg(test)]
    sent: Mutex<Vec<Mail>>,
}

impl Mailer {
    /// # Errors
    /// Says what to do when the sender or the server is not written as it must be.
    pub fn new(settings: MailSettings) -> anyhow::Result<Mailer> {
        match &settings {
            MailSettings::Server { url, from } => {
                parse(from)?;
                // The address of the server may hold its password: it is not repeated.
                AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| {
                    anyhow::anyhow!("the mail server is not written as smtp://name:587?tls=required")
                })?;
            }
            MailSettings::Folder { from, .. } => drop(parse(from)?),
            MailSettings::Off => {}
            #[cfg(test)]
            MailSettings::Memory => {}
        }
        Ok(Mailer(Arc::new(Inner {
            settings,
            server: OnceLock::new(),
            rests_until: Mutex::new(Timestamp::MIN),
            #[cfg(test)]
            sent: Mutex::new(Vec::new()),
        })))
    }

    /// Is there a way to send anything? Pages that would send offer it only then.
    pub fn is_on(&self) -> bool {
        self.0.settings != MailSettings::Off
    }

    /// Hands one message over.
    ///
    /// # Errors
    /// When it could not be handed over; the job is then told again.
    pub async fn send(&self, mail: &Mail, now: Timestamp) -> anyhow::Result<()> {
        self.hand_over(mail, now).await.context("a message was not sent")
    }

    /// The same for who must know why it was not taken.
    ///
    /// # Errors
    /// Whether it is worth another try.
    pub async fn hand_over(&self, mail: &Mail, now: Timestamp) -> Result<(), NotTaken> {
        let written = |from| message(from, mail).map_err(|error| NotTaken::Refused(format!("{error:#}")));
        match &self.0.settings {
            MailSettings::Off => Err(NotTaken::Away("no mail server is set".to_owned())),
            MailSettings::Server { url, from } => self.send_to_server(url, written(from)?, now).await,
            MailSettings::Folder { folder, from } => {
                let done = write_file(folder, &written(from)?, now).await;
                done.map_err(|error| NotTaken::Away(format!("{error:#}")))
            }
            #[cfg(test)]
            MailSettings::Memory => {
                self.0.sent.lock().unwrap_or_else(PoisonError::into_inner).push(mail.clone());
                Ok(())
            }
        }
    }

    async fn send_to_server(&self, url: &str, message: Message, now: Timestamp) -> Result<(), NotTaken> {
        let rests_until = *self.0.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        if now < rests_until {
            return Err(NotTaken::Away("the mail server failed a moment ago".to_owned()));
        }
        let server = match self.0.server.get() {
            Some(server) => server,
            None => {
                let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
                    .map_err(|_| NotTaken::Away("the mail server is not written rightly".to_owned()))?;
                self.0.server.get_or_init(|| server.timeout(Some(PATIENCE)).build())
            }
        };
        let span =
            debug_span!(target: TRACE, "hand over", otel.name = "hand over a message", otel.kind = "client");
        let Err(error) = server.send(message).instrument(span).await else { return Ok(()) };
        let why = format!("the mail server did not take a message: {}", causes(&error));
        // A message that is refused says nothing about the next one.
        if error.is_permanent() {
            return Err(NotTaken::Refused(why));
        }
        if error.is_transient() {
            return Err(NotTaken::Later(why));
        }
        *self.0.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = now + REST;
        Err(NotTaken::Away(why))
    }

    /// The address that messages come from unless they say otherwise; empty where nothing is sent.
    pub fn sender(&self) -> &str {
        match &self.0.settings {
            MailSettings::Server { from, .. } | MailSettings::Folder { from, .. } => from,
            MailSettings::Off => "",
            #[cfg(test)]
            MailSettings::Memory => "ICT Services <desk@tendrel.example>",
        }
    }

    /// A message as it would travel.
    #[cfg(test)]
    pub(crate) fn written(&self, mail: &Mail) -> String {
        String::from_utf8(message(self.sender(), mail).unwrap().formatted()).unwrap()
    }

    /// What was sent so far.
    #[cfg(test)]
    pub(crate) fn sent(&self) -> Vec<Mail> {
        self.0.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn parse(from: &str) -> anyhow::Result<Mailbox> {
    from.parse()
        .with_context(|| format!("[mail] from: {from} is not written as ICT Services <ict@example.bt>"))
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        said = format!("{said}: {inner}");
        cause = inner.source();
    }
    said
}

/// The message as it travels. It says that a program wrote it, so that no other program answers (RFC 3834).
fn message(sender: &str, mail: &Mail) -> anyhow::Result<Message> {
    let from = parse(mail.from.as_deref().unwrap_or(sender))?;
    let to: Mailbox = mail.to.parse().context("not an e-mail address")?;
    let id = match &mail.message_id {
        Some(id) => format!("<{id}>"),
        None => format!("<{}@{}>", uuid::Uuid::now_v7().simple(), from.email.domain()),
    };
    let mut headers = mail.headers.clone();
    if !headers.iter().any(|(name, _)| *name == "Auto-Submitted") {
        headers.push(("Auto-Submitted", "auto-generated".to_owned()));
    }
    let mut builder = Message::builder();
    if let Some(address) = &mail.comes_back_to {
        let envelope = Envelope::new(Some(address.parse()?), vec![to.email.clone()])?;
        builder = builder.envelope(envelope);
    }
    builder = builder.from(from).to(to).subject(&mail.subject).message_id(Some(id));
    for (name, value) in headers {
        builder = builder.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value));
    }
    match &mail.html {
        Some(html) => builder.multipart(MultiPart::alternative_plain_html(mail.body.clone(), html.clone())),
        None => builder.header(ContentType::TEXT_PLAIN).body(mail.body.clone()),
    }
    .context("the message cannot be written")
}

async fn write_file(folder: &Path, message: &Message, now: Timestamp) -> anyhow::Result<()> {
    tokio::fs::create_dir_all(folder).await?;
    let id = crate::id::Id::<()>::new(now);
    tokio::fs::write(folder.join(format!("{id}.eml")), message.formatted()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    use tokio::net::TcpListener;

    use super::*;

    fn mail() -> Mail {
        Mail {
            to: "karma@tendrel.example".to_owned(),
            subject: "A link\r\nBcc: everybody@tendrel.example".to_owned(),
            body: "One line.\n".to_owned(),
            ..Mail::default()
        }
    }

    #[test]
    fn a_message_is_one_message_whatever_stands_in_its_subject() {
        let text =
            String::from_utf8(message("ICT <ict@tendrel.example>", &mail()).unwrap().formatted()).unwrap();
        assert!(text.contains("Auto-Submitted: auto-generated\r\n"), "{text}");
        assert!(!text.to_lowercase().contains("\r\nbcc:"), "{text}");
        assert!(
            message("ICT <ict@tendrel.example>", &Mail { to: "no address".to_owned(), ..mail() }).is_err()
        );
    }

    #[test]
    fn a_server_that_is_written_wrongly_is_said_at_the_start_without_its_password() {
        let settings =
            |url: &str, from: &str| MailSettings::Server { url: url.to_owned(), from: from.to_owned() };
        let said =
            |settings| Mailer::new(settings).err().map(|error| format!("{error:#}")).unwrap_or_default();
        assert!(said(settings("smtp://a.example:587?tls=required", "nobody")).contains("[mail] from"));
        let wrong = said(settings("smtp://a:secret@b.example:587?tls=perhaps", "a@b.example"));
        assert!(wrong.contains("smtp://name:587") && !wrong.contains("secret"), "{wrong}");
    }

    /// A server that says what it heard.
    async fn listen(listener: TcpListener) -> String {
        let (stream, _) = listener.accept().await.unwrap();
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        let mut heard = String::new();
        write.write_all(b"220 here\r\n").await.unwrap();
        let mut in_message = false;
        while let Ok(Some(line)) = lines.next_line().await {
            heard.push_str(&line);
            heard.push('\n');
            let answer = match line.as_str() {
                "." => "250 taken\r\n",
                _ if in_message => continue,
                "DATA" => "354 go on\r\n",
                "QUIT" => break,
                _ => "250 yes\r\n",
            };
            in_message = line == "DATA";
            write.write_all(answer.as_bytes()).await.unwrap();
            if line == "." {
                break;
            }
        }
        heard
    }

    #[tokio::test]
    async fn a_message_reaches_the_server_and_one_that_is_away_is_left_in_peace() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = tokio::spawn(listen(listener));
        let url = format!("smtp://127.0.0.1:{port}");
        let mailer =
            Mailer::new(MailSettings::Server { url, from: "ict@tendrel.example".to_owned() }).unwrap();
        let now: Timestamp = "2026-11-19T03:00:00Z".parse().unwrap();
        mailer.send(&mail(), now).await.unwrap();
        let heard = server.await.unwrap();
        assert!(heard.contains("RCPT TO:<karma@tendrel.example>") && heard.contains("One line."), "{heard}");
        // Nobody listens any more.
        let mailer = Mailer::new(MailSettings::Server {
            url: format!("smtp://127.0.0.1:{port}"),
            from: "ict@tendrel.example".to_owned(),
        })
        .unwrap();
        assert!(format!("{:#}", mailer.send(&mail(), now).await.unwrap_err()).contains("did not take"));
        assert!(format!("{:#}", mailer.send(&mail(), now).await.unwrap_err()).contains("a moment ago"));
        let later = now + SignedDuration::from_secs(31);
        assert!(format!("{:#}", mailer.send(&mail(), later).await.unwrap_err()).contains("did not take"));
    }

    #[tokio::test]
    async fn in_a_demonstration_messages_become_files() {
        let folder = tempfile::tempdir().unwrap();
        let settings =
            MailSettings::Folder { folder: folder.path().join("mail"), from: "a@tendrel.example".to_owned() };
        let mailer = Mailer::new(settings).unwrap();
        mailer.send(&mail(), "2026-11-19T03:00:00Z".parse().unwrap()).await.unwrap();
        assert_eq!(std::fs::read_dir(folder.path().join("mail")).unwrap().count(), 1);
    }
}
