//! The conversation with one server.

use std::collections::HashSet;
use std::fmt::Debug;
use std::time::Duration;

use anyhow::Context;
use async_imap::extensions::idle::IdleResponse;
use async_imap::{Authenticator, Client, Session};
use futures_util::TryStreamExt;
use futures_util::future::try_join_all;
use tokio::io::{AsyncRead, AsyncWrite};

use super::{PATIENCE, node, within};
use crate::app::App;
use crate::channels::keep_mail::{Came, LONGEST, keep, refuse};
use crate::channels::mailbox::{Mailbox, Server};
use crate::channels::store::servers::{self, Position};

/// Mails that are fetched at once, and bytes of them.
const STEP: usize = 20;
const STEP_BYTES: usize = 10 * 1024 * 1024;
/// So long the server may be silent before it is asked again; well within what it grants, and what holds the mailbox.
const WAIT: Duration = Duration::from_secs(60);
/// Numbers that are asked about at once.
const ASKED: usize = 500;

pub(super) struct Conversation<'a> {
    pub app: &'a App,
    pub mailbox: &'a Mailbox,
    pub server: &'a Server,
    pub secret: &'a str,
    /// Goes on waiting for more.
    pub waits: bool,
}

/// How a token is shown (the mechanism XOAUTH2).
struct Token {
    login: String,
    token: String,
}

impl Authenticator for &Token {
    type Response = String;

    fn process(&mut self, _: &[u8]) -> String {
        format!("user={}\x01auth=Bearer {}\x01\x01", self.login, self.token)
    }
}

impl Conversation<'_> {
    pub(super) async fn go_on<T>(&self, client: Client<T>) -> anyhow::Result<()>
    where
        T: AsyncRead + AsyncWrite + Unpin + Debug + Send,
    {
        let mut session = within(PATIENCE, "signing in", self.sign_in(client)).await?;
        let can_idle =
            within(PATIENCE, "CAPABILITY", async { Ok(session.capabilities().await?.has_str("IDLE")) })
                .await?;
        loop {
            let Some(position) = self.hold().await? else { return Ok(()) };
            self.fetch_new(&mut session, position).await?;
            let (id, now) = (self.mailbox.id, self.app.clock.now());
            self.app.db.write(move |tx| servers::fetched(tx, id, now)).await?;
            if !self.waits {
                within(PATIENCE, "LOGOUT", async { Ok(session.logout().await?) }).await?;
                return Ok(());
            }
            session = if can_idle { idle(session).await? } else { pause(session).await? };
        }
    }

    async fn sign_in<T>(&self, client: Client<T>) -> anyhow::Result<Session<T>>
    where
        T: AsyncRead + AsyncWrite + Unpin + Debug + Send,
    {
        let login = &self.server.login;
        let signed_in = if self.server.token_url.is_empty() {
            client.login(login, self.secret).await
        } else {
            let token = Token { login: login.clone(), token: self.secret.to_owned() };
            client.authenticate("XOAUTH2", &token).await
        };
        signed_in.map_err(|(error, _)| error).context("user name or password")
    }

    /// Holds the mailbox for the next minutes; `None` when another node has it.
    async fn hold(&self) -> anyhow::Result<Option<Position>> {
        let (id, node, now) = (self.mailbox.id, node(self.app), self.app.clock.now());
        Ok(self.app.db.write(move |tx| servers::take(tx, id, &node, now)).await?)
    }

    async fn fetch_new<T>(&self, session: &mut Session<T>, mut position: Position) -> anyhow::Result<()>
    where
        T: AsyncRead + AsyncWrite + Unpin + Debug + Send,
    {
        let folder = &self.server.folder;
        let selected = within(PATIENCE, "SELECT", async { Ok(session.select(folder).await?) }).await?;
        let validity = selected.uid_validity.map(i64::from);
        if validity != position.uid_validity {
            // The server counts anew: all is asked for again, and what is here is known.
            position = Position { uid_validity: validity, last_uid: 0 };
        }
        let wanted = format!("UID {}:*", position.last_uid + 1);
        let found: HashSet<u32> =
            within(PATIENCE, "SEARCH", async { Ok(session.uid_search(&wanted).await?) }).await?;
        // "5:*" names the last mail even where that is the fourth.
        let mut new: Vec<u32> = found.into_iter().filter(|uid| i64::from(*uid) > position.last_uid).collect();
        new.sort_unstable();
        for some in new.chunks(ASKED) {
            let sizes = sizes(session, some).await?;
            for step in steps(some, &sizes) {
                self.fetch_step(session, &step, &mut position).await?;
            }
        }
        Ok(())
    }

    async fn fetch_step<T>(
        &self,
        session: &mut Session<T>,
        step: &Step,
        position: &mut Position,
    ) -> anyhow::Result<()>
    where
        T: AsyncRead + AsyncWrite + Unpin + Debug + Send,
    {
        if let Step::TooLong(uid, size) = step {
            let known_by = format!("imap {} {uid}", position.uid_validity.unwrap_or_default());
            refuse(self.app, self.mailbox.id, &known_by, *size, "imap").await.map_err(anyhow::Error::msg)?;
            return self.reached(position, *uid).await;
        }
        let Step::Some(uids) = step else { return Ok(()) };
        let set = set(uids);
        let fetched: Vec<_> = within(PATIENCE * 5, "FETCH", async {
            Ok(session.uid_fetch(&set, "(UID BODY.PEEK[])").await?.try_collect().await?)
        })
        .await?;
        // What was deleted meanwhile, or never was there, is not answered and not waited for.
        let bodies: Vec<Vec<u8>> = fetched
            .iter()
            .filter(|mail| mail.uid.is_some_and(|uid| uids.contains(&uid)))
            .filter_map(|mail| mail.body().map(<[u8]>::to_vec))
            .collect();
        let kept = bodies.iter().map(|bytes| async move {
            let came = Came { bytes, by: "imap", recipient: "" };
            keep(self.app, self.mailbox.id, came).await.map_err(anyhow::Error::msg)
        });
        try_join_all(kept).await?;
        if let Some(last) = uids.last() {
            self.reached(position, *last).await?;
        }
        within(PATIENCE, "STORE", async {
            let answers = session.uid_store(&set, "+FLAGS.SILENT (\\Seen)").await?;
            let _: Vec<_> = answers.try_collect().await?;
            Ok(())
        })
        .await
    }

    async fn reached(&self, position: &mut Position, uid: u32) -> anyhow::Result<()> {
        position.last_uid = i64::from(uid);
        let (id, now) = (self.mailbox.id, position.clone());
        Ok(self.app.db.write(move |tx| servers::reached(tx, id, &now)).await?)
    }
}

