//! Where the mail of each mailbox is fetched, how far that is, and which node does it.

use database::{Error, Reader, Transaction};
use jiff::{SignedDuration, Timestamp};

use crate::channels::mailbox::{Mailbox, Server};
use crate::channels::store::{MAILBOX, read_mailbox};
use crate::id::MailboxId;
use crate::problem::Problem;
use crate::vault::{Sealed, Vault};

/// A node that says nothing for so long has lost its mailbox to another.
const HELD: SignedDuration = SignedDuration::from_mins(5);

/// All mailboxes with their servers, the closed ones last.
pub fn all(r: &mut Reader) -> Result<Vec<(Mailbox, Server)>, Error> {
    let sql = format!(
        "SELECT {MAILBOX}, server, folder, login, token_url FROM mailboxes
         ORDER BY CASE WHEN closed_at IS NULL THEN 0 ELSE 1 END, address"
    );
    r.rows(&sql, &[], |row| {
        let server = Server {
            url: row.get("server")?,
            folder: row.get("folder")?,
            login: row.get("login")?,
            token_url: row.get("token_url")?,
        };
        Ok((read_mailbox(row)?, server))
    })
}

/// In the vault a secret opens for its own mailbox only.
fn place(id: MailboxId) -> Vec<u8> {
    [b"mailbox ".as_slice(), id.uuid().as_bytes()].concat()
}

/// Says where mail is fetched; without a secret the one that is there stays. Another server or folder begins anew: what
/// was fetched before is known and not taken twice.
pub fn set(
    tx: &mut Transaction,
    vault: &Vault,
    id: MailboxId,
    server: &Server,
    secret: Option<&str>,
) -> Result<(), Problem> {
    tx.execute(
        "UPDATE mailboxes SET uid_validity = NULL, last_uid = 0
         WHERE id = $1 AND (server <> $2 OR folder <> $3 OR login <> $4)",
        &[id.into(), (&server.url).into(), (&server.folder).into(), (&server.login).into()],
    )?;
    tx.execute(
        "UPDATE mailboxes SET server = $2, folder = $3, login = $4, token_url = $5, fault = '', taken_until = NULL
         WHERE id = $1",
        &[
            id.into(),
            (&server.url).into(),
            (&server.folder).into(),
            (&server.login).into(),
            (&server.token_url).into(),
        ],
    )?;
    if let Some(secret) = secret {
        let sealed = vault.seal(&place(id), secret.as_bytes()).map_err(anyhow::Error::from)?;
        tx.execute(
            "UPDATE mailboxes SET secret = $2, key_name = $3 WHERE id = $1",
            &[id.into(), sealed.bytes.into(), sealed.key_name.into()],
        )?;
    }
    Ok(())
}

/// How far the fetching of a mailbox is.
#[derive(Clone, Debug, PartialEq)]
pub struct Position {
    pub uid_validity: Option<i64>,
    pub last_uid: i64,
}

/// Takes a mailbox for fetching; `None` while another node has it.
pub fn take(
    tx: &mut Transaction,
    id: MailboxId,
    node: &str,
    now: Timestamp,
) -> Result<Option<Position>, Error> {
    tx.row(
        "UPDATE mailboxes SET taken_by = $2, taken_until = $3
         WHERE id = $1 AND closed_at IS NULL AND (taken_by = $2 OR taken_until IS NULL OR taken_until < $4)
         RETURNING uid_validity, last_uid",
        &[id.into(), node.into(), (now + HELD).into(), now.into()],
        |row| Ok(Position { uid_validity: row.get("uid_validity")?, last_uid: row.get("last_uid")? }),
    )
}

/// # Errors
/// When the key that sealed it is not there.
pub fn secret(r: &mut Reader, vault: &Vault, id: MailboxId) -> Result<String, Problem> {
    let sealed: Option<Sealed> = r.row(
        "SELECT secret, key_name FROM mailboxes WHERE id = $1 AND secret IS NOT NULL",
        &[id.into()],
        |row| Ok(Sealed { bytes: row.get("secret")?, key_name: row.get("key_name")? }),
    )?;
    let Some(sealed) = sealed else { return Ok(String::new()) };
    let bytes = vault.open(&place(id), &sealed).map_err(anyhow::Error::from)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Everything up to this is kept.
pub fn reached(tx: &mut Transaction, id: MailboxId, position: &Position) -> Result<(), Error> {
    tx.execute(
        "UPDATE mailboxes SET uid_validity = $2, last_uid = $3 WHERE id = $1",
        &[id.into(), position.uid_validity.into(), position.last_uid.into()],
    )?;
    Ok(())
}

/// The server answered, and nothing more waits there.
pub fn fetched(tx: &mut Transaction, id: MailboxId, now: Timestamp) -> Result<(), Error> {
    tx.execute(
        "UPDATE mailboxes SET fetched_at = $2, fault = '', told_silent = 0 WHERE id = $1",
        &[id.into(), now.into()],
    )?;
    Ok(())
}

/// Mailboxes whose server could not be asked since `since` and of which nobody was told yet: now they are.
pub fn newly_silent(tx: &mut Transaction, since: Timestamp) -> Result<Vec<Mailbox>, Error> {
    let sql = format!(
        "UPDATE mailboxes SET told_silent = 1
         WHERE told_silent = 0 AND closed_at IS NULL AND fault <> '' AND COALESCE(fetched_at, 0) < $1
         RETURNING {MAILBOX}"
    );
    tx.rows(&sql, &[since.into()], read_mailbox)
}

/// Seals the secrets of all mailboxes by the first key of the vault. Returns how many were, and how many do not open.
pub fn seal_again(tx: &mut Transaction, vault: &Vault) -> Result<(usize, usize), Error> {
    let secrets: Vec<(MailboxId, Sealed)> = tx.rows(
        "SELECT id, secret, key_name FROM mailboxes WHERE secret IS NOT NULL ORDER BY id",
        &[],
        |row| Ok((row.get("id")?, Sealed { bytes: row.get("secret")?, key_name: row.get("key_name")? })),
    )?;
    let (mut sealed, mut locked) = (0, 0);
    for (id, old) in secrets {
        let Ok(new) = vault.open(&place(id), &old).and_then(|open| vault.seal(&place(id), &open)) else {
            locked += 1;
            continue;
        };
        let sql = "UPDATE mailboxes SET secret = $2, key_name = $3 WHERE id = $1";
        tx.execute(sql, &[id.into(), new.bytes.into(), new.key_name.into()])?;
        sealed += 1;
    }
    Ok((sealed, locked))
}

/// Why the server could not be asked.
pub fn failed(tx: &mut Transaction, id: MailboxId, fault: &str) -> Result<(), Error> {
    tx.execute("UPDATE mailboxes SET fault = $2 WHERE id = $1", &[id.into(), fault.into()])?;
    Ok(())
}
