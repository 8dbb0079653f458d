//! The comparison of the people here with those of the directory: looked at first, or carried out; every night, by the
//! operator's page, by `tendrel sync people`.

use std::io::Write;
use std::sync::Arc;

use database::{Error, Transaction};
use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::directory::{calendars, ldap};
use crate::events::Actor;
use crate::frame::languages::Language;
use crate::jobs;
use crate::problem::Problem;

pub(super) mod outcome;
mod plan;
mod store;
#[cfg(test)]
mod tests;
mod write;

use outcome::{Outcome, Verdict};
pub(super) use store::{Synced, newest};

/// Kind of the job.
pub const JOB: &str = "sync_people";
/// The hour of the night, in the country's time.
const HOUR: i8 = 2;
const AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// How it is done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct How {
    /// Look only, and change nothing.
    pub(super) dry_run: bool,
    /// Close accounts also when more are gone than the settings allow.
    pub(super) even_if_many_gone: bool,
}

/// Asks the directory and compares; carries out what is found unless it is a dry run. What came of it is kept.
///
/// # Errors
/// `NotFound` where the settings name no directory.
pub(super) async fn sync(app: &App, how: How, actor: Actor) -> Result<Synced, Problem> {
    let settings = app.settings.sign_in.ldap.clone().ok_or(Problem::NotFound)?;
    let now = app.clock.now();
    let everybody = match ldap::everybody(&settings, &app.tls).await {
        Ok(everybody) => Arc::new(everybody),
        Err(away) => {
            tracing::error!("people cannot be compared: {away}");
            let failed =
                Synced { at: now, was_done: false, fault: away.to_string(), outcome: Outcome::default() };
            let kept = failed.clone();
            app.db.write(move |tx| store::keep(tx, &kept)).await?;
            return Ok(failed);
        }
    };
    let synced = app
        .db
        .write(move |tx| {
            let plan = plan::plan(tx, &settings, &everybody)?;
            let is_stopped = plan.is_stopped(settings.stop_above_percent) && !how.even_if_many_gone;
            let was_done = !how.dry_run && !is_stopped;
            let mut outcome = plan.outcome();
            outcome.is_stopped = is_stopped;
            if was_done {
                write::write(tx, &settings, plan, &actor, now)?;
            }
            let synced = Synced { at: now, was_done, fault: String::new(), outcome };
            store::keep(tx, &synced)?;
            Ok::<_, Error>(synced)
        })
        .await?;
    if synced.outcome.is_stopped {
        tracing::error!(
            "people were not synced: {} of {} are gone",
            synced.outcome.gone,
            synced.outcome.known
        );
    }
    Ok(synced)
}

/// Makes sure that the next night's is planned, where the settings want one; called at every start.
pub fn plan_night(app: &App, tx: &mut Transaction, now: Timestamp) -> Result<(), Error> {
    if app.settings.sign_in.ldap.as_ref().is_some_and(|ldap| ldap.sync) {
        jobs::plan(tx, JOB, next_night(app, now), now)?;
    }
    Ok(())
}

fn next_night(app: &App, now: Timestamp) -> Timestamp {
    calendars::next_at(HOUR, now, &app.calendars.zone())
}

/// The job: tells the operator's page what came of it, and plans the next. A directory that is away is asked again
/// within the hour.
pub async fn run(app: &App) -> Result<(), Problem> {
    if !app.settings.sign_in.ldap.as_ref().is_some_and(|ldap| ldap.sync) {
        return Ok(());
    }
    let how = How { dry_run: false, even_if_many_gone: false };
    let synced = sync(app, how, Actor::program()).await?;
    let now = app.clock.now();
    let next = if synced.fault.is_empty() { next_night(app, now) } else { now + AGAIN };
    Ok(app.db.write(move |tx| jobs::plan(tx, JOB, next, now)).await?)
}

#[derive(Clone, Debug, clap::Args)]
pub struct SyncArguments {
    /// Say what would change, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Close the accounts of those who are gone, however many they are.
    #[arg(long)]
    pub even_if_many_gone: bool,
}

/// `tendrel sync people`.
///
/// # Errors
/// When the directory does not answer, or too many are gone.
pub fn command(app: &App, arguments: &SyncArguments, output: &mut impl Write) -> anyhow::Result<()> {
    anyhow::ensure!(
        app.settings.sign_in.ldap.is_some(),
        "tendrel.toml has no [sign_in.ldap]: no directory to ask"
    );
    let how = How { dry_run: arguments.dry_run, even_if_many_gone: arguments.even_if_many_gone };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let synced = runtime.block_on(sync(app, how, Actor::program())).map_err(anyhow::Error::new)?;
    anyhow::ensure!(synced.fault.is_empty(), "nothing was compared: {}", synced.fault);
    tell(&synced, output)?;
    let outcome = &synced.outcome;
    anyhow::ensure!(
        !outcome.is_stopped || arguments.dry_run,
        "nothing was changed: {} of {} people are gone from the directory. Is it whole? If they are gone indeed, add \
         --even-if-many-gone",
        outcome.gone,
        outcome.known
    );
    Ok(())
}

fn tell(synced: &Synced, output: &mut impl Write) -> std::io::Result<()> {
    let outcome = &synced.outcome;
    for line in &outcome.lines {
        let said = match &line.verdict {
            Verdict::New => "new".to_owned(),
            Verdict::Changed(fields) => format!("changed: {}", fields.join(", ")),
            Verdict::Back => "back: the account is opened again".to_owned(),
            Verdict::Gone => "gone: the account is closed".to_owned(),
            Verdict::Unclear => {
                "UNCLEAR: several people could be meant, or the one who could is another there".to_owned()
            }
            Verdict::Wrong(reason) => format!("WRONG: {}", reason.sentence(Language::English, false)),
        };
        writeln!(output, "{} ({}): {said}", line.name, line.username)?;
    }
    let Outcome { new, changed, back, gone, same, unclear, wrong, .. } = outcome;
    writeln!(
        output,
        "{new} new, {changed} changed, {back} back, {gone} gone, {same} the same, {unclear} unclear, {wrong} wrong; {}",
        if synced.was_done { "done" } else { "nothing was changed" }
    )
}
