//! What the officer typed, and whom and what it means.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::desk::accept::Incoming;
use crate::desk::by_sms;
use crate::desk::catalogue::{CatalogueData, Service};
use crate::desk::form::matter::{self, Matter, Typed};
use crate::desk::form::{Fault, Faults, Given};
use crate::desk::log_call::at_once::Solved;
use crate::desk::request::Channel;
use crate::desk::store;
use crate::directory::lookup::{self, OfficeHit, PersonHit};
use crate::frame::form::FormData;
use crate::id::{OrganisationId, PersonId};
use crate::problem::Problem;
use crate::search::fold;
use crate::settings::{LONG_TEXT_LIMIT, SHORT_TEXT_LIMIT};
use crate::viewer::Viewer;

/// The ways in that an officer writes down; the first is the usual one.
pub(crate) const CHANNELS: [Channel; 5] =
    [Channel::Phone, Channel::WalkIn, Channel::Letter, Channel::Fax, Channel::Email];

/// A paper that lay for longer than this has a mistyped date.
const LONGEST_BACK: SignedDuration = SignedDuration::from_hours(24 * 366);
const PEOPLE_SHOWN: i64 = 8;

/// What is shown again, whatever happens.
#[derive(Clone, Debug, Default)]
pub(crate) struct Input {
    form: FormData,
    /// Typed, or filled in from the person that was found.
    pub(crate) name: String,
    pub(crate) office: String,
    pub(crate) phone: String,
    pub(crate) email: String,
    pub(crate) person: Option<PersonId>,
    /// People that may be meant; empty when nobody was looked for.
    pub(crate) people: Vec<PersonHit>,
    pub(crate) has_looked: bool,
}

/// What the directory and the desk know about it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    person: Option<PersonHit>,
    offices: Vec<OfficeHit>,
    /// Open requests of the same office for the same service: number, subject, since when.
    pub(crate) same: Vec<(String, String, Timestamp)>,
}

/// Checked, and ready for the door.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) incoming: Incoming,
    /// The officer who writes it down takes it.
    pub(crate) taken: bool,
    pub(crate) solved: Option<Solved>,
}

impl Input {
    pub(crate) fn of(form: FormData) -> Input {
        let text = |name: &str| form.text(name).to_owned();
        Input {
            name: text("name"),
            office: text("office"),
            phone: text("phone"),
            email: text("email"),
            person: PersonId::parse(form.text("person")),
            form,
            ..Input::default()
        }
    }

