//! `/analysis/month`: one month of one unit on A4, to be printed, signed and filed.

use askama::Template;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use crate::analysis::asked::Parameters;
use crate::analysis::overview::{self, Read};
use crate::analysis::parts::{self, Group, Histogram, MonthRow, Shares, Stat};
use crate::analysis::question::Whose;
use crate::analysis::words;
use crate::app::App;
use crate::directory::calendars::UnitFacts;
use crate::frame::{Frame, page, times};
use crate::problem::Problem;
use crate::viewer::Viewer;

/// Offices that fit on the paper.
const OFFICES: usize = 10;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/analysis/month", get(show))
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let read = overview::read(&app, &viewer, Parameters::of(query)).await?;
    let Whose::Unit(unit) = read.asked.question.whose.clone() else {
        return Err(Problem::Input("analysis-paper-of-unit"));
    };
    if !read.asked.question.period.is_month() {
        return Err(Problem::Input("analysis-paper-of-month"));
    }
    let title = words::title(&Frame::new(&app, &viewer, ""), &read.asked);
    page(StatusCode::OK, &Paper::new(Frame::new(&app, &viewer, title), &viewer.actor().name, unit, read))
}

#[derive(Template)]
#[template(path = "analysis/month_paper.html")]
struct Paper {
    frame: Frame,
    unit: UnitFacts,
    /// "PUN/2026-10": by which the paper is filed.
    reference: String,
    made: String,
    back: String,
    stats: Vec<Stat>,
    by_service: Vec<Group>,
    by_office: Vec<Group>,
    by_cause: Vec<Group>,
    histogram: Option<Histogram>,
    shares: Option<Shares>,
    months: Vec<MonthRow>,
}

impl Paper {
    fn new(frame: Frame, maker: &str, unit: UnitFacts, read: Read) -> Paper {
        let Read { asked, mut figures, mut trend, months, names } = read;
        let question = &asked.question;
        let before = trend.months.len().checked_sub(2).and_then(|place| trend.months.get(place)).cloned();
        let stats = parts::stats(&frame, question, &mut figures, before.as_ref());
        let mut by_office = parts::by_office(&frame, question, &mut figures, &names);
        by_office.truncate(OFFICES);
        Paper {
            reference: format!("{}/{}", unit.code, question.period.first.strftime("%Y-%m")),
            made: frame.t2("analysis-made-by", "at", times::in_full(&frame, frame.now), "name", maker),
            back: question.address("/analysis"),
            stats,
            by_service: parts::by_service(&frame, question, &mut figures, &trend, &names),
            by_office,
            by_cause: parts::by_cause(&frame, question, &mut figures, &names),
            histogram: parts::histogram(&frame, question, &figures),
            shares: parts::shares(&frame, &figures),
            months: parts::months(&frame, &asked, &months, &mut trend),
            unit,
            frame,
        }
    }
}
