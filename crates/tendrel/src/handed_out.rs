//! The log of what left the desk as a file: who took it, what was asked, how many rows, when. Each is an event.

use database::{Error, Reader, Transaction};
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use crate::events::{self, Actor, Event};

/// Letters of a question that are kept.
const QUESTION: usize = 500;

/// A file that somebody takes away.
#[derive(Clone, Debug)]
pub struct HandedOut {
    /// What it is called: "requests.csv", "figures.xlsx", "events.xes".
    pub what: &'static str,
    /// The filters, as they stand in the address.
    pub question: String,
    pub rows: u64,
}

/// Writes it down.
///
/// # Errors
/// Those of the database; the file must not be handed out then.
pub fn record(tx: &mut Transaction, actor: &Actor, out: &HandedOut, now: Timestamp) -> Result<(), Error> {
    let HandedOut { what, question, rows } = out;
    let question: String = question.chars().take(QUESTION).collect();
    let event = Event {
        subject_id: Uuid::now_v7(),
        number: 1,
        subject: "export".to_owned(),
        at: now,
        written_at: now,
        actor: actor.clone(),
        activity: "handed out".to_owned(),
        detail: json!({ "what": what, "question": question, "rows": rows }),
    };
    events::record(tx, &event)
}

/// The last so many, newest first.
///
/// # Errors
/// Those of the database.
pub fn latest(r: &mut Reader, limit: i64) -> Result<Vec<Event>, Error> {
    r.rows(
        "SELECT subject_id, number, subject, at, written_at, actor_id, actor, activity, detail
         FROM events WHERE subject = 'export' ORDER BY at DESC LIMIT $1",
        &[limit.into()],
        events::read,
    )
}

/// A name for a file that has no other place for who made it and when: "requests-2026-11-19-karma-wangmo.csv".
pub fn file_name(what: &str, ending: &str, maker: &str, day: &str) -> String {
    let plain: String =
        maker.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let plain: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
    let maker = if plain.is_empty() { String::new() } else { format!("-{}", plain.join("-")) };
    format!("{what}-{day}{maker}.{ending}")
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn the_name_of_a_file_says_who_made_it_and_when() {
        assert_eq!(
            file_name("requests", "csv", "Karma Wangmo", "2026-11-19"),
            "requests-2026-11-19-karma-wangmo.csv"
        );
        assert_eq!(file_name("requests", "csv", "ཀརྨ་", "2026-11-19"), "requests-2026-11-19.csv");
        assert_eq!(file_name("a", "csv", "\"; x=\"\r\n", "2026-11-19"), "a-2026-11-19-x.csv");
    }
}
