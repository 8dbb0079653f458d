//! `tendrel backup`, `tendrel backup check` and `tendrel restore`.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::ensure;

use crate::backup::manifest::Manifest;
use crate::backup::{check, make};
use crate::settings::{Place, Settings, SettingsFile};

#[derive(Clone, Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct BackupArguments {
    /// The folder in which the backup is made, under a name with the time.
    pub target: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Option<BackupCommand>,
}

#[derive(Clone, Debug, clap::Subcommand)]
pub enum BackupCommand {
    /// Restores a backup into a temporary place and says whether it is whole.
    Check { from: PathBuf },
}

#[derive(Clone, Debug, clap::Args)]
pub struct RestoreArguments {
    /// The folder of one backup.
    pub from: PathBuf,
}

/// # Errors
/// When the backup cannot be made, is not whole, or lacks attachments.
pub fn run(place: &Place, arguments: &BackupArguments, out: &mut dyn Write) -> anyhow::Result<()> {
    let app = place.open()?;
    if let Some(BackupCommand::Check { from }) = &arguments.command {
        let proven = check::check(&app, from)?;
        let (rows, entries) = (proven.rows, proven.manifest.entries.len());
        let (events, chains) = (proven.record.events, proven.record.chains);
        writeln!(out, "restored and compared: {rows} rows, {entries} files")?;
        writeln!(out, "{events} events in {chains} chains are as they were written")?;
        return Ok(());
    }
    let target = arguments.target.as_deref().unwrap_or(&app.settings.backup_folder);
    let made = make::make(&app, target)?;
    let (size, entries) = (made.manifest.size(), made.manifest.entries.len());
    writeln!(out, "{} files with {size} bytes are in {}", entries, made.folder.display())?;
    ensure!(
        made.manifest.missing.is_empty(),
        "{} attachments are not in the data folder; the backup was made without them",
        made.manifest.missing.len()
    );
    Ok(())
}

/// # Errors
/// When the backup is damaged or the place is not empty; nothing has been written then.
pub fn restore(place: &Place, arguments: &RestoreArguments, out: &mut dyn Write) -> anyhow::Result<()> {
    let file = SettingsFile::read(&place.data)?;
    let settings = Settings {
        database: place.database.clone().or(file.database),
        ..Settings::in_folder(place.data.clone())
    };
    let manifest = put_back(&arguments.from, &settings)?;
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
