//! Making a receiver, and changing it.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::json;

use crate::app::App;
use crate::channels::webhooks::access::{Reach, must_keep};
use crate::channels::webhooks::endpoint::{ACTIVITIES, Endpoint};
use crate::channels::webhooks::show::{find, page_of};
use crate::channels::webhooks::{done, signature, store};
use crate::directory::answer::wrong_fields;
use crate::directory::calendars::UnitFacts;
use crate::events;
use crate::frame::form::{FormData, Wrong};
use crate::frame::{self, Frame};
use crate::id::{OrganisationId, WebhookId};
use crate::problem::Problem;
use crate::settings::SHORT_TEXT_LIMIT;
use crate::viewer::Viewer;

/// Letters of an address.
pub const URL_LIMIT: usize = 500;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/webhooks/new", get(show_new).post(make))
        .route("/api/v1/webhooks/new", post(make))
        .route("/webhooks/{id}/edit", get(show_edit).post(change))
        .route("/api/v1/webhooks/{id}/edit", post(change))
}

#[derive(Template)]
#[template(path = "channels/webhooks/form.html")]
struct Page {
    frame: Frame,
    wrong: Wrong,
    /// Of the one that is changed.
    id: Option<WebhookId>,
    version: i64,
    /// Code and name; the empty code is all units.
    units: Vec<(String, String)>,
    called: String,
    url: String,
    unit: String,
    activities: Vec<String>,
    stale: bool,
}

impl Page {
    fn new(app: &App, viewer: &Viewer, reach: &Reach) -> Page {
        let frame = Frame::titled(app, viewer, "webhook-new-title");
        let mut units = Vec::new();
        if reach.all {
            units.push((String::new(), frame.t("webhook-all-units")));
        }
        let own = app.calendars.units().into_iter().filter(|unit| reach.holds(Some(unit.id)));
        units.extend(own.map(|UnitFacts { code, name, name_dz, .. }| {
            let name = frame.plain_name(&name, &name_dz).to_owned();
            (code, name)
        }));
        Page {
            frame,
            wrong: Wrong::default(),
            id: None,
            version: 0,
            unit: units.first().map(|(code, _)| code.clone()).unwrap_or_default(),
            units,
            called: String::new(),
            url: String::new(),
            activities: ACTIVITIES.map(str::to_owned).into(),
            stale: false,
        }
    }

    /// The form of one that is there.
    fn of(app: &App, viewer: &Viewer, reach: &Reach, endpoint: &Endpoint) -> Page {
        let mut page = Page::new(app, viewer, reach);
        page.frame.title = page.frame.t("webhook-edit-title");
        page.id = Some(endpoint.id);
        page.version = endpoint.version;
        page.called.clone_from(&endpoint.name);
        page.url.clone_from(&endpoint.url);
        page.unit =
            endpoint.unit.and_then(|unit| app.calendars.unit(unit)).map_or_else(String::new, |it| it.code);
        page.activities.clone_from(&endpoint.activities);
        page
    }

    fn action(&self) -> String {
        self.id.map_or_else(|| "/webhooks/new".to_owned(), |id| format!("/webhooks/{id}/edit"))
    }

    fn back(&self) -> String {
        self.id.map_or_else(|| "/webhooks".to_owned(), |id| format!("/webhooks/{id}"))
    }

    fn has(&self, activity: &str) -> bool {
        self.activities.iter().any(|chosen| chosen == activity)
    }

    fn event(&self, activity: &str) -> String {
        self.frame.t(&format!("webhook-event-{}", activity.replace('_', "-")))
    }

    /// Reads what was sent and notes what is wrong with it. Returns the unit.
    fn read(&mut self, app: &App, form: &FormData) -> Option<OrganisationId> {
        form.text("name").clone_into(&mut self.called);
        form.text("url").clone_into(&mut self.url);
        form.text("unit").clone_into(&mut self.unit);
        self.activities = form.all("events").into_iter().map(str::to_owned).collect();
        if self.called.is_empty() {
            self.note("name", "webhook-name-missing");
        } else if self.called.chars().count() > SHORT_TEXT_LIMIT {
            self.wrong.note("name", self.frame.t1("directory-too-long", "count", SHORT_TEXT_LIMIT));
        }
        if let Some(fault) = fault_of(app, &self.url) {
            self.note("url", &format!("webhook-url-{fault}"));
        }
        if !self.units.iter().any(|(code, _)| *code == self.unit) {
            self.note("unit", "webhook-unit-missing");
        }
        let known = self.activities.iter().all(|it| ACTIVITIES.contains(&it.as_str()));
        if self.activities.is_empty() || !known {
            self.note("events", "webhook-events-missing");
        }
        app.calendars.unit_by_code(&self.unit).map(|unit| unit.id)
    }

