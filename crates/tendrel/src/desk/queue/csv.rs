//! The list as a file for a spreadsheet: the same filters, all its rows.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::App;
use crate::desk::queue::filters::Filters;
use crate::desk::queue::units_of;
use crate::desk::store::lists::{self, Listed};
use crate::handed_out::{self, HandedOut, file_name};
use crate::problem::Problem;
use crate::viewer::Viewer;

/// Rows of one file; whoever wants more asks for a shorter time.
const ROWS_LIMIT: i64 = 20_000;

const HEADS: [&str; 17] = [
    "number",
    "subject",
    "service",
    "channel",
    "office",
    "state",
    "priority",
    "officer",
    "received",
    "answer_due",
    "answered",
    "due",
    "resolved",
    "working_seconds",
    "late",
    "rating",
    "reopened",
];

pub(super) async fn download(
    State(app): State<App>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let me = viewer.must_be_signed_in()?.clone();
    let question = query.unwrap_or_default();
    let filters = Filters::parse(&question);
    let place = app.clone();
    let read = app.read_for(&viewer, move |r| {
        let units = units_of(r, &place, &me, filters.of("unit"))?;
        let (catalogue, zone) = (place.catalogue.now(), place.calendars.zone());
        let wanted = filters.wanted(units, me.person, &me.named, &catalogue, &zone);
        let mut file = ::csv::Writer::from_writer(Vec::new());
        file.write_record(HEADS).map_err(unwritten)?;
        let (mut fault, mut rows) = (None, 0_u64);
        lists::each(r, &wanted, ROWS_LIMIT, |row| {
            let service = catalogue.service(row.service).map_or("", |service| &service.definition.code);
            rows += 1;
            if let Err(error) = file.write_record(cells(row, service, &zone)) {
                fault.get_or_insert(error);
            }
            Ok(())
        })?;
        if let Some(error) = fault {
            return Err(unwritten(error));
        }
        let text = file.into_inner().map_err(|error| Problem::Other(anyhow::anyhow!("{error}")))?;
        Ok((text, rows))
    });
    let (text, rows) = read.await?;
    let (actor, now) = (viewer.actor(), viewer.now);
    let day = now.to_zoned(app.calendars.zone()).date().to_string();
    let name = format!("attachment; filename=\"{}\"", file_name("requests", "csv", &actor.name, &day));
    let out = HandedOut { what: "requests.csv", question, rows };
    app.db.write(move |tx| handed_out::record(tx, &actor, &out, now)).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment")),
        ),
    ];
    Ok((headers, text).into_response())
}

fn unwritten(error: ::csv::Error) -> Problem {
    Problem::Other(anyhow::Error::new(error).context("the list could not be written"))
}

fn cells(row: &Listed, service: &str, zone: &TimeZone) -> Vec<String> {
    let local = |at: Option<Timestamp>| {
        at.map_or(String::new(), |at| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string())
    };
    let number = |number: Option<i64>| number.map_or(String::new(), |number| number.to_string());
    vec![
        row.number.clone(),
        harmless(&row.subject),
        service.to_owned(),
        row.channel.code().to_owned(),
        harmless(&row.office),
        row.state.code().to_owned(),
        row.priority.to_string(),
        harmless(row.officer.as_deref().unwrap_or_default()),
        local(Some(row.received_at)),
        local(row.response_due),
        local(row.responded_at),
        local(row.resolution_due),
        local(row.resolved_at),
        row.used.to_string(),
        i64::from(row.resolution_late).to_string(),
        number(row.rating),
        row.reopened.to_string(),
    ]
}

/// A cell that a spreadsheet would take for a formula is marked as text.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t']) { format!("'{text}") } else { text.to_owned() }
}
