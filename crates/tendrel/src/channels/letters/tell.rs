//! The job that tells people of an event: it decides who gets which letter and writes them down; `post` sends them.
//!
//! Told twice it writes nothing new: a letter is known by the event, its kind and its address.

use database::{Error, Reader, Transaction};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::app::App;
use crate::channels::letters::kind::Kind;
use crate::channels::letters::say::{self, To};
use crate::channels::letters::values::{self, About};
use crate::channels::letters::whom::{self, Happening, Whom};
use crate::channels::letters::{limits, remind, store, thread};
use crate::channels::store as mail;
use crate::channels::{mailbox, sms};
use crate::desk::notices as looks_after;
use crate::desk::store::letters::{self, Letter, LetterState};
use crate::desk::store::sms::Sms;
use crate::desk::store::{notices, people};
use crate::events::Actor;
use crate::frame::languages::Language;
use crate::id::{PersonId, RequestId};
use crate::problem::Problem;

#[derive(Debug, Deserialize)]
struct Told {
    request: RequestId,
    number: i64,
}

pub async fn run(app: &App, payload: &Json) -> Result<(), Problem> {
    let told: Told = serde_json::from_value(payload.clone()).map_err(anyhow::Error::from)?;
    if !app.mailer.is_on() && !app.mobile.is_on() {
        return Ok(());
    }
    let asker = app.clone();
    let read = app.db.read(move |r| {
        let Some(about) = values::read(r, &asker, told.request, told.number)? else { return Ok(None) };
        let (letters, texts) = said(r, &asker, &about)?;
        Ok::<_, Problem>(Some((about, letters, texts)))
    });
    let Some((about, letters, texts)) = read.await? else { return Ok(()) };
    let writer = app.clone();
    app.db
        .write(move |tx| {
            for letter in &letters {
                write(tx, &writer, letter.clone(), &about)?;
            }
            for text in &texts {
                sms::say::write(tx, &writer, text.clone())?;
            }
            remind::plan(tx, &writer, &about)
        })
        .await
}

/// What an event says to whom, by e-mail and by SMS.
fn said(r: &mut Reader, app: &App, about: &About) -> Result<(Vec<Letter>, Vec<Sms>), Problem> {
    let (mut letters, mut texts) = (Vec::new(), Vec::new());
    for (kind, whom) in whom::told(&happening(about)) {
        for to in people_of(r, app, about, whom)? {
            if to.person.is_some() && to.person == about.event.actor.person && kind != Kind::Received {
                continue;
            }
            if app.mailer.is_on() && to.choices.wants(kind) && !to.address.trim().is_empty() {
                letters.push(say::letter(r, app, about, kind, &to)?);
            }
            texts.extend(sms::say::text(r, app, about, kind, &to)?);
        }
    }
    Ok((letters, texts))
}

fn mobile(app: &App, phone: &str) -> Option<String> {
    app.mobile.numbers()?.normal(phone)
}

fn happening(about: &About) -> Happening<'_> {
    let About { request, event, desk, .. } = about;
    let is_program = event.actor == Actor::program();
    let by_requester = match event.actor.person {
        Some(person) => request.requester == Some(person),
        None => !is_program && event.actor.name == request.requester_name,
    };
    let reason = event.detail.get("reason").and_then(Json::as_str).unwrap_or_default();
    Happening {
        activity: &event.activity,
        detail: &event.detail,
        by_requester,
        waits_for_requester: desk.catalogue.hold_reason(reason).is_some_and(|it| it.waits_for == "requester"),
        confidential: request.confidential,
    }
}

fn people_of(r: &mut Reader, app: &App, about: &About, whom: Whom) -> Result<Vec<To>, Error> {
    let request = &about.request;
    let now = about.desk.now;
    let officers = match whom {
        Whom::Requester => return Ok(vec![requester(r, app, about)?]),
        Whom::Watchers => {
            let language = Language::from_code(&request.language).unwrap_or(Language::English);
            let asked = request.requester_email.trim().to_lowercase();
            let watchers = mail::watchers(r, request.id)?.into_iter().filter(|it| it.address != asked);
            let to = watchers.map(|watcher| To {
                name: watcher.name,
                address: watcher.address,
                mobile: None,
                person: None,
                language,
                bears: false,
                has_account: false,
                choices: Default::default(),
            });
            return Ok(to.collect());
        }
        Whom::Officer => {
            let given = about.event.detail.get("to_id").and_then(Json::as_str).and_then(PersonId::parse);
            given.into_iter().collect()
        }
        Whom::LooksAfter => looks_after::who_looks_after(r, request, now)?,
        Whom::Unit => match request.veiled_by() {
            Some(service) => people::named_officers(r, request.unit, service, now)?,
            None => people::officers(r, request.unit, now)?.into_iter().map(|(person, _)| person).collect(),
        },
    };
    everybody(r, app, about, officers)
}

