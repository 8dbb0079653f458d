//! What an officer does about a call while still on the telephone: takes it, or solves it. The acts are those of the
//! request's own page.

use database::Transaction;

use crate::desk::access::Standing;
use crate::desk::act::{Act, Case, Refused};
use crate::desk::note::NOTE;
use crate::desk::resolve::RESOLVE;
use crate::desk::save::Desk;
use crate::desk::store;
use crate::desk::take::TAKE;
use crate::events::Actor;
use crate::frame::form::FormData;
use crate::id::RequestId;
use crate::problem::Problem;

/// What it was, and the words for the requester.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Solved {
    pub(crate) cause: String,
    pub(crate) words: String,
}

pub(super) fn take(tx: &mut Transaction, desk: &Desk, actor: &Actor, id: RequestId) -> Result<(), Problem> {
    perform(tx, desk, actor, id, &TAKE, &FormData::default())
}

pub(super) fn resolve(
    tx: &mut Transaction,
    desk: &Desk,
    actor: &Actor,
    id: RequestId,
    solved: &Solved,
) -> Result<(), Problem> {
    let words = FormData::of(&[("cause", &solved.cause), ("text", &solved.words)]);
    perform(tx, desk, actor, id, &RESOLVE, &words)
}

/// The words stay inside the unit, for those who will work on it.
pub(super) fn note(
    tx: &mut Transaction,
    desk: &Desk,
    actor: &Actor,
    id: RequestId,
    words: &str,
) -> Result<(), Problem> {
    perform(tx, desk, actor, id, &NOTE, &FormData::of(&[("text", words)]))
}

fn perform(
    tx: &mut Transaction,
    desk: &Desk,
    actor: &Actor,
    id: RequestId,
    act: &Act,
    form: &FormData,
) -> Result<(), Problem> {
    let request = store::by_id(tx, id)?.ok_or(Problem::NotFound)?;
    let standing = Standing::of_the_unit();
    let mut case = Case { tx, desk, actor: actor.clone(), standing, request, came_in: None };
    match (act.run)(&mut case, form) {
        Ok(_) => Ok(()),
        Err(Refused::Problem(problem)) => Err(problem),
        // Checked before the call was written down; a cause withdrawn at this very moment undoes it all.
        Err(Refused::Rule(sentence)) => Err(Problem::Input(sentence)),
        Err(Refused::Fields(_) | Refused::Stale(_)) => Err(Problem::Changed),
    }
}
