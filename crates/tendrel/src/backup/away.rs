//! Backups in an S3-compatible store.
//!
//! A backup is made on this machine, as anywhere else, and then sent, file by file. Its `manifest.json` goes last, and
//! what has none is no backup: an upload that broke off is never taken for one. A locked backup is one object, which the
//! store shows only when its last part is there. Attachments that the backup before has too are copied within the store.
//!
//! Only what the database says we sent is ever removed: the store may hold what is somebody else's.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use futures_util::TryStreamExt;
use jiff::Timestamp;
use rustls::ClientConfig;

use crate::app::App;
use crate::backup::make::{BEGINS, LOCKED};
use crate::backup::manifest::{Manifest, NAME as MANIFEST};
use crate::backup::scratch::Scratch;
use crate::backup::{copy, store};
use crate::bucket::{self, Bucket};
use crate::settings::Settings;

/// Nobody waits at a page, and a line may be thin.
const PATIENCE: Duration = Duration::from_secs(120);

/// # Errors
/// As `Bucket::open`.
pub(super) fn open(address: &str, settings: &Settings, tls: &ClientConfig) -> anyhow::Result<Bucket> {
    Bucket::open(address, &settings.s3, tls, PATIENCE)
}

/// Sends a backup, a folder or a locked file, under its own name, and returns its address. Blocks.
///
/// # Errors
/// When the store is away or refuses; what was sent of it is removed, now or by the next sweep, and is no backup.
pub(super) fn send(app: &App, to: &Bucket, backup: &Path) -> anyhow::Result<String> {
    let name = backup.file_name().and_then(|name| name.to_str()).context("a backup without a name")?;
    let (place, now) = (to.place(name), app.clock.now());
    ensure!(!bucket::wait(is_whole(to, name))?, "{place} is there already; wait a second");
    let noted = place.clone();
    let ours = app.db.write_blocking(move |tx| {
        store::sending(tx, &noted, now)?;
        store::places(tx)
    })?;
    let sent = bucket::wait(async {
        if backup.is_file() { to.put(name, backup).await } else { send_folder(to, name, backup, &ours).await }
    });
    // The reason matters more than a left-over, which has no manifest.
    if sent.is_ok() || bucket::wait(remove(to, name)).is_ok() {
        let noted = place.clone();
        app.db.write_blocking(move |tx| store::sent(tx, &noted))?;
    }
    sent.with_context(|| format!("the backup was not sent to {place}"))?;
    Ok(place)
}

async fn send_folder(to: &Bucket, name: &str, folder: &Path, ours: &[String]) -> anyhow::Result<()> {
    let before = newest(to, ours).await?;
    for entry in &Manifest::read(folder)?.entries {
        let there = format!("{name}/{}", entry.path);
        let same =
            before.as_ref().filter(|(_, known)| known.contains(&(entry.path.clone(), entry.sha256.clone())));
        let is_copied = match same {
            Some((earlier, _)) => to.copy(&format!("{earlier}/{}", entry.path), &there).await.is_ok(),
            None => false,
        };
        if !is_copied {
            to.put(&there, &entry.place(folder)?).await?;
        }
    }
    to.put(&format!("{name}/{MANIFEST}"), &folder.join(MANIFEST)).await
}

/// The newest plain backup of ours, and the paths and hashes of what is in it.
async fn newest(
    of: &Bucket,
    ours: &[String],
) -> anyhow::Result<Option<(String, BTreeSet<(String, String)>)>> {
    let is_plain = |name: &String| !name.ends_with(LOCKED) && ours.contains(&of.place(name));
    let Some(name) = names(of).await?.into_iter().rfind(is_plain) else { return Ok(None) };
    let Some((_, parts)) = of.get(&format!("{name}/{MANIFEST}")).await? else { return Ok(None) };
    let bytes = parts.try_collect::<Vec<_>>().await?.concat();
    let manifest: Manifest = serde_json::from_slice(&bytes)?;
    Ok(Some((name, manifest.entries.into_iter().map(|entry| (entry.path, entry.sha256)).collect())))
}

