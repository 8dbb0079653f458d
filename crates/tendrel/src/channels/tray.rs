//! `/mail`: what came by mail and is no case. First what somebody must look at, then what programs wrote.

use askama::Template;
use axum::Router;
use axum::extract::{RawQuery, State as Held};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::channels::access::{may_read, must_work_in_a_unit};
use crate::channels::mailbox::Mailbox;
use crate::channels::store;
use crate::channels::store::mails::{self, Mail, State};
use crate::frame::{self, Frame, page};
use crate::id::{MailId, MailboxId};
use crate::problem::Problem;
use crate::viewer::Viewer;

const ROWS: usize = 50;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/mail", get(show)).route("/api/v1/mail", get(show))
}

#[derive(Template)]
#[template(path = "channels/tray.html")]
struct Page {
    frame: Frame,
    state: State,
    mails: Vec<Mail>,
    mailboxes: Vec<Mailbox>,
    next: Option<String>,
}

impl Page {
    fn address(&self, id: &MailboxId) -> &str {
        self.mailboxes.iter().find(|mailbox| mailbox.id == *id).map_or("", |mailbox| &mailbox.address)
    }

    fn why(&self, mail: &Mail) -> String {
        why(&self.frame, mail)
    }

    fn silent(&self) -> impl Iterator<Item = &Mailbox> {
        self.mailboxes.iter().filter(|mailbox| mailbox.is_silent(self.frame.now))
    }
}

/// Why a mail is where it is.
pub(super) fn why(frame: &Frame, mail: &Mail) -> String {
    let code = if mail.reason.is_empty() { "kept" } else { mail.reason.as_str() };
    frame.t(&format!("mail-reason-{code}"))
}

async fn show(Held(app): Held<App>, viewer: Viewer, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let me = must_work_in_a_unit(&viewer)?.clone();
    let (mut state, mut before, mut is_understood) = (State::Quarantined, None, true);
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match &*name {
            "state" | "before" if value.is_empty() => {}
            "state" if value == State::Quarantined.code() => {}
            "state" if value == State::Aside.code() => state = State::Aside,
            "state" => is_understood = false,
            "before" => {
                before = MailId::parse(&value);
                is_understood &= before.is_some();
            }
            _ => {}
        }
    }
    if viewer.by_api() && !is_understood {
        return Err(Problem::Input("mail-query-unknown"));
    }
    let catalogue = app.catalogue.now();
    let (mut mails, mailboxes) = app
        .db
        .read(move |r| {
            let mut mailboxes = store::mailboxes(r)?;
            mailboxes.retain(|mailbox| may_read(&me, mailbox, &catalogue));
            let ids: Vec<MailboxId> = mailboxes.iter().map(|mailbox| mailbox.id).collect();
            let mails = mails::waiting(r, &ids, state, before, ROWS as i64 + 1)?;
            Ok::<_, Problem>((mails, mailboxes))
        })
        .await?;
    let more = mails.len() > ROWS;
    mails.truncate(ROWS);
    let last = mails.last().filter(|_| more).map(|mail| mail.id.to_string());
    if viewer.by_api() {
        let body = json!({ "mail": mails.iter().map(told).collect::<Vec<_>>(), "next": last });
        return Ok(frame::json(StatusCode::OK, &body));
    }
    let next = last.map(|id| format!("/mail?state={}&before={id}", state.code()));
    let frame = Frame::titled(&app, &viewer, "mail-title");
    page(StatusCode::OK, &Page { frame, state, mails, mailboxes, next })
}

/// A mail as the API tells it.
pub(super) fn told(mail: &Mail) -> Json {
    json!({
        "id": mail.id, "state": mail.state.code(), "reason": mail.reason, "kind": mail.kind,
        "from": mail.from, "from_name": mail.from_name, "subject": mail.subject,
        "came_at": mail.came_at, "came_by": mail.came_by, "bytes": mail.size,
    })
}

#[cfg(test)]
mod tests;
