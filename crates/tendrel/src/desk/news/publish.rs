//! Publishing a notice, and changing it.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::app::App;
use crate::desk::news::access::{may_publish, must_publish};
use crate::desk::news::list::{find, shown};
use crate::desk::news::{Kind, News, store};
use crate::directory::answer::wrong_fields;
use crate::frame::form::{FormData, Wrong};
use crate::frame::{self, Frame};
use crate::id::{NewsId, OrganisationId};
use crate::problem::Problem;
use crate::settings::{LONG_TEXT_LIMIT, SHORT_TEXT_LIMIT};
use crate::viewer::{SignedIn, Viewer};

/// Letters of a text: it is read on a telephone before everything else.
pub const TEXT_LIMIT: usize = LONG_TEXT_LIMIT / 10;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/news/new", get(show_new).post(publish))
        .route("/api/v1/news/new", post(publish))
        .route("/news/{id}/edit", get(show_edit).post(change))
        .route("/api/v1/news/{id}/edit", post(change))
}

#[derive(Template)]
#[template(path = "desk/news/form.html")]
struct Page {
    frame: Frame,
    wrong: Wrong,
    /// Of the one that is changed, and its version.
    id: Option<NewsId>,
    version: i64,
    /// Code and name; the empty code is all units.
    units: Vec<(String, String)>,
    /// Code and name, of each service that the public may ask for.
    services: Vec<(String, String)>,
    typed: FormData,
    stale: bool,
}

impl Page {
    fn new(app: &App, viewer: &Viewer, me: &SignedIn, typed: FormData) -> Page {
        let frame = Frame::titled(app, viewer, "news-new-title");
        let own = app.calendars.units().into_iter().filter(|unit| may_publish(me, Some(unit.id)));
        let mut units: Vec<(String, String)> = own
            .map(|unit| (unit.code.clone(), frame.plain_name(&unit.name, &unit.name_dz).to_owned()))
            .collect();
        if may_publish(me, None) {
            units.push((String::new(), frame.t("news-all-units")));
        }
        let catalogue = app.catalogue.now();
        let offered = catalogue.services.iter().filter(|it| it.definition.public && !it.withdrawn);
        let services = offered
            .map(|service| {
                let definition = &service.definition;
                let name = frame.plain_name(&definition.name, &definition.name_dz).to_owned();
                (definition.code.clone(), name)
            })
            .collect();
        Page { frame, wrong: Wrong::default(), id: None, version: 0, units, services, typed, stale: false }
    }

    fn of(app: &App, viewer: &Viewer, me: &SignedIn, news: &News, typed: Option<FormData>) -> Page {
        let typed = typed.unwrap_or_else(|| form_of(app, news));
        let mut page = Page::new(app, viewer, me, typed);
        page.frame.title = page.frame.t("news-edit-title");
        page.id = Some(news.id);
        page.version = news.version;
        page
    }

    fn action(&self) -> String {
        self.id.map_or_else(|| "/news/new".to_owned(), |id| format!("/news/{id}/edit"))
    }

    fn back(&self) -> String {
        self.id.map_or_else(|| "/news".to_owned(), |id| format!("/news/{id}"))
    }

    fn kinds(&self) -> Vec<(String, String)> {
        Kind::ALL.map(|kind| (kind.code().to_owned(), self.frame.t(kind.key()))).into()
    }

    fn touches(&self, code: &str) -> bool {
        self.typed.all("services").contains(&code)
    }

    fn note(&mut self, field: &str, key: &str) {
        let sentence = self.frame.t(key);
        self.wrong.note(field, sentence);
    }

    /// What was typed in a field, with a note where it is too long.
    fn text(&mut self, field: &'static str, limit: usize) -> String {
        let text = self.typed.text(field).to_owned();
        if text.chars().count() > limit {
            self.wrong.note(field, self.frame.t1("directory-too-long", "count", limit));
        }
        text
    }

    fn instant(&mut self, field: &'static str) -> Option<Timestamp> {
        let typed = self.typed.given(field)?.to_owned();
        let at = instant(&typed, &self.frame.zone);
        if at.is_none() {
            self.note(field, "news-no-time");
        }
        at
    }

