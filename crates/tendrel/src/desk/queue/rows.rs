//! A request as a row of a list on the page.

use jiff::Timestamp;

use crate::app::App;
use crate::desk::catalogue::CatalogueData;
use crate::desk::faces::{self, Face};
use crate::desk::request::State;
use crate::desk::store::lists::Listed;
use crate::frame::Frame;

#[derive(Clone, Debug)]
pub struct RowView {
    pub number: String,
    pub subject: String,
    pub service: String,
    pub channel: String,
    /// HTML, with its language.
    pub office: String,
    pub above: String,
    pub clock: Face,
    pub state: Tag,
    /// Only for what is more than normal.
    pub priority: Option<Tag>,
    pub officer: Option<String>,
    pub age: String,
    pub received_at: Timestamp,
}

/// A word of state with its colour.
#[derive(Clone, Debug, PartialEq)]
pub struct Tag {
    pub class: &'static str,
    pub words: String,
}

/// The state of a request: what it waits for, where it waits.
pub fn state_tag(frame: &Frame, catalogue: &CatalogueData, state: State, hold: Option<&str>) -> Tag {
    let class = match state {
        State::New => "info",
        State::InProgress => "warn",
        State::Resolved => "good",
        State::OnHold | State::Closed | State::Cancelled => "",
    };
    let reason = hold.filter(|_| state == State::OnHold).and_then(|code| catalogue.hold_reason(code));
    let words = reason.map_or_else(|| frame.t(&state.key()), |reason| reason.name.clone());
    Tag { class, words }
}

/// The two highest priorities stand out; the others are normal work.
pub fn priority_tag(catalogue: &CatalogueData, priority: i64) -> Option<Tag> {
    let class = match priority {
        1 => "bad",
        2 => "warn",
        _ => return None,
    };
    Some(Tag { class, words: catalogue.priority_name(priority).to_owned() })
}

pub fn service_name<'a>(frame: &Frame, catalogue: &'a CatalogueData, id: crate::id::ServiceId) -> &'a str {
    let definition = catalogue.service(id).map(|service| &service.definition);
    definition.map_or("", |definition| frame.plain_name(&definition.name, &definition.name_dz))
}

pub fn rows(app: &App, frame: &Frame, listed: &[Listed]) -> Vec<RowView> {
    let catalogue = app.catalogue.now();
    listed
        .iter()
        .map(|row| RowView {
            number: row.number.clone(),
            subject: row.subject.clone(),
            service: service_name(frame, &catalogue, row.service).to_owned(),
            channel: frame.t(&format!("channel-{}", row.channel.code().replace('_', "-"))),
            office: frame.name(&row.office, &row.office_dz),
            above: frame.name(&row.above, &row.above_dz),
            clock: faces::of_row(frame, &app.calendars, &catalogue, row, frame.now),
            state: state_tag(frame, &catalogue, row.state, row.hold_reason.as_deref()),
            priority: priority_tag(&catalogue, row.priority).filter(|_| row.state.is_open()),
            officer: row.officer.clone(),
            age: frame.span(&frame.now.duration_since(row.received_at).as_secs()),
            received_at: row.received_at,
        })
        .collect()
}
