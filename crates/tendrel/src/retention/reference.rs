//! The rules that every installation starts from: `reference/retention.toml`.

use anyhow::Context;
use database::Transaction;
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use crate::retention::rule::{Rule, What};
use crate::retention::store;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    what: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    service: String,
    days: i64,
    reason: String,
}

/// Writes the rules into an empty installation.
///
/// # Errors
/// Says which rule of the file means nothing.
pub fn install(tx: &mut Transaction, now: Timestamp) -> anyhow::Result<()> {
    let file: File = toml::from_str(include_str!("../../reference/retention.toml"))?;
    for Row { what, kind, service, days, reason } in file.rule {
        let what = What::from_code(&what).with_context(|| format!("retention.toml: what is {what}?"))?;
        let rule = Rule {
            id: Uuid::now_v7(),
            what,
            kind,
            service,
            days,
            reason,
            valid_from: now.strftime("%Y-%m-%d").to_string(),
            valid_to: None,
            changed_by: "Tendrel".to_owned(),
        };
        store::insert(tx, &rule)?;
    }
    Ok(())
}