    /// A notice made of what was typed; what is wrong with it is noted.
    fn read(&mut self, app: &App, id: NewsId) -> News {
        let kind = Kind::from_code(self.typed.text("kind"));
        if kind.is_none() {
            self.note("kind", "news-kind-missing");
        }
        let code = self.typed.text("unit").to_owned();
        if !self.units.iter().any(|(known, _)| *known == code) {
            self.note("unit", "news-unit-missing");
        }
        let (title, body) = (self.text("title", SHORT_TEXT_LIMIT), self.text("body", TEXT_LIMIT));
        for (field, text, key) in
            [("title", &title, "news-title-missing"), ("body", &body, "news-body-missing")]
        {
            if text.is_empty() {
                self.note(field, key);
            }
        }
        let now = self.frame.now;
        let (from, to) = (self.instant("from"), self.instant("to"));
        let from = from.unwrap_or(now);
        if to.is_some_and(|to| to <= from) {
            self.note("to", "news-to-before");
        }
        let services: Vec<String> = self.typed.all("services").into_iter().map(str::to_owned).collect();
        if services.iter().any(|code| !self.services.iter().any(|(known, _)| known == code)) {
            self.note("services", "news-services-missing");
        }
        let unit: Option<OrganisationId> = app.calendars.unit_by_code(&code).map(|unit| unit.id);
        News {
            id,
            unit,
            kind: kind.unwrap_or(Kind::Information),
            title,
            title_dz: self.text("title_dz", SHORT_TEXT_LIMIT),
            body,
            body_dz: self.text("body_dz", TEXT_LIMIT),
            services,
            from,
            to,
            ended_at: None,
            published_at: now,
            changed_at: now,
            version: 1,
        }
    }

    fn refuse(mut self, viewer: &Viewer) -> Result<Response, Problem> {
        if viewer.by_api() {
            return Ok(wrong_fields(&self.wrong));
        }
        self.frame.has_mistakes = true;
        frame::page(StatusCode::UNPROCESSABLE_ENTITY, &self)
    }
}

/// As a browser writes it, in the country's time, or with its zone as programs do.
fn instant(typed: &str, zone: &TimeZone) -> Option<Timestamp> {
    if let Ok(at) = typed.parse::<Timestamp>() {
        return Timestamp::from_microsecond(at.as_microsecond()).ok();
    }
    let local: DateTime = typed.parse().ok()?;
    Some(local.to_zoned(zone.clone()).ok()?.timestamp())
}

fn form_of(app: &App, news: &News) -> FormData {
    let local = |at: Option<Timestamp>| {
        let at = at.map(|at| at.to_zoned(app.calendars.zone()).strftime("%Y-%m-%dT%H:%M").to_string());
        at.unwrap_or_default()
    };
    let (from, to) = (local(Some(news.from)), local(news.to));
    let unit = news.unit.and_then(|unit| app.calendars.unit(unit)).map(|unit| unit.code).unwrap_or_default();
    let mut fields = vec![
        ("kind", news.kind.code()),
        ("unit", &unit),
        ("title", &news.title),
        ("title_dz", &news.title_dz),
        ("body", &news.body),
        ("body_dz", &news.body_dz),
        ("from", &from),
        ("to", &to),
    ];
    fields.extend(news.services.iter().map(|code| ("services", code.as_str())));
    FormData::of(&fields)
}

async fn show_new(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    let me = must_publish(&viewer)?;
    frame::page(StatusCode::OK, &Page::new(&app, &viewer, me, FormData::default()))
}

async fn publish(State(app): State<App>, viewer: Viewer, form: FormData) -> Result<Response, Problem> {
    let me = must_publish(&viewer)?;
    let mut page = Page::new(&app, &viewer, me, form);
    let news = page.read(&app, NewsId::new(viewer.now));
    if !page.wrong.is_empty() {
        return page.refuse(&viewer);
    }
    let (id, actor) = (news.id, viewer.actor());
    app.db.write(move |tx| store::publish(tx, &news, actor.clone())).await?;
    if viewer.by_api() {
        return Ok(frame::json(StatusCode::CREATED, &json!({ "id": id })));
    }
    Ok(shown(&id.to_string(), "news-published"))
}

/// A notice that the viewer may change.
async fn find_own(app: &App, me: &SignedIn, id: &str) -> Result<News, Problem> {
    let news = find(app, id).await?;
    if may_publish(me, news.unit) { Ok(news) } else { Err(Problem::Forbidden) }
}

async fn show_edit(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let me = must_publish(&viewer)?;
    let news = find_own(&app, me, &id).await?;
    frame::page(StatusCode::OK, &Page::of(&app, &viewer, me, &news, None))
}

async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    form: FormData,
) -> Result<Response, Problem> {
    let me = must_publish(&viewer)?;
    let before = find_own(&app, me, &id).await?;
    let version = form.number("version").unwrap_or(before.version);
    let mut page = Page::of(&app, &viewer, me, &before, Some(form));
    let news = page.read(&app, before.id);
    if !page.wrong.is_empty() {
        return page.refuse(&viewer);
    }
    let (id, actor, now) = (news.id, viewer.actor(), viewer.now);
    if !app.db.write(move |tx| store::change(tx, &news, version, actor.clone(), now)).await? {
        if viewer.by_api() {
            return Err(Problem::Changed);
        }
        page.stale = true;
        page.frame.has_mistakes = true;
        return frame::page(StatusCode::CONFLICT, &page);
    }
    if viewer.by_api() {
        return Ok(frame::json(StatusCode::OK, &json!({ "id": id, "version": version + 1 })));
    }
    Ok(shown(&id.to_string(), "news-changed"))
}
