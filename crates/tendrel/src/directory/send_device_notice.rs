//! The job that tells people that their account was opened by a browser that it was not known to use, with a link that
//! ends the session. The link is made when it is sent, so that no secret waits in the table of jobs. Told twice it sends
//! a second message that says the same.

use database::{Error, Transaction};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::directory::accounts;
use crate::directory::links::{self, END_HOLDS, Purpose};
use crate::files::hex;
use crate::frame::languages::{Argument, Language, text};
use crate::id::AccountId;
use crate::jobs;
use crate::mailer::Mail;
use crate::problem::Problem;

/// Kind of the job.
pub const JOB: &str = "send_device_notice";

#[derive(Debug, Serialize, Deserialize)]
struct Notice {
    account: AccountId,
    /// The session by the hash of its secret: it opens nothing.
    session: String,
    browser: String,
    address: String,
    at: Timestamp,
}

pub(super) fn enqueue(
    tx: &mut Transaction,
    account: AccountId,
    session: &[u8],
    browser: &str,
    address: &str,
    at: Timestamp,
) -> Result<(), Error> {
    let (browser, address) = (browser.to_owned(), address.to_owned());
    jobs::enqueue(tx, JOB, &json!(Notice { account, session: hex(session), browser, address, at }), at, at)
}

pub async fn run(app: &App, payload: &Json) -> Result<(), Problem> {
    let notice: Notice = serde_json::from_value(payload.clone()).map_err(anyhow::Error::from)?;
    let (id, now) = (notice.account, app.clock.now());
    let account = app.db.read(move |r| accounts::get(r, id)).await?;
    let Some(account) = account.filter(|it| app.mailer.is_on() && it.email.contains('@')) else {
        return Ok(());
    };
    let session = notice.session;
    let make = move |tx: &mut Transaction| links::make(tx, id, Purpose::EndSession, &session, END_HOLDS, now);
    let secret = app.db.write(make).await?;
    let language = Language::from_code(&account.language).unwrap_or(Language::English);
    let said = |key: &str, arguments: &[(&str, Argument)]| {
        text(language, app.settings.show_unreviewed, key, arguments)
    };
    let when = notice.at.to_zoned(app.calendars.zone()).strftime("%Y-%m-%d %H:%M").to_string();
    let browser = if notice.browser.is_empty() { said("device-unknown", &[]) } else { notice.browser };
    let body = said(
        "mail-device-body",
        &[
            ("name", account.name.as_str().into()),
            ("browser", browser.into()),
            ("time", when.into()),
            ("address", notice.address.into()),
            ("link", format!("{}/end-session/{secret}", app.settings.base_url).into()),
        ],
    );
    let subject = said("mail-device-subject", &[]);
    app.mailer.send(&Mail { to: account.email, subject, body, ..Mail::default() }, now).await?;
    Ok(())
}
