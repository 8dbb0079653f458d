//! A service as it stands in the editor: everything as typed, so that nothing is lost while rows are moved about.

mod check;
mod rows;

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::desk::catalogue::Service;
use crate::desk::service::{Audience, Definition, Level, Starts};
use crate::frame::form::FormData;

pub(super) use rows::{KINDS, Row};

/// Rows that a form may have: more questions nobody answers.
const ROWS_LIMIT: usize = 40;

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) name_dz: String,
    pub(super) summary: String,
    pub(super) purpose: String,
    pub(super) group: String,
    pub(super) documents: String,
    pub(super) words: String,
    pub(super) skills: String,
    pub(super) audience: Vec<String>,
    pub(super) asks_impact: bool,
    pub(super) default_impact: String,
    pub(super) default_urgency: String,
    pub(super) waits_for_papers: bool,
    pub(super) public: bool,
    pub(super) confidential: bool,
    pub(super) withdrawn: bool,
    pub(super) rows: Vec<Row>,
    pub(super) levels: Vec<LevelRow>,
    /// The day from which the service levels hold.
    pub(super) from: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct LevelRow {
    pub(super) priority: i64,
    pub(super) response: String,
    pub(super) response_unit: String,
    pub(super) resolution: String,
    pub(super) resolution_unit: String,
    pub(super) calendar: String,
}

/// What a save writes.
#[derive(Clone, Debug)]
pub(in crate::desk) struct Edited {
    pub(in crate::desk) definition: Definition,
    pub(in crate::desk) withdrawn: bool,
    pub(in crate::desk) levels: BTreeMap<i64, Level>,
    pub(in crate::desk) from: Date,
}

impl Draft {
    /// The service as it is.
    pub(super) fn of(service: &Service) -> Draft {
        let definition = &service.definition;
        let level = |level: &Level| LevelRow {
            priority: level.priority,
            response: level.response.amount.to_string(),
            response_unit: level.response.unit.code().to_owned(),
            resolution: level.resolution.amount.to_string(),
            resolution_unit: level.resolution.unit.code().to_owned(),
            calendar: level.calendar.clone(),
        };
        Draft {
            name: definition.name.clone(),
            name_dz: definition.name_dz.clone(),
            summary: definition.summary.clone(),
            purpose: definition.purpose.clone(),
            group: definition.group.clone(),
            documents: definition.documents.join("\n"),
            words: definition.words.join(", "),
            skills: definition.skills.join(", "),
            audience: definition.audience.iter().map(|one| audience_code(*one).to_owned()).collect(),
            asks_impact: definition.asks_impact,
            default_impact: definition.default_impact.to_string(),
            default_urgency: definition.default_urgency.to_string(),
            waits_for_papers: definition.starts == Starts::Complete,
            public: definition.public,
            confidential: definition.confidential,
            withdrawn: service.withdrawn,
            rows: definition.fields.iter().map(Row::of).collect(),
            levels: service.levels.values().map(level).collect(),
            from: String::new(),
        }
    }

    pub(super) fn read(form: &FormData) -> Draft {
        let text = |name: &str| form.text(name).to_owned();
        let count = |name: &str| form.number(name).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        let level = |index: usize| LevelRow {
            priority: form.number(&format!("level-{index}-priority")).unwrap_or(0),
            response: text(&format!("level-{index}-response")),
            response_unit: text(&format!("level-{index}-response-unit")),
            resolution: text(&format!("level-{index}-resolution")),
            resolution_unit: text(&format!("level-{index}-resolution-unit")),
            calendar: text(&format!("level-{index}-calendar")),
        };
        Draft {
            name: text("name"),
            name_dz: text("name_dz"),
            summary: text("summary"),
            purpose: text("purpose"),
            group: text("group"),
            documents: text("documents"),
            words: text("words"),
            skills: text("skills"),
            audience: form.all("audience").into_iter().map(str::to_owned).collect(),
            asks_impact: form.has("asks_impact"),
            default_impact: text("default_impact"),
            default_urgency: text("default_urgency"),
            waits_for_papers: form.has("waits_for_papers"),
            public: form.has("public"),
            confidential: form.has("confidential"),
            withdrawn: form.has("withdrawn"),
            rows: (0..count("rows").min(ROWS_LIMIT)).map(|index| Row::read(form, index)).collect(),
            levels: (0..count("levels").min(20)).map(level).collect(),
            from: text("from"),
        }
    }

    /// Adds, removes or moves a row: what the buttons of the editor do.
    pub(super) fn arrange(&mut self, deed: &str) {
        let (deed, place) = deed.split_once('-').unwrap_or((deed, ""));
        let place = place.parse().unwrap_or(usize::MAX);
        match deed {
            "add" if self.rows.len() < ROWS_LIMIT => self.rows.push(Row::default()),
            "remove" if place < self.rows.len() => drop(self.rows.remove(place)),
            "up" if place > 0 && place < self.rows.len() => self.rows.swap(place - 1, place),
            "down" if place.saturating_add(1) < self.rows.len() => self.rows.swap(place, place + 1),
            _ => {}
        }
    }
}

pub(super) fn audience_code(audience: Audience) -> &'static str {
    match audience {
        Audience::G2G => "G2G",
        Audience::G2C => "G2C",
        Audience::G2B => "G2B",
    }
}
