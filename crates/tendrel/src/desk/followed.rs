//! What the one who asked sees: how far it is, what was said, and what they can do; by the secret link or signed in.

#[cfg(test)]
mod tests;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use axum::routing::get;

use crate::app::App;
use crate::desk::access::{self, At, Doing, Standing};
use crate::desk::act::Again;
use crate::desk::clocks;
use crate::desk::faces::Face;
use crate::desk::offers::offered;
use crate::desk::queue::rows::{Tag, service_name, state_tag};
use crate::desk::reopen::{ended_at, may_reopen};
use crate::desk::request::Request;
use crate::desk::save::Desk;
use crate::desk::show::{Kept, Whole, whole};
use crate::desk::store::people::Names;
use crate::desk::timeline::{Entry, answers};
use crate::directory::calendars::UnitFacts;
use crate::frame::{Frame, page, see_other};
use crate::problem::Problem;
use crate::viewer::Viewer;

pub fn routes() -> Router<App> {
    Router::new().route("/r/{secret}", get(by_link)).route("/my/requests/{number}", get(mine))
}

#[derive(Template)]
#[template(path = "desk/followed.html")]
struct Page {
    frame: Frame,
    request: Request,
    standing: Standing,
    names: Names,
    unit: Option<UnitFacts>,
    service: String,
    entries: Vec<Entry>,
    answers: Vec<(String, String)>,
    state: Tag,
    faces: Vec<Face>,
    closes_at: Option<jiff::Timestamp>,
    /// Opening again makes a new request by now.
    carries_on: bool,
    /// Where the forms go; empty on a page that is only to be read.
    base: String,
    kept: Kept,
}

/// One of the five ratings.
struct Rating {
    number: i64,
    words: String,
    chosen: bool,
}

impl Page {
    /// The best first.
    fn ratings(&self) -> Vec<Rating> {
        let rating = |number: i64| Rating {
            number,
            words: self.frame.t(&format!("rating-{number}")),
            chosen: self.request.rating == Some(number),
        };
        (1..=5).rev().map(rating).collect()
    }

    fn can(&self, doing: Doing) -> bool {
        let me = self.frame.signed_in.as_ref().map(|me| me.person);
        !self.base.is_empty() && offered(doing, &self.standing, &self.request, me)
    }

    fn file(&self, id: &str) -> String {
        match self.base.strip_prefix("/my") {
            Some(own) => format!("{own}/files/{id}"),
            None => format!("{}/files/{id}", self.base),
        }
    }

    /// The question that is waited for, if it waits for the requester.
    fn asked(&self) -> bool {
        self.state.class.is_empty() && self.request.hold_reason.is_some()
    }
}

async fn by_link(
    State(app): State<App>,
    viewer: Viewer,
    Path(secret): Path<String>,
) -> Result<Response, Problem> {
    write(&app, &viewer, &At::Secret(secret), Kept::default()).await
}

async fn mine(
    State(app): State<App>,
    viewer: Viewer,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    write(&app, &viewer, &At::Mine(number), Kept::default()).await
}

/// The page after a form on it was refused.
pub async fn again(app: &App, viewer: &Viewer, at: &At, again: Again) -> Result<Response, Problem> {
    write(app, viewer, at, Kept::from(again)).await
}

async fn write(app: &App, viewer: &Viewer, at: &At, kept: Kept) -> Result<Response, Problem> {
    let (asker, wanted) = (viewer.clone(), at.clone());
    let found = app.db.read(move |r| {
        let (request, standing) = access::find_at(r, &asker, &wanted)?;
        whole(r, request, standing)
    });
    let found: Whole = found.await?;
    if !found.standing.may(Doing::See) {
        // An officer who did not ask for it themselves has their own page.
        return Ok(see_other(&format!("/requests/{}", found.request.number)));
    }
    let base = match at {
        At::Secret(secret) => format!("/r/{secret}"),
        At::Number(_) | At::Mine(_) => format!("/my/requests/{}", found.request.number),
    };
    write_whole(app, viewer, found, base, kept)
}

/// Writes the page; without a `base` it is only to be read.
pub fn write_whole(
    app: &App,
    viewer: &Viewer,
    found: Whole,
    base: String,
    kept: Kept,
) -> Result<Response, Problem> {
    let desk = Desk::new(app);
    let mut frame = Frame::new(app, viewer, found.request.subject.clone());
    frame.has_mistakes = !kept.is_fresh();
    let status = kept.status();
    let catalogue = &desk.catalogue;
    let request = &found.request;
    let calendar = desk.calendars.of_unit(request.unit);
    let page_ = Page {
        unit: desk.calendars.unit(request.unit),
        service: service_name(&frame, catalogue, request.service).to_owned(),
        entries: found.entries(&frame, &desk),
        answers: answers(&frame, catalogue, request),
        state: state_tag(&frame, catalogue, request.state, request.hold_reason.as_deref()),
        faces: found.faces(&frame, &desk),
        closes_at: clocks::closes_at(request, &desk),
        carries_on: ended_at(request).is_some_and(|ended| !may_reopen(ended, &calendar, desk.now)),
        kept: kept.told(&frame, catalogue),
        names: found.names,
        standing: found.standing,
        request: found.request,
        base,
        frame,
    };
    let mut response = page(status, &page_)?;
    // A page that a secret address opens is nothing for a search engine.
    response
        .headers_mut()
        .insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    Ok(response)
}
