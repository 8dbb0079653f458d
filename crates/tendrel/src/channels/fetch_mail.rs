//! Mail is fetched from the servers of the mailboxes by IMAP (RFC 3501), as it comes where the server tells (IDLE,
//! RFC 2177), else every minute. Kept first, then marked as seen, never deleted.
//!
//! One node fetches a mailbox at a time. How far it is stands in the database; what a server offers again, because it
//! was restored or counts anew, is known and not taken twice. Whatever a server does wrong ends the conversation, is
//! shown to the operator, and is begun again after a pause.

mod converse;
#[cfg(test)]
mod tests;
mod token;

use std::collections::HashMap;
use std::time::Duration;

use anyhow::Context;
use async_imap::Client;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

use crate::app::App;
use crate::channels::letters;
use crate::channels::mailbox::{Host, Mailbox, Server};
use crate::channels::store::servers;
use crate::desk::store::{notices, people};
use crate::desk::today::SILENT;
use crate::id::MailboxId;
use crate::problem::Problem;

use converse::Conversation;

/// Between two looks at which mailboxes there are, and after a failure.
const EVERY: Duration = Duration::from_secs(15);
/// For each answer of a server.
const PATIENCE: Duration = Duration::from_secs(60);
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// Fetches the mail of all mailboxes that have a server, for as long as the program runs.
pub async fn run(app: App) {
    let mut fetching: HashMap<MailboxId, (i64, JoinHandle<()>)> = HashMap::new();
    loop {
        match app.db.read(servers::all).await {
            Ok(all) => {
                let all: Vec<(Mailbox, Server)> = all
                    .into_iter()
                    .filter(|(mailbox, server)| mailbox.closed_at.is_none() && !server.url.is_empty())
                    .collect();
                fetching.retain(|id, (version, task)| {
                    let stays = all.iter().any(|(it, _)| it.id == *id && it.version == *version);
                    if !stays {
                        task.abort();
                    }
                    stays && !task.is_finished()
                });
                let now = app.clock.now();
                if all.iter().any(|(mailbox, _)| mailbox.is_silent(now))
                    && let Err(problem) = tell_of_silence(&app).await
                {
                    tracing::error!("a silent mailbox could not be told of: {problem:?}");
                }
                for (mailbox, server) in all {
                    let app = app.clone();
                    fetching.entry(mailbox.id).or_insert_with(|| {
                        let version = mailbox.version;
                        (version, tokio::spawn(async move { go_on(&app, &mailbox, &server).await }))
                    });
                }
            }
            Err(error) => tracing::error!("the mailboxes could not be read: {error:?}"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Tells the operators, and who works with the mailbox, once of each that has been silent for too long.
async fn tell_of_silence(app: &App) -> Result<(), Problem> {
    let (now, catalogue) = (app.clock.now(), app.catalogue.now());
    app.db
        .write(move |tx| {
            for mailbox in servers::newly_silent(tx, now - SILENT)? {
                let service = catalogue.service(mailbox.service);
                let veiled =
                    service.filter(|service| service.definition.confidential).map(|service| service.id);
                let officers = match veiled {
                    Some(service) => people::named_officers(tx, mailbox.unit, service, now)?,
                    None => people::officers(tx, mailbox.unit, now)?
                        .into_iter()
                        .map(|(person, _)| person)
                        .collect(),
                };
                notices::tell_in_words(tx, officers, "mailbox_silent", &mailbox.address, now)?;
                let operators = letters::store::operators(tx, now)?;
                notices::tell_in_words(tx, operators, "mailbox_broken", &mailbox.address, now)?;
            }
            Ok(())
        })
        .await
}

/// Fetches until something goes wrong, and writes down what.
async fn go_on(app: &App, mailbox: &Mailbox, server: &Server) {
    if let Err(error) = fetch(app, mailbox, server, true).await {
        tracing::warn!(mailbox = mailbox.address, "mail cannot be fetched: {error:#}");
        let (id, fault) = (mailbox.id, short(&format!("{error:#}")));
        if let Err(error) = app.db.write(move |tx| servers::failed(tx, id, &fault)).await {
            tracing::error!("a failure could not be written down: {error:?}");
        }
    }
}

/// What a server says may be long, and is not for a page.
fn short(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_control()).take(300).collect()
}

/// Fetches what is new; goes on waiting for more where `waits`, until the server hangs up. False when another node
/// fetches this mailbox.
///
/// # Errors
/// Says what the server did or did not do.
pub(super) async fn fetch(
    app: &App,
    mailbox: &Mailbox,
    server: &Server,
    waits: bool,
) -> anyhow::Result<bool> {
    let (id, vault) = (mailbox.id, app.vault.clone());
    let (node, now) = (node(app), app.clock.now());
    if app.db.write(move |tx| servers::take(tx, id, &node, now)).await?.is_none() {
        return Ok(false);
    }
    let secret = app.db.read(move |r| servers::secret(r, &vault, id)).await;
    let secret = secret.map_err(|problem: Problem| anyhow::anyhow!("{problem}"))?;
    let host = server.host().context("the server is not written as imaps://name")?;
    let secret = token::secret(app, server, secret).await?;
    let stream = within(CONNECT_WITHIN, "connecting", async {
        Ok(TcpStream::connect((host.name.as_str(), host.port)).await?)
    })
    .await?;
    let conversation = Conversation { app, mailbox, server, secret: &secret, waits };
    if host.tls {
        let stream = encrypted(app, &host, stream).await?;
        let mut client = Client::new(stream);
        within(PATIENCE, "greeting", greeting(&mut client)).await?;
        conversation.go_on(client).await?;
        return Ok(true);
    }
    let mut client = Client::new(stream);
    within(PATIENCE, "greeting", greeting(&mut client)).await?;
    if is_this_machine(&host) {
        conversation.go_on(client).await?;
        return Ok(true);
    }
    within(PATIENCE, "STARTTLS", async { Ok(client.run_command_and_check_ok("STARTTLS", None).await?) })
        .await?;
    let stream = encrypted(app, &host, client.into_inner()).await?;
    conversation.go_on(Client::new(stream)).await?;
    Ok(true)
}

/// Nothing that is sent to this machine itself is sent over a line.
fn is_this_machine(host: &Host) -> bool {
    host.name == "localhost"
        || host.name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

async fn greeting<T>(client: &mut Client<T>) -> anyhow::Result<()>
where
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + std::fmt::Debug + Send,
{
    client.read_response().await?.context("the server hung up at once")?;
    Ok(())
}

async fn encrypted(
    app: &App,
    host: &Host,
    stream: TcpStream,
) -> anyhow::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let name = ServerName::try_from(host.name.clone()).context("the server's name is none")?;
    let connector = TlsConnector::from(app.tls.clone());
    within(PATIENCE, "TLS", async { Ok(connector.connect(name, stream).await?) }).await
}

/// By which name a node holds a mailbox. The same after it was started again, so that it goes on at once with what it
/// held.
fn node(app: &App) -> String {
    let machine = rustix::system::uname();
    format!("{} {}", machine.nodename().to_string_lossy(), app.settings.listen)
}

/// Waits so long and no longer.
async fn within<T>(
    limit: Duration,
    what: &str,
    doing: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    match tokio::time::timeout(limit, doing).await {
        Ok(done) => done.with_context(|| format!("{what} failed")),
        Err(_) => anyhow::bail!("{what}: no answer within {} seconds", limit.as_secs()),
    }
}
