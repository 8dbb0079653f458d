//! The one transaction in which a mail becomes part of a case.

use std::collections::BTreeMap;
use std::sync::Arc;

use database::{Reader, Transaction};
use mail_reader::Kind;

use crate::app::App;
use crate::channels::file_mail::leads::{self, Author};
use crate::channels::file_mail::{Understood, short};
use crate::channels::letters;
use crate::channels::mailbox::{Mailbox, plain};
use crate::channels::marks::Marks;
use crate::channels::place::{Place, untagged};
use crate::channels::sorter::Sorter;
use crate::channels::store::mails::{self, Filing, State};
use crate::channels::store::{self, Watcher};
use crate::desk::accept::{Incoming, accept};
use crate::desk::act::Refused;
use crate::desk::by_mail::{self, Author as Speaker, Written};
use crate::desk::came_in::CameIn;
use crate::desk::request::{Channel, Request};
use crate::desk::save::Desk;
use crate::desk::store as desk_store;
use crate::directory::offices;
use crate::directory::people::{self, Addressed};
use crate::events::Actor;
use crate::frame::form::clean;
use crate::id::{PersonId, RequestId, ServiceId};
use crate::problem::Problem;
use crate::settings::LONG_TEXT_LIMIT;

/// New cases that one address may begin at one mailbox within a day.
pub(super) const NEW_A_DAY: i64 = 50;

/// All that the transaction is decided on; it may be run again.
#[derive(Clone)]
pub(in crate::channels) struct Work {
    desk: Desk,
    marks: Marks,
    mailbox: Mailbox,
    /// Addresses of all desks: never in copy of anything.
    ours: Vec<String>,
    mail: Understood,
    /// What the unit's history says, where the mailbox asks it.
    sorter: Option<Arc<Sorter>>,
}

/// What a new case is made of.
#[derive(Clone, Debug)]
pub(in crate::channels) struct Beginning {
    pub address: String,
    pub name: String,
    pub subject: String,
    pub words: String,
    pub service: ServiceId,
    /// The words by which the service was found; none where somebody chose it, or nothing did.
    pub sorted_by: Vec<String>,
    pub entered_by: Option<PersonId>,
}

impl Work {
    pub(in crate::channels) fn new(
        app: &App,
        mailbox: &Mailbox,
        mailboxes: &[Mailbox],
        mail: Understood,
        sorter: Option<Arc<Sorter>>,
    ) -> Work {
        Work {
            desk: Desk::new(app),
            marks: Marks::new(&app.vault),
            mailbox: mailbox.clone(),
            ours: mailboxes.iter().map(|mailbox| mailbox.address.clone()).collect(),
            mail,
            sorter,
        }
    }

    /// What the program makes of it by itself.
    pub(super) fn run(&self, tx: &mut Transaction) -> Result<(), Refused> {
        let filing = self.decide(tx)?;
        self.close(tx, State::Kept, &filing)
    }

    /// Somebody of the unit says that it belongs to a case.
    pub(in crate::channels) fn add_by_hand(
        &self,
        tx: &mut Transaction,
        from: State,
        request: Request,
        by: &Actor,
    ) -> Result<(), Refused> {
        let address = self.mail.read.from.clone().unwrap_or_default();
        let person = people::of_email(tx, &address)?;
        let author = Author { address: &address, person: person.as_ref().map(|it| it.id) };
        let filing = match self.mail.read.kind {
            // Nobody is known to have written it: it is a note of who puts it there.
            _ if address.is_empty() => self.add_as(tx, request, by.clone(), Speaker::Inside, author)?,
            Kind::Person => {
                let speaker = self.speaker(tx, &request, author)?;
                self.add(tx, request, speaker, author, person.as_ref())?
            }
            _ => self.add(tx, request, Speaker::Inside, author, person.as_ref())?,
        };
        self.close(tx, from, &Filing { reason: "by-hand", ..filing })
    }

    /// Somebody of the unit makes a case of it.
    pub(in crate::channels) fn begin_by_hand(
        &self,
        tx: &mut Transaction,
        from: State,
        beginning: Beginning,
    ) -> Result<(), Refused> {
        let person = people::of_email(tx, &beginning.address)?;
        let filing = self.begin(tx, beginning, person)?;
        self.close(tx, from, &Filing { reason: "by-hand", ..filing })
    }

