//! What an officer does about a call while still on the telephone: takes it, or solves it.

use database::Transaction;

use crate::desk::request::{Request, State};
use crate::desk::save::{Desk, Happened};
use crate::desk::store;
use crate::events::Actor;
use crate::id::{MessageId, PersonId, RequestId};
use crate::problem::Problem;

/// What it was, and the words for the requester.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Solved {
    pub(super) cause: String,
    pub(super) words: String,
}

fn request(tx: &mut Transaction, id: RequestId) -> Result<Request, Problem> {
    store::by_id(tx, id)?.ok_or(Problem::NotFound)
}

pub(super) fn take(
    tx: &mut Transaction,
    desk: &Desk,
    actor: &Actor,
    id: RequestId,
    officer: PersonId,
) -> Result<(), Problem> {
    let before = request(tx, id)?;
    let mut after = before.clone();
    after.assignee = Some(officer);
    after.state = State::InProgress;
    desk.save(tx, &before, &mut after, Happened::now(desk, actor.clone(), "taken"))
}

pub(super) fn resolve(
    tx: &mut Transaction,
    desk: &Desk,
    actor: &Actor,
    id: RequestId,
    solved: &Solved,
) -> Result<(), Problem> {
    let before = request(tx, id)?;
    let message = MessageId::new(desk.now);
    tx.execute(
        "INSERT INTO messages (id, request_id, at, author_id, author_name, inside, body)
         VALUES ($1, $2, $3, $4, $5, 0, $6)",
        &[
            message.into(),
            id.into(),
            desk.now.into(),
            actor.person.into(),
            (&actor.name).into(),
            (&solved.words).into(),
        ],
    )?;
    let mut after = before.clone();
    after.state = State::Resolved;
    after.responded_at = Some(desk.now);
    after.resolved_at = Some(desk.now);
    after.cause = Some(solved.cause.clone());
    after.resolution.clone_from(&solved.words);
    let happened = Happened::now(desk, actor.clone(), "resolved")
        .with("cause", solved.cause.as_str())
        .with("message", message.to_string())
        .with("responded", true);
    desk.save(tx, &before, &mut after, happened)
}
