//! Signing in with the password of the directory: it says whose it is, and in which groups they are.

use jiff::Timestamp;

use crate::app::App;
use crate::directory::accounts::Account;
use crate::directory::ldap::{self, Away, Entry};
use crate::directory::vouched_for::{self, Said};
use crate::problem::Problem;
use crate::settings::identity::LdapSettings;

pub(super) enum Answer {
    Known(Box<Account>),
    /// Their password is right, and yet they cannot come in: the key of a sentence that says what to do.
    NotHere(&'static str),
    Wrong,
    Away,
}

/// Asks the directory, if the settings name one.
pub(super) async fn ask(app: &App, typed: &str, password: &str, now: Timestamp) -> Result<Answer, Problem> {
    let Some(settings) = app.settings.sign_in.ldap() else {
        return Ok(Answer::Wrong);
    };
    let entry = match ldap::person_with_password(settings, &app.tls, typed, password).await {
        Ok(Some(entry)) => entry,
        Ok(None) => return Ok(Answer::Wrong),
        Err(away @ (Away::NoAnswer(_) | Away::NotLetIn(_) | Away::TooMany)) => {
            tracing::error!("nobody comes in by the directory: {away}");
            return Ok(Answer::Away);
        }
    };
    if entry.id.is_empty() {
        tracing::error!(dn = entry.dn, "the directory gives no {:?}", settings.attributes.id);
        return Ok(Answer::NotHere("vouched-unclear"));
    }
    let (said, of) = (said(settings, entry), settings.clone());
    let welcome =
        app.db.write(move |tx| vouched_for::welcome(tx, &said, &of.roles, of.create_people, now)).await?;
    Ok(welcome.map_or_else(Answer::NotHere, |account| Answer::Known(Box::new(account))))
}

pub(super) fn said(settings: &LdapSettings, entry: Entry) -> Said {
    Said {
        issuer: settings.issuer(),
        subject: entry.id,
        name: entry.name,
        username: entry.username,
        email: entry.email,
        phone: entry.phone,
        employee_id: entry.employee_id,
        post: entry.post,
        office: entry.office,
        values: (!settings.roles.is_empty()).then_some(entry.groups),
    }
}

#[cfg(test)]
mod tests;
