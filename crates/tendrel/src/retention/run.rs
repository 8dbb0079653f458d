//! One run: what is due is removed, in small steps, each a transaction of its own.

use database::{Error, Reader, Transaction};
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::app::App;
use crate::channels::forget_mail;
use crate::channels::scans::forget as forget_scans;
use crate::desk::catalogue::CatalogueData;
use crate::desk::forget::{self, Why};
use crate::desk::store::forget as cases;
use crate::directory::calendars;
use crate::events::{self, Actor, Event};
use crate::id::RequestId;
use crate::jobs;
use crate::problem::Problem;
use crate::retention::rule::{Rule, Rules, What};
use crate::retention::{purge, store};

/// Kind of the job. Done again it removes what is left.
pub const JOB: &str = "retention";
/// The hour of the night, in the country's time: after the backup.
const HOUR: i8 = 2;
/// Cases that are looked at with one question.
const PAGE: i64 = 200;
/// Cases that are changed in one transaction: other writers wait for some tens of milliseconds.
const STEP: usize = 20;
/// Rows that are deleted in one transaction.
const ROWS: i64 = 500;
/// Cases of one run; the rest waits for the next, which is begun at once.
const CASES: usize = 2_000;

/// What a run removed, or would remove: rules with counts.
pub(super) type Counts = Vec<(Rule, i64)>;

/// Makes sure that one run is planned; called at every start.
///
/// # Errors
/// Those of the database.
pub fn plan(tx: &mut Transaction, app: &App) -> Result<(), Error> {
    let now = app.clock.now();
    jobs::plan(tx, JOB, next_night(app, now), now)
}

fn next_night(app: &App, now: Timestamp) -> Timestamp {
    calendars::next_at(HOUR, now, &app.calendars.zone())
}

/// The job: removes what is due, and plans the next night's.
///
/// # Errors
/// When the database or the disk refuses; the job is tried again.
pub async fn run(app: &App) -> Result<(), Problem> {
    let own = app.clone();
    let done = tokio::task::spawn_blocking(move || carry_out(&own, "")).await;
    let is_all = done.map_err(|error| Problem::Other(error.into()))??.1;
    let (now, next) = (app.clock.now(), next_night(app, app.clock.now()));
    app.db.write(move |tx| jobs::plan(tx, JOB, if is_all { next } else { now }, now)).await?;
    Ok(())
}

/// The rules of today.
pub(super) fn rules(app: &App, r: &mut Reader) -> Result<Rules, Error> {
    store::in_force(r, &today(app))
}

pub(super) fn today(app: &App) -> String {
    app.clock.now().to_zoned(app.calendars.zone()).date().to_string()
}

/// Removes what is due and returns how much, and whether that was all. Blocks.
pub(super) fn carry_out(app: &App, by: &str) -> Result<(Counts, bool), Problem> {
    let (run, now) = (Uuid::now_v7(), app.clock.now());
    let (asked, begun_by) = (app.clone(), by.to_owned());
    let rules = app.db.write_blocking(move |tx| {
        store::begin_run(tx, run, &begun_by, now)?;
        rules(&asked, tx)
    })?;
    let is_all = remove_from_cases(app, &rules, run, now)?;
    for what in [What::Sessions, What::Notices, What::GivenUpJobs, What::WebhookLog, What::SmsLog] {
        let Some(rule) = rules.of(what) else { continue };
        let (id, before) = (rule.id, rule.due_before(now));
        let delete = move |tx: &mut Transaction| -> Result<i64, Error> {
            let removed = store::delete_rows(tx, what, before, ROWS)?;
            store::removed(tx, run, id, removed)?;
            Ok(removed)
        };
        while app.db.write_blocking(delete)? == ROWS {}
    }
    if let Some(rule) = rules.of(What::SignInAddresses) {
        remove_addresses(app, rule, run, now)?;
    }
    if let Some(rule) = rules.of(What::Mail) {
        remove_mail(app, rule, run, now)?;
    }
    if let Some(rule) = rules.of(What::Uploads) {
        let removed = purge::uploads(app, rule.due_before(now))?;
        let id = rule.id;
        app.db.write_blocking::<_, Error, _>(move |tx| store::removed(tx, run, id, removed))?;
    }
    let removed = app.db.write_blocking(move |tx| end(tx, run, now))?;
    if !removed.is_empty() {
        purge::overwrite(app)?;
    }
    let count = |rule: Rule| removed.iter().find(|(id, _)| *id == rule.id).map(|(_, n)| (rule.clone(), *n));
    Ok((rules.0.into_iter().filter_map(count).collect(), is_all))
}

