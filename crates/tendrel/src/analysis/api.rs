//! `GET /api/v1/analysis` and `/api/v1/analysis/records`: the same figures and lists as JSON, with the same parameters.

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};

use crate::analysis::asked::{Asked, Parameters};
use crate::analysis::figures::{Spread, Tally};
use crate::analysis::overview::{self, Read};
use crate::analysis::question::{Office, Question, Whose};
use crate::analysis::records::{self, List};
use crate::app::App;
use crate::problem::Problem;
use crate::viewer::Viewer;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/api/v1/analysis", get(figures)).route("/api/v1/analysis/records", get(list))
}

/// Durations are in seconds; a share, a median or a mean of under five cases is null.
async fn figures(
    State(app): State<App>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let Read { asked, mut figures, mut trend, months, names } =
        overview::read(&app, &viewer, Parameters::of(query)).await?;
    let services: Vec<Value> = figures
        .by_service
        .iter_mut()
        .map(|(id, tally)| with(tally_of(tally), "service", json!(names.service_code(*id))))
        .collect();
    let offices: Vec<Value> =
        figures.by_office.iter_mut().map(|(id, tally)| with(tally_of(tally), "office", json!(id))).collect();
    let units: Vec<Value> = figures
        .by_unit
        .iter_mut()
        .map(|(id, tally)| {
            let open = figures.open_by_unit.get(id).copied().unwrap_or(0);
            let code = names.units.get(id).map(|unit| unit.code.clone());
            with(with(tally_of(tally), "unit", json!(code)), "open_at_end", json!(open))
        })
        .collect();
    let channels: Vec<Value> = figures
        .by_channel
        .iter_mut()
        .map(|(channel, tally)| with(tally_of(tally), "channel", json!(channel.code())))
        .collect();
    let priorities: Vec<Value> = figures
        .by_priority
        .iter_mut()
        .map(|(priority, tally)| with(tally_of(tally), "priority", json!(priority)))
        .collect();
    let causes: Vec<Value> = figures
        .by_cause
        .iter_mut()
        .map(|(cause, tally)| with(tally_of(tally), "cause", json!(cause)))
        .collect();
    let months: Vec<Value> = months
        .iter()
        .zip(&mut trend.months)
        .map(|(period, month)| {
            let working = spread_of(Spread::of(&mut month.worked));
            json!({"month": period.first.strftime("%Y-%m").to_string(), "came_in": month.came_in, "done": month.done,
                "promised": month.promised, "within": month.within, "working_seconds": working})
        })
        .collect();
    let bins = &figures.bins;
    let histogram: Vec<Value> = (0..bins.bounds.len())
        .filter_map(|bin| {
            let (from, to) = bins.range(bin)?;
            let to = (to < i64::MAX).then_some(to);
            Some(json!({"from": from.max(0), "to": to, "kept": bins.kept[bin], "late": bins.late[bin]}))
        })
        .collect();
    Ok(answer(&json!({
        "question": question_of(&asked),
        "total": tally_of(&mut figures.total),
        "open_at_end": figures.open_at_end,
        "ended_otherwise": figures.ended_otherwise,
        "histogram_of_working_seconds": histogram,
        "by_service": services,
        "by_office": offices,
        "by_unit": units,
        "by_channel": channels,
        "by_priority": priorities,
        "by_cause": causes,
        "by_month": months,
    })))
}

async fn list(
    State(app): State<App>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let List { asked, figure, count, records, next } =
        records::read(&app, &viewer, Parameters::of(query)).await?;
    let catalogue = app.catalogue.now();
    let records: Vec<Value> = records
        .iter()
        .map(|record| {
            json!({
                "number": record.number,
                "subject": record.subject,
                "service": catalogue.service(record.service).map(|service| &service.definition.code),
                "office": record.office,
                "channel": record.channel,
                "state": record.state.code(),
                "priority": record.priority,
                "received_at": record.received_at.to_string(),
                "resolved_at": record.resolved_at.map(|at| at.to_string()),
                "working_seconds": record.resolved_at.map(|_| record.worked),
                "promised_seconds": record.target,
                "late": record.target.map(|_| record.late),
                "handed_over": record.reassigned,
                "reopened": record.reopened,
                "rating": record.rating,
            })
        })
        .collect();
    Ok(answer(&json!({
        "question": question_of(&asked), "figure": figure.code(), "count": count, "records": records, "after": next,
    })))
}

fn answer(value: &Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (StatusCode::OK, headers, value.to_string()).into_response()
}

fn question_of(asked: &Asked) -> Value {
    let Question { whose, period, bounds, office, service, channel, cause, priority, bin, day_seconds } =
        &asked.question;
    let unit = match whose {
        Whose::Unit(unit) => Some(unit.code.as_str()),
        Whose::AllUnits => Some("all"),
        Whose::Office => None,
    };
    let office = match office {
        Some(Office::Below(id) | Office::Only(id)) => Some(id.to_string()),
        Some(Office::Unknown) => Some("none".to_owned()),
        None => None,
    };
    json!({
        "unit": unit,
        "from": period.first.to_string(),
        "to": period.last.to_string(),
        "received_from": bounds.from.to_string(),
        "received_before": bounds.to.to_string(),
        "office": office,
        "service": service.as_ref().map(|(_, code)| code),
        "channel": channel.map(|channel| channel.code()),
        "cause": cause,
        "priority": priority,
        "bin": bin,
        "working_day_seconds": day_seconds,
    })
}

fn tally_of(tally: &mut Tally) -> Value {
    let (working, calendar) = (spread_of(tally.working()), spread_of(tally.calendar()));
    json!({
        "came_in": tally.came_in,
        "done": tally.done,
        "promised": tally.promised,
        "within": tally.within,
        "late": tally.late(),
        "unpromised": tally.unpromised(),
        "within_percent": tally.share_within(),
        "handed_over": tally.handed_over,
        "hand_overs": tally.hand_overs,
        "reopened": tally.reopened,
        "reopenings": tally.reopenings,
        "rated": tally.rated,
        "rating": tally.mean_rating().map(|tenths| tenths as f64 / 10.0),
        "working_seconds": working,
        "calendar_seconds": calendar,
        "seconds_in_state": {"new": tally.seconds.new, "in_progress": tally.seconds.in_progress,
            "on_hold": tally.seconds.on_hold},
    })
}

fn spread_of(spread: Option<Spread>) -> Value {
    spread.map_or(Value::Null, |Spread { median, p90 }| json!({"median": median, "p90": p90}))
}

fn with(mut value: Value, name: &str, added: Value) -> Value {
    value[name] = added;
    value
}
