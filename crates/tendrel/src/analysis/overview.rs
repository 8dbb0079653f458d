//! `/analysis`: the services availed in a period, on one page; every figure opens its requests.

use askama::Template;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use crate::analysis::asked::{Asked, Parameters, ask};
use crate::analysis::figures::Figures;
use crate::analysis::names::Names;
use crate::analysis::parts::{self, Group, Histogram, MonthRow, Shares, Stat};
use crate::analysis::period::{Bounds, Period};
use crate::analysis::question::{Question, Whose};
use crate::analysis::store::{self, Trend};
use crate::analysis::words;
use crate::app::App;
use crate::frame::{Frame, page};
use crate::problem::Problem;
use crate::viewer::Viewer;

/// Months of the trend: a year, and the month a year before.
pub(super) const TREND_MONTHS: i32 = 13;
/// Lines of a table of offices before the rest is left to the spreadsheet.
const OFFICES: usize = 12;

pub fn routes() -> Router<App> {
    Router::new().route("/analysis", get(show))
}

/// Everything the page says, read in one snapshot.
pub(super) struct Read {
    pub(super) asked: Asked,
    pub(super) figures: Figures,
    pub(super) trend: Trend,
    pub(super) months: Vec<Period>,
    pub(super) names: Names,
}

/// Asks for all figures of a question.
pub(super) async fn read(app: &App, viewer: &Viewer, parameters: Parameters) -> Result<Read, Problem> {
    let me = viewer.must_be_signed_in()?.clone();
    let of = app.clone();
    app.read_for(viewer, move |r| {
        let asked = ask(r, &of, &me, &parameters)?;
        let figures = store::figures(r, &asked.question)?;
        let months = asked.question.period.months(TREND_MONTHS);
        let bounds: Vec<Bounds> = months.iter().map(|month| month.bounds(&asked.zone)).collect();
        let trend = store::trend(r, &asked.question, &bounds)?;
        let names = Names::of(r, &of, &figures)?;
        Ok(Read { asked, figures, trend, months, names })
    })
    .await
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let read = read(&app, &viewer, Parameters::of(query)).await?;
    let title = words::title(&Frame::new(&app, &viewer, ""), &read.asked);
    let frame = Frame::new(&app, &viewer, title);
    page(StatusCode::OK, &Overview::new(frame, read))
}

#[derive(Template)]
#[template(path = "analysis/overview.html")]
struct Overview {
    frame: Frame,
    asked: Asked,
    question: Question,
    /// Whose figures these are, in the reader's language.
    whose: String,
    earlier: String,
    later: String,
    csv: String,
    xlsx: String,
    paper: Option<String>,
    channels: Vec<(String, String)>,
    services: Vec<(String, String)>,
    stats: Vec<Stat>,
    by_service: Vec<Group>,
    by_unit: Vec<Group>,
    by_office: Vec<Group>,
    more_offices: usize,
    by_channel: Vec<Group>,
    by_cause: Vec<Group>,
    by_priority: Vec<Group>,
    histogram: Option<Histogram>,
    shares: Option<Shares>,
    months: Vec<MonthRow>,
    trend: String,
    nothing: bool,
}

impl Overview {
    fn new(frame: Frame, read: Read) -> Overview {
        let Read { asked, mut figures, mut trend, months, names } = read;
        let question = asked.question.clone();
        let of_period =
            |by| question.of_period(question.period.shifted(by), &asked.zone).address("/analysis");
        let paper = match (&question.whose, question.period.is_month()) {
            (Whose::Unit(unit), true) => Some(format!(
                "/analysis/month?unit={}&month={}",
                unit.code,
                question.period.first.strftime("%Y-%m")
            )),
            (_, _) => None,
        };
        let before = trend.months.len().checked_sub(2).and_then(|place| trend.months.get(place)).cloned();
        let stats = parts::stats(&frame, &question, &mut figures, before.as_ref());
        let mut by_office = parts::by_office(&frame, &question, &mut figures, &names);
        let more_offices = by_office.len().saturating_sub(OFFICES);
        by_office.truncate(OFFICES);
        let nothing = figures.total.came_in == 0 && figures.total.done == 0 && figures.open_at_end == 0;
        Overview {
            whose: words::whose(&frame, &asked),
            earlier: of_period(-1),
            later: of_period(1),
            csv: question.address("/analysis/figures.csv"),
            xlsx: question.address("/analysis/figures.xlsx"),
            paper,
            channels: words::channels(&frame),
            services: names.services(&frame),
            stats,
            by_service: parts::by_service(&frame, &question, &mut figures, &trend, &names),
            by_unit: parts::by_unit(&frame, &question, &mut figures, &names),
            by_office,
            more_offices,
            by_channel: parts::by_channel(&frame, &question, &mut figures),
            by_cause: parts::by_cause(&frame, &question, &mut figures, &names),
            by_priority: parts::by_priority(&frame, &question, &mut figures, &names),
            histogram: parts::histogram(&frame, &question, &figures),
            shares: parts::shares(&frame, &figures),
            trend: parts::trend_picture(&frame, &months, &trend),
            months: parts::months(&frame, &asked, &months, &mut trend),
            nothing,
            question,
            asked,
            frame,
        }
    }

    fn is_unit(&self, code: &str) -> bool {
        matches!(&self.question.whose, Whose::Unit(unit) if unit.code == code)
    }

    fn is_all_units(&self) -> bool {
        self.question.whose == Whose::AllUnits
    }

    fn is_service(&self, code: &str) -> bool {
        self.question.service.as_ref().is_some_and(|(_, chosen)| chosen == code)
    }

    fn is_channel(&self, code: &str) -> bool {
        self.question.channel.is_some_and(|chosen| chosen.code() == code)
    }

    /// What the form carries on of an office that was chosen in a table.
    fn office_fields(&self) -> Vec<(&'static str, String)> {
        use crate::analysis::question::Office;
        match &self.question.office {
            Some(Office::Below(id)) => vec![("office", id.to_string())],
            Some(Office::Only(id)) => vec![("office", id.to_string()), ("only", "1".to_owned())],
            Some(Office::Unknown) => vec![("office", "none".to_owned())],
            None => Vec::new(),
        }
    }

    fn any_office(&self) -> String {
        self.question.without_office().address("/analysis")
    }
}
