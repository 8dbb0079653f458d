//! `/analysis/figures.csv` and `/analysis/figures.xlsx`: the figures of the page, for those who count on.

use anyhow::Context;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_xlsxwriter::{DocProperties, Format, Workbook, Worksheet};

use crate::analysis::asked::Parameters;
use crate::analysis::figure::Figure;
use crate::analysis::figures::{MonthFigures, Spread, Tally};
use crate::analysis::overview::{self, Read};
use crate::analysis::store::{self, Record};
use crate::analysis::tables::cell;
use crate::analysis::words;
use crate::app::App;
use crate::frame::{Frame, times};
use crate::handed_out::{self, HandedOut, file_name};
use crate::problem::Problem;
use crate::viewer::Viewer;

/// Requests that one spreadsheet lists; a month of a large unit has a tenth of it.
const RECORDS_LIMIT: usize = 20_000;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/analysis/figures.csv", get(as_csv)).route("/analysis/figures.xlsx", get(as_xlsx))
}

/// One line of figures. Durations are in hours, so that a spreadsheet can go on calculating.
struct Line {
    group: String,
    name: String,
    numbers: [Option<f64>; 13],
}

const COLUMNS: [&str; 13] = [
    "came-in",
    "done",
    "promised",
    "within",
    "late",
    "working-median",
    "working-p90",
    "calendar-median",
    "calendar-p90",
    "handed-over",
    "reopened",
    "rated",
    "rating",
];

fn line(group: &str, name: &str, tally: &mut Tally) -> Line {
    let count = |n: usize| Some(n as f64);
    let hours = |seconds: i64| (seconds as f64 / 36.0).round() / 100.0;
    let (working, calendar) = (tally.working(), tally.calendar());
    let numbers = [
        count(tally.came_in),
        count(tally.done),
        count(tally.promised),
        count(tally.within),
        count(tally.late()),
        working.map(|spread| hours(spread.median)),
        working.map(|spread| hours(spread.p90)),
        calendar.map(|spread| hours(spread.median)),
        calendar.map(|spread| hours(spread.p90)),
        count(tally.handed_over),
        count(tally.reopened),
        count(tally.rated),
        tally.mean_rating().map(|tenths| tenths as f64 / 10.0),
    ];
    Line { group: group.to_owned(), name: name.to_owned(), numbers }
}

/// A month knows less than a period: the rest stays empty.
fn month_line(group: &str, name: &str, month: &mut MonthFigures) -> Line {
    let hours = |seconds: i64| (seconds as f64 / 36.0).round() / 100.0;
    let spread = Spread::of(&mut month.worked);
    let mut numbers = [None; 13];
    let late = month.promised - month.within;
    for (place, n) in [month.came_in, month.done, month.promised, month.within, late].into_iter().enumerate()
    {
        numbers[place] = Some(n as f64);
    }
    numbers[5] = spread.map(|spread| hours(spread.median));
    numbers[6] = spread.map(|spread| hours(spread.p90));
    Line { group: group.to_owned(), name: name.to_owned(), numbers }
}

fn lines(frame: &Frame, read: &mut Read) -> Vec<Line> {
    let Read { asked, figures, trend, months, names } = read;
    let mut lines = Vec::new();
    let all = frame.t("analysis-sheet-all");
    lines.push(line(&all, &words::whose(frame, asked), &mut figures.total));
    let unit = frame.t("analysis-unit");
    for (id, tally) in &mut figures.by_unit {
        let name = names.units.get(id).map_or("", |unit| frame.plain_name(&unit.name, &unit.name_dz));
        lines.push(line(&unit, name, tally));
    }
    let service = frame.t("analysis-service");
    for (id, tally) in &mut figures.by_service {
        lines.push(line(&service, &names.service(frame, *id), tally));
    }
    let office = frame.t("analysis-office");
    for (id, tally) in &mut figures.by_office {
        lines.push(line(&office, &names.office(frame, *id), tally));
    }
    let channel = frame.t("analysis-channel");
    for (id, tally) in &mut figures.by_channel {
        lines.push(line(&channel, &words::channel(frame, *id), tally));
    }
    let priority = frame.t("analysis-priority");
    for (id, tally) in &mut figures.by_priority {
        lines.push(line(&priority, names.catalogue.priority_name(*id), tally));
    }
    let cause = frame.t("analysis-cause");
    for (id, tally) in &mut figures.by_cause {
        lines.push(line(&cause, &names.cause(frame, id.as_deref()), tally));
    }
    let month = frame.t("analysis-month");
    for (period, figures) in months.iter().zip(&mut trend.months) {
        lines.push(month_line(&month, &period.first.strftime("%Y-%m").to_string(), figures));
    }
    lines
}

