//! What the tests of mail share: mailboxes of two desks, and mail that comes to them.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::channels::keep_mail::{Came, Kept, keep};
use crate::channels::mailbox::Mailbox;
use crate::channels::{file_mail, store};
use crate::id::OrganisationId;
use crate::testing::World;

pub(crate) const DESK: &str = "ict@punakha.example";

/// A mailbox of Punakha's desk.
pub(crate) fn mailbox(world: &World) -> Mailbox {
    mailbox_at(world, DESK, world.punakha, "something-else")
}

/// The mailbox of an address, opened when there is none.
pub(crate) fn mailbox_at(world: &World, address: &str, unit: OrganisationId, service: &str) -> Mailbox {
    let open = world.app.db.read_blocking(store::mailboxes).unwrap();
    if let Some(mailbox) = open.into_iter().find(|mailbox| mailbox.address == address) {
        return mailbox;
    }
    let service = world.app.catalogue.now().service_by_code(service).unwrap().id;
    let mailbox = Mailbox::new(address, "ICT Services", unit, service, world.app.clock.now());
    let new = mailbox.clone();
    world.app.db.write_blocking(move |tx| store::insert_mailbox(tx, &new)).unwrap();
    mailbox
}

/// A mail as a program writes it, with its own id.
pub(crate) fn mail(from: &str, subject: &str, text: &str) -> String {
    let id = uuid::Uuid::now_v7().simple();
    format!(
        "From: {from}\r\nTo: {DESK}\r\nSubject: {subject}\r\nDate: Thu, 19 Nov 2026 09:00:00 +0600\r\nMessage-ID: <{id}@school.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )
}

/// A mail with more headers.
pub(crate) fn with(mail: &str, headers: &[(&str, &str)]) -> String {
    let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("{more}{mail}")
}

/// The id of a mail.
pub(crate) fn id_of(mail: &str) -> String {
    let line = mail.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap();
    line.trim().to_owned()
}

/// The mail comes, is kept and filed.
pub(crate) async fn comes(world: &World, mailbox: &Mailbox, mail: &str) -> Kept {
    let came = Came { bytes: mail.as_bytes(), by: "deliver", recipient: &mailbox.address };
    let kept = keep(&world.app, mailbox.id, came).await.unwrap();
    all_filed(world).await;
    kept
}

pub(crate) async fn all_filed(world: &World) {
    while file_mail::round(&world.app).await.unwrap() > 0 {}
}

/// The number of the one case that there is.
pub(crate) fn the_number(world: &World) -> String {
    let sql = "SELECT number FROM requests ORDER BY id DESC LIMIT 1";
    world.app.db.read_blocking(move |r| r.one(sql, &[], |row| row.get::<String>("number"))).unwrap()
}

/// Speaks clamd's language; finds "EICAR".
pub(crate) async fn clamd() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut heard = Vec::new();
            while !heard.ends_with(&[0, 0, 0, 0]) && stream.read_buf(&mut heard).await.unwrap() > 0 {}
            let found = String::from_utf8_lossy(&heard).contains("EICAR");
            let answer: &[u8] = if found { b"stream: Eicar FOUND\0" } else { b"stream: OK\0" };
            stream.write_all(answer).await.unwrap();
        }
    });
    address
}
