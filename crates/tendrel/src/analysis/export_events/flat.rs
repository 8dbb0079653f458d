//! One line for each event, for spreadsheets and everything else.

use std::fs::File;
use std::io::BufWriter;

use anyhow::anyhow;
use database::Reader;

use crate::analysis::export_events::store::{Case, Happening, Names, Window, each_event};
use crate::analysis::export_events::{Counts, Failed};
use crate::analysis::tables::cell;

const HEADER: [&str; 18] = [
    "case",
    "event",
    "activity",
    "time",
    "actor",
    "state",
    "unit",
    "service",
    "kind",
    "channel",
    "office",
    "priority",
    "received",
    "resolved",
    "late",
    "handed_over",
    "reopened",
    "source",
];

pub(super) fn write(
    r: &mut Reader,
    window: &Window,
    names: &Names,
    file: BufWriter<File>,
) -> Result<(BufWriter<File>, Counts), Failed> {
    let mut out = csv::Writer::from_writer(file);
    out.write_record(HEADER).map_err(|error| Failed(error.into()))?;
    let mut counts = Counts::default();
    each_event(r, window, |case, begins, event| {
        if begins {
            counts.begin_case();
        }
        counts.event(&event.activity);
        out.write_record(line(names, case, event))?;
        Ok(())
    })?;
    let file = out.into_inner().map_err(|error| Failed(anyhow!("{error}")))?;
    Ok((file, counts))
}

fn line(names: &Names, case: &Case, event: &Happening) -> [String; 18] {
    let office =
        case.office.and_then(|id| names.organisations.get(&id)).map_or(&case.office_text, |(_, name)| name);
    [
        case.number.clone(),
        event.number.to_string(),
        event.activity.clone(),
        event.at.to_string(),
        cell(&event.actor_name),
        event.state.clone(),
        names.unit(case.unit).to_owned(),
        names.service(case.service).to_owned(),
        case.kind.clone(),
        case.channel.clone(),
        cell(office),
        case.priority.to_string(),
        case.received_at.to_string(),
        case.resolved_at.map(|at| at.to_string()).unwrap_or_default(),
        case.late.map(|late| late.to_string()).unwrap_or_default(),
        case.reassigned.to_string(),
        case.reopened.to_string(),
        cell(&case.source),
    ]
}