    /// Writes where the mail went, once.
    fn close(&self, tx: &mut Transaction, from: State, filing: &Filing) -> Result<(), Refused> {
        if !mails::file(tx, self.mail.mail.id, from, filing, self.desk.now)? {
            // Somebody else was first: nothing of this is kept.
            return Err(Problem::Changed.into());
        }
        let read = &self.mail.read;
        if let (Some(request), Some(id)) = (filing.request, &read.message_id) {
            let author = read.from.as_deref().unwrap_or_default();
            store::remember_id(tx, id, request, Some(self.mailbox.id), author, self.desk.now)?;
        }
        Ok(())
    }

    fn decide(&self, tx: &mut Transaction) -> Result<Filing, Refused> {
        let read = &self.mail.read;
        if let Some(reason) = reason_to_look(&self.mail) {
            return Ok(self.mail.filing(State::Quarantined, reason));
        }
        let address = read.from.clone().unwrap_or_default();
        let person = people::of_email(tx, &address)?;
        let author = Author { address: &address, person: person.as_ref().map(|it| it.id) };
        let parts = (&self.mail.mail, read);
        let leads = leads::find(tx, &self.marks, &self.mailbox, parts, author, self.desk.now)?;
        match (read.kind, leads.place()) {
            (Kind::Own, _) => Ok(self.mail.filing(State::Aside, "own")),
            (Kind::Bounce, place) => self.bounced(tx, place),
            (Kind::Automatic | Kind::List, Place::Case { number, .. }) => {
                let request = by_number(tx, &number)?;
                self.add(tx, request, Speaker::Inside, author, person.as_ref())
            }
            (Kind::Automatic | Kind::List, Place::New { .. }) => {
                Ok(self.mail.filing(State::Aside, super::kind_code(read.kind)))
            }
            (Kind::Person, Place::Case { number, .. }) => {
                let request = by_number(tx, &number)?;
                let speaker = self.speaker(tx, &request, author)?;
                self.add(tx, request, speaker, author, person.as_ref())
            }
            (Kind::Person, Place::New { named }) => {
                let begun = mails::begun_today(tx, self.mailbox.id, &address, NEW_A_DAY, self.desk.now)?;
                if begun >= NEW_A_DAY {
                    return Ok(self.mail.filing(State::Quarantined, "too-many"));
                }
                let filing = self.begin(tx, self.beginning(), person)?;
                let reason = if named.is_some() { "new-named" } else { "new" };
                Ok(Filing { reason, ..filing })
            }
        }
    }

    /// In whose name the author speaks: whoever answers to an address or id of a case was written to about it, or was
    /// passed it by somebody who was.
    fn speaker(&self, r: &mut Reader, request: &Request, author: Author<'_>) -> Result<Speaker, Problem> {
        if !leads::asked(request, author) && leads::works_on(r, request, author, self.desk.now)? {
            return Ok(Speaker::Inside);
        }
        let thanks = mail_reader::is_thanks(&self.mail.read.said);
        Ok(if thanks { Speaker::Thankful } else { Speaker::Asker })
    }

    fn add(
        &self,
        tx: &mut Transaction,
        request: Request,
        author: Speaker,
        from: Author<'_>,
        person: Option<&Addressed>,
    ) -> Result<Filing, Refused> {
        if request.keeping.forgotten_at.is_some() {
            return self.begin(tx, self.beginning(), person.cloned());
        }
        let actor = self.actor(&request, person);
        self.add_as(tx, request, actor, author, from)
    }

    fn add_as(
        &self,
        tx: &mut Transaction,
        request: Request,
        actor: Actor,
        author: Speaker,
        from: Author<'_>,
    ) -> Result<Filing, Refused> {
        let words = self.words(false);
        let written = Written {
            actor,
            words,
            files: self.mail.files.clone(),
            author,
            came_in: CameIn::Mail(self.mail.mail.id),
        };
        let confidential = request.confidential;
        let done = by_mail::add(tx, &self.desk, request, written)?;
        let (id, event) = match &done.carried_on {
            Some(new) => (new.id, 1),
            None => (done.request.id, done.request.version),
        };
        if author != Speaker::Inside && !confidential {
            self.watch(tx, id, from)?;
        }
        Ok(Filing { request: Some(id), number: Some(event), ..self.mail.filing(State::Filed, "case") })
    }

