//! Takes out of a chain what names a person, so that the chain still holds.

use database::{Error, Row, Transaction};
use uuid::Uuid;

use crate::events::content::{Content, Stored};

/// Activities after which parts of earlier events of the same chain may be gone. The event stands in the chain, sealed
/// like every other: nothing is ever taken out without one, and `tendrel verify` holds that.
pub const TAKES_OUT: [&str; 3] = ["anonymised", "files_removed", "addresses_removed"];

/// One event of which something may go.
struct Line {
    number: i64,
    activity: String,
    content: Content,
}

/// Takes out of the events of a subject from `first` to `last` what `less` leaves out of their content; it is told the activity.
/// Returns in how many something was.
///
/// # Errors
/// `Unsupported` when an event is not as this program writes it: nothing is taken out of a record that was altered.
pub fn take_out(
    tx: &mut Transaction,
    subject_id: Uuid,
    (first, last): (i64, i64),
    less: impl Fn(&str, Content) -> Content,
) -> Result<u64, Error> {
    let lines = tx.rows(
        "SELECT number, activity, actor_id, actor, detail, salt, taken_out FROM events
         WHERE subject_id = $1 AND number >= $2 AND number <= $3 ORDER BY number",
        &[subject_id.into(), first.into(), last.into()],
        read,
    )?;
    let mut changed = Vec::new();
    for line in lines {
        let Some(Line { number, activity, content }) = line else {
            let words = format!("the events of {subject_id} were altered; run tendrel verify");
            return Err(Error::Unsupported(words));
        };
        let left = less(&activity, content.clone());
        if left != content {
            changed.push((number, left));
        }
    }
    // The salts of what stays are in its place; with the event's own the hashes of what is gone could be guessed.
    tx.execute_many(
        "UPDATE events SET actor_id = $3, actor = $4, detail = $5, taken_out = $6, salt = $7
         WHERE subject_id = $1 AND number = $2",
        changed.iter().map(|(number, left)| {
            vec![
                subject_id.into(),
                (*number).into(),
                left.actor_id.into(),
                left.actor.as_str().into(),
                left.detail().into(),
                left.taken_out().into(),
                [].as_slice().into(),
            ]
        }),
    )
}

fn read(row: &Row<'_>) -> Result<Option<Line>, Error> {
    let (actor, detail): (String, String) = (row.get("actor")?, row.get("detail")?);
    let (salt, taken_out): (Vec<u8>, Option<String>) = (row.get("salt")?, row.get("taken_out")?);
    let stored = Stored {
        actor_id: row.get("actor_id")?,
        actor: &actor,
        detail: &detail,
        salt: &salt,
        taken_out: taken_out.as_deref(),
    };
    let (number, activity) = (row.get("number")?, row.get("activity")?);
    Ok(Content::read(stored).map(|content| Line { number, activity, content }))
}