/// Ends the run and says in the record what it removed.
fn end(tx: &mut Transaction, run: Uuid, now: Timestamp) -> Result<Vec<(Uuid, i64)>, Error> {
    store::end_run(tx, run, now)?;
    let removed = store::removals(tx, run)?;
    if !removed.is_empty() {
        let by_rule: serde_json::Map<String, Json> =
            removed.iter().map(|(rule, count)| (rule.to_string(), (*count).into())).collect();
        let event = Event {
            subject_id: run,
            number: 1,
            subject: "retention".to_owned(),
            at: now,
            written_at: now,
            actor: Actor::program(),
            activity: "removed".to_owned(),
            detail: json!({ "removed": by_rule }),
        };
        events::record(tx, &event)?;
    }
    Ok(removed)
}

/// What a rule asks for of one case.
#[derive(Clone, Debug)]
pub(super) struct Due {
    pub(super) case: RequestId,
    pub(super) rule: Rule,
}

/// The next cases in the order in which they ended, with what is due of them; `after` moves on. `None` at the end.
pub(super) fn next_due(
    app: &App,
    r: &mut Reader,
    rules: &Rules,
    after: &mut (Timestamp, RequestId),
    now: Timestamp,
) -> Result<Option<Vec<Due>>, Error> {
    let Some(before) = rules.cases_before(now) else { return Ok(None) };
    let over = cases::over(r, before, *after, PAGE)?;
    let Some(last) = over.last() else { return Ok(None) };
    *after = (last.closed_at, last.id);
    let catalogue = app.catalogue.now();
    let mut due = Vec::new();
    for case in over {
        let service = catalogue.service(case.service).map_or("", |service| &service.definition.code);
        let asks = |what: What| {
            rules.of_case(what, &case.kind, service).filter(|rule| case.closed_at < rule.due_before(now))
        };
        let rule = asks(What::Requests).or_else(|| asks(What::Attachments).filter(|_| case.has_files));
        due.extend(rule.map(|rule| Due { case: case.id, rule: rule.clone() }));
    }
    Ok(Some(due))
}

/// Where a sweep over all cases begins.
pub(super) fn start() -> (Timestamp, RequestId) {
    (Timestamp::MIN, RequestId::of(Uuid::nil()))
}

fn remove_from_cases(app: &App, rules: &Rules, run: Uuid, now: Timestamp) -> Result<bool, Problem> {
    let (mut after, mut cases) = (start(), 0);
    loop {
        let (asked, held) = (app.clone(), rules.clone());
        let (due, next) = app.db.read_blocking(move |r| {
            let mut after = after;
            let due = next_due(&asked, r, &held, &mut after, now)?;
            Ok::<_, Error>((due, after))
        })?;
        after = next;
        let Some(due) = due else { return Ok(true) };
        for step in due.chunks(STEP) {
            let (step, catalogue) = (step.to_vec(), app.catalogue.now());
            let files = app.db.write_blocking(move |tx| {
                purge::zeroed(tx, |tx| remove_step(tx, &catalogue, &step, run, now))
            })?;
            purge::files(app, &files)?;
        }
        cases += due.len();
        if cases >= CASES {
            return Ok(false);
        }
    }
}

