//! A door for mail servers: LMTP or SMTP on a port of our own. A message is answered with 250 when it is safely kept,
//! and with 4xx when the server must keep it and come again.
//!
//! Only a relay is listened to, never the open Internet: there is no check of names, keys or lists here, and no AUTH.
//! Left out on purpose: BDAT, VRFY that answers, and mail from here to elsewhere.

mod converse;
mod session;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::app::App;
use crate::channels::keep_mail::LONGEST;
use crate::channels::listen_mail::converse::{Conversation, Ended};
use crate::channels::listen_mail::session::{Protocol, Session};
use crate::settings::MailListenerSettings;

/// Megabytes of messages that are held in memory while they come in, over all connections.
const MEMORY: usize = 4 * (LONGEST / MEGABYTE + 1);
const MEGABYTE: usize = 1024 * 1024;
const TLS_WITHIN: Duration = Duration::from_secs(30);

/// Sockets that mail servers may connect to.
#[derive(Debug, Default)]
pub struct Doors(Vec<(Protocol, TcpListener)>);

/// What all connections share.
pub(super) struct Room {
    memory: Semaphore,
    places: Arc<Semaphore>,
    pace: Mutex<Pace>,
}

/// Opens the sockets that the settings name, and looks at the certificate.
///
/// # Errors
/// Says which address or file cannot be used.
pub async fn open(app: &App) -> anyhow::Result<Doors> {
    let settings = &app.settings.mail_listener;
    acceptor(settings)?;
    let mut doors = Doors::default();
    for (protocol, address) in [(Protocol::Lmtp, settings.lmtp), (Protocol::Smtp, settings.smtp)] {
        let Some(address) = address else { continue };
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!("nothing can listen for mail on {address}: another program may already do so; change [mail_listener] in tendrel.toml")
        })?;
        tracing::info!("listening for mail ({}) on {}", protocol.name(), listener.local_addr()?);
        doors.0.push((protocol, listener));
    }
    Ok(doors)
}

/// Takes mail, for as long as the program runs. Whoever is in the middle of a message when it stops was not told that
/// we have it, and comes again.
pub async fn run(app: App, doors: Doors) {
    let settings = &app.settings.mail_listener;
    let room = Arc::new(Room {
        memory: Semaphore::new(MEMORY),
        places: Arc::new(Semaphore::new(settings.connections)),
        pace: Mutex::default(),
    });
    let mut open = JoinSet::new();
    for (protocol, listener) in doors.0 {
        open.spawn(accept(app.clone(), Arc::clone(&room), protocol, listener));
    }
    while open.join_next().await.is_some() {}
}

async fn accept(app: App, room: Arc<Room>, protocol: Protocol, listener: TcpListener) {
    let mut open = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = open.join_next() => continue,
        };
        match accepted {
            Ok((stream, peer)) => {
                open.spawn(serve(app.clone(), Arc::clone(&room), protocol, stream, peer));
            }
            Err(error) => {
                tracing::warn!(%error, "a mail server's connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn serve(app: App, room: Arc<Room>, protocol: Protocol, stream: TcpStream, peer: SocketAddr) {
    let peer = peer.ip().to_canonical();
    if let Err(error) = talk(&app, &room, protocol, stream, peer).await {
        // A server that hangs up comes again by itself.
        tracing::debug!(%peer, "a mail server's connection ended: {error:#}");
    }
}

async fn talk(
    app: &App,
    room: &Room,
    protocol: Protocol,
    mut stream: TcpStream,
    peer: IpAddr,
) -> anyhow::Result<()> {
    let settings = &app.settings.mail_listener;
    let _ = stream.set_nodelay(true);
    if !settings.from.iter().any(|network| network.holds(peer)) {
        tracing::warn!(%peer, "a mail server was turned away: it is in no network of [mail_listener] from");
        return Ok(converse::turn_away(&mut stream, "554 5.7.1 no mail is taken from your address").await?);
    }
    let Ok(_place) = Arc::clone(&room.places).try_acquire_owned() else {
        return Ok(converse::turn_away(&mut stream, "421 4.3.2 too many connections, come again").await?);
    };
    let acceptor = acceptor(settings)?;
    let session = Session::new(protocol, settings, acceptor.is_some());
    let mut conversation = Conversation::new(app, room, session, peer);
    conversation.greet(&mut stream).await?;
    if let (Ended::BeginTls, Some(acceptor)) = (conversation.hold(&mut stream).await?, acceptor) {
        let begun = tokio::time::timeout(TLS_WITHIN, acceptor.accept(stream)).await;
        let mut stream = begun.context("TLS took too long")?.context("TLS could not begin")?;
        conversation.began_tls();
        conversation.hold(&mut stream).await?;
        stream.shutdown().await?;
    }
    Ok(())
}

/// `None` where no certificate is set.
fn acceptor(settings: &MailListenerSettings) -> anyhow::Result<Option<TlsAcceptor>> {
    let (Some(certificate), Some(key)) = (&settings.certificate, &settings.key) else { return Ok(None) };
    let read = |path: &Path| format!("{} of [mail_listener] cannot be used", path.display());
    let chain: Vec<CertificateDer> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .with_context(|| read(certificate))?;
    let secret = PrivateKeyDer::from_pem_file(key).with_context(|| read(key))?;
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .with_context(|| read(certificate))?;
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}

/// Messages of each address in the minute that runs.
#[derive(Debug, Default)]
struct Pace {
    minute: i64,
    messages: HashMap<IpAddr, usize>,
}

impl Room {
    /// Counts a message of `peer`. False when it has sent as many in this minute as it may.
    fn may_send(&self, peer: IpAddr, second: i64, most: usize) -> bool {
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = second.div_euclid(60);
        if pace.minute != minute {
            *pace = Pace { minute, ..Pace::default() };
        }
        let count = pace.messages.entry(peer).or_default();
        *count += 1;
        *count <= most
    }
}