/// Names of the whole backups there, oldest first.
///
/// # Errors
/// When the store is away or refuses.
pub(super) async fn names(of: &Bucket) -> anyhow::Result<Vec<String>> {
    let (folders, objects) = of.top().await?;
    let mut names = Vec::new();
    for name in folders.into_iter().filter(|name| name.starts_with(BEGINS)) {
        if is_whole(of, &name).await? {
            names.push(name);
        }
    }
    names.extend(objects.into_iter().filter(|name| name.starts_with(BEGINS) && name.ends_with(LOCKED)));
    names.sort();
    Ok(names)
}

async fn is_whole(of: &Bucket, name: &str) -> anyhow::Result<bool> {
    let last = if name.ends_with(LOCKED) { name.to_owned() } else { format!("{name}/{MANIFEST}") };
    Ok(of.head(&last).await?.is_some())
}

/// Removes a backup; its manifest first, so that what is left of it is none.
///
/// # Errors
/// When the store is away or refuses.
pub(super) async fn remove(of: &Bucket, name: &str) -> anyhow::Result<()> {
    if name.ends_with(LOCKED) {
        return of.remove(name).await;
    }
    of.remove(&format!("{name}/{MANIFEST}")).await?;
    for held in of.list(name).await? {
        of.remove(&held.below).await?;
    }
    Ok(())
}

/// Removes what is left of uploads of ours that were begun before `before` and whose program was killed. Blocks.
///
/// # Errors
/// When the store is away or refuses.
pub(super) fn sweep(app: &App, before: Timestamp) -> anyhow::Result<()> {
    for place in app.db.read_blocking(move |r| store::sent_before(r, before))? {
        let (address, name) = place.rsplit_once('/').context("a backup without a name")?;
        let of = open(address, &app.settings, &app.tls)?;
        bucket::wait(async { if is_whole(&of, name).await? { Ok(()) } else { remove(&of, name).await } })?;
        app.db.write_blocking(move |tx| store::sent(tx, &place))?;
    }
    Ok(())
}

/// A backup on this machine: where it lies, or fetched from a store into a folder that is gone afterwards.
pub(super) struct Fetched {
    pub(super) place: PathBuf,
    _scratch: Option<Scratch>,
}

impl Fetched {
    /// `beside` is a folder in which there is room. Blocks.
    ///
    /// # Errors
    /// When there is no whole backup there, which names those that are; or the store is away.
    pub(super) fn get(
        from: &Path,
        settings: &Settings,
        tls: &ClientConfig,
        beside: &Path,
    ) -> anyhow::Result<Fetched> {
        let Some(place) = bucket::address(from) else {
            return Ok(Fetched { place: from.to_owned(), _scratch: None });
        };
        let place = place.trim_end_matches('/');
        let scratch = Scratch::new(beside, "unpacked")?;
        let (address, name) = place.rsplit_once('/').context("write s3://BUCKET/FOLDER/BACKUP")?;
        let to = scratch.folder().join(name);
        if name.starts_with(BEGINS) {
            let of = open(address, settings, tls)?;
            let fetched = bucket::wait(fetch(&of, name, &to));
            if fetched.with_context(|| format!("{place} cannot be fetched"))? {
                return Ok(Fetched { place: to, _scratch: Some(scratch) });
            }
        }
        let address = if name.starts_with(BEGINS) { address } else { place };
        let there = bucket::wait(names(&open(address, settings, tls)?))?;
        anyhow::bail!(
            "{place} is no whole backup: one that broke off has no manifest. In {address} there are: {}",
            if there.is_empty() { "none".to_owned() } else { there.join(", ") }
        )
    }
}

async fn fetch(of: &Bucket, name: &str, to: &Path) -> anyhow::Result<bool> {
    if name.ends_with(LOCKED) {
        return of.fetch(name, copy::private(to)?.into()).await;
    }
    std::fs::create_dir_all(to)?;
    let manifest = copy::private(&to.join(MANIFEST))?;
    if !of.fetch(&format!("{name}/{MANIFEST}"), manifest.into()).await? {
        return Ok(false);
    }
    for entry in Manifest::read(to)?.entries {
        let file = entry.place(to)?;
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let is_there = of.fetch(&format!("{name}/{}", entry.path), copy::private(&file)?.into()).await?;
        ensure!(is_there, "{} of the backup is not there", entry.path);
    }
    Ok(true)
}
