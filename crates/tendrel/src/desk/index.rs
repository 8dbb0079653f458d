//! A request is found by everything that was said on it.

use database::Transaction;

use crate::desk::request::Request;
use crate::desk::store::timeline;
use crate::problem::Problem;
use crate::search;

/// The words of the request itself; `answers` are its answers as texts.
pub fn texts<'a>(request: &'a Request, answers: &'a [String]) -> Vec<&'a str> {
    let mut texts: Vec<&str> = vec![
        &request.number,
        &request.subject,
        &request.description,
        &request.office_text,
        &request.requester_name,
        &request.requester_phone,
        &request.requester_email,
        &request.resolution,
        // The number an imported request had elsewhere.
        &request.source,
    ];
    texts.extend(answers.iter().map(String::as_str));
    texts
}

/// Puts a request under all its words again, after something was said or corrected.
pub fn again(tx: &mut Transaction, request: &Request) -> Result<(), Problem> {
    let messages = timeline::messages(tx, request.id)?;
    let files = timeline::attachments(tx, request.id)?;
    let answers: Vec<String> = request.answers.values().map(ToString::to_string).collect();
    let mut texts = texts(request, &answers);
    texts.extend(files.iter().map(|file| file.name.as_str()));
    texts.extend(messages.iter().map(|message| message.body.as_str()));
    Ok(search::index(tx, request.id, request.unit, request.veiled_by(), &texts)?)
}
