//! The editor's page, with a preview of the form and the versions there were.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;

use crate::app::App;
use crate::desk::ask::changed_sentences;
use crate::desk::catalogue::Service;
use crate::desk::edit_service::draft::{Draft, KINDS, LevelRow};
use crate::desk::form::page::{FieldView, views};
use crate::desk::form::{Faults, Given};
use crate::desk::intake_store::{self, DatedLevel, Version};
use crate::desk::promised;
use crate::frame::form::Wrong;
use crate::frame::{Frame, page};
use crate::problem::Problem;
use crate::viewer::Viewer;

type Options = Vec<(String, String)>;

#[derive(Template)]
#[template(path = "desk/edit_service.html")]
struct Page {
    frame: Frame,
    h1: String,
    service: Arc<Service>,
    draft: Draft,
    wrong: Wrong,
    notice: Option<String>,
    kinds: Options,
    measures: Options,
    impacts: Options,
    urgencies: Options,
    audiences: Options,
    levels_named: Vec<(String, LevelRow)>,
    /// The preview.
    fields: Vec<FieldView>,
    history: Vec<HistoryLine>,
    levels: Vec<LevelLine>,
}

struct HistoryLine {
    version: i64,
    at: Timestamp,
    by: String,
    changes: Vec<String>,
}

struct LevelLine {
    from: String,
    to: String,
    priority: String,
    response: String,
    resolution: String,
}

pub(super) async fn form(
    app: &App,
    viewer: &Viewer,
    service: &Arc<Service>,
    draft: &Draft,
) -> Result<Response, Problem> {
    page(StatusCode::OK, &build(app, viewer, service, draft).await?)
}

pub(super) async fn again(
    app: &App,
    viewer: &Viewer,
    service: &Arc<Service>,
    draft: &Draft,
    faults: &Faults,
) -> Result<Response, Problem> {
    let mut shown = build(app, viewer, service, draft).await?;
    for (name, fault) in faults {
        shown.wrong.note(name, fault.say(&shown.frame));
    }
    shown.frame.title = format!("{}: {}", shown.frame.t("error-prefix"), shown.h1);
    page(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

/// Somebody else saved meanwhile: their change is shown, what was typed is kept, and saving again is a decision.
pub(super) async fn changed(
    app: &App,
    viewer: &Viewer,
    service: &Arc<Service>,
    draft: &Draft,
) -> Result<Response, Problem> {
    let newest = app.catalogue.now().service(service.id).cloned().unwrap_or_else(|| service.clone());
    let mut shown = build(app, viewer, &newest, draft).await?;
    shown.notice = Some(shown.frame.t("edit-changed"));
    page(StatusCode::CONFLICT, &shown)
}

async fn build(app: &App, viewer: &Viewer, service: &Arc<Service>, draft: &Draft) -> Result<Page, Problem> {
    let id = service.id;
    let read = app.db.read(move |r| {
        Ok::<_, database::Error>((intake_store::versions(r, id)?, intake_store::dated_levels(r, id)?))
    });
    let (versions, dated) = read.await?;
    let catalogue = app.catalogue.now();
    let mut frame = Frame::new(app, viewer, "");
    let name = frame.plain_name(&service.definition.name, &service.definition.name_dz).to_owned();
    let h1 = frame.t1("edit-title", "name", name);
    frame.title.clone_from(&h1);
    let today = app.clock.now().to_zoned(app.calendars.zone()).date();
    let (edited, _) = draft.check(service, &catalogue, today);
    let worded = |codes: &[&str], prefix: &str| -> Options {
        let word = |code: &&str| {
            ((*code).to_owned(), frame.t(&format!("{prefix}-{}", code.replace('_', "-").to_lowercase())))
        };
        codes.iter().map(word).collect()
    };
    let grades = |grades: &[crate::desk::catalogue::Grade]| -> Options {
        grades.iter().map(|grade| (grade.level.to_string(), grade.name.clone())).collect()
    };
    let priority_of = |priority: i64| catalogue.priority_name(priority).to_owned();
    Ok(Page {
        kinds: worded(&KINDS.map(|(_, code)| code), "edit-kind"),
        measures: worded(&["minutes", "working_hours", "working_days"], "edit-measure"),
        audiences: worded(&["G2G", "G2C", "G2B"], "charter"),
        impacts: grades(&catalogue.impacts),
        urgencies: grades(&catalogue.urgencies),
        levels_named: draft.levels.iter().map(|level| (priority_of(level.priority), level.clone())).collect(),
        fields: views(&frame, &edited.definition.fields, &Given::default()),
        history: history(&frame, &versions),
        levels: dated.into_iter().map(|level| level_line(&frame, level, priority_of)).collect(),
        wrong: Wrong::default(),
        notice: None,
        draft: draft.clone(),
        service: service.clone(),
        h1,
        frame,
    })
}

fn history(frame: &Frame, versions: &[Version]) -> Vec<HistoryLine> {
    let line = |(index, version): (usize, &Version)| HistoryLine {
        version: version.version,
        at: version.at,
        by: version.by.clone(),
        changes: match (versions.get(index + 1).map(|before| &before.definition), &version.definition) {
            (Some(Some(before)), Some(after)) => changed_sentences(frame, before, after),
            _ => Vec::new(),
        },
    };
    versions.iter().enumerate().map(line).collect()
}

fn level_line(frame: &Frame, level: DatedLevel, priority_of: impl Fn(i64) -> String) -> LevelLine {
    let since_ever = level.from.starts_with("0001");
    LevelLine {
        from: if since_ever { String::new() } else { level.from },
        to: level.to,
        priority: priority_of(level.priority),
        response: promised::amount(frame, level.response),
        resolution: promised::amount(frame, level.resolution),
    }
}