/// These people and whoever stands in for them; of a confidential case nobody stands in.
fn everybody(r: &mut Reader, app: &App, about: &About, mut people: Vec<PersonId>) -> Result<Vec<To>, Error> {
    if !about.request.confidential {
        people.extend(people::stand_ins(r, &people, about.desk.now)?);
    }
    people.sort_unstable();
    people.dedup();
    let mut to = Vec::new();
    for person in people {
        // Who may not sign in any more looks after nothing.
        let Some(found) = store::addressee(r, person)?.filter(|found| found.has_account) else { continue };
        to.push(To {
            name: found.name,
            mobile: mobile(app, &found.phone),
            address: found.address,
            person: Some(person),
            language: Language::from_code(&found.language).unwrap_or(Language::English),
            bears: false,
            has_account: true,
            choices: store::choices(r, person)?,
        });
    }
    Ok(to)
}

/// The one who asked, at the address and the number given with the request.
pub fn requester(r: &mut Reader, app: &App, about: &About) -> Result<To, Error> {
    let request = &about.request;
    let known = match request.requester {
        Some(person) => store::addressee(r, person)?,
        None => None,
    };
    let choices = match request.requester {
        Some(person) => store::choices(r, person)?,
        None => Default::default(),
    };
    let given = request.requester_email.trim().to_owned();
    let own = known.as_ref().map(|it| it.address.clone()).unwrap_or_default();
    let own_phone = || known.as_ref().and_then(|it| mobile(app, &it.phone));
    let language = known.as_ref().filter(|it| it.has_account).map_or(&request.language, |it| &it.language);
    Ok(To {
        name: request.requester_name.clone(),
        address: if given.is_empty() { own } else { given },
        mobile: mobile(app, &request.requester_phone).or_else(own_phone),
        person: request.requester,
        language: Language::from_code(language).unwrap_or(Language::English),
        bears: true,
        has_account: known.is_some_and(|it| it.has_account),
        choices,
    })
}

/// Writes a letter down unless it is there, or the limits say no: then it says why it was not sent.
pub fn write(tx: &mut Transaction, app: &App, mut letter: Letter, about: &About) -> Result<(), Problem> {
    let own = mail::mailboxes(tx)?.iter().any(|it| it.takes(&letter.address));
    let is_ours = own || mailbox::plain(&letter.address) == thread::own_address(app);
    if is_ours || !limits::may_be_written_to(&letter.address) {
        refuse(&mut letter, "nobody reads at this address");
    } else {
        limit(tx, app, &mut letter)?;
    }
    let once = letters::once(about.request.id.uuid(), letter.number, &letter.kind, &letter.address);
    if letters::insert(tx, &letter, &once)? && letter.state == LetterState::Waiting {
        mail::remember_id(
            tx,
            &letter.message_id,
            about.request.id,
            about.sender.mailbox,
            "",
            letter.made_at,
        )?;
    }
    Ok(())
}

fn refuse(letter: &mut Letter, why: &str) {
    letter.state = LetterState::Failed;
    why.clone_into(&mut letter.fault);
}

/// Nobody gets more than so many a day, and all are held back when there are too many in an hour.
pub fn limit(tx: &mut Transaction, app: &App, letter: &mut Letter) -> Result<(), Problem> {
    if !letter.automatic {
        return Ok(());
    }
    let (settings, now) = (&app.settings.letters, letter.made_at);
    let day = now - SignedDuration::from_hours(24);
    if letters::automatic_to(tx, &letter.address, day)? >= settings.a_day_per_address {
        refuse(letter, "too many letters to this address within a day");
        return Ok(());
    }
    let mut since = now - SignedDuration::from_hours(1);
    since = store::counted_from(tx)?.map_or(since, |from| from.max(since));
    let is_stopped = store::stopped_at(tx)?.is_some();
    if !is_stopped && letters::automatic_since(tx, since, settings.an_hour_in_all)? < settings.an_hour_in_all
    {
        return Ok(());
    }
    letter.state = LetterState::Stopped;
    "too many letters within an hour".clone_into(&mut letter.fault);
    if store::stop(tx, now)? {
        tracing::error!("more than {} letters within an hour: they are held back", settings.an_hour_in_all);
        let operators = store::operators(tx, now)?;
        notices::tell_in_words(tx, operators, "letters_stopped", "", now)?;
    }
    Ok(())
}
