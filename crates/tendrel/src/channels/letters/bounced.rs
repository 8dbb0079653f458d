//! A letter came back: the case shows it, and who looks after it is told, so that somebody telephones.

use database::Transaction;
use jiff::Timestamp;

use crate::desk::notices as looks_after;
use crate::desk::store;
use crate::desk::store::letters::{self, LetterState};
use crate::desk::store::notices;
use crate::id::RequestId;
use crate::problem::Problem;

/// Marks the letter of this id, or the last one to the recipient where the report names none. A delay is only written
/// down; a letter that came back twice came back once.
///
/// # Errors
/// When the database cannot be asked.
pub fn bounced(
    tx: &mut Transaction,
    message_id: &str,
    recipient: &str,
    status: &str,
    permanent: bool,
    now: Timestamp,
) -> Result<(), Problem> {
    let message_id = message_id.trim_matches(['<', '>']);
    let Some(letter) = letters::that_came_back(tx, message_id, recipient)? else { return Ok(()) };
    if letter.state != LetterState::Sent {
        return Ok(());
    }
    if !permanent {
        return Ok(letters::set_state(tx, letter.id, LetterState::Sent, status)?);
    }
    letters::set_state(tx, letter.id, LetterState::Bounced, status)?;
    tell_officers(tx, letter.request, now)
}

/// Who looks after the case learns that a letter did not arrive.
pub(super) fn tell_officers(
    tx: &mut Transaction,
    request: Option<RequestId>,
    now: Timestamp,
) -> Result<(), Problem> {
    let Some(request) = request.map(|id| store::by_id(tx, id)).transpose()?.flatten() else { return Ok(()) };
    let people = looks_after::who_looks_after(tx, &request, now)?;
    Ok(notices::tell(tx, &people, "bounced", &request, now)?)
}
