//! The addresses of the analysis.

use serde_json::{Value as Json, json};

use super::desk::{Decided, channels, one_of_or, states};
use super::operation::Operation;
use super::schema::{
    and, count, day, id, instant, integer, list, number, object, one_of, or_null, refer, seconds, text, truth,
};
use crate::analysis::figure::Figure;
use crate::app::App;

pub(super) fn operations(app: &App) -> Vec<Operation> {
    let figures = Operation::get("/api/v1/analysis", "showAnalysis", "Services availed, in figures")
        .says("Durations are in seconds. A share, a median or a mean of under five cases is null.")
        .gives(200, refer("Analysis"), "With the question as it was understood.");
    let records = Operation::get("/api/v1/analysis/records", "listRecords", "The requests behind a figure")
        .must_query("figure", one_of(Figure::ALL.map(Figure::code)), "Which figure is opened.")
        .query("after", text(), "The cursor: `after` of the page before.")
        .query("cause", text(), "Code of a cause, or `none`.")
        .query("priority", integer(), "Of one priority.")
        .query("bin", count(), "Of one bar of the histogram, counted from 0.")
        .gives(200, refer("Records"), "Fifty at a time; `after` is null on the last page.");
    [figures, records].into_iter().map(|operation| question(operation, app)).collect()
}

/// Both take the same question.
fn question(operation: Operation, app: &App) -> Operation {
    operation
        .query("unit", one_of_or(&Decided::of(app).units, "all"), "Code of the unit; your own if left out.")
        .query(
            "month",
            json!({ "type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$", "example": "2026-10" }),
            "A whole month, whatever days are given; the last one if there are none.",
        )
        .query("from", day(), "The first day.")
        .query("to", day(), "The last day; three years at most.")
        .query(
            "office",
            json!({ "anyOf": [id(), { "type": "string", "const": "none" }] }),
            "An office with all below it, or `none` where none is known.",
        )
        .query("only", one_of(["1"]), "The office without those below it.")
        .query("service", text(), "Code of a service.")
        .query("channel", channels(), "Only what came in this way.")
        .refuses(&[403, 404, 422])
        .tag("analysis")
}

pub(super) fn schemas() -> Vec<(&'static str, Json)> {
    let question = object([
        ("unit", or_null(text())),
        ("from", day()),
        ("to", day()),
        ("received_from", instant()),
        ("received_before", instant()),
        ("office", or_null(text())),
        ("service", or_null(text())),
        ("channel", or_null(channels())),
        ("cause", or_null(text())),
        ("priority", or_null(integer())),
        ("bin", or_null(count())),
        ("working_day_seconds", seconds()),
    ]);
    let in_state = object([("new", seconds()), ("in_progress", seconds()), ("on_hold", seconds())]);
    let tally = object([
        ("came_in", count()),
        ("done", count()),
        ("promised", count()),
        ("within", count()),
        ("late", count()),
        ("unpromised", count()),
        ("within_percent", or_null(number())),
        ("handed_over", count()),
        ("hand_overs", count()),
        ("reopened", count()),
        ("reopenings", count()),
        ("rated", count()),
        ("rating", or_null(number())),
        ("working_seconds", or_null(refer("Spread"))),
        ("calendar_seconds", or_null(refer("Spread"))),
        ("seconds_in_state", in_state),
    ]);
    let of = |name: &'static str, schema: Json| list(and(tally.clone(), &object([(name, schema)])));
    let by_unit = and(tally.clone(), &object([("unit", or_null(text())), ("open_at_end", count())]));
    let month = object([
        ("month", text()),
        ("came_in", count()),
        ("done", count()),
        ("promised", count()),
        ("within", count()),
        ("working_seconds", or_null(refer("Spread"))),
    ]);
    let bin = object([("from", seconds()), ("to", or_null(seconds())), ("kept", count()), ("late", count())]);
    let analysis = object([
        ("question", refer("Question")),
        ("total", tally.clone()),
        ("open_at_end", count()),
        ("ended_otherwise", count()),
        ("histogram_of_working_seconds", list(bin)),
        ("by_service", of("service", or_null(text()))),
        ("by_office", of("office", or_null(id()))),
        ("by_unit", list(by_unit)),
        ("by_channel", of("channel", channels())),
        ("by_priority", of("priority", integer())),
        ("by_cause", of("cause", or_null(text()))),
        ("by_month", list(month)),
    ]);
    vec![
        ("Question", question),
        ("Spread", object([("median", seconds()), ("p90", seconds())])),
        ("Analysis", analysis),
        ("Records", records()),
    ]
}

fn records() -> Json {
    let record = object([
        ("number", text()),
        ("subject", text()),
        ("service", or_null(text())),
        ("office", text()),
        ("channel", channels()),
        ("state", states()),
        ("priority", integer()),
        ("received_at", instant()),
        ("resolved_at", or_null(instant())),
        ("working_seconds", or_null(seconds())),
        ("promised_seconds", or_null(seconds())),
        ("late", or_null(truth())),
        ("handed_over", count()),
        ("reopened", count()),
        ("rating", or_null(integer())),
    ]);
    object([
        ("question", refer("Question")),
        ("figure", one_of(Figure::ALL.map(Figure::code))),
        ("count", count()),
        ("records", list(record)),
        ("after", or_null(text())),
    ])
}