/// Removes what is due of a few cases. Returns the files that nobody speaks of any more.
fn remove_step(
    tx: &mut Transaction,
    catalogue: &CatalogueData,
    step: &[Due],
    run: Uuid,
    now: Timestamp,
) -> Result<Vec<Vec<u8>>, Problem> {
    let mut files = Vec::new();
    for Due { case, rule } in step {
        let why = Why { rule: rule.id, run, now };
        // One whose record was altered stays as it is; the others do not wait for it.
        let removed = tx.attempt(|tx| match rule.what {
            What::Attachments => forget::remove_files(tx, *case, &why),
            _ => forget::anonymise(tx, catalogue, *case, &why),
        });
        match removed {
            Ok(Some(left)) => {
                files.extend(left);
                files.extend(match rule.what {
                    What::Attachments => forget_mail::files_of_case(tx, *case)?,
                    _ => forget_mail::of_case(tx, *case)?,
                });
                files.extend(forget_scans::of_case(tx, *case)?);
                store::removed(tx, run, rule.id, 1)?;
            }
            Ok(None) => {}
            Err(Problem::Storage(Error::Unsupported(words))) => tracing::error!("{words}"),
            Err(problem) => return Err(problem),
        }
    }
    Ok(files)
}

/// Removes mail and sheets of paper that became no case.
fn remove_mail(app: &App, rule: &Rule, run: Uuid, now: Timestamp) -> Result<(), Problem> {
    let (id, before) = (rule.id, rule.due_before(now));
    loop {
        let (count, files) = app.db.write_blocking(move |tx| {
            purge::zeroed(tx, |tx| {
                let (count, files) = forget_mail::without_case(tx, before, ROWS)?;
                let (scans, pictures) = forget_scans::without_case(tx, before, ROWS)?;
                store::removed(tx, run, id, count + scans)?;
                Ok((count.max(scans), [files, pictures].concat()))
            })
        })?;
        purge::files(app, &files)?;
        if count < ROWS {
            return Ok(());
        }
    }
}

/// Takes the network addresses out of what is old in the log of each account.
fn remove_addresses(app: &App, rule: &Rule, run: Uuid, now: Timestamp) -> Result<(), Problem> {
    let (id, before) = (rule.id, rule.due_before(now));
    loop {
        let due = app.db.read_blocking(move |r| store::addresses_due(r, before, 20))?;
        if due.is_empty() {
            return Ok(());
        }
        app.db.write_blocking::<_, Error, _>(move |tx| {
            for (account, first, last, count) in &due {
                events::take_out(tx, *account, (*first, *last), |_, content| {
                    content.without(true, |part| part != "address")
                })?;
                let detail = json!({ "count": count, "rule": id, "run": run });
                events::note(tx, "account", *account, Actor::program(), "addresses_removed", detail, now)?;
                store::removed(tx, run, id, *count)?;
            }
            Ok(())
        })?;
    }
}

/// How much is due under each rule, looking at no more than `limit` of each. Reads only. Files that no record took are
/// not among it: they are found on the disk alone (`purge::uploads_due`).
pub(super) fn survey(app: &App, r: &mut Reader, limit: i64) -> Result<Counts, Error> {
    let (rules, now) = (rules(app, r)?, app.clock.now());
    let counted = rules.0.iter().filter(|rule| rule.what != What::Uploads);
    let mut counts: Counts = counted.map(|rule| (rule.clone(), 0)).collect();
    let mut add = |id: Uuid, n: i64| {
        if let Some((_, count)) = counts.iter_mut().find(|(rule, _)| rule.id == id) {
            *count += n;
        }
    };
    let (mut after, mut seen) = (start(), 0);
    while let Some(due) = next_due(app, r, &rules, &mut after, now)? {
        due.iter().for_each(|due| add(due.rule.id, 1));
        seen += PAGE;
        if seen >= limit {
            break;
        }
    }
    for rule in &rules.0 {
        let before = rule.due_before(now);
        match rule.what {
            What::SignInAddresses => {
                let due = store::addresses_due(r, before, limit)?;
                add(rule.id, due.iter().map(|(.., count)| count).sum());
            }
            What::Mail => {
                let scans = forget_scans::due(r, before, limit)?;
                add(rule.id, forget_mail::due(r, before, limit)? + scans);
            }
            what => add(rule.id, store::rows_due(r, what, before, limit)?),
        }
    }
    Ok(counts)
}