    pub(crate) fn form(&self) -> &FormData {
        &self.form
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.form.text(name)
    }

    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.form.text(name) == "yes"
    }

    /// Which button was pressed.
    pub(crate) fn wanted(&self) -> &str {
        self.form.text("do")
    }

    pub(crate) fn has_seen_same(&self) -> bool {
        self.form.text("same") == "seen"
    }

    pub(crate) fn channel(&self) -> Channel {
        let typed = Channel::from_code(self.form.text("channel"));
        typed.filter(|channel| CHANNELS.contains(channel)).unwrap_or(CHANNELS[0])
    }

    pub(crate) fn given(&self) -> Given {
        Given::of_page(&self.form)
    }

    /// The service that was typed or chosen: by its code, or by its whole name.
    pub(crate) fn service(&self, catalogue: &CatalogueData) -> Option<Arc<Service>> {
        let typed = self.form.text("service");
        let wanted = fold(typed);
        let is_meant = |service: &&Arc<Service>| {
            let definition = &service.definition;
            definition.code == typed
                || !wanted.is_empty()
                    && (fold(&definition.name) == wanted || fold(&definition.name_dz) == wanted)
        };
        catalogue.services.iter().filter(|service| !service.withdrawn).find(is_meant).cloned()
    }

    /// People with this name, telephone number or office.
    pub(crate) async fn find_people(&mut self, app: &App) -> Result<(), Problem> {
        let typed = self.name.clone();
        self.people = app.db.read(move |r| lookup::find_people(r, &typed, None, PEOPLE_SHOWN)).await?;
        self.has_looked = true;
        Ok(())
    }

    /// Fills in what the directory knows of the person that was chosen.
    pub(crate) async fn use_person(&mut self, app: &App) -> Result<(), Problem> {
        let Some(id) = self.person else {
            return Ok(());
        };
        if let Some(person) = app.db.read(move |r| lookup::person(r, id)).await? {
            let PersonHit { name, office_name, phone, email, .. } = person;
            (self.name, self.office, self.phone, self.email) = (name, office_name, phone, email);
        }
        Ok(())
    }

    /// One look-up for all that is asked of the database.
    pub(crate) async fn look_up(&self, app: &App) -> Result<Known, Problem> {
        let (person, office) = (self.person, self.office.clone());
        let service = self.service(&app.catalogue.now()).map(|service| service.id);
        let read = app.db.read(move |r| {
            let person = person.map(|id| lookup::person(r, id)).transpose()?.flatten();
            let office: String = office.chars().take(SHORT_TEXT_LIMIT).collect();
            let own = person.as_ref().filter(|person| person.office_name == office);
            let offices = match own.and_then(|person| person.office_id) {
                Some(id) => lookup::office(r, id)?.into_iter().collect(),
                None => lookup::office_named(r, &office)?,
            };
            let same = match (offices.as_slice(), service) {
                ([office], Some(service)) => store::open_of_same_matter(r, office.id, service)?,
                _ => Vec::new(),
            };
            Ok::<_, database::Error>(Known { person, offices, same })
        });
        Ok(read.await?)
    }

    /// `channels` are those that the page offers.
    pub(crate) fn check(
        &self,
        app: &App,
        viewer: &Viewer,
        known: &Known,
        channels: &[Channel],
    ) -> Result<Call, Faults> {
        let catalogue = app.catalogue.now();
        let mut faults = Faults::new();
        let is_offered = |code| Channel::from_code(code).is_some_and(|channel| channels.contains(&channel));
        if self.form.given("channel").is_some_and(|code| !is_offered(code)) {
            faults.insert("channel".to_owned(), Fault::new("call-channel-missing"));
        }
        let received_at = self.received(app).unwrap_or_else(|fault| {
            faults.insert("received".to_owned(), fault);
            app.clock.now()
        });
        let solved = self.solved(&catalogue, &mut faults);
        let office = self.office_of(known, &mut faults);
        let caller = self.form.text("caller");
        if caller.chars().count() > SHORT_TEXT_LIMIT {
            faults.insert("caller".to_owned(), too_long(SHORT_TEXT_LIMIT, caller));
        }
        let by_sms = by_sms::wanted(app, self.is_on("by_sms"), &self.phone).unwrap_or_else(|fault| {
            faults.insert("reach".to_owned(), fault);
            false
        });
        let Some(service) = self.service(&catalogue) else {
            faults.insert("service".to_owned(), Fault::new("call-service-missing"));
            return Err(faults);
        };
        let matter = matter::check(&service.definition, &catalogue, &self.typed()).unwrap_or_else(|wrong| {
            faults.extend(wrong);
            Matter::default()
        });
        let own_unit = viewer.signed_in.as_ref().and_then(|me| me.unit.as_ref()).map(|unit| unit.id);
        let unit = office.as_ref().and_then(|office| office.unit).or(own_unit);
        let unit = unit.filter(|unit| app.calendars.unit(*unit).is_some()).or(own_unit);
        let (Some(unit), true) = (unit, faults.is_empty()) else {
            return Err(faults);
        };
        let mut incoming = self.incoming(viewer, service, matter, office, unit, received_at, known);
        incoming.by_sms = by_sms;
        let me = viewer.signed_in.as_ref().filter(|me| me.works_in(unit));
        Ok(Call {
            taken: me.is_some() && (self.is_on("take") || solved.is_some()),
            solved: solved.filter(|_| me.is_some()),
            incoming,
        })
    }

    fn typed(&self) -> Typed<'_> {
        Typed {
            subject: self.form.text("subject"),
            description: self.form.text("description"),
            impact: self.form.text("impact"),
            urgency: self.form.text("urgency"),
            name: &self.name,
            phone: &self.phone,
            email: &self.email,
            given: self.given(),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "each is one thing that was found out, used here only")]
    fn incoming(
        &self,
        viewer: &Viewer,
        service: Arc<Service>,
        matter: Matter,
        office: Option<OfficeHit>,
        unit: OrganisationId,
        received_at: Timestamp,
        known: &Known,
    ) -> Incoming {
        let Matter { subject, mut description, answers, impact, urgency, name, phone, email } = matter;
        let caller = self.form.text("caller");
        if !caller.is_empty() {
            let said = crate::frame::languages::text(
                viewer.language,
                false,
                "call-said-by",
                &[("name", caller.into())],
            );
            description = if description.is_empty() { said } else { format!("{description}\n\n{said}") };
        }
        let person = known.person.as_ref().filter(|person| fold(&person.name) == fold(&name));
        Incoming {
            channel: self.channel(),
            service,
            unit,
            office: office.as_ref().map(|office| office.id),
            office_text: office.map_or_else(|| self.office.clone(), |office| office.name),
            requester: person.map(|person| person.id),
            requester_name: name,
            requester_phone: phone,
            requester_email: email,
            by_sms: false,
            entered_by: viewer.signed_in.as_ref().map(|me| me.person),
            subject,
            description,
            answers,
            impact,
            urgency,
            received_at,
            complete: self.is_on("complete"),
            language: viewer.language.code().to_owned(),
            files: self.form.files.iter().map(|(_, file)| file.clone()).collect(),
            follows: None,
            came_in: None,
            source: String::new(),
        }
    }

    /// When it reached the unit: now, unless another time of the past year was typed.
    fn received(&self, app: &App) -> Result<Timestamp, Fault> {
        let now = app.clock.now();
        let Some(typed) = self.form.given("received") else {
            return Ok(now);
        };
        let local: jiff::civil::DateTime =
            typed.replace(' ', "T").parse().map_err(|_| Fault::new("call-received-read"))?;
        let zoned = local.to_zoned(app.calendars.zone()).map_err(|_| Fault::new("call-received-read"))?;
        let at = zoned.timestamp();
        if at > now + SignedDuration::from_mins(1) {
            return Err(Fault::new("call-received-future"));
        }
        if at < now - LONGEST_BACK {
            return Err(Fault::new("call-received-old"));
        }
        Ok(at.min(now))
    }

    fn solved(&self, catalogue: &CatalogueData, faults: &mut Faults) -> Option<Solved> {
        if !self.is_on("solved") {
            return None;
        }
        let (cause, words) = (self.form.text("cause"), self.form.text("resolution"));
        if catalogue.cause_name(cause).is_none() {
            faults.insert("cause".to_owned(), Fault::new("call-cause-missing"));
        }
        if words.is_empty() {
            faults.insert("resolution".to_owned(), Fault::new("call-resolution-missing"));
        } else if words.chars().count() > LONG_TEXT_LIMIT {
            faults.insert("resolution".to_owned(), too_long(LONG_TEXT_LIMIT, words));
        }
        Some(Solved { cause: cause.to_owned(), words: words.to_owned() })
    }

    /// The office meant; among several of a name the officer is asked to type the parent's too.
    fn office_of(&self, known: &Known, faults: &mut Faults) -> Option<OfficeHit> {
        if self.office.chars().count() > SHORT_TEXT_LIMIT {
            faults.insert("office".to_owned(), too_long(SHORT_TEXT_LIMIT, &self.office));
        }
        match known.offices.as_slice() {
            [one] => Some(one.clone()),
            [] => None,
            several => {
                let names =
                    several.iter().take(4).map(|office| format!("{}, {}", office.name, office.parent_name));
                let fault =
                    Fault::new("call-which-office").with("names", names.collect::<Vec<_>>().join("; "));
                faults.entry("office".to_owned()).or_insert(fault);
                None
            }
        }
    }
}

fn too_long(limit: usize, text: &str) -> Fault {
    Fault::new("matter-too-long").with("limit", limit).with("length", text.chars().count())
}
