//! One line of another desk's log as a step in the life of a case. Pure.

use anyhow::{Context, ensure};
use csv::StringRecord;
use jiff::Timestamp;

use crate::desk::import_requests::map::{Columns, Map};
use crate::desk::request::State;

/// Where the columns of the map stand in this file.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) number: usize,
    state: usize,
    at: usize,
    by: usize,
    received_at: usize,
    impact: usize,
    urgency: usize,
    entered_at: Option<usize>,
    resolved_at: Option<usize>,
    closed_at: Option<usize>,
    reassigned: Option<usize>,
    reopened: Option<usize>,
    channel: Option<usize>,
    requester: Option<usize>,
    assignee: Option<usize>,
    priority: Option<usize>,
    office: Option<usize>,
    service: Option<usize>,
    subject: Vec<usize>,
    details: Vec<(String, usize)>,
}

/// What one line says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) number: String,
    pub(super) at: Timestamp,
    pub(super) by: String,
    pub(super) state: State,
    pub(super) hold_reason: Option<String>,
    pub(super) received_at: Timestamp,
    pub(super) entered_at: Option<Timestamp>,
    pub(super) resolved_at: Option<Timestamp>,
    pub(super) closed_at: Option<Timestamp>,
    pub(super) reassigned: i64,
    pub(super) reopened: i64,
    pub(super) channel: Option<String>,
    pub(super) requester: Option<String>,
    pub(super) assignee: Option<String>,
    pub(super) impact: i64,
    pub(super) urgency: i64,
    /// The priority that their desk gave.
    pub(super) priority: Option<i64>,
    pub(super) office: Option<String>,
    /// What stands in the column that chooses the service.
    pub(super) service: Option<String>,
    pub(super) subject: String,
    pub(super) description: String,
}

impl Layout {
    /// Finds the columns of the map in the header.
    ///
    /// # Errors
    /// Names all columns that are missing.
    pub(super) fn find(map: &Map, header: &StringRecord) -> anyhow::Result<Layout> {
        let mut missing: Vec<String> = Vec::new();
        let mut place = |name: &str| {
            let found = header.iter().position(|cell| cell == name);
            if found.is_none() {
                missing.push(name.to_owned());
            }
            found.unwrap_or_default()
        };
        let Columns {
            number,
            state,
            at,
            by,
            received_at,
            impact,
            urgency,
            entered_at,
            resolved_at,
            closed_at,
            reassigned,
            reopened,
            channel,
            requester,
            assignee,
            priority,
            office,
        } = &map.file.columns;
        let layout = Layout {
            number: place(number),
            state: place(state),
            at: place(at),
            by: place(by),
            received_at: place(received_at),
            impact: place(impact),
            urgency: place(urgency),
            entered_at: entered_at.as_deref().map(&mut place),
            resolved_at: resolved_at.as_deref().map(&mut place),
            closed_at: closed_at.as_deref().map(&mut place),
            reassigned: reassigned.as_deref().map(&mut place),
            reopened: reopened.as_deref().map(&mut place),
            channel: channel.as_deref().map(&mut place),
            requester: requester.as_deref().map(&mut place),
            assignee: assignee.as_deref().map(&mut place),
            priority: priority.as_deref().map(&mut place),
            office: office.as_deref().map(&mut place),
            service: map.file.service.column.as_deref().map(&mut place),
            subject: map.file.subject.iter().map(|name| place(name)).collect(),
            details: map.file.details.iter().map(|(label, name)| (label.clone(), place(name))).collect(),
        };
        let known = header.iter().collect::<Vec<_>>().join(", ");
        ensure!(
            missing.is_empty(),
            "the file has no column {}; it has: {known}. Name its columns in the map",
            missing.join(", ")
        );
        Ok(layout)
    }

    /// Reads one line.
    ///
    /// # Errors
    /// Says which cell cannot be understood.
    pub(super) fn step(&self, map: &Map, cells: &StringRecord) -> Result<Step, String> {
        let cell = |place: usize| map.known(cells.get(place).unwrap_or_default());
        let maybe = |place: Option<usize>| place.and_then(cell);
        let must = |place: usize, what: &str| cell(place).ok_or_else(|| format!("{what} is not known"));
        let time = |place: Option<usize>| maybe(place).map(|cell| map.time(cell)).transpose();
        let count = |place: Option<usize>| match maybe(place) {
            None => Ok(0),
            Some(cell) => cell.parse::<i64>().map_err(|_| format!("{cell:?} is not a whole number")),
        };
        let (state, hold_reason) = map.state(must(self.state, "the state")?)?;
        Ok(Step {
            number: must(self.number, "the number of the case")?.to_owned(),
            at: map.time(must(self.at, "the time")?)?,
            by: cell(self.by).unwrap_or_default().to_owned(),
            state,
            hold_reason,
            received_at: map.time(must(self.received_at, "when it was received")?)?,
            entered_at: time(self.entered_at)?,
            resolved_at: time(self.resolved_at)?,
            closed_at: time(self.closed_at)?,
            reassigned: count(self.reassigned)?,
            reopened: count(self.reopened)?,
            channel: maybe(self.channel).map(str::to_owned),
            requester: maybe(self.requester).map(str::to_owned),
            assignee: maybe(self.assignee).map(str::to_owned),
            impact: map.impact(must(self.impact, "the impact")?)?,
            urgency: map.urgency(must(self.urgency, "the urgency")?)?,
            priority: maybe(self.priority).map(|cell| map.priority(cell)).transpose()?,
            office: maybe(self.office).map(str::to_owned),
            service: maybe(self.service).map(str::to_owned),
            subject: self.subject.iter().filter_map(|&place| cell(place)).collect::<Vec<_>>().join(", "),
            description: self.description(cell),
        })
    }

    fn description<'c>(&self, cell: impl Fn(usize) -> Option<&'c str>) -> String {
        let mut lines = String::new();
        for (label, place) in &self.details {
            if let Some(value) = cell(*place) {
                lines.push_str(label);
                lines.push_str(": ");
                lines.push_str(value);
                lines.push('\n');
            }
        }
        lines.truncate(lines.trim_end().len());
        lines
    }
}

/// What the steps of a case come to: the activities of its events, in the order of time.
pub(super) fn activity(before: Option<&Step>, step: &Step) -> &'static str {
    let Some(before) = before else {
        return "received";
    };
    if step.state != before.state {
        return match (before.state, step.state) {
            (_, State::Resolved) => "resolved",
            (_, State::Closed) => "closed",
            (_, State::Cancelled) => "cancelled",
            (State::Resolved | State::Closed | State::Cancelled, _) => "reopened",
            (_, State::OnHold) => "held",
            (State::OnHold, _) => "resumed",
            (_, State::InProgress) => "taken",
            (_, State::New) => "changed",
        };
    }
    let passed_on = step.reassigned > before.reassigned || step.assignee != before.assignee;
    if passed_on { "assigned" } else { "changed" }
}

/// The file's own order, put right where the clock says otherwise.
///
/// # Errors
/// None of the steps: a case has at least one.
pub(super) fn in_order_of_time(steps: &[Step]) -> anyhow::Result<(Vec<&Step>, &Step)> {
    let last = steps.last().context("a case has no line")?;
    let mut ordered: Vec<&Step> = steps.iter().collect();
    ordered.sort_by_key(|step| step.at);
    Ok((ordered, last))
}
