//! What a request lets be done as it stands: the page offers nothing that would be refused.

use crate::desk::access::{Doing, Standing};
use crate::desk::request::{Request, State};
use crate::id::PersonId;

/// May it be done by somebody of this standing, and does it make sense now? `me` is who looks.
pub fn offered(doing: Doing, standing: &Standing, request: &Request, me: Option<PersonId>) -> bool {
    let (state, keeping) = (request.state, &request.keeping);
    if keeping.forgotten_at.is_some() && !matches!(doing, Doing::See | Doing::SeeInside) {
        return false;
    }
    let sensible = match doing {
        Doing::See | Doing::SeeInside | Doing::Look | Doing::Note => true,
        Doing::Reply => !matches!(state, State::Closed | State::Cancelled),
        Doing::Attach => standing.is_unit() || !matches!(state, State::Closed | State::Cancelled),
        Doing::Take => state.is_open() && (me != request.assignee || state == State::New),
        Doing::Assign | Doing::Resolve | Doing::Cancel | Doing::Reclassify | Doing::HandOver => {
            state.is_open()
        }
        Doing::Hold => matches!(state, State::New | State::InProgress),
        Doing::Resume => state == State::OnHold,
        Doing::CompletePapers => state.is_open() && request.complete_at.is_none(),
        Doing::Reopen => !state.is_open(),
        Doing::Close => state == State::Resolved,
        Doing::Rate => matches!(state, State::Resolved | State::Closed),
        Doing::Keep => keeping.kept.is_none(),
        Doing::LetGo => keeping.kept.is_some(),
    };
    sensible && standing.may(doing)
}
