//! `tendrel backup`, `tendrel backup check` and `tendrel restore`.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::ensure;

use crate::backup::away::Fetched;
use crate::backup::lock::{KeyArguments, LockArguments, Opened};
use crate::backup::manifest::Manifest;
use crate::backup::{check, make};
use crate::settings::{Place, Settings};

#[derive(Clone, Debug, Default, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct BackupArguments {
    /// The folder in which the backup is made, under a name with the time; or a store, s3://BUCKET/FOLDER.
    pub target: Option<PathBuf>,
    #[command(flatten)]
    pub lock: LockArguments,
    #[command(subcommand)]
    pub command: Option<BackupCommand>,
}

#[derive(Clone, Debug, clap::Subcommand)]
pub enum BackupCommand {
    /// Restores a backup into a temporary place and says whether it is whole.
    Check {
        /// The folder of one backup, a locked one, or its address in a store.
        from: PathBuf,
        #[command(flatten)]
        key: KeyArguments,
    },
}

#[derive(Clone, Debug, clap::Args)]
pub struct RestoreArguments {
    /// The folder of one backup, a locked one, or its address in a store.
    pub from: PathBuf,
    #[command(flatten)]
    pub key: KeyArguments,
}

/// # Errors
/// When the backup cannot be made, is not whole, or lacks attachments.
pub fn run(place: &Place, arguments: &BackupArguments, out: &mut dyn Write) -> anyhow::Result<()> {
    let app = place.open()?;
    if let Some(BackupCommand::Check { from, key }) = &arguments.command {
        let fetched = Fetched::get(from, &app.settings, &app.tls, &app.settings.data)?;
        let opened = Opened::open(&fetched.place, key, &app.settings.data)?;
        let proven = check::check(&app, &opened.folder)?;
        let (rows, entries) = (proven.rows, proven.manifest.entries.len());
        let (events, chains) = (proven.record.events, proven.record.chains);
        writeln!(out, "restored and compared: {rows} rows, {entries} files")?;
        writeln!(out, "{events} events in {chains} chains are as they were written")?;
        return Ok(());
    }
    let target = arguments.target.as_deref().unwrap_or(&app.settings.backup_folder);
    let made = make::make(&app, target, &arguments.lock.or(&app.settings.backup_recipients))?;
    let manifest = &made.manifest;
    let (size, entries) = (manifest.size(), manifest.entries.len());
    writeln!(out, "{entries} files with {size} bytes are in {}", made.place)?;
    ensure!(
        manifest.missing.is_empty(),
        "{} attachments are not where files are kept; the backup was made without them",
        manifest.missing.len()
    );
    Ok(())
}

/// # Errors
/// When the backup is damaged or the place is not empty; nothing has been written then.
pub fn restore(place: &Place, arguments: &RestoreArguments, out: &mut dyn Write) -> anyhow::Result<()> {
    let settings = place.settings()?;
    let beside = settings.data.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let tls = crate::tls::client(settings.ca_certificates.as_deref())?;
    let fetched = Fetched::get(&arguments.from, &settings, &tls, beside)?;
    let opened = Opened::open(&fetched.place, &arguments.key, beside)?;
    let manifest = put_back(&opened.folder, &settings)?;
    writeln!(
        out,
        "restored what was here on {:.0}; run tendrel verify, and start tendrel serve on {}",
        manifest.made_at,
        settings.data.display()
    )?;
    Ok(())
}

fn put_back(from: &Path, settings: &Settings) -> anyhow::Result<Manifest> {
    let manifest = Manifest::read(from)?;
    manifest.compare(from)?;
    super::restore::restore(from, &manifest, settings)?.close();
    Ok(manifest)
}