/// What is fetched in one go.
#[derive(Debug, PartialEq)]
enum Step {
    Some(Vec<u32>),
    /// With its size in bytes.
    TooLong(u32, u64),
}

/// Mails in their order, so many at once that they fit into memory.
fn steps(uids: &[u32], sizes: &[(u32, u64)]) -> Vec<Step> {
    let mut steps = Vec::new();
    let (mut now, mut bytes) = (Vec::new(), 0);
    for uid in uids {
        let size = sizes.iter().find(|(known, _)| known == uid).map_or(0, |(_, size)| *size);
        let is_too_long = size > LONGEST as u64;
        if !now.is_empty() && (now.len() == STEP || bytes + size > STEP_BYTES as u64 || is_too_long) {
            steps.push(Step::Some(std::mem::take(&mut now)));
            bytes = 0;
        }
        if is_too_long {
            steps.push(Step::TooLong(*uid, size));
        } else {
            now.push(*uid);
            bytes += size;
        }
    }
    if !now.is_empty() {
        steps.push(Step::Some(now));
    }
    steps
}

fn set(uids: &[u32]) -> String {
    uids.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}

async fn sizes<T>(session: &mut Session<T>, uids: &[u32]) -> anyhow::Result<Vec<(u32, u64)>>
where
    T: AsyncRead + AsyncWrite + Unpin + Debug + Send,
{
    within(PATIENCE, "sizes", async {
        let told: Vec<_> = session.uid_fetch(set(uids), "(UID RFC822.SIZE)").await?.try_collect().await?;
        Ok(told.iter().filter_map(|mail| Some((mail.uid?, u64::from(mail.size?)))).collect())
    })
    .await
}

/// Waits until the server says that something is new, or a minute.
async fn idle<T>(session: Session<T>) -> anyhow::Result<Session<T>>
where
    T: AsyncRead + AsyncWrite + Unpin + Debug + Send,
{
    let mut handle = session.idle();
    within(PATIENCE, "IDLE", async { Ok(handle.init().await?) }).await?;
    let (waiting, _stop) = handle.wait_with_timeout(WAIT);
    // A server that only says that it is still there does not make this wait for ever.
    let told = tokio::time::timeout(WAIT * 2, waiting).await;
    if let Ok(Ok(IdleResponse::ManualInterrupt)) = told {
        anyhow::bail!("the server hung up");
    }
    if let Ok(told) = told {
        told?;
    }
    within(PATIENCE, "DONE", async { Ok(handle.done().await?) }).await
}

async fn pause<T>(mut session: Session<T>) -> anyhow::Result<Session<T>>
where
    T: AsyncRead + AsyncWrite + Unpin + Debug + Send,
{
    tokio::time::sleep(WAIT).await;
    within(PATIENCE, "NOOP", async { Ok(session.noop().await?) }).await?;
    Ok(session)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_are_fetched_in_their_order_and_never_too_many_bytes_at_once() {
        let long = LONGEST as u64 + 1;
        let half = STEP_BYTES as u64 / 2;
        let sizes = [(1, 10), (2, half), (3, half), (4, long), (5, 10), (6, 0)];
        let expected =
            [Step::Some(vec![1, 2]), Step::Some(vec![3]), Step::TooLong(4, long), Step::Some(vec![5, 6, 7])];
        assert_eq!(steps(&[1, 2, 3, 4, 5, 6, 7], &sizes), expected);
        let many: Vec<u32> = (1..=45).collect();
        let lengths: Vec<usize> = steps(&many, &[])
            .iter()
            .map(|step| match step {
                Step::Some(uids) => uids.len(),
                Step::TooLong(..) => 0,
            })
            .collect();
        assert_eq!(lengths, [20, 20, 5]);
        assert_eq!(steps(&[], &[]), []);
    }
}
