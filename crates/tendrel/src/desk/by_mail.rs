//! What came by mail or on paper about a request: the same acts as on its page, chosen by who wrote and how far it is.
//!
//! The sender of a mail proves little: whoever holds a mark of the case, or is known to it, speaks for the one who
//! asked. Nobody speaks for the unit by mail: what its own people send stays inside, as a note.

use database::Transaction;

use crate::desk::access::Standing;
use crate::desk::act::{Act, Case, Done, Refused};
use crate::desk::came_in::CameIn;
use crate::desk::clocks;
use crate::desk::note::NOTE;
use crate::desk::reopen::REOPEN;
use crate::desk::reply::REPLY;
use crate::desk::request::Request;
use crate::desk::save::{Desk, Happened};
use crate::events::Actor;
use crate::files::StoredFile;
use crate::frame::form::FormData;

/// A mail as the desk understands it.
#[derive(Clone, Debug)]
pub struct Written {
    pub actor: Actor,
    /// Without quoted history; never empty.
    pub words: String,
    pub files: Vec<StoredFile>,
    pub author: Author,
    pub came_in: CameIn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// Speaks for the one who asked.
    Asker,
    /// The same, and says nothing but thanks.
    Thankful,
    /// Of the unit, or a program: what they send is not said to the one who asked.
    Inside,
}

/// Adds a mail to the request that it belongs to.
///
/// # Errors
/// As the act that it came to; `case-forgotten` where nothing may be added any more.
pub fn add(tx: &mut Transaction, desk: &Desk, request: Request, written: Written) -> Result<Done, Refused> {
    if request.keeping.forgotten_at.is_some() {
        return Err(Refused::Rule("case-forgotten"));
    }
    let request = clocks::catch_up(tx, desk, request)?;
    let act = act_for(&request, written.author);
    let mut form = FormData::of(&[("text", &written.words)]);
    form.files = written.files.into_iter().map(|file| ("file".to_owned(), file)).collect();
    let standing = match written.author {
        Author::Inside => Standing::of_the_unit(),
        Author::Asker | Author::Thankful => Standing::of_the_bearer(),
    };
    let mut case = Case { tx, desk, actor: written.actor, standing, request, came_in: Some(written.came_in) };
    (act.run)(&mut case, &form)
}

/// Writes on both that the same mail began the one and belongs to the other: two desks were asked at once. Of what is
/// confidential nothing is told elsewhere.
///
/// # Errors
/// What the database says.
pub fn link(tx: &mut Transaction, desk: &Desk, one: Request, other: Request) -> Result<(), Refused> {
    let is_hidden = |request: &Request| request.confidential || request.keeping.forgotten_at.is_some();
    if one.id == other.id || is_hidden(&one) || is_hidden(&other) {
        return Ok(());
    }
    let numbers = [one.number.clone(), other.number.clone()];
    for (request, to) in [one, other].into_iter().zip(numbers.into_iter().rev()) {
        let before = clocks::catch_up(tx, desk, request)?;
        let happened = Happened::now(desk, Actor::program(), "linked").with("to", to);
        desk.save(tx, &before, &mut before.clone(), happened)?;
    }
    Ok(())
}

/// An open request is answered, one that was resolved is opened again, unless somebody only said thanks.
fn act_for(request: &Request, author: Author) -> &'static Act {
    let is_open = request.state.is_open();
    match author {
        Author::Inside => &NOTE,
        Author::Thankful if !is_open => &NOTE,
        Author::Asker if !is_open => &REOPEN,
        Author::Asker | Author::Thankful => &REPLY,
    }
}
