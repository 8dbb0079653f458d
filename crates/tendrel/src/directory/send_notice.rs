//! The job that tells people by e-mail that what opens their account was changed: whoever it was, the owner learns it.
//!
//! Told twice it sends a second message that says the same.

use database::{Error, Transaction};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::directory::accounts;
use crate::frame::languages::{Argument, Language, text};
use crate::id::AccountId;
use crate::jobs;
use crate::mailer::Mail;
use crate::problem::Problem;

/// Kind of the job.
pub const JOB: &str = "send_account_notice";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Change {
    Password,
    CodesOff,
    PasskeyAdded,
}

impl Change {
    fn key(self) -> &'static str {
        match self {
            Change::Password => "mail-changed-password",
            Change::CodesOff => "mail-changed-codes-off",
            Change::PasskeyAdded => "mail-changed-passkey-added",
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Notice {
    account: AccountId,
    change: Change,
    at: Timestamp,
}

pub(super) fn enqueue(
    tx: &mut Transaction,
    account: AccountId,
    change: Change,
    at: Timestamp,
) -> Result<(), Error> {
    jobs::enqueue(tx, JOB, &json!(Notice { account, change, at }), at, at)
}

pub async fn run(app: &App, payload: &Json) -> Result<(), Problem> {
    let notice: Notice = serde_json::from_value(payload.clone()).map_err(anyhow::Error::from)?;
    let id = notice.account;
    let account = app.db.read(move |r| accounts::get(r, id)).await?;
    let Some(account) = account.filter(|it| app.mailer.is_on() && it.email.contains('@')) else {
        return Ok(());
    };
    let language = Language::from_code(&account.language).unwrap_or(Language::English);
    let said = |key: &str, arguments: &[(&str, Argument)]| {
        text(language, app.settings.show_unreviewed, key, arguments)
    };
    let when = notice.at.to_zoned(app.calendars.zone()).strftime("%Y-%m-%d %H:%M").to_string();
    let body = said(
        "mail-changed-body",
        &[
            ("name", account.name.as_str().into()),
            ("change", said(notice.change.key(), &[]).into()),
            ("time", when.into()),
            ("link", format!("{}/sign-in", app.settings.base_url).into()),
        ],
    );
    let subject = said("mail-changed-subject", &[]);
    app.mailer.send(&Mail { to: account.email, subject, body, ..Mail::default() }, app.clock.now()).await?;
    Ok(())
}
