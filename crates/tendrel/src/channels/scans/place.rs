//! Where a sheet belongs, by what is printed on it. A number is believed by its mark alone: paper can be copied and
//! numbers guessed, a mark cannot be made.

use database::{Reader, Transaction};
use jiff::Timestamp;

use crate::channels::marks::Marks;
use crate::channels::scans::keep::By;
use crate::channels::scans::read::{Sheet, stem};
use crate::channels::scans::store::files::ScanFile;
use crate::desk::act::Refused;
use crate::desk::by_mail::{self, Author, Written};
use crate::desk::came_in::CameIn;
use crate::desk::request::Request;
use crate::desk::save::Desk;
use crate::desk::sheet_code::SheetCode;
use crate::desk::store as desk_store;
use crate::desk::store::named;
use crate::events::Actor;
use crate::files::StoredFile;
use crate::frame::languages::{Language, text};
use crate::id::{OrganisationId, RequestId, ScanId, ServiceId};
use crate::problem::Problem;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Place {
    Case(Box<Request>),
    Tray { unit: OrganisationId, service: Option<ServiceId>, reason: &'static str },
}

/// All that the transaction is decided on; it may be run again.
#[derive(Clone)]
pub(super) struct Work {
    pub desk: Desk,
    pub marks: Marks,
    pub file: ScanFile,
    pub now: Timestamp,
}

impl Work {
    /// What a code means here; an empty one means nothing.
    pub(super) fn place(&self, tx: &mut Transaction, code: &str) -> Result<Place, Problem> {
        let here = |reason| Place::Tray { unit: self.file.unit, service: None, reason };
        if code.is_empty() {
            return Ok(here("no-code"));
        }
        let Some(code) = SheetCode::parse(code) else { return Ok(here("code-torn")) };
        let Some(unit) = self.desk.calendars.unit_by_code(&code.unit) else {
            return Ok(here("unit-unknown"));
        };
        if let Some(case) = &code.case {
            if !self.marks.is_on_paper(&case.number, &case.mark) {
                return Ok(here("mark-wrong"));
            }
            let Some(request) = by_number(tx, &case.number)? else { return Ok(here("number-unknown")) };
            return Ok(Place::Case(Box::new(request)));
        }
        let offered = self.desk.catalogue.service_by_code(&code.service).filter(|service| !service.withdrawn);
        let Some(service) = offered else {
            return Ok(Place::Tray { unit: unit.id, service: None, reason: "service-unknown" });
        };
        let unit = match service.definition.confidential {
            true => named::unit_for(tx, service.id, unit.id, self.now)?,
            false => unit.id,
        };
        let reason = if code.version == service.version { "form" } else { "form-old" };
        Ok(Place::Tray { unit, service: Some(service.id), reason })
    }

    /// Adds a sheet to the case that it belongs to, as the one who asked would answer by mail. The case and the number
    /// of the event; `None` when nothing may be added to it any more.
    pub(super) fn add(
        &self,
        tx: &mut Transaction,
        id: ScanId,
        request: Request,
        sheet: &Sheet,
        is_whole: bool,
    ) -> Result<Option<(RequestId, i64)>, Problem> {
        let language = Language::from_code(&request.language).unwrap_or(Language::English);
        let words = text(language, false, "scan-came-back", &[("n", sheet.pages.len().into())]);
        let pictures = sheet.pages.iter().map(|(picture, ..)| picture.clone()).collect();
        let whole = is_whole.then(|| original(tx, &self.file)).transpose()?.flatten();
        let written = Written {
            // Whoever sent the sheet back speaks for the one who asked, and is recorded as nobody who signed in.
            actor: Actor { person: None, name: request.requester_name.clone() },
            words,
            files: on_case(whole, pictures),
            author: Author::Asker,
            came_in: CameIn::Scan(id, By::channel(&self.file.came_by)),
        };
        match tx.attempt(|tx| by_mail::add(tx, &self.desk, request, written)) {
            Ok(done) => Ok(Some(match &done.carried_on {
                Some(new) => (new.id, 1),
                None => (done.request.id, done.request.version),
            })),
            Err(Refused::Problem(problem)) => Err(problem),
            Err(_) => Ok(None),
        }
    }
}

/// Files of a sheet as they hang on a case: its pictures, and the file as it came where that holds more than a picture.
pub(super) fn on_case(whole: Option<StoredFile>, pictures: Vec<StoredFile>) -> Vec<StoredFile> {
    let is_picture = |file: &StoredFile| matches!(file.media_type.as_str(), "image/png" | "image/jpeg");
    let has_pictures = !pictures.is_empty();
    let whole = whole.filter(|file| !(has_pictures && is_picture(file)));
    whole.into_iter().chain(pictures).collect()
}

/// The file as it came.
fn original(r: &mut Reader, file: &ScanFile) -> Result<Option<StoredFile>, Problem> {
    let Some(hash) = file.hash.clone() else { return Ok(None) };
    let sql = "SELECT size, media_type FROM files WHERE hash = $1";
    let name = file.name.clone();
    Ok(r.row(sql, &[hash.as_slice().into()], |row| {
        Ok(StoredFile {
            hash: hash.clone(),
            size: row.get("size")?,
            media_type: row.get("media_type")?,
            name: name.clone(),
        })
    })?)
}

/// What a picture is called on a case.
pub(super) fn picture_name(file: &str, page: i64) -> String {
    format!("{}-{page}.png", stem(file))
}

fn by_number(r: &mut Reader, number: &str) -> Result<Option<Request>, Problem> {
    Ok(desk_store::by_number(r, number)?)
}
