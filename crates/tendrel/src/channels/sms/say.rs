//! Writes one message: the short words of its kind in the reader's language, as long as it may be, and when it may go.

use database::{Error, Reader, Transaction};
use jiff::SignedDuration;

use crate::app::App;
use crate::channels::letters::kind::Kind;
use crate::channels::letters::say::{To, send_at};
use crate::channels::letters::store as changed;
use crate::channels::letters::values::{self, About, Reading};
use crate::channels::sms::count::count;
use crate::channels::sms::store;
use crate::channels::sms::words;
use crate::desk::store::letters::once;
use crate::desk::store::sms::{self, Sms, SmsState, Why};
use crate::frame::languages::Language;
use crate::id::SmsId;
use crate::problem::Problem;
use crate::secret::SHORT;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A message about a case, not yet written down; `None` for who wants none, or has no mobile number.
pub fn text(r: &mut Reader, app: &App, about: &About, kind: Kind, to: &To) -> Result<Option<Sms>, Error> {
    let ticked = to.bears && about.request.by_sms && words::is_told(kind);
    let Some(phone) = to.mobile.clone().filter(|_| ticked || to.choices.sms.contains(&kind)) else {
        return Ok(None);
    };
    let Some(stored) = store::on(r)? else { return Ok(None) };
    let Some((template, language)) = words_of(r, kind, to.language, app.settings.show_unreviewed)? else {
        return Ok(None);
    };
    let request = &about.request;
    let gateway = &stored.gateway;
    let link = address(app, &"x".repeat(SHORT));
    let text = if request.confidential {
        words::veiled(language, app.settings.show_unreviewed, &request.number)
    } else {
        let reading =
            Reading { name: &to.name, language, bears: to.bears, chooses: to.has_account, short: true };
        let parts = usize::try_from(gateway.parts).unwrap_or(1);
        words::fill(&template, &values::of(app, about, &reading), parts, &link)
    };
    let now = about.desk.now;
    let quiet = to.choices.quiet.or_else(|| gateway.quiet());
    Ok(Some(Sms {
        id: SmsId::new(now),
        request: Some(request.id),
        number: about.event.number,
        kind: kind.code().to_owned(),
        phone,
        person: to.person,
        language: language.code().to_owned(),
        parts: parts(&words::with_link(&text, &link)),
        words: text,
        state: SmsState::Waiting,
        made_at: now,
        send_at: send_at(app, about, kind, quiet),
        attempts: 0,
        ended_at: None,
        why: None,
        answer: String::new(),
    }))
}

/// The address of a secret link.
pub(super) fn address(app: &App, secret: &str) -> String {
    format!("{}/r/{secret}", app.settings.base_url)
}

pub(super) fn parts(text: &str) -> i64 {
    i64::try_from(count(text).parts).unwrap_or(i64::MAX)
}

/// The words as they hold today, in the reader's language or else in English.
fn words_of(
    r: &mut Reader,
    kind: Kind,
    language: Language,
    unreviewed: bool,
) -> Result<Option<(String, Language)>, Error> {
    for language in [language, Language::English] {
        let own = changed::versions(r, &words::stored(kind), language, 1)?.pop().map(|it| it.words);
        let own = own.filter(|words| !words.is_empty());
        if let Some(words) = own.or_else(|| words::original(kind, language, unreviewed)) {
            return Ok(Some((words, language)));
        }
    }
    Ok(None)
}

/// Writes a message down unless it is there, or the limits say no: then it says why it was not sent.
///
/// # Errors
/// When the database cannot be asked.
pub fn write(tx: &mut Transaction, app: &App, mut text: Sms) -> Result<(), Problem> {
    let Some(stored) = store::on(tx)? else { return Ok(()) };
    let since = text.made_at - DAY;
    let (each, all) = (stored.gateway.a_day_per_number, stored.gateway.a_day_in_all);
    let full = if sms::to_number(tx, &text.phone, since)? >= each {
        Some(Why::NumberFull)
    } else if sms::to_anybody(tx, since, all)? >= all {
        Some(Why::DayFull)
    } else {
        None
    };
    if full.is_some() {
        (text.state, text.why, text.ended_at) = (SmsState::Failed, full, Some(app.clock.now()));
    }
    let about = text.request.map_or_else(|| text.id.uuid(), |request| request.uuid());
    let once = once(about, text.number, &format!("sms_{}", text.kind), &text.phone);
    sms::insert(tx, &text, &once, None)?;
    Ok(())
}
