//! The watched folder: what a scanner writes into `FOLDER/PUN` is kept for the unit PUN, and then moved to `done`. One
//! node looks after it at a time; a file is taken when it has not changed for some seconds, so that nobody takes half
//! of one. What cannot be taken lies in `refused`, with the reason beside it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::channels::scans::keep::{self, By, Came, LONGEST};
use crate::channels::scans::store::files;
use crate::directory::calendars::UnitFacts;
use crate::problem::Problem;

const EVERY: Duration = Duration::from_secs(3);
/// A file that has not changed for so long is whole.
const SETTLED: SignedDuration = SignedDuration::from_secs(5);
/// Files of one round.
const FILES: usize = 20;
const DONE: &str = "done";
const REFUSED: &str = "refused";

/// Looks into the folder of the settings, for as long as the program runs.
pub async fn run(app: App) {
    let Some(folder) = app.settings.scans.folder.clone() else { return };
    let mut seen = Seen::default();
    loop {
        if let Err(problem) = round(&app, &folder, &mut seen).await {
            tracing::error!("the folder {} could not be read: {problem:?}", folder.display());
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Size and time of each file when it was first seen so, and when that was.
#[derive(Debug, Default)]
pub(super) struct Seen(BTreeMap<PathBuf, (Look, Timestamp)>);

#[derive(Clone, Copy, Debug, PartialEq)]
struct Look {
    size: u64,
    changed: Option<std::time::SystemTime>,
}

/// One look at the folder. Returns how many files were taken.
pub(super) async fn round(app: &App, folder: &Path, seen: &mut Seen) -> Result<usize, Problem> {
    let (node, now) = (node(app), app.clock.now());
    if !app.db.write(move |tx| files::may_watch(tx, &node, now)).await? {
        return Ok(0);
    }
    let (from, units) = (folder.to_owned(), app.calendars.units());
    let looking = tokio::task::spawn_blocking(move || look(&from, &units));
    let found = looking.await.map_err(|error| Problem::Other(error.into()))??;
    seen.0.retain(|path, _| found.iter().any(|(there, ..)| there == path));
    let mut taken = 0;
    for (path, unit, look) in found {
        let (last, since) = *seen.0.get(&path).unwrap_or(&(look, now));
        if last != look || !seen.0.contains_key(&path) {
            seen.0.insert(path, (look, now));
            continue;
        }
        if now.duration_since(since) < SETTLED || taken >= FILES {
            continue;
        }
        take(app, &path, &unit, look.size).await?;
        taken += 1;
    }
    Ok(taken)
}

/// This program on this machine.
fn node(app: &App) -> String {
    format!("{}:{}", std::process::id(), app.settings.listen)
}

/// Files in the folders of the units, oldest name first; folders of other names are left alone.
fn look(folder: &Path, units: &[UnitFacts]) -> anyhow::Result<Vec<(PathBuf, UnitFacts, Look)>> {
    let mut found = Vec::new();
    for unit in units {
        let entries = match std::fs::read_dir(folder.join(&unit.code)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error).context(unit.code.clone()),
        };
        for entry in entries {
            let entry = entry?;
            let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
            // A link could lead anywhere: it is no file here.
            let facts = entry.metadata()?;
            if facts.is_file() && !is_hidden {
                let look = Look { size: facts.len(), changed: facts.modified().ok() };
                found.push((entry.path(), unit.clone(), look));
            }
        }
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(found)
}

/// Kept first, then moved: a crash in between has the same bytes come again, which makes no second sheet.
async fn take(app: &App, path: &Path, unit: &UnitFacts, size: u64) -> Result<(), Problem> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if size > LONGEST {
        return put(path, REFUSED, Some("it is larger than 50 MB")).await;
    }
    if size == 0 {
        return put(path, REFUSED, Some("it is empty")).await;
    }
    let bytes = tokio::fs::read(path).await?;
    if page_reader::Kind::of(&bytes).is_none() {
        return put(path, REFUSED, Some("it is no PDF, TIFF, PNG or JPEG")).await;
    }
    match keep::store(app, &name, &bytes).await? {
        Ok(file) => {
            let came = Came { unit: unit.id, by: By::Folder, brought_by: None, mail: None };
            keep::keep(app, file, came).await?;
            put(path, DONE, None).await
        }
        Err("virus") => put(path, REFUSED, Some("it holds a virus")).await,
        Err(_) => put(path, REFUSED, Some("it is larger than 50 MB")).await,
    }
}

/// Moves a file into a folder beside it, under a name that nothing there has, and says why in words for an operator.
async fn put(path: &Path, folder: &str, why: Option<&str>) -> Result<(), Problem> {
    let Some(beside) = path.parent().map(|parent| parent.join(folder)) else { return Ok(()) };
    tokio::fs::create_dir_all(&beside).await?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut to = beside.join(&name);
    if tokio::fs::try_exists(&to).await? {
        to = beside.join(format!("{}-{name}", uuid::Uuid::now_v7().simple()));
    }
    match tokio::fs::rename(path, &to).await {
        Ok(()) => {}
        // Somebody took it away meanwhile; what was kept is kept.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    if let Some(why) = why {
        let mut reason = to.into_os_string();
        reason.push(".txt");
        tokio::fs::write(reason, format!("{name} was not taken: {why}.\n")).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
