//! From whom a letter comes, where answers go, and how a mail program shows the mails of a case together.

use database::{Error, Reader};
use lettre::message::Mailbox as Written;

use crate::app::App;
use crate::channels::mailbox::Mailbox;
use crate::channels::marks::Marks;
use crate::channels::store;
use crate::desk::request::Request;
use crate::id::{LetterId, MailboxId};

/// Who writes.
#[derive(Clone, Debug)]
pub struct Sender {
    /// As it stands in `From`.
    pub from: String,
    /// Where mail about the case comes in; empty where none does.
    pub address: String,
    pub mailbox: Option<MailboxId>,
    pub domain: String,
}

fn domain(address: &str) -> String {
    let parsed = address.parse::<Written>();
    parsed.map_or_else(|_| "localhost".to_owned(), |it| it.email.domain().to_owned())
}

/// The plain address of the settings, in small letters.
pub fn own_address(app: &App) -> String {
    let written = app.mailer.sender().parse::<Written>();
    written.map(|it| it.email.to_string().to_lowercase()).unwrap_or_default()
}

/// The mailbox of the unit and the service, else the sender of the settings.
pub fn sender(r: &mut Reader, app: &App, request: Option<&Request>) -> Result<Sender, Error> {
    let mailbox = match request {
        Some(request) => store::mailbox_of(r, request.unit, request.service)?,
        None => None,
    };
    let fallback = app.mailer.sender();
    let own = mailbox.and_then(|it| from_mailbox(&it));
    Ok(own.unwrap_or_else(|| Sender {
        from: fallback.to_owned(),
        address: String::new(),
        mailbox: None,
        domain: domain(fallback),
    }))
}

fn from_mailbox(mailbox: &Mailbox) -> Option<Sender> {
    let written = Written::new(Some(mailbox.name.clone()), mailbox.address.parse().ok()?);
    Some(Sender {
        from: written.to_string(),
        address: mailbox.address.clone(),
        mailbox: Some(mailbox.id),
        domain: mailbox.domain().to_owned(),
    })
}

pub fn message_id(app: &App, sender: &Sender, request: Option<&Request>, letter: LetterId) -> String {
    match request {
        Some(request) => Marks::new(&app.vault).message_id(&request.number, &sender.domain),
        None => format!("{}@{}", letter.uuid().simple(), sender.domain),
    }
}

/// The subject of all letters about a case, always the same, with the number once at its end. Of a confidential case it
/// names nothing else.
pub fn subject(request: &Request) -> String {
    let tag = format!("[{}]", request.number);
    if request.confidential {
        return tag;
    }
    let clean: String =
        request.subject.replace(&tag, " ").chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let clean = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{clean} {tag}").trim().to_owned()
}

/// `Reply-To`, `In-Reply-To` and `References` of a letter about a case.
pub fn headers(
    r: &mut Reader,
    app: &App,
    sender: &Sender,
    request: &Request,
    address: &str,
) -> Result<Vec<(&'static str, String)>, Error> {
    let marks = Marks::new(&app.vault);
    let root = marks.root(&request.number, &sender.domain);
    let last = store::last_id_from(r, request.id, &address.to_lowercase())?;
    let mut headers = Vec::new();
    if !sender.address.is_empty() {
        headers.push(("Reply-To", marks.reply_address(&sender.address, &request.number)));
    }
    let bare = |id: &str| id.trim_matches(['<', '>']).to_owned();
    match last.map(|id| bare(&id)) {
        Some(last) => {
            headers.push(("In-Reply-To", format!("<{last}>")));
            headers.push(("References", format!("<{root}> <{last}>")));
        }
        None => headers.push(("References", format!("<{root}>"))),
    }
    Ok(headers)
}

/// Where a letter comes back to: the address that says of which case it was.
pub fn comes_back_to(app: &App, sender: &Sender, request: &Request) -> Option<String> {
    let marked = || Marks::new(&app.vault).reply_address(&sender.address, &request.number);
    (!sender.address.is_empty()).then(marked)
}
