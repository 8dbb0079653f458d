//! `/mail/{id}`: one mail as it was understood, why, and as it came.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State as Held};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_reader::{Desk as ReaderDesk, Mail as Read};
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::channels::access::may_read;
use crate::channels::file_mail::bytes_of;
use crate::channels::mailbox::Mailbox;
use crate::channels::store::mails::{self, Mail, State};
use crate::channels::{sort_mail, store, tray};
use crate::desk::access::{self as desk_access, At};
use crate::desk::store as desk_store;
use crate::frame::form::{FormData, Wrong};
use crate::frame::{self, Frame};
use crate::id::MailId;
use crate::problem::Problem;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/mail/{id}", get(show))
        .route("/api/v1/mail/{id}", get(show))
        .route("/mail/{id}/original", get(original))
        .route("/mail/{id}/html", get(html))
}

/// A mail that the viewer may read.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub mail: Mail,
    pub mailbox: Mailbox,
    /// Of the case that it belongs to.
    pub number: Option<String>,
}

/// # Errors
/// `NotFound` for a mail that is not there or not for this viewer's eyes: one that waits is for the unit of its mailbox,
/// one of a case for whoever sees inside the case.
pub(super) async fn find(app: &App, viewer: &Viewer, id: &str) -> Result<Found, Problem> {
    let me = viewer.must_be_signed_in()?.clone();
    let id = MailId::parse(id).ok_or(Problem::NotFound)?;
    let (asker, catalogue) = (viewer.clone(), app.catalogue.now());
    app.db
        .read(move |r| {
            let mail = mails::get(r, id)?.ok_or(Problem::NotFound)?;
            let mailboxes = store::all_mailboxes(r)?;
            let mailbox = mailboxes.into_iter().find(|mailbox| mailbox.id == mail.mailbox);
            let mailbox = mailbox.ok_or(Problem::NotFound)?;
            let Some(request) = mail.request else {
                let may = may_read(&me, &mailbox, &catalogue);
                return if may { Ok(Found { mail, mailbox, number: None }) } else { Err(Problem::NotFound) };
            };
            let number = desk_store::by_id(r, request)?.ok_or(Problem::NotFound)?.number;
            let (_, standing) = desk_access::find_at(r, &asker, &At::Number(number.clone()))?;
            let found = Found { mail, mailbox, number: Some(number) };
            if standing.is_inside() { Ok(found) } else { Err(Problem::NotFound) }
        })
        .await
}

#[derive(Template)]
#[template(path = "channels/show_mail.html")]
struct Page {
    frame: Frame,
    found: Found,
    read: Option<Read>,
    because: Vec<String>,
    services: Vec<(String, String)>,
    wrong: Wrong,
    typed: FormData,
}

impl Page {
    fn why(&self) -> String {
        tray::why(&self.frame, &self.found.mail)
    }

    fn came_by(&self) -> String {
        self.frame.t(&format!("mail-by-{}", self.found.mail.came_by))
    }

    fn waits(&self) -> bool {
        matches!(self.found.mail.state, State::Aside | State::Quarantined)
    }

    /// What was typed, else what the mail says.
    fn value(&self, name: &str) -> String {
        if self.typed.has(name) {
            return self.typed.text(name).to_owned();
        }
        let Some(read) = &self.read else { return String::new() };
        match name {
            "email" => read.from.clone().unwrap_or_default(),
            "name" => read.from_name.clone().or_else(|| read.from.clone()).unwrap_or_default(),
            "subject" => self.found.mail.subject.clone(),
            "text" => read.text.trim().to_owned(),
            _ => String::new(),
        }
    }

    fn service(&self) -> String {
        self.typed.text("service").to_owned()
    }

    fn text(&self) -> String {
        self.read.as_ref().map(|read| read.text.trim().to_owned()).unwrap_or_default()
    }

    fn has_html(&self) -> bool {
        self.read.as_ref().is_some_and(|read| !read.html.is_empty())
    }

