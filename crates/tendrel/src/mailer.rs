//! Messages by e-mail, handed to a server by SMTP. Only jobs call it: what a transaction decided is told when it holds.

use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use tracing::{Instrument, debug_span};

use crate::machine::TRACE;
use crate::settings::entry::MailSettings;

/// Seconds for each step of the conversation with the server.
const PATIENCE: Duration = Duration::from_secs(10);
/// After a failure nothing is tried for so long: a server that is away does not hold up the other jobs.
const REST: SignedDuration = SignedDuration::from_secs(30);

/// Plain text for one person.
#[derive(Clone, Debug, PartialEq)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    pub body: String,
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
        match &self.0.settings {
            MailSettings::Off => anyhow::bail!("no mail server is set"),
            MailSettings::Server { url, from } => self.send_to_server(url, message(from, mail)?, now).await,
            MailSettings::Folder { folder, from } => write_file(folder, &message(from, mail)?, now).await,
            #[cfg(test)]
            MailSettings::Memory => {
                self.0.sent.lock().unwrap_or_else(PoisonError::into_inner).push(mail.clone());
                Ok(())
            }
        }
    }

    async fn send_to_server(&self, url: &str, message: Message, now: Timestamp) -> anyhow::Result<()> {
        let rests_until = *self.0.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        anyhow::ensure!(now >= rests_until, "the mail server failed a moment ago");
        let server = match self.0.server.get() {
            Some(server) => server,
            None => {
                let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)?.timeout(Some(PATIENCE));
                self.0.server.get_or_init(|| server.build())
            }
        };
        let span =
            debug_span!(target: TRACE, "hand over", otel.name = "hand over a message", otel.kind = "client");
        if let Err(error) = server.send(message).instrument(span).await {
            // A message that is refused says nothing about the next one.
            if !error.is_permanent() {
                *self.0.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = now + REST;
            }
            return Err(anyhow::Error::new(error).context("the mail server did not take a message"));
        }
        Ok(())
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

/// The message as it travels. It says that a program wrote it, so that no other program answers (RFC 3834).
fn message(from: &str, mail: &Mail) -> anyhow::Result<Message> {
    let from = parse(from)?;
    let id = format!("<{}@{}>", uuid::Uuid::now_v7().simple(), from.email.domain());
    let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
    Message::builder()
        .from(from)
        .to(mail.to.parse().context("not an e-mail address")?)
        .subject(&mail.subject)
        .message_id(Some(id))
        .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
        .header(ContentType::TEXT_PLAIN)
        .body(mail.body.clone())
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
        assert!(mailer.send(&mail(), now).await.unwrap_err().to_string().contains("did not take"));
        assert!(mailer.send(&mail(), now).await.unwrap_err().to_string().contains("a moment ago"));
        let later = now + SignedDuration::from_secs(31);
        assert!(mailer.send(&mail(), later).await.unwrap_err().to_string().contains("did not take"));
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