    /// The service that the words ask for, and the words that decided; confidential services are never guessed.
    fn sorted(&self) -> Option<(ServiceId, Vec<String>)> {
        let guess = self.sorter.as_ref()?.dare(&format!("{} {}", self.subject(), self.words(true)))?;
        let service = self.desk.catalogue.service(ServiceId::parse(&guess.label)?)?;
        (!service.definition.confidential).then(|| (service.id, guess.words))
    }

    /// A new case as the mail says it.
    fn beginning(&self) -> Beginning {
        let sorted = self.sorted();
        Beginning {
            address: self.mail.read.from.clone().unwrap_or_default(),
            name: self.name(),
            subject: self.subject(),
            words: self.words(true),
            service: sorted.as_ref().map_or(self.mailbox.service, |(service, _)| *service),
            sorted_by: sorted.map(|(_, words)| words).unwrap_or_default(),
            entered_by: None,
        }
    }

    fn begin(
        &self,
        tx: &mut Transaction,
        beginning: Beginning,
        person: Option<Addressed>,
    ) -> Result<Filing, Refused> {
        let service = self.desk.catalogue.service(beginning.service).cloned();
        let service = service.ok_or(Problem::Input("case-service-gone"))?;
        let is_confidential = service.definition.confidential;
        let address = beginning.address;
        // A school writes from its own address, whoever sits there.
        let office = match person.as_ref().and_then(|it| it.working_agency) {
            Some(office) => Some(office),
            None => offices::of_email(tx, &address.to_lowercase())?,
        };
        let incoming = Incoming {
            channel: Channel::Email,
            impact: service.definition.default_impact,
            urgency: service.definition.default_urgency,
            service,
            unit: self.mailbox.unit,
            office,
            office_text: String::new(),
            requester: person.as_ref().map(|it| it.id),
            requester_name: person.as_ref().map_or(beginning.name, |it| it.name.clone()),
            requester_phone: person.as_ref().map(|it| it.phone.clone()).unwrap_or_default(),
            requester_email: address.clone(),
            by_sms: false,
            entered_by: beginning.entered_by,
            subject: beginning.subject,
            description: beginning.words,
            answers: BTreeMap::new(),
            received_at: self.mail.mail.came_at,
            complete: false,
            language: person.as_ref().map_or("en", |it| it.language.as_str()).to_owned(),
            files: self.mail.files.clone(),
            follows: None,
            came_in: Some(CameIn::Mail(self.mail.mail.id)),
            source: String::new(),
        };
        let actor = Actor { person: person.as_ref().map(|it| it.id), name: incoming.requester_name.clone() };
        let accepted = accept(tx, &self.desk, &incoming, actor)?;
        if !is_confidential {
            let author = Author { address: &address, person: incoming.requester };
            self.watch(tx, accepted.id, author)?;
        }
        self.link(tx, accepted.id)?;
        let mut filing = self.mail.filing(State::Filed, "new");
        if !beginning.sorted_by.is_empty() {
            let mut because: Vec<String> = serde_json::from_str(&filing.because).unwrap_or_default();
            because.push(format!("its service was found by the words {}", beginning.sorted_by.join(", ")));
            filing.because = serde_json::json!(because).to_string();
        }
        Ok(Filing { request: Some(accepted.id), number: Some(1), ..filing })
    }

    /// The same mail may have gone to another desk too.
    fn link(&self, tx: &mut Transaction, begun: RequestId) -> Result<(), Refused> {
        for other in mails::elsewhere(tx, &self.mail.mail)? {
            let request = desk_store::by_id(tx, begun)?.ok_or(Problem::NotFound)?;
            if let Some(other) = desk_store::by_id(tx, other)? {
                by_mail::link(tx, &self.desk, request, other)?;
            }
        }
        Ok(())
    }

