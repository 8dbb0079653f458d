//! The map of another desk's file: where things stand in it, and what its words mean here.

use std::collections::BTreeMap;

use anyhow::{Context, bail, ensure};
use encoding_rs::Encoding;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::desk::catalogue::CatalogueData;
use crate::desk::request::{Channel, State};
use crate::desk::service::Kind;

/// As it is written in the TOML file; `reference/maps/uci-498.toml` explains each line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MapFile {
    pub(super) source: String,
    delimiter: char,
    encoding: String,
    unknown: Vec<String>,
    time_format: String,
    time_zone: String,
    pub(super) subject: Vec<String>,
    pub(super) unit: MapUnit,
    pub(super) service: MapService,
    pub(super) new_service: Option<NewService>,
    pub(super) columns: Columns,
    #[serde(default)]
    pub(super) details: BTreeMap<String, String>,
    state: Vec<MapState>,
    #[serde(default)]
    channels: BTreeMap<String, String>,
    #[serde(default)]
    impact: BTreeMap<String, i64>,
    #[serde(default)]
    urgency: BTreeMap<String, i64>,
    #[serde(default)]
    priority: BTreeMap<String, i64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MapUnit {
    pub(super) code: String,
    pub(super) name: String,
    /// Key of the organisation it is made under.
    pub(super) under: String,
    pub(super) calendar: String,
    pub(super) matrix: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MapService {
    pub(super) default: String,
    pub(super) column: Option<String>,
    #[serde(default)]
    pub(super) by_value: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewService {
    pub(super) code: String,
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) summary: String,
}

/// Names of columns in their file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Columns {
    pub(super) number: String,
    pub(super) state: String,
    pub(super) at: String,
    pub(super) by: String,
    pub(super) received_at: String,
    pub(super) impact: String,
    pub(super) urgency: String,
    pub(super) entered_at: Option<String>,
    pub(super) resolved_at: Option<String>,
    pub(super) closed_at: Option<String>,
    pub(super) reassigned: Option<String>,
    pub(super) reopened: Option<String>,
    pub(super) channel: Option<String>,
    pub(super) requester: Option<String>,
    pub(super) assignee: Option<String>,
    pub(super) priority: Option<String>,
    pub(super) office: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MapState {
    theirs: String,
    ours: String,
    reason: Option<String>,
}

/// A map whose words have all been understood.
#[derive(Debug)]
pub(super) struct Map {
    pub(super) file: MapFile,
    pub(super) delimiter: u8,
    pub(super) encoding: &'static Encoding,
    zone: TimeZone,
    states: BTreeMap<String, (State, Option<String>)>,
    channels: BTreeMap<String, Channel>,
}

impl Map {
    /// Reads and checks a map.
    ///
    /// # Errors
    /// Says what in the map is not known here.
    pub(super) fn read(text: &str, catalogue: &CatalogueData) -> anyhow::Result<Map> {
        let file: MapFile = toml::from_str(text)?;
        ensure!(!file.source.is_empty() && !file.source.contains(':'), "source needs a word without a colon");
        ensure!(file.delimiter.is_ascii(), "the delimiter {:?} is not one of ASCII", file.delimiter);
        let encoding = Encoding::for_label(file.encoding.as_bytes())
            .filter(|encoding| encoding.is_ascii_compatible())
            .with_context(|| {
                format!("the encoding {:?} is not known; utf-8 is the usual one", file.encoding)
            })?;
        let zone = TimeZone::get(&file.time_zone).with_context(|| {
            format!("the time zone {:?} is not known; such as \"Asia/Thimphu\"", file.time_zone)
        })?;
        let code = &file.unit.code;
        ensure!(
            (2..=5).contains(&code.len()) && code.bytes().all(|letter| letter.is_ascii_uppercase()),
            "the unit's code {code:?} is not two to five capital letters"
        );
        let mut states = BTreeMap::new();
        for MapState { theirs, ours, reason } in &file.state {
            states.insert(theirs.clone(), state_of(ours, reason.as_deref(), catalogue)?);
        }
        let mut channels = BTreeMap::new();
        for (theirs, ours) in &file.channels {
            let channel =
                Channel::from_code(ours).with_context(|| format!("no channel of ours is called {ours:?}"))?;
            channels.insert(theirs.clone(), channel);
        }
        let delimiter = u8::try_from(file.delimiter)?;
        Ok(Map { delimiter, encoding, zone, states, channels, file })
    }

    /// What stands in a cell, if anything is known.
    pub(super) fn known<'a>(&self, cell: &'a str) -> Option<&'a str> {
        let cell = cell.trim();
        (!self.file.unknown.iter().any(|unknown| unknown == cell) && !cell.is_empty()).then_some(cell)
    }

    pub(super) fn time(&self, cell: &str) -> Result<Timestamp, String> {
        let wrong = |_| format!("{cell:?} is not a time like {}", self.file.time_format);
        let read = jiff::fmt::strtime::parse(&self.file.time_format, cell).map_err(wrong)?;
        let local = read.to_datetime().map_err(wrong)?;
        self.zone.to_ambiguous_timestamp(local).compatible().map_err(wrong)
    }

    pub(super) fn state(&self, cell: &str) -> Result<(State, Option<String>), String> {
        self.states.get(cell).cloned().ok_or_else(|| format!("the map has no state {cell:?}"))
    }

    /// How a request came in; what the map does not name came by an interface.
    pub(super) fn channel(&self, cell: Option<&str>) -> Channel {
        cell.and_then(|cell| self.channels.get(cell)).copied().unwrap_or(Channel::Api)
    }

    pub(super) fn impact(&self, cell: &str) -> Result<i64, String> {
        grade(&self.file.impact, cell)
    }

    pub(super) fn urgency(&self, cell: &str) -> Result<i64, String> {
        grade(&self.file.urgency, cell)
    }

    pub(super) fn priority(&self, cell: &str) -> Result<i64, String> {
        grade(&self.file.priority, cell)
    }
}

fn state_of(
    ours: &str,
    reason: Option<&str>,
    catalogue: &CatalogueData,
) -> anyhow::Result<(State, Option<String>)> {
    let state = State::from_code(ours).with_context(|| format!("no state of ours is called {ours:?}"))?;
    match (state, reason) {
        (State::OnHold, None) => bail!("a state that becomes on_hold needs a reason"),
        (State::OnHold, Some(reason)) if catalogue.hold_reason(reason).is_none() => {
            bail!("no reason to hold is called {reason:?}")
        }
        (State::OnHold, Some(reason)) => Ok((state, Some(reason.to_owned()))),
        (_, _) => Ok((state, None)),
    }
}

/// A word of the map, or the number with which "2 - Medium" begins.
fn grade(words: &BTreeMap<String, i64>, cell: &str) -> Result<i64, String> {
    if let Some(grade) = words.get(cell) {
        return Ok(*grade);
    }
    let digits: String = cell.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().map_err(|_| format!("{cell:?} has no number in front and does not stand in the map"))
}