fn header(frame: &Frame) -> Vec<String> {
    let fixed = ["analysis-sheet-group", "analysis-sheet-name"].map(|key| frame.t(key));
    fixed
        .into_iter()
        .chain(COLUMNS.iter().map(|column| frame.t(&format!("analysis-sheet-{column}"))))
        .collect()
}

async fn as_csv(
    State(app): State<App>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut read = overview::read(&app, &viewer, Parameters::of(query)).await?;
    let frame = Frame::new(&app, &viewer, "");
    let mut out = csv::Writer::from_writer(Vec::new());
    let wrong = |error: csv::Error| Problem::Other(error.into());
    out.write_record(header(&frame)).map_err(wrong)?;
    let all = lines(&frame, &mut read);
    let rows = all.len();
    for Line { group, name, numbers } in all {
        let numbers = numbers.map(|number| number.map(|number| number.to_string()).unwrap_or_default());
        let cells = [cell(&group), cell(&name)].into_iter().chain(numbers);
        out.write_record(cells).map_err(wrong)?;
    }
    let bytes = out.into_inner().map_err(|error| Problem::Other(anyhow::anyhow!("{error}")))?;
    note(&app, &viewer, "figures.csv", &read, rows).await?;
    Ok(download(&viewer, &read, "csv", "text/csv; charset=utf-8", bytes))
}

async fn as_xlsx(
    State(app): State<App>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut read = overview::read(&app, &viewer, Parameters::of(query)).await?;
    let question = read.asked.question.clone();
    let limit = i64::try_from(RECORDS_LIMIT).unwrap_or(0);
    let records = app
        .read_for(&viewer, move |r| Ok(store::records(r, &question, Figure::CameIn, None, limit)?))
        .await?;
    let frame = Frame::new(&app, &viewer, "");
    let (maker, rows) = (viewer.actor().name, records.len());
    let work = move || -> anyhow::Result<(Read, Vec<u8>)> {
        let bytes =
            workbook(&frame, &maker, &mut read, &records).context("the spreadsheet could not be written")?;
        Ok((read, bytes))
    };
    let (read, bytes) = tokio::task::spawn_blocking(work).await.context("the spreadsheet broke off")??;
    note(&app, &viewer, "figures.xlsx", &read, rows).await?;
    Ok(download(
        &viewer,
        &read,
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        bytes,
    ))
}

/// Writes down that the file was taken.
async fn note(
    app: &App,
    viewer: &Viewer,
    what: &'static str,
    read: &Read,
    rows: usize,
) -> Result<(), Problem> {
    let out = HandedOut { what, question: read.asked.question.query(), rows: rows as u64 };
    let (actor, now) = (viewer.actor(), viewer.now);
    Ok(app.db.write(move |tx| handed_out::record(tx, &actor, &out, now)).await?)
}

fn workbook(frame: &Frame, maker: &str, read: &mut Read, records: &[Record]) -> anyhow::Result<Vec<u8>> {
    let lines = lines(frame, read);
    let mut book = Workbook::new();
    let made = rust_xlsxwriter::ExcelDateTime::from_timestamp(frame.now.as_second())?;
    let about = DocProperties::new().set_author(maker).set_creation_datetime(&made);
    book.set_properties(&about.set_title(words::title(frame, &read.asked)));
    let service = frame.t("analysis-service");
    let figures = book.add_worksheet().set_name(frame.t("analysis-sheet-figures"))?;
    figures.write_string_with_format(0, 0, words::title(frame, &read.asked), &Format::new().set_bold())?;
    figures.write_string(1, 0, words::whose(frame, &read.asked))?;
    let at = times::in_full(frame, frame.now);
    figures.write_string(2, 0, frame.t2("analysis-made-by", "at", at, "name", maker))?;
    table(frame, figures, 4, lines.iter().filter(|line| line.group != service))?;
    let by_service = book.add_worksheet().set_name(frame.t("analysis-by-service"))?;
    table(frame, by_service, 0, lines.iter().filter(|line| line.group == service))?;
    let list = book.add_worksheet().set_name(frame.t("analysis-sheet-records"))?;
    list_records(frame, list, read, records)?;
    Ok(book.save_to_buffer()?)
}

