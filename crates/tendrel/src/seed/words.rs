//! What people ask for in ordinary weeks: the sentences of `demo/subjects.toml`, with the service each belongs to.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context;
use serde::Deserialize;

use crate::desk::catalogue::{CatalogueData, Service};
use crate::desk::request::Channel;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    details: Vec<String>,
    service: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: String,
    weight: u32,
    median_minutes: i64,
    mix: BTreeMap<String, u32>,
    causes: Vec<String>,
    subjects: Vec<String>,
    replies: Vec<String>,
    notes: Vec<String>,
    resolutions: Vec<String>,
}

/// Everything a request of one service may say.
#[derive(Debug)]
pub(crate) struct Topic {
    pub(crate) service: Arc<Service>,
    pub(crate) weight: u32,
    /// Working seconds from receipt to resolution, in the middle.
    pub(crate) median_seconds: i64,
    pub(crate) mix: Vec<(Channel, u32)>,
    pub(crate) causes: Vec<String>,
    pub(crate) subjects: Vec<String>,
    pub(crate) replies: Vec<String>,
    pub(crate) notes: Vec<String>,
    pub(crate) resolutions: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) topics: Vec<Topic>,
    /// What may be added to any request.
    pub(crate) details: Vec<String>,
}

/// Reads the sentences; services that this installation does not offer are left out.
pub(crate) fn read(catalogue: &CatalogueData) -> anyhow::Result<Words> {
    let file: File = toml::from_str(include_str!("../../../../demo/subjects.toml"))
        .context("demo/subjects.toml is not right")?;
    let mut topics = Vec::new();
    for entry in file.service {
        let Entry { code, weight, median_minutes, mix, causes, subjects, replies, notes, resolutions } =
            entry;
        let Some(service) = catalogue.service_by_code(&code).cloned() else {
            continue;
        };
        let mix = mix
            .iter()
            .map(|(code, share)| {
                let channel = Channel::from_code(code);
                Ok((channel.with_context(|| format!("demo/subjects.toml: no channel {code}"))?, *share))
            })
            .collect::<anyhow::Result<_>>()?;
        let median_seconds = median_minutes * 60;
        topics.push(Topic {
            service,
            weight,
            median_seconds,
            mix,
            causes,
            subjects,
            replies,
            notes,
            resolutions,
        });
    }
    anyhow::ensure!(!topics.is_empty(), "the catalogue offers none of the services of demo/subjects.toml");
    Ok(Words { topics, details: file.details })
}
