//! Writes told stories, many in one transaction: rows, events, kept numbers and the search index.

use std::borrow::Cow;
use std::collections::BTreeMap;

use database::{Error, Transaction};
use uuid::Uuid;

use crate::desk::save::counted;
use crate::desk::store;
use crate::events;
use crate::search::{self, Document};
use crate::seed::story::{Said, Story};

/// The last counter of each unit and year.
pub(crate) type Counters = BTreeMap<(String, i16), u32>;

pub(crate) fn write(tx: &mut Transaction, stories: &[Story], counters: &Counters) -> Result<(), Error> {
    store::load(tx, stories.iter().map(|story| (&story.request, story.queue_at, story.next_clock_at)))?;
    events::record_many(tx, stories.iter().flat_map(|story| &story.events))?;
    let holds = stories.iter().flat_map(|story| {
        story.holds.iter().map(|hold| {
            vec![
                story.request.id.into(),
                hold.from.into(),
                hold.to.into(),
                // The time between being resolved and being opened again has none.
                Some(hold.reason.as_str()).filter(|reason| !reason.is_empty()).into(),
                (&hold.comment).into(),
                hold.pauses.into(),
            ]
        })
    });
    tx.load("holds", &["request_id", "from_at", "to_at", "reason", "comment", "pauses"], holds)?;
    let said = stories.iter().flat_map(|story| {
        story.said.iter().map(|Said { id, at, author, inside, body }| {
            vec![
                (*id).into(),
                story.request.id.into(),
                (*at).into(),
                author.person.into(),
                (&author.name).into(),
                (*inside).into(),
                body.into(),
            ]
        })
    });
    tx.load("messages", &["id", "request_id", "at", "author_id", "author_name", "inside", "body"], said)?;
    let documents: Vec<Document<'_>> = stories
        .iter()
        .map(|Story { request, line, .. }| Document {
            request: request.id,
            unit: request.unit,
            veiled_by: request.veiled_by(),
            line,
        })
        .collect();
    search::load(tx, &documents)?;
    write_counts(tx, stories)?;
    write_counters(tx, counters)
}

fn write_counts(tx: &mut Transaction, stories: &[Story]) -> Result<(), Error> {
    let mut counts: BTreeMap<(Uuid, Cow<'static, str>), i64> = BTreeMap::new();
    for story in stories {
        for (owner, name) in counted(&story.request) {
            *counts.entry((owner, name)).or_default() += 1;
        }
    }
    for ((owner, name), by) in counts {
        store::count(tx, owner, &name, by)?;
    }
    Ok(())
}

fn write_counters(tx: &mut Transaction, counters: &Counters) -> Result<(), Error> {
    for ((unit, year), last) in counters {
        tx.execute(
            "INSERT INTO number_counters (unit_code, year, last) VALUES ($1, $2, $3)
             ON CONFLICT (unit_code, year) DO UPDATE SET last = excluded.last",
            &[unit.into(), (*year).into(), (*last).into()],
        )?;
    }
    Ok(())
}
