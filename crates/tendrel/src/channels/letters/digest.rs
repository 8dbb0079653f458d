//! The digest of an officer: what is late, due today and new, in one letter on the morning of a working day.
//!
//! Told twice it writes nothing new: a digest is known by the person and the day.

use database::{Error, Reader, Transaction};
use jiff::{Timestamp, ToSpan};

use crate::app::App;
use crate::channels::letters::kind::Kind;
use crate::channels::letters::say::words;
use crate::channels::letters::store::{self, Addressee};
use crate::channels::letters::template::{self, Values};
use crate::channels::letters::{limits, tell, thread, values};
use crate::desk::store::letters::{self, Letter, LetterState};
use crate::desk::store::lists::{self, Listed, Veiled, Wanted};
use crate::directory::calendars::{self, UnitFacts};
use crate::frame::Frame;
use crate::frame::languages::Language;
use crate::id::{LetterId, OrganisationId, PersonId};
use crate::jobs;
use crate::problem::Problem;

/// Kind of the job.
pub const JOB: &str = "digests";
/// Before the offices open.
const HOUR: i8 = 8;
/// Requests that are looked at, and lines of one list.
const LOOKED_AT: i64 = 200;
const LINES: usize = 12;

/// Plans the next morning, unless it is planned.
pub fn plan(tx: &mut Transaction, app: &App) -> Result<(), Error> {
    let now = app.clock.now();
    jobs::plan(tx, JOB, calendars::next_at(HOUR, now, &app.calendars.zone()), now)
}

pub async fn run(app: &App) -> Result<(), Problem> {
    let own = app.clone();
    app.db
        .write(move |tx| {
            plan(tx, &own)?;
            store::forget_old(tx, own.clock.now())
        })
        .await?;
    if !app.mailer.is_on() {
        return Ok(());
    }
    for person in app.db.read(store::digested).await? {
        let own = app.clone();
        app.db.write(move |tx| write(tx, &own, person)).await?;
    }
    Ok(())
}

/// Writes the digest of one person, if they work today and there is something to say.
fn write(tx: &mut Transaction, app: &App, person: PersonId) -> Result<(), Problem> {
    let now = app.clock.now();
    let today = now.to_zoned(app.calendars.zone()).date();
    let Some(to) = store::addressee(tx, person)?.filter(|to| to.has_account) else { return Ok(()) };
    let units = store::units_of(tx, person, now)?;
    let Some(unit) = units.first().and_then(|unit| app.calendars.unit(*unit)) else { return Ok(()) };
    if app.calendars.of_unit(unit.id).day_seconds(today) == 0 || !limits::may_be_written_to(&to.address) {
        return Ok(());
    }
    let language = Language::from_code(&to.language).unwrap_or(Language::English);
    let (template, language) = words(tx, Kind::Digest, language, app.settings.show_unreviewed)?;
    let frame = values::frame(app, language, now);
    let Some(values) = values_of(tx, app, &frame, &to, &unit, units)? else { return Ok(()) };
    let id = LetterId::new(now);
    let sender = thread::sender(tx, app, None)?;
    let mut letter = Letter {
        id,
        request: None,
        number: 0,
        kind: Kind::Digest.code().to_owned(),
        address: to.address.trim().to_lowercase(),
        name: to.name.clone(),
        person: Some(person),
        language: language.code().to_owned(),
        subject: frame.t1("letter-digest-subject", "day", crate::frame::times::full_day(&frame, today)),
        words: serde_json::to_string(&template::fill(&template, &values)).map_err(anyhow::Error::from)?,
        message_id: thread::message_id(app, &sender, None, id),
        automatic: true,
        state: LetterState::Waiting,
        made_at: now,
        send_at: limits::after_quiet(now, &app.calendars.zone(), store::choices(tx, person)?.quiet),
        attempts: 0,
        sent_at: None,
        fault: String::new(),
    };
    tell::limit(tx, app, &mut letter)?;
    let day = i64::from(today.year()) * 1000 + i64::from(today.day_of_year());
    let once = letters::once(person.uuid(), day, &letter.kind, &letter.address);
    letters::insert(tx, &letter, &once)?;
    Ok(())
}

/// `None` when nothing is late, due or new. What is confidential stands in no digest.
fn values_of(
    r: &mut Reader,
    app: &App,
    frame: &Frame,
    to: &Addressee,
    unit: &UnitFacts,
    units: Vec<OrganisationId>,
) -> Result<Option<Values>, Error> {
    let now = frame.now;
    let tomorrow = now.to_zoned(frame.zone.clone()).date().saturating_add(1.day());
    let end = tomorrow.to_zoned(frame.zone.clone()).map_or(now, |at| at.timestamp());
    let wanted = |officer| Wanted {
        units: Some(units.clone()),
        officer: Some(officer),
        veiled: Veiled::Named(Vec::new()),
        ..Wanted::default()
    };
    let mine = lists::list(r, &wanted(Some(to.person)), None, LOOKED_AT)?;
    let new = lists::list(r, &wanted(None), None, LOOKED_AT)?;
    let of = |from: Timestamp, to: Timestamp| -> Vec<&Listed> {
        mine.iter().filter(|row| from <= row.queue_at && row.queue_at < to).collect()
    };
    let (late, due) = (of(Timestamp::MIN, now), of(now, end));
    if late.is_empty() && due.is_empty() && new.is_empty() {
        return Ok(None);
    }
    let base = &app.settings.base_url;
    Ok(Some(Values::from([
        ("name", to.name.clone()),
        ("unit", frame.plain_name(&unit.name, &unit.name_dz).to_owned()),
        ("late", lines(frame, &late)),
        ("due", lines(frame, &due)),
        ("new", lines(frame, &new.iter().collect::<Vec<_>>())),
        ("open", mine.len().to_string()),
        ("today", format!("{base}/today")),
        ("preferences", format!("{base}/me/letters")),
    ])))
}

/// "14:20 · PUN-26-00001-2 · No Internet", and how many more there are.
fn lines(frame: &Frame, rows: &[&Listed]) -> String {
    let mut lines: Vec<String> = rows
        .iter()
        .take(LINES)
        .map(|row| {
            let at = crate::frame::times::as_said(frame, row.queue_at);
            format!("{at} · {} · {}", row.number, row.subject)
        })
        .collect();
    if rows.len() > LINES {
        lines.push(frame.t1("letter-digest-more", "n", rows.len() - LINES));
    }
    lines.join("\n")
}
