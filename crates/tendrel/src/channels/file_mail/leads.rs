//! What leads from a mail to cases: looked up here, judged in `place.rs`.

use database::{Error, Reader};
use mail_reader::Mail as Read;

use crate::channels::mailbox::Mailbox;
use crate::channels::marks::Marks;
use crate::channels::place::{Candidate, Leads, tags};
use crate::channels::store::known;
use crate::channels::store::mails::Mail;
use crate::desk::request::Request;
use crate::desk::store::{self as desk_store, people};
use crate::id::PersonId;
use jiff::Timestamp;

/// Who wrote, as far as the address says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Author<'a> {
    pub address: &'a str,
    pub person: Option<PersonId>,
}

pub(super) fn find(
    r: &mut Reader,
    marks: &Marks,
    mailbox: &Mailbox,
    (mail, read): (&Mail, &Read),
    author: Author<'_>,
    now: Timestamp,
) -> Result<Leads, Error> {
    let mut leads = Leads::default();
    let recipients = read.to.iter().chain(&read.cc).map(|it| it.address.as_str());
    let recipients = recipients.chain(read.delivered_to.iter().map(String::as_str));
    for number in recipients.chain([mail.recipient.as_str()]).filter_map(|it| marks.number(it)) {
        leads.by_address.extend(candidate(r, &number, mailbox, author, now)?);
    }
    // The last is what was answered.
    let mut ids: Vec<String> = read.references.clone();
    ids.extend(read.in_reply_to.clone());
    ids.reverse();
    // What came back says what it was.
    let came_back = read.bounce.iter().flat_map(|bounce| bounce.message_ids.clone());
    ids.splice(0..0, came_back);
    ids.dedup();
    ids.truncate(known::IDS_LIMIT);
    for number in ids.iter().filter_map(|id| marks.number(id)) {
        leads.by_our_id.extend(candidate(r, &number, mailbox, author, now)?);
    }
    if leads.by_address.is_empty() && leads.by_our_id.is_empty() {
        let known = known::ids(r, &ids)?;
        for id in &ids {
            for found in known.iter().filter(|found| found.message_id == *id) {
                if let Some(request) = desk_store::by_id(r, found.request)? {
                    let is_near = found.mailbox == Some(mailbox.id) || request.unit == mailbox.unit;
                    let number = request.number.clone();
                    leads.by_known_id.push(Candidate { number, is_near, knows_author: false });
                }
            }
        }
        for number in tags(&read.subject) {
            leads.by_subject.extend(candidate(r, &number, mailbox, author, now)?);
        }
    }
    Ok(leads)
}

fn candidate(
    r: &mut Reader,
    number: &str,
    mailbox: &Mailbox,
    author: Author<'_>,
    now: Timestamp,
) -> Result<Option<Candidate>, Error> {
    let Some(request) = desk_store::by_number(r, number)? else { return Ok(None) };
    let knows_author = belongs(r, &request, author, now)?;
    Ok(Some(Candidate { number: request.number, is_near: request.unit == mailbox.unit, knows_author }))
}

/// Did the author ask for it, or stand in copy, or do they work on it?
pub(super) fn belongs(
    r: &mut Reader,
    request: &Request,
    author: Author<'_>,
    now: Timestamp,
) -> Result<bool, Error> {
    if author.address.is_empty() {
        return Ok(false);
    }
    Ok(asked(request, author)
        || known::watches(r, request.id, author.address)?
        || works_on(r, request, author, now)?)
}

/// Is the author the one who asked?
pub(super) fn asked(request: &Request, author: Author<'_>) -> bool {
    request.requester_email.eq_ignore_ascii_case(author.address)
        || author.person.is_some() && author.person == request.requester
}

/// Does the author look after this request in the unit that has it?
pub(super) fn works_on(
    r: &mut Reader,
    request: &Request,
    author: Author<'_>,
    now: Timestamp,
) -> Result<bool, Error> {
    let Some(person) = author.person else { return Ok(false) };
    Ok(match request.veiled_by() {
        Some(service) => people::named_officers(r, request.unit, service, now)?.contains(&person),
        None => people::officers(r, request.unit, now)?.iter().any(|(officer, _)| *officer == person),
    })
}