fn table<'a>(
    frame: &Frame,
    sheet: &mut Worksheet,
    first: u32,
    lines: impl Iterator<Item = &'a Line>,
) -> anyhow::Result<()> {
    let bold = Format::new().set_bold().set_text_wrap();
    for (column, words) in (0_u16..).zip(header(frame)) {
        sheet.write_string_with_format(first, column, words, &bold)?;
    }
    for (row, Line { group, name, numbers }) in (first + 1..).zip(lines) {
        sheet.write_string(row, 0, group)?.write_string(row, 1, name)?;
        for (column, number) in (2_u16..).zip(numbers) {
            if let Some(number) = number {
                sheet.write_number(row, column, *number)?;
            }
        }
    }
    sheet.set_column_width(0, 14)?.set_column_width(1, 40)?;
    sheet.set_freeze_panes(first + 1, 2)?;
    Ok(())
}

fn list_records(frame: &Frame, sheet: &mut Worksheet, read: &Read, records: &[Record]) -> anyhow::Result<()> {
    let bold = Format::new().set_bold();
    let time = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    let keys = [
        "number",
        "subject",
        "unit",
        "service",
        "office",
        "channel",
        "priority",
        "sheet-state",
        "received",
        "resolved",
        "sheet-took",
        "sheet-promised-hours",
        "sheet-late",
        "sheet-handed-over",
        "sheet-reopened",
        "rating",
    ];
    for (column, key) in (0_u16..).zip(keys) {
        sheet.write_string_with_format(0, column, frame.t(&format!("analysis-{key}")), &bold)?;
    }
    let local =
        |at: jiff::Timestamp| at.to_zoned(read.asked.zone.clone()).strftime("%Y-%m-%dT%H:%M:%S").to_string();
    for (row, record) in (1_u32..).zip(records) {
        let Record {
            id: _, key: _, number, subject, unit, service, office, channel, state, priority, ..
        } = record;
        let unit = read.names.units.get(unit).map_or("", |unit| unit.code.as_str());
        sheet.write_string(row, 0, number)?.write_string(row, 1, subject)?.write_string(row, 2, unit)?;
        sheet.write_string(row, 3, read.names.service(frame, *service))?.write_string(row, 4, office)?;
        sheet.write_string(row, 5, channel)?.write_number(row, 6, *priority as f64)?;
        sheet.write_string(row, 7, state.code())?;
        let moments = [(8, Some(record.received_at)), (9, record.resolved_at)];
        for (column, at) in moments.into_iter().filter_map(|(column, at)| Some((column, at?))) {
            let at = rust_xlsxwriter::ExcelDateTime::parse_from_str(&local(at))?;
            sheet.write_datetime_with_format(row, column, &at, &time)?;
        }
        if record.resolved_at.is_some() {
            sheet.write_number(row, 10, record.worked as f64 / 3600.0)?;
        }
        if let Some(target) = record.target {
            sheet.write_number(row, 11, target as f64 / 3600.0)?.write_number(
                row,
                12,
                f64::from(u8::from(record.late)),
            )?;
        }
        sheet.write_number(row, 13, record.reassigned as f64)?.write_number(
            row,
            14,
            record.reopened as f64,
        )?;
        if let Some(rating) = record.rating {
            sheet.write_number(row, 15, rating as f64)?;
        }
    }
    if records.len() >= RECORDS_LIMIT {
        let row = u32::try_from(records.len())? + 1;
        sheet.write_string(row, 0, frame.t1("analysis-sheet-cut", "n", RECORDS_LIMIT as i64))?;
    }
    sheet
        .set_column_width(0, 16)?
        .set_column_width(1, 44)?
        .set_column_width(3, 28)?
        .set_column_width(4, 28)?;
    sheet.set_column_width(8, 16)?.set_column_width(9, 16)?;
    sheet.set_freeze_panes(1, 1)?;
    Ok(())
}

fn download(
    viewer: &Viewer,
    read: &Read,
    ending: &str,
    media_type: &'static str,
    bytes: Vec<u8>,
) -> Response {
    let question = &read.asked.question;
    let whose = match &question.whose {
        crate::analysis::question::Whose::Unit(unit) => unit.code.as_str(),
        crate::analysis::question::Whose::AllUnits => "all",
        crate::analysis::question::Whose::Office => "office",
    };
    let what = format!("services-availed-{whose}-{}-{}-made", question.period.first, question.period.last);
    let day = viewer.now.to_zoned(read.asked.zone.clone()).date().to_string();
    let name = format!("attachment; filename=\"{}\"", file_name(&what, ending, &viewer.actor().name, &day));
    let disposition = HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (StatusCode::OK, headers, bytes).into_response()
}