    fn files(&self) -> Vec<(String, String)> {
        let attachments = self.read.iter().flat_map(|read| &read.attachments);
        attachments
            .map(|it| (it.name.clone(), self.frame.t1("size-kb", "n", it.size.div_ceil(1024))))
            .collect()
    }
}

async fn show(Held(app): Held<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let found = find(&app, &viewer, &id).await?;
    write(&app, &viewer, found, None).await
}

/// The page again after a form on it was refused.
pub(super) async fn write(
    app: &App,
    viewer: &Viewer,
    found: Found,
    refused: Option<(FormData, Wrong)>,
) -> Result<Response, Problem> {
    let read = read(app, &found.mail).await?;
    if viewer.by_api() {
        return Ok(frame::json(StatusCode::OK, &told(&found, read.as_ref())));
    }
    let mut frame = Frame::new(app, viewer, found.mail.subject.clone());
    if frame.title.is_empty() {
        frame.title = frame.t("mail-no-subject");
    }
    frame.has_mistakes = refused.is_some();
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (typed, wrong) = refused.unwrap_or_default();
    let services = sort_mail::services(app, &frame, found.mailbox.service);
    let because = serde_json::from_str(&found.mail.because).unwrap_or_default();
    frame::page(status, &Page { frame, found, read, because, services, wrong, typed })
}

/// As it is understood now, which may be better than when it came.
async fn read(app: &App, mail: &Mail) -> Result<Option<Read>, Problem> {
    let Some(bytes) = bytes_of(app, mail).await? else { return Ok(None) };
    let reading = tokio::task::spawn_blocking(move || mail_reader::read(&bytes, &ReaderDesk::default()));
    Ok(Some(reading.await.map_err(|error| Problem::Other(error.into()))?))
}

fn told(found: &Found, read: Option<&Read>) -> Json {
    let mut body = tray::told(&found.mail);
    body["number"] = found.number.clone().into();
    body["mailbox"] = found.mailbox.address.clone().into();
    body["because"] = serde_json::from_str(&found.mail.because).unwrap_or_else(|_| json!([]));
    body["text"] = read.map(|read| read.text.clone()).into();
    body["attachments"] = read.map_or_else(|| json!([]), |read| json!(read.attachments));
    body
}

/// The bytes as they came; a browser saves them and runs nothing of them.
async fn original(Held(app): Held<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let found = find(&app, &viewer, &id).await?;
    let bytes = bytes_of(&app, &found.mail).await?.ok_or(Problem::NotFound)?;
    let name = format!("attachment; filename=\"{}.eml\"", found.mail.id);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_DISPOSITION, header_of(&name)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, bytes).into_response())
}

fn header_of(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("attachment"))
}

/// Its HTML without all that acts or asks others, in a frame of its own that runs nothing.
async fn html(Held(app): Held<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let found = find(&app, &viewer, &id).await?;
    let read = read(&app, &found.mail).await?.ok_or(Problem::NotFound)?;
    let safe = mail_reader::safe_html(&read.html, &|id| picture(&read, id)).ok_or(Problem::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"),
        ),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    ];
    let language = Frame::new(&app, &viewer, "").language.code();
    let title = frame::escape(&found.mail.subject);
    let whole = format!(
        "<!doctype html>\n<html lang=\"{language}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title}</title></head><body><main><h1>{title}</h1>{safe}</main></body></html>"
    );
    Ok((headers, whole).into_response())
}

/// A picture that the mail brings with it; none is asked of anybody else.
fn picture(read: &Read, content_id: &str) -> Option<String> {
    const LARGEST: usize = 2_000_000;
    let shown = ["image/png", "image/jpeg", "image/gif", "image/webp"];
    let found = read.attachments.iter().find(|it| it.content_id.as_deref() == Some(content_id))?;
    let fits = shown.contains(&found.media_type.as_str()) && found.content.len() <= LARGEST;
    fits.then(|| format!("data:{};base64,{}", found.media_type, STANDARD.encode(&found.content)))
}