    /// What came back is told on its case; one that belongs to no case is put aside.
    fn bounced(&self, tx: &mut Transaction, place: Place) -> Result<Filing, Refused> {
        let Place::Case { number, .. } = place else {
            return Ok(self.mail.filing(State::Aside, "bounce"));
        };
        let request = by_number(tx, &number)?;
        if let Some(bounce) = &self.mail.read.bounce {
            let id = bounce.message_ids.first().map_or("", String::as_str);
            let recipient = bounce.recipient.as_deref().unwrap_or_default();
            let why = bounce.diagnosis.as_deref().or(bounce.status.as_deref()).unwrap_or_default();
            letters::bounced(tx, id, recipient, why, bounce.permanent, self.desk.now)?;
        }
        Ok(Filing { request: Some(request.id), ..self.mail.filing(State::Filed, "bounce") })
    }

    /// Those in copy read what the unit answers from now on.
    fn watch(&self, tx: &mut Transaction, request: RequestId, author: Author<'_>) -> Result<(), Refused> {
        let read = &self.mail.read;
        for mailbox in read.to.iter().chain(&read.cc) {
            let address = mailbox.address.to_lowercase();
            if address == author.address || self.ours.contains(&plain(&address)) || !address.contains('@') {
                continue;
            }
            let name = short(mailbox.name.as_deref().unwrap_or_default());
            store::watch(tx, request, &Watcher { address, name }, self.desk.now)?;
        }
        Ok(())
    }

    /// Who is said to have written: somebody of the directory by name, anybody else by what they call themselves, with
    /// the address, so that nobody passes for another.
    fn actor(&self, request: &Request, person: Option<&Addressed>) -> Actor {
        let address = self.mail.read.from.as_deref().unwrap_or_default();
        match person {
            Some(person) => Actor { person: Some(person.id), name: person.name.clone() },
            None if !address.is_empty() && request.requester_email.eq_ignore_ascii_case(address) => {
                Actor { person: None, name: request.requester_name.clone() }
            }
            None => Actor { person: None, name: short(&format!("{} <{address}>", self.name())) },
        }
    }

    fn name(&self) -> String {
        let read = &self.mail.read;
        let name = short(read.from_name.as_deref().unwrap_or_default());
        if name.is_empty() { short(read.from.as_deref().unwrap_or_default()) } else { name }
    }

    /// What a new case is called: the subject, else the beginning of what was written.
    fn subject(&self) -> String {
        let subject = short(&untagged(mail_reader::plain_subject(&self.mail.read.subject)));
        if !subject.is_empty() {
            return subject;
        }
        let first = self.words(true);
        let line = first.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        short(line).chars().take(80).collect()
    }

    /// What was written: all of a first mail, because what was forwarded belongs to it; of an answer what is new.
    fn words(&self, whole: bool) -> String {
        let read = &self.mail.read;
        let texts = if whole { [&read.text, &read.reply] } else { [&read.reply, &read.text] };
        let names: Vec<&str> = self.mail.files.iter().map(|file| file.name.as_str()).collect();
        let text = texts.into_iter().map(|text| clean(text).trim().to_owned()).find(|text| !text.is_empty());
        let text = text.or_else(|| Some(short(&read.subject)).filter(|subject| !subject.is_empty()));
        text.unwrap_or_else(|| names.join(", ")).chars().take(LONG_TEXT_LIMIT).collect()
    }
}

/// Why somebody must look at a mail before anything is made of it.
fn reason_to_look(mail: &Understood) -> Option<&'static str> {
    let read = &mail.read;
    let is_empty = read.text.trim().is_empty() && read.subject.trim().is_empty() && mail.files.is_empty();
    match read.kind {
        Kind::Bounce | Kind::Own => None,
        _ if mail.virus.is_some() => mail.virus,
        _ if is_empty && read.from.is_none() => Some("unreadable"),
        Kind::Person if read.from.is_none() => Some("no-author"),
        Kind::Person if is_empty => Some("empty"),
        _ => None,
    }
}

fn by_number(r: &mut Reader, number: &str) -> Result<Request, Problem> {
    desk_store::by_number(r, number)?.ok_or(Problem::NotFound)
}
