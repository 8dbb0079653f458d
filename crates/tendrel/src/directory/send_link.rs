//! The job that sends a link for signing in or for a new password.
//!
//! The link is made when it is sent, so that no secret waits in the table of jobs. Told twice it sends a second link,
//! and both hold. Whether there is an account is found out here and never told to whoever asked.

use database::{Error, Transaction};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::directory::links::{self, Purpose};
use crate::directory::{accounts, sign_in};
use crate::events::Actor;
use crate::frame::languages::{Argument, Language, text};
use crate::jobs;
use crate::mailer::Mail;
use crate::problem::Problem;

/// Kind of the job.
pub const JOB: &str = "send_link";
/// Nobody waits for a link longer than this.
const TOO_LATE: SignedDuration = SignedDuration::from_mins(60);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    SignIn,
    Password,
}

impl Kind {
    pub(super) fn purpose(self) -> Purpose {
        match self {
            Kind::SignIn => Purpose::SignIn,
            Kind::Password => Purpose::Password,
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) kind: Kind,
    /// A user name or an e-mail address, as it was typed.
    pub(super) typed: String,
    pub(super) back: String,
    pub(super) at: Timestamp,
}

pub(super) fn enqueue(tx: &mut Transaction, asked: &Asked) -> Result<(), Error> {
    jobs::enqueue(tx, JOB, &json!(asked), asked.at, asked.at)
}

pub async fn run(app: &App, payload: &Json) -> Result<(), Problem> {
    let asked: Asked = serde_json::from_value(payload.clone()).map_err(anyhow::Error::from)?;
    let now = app.clock.now();
    if asked.at + TOO_LATE < now {
        return Ok(());
    }
    let typed = asked.typed.clone();
    let account = app.db.read(move |r| accounts::find(r, &typed)).await?;
    let Some(account) = account.filter(|it| it.closed_at.is_none() && it.email.contains('@')) else {
        return Ok(());
    };
    let (id, kind, back) = (account.id, asked.kind, asked.back);
    let secret = app
        .db
        .write(move |tx| {
            let (holds, activity) = match kind {
                Kind::SignIn => (links::SIGN_IN_HOLDS, "sign-in link sent"),
                Kind::Password => (links::SENT_HOLDS, "password link sent"),
            };
            sign_in::record(tx, id.uuid(), Actor::program(), activity, "", now)?;
            links::make(tx, id, kind.purpose(), &back, holds, now)
        })
        .await?;
    let language = Language::from_code(&account.language).unwrap_or(Language::English);
    let page = match kind {
        Kind::SignIn => "enter",
        Kind::Password => "welcome",
    };
    let link = format!("{}/{page}/{secret}", app.settings.base_url);
    let said = |key: &str| {
        let arguments =
            [("name", Argument::from(account.name.as_str())), ("link", Argument::from(link.as_str()))];
        text(language, app.settings.show_unreviewed, key, &arguments)
    };
    let (subject, body) = match kind {
        Kind::SignIn => (said("mail-sign-in-subject"), said("mail-sign-in-body")),
        Kind::Password => (said("mail-password-subject"), said("mail-password-body")),
    };
    app.mailer.send(&Mail { to: account.email.clone(), subject, body, ..Mail::default() }, now).await?;
    Ok(())
}
