//! Writes one letter: the words of its kind in the reader's language, filled in, and when it may go.

use database::{Error, Reader};
use jiff::Timestamp;

use crate::app::App;
use crate::channels::letters::choices::Choices;
use crate::channels::letters::kind::Kind;
use crate::channels::letters::limits::Quiet;
use crate::channels::letters::values::{self, About, Reading};
use crate::channels::letters::{limits, store, template, thread};
use crate::desk::store::letters::{Letter, LetterState};
use crate::frame::languages::Language;
use crate::id::{LetterId, PersonId};

/// Emergencies wake people.
const EMERGENCY: i64 = 1;

/// To whom a letter goes.
#[derive(Clone, Debug)]
pub struct To {
    pub name: String,
    pub address: String,
    /// A mobile number, as country and digits, while SMS is sent from here.
    pub mobile: Option<String>,
    pub person: Option<PersonId>,
    pub language: Language,
    /// The one who asked: gets secret links.
    pub bears: bool,
    pub has_account: bool,
    pub choices: Choices,
}

/// The words of a kind as they hold today, in the reader's language or else in English.
pub fn words(
    r: &mut Reader,
    kind: Kind,
    language: Language,
    unreviewed: bool,
) -> Result<(String, Language), Error> {
    for language in [language, Language::English] {
        let changed = store::versions(r, kind.code(), language, 1)?.pop().map(|it| it.words);
        let own = changed.filter(|words| !words.is_empty());
        if let Some(words) = own.or_else(|| template::original(kind, language, unreviewed)) {
            return Ok((words, language));
        }
    }
    Ok((String::new(), Language::English))
}

/// A letter about a case, not yet written down.
///
/// # Errors
/// When the database cannot be asked.
pub fn letter(r: &mut Reader, app: &App, about: &About, kind: Kind, to: &To) -> Result<Letter, Error> {
    let (words, language) = words(r, kind, to.language, app.settings.show_unreviewed)?;
    let reading =
        Reading { name: &to.name, language, bears: to.bears, chooses: to.has_account, short: false };
    let blocks = template::fill(&words, &values::of(app, about, &reading));
    let request = &about.request;
    let now = about.desk.now;
    let id = LetterId::new(now);
    Ok(Letter {
        id,
        request: Some(request.id),
        number: about.event.number,
        kind: kind.code().to_owned(),
        address: to.address.trim().to_lowercase(),
        name: to.name.clone(),
        person: to.person,
        language: language.code().to_owned(),
        subject: thread::subject(request),
        words: serde_json::to_string(&blocks).unwrap_or_else(|_| "[]".to_owned()),
        message_id: thread::message_id(app, &about.sender, Some(request), id),
        automatic: kind.is_automatic(),
        state: LetterState::Waiting,
        made_at: now,
        send_at: send_at(app, about, kind, to.choices.quiet),
        attempts: 0,
        sent_at: None,
        fault: String::new(),
    })
}

/// Warnings come in working time; nothing but an emergency comes in somebody's quiet hours.
pub fn send_at(app: &App, about: &About, kind: Kind, quiet: Option<Quiet>) -> Timestamp {
    let now = about.desk.now;
    if kind.may_wake() && about.request.priority == EMERGENCY {
        return now;
    }
    let mut at = now;
    if matches!(kind, Kind::Warned | Kind::Breached) {
        let calendar = app.calendars.of_unit(about.request.unit);
        at = if calendar.is_open(now) { now } else { calendar.next_opening(now).unwrap_or(now) };
    }
    limits::after_quiet(at, &app.calendars.zone(), quiet)
}
