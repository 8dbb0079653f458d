//! The JSON object of a request, held against the same rules as the page.

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use crate::app::App;
use crate::desk::accept::Incoming;
use crate::desk::by_sms;
use crate::desk::catalogue::Service;
use crate::desk::form::matter::{self, ANSWERS, Matter, Typed};
use crate::desk::form::{Fault, Faults, Given, clean};
use crate::desk::request::Channel;
use crate::desk::service::Audience;
use crate::directory::lookup::{self, OfficeHit};
use crate::frame::form::FormData;
use crate::frame::languages::Language;
use crate::id::OrganisationId;
use crate::problem::Problem;
use crate::settings::SHORT_TEXT_LIMIT;
use crate::viewer::{SignedIn, Viewer};

const KEYS: [&str; 15] = [
    "service",
    "office",
    "office_id",
    "name",
    "phone",
    "email",
    "by_sms",
    "subject",
    "description",
    "answers",
    "impact",
    "urgency",
    "channel",
    "received_at",
    "language",
];

/// The texts of the object; numbers count as their digits.
struct Texts<'a> {
    object: &'a Map<String, Json>,
}

impl Texts<'_> {
    fn of(&self, key: &str) -> String {
        match self.object.get(key) {
            Some(Json::String(text)) => clean(text).trim().to_owned(),
            Some(Json::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    }
}

pub(super) async fn check(
    app: &App,
    viewer: &Viewer,
    me: &SignedIn,
    object: &Map<String, Json>,
    form: &FormData,
) -> Result<Result<Incoming, Faults>, Problem> {
    let mut faults = shape(object);
    for (name, sentence) in &form.refused {
        faults.insert(format!("files.{name}"), Fault::new(sentence));
    }
    let texts = Texts { object };
    let catalogue = app.catalogue.now();
    let found = catalogue.service_by_code(&texts.of("service")).filter(|service| !service.withdrawn);
    let Some(service) = found.filter(|service| service.definition.public || me.unit.is_some()) else {
        faults.insert("service".to_owned(), Fault::new("api-service").with("value", texts.of("service")));
        return Ok(Err(faults));
    };
    let matter = matter(service, &catalogue, me, &texts, object, form).unwrap_or_else(|wrong| {
        for (name, fault) in wrong {
            faults.entry(name).or_insert(fault);
        }
        Matter::default()
    });
    let (channel, received_at) = way(app, me, &texts, &mut faults);
    let (office, text) = office(app, me, service, &texts, &mut faults).await?;
    let home = app.calendars.unit_by_code(&app.calendars.home().code).map(|unit| unit.id);
    let own = me.unit.as_ref().map(|unit| unit.id);
    let unit = office.as_ref().and_then(|office| office.unit).or(own).or(home);
    let Some(unit) = unit.filter(|unit| app.calendars.unit(*unit).is_some()) else {
        faults.entry("office".to_owned()).or_insert_with(|| Fault::new("problem-no-unit"));
        return Ok(Err(faults));
    };
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let ticked = object.get("by_sms") == Some(&Json::Bool(true));
    let by_sms = match by_sms::wanted(app, ticked, &matter.phone) {
        Ok(by_sms) => by_sms,
        Err(fault) => return Ok(Err(Faults::from([("phone".to_owned(), fault)]))),
    };
    let Matter { subject, description, answers, impact, urgency, name, phone, email } = matter;
    let is_officer = me.unit.is_some();
    Ok(Ok(Incoming {
        channel,
        service: service.clone(),
        unit,
        office: office.as_ref().map(|office| office.id),
        office_text: office.map_or(text, |office| office.name),
        requester: (!is_officer).then_some(me.person),
        requester_name: name,
        requester_phone: phone,
        requester_email: email,
        by_sms,
        entered_by: is_officer.then_some(me.person),
        subject,
        description,
        answers,
        impact,
        urgency,
        received_at,
        complete: false,
        language: Language::from_code(&texts.of("language")).unwrap_or(viewer.language).code().to_owned(),
        files: form.files.iter().map(|(_, file)| file.clone()).collect(),
        follows: None,
        came_in: None,
        source: String::new(),
    }))
}

/// Keys that nothing is known of, and values that are no text.
fn shape(object: &Map<String, Json>) -> Faults {
    let mut faults = Faults::new();
    for (key, value) in object {
        if !KEYS.contains(&key.as_str()) {
            faults.insert(key.clone(), Fault::new("api-unknown-key").with("keys", KEYS.join(", ")));
        } else if key == "answers" {
            if !value.is_object() {
                faults.insert(key.clone(), Fault::new("api-answers"));
            }
        } else if key == "by_sms" {
            if !matches!(value, Json::Bool(_) | Json::Null) {
                faults.insert(key.clone(), Fault::new("api-truth"));
            }
        } else if !matches!(value, Json::String(_) | Json::Number(_) | Json::Null) {
            faults.insert(key.clone(), Fault::new("api-text"));
        }
    }
    faults
}

fn matter(
    service: &Service,
    catalogue: &crate::desk::catalogue::CatalogueData,
    me: &SignedIn,
    texts: &Texts<'_>,
    object: &Map<String, Json>,
    form: &FormData,
) -> Result<Matter, Faults> {
    let none = Map::new();
    let answers = object.get("answers").and_then(Json::as_object).unwrap_or(&none);
    let mut given = Given::of_json(&service.definition.fields, answers).map_err(|wrong| {
        wrong.into_iter().map(|(key, fault)| (format!("{ANSWERS}{key}"), fault)).collect::<Faults>()
    })?;
    for (name, file) in &form.files {
        if let Some(key) = name.strip_prefix(ANSWERS) {
            given.files.entry(key.to_owned()).or_default().push(file.name.clone());
        }
    }
    let (mut name, mut phone, mut email) = (texts.of("name"), texts.of("phone"), texts.of("email"));
    // Nobody is asked what we know of the token's owner.
    if name.is_empty() && phone.is_empty() && email.is_empty() {
        (name, phone, email) = (me.name.clone(), me.phone.clone(), me.email.clone());
    }
    let typed = Typed {
        subject: &texts.of("subject"),
        description: &texts.of("description"),
        impact: &texts.of("impact"),
        urgency: &texts.of("urgency"),
        name: &name,
        phone: &phone,
        email: &email,
        given,
    };
    matter::check(&service.definition, catalogue, &typed)
}

/// How and when it came: of other ways and earlier times only officers may speak.
fn way(app: &App, me: &SignedIn, texts: &Texts<'_>, faults: &mut Faults) -> (Channel, Timestamp) {
    let now = app.clock.now();
    let (channel, received) = (texts.of("channel"), texts.of("received_at"));
    let is_officer = me.unit.is_some();
    let mut way = (Channel::Api, now);
    match Channel::from_code(&channel) {
        _ if channel.is_empty() || channel == Channel::Api.code() => {}
        Some(other) if is_officer => way.0 = other,
        _ => drop(faults.insert("channel".to_owned(), Fault::new("api-channel"))),
    }
    if !received.is_empty() {
        match received.parse::<Timestamp>() {
            Ok(at) if is_officer && at <= now && at > now - jiff::SignedDuration::from_hours(24 * 366) => {
                way.1 = at;
            }
            _ => drop(faults.insert("received_at".to_owned(), Fault::new("api-received"))),
        }
    }
    way
}

async fn office(
    app: &App,
    me: &SignedIn,
    service: &Service,
    texts: &Texts<'_>,
    faults: &mut Faults,
) -> Result<(Option<OfficeHit>, String), Problem> {
    let (typed, id) = (texts.of("office"), texts.of("office_id"));
    let wanted = if id.is_empty() && typed.is_empty() && me.unit.is_none() {
        me.office
    } else {
        OrganisationId::parse(&id)
    };
    let text: String = typed.chars().take(SHORT_TEXT_LIMIT).collect();
    let name = text.clone();
    let read = app.db.read(move |r| match wanted {
        Some(id) => Ok(lookup::office(r, id)?.into_iter().collect()),
        None => lookup::office_named(r, &name),
    });
    let hits: Vec<OfficeHit> = read.await?;
    let is_for_offices = service.definition.audience.iter().all(|audience| *audience == Audience::G2G);
    match hits.as_slice() {
        [one] => return Ok((Some(one.clone()), text)),
        [] if !id.is_empty() => drop(faults.insert("office_id".to_owned(), Fault::new("api-office-id"))),
        [] if text.is_empty() && is_for_offices => {
            faults.insert("office".to_owned(), Fault::new("ask-office-missing"));
        }
        [] => {}
        several => {
            let names: Vec<String> = several
                .iter()
                .map(|office| format!("{} ({}, {})", office.id, office.name, office.parent_name))
                .collect();
            let fault = Fault::new("api-which-office").with("offices", names.join("; "));
            faults.insert("office".to_owned(), fault);
        }
    }
    Ok((None, text))
}
