//! What a unit offers: a service's words, its form, and what is promised for it.

use serde::{Deserialize, Serialize};

/// A version of a service as it is edited, shipped (`reference/services/*.toml`) and stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    pub code: String,
    pub name: String,
    #[serde(default)]
    pub name_dz: String,
    /// One line in a requester's words.
    pub summary: String,
    pub purpose: String,
    pub kind: Kind,
    /// The functions of an ICT services unit (1 to 20) that it fulfils.
    #[serde(default)]
    pub functions: Vec<u8>,
    pub audience: Vec<Audience>,
    /// The heading under which the portal shows it.
    pub group: String,
    #[serde(default)]
    pub documents: Vec<String>,
    #[serde(default)]
    pub skills: Vec<String>,
    /// Also ask who is stopped by it.
    #[serde(default)]
    pub asks_impact: bool,
    pub default_impact: i64,
    pub default_urgency: i64,
    /// The calendar of its promises; the unit's own when empty.
    #[serde(default)]
    pub calendar: String,
    pub starts: Starts,
    pub sort: i64,
    pub public: bool,
    /// Its requests are seen only by named people and by whoever asked.
    #[serde(default)]
    pub confidential: bool,
    /// The targets are samples that nobody has decided yet.
    #[serde(default)]
    pub sample: bool,
    /// Words people type when they look for it.
    #[serde(default)]
    pub words: Vec<String>,
    #[serde(default, rename = "level")]
    pub levels: Vec<Level>,
    #[serde(default, rename = "field")]
    pub fields: Vec<Field>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Incident,
    ServiceRequest,
}

impl Kind {
    pub fn code(self) -> &'static str {
        match self {
            Kind::Incident => "incident",
            Kind::ServiceRequest => "service_request",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Audience {
    G2G,
    G2C,
    G2B,
}

/// When the promise begins to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Starts {
    Received,
    /// When the papers are complete.
    Complete,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    pub priority: i64,
    pub response: Amount,
    pub resolution: Amount,
    /// Another calendar for this priority, such as one that runs round the clock.
    #[serde(default)]
    pub calendar: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    pub amount: i64,
    pub unit: Measure,
}

/// What a promise is counted in; minutes and hours are of working time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    Minutes,
    WorkingHours,
    WorkingDays,
}

impl Measure {
    pub fn code(self) -> &'static str {
        match self {
            Measure::Minutes => "minutes",
            Measure::WorkingHours => "working_hours",
            Measure::WorkingDays => "working_days",
        }
    }

    pub fn from_code(code: &str) -> Option<Measure> {
        [Measure::Minutes, Measure::WorkingHours, Measure::WorkingDays]
            .into_iter()
            .find(|measure| measure.code() == code)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Small letters, digits and underscores.
    pub key: String,
    pub label: String,
    #[serde(default)]
    pub label_dz: String,
    #[serde(rename = "type")]
    pub kind: FieldKind,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub hint: String,
    #[serde(default)]
    pub options: Vec<Choice>,
    /// Least and greatest number, or first and last date.
    #[serde(default)]
    pub min: Option<Bound>,
    #[serde(default)]
    pub max: Option<Bound>,
    /// Characters.
    #[serde(default)]
    pub max_length: Option<usize>,
    #[serde(default)]
    pub shown_if: Option<ShownIf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    ShortText,
    LongText,
    Number,
    Choice,
    Choices,
    Date,
    YesNo,
    Office,
    Person,
    File,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub value: String,
    pub label: String,
    #[serde(default)]
    pub label_dz: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Bound {
    Number(f64),
    Date(String),
}

/// The field is asked only when another has one of these answers ("yes" and "no" for a yes/no field).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShownIf {
    pub field: String,
    pub is: Vec<String>,
}
