//! The week of `demo/week.toml`: who asked for what, and what happened to it, each at its instant.

use std::collections::BTreeMap;

use anyhow::Context;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::app::App;
use crate::demo::working_day;

#[derive(Debug, Deserialize)]
struct File {
    story: Vec<Story>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Story {
    pub(crate) service: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) channel: String,
    pub(crate) office: String,
    pub(crate) person: String,
    received: Received,
    pub(crate) impact: i64,
    pub(crate) urgency: i64,
    pub(crate) answers: BTreeMap<String, toml::Value>,
    #[serde(default)]
    act: Vec<Act>,
}

impl Story {
    pub(crate) fn acts(&self) -> impl Iterator<Item = &Act> {
        self.act.iter()
    }
}

#[derive(Clone, Debug, Deserialize)]
struct Received {
    day: i64,
    at: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Act {
    /// A name, or "requester".
    pub(crate) by: String,
    #[serde(rename = "do")]
    pub(crate) name: String,
    after: String,
    #[serde(default)]
    pub(crate) text: String,
    #[serde(default)]
    pub(crate) reason: String,
    #[serde(default)]
    pub(crate) cause: String,
    #[serde(default)]
    pub(crate) to: String,
    #[serde(default)]
    pub(crate) stars: Option<i64>,
}

/// One thing that happens.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) at: Timestamp,
    /// Index of the story.
    pub(crate) story: usize,
    pub(crate) what: What,
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    Asked,
    Done(Act),
}

/// All stories, and all that happens in them in the order of time, for a week that ends on `today`.
pub(crate) fn read(app: &App, today: Date) -> anyhow::Result<(Vec<Story>, Vec<Step>)> {
    let file: File =
        toml::from_str(include_str!("../../../../demo/week.toml")).context("demo/week.toml is not right")?;
    let zone = app.calendars.zone();
    let mut steps = Vec::new();
    for (index, story) in file.story.iter().enumerate() {
        let place = || format!("demo/week.toml, {}", story.subject);
        let mut at = received_at(app, story, today, zone.clone()).with_context(place)?;
        steps.push(Step { at, story: index, what: What::Asked });
        for act in &story.act {
            at += span(&act.after).with_context(place)?;
            steps.push(Step { at, story: index, what: What::Done(act.clone()) });
        }
    }
    // Stable: what happens to one request at the same instant keeps its order.
    steps.sort_by_key(|step| step.at);
    Ok((file.story, steps))
}

fn received_at(app: &App, story: &Story, today: Date, zone: TimeZone) -> anyhow::Result<Timestamp> {
    let day = working_day(app, today, story.received.day)?;
    let time = Time::strptime("%H:%M", &story.received.at)?;
    Ok(day.to_datetime(time).to_zoned(zone)?.timestamp())
}

/// "20 min" or "3 h".
fn span(text: &str) -> anyhow::Result<SignedDuration> {
    let (number, unit) = text.split_once(' ').with_context(|| format!("{text} is no time"))?;
    let number: i64 = number.parse().with_context(|| format!("{text} is no time"))?;
    match unit {
        "min" => Ok(SignedDuration::from_mins(number)),
        "h" => Ok(SignedDuration::from_hours(number)),
        _ => anyhow::bail!("{text} is neither min nor h"),
    }
}
