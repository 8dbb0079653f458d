//! `/analysis/records`: the requests behind a figure, page by page.

use askama::Template;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use jiff::Timestamp;

use crate::analysis::asked::{Asked, Parameters, ask};
use crate::analysis::figure::Figure;
use crate::analysis::store::{self, Record};
use crate::analysis::words;
use crate::app::App;
use crate::frame::{Frame, page};
use crate::id::RequestId;
use crate::problem::Problem;
use crate::viewer::Viewer;

/// Lines of one page.
const LINES: usize = 50;

pub fn routes() -> Router<App> {
    Router::new().route("/analysis/records", get(show))
}

/// One page of the list behind a figure.
pub(super) struct List {
    pub(super) asked: Asked,
    pub(super) figure: Figure,
    /// How many there are in all.
    pub(super) count: usize,
    pub(super) records: Vec<Record>,
    /// The key of the next page, if there is one.
    pub(super) next: Option<String>,
}

/// Reads a page of the list.
///
/// # Errors
/// As `ask`; `Input` for a figure that there is not.
pub(super) async fn read(app: &App, viewer: &Viewer, parameters: Parameters) -> Result<List, Problem> {
    let me = viewer.must_be_signed_in()?.clone();
    let of = app.clone();
    app.read_for(viewer, move |r| {
        let asked = ask(r, &of, &me, &parameters)?;
        let figure = parameters.given("figure").and_then(Figure::from_code);
        let figure = figure.ok_or(Problem::Input("analysis-wrong-choice"))?;
        let after =
            parameters.given("after").map(|key| key_of(key).ok_or(Problem::Input("analysis-wrong-choice")));
        let after = after.transpose()?;
        let count = store::count(r, &asked.question, figure)?;
        let limit = i64::try_from(LINES).unwrap_or(0) + 1;
        let mut records = store::records(r, &asked.question, figure, after, limit)?;
        let more = records.len() > LINES;
        records.truncate(LINES);
        let next =
            records.last().filter(|_| more).map(|last| format!("{}.{}", last.key.as_microsecond(), last.id));
        Ok(List { asked, figure, count, records, next })
    })
    .await
}

fn key_of(text: &str) -> Option<(Timestamp, RequestId)> {
    let (at, id) = text.split_once('.')?;
    Some((Timestamp::from_microsecond(at.parse().ok()?).ok()?, RequestId::parse(id)?))
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let List { asked, figure, count, records, next } = read(&app, &viewer, Parameters::of(query)).await?;
    let mut frame = Frame::titled(&app, &viewer, &figure.key());
    frame.title = format!("{}, {}", frame.title, words::period(&frame, &asked.question.period));
    let catalogue = app.catalogue.now();
    let lines = records
        .iter()
        .map(|record| Line {
            number: record.number.clone(),
            subject: record.subject.clone(),
            office: record.office.clone(),
            service: catalogue.service(record.service).map_or_else(String::new, |service| {
                frame.plain_name(&service.definition.name, &service.definition.name_dz).to_owned()
            }),
            received_at: record.received_at,
            resolved_at: record.resolved_at,
            took: if record.resolved_at.is_some() {
                frame.working(&record.worked, &asked.question.day_seconds)
            } else {
                String::new()
            },
            promised: record.target.map(|target| frame.working(&target, &asked.question.day_seconds)),
            late: record.late && record.target.is_some(),
        })
        .collect();
    let whose = words::whose(&frame, &asked);
    let chosen = chosen(&frame, &asked, &catalogue);
    let back = asked.question.address("/analysis");
    let next = next.map(|key| format!("{}&after={key}", asked.question.records(figure)));
    page(StatusCode::OK, &Records { frame, whose, chosen, count, lines, back, next })
}

/// What narrows the list further than its title says.
fn chosen(frame: &Frame, asked: &Asked, catalogue: &crate::desk::catalogue::CatalogueData) -> Vec<String> {
    let question = &asked.question;
    let service =
        question.service.as_ref().and_then(|(id, _)| catalogue.service(*id)).map(|service| {
            frame.plain_name(&service.definition.name, &service.definition.name_dz).to_owned()
        });
    let channel = question.channel.map(|channel| words::channel(frame, channel));
    let cause = question
        .cause
        .as_deref()
        .map(|code| catalogue.cause_name(code).map_or_else(|| frame.t("analysis-cause-none"), str::to_owned));
    let priority = question.priority.map(|priority| catalogue.priority_name(priority).to_owned());
    [service, channel, cause, priority].into_iter().flatten().collect()
}

struct Line {
    number: String,
    subject: String,
    office: String,
    service: String,
    received_at: Timestamp,
    resolved_at: Option<Timestamp>,
    took: String,
    promised: Option<String>,
    late: bool,
}

#[derive(Template)]
#[template(path = "analysis/records.html")]
struct Records {
    frame: Frame,
    whose: String,
    chosen: Vec<String>,
    count: usize,
    lines: Vec<Line>,
    back: String,
    next: Option<String>,
}
