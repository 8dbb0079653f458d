//! A backup every night, and once a week the proof that it can be restored. What fails is tried again after an hour.

use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::backup::away::{self, Fetched};
use crate::backup::lock::LockArguments;
use crate::backup::make::Made;
use crate::backup::{check, make, store, sweep};
use crate::bucket;
use crate::problem::Problem;

/// After a start the desk comes first; a machine that is off at night still makes its backup on every day.
const LET_START: Duration = Duration::from_secs(15 * 60);
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// The hour of the night, in the country's time.
const HOUR: i8 = 1;
/// A backup that has run so long died with its node.
const STALE: SignedDuration = SignedDuration::from_hours(6);
const AGAIN: SignedDuration = SignedDuration::from_hours(1);
const PROVE_EVERY: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Goes on until the program stops.
pub async fn go_on(app: App) {
    tokio::time::sleep(LET_START).await;
    loop {
        if let Err(problem) = round(&app).await {
            tracing::error!("the nightly backup failed and is tried again: {problem:?}");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Makes the night's backup if it is due; tests call it after moving the clock.
pub async fn round(app: &App) -> Result<(), Problem> {
    let now = app.clock.now();
    if app.settings.backups_kept == 0 || app.settings.demo || !is_due(app, now).await? {
        return Ok(());
    }
    if claim(app, now).await? { carry_through(app, now).await } else { Ok(()) }
}

/// Begins a backup now, beside everything else. False when one is being made.
pub async fn begin(app: &App) -> Result<bool, Problem> {
    let now = app.clock.now();
    let is_ours = claim(app, now).await?;
    if is_ours {
        let app = app.clone();
        tokio::spawn(async move {
            if let Err(problem) = carry_through(&app, now).await {
                tracing::error!("the backup failed: {problem:?}");
            }
        });
    }
    Ok(is_ours)
}

async fn claim(app: &App, now: Timestamp) -> Result<bool, Problem> {
    Ok(app.db.write(move |tx| store::claim(tx, now, now - STALE)).await?)
}

async fn carry_through(app: &App, now: Timestamp) -> Result<(), Problem> {
    let program = app.clone();
    let night = tokio::task::spawn_blocking(move || work(&program, now)).await;
    app.db.write(store::release).await?;
    match night {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => {
            let (place, fault) = (app.settings.backup_folder.display().to_string(), format!("{error:#}"));
            app.db.write(move |tx| store::failed(tx, now, &place, &fault)).await?;
            Err(Problem::Other(error))
        }
        Err(panic) => Err(Problem::Other(panic.into())),
    }
}

/// None was made since the last hour of the night, and none was tried within the hour.
async fn is_due(app: &App, now: Timestamp) -> Result<bool, Problem> {
    let local = now.to_zoned(app.calendars.zone());
    let today = local.date().at(HOUR, 0, 0, 0).to_zoned(app.calendars.zone());
    let Ok(today) = today.map(|at| at.timestamp()) else { return Ok(false) };
    let since = if now >= today { today } else { today - SignedDuration::from_hours(24) };
    let ((made, _), last) =
        app.db.read(|r| Ok::<_, database::Error>((store::ages(r)?, store::newest(r, 1)?))).await?;
    let was_tried = last.first().is_some_and(|last| !last.fault.is_empty() && now - AGAIN < last.made_at);
    Ok(made.is_none_or(|made| made < since) && !was_tried)
}

fn work(app: &App, now: Timestamp) -> anyhow::Result<()> {
    let folder = &app.settings.backup_folder;
    sweep::sweep(app, now - STALE)?;
    let made = make::make(app, folder, &LockArguments::default().or(&app.settings.backup_recipients))?;
    let (_, proven) = app.db.read_blocking(store::ages)?;
    if proven.is_none_or(|proven| now.duration_since(proven) >= PROVE_EVERY) {
        prove(app, &made)?;
    }
    // The oldest go only when the new one is there.
    remove_old(app, folder)
}

/// From where it lies. A locked one is proven as it was before it was locked: the program has no key that opens it.
fn prove(app: &App, made: &Made) -> anyhow::Result<()> {
    let place = if made.is_locked { made.folder.as_path() } else { Path::new(&made.place) };
    let fetched = Fetched::get(place, &app.settings, &app.tls, &app.settings.data)?;
    check::check(app, &fetched.place).map(drop)
}

fn remove_old(app: &App, target: &Path) -> anyhow::Result<()> {
    let kept = app.settings.backups_kept.max(1);
    let gone = |place: String| app.db.write_blocking(move |tx| store::removed(tx, &place));
    let Some(address) = bucket::address(target) else {
        let all = make::all(&target.canonicalize()?)?;
        for old in &all[..all.len().saturating_sub(kept)] {
            let removed = if old.is_dir() { std::fs::remove_dir_all(old) } else { std::fs::remove_file(old) };
            removed?;
            gone(old.display().to_string())?;
        }
        return Ok(());
    };
    let of = away::open(address, &app.settings, &app.tls)?;
    let ours = app.db.read_blocking(store::places)?;
    let mut all = bucket::wait(away::names(&of))?;
    all.retain(|name| ours.contains(&of.place(name)));
    for old in &all[..all.len().saturating_sub(kept)] {
        bucket::wait(away::remove(&of, old))?;
        gone(of.place(old))?;
    }
    Ok(())
}