    fn note(&mut self, field: &str, key: &str) {
        let sentence = self.frame.t(key);
        self.wrong.note(field, sentence);
    }

    fn refuse(mut self, viewer: &Viewer) -> Result<Response, Problem> {
        if viewer.by_api() {
            return Ok(wrong_fields(&self.wrong));
        }
        self.frame.has_mistakes = true;
        frame::page(StatusCode::UNPROCESSABLE_ENTITY, &self)
    }
}

/// What is wrong with an address that was typed, as the end of the key of its sentence. What its name leads to is asked
/// each time something is sent.
pub(in crate::channels) fn fault_of(app: &App, typed: &str) -> Option<&'static str> {
    let Ok(url) = reqwest::Url::parse(typed) else { return Some("missing") };
    let is_safe = url.scheme() == "https" || url.scheme() == "http" && app.settings.webhooks.allow_http;
    if !is_safe {
        return Some("https");
    }
    if typed.chars().count() > URL_LIMIT || url.host_str().is_none() || typed.contains(char::is_whitespace) {
        return Some("missing");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("password");
    }
    app.outbound.must_be_outside(&url).is_err().then_some("inside")
}

async fn show_new(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    let reach = must_keep(&viewer)?;
    frame::page(StatusCode::OK, &Page::new(&app, &viewer, &reach))
}

async fn make(State(app): State<App>, viewer: Viewer, form: FormData) -> Result<Response, Problem> {
    let reach = must_keep(&viewer)?;
    let mut page = Page::new(&app, &viewer, &reach);
    let unit = page.read(&app, &form);
    let count = app.db.read(store::count).await?;
    if count >= store::LIMIT {
        page.note("name", "webhook-too-many");
    }
    if !page.wrong.is_empty() {
        return page.refuse(&viewer);
    }
    let (id, now) = (WebhookId::new(viewer.now), viewer.now);
    let secret = signature::new_secret();
    let me = viewer.must_be_signed_in()?;
    let endpoint = Endpoint {
        id,
        name: page.called,
        url: page.url,
        unit,
        activities: page.activities,
        made_by: me.person,
        made_by_name: me.name.clone(),
        made_at: now,
        version: 1,
        secret: app.vault.seal(id.uuid().as_bytes(), &secret).map_err(anyhow::Error::from)?,
        old_secret: None,
        off: None,
        read_to: now,
        failures: 0,
        failing_since: None,
    };
    let (actor, detail) = (viewer.actor(), facts(&endpoint));
    app.db
        .write(move |tx| {
            store::insert(tx, &endpoint)?;
            events::note(tx, "webhook", id.uuid(), actor.clone(), "made", detail.clone(), now)
        })
        .await?;
    let secret = signature::written(&secret);
    if viewer.by_api() {
        return Ok(frame::json(StatusCode::CREATED, &json!({ "id": id, "secret": secret })));
    }
    let mut page = page_of(&app, &viewer, id, None).await?;
    page.secret = Some(secret);
    frame::page(StatusCode::OK, &page)
}

/// What the record says of a receiver.
fn facts(endpoint: &Endpoint) -> serde_json::Value {
    json!({ "name": endpoint.name, "url": endpoint.url, "unit": endpoint.unit, "events": endpoint.activities })
}

async fn show_edit(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (reach, endpoint) = find(&app, &viewer, &id).await?;
    frame::page(StatusCode::OK, &Page::of(&app, &viewer, &reach, &endpoint))
}

async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    form: FormData,
) -> Result<Response, Problem> {
    let (reach, endpoint) = find(&app, &viewer, &id).await?;
    let mut page = Page::of(&app, &viewer, &reach, &endpoint);
    let unit = page.read(&app, &form);
    if !page.wrong.is_empty() {
        return page.refuse(&viewer);
    }
    let before = form.number("version").unwrap_or(endpoint.version);
    let changed = Endpoint {
        name: page.called.clone(),
        url: page.url.clone(),
        unit,
        activities: page.activities.clone(),
        ..endpoint
    };
    let (actor, detail, now) = (viewer.actor(), facts(&changed), viewer.now);
    let (id, record) = (changed.id, json!({ "id": changed.id, "version": before + 1 }));
    let saved = app
        .db
        .write(move |tx| {
            if !store::change(tx, &changed, before)? {
                return Err(Problem::Changed);
            }
            events::note(tx, "webhook", id.uuid(), actor.clone(), "changed", detail.clone(), now)?;
            Ok(())
        })
        .await;
    match saved {
        Err(Problem::Changed) if !viewer.by_api() => {
            page.stale = true;
            page.frame.has_mistakes = true;
            frame::page(StatusCode::CONFLICT, &page)
        }
        Err(problem) => Err(problem),
        Ok(()) => Ok(done(&viewer, &format!("/webhooks/{id}"), "webhook-changed", &record)),
    }
}
