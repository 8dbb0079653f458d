//! What the public form sent, and which office is meant.

use database::Error;

use crate::app::App;
use crate::desk::catalogue::{CatalogueData, Service};
use crate::desk::form::matter::{self, ANSWERS, Matter, Typed};
use crate::desk::form::{Fault, Faults, Given, PREFIX};
use crate::desk::service::Audience;
use crate::directory::lookup::{self, OfficeHit};
use crate::files::hex;
use crate::frame::form::FormData;
use crate::id::OrganisationId;
use crate::problem::Problem;
use crate::search::fold;
use crate::secret;
use crate::settings::SHORT_TEXT_LIMIT;
use crate::viewer::Viewer;

/// The office as far as it is known, and the unit that takes the request.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Office {
    pub(super) id: Option<OrganisationId>,
    pub(super) text: String,
    pub(super) unit: OrganisationId,
}

/// What the look-up of a typed office came to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Found {
    Office(Office),
    /// Several bear the name.
    Which(Vec<OfficeHit>),
    /// Nobody serves it and there is no unit for strangers.
    Nobody,
}

pub(super) struct Input<'a> {
    typed: Typed<'a>,
    office: &'a str,
    office_id: Option<OrganisationId>,
    refused: &'a [(String, &'static str)],
}

/// Why a form comes back.
#[derive(Clone, Debug, Default)]
pub(super) struct Refused {
    pub(super) faults: Faults,
    /// Names of files with the key of the sentence.
    pub(super) files: Vec<(String, &'static str)>,
    pub(super) which: Vec<OfficeHit>,
}

/// A form that comes back for one reason.
pub(super) fn refused(field: &str, fault: Fault) -> Refused {
    Refused { faults: Faults::from([(field.to_owned(), fault)]), ..Refused::default() }
}

impl<'a> Input<'a> {
    pub(super) fn of(form: &'a FormData) -> Input<'a> {
        Input {
            typed: Typed {
                subject: form.text("subject"),
                description: form.text("description"),
                impact: form.text("impact"),
                urgency: form.text("urgency"),
                name: form.text("name"),
                phone: form.text("phone"),
                email: form.text("email"),
                given: Given::of_page(form),
            },
            office: form.text("office"),
            office_id: OrganisationId::parse(form.text("office-id")),
            refused: &form.refused,
        }
    }

    /// Holds everything against the rules at once, so that everything that is wrong is said at once.
    pub(super) fn check(
        &self,
        service: &Service,
        catalogue: &CatalogueData,
        found: Found,
    ) -> Result<(Matter, Office), Refused> {
        let mut refused = Refused { files: self.refused.to_vec(), ..Refused::default() };
        let checked = matter::check(&service.definition, catalogue, &self.typed);
        let matter = match checked {
            Ok(matter) => Some(matter),
            Err(faults) => {
                refused.faults = faults;
                None
            }
        };
        if let Some(fault) = self.office_fault(service) {
            refused.faults.insert("office".to_owned(), fault);
        }
        let office = match found {
            Found::Office(office) => Some(office),
            Found::Which(hits) => {
                refused
                    .faults
                    .entry("office-id".to_owned())
                    .or_insert_with(|| Fault::new("ask-which-office"));
                refused.which = hits;
                None
            }
            Found::Nobody => {
                let fault = || Fault::new("ask-office-unserved");
                refused.faults.entry("office".to_owned()).or_insert_with(fault);
                None
            }
        };
        match (matter, office) {
            (Some(matter), Some(office)) if refused.faults.is_empty() && refused.files.is_empty() => {
                Ok((matter, office))
            }
            _ => Err(refused),
        }
    }

    fn office_fault(&self, service: &Service) -> Option<Fault> {
        let length = self.office.chars().count();
        if length > SHORT_TEXT_LIMIT {
            let fault = Fault::new("matter-too-long").with("limit", SHORT_TEXT_LIMIT);
            return Some(fault.with("length", length));
        }
        let is_for_offices = service.definition.audience.iter().all(|audience| *audience == Audience::G2G);
        (is_for_offices && self.office.is_empty()).then(|| Fault::new("ask-office-missing"))
    }
}

/// Names of faults as the names of the page's fields.
pub fn field_of(fault: &str) -> String {
    match (fault, fault.strip_prefix(ANSWERS)) {
        (_, Some(key)) => format!("{PREFIX}{key}"),
        ("reach", None) => "phone".to_owned(),
        (other, None) => other.to_owned(),
    }
}

/// Which office is meant: the one chosen among several, the only one of that name, or none that we know; then the
/// unit of the public page takes it.
pub(super) async fn find_office(
    app: &App,
    viewer: &Viewer,
    service: &Service,
    input: &Input<'_>,
) -> Result<Found, Problem> {
    let home = app.calendars.unit_by_code(&app.calendars.home().code).map(|unit| unit.id);
    let text: String = input.office.chars().take(SHORT_TEXT_LIMIT).collect();
    // Nothing is asked of the database for a form that will come back anyway.
    if text.is_empty() {
        let unknown = |unit| Found::Office(Office { id: None, text: String::new(), unit });
        return Ok(home.map_or(Found::Nobody, unknown));
    }
    let own = viewer.signed_in.as_ref().filter(|me| me.office_name == text).and_then(|me| me.office);
    let chosen = input.office_id;
    let typed = text.clone();
    let hits = app.db.read(move |r| {
        let one = |hit: Option<OfficeHit>| Ok::<_, Error>(hit.into_iter().collect::<Vec<_>>());
        match own {
            Some(own) => one(lookup::office(r, own)?),
            None => lookup::office_named(r, &typed),
        }
    });
    let hits = hits.await?;
    let is_chosen = |hit: &&OfficeHit| Some(hit.id) == chosen;
    let hit = match hits.as_slice() {
        [one] => Some(one),
        several => several.iter().find(is_chosen),
    };
    if let Some(hit) = hit {
        let unit = hit.unit.filter(|unit| app.calendars.unit(*unit).is_some()).or(home);
        let office = |unit| Found::Office(Office { id: Some(hit.id), text: hit.name.clone(), unit });
        return Ok(unit.map_or(Found::Nobody, office));
    }
    tracing::debug!(
        service = service.definition.code,
        "the office {:?} is not in the directory",
        fold(&text)
    );
    if hits.len() > 1 && !input.none_of_these() {
        return Ok(Found::Which(hits));
    }
    Ok(home.map_or(Found::Nobody, |unit| Found::Office(Office { id: None, text, unit })))
}

impl Input<'_> {
    /// Somebody looked at the offices of that name and said that it is another.
    fn none_of_these(&self) -> bool {
        self.office_id.is_some_and(|id| id.uuid().is_nil())
    }
}

/// The secret of the link: made of the key in the form and of all that was sent, so that a second press of the button
/// finds the first one's record, and another matter sent from the same page is another record.
pub fn secret_of(form: &FormData) -> String {
    let key = form.text("key");
    if !(20..=64).contains(&key.len()) || !key.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return secret::new();
    }
    let mut parts: Vec<&[u8]> = vec![b"public form"];
    for (name, value) in form.fields() {
        parts.extend([name.as_bytes(), value.as_bytes()]);
    }
    parts.extend(form.files.iter().map(|(_, file)| file.hash.as_slice()));
    secret::derived(&parts)
}

/// Files that came with an earlier try of this form are taken from the disk again: nobody chooses a photo twice.
///
/// # Errors
/// When the disk cannot be read.
pub async fn take_kept(app: &App, form: &mut FormData) -> Result<(), Problem> {
    let kept: Vec<String> = form.all("kept").into_iter().map(str::to_owned).collect();
    for line in kept.into_iter().take(crate::settings::ATTACHMENTS_LIMIT) {
        let mut parts = line.splitn(3, ':');
        let (Some(field), Some(hash), Some(name)) = (parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        match app.files.kept(hash, name).await {
            Ok(Some(file)) => form.files.push((field.to_owned(), file)),
            Ok(None) => {}
            // The page keeps it for the next try.
            Err(Problem::FilesAway) => form.not_found_again(field, hash, name),
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

/// How the page keeps a file that came: field, hash and name.
pub fn kept_line(field: &str, file: &crate::files::StoredFile) -> String {
    format!("{field}:{}:{}", hex(&file.hash), file.name)
}
