//! Puts a backup into an empty place.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, ensure};
use database::{Database, Error, Options};

use crate::app::MIGRATIONS;
use crate::backup::manifest::{Kind, Manifest};
use crate::backup::{copy, tables};
use crate::files::{Files, hex, unhex};
use crate::settings::Settings;

/// What may be in a data folder that counts as empty: what is not in a backup.
const STAYS: [&str; 3] = ["tendrel.toml", "signing.key", "backups"];

/// Restores a backup whose files have been compared, and returns the database, open and brought up to date. Blocks.
///
/// # Errors
/// When the place is not empty, or the backup is of the other kind of database.
pub fn restore(from: &Path, manifest: &Manifest, settings: &Settings) -> anyhow::Result<Database> {
    must_be_empty(&settings.data)?;
    let is_postgres = settings.database.is_some();
    match manifest.database {
        Kind::Sqlite => ensure!(!is_postgres, "the backup is of the embedded database; leave --database out"),
        Kind::Postgres => {
            ensure!(is_postgres, "the backup is of PostgreSQL; name an empty one with --database");
        }
    }
    std::fs::create_dir_all(&settings.data)
        .with_context(|| format!("the folder {} cannot be made", settings.data.display()))?;
    let tls = crate::tls::client(settings.ca_certificates.as_deref())?;
    let files = Files::of(settings, &tls)?;
    // Nothing is written while the store of files is away; what it holds already need not travel again.
    let there: HashMap<String, u64> =
        files.all()?.into_iter().map(|file| (hex(&file.hash), file.size)).collect();
    let database = match manifest.database {
        Kind::Sqlite => {
            copy::copy(&from.join("database.sqlite"), &settings.data.join("tendrel.sqlite"))?;
            Database::open(&settings.database_url(), &Options::default())?
        }
        Kind::Postgres => {
            let database = Database::open(&settings.database_url(), &Options::default())?;
            fill(&database, from, manifest.schema)?;
            database
        }
    };
    database.migrate(MIGRATIONS)?;
    for entry in manifest.entries.iter().filter(|entry| entry.path.starts_with("files/")) {
        if there.get(&entry.sha256) != Some(&entry.size) {
            let hash = unhex(&entry.sha256).context("a file without a hash")?;
            files.bring(&hash, &entry.place(from)?)?;
        }
    }
    Ok(database)
}

fn must_be_empty(folder: &Path) -> anyhow::Result<()> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let name = entry?.file_name();
        ensure!(
            name.to_str().is_some_and(|name| STAYS.contains(&name)),
            "{} is not empty: it has {}; restore into another folder with --data",
            folder.display(),
            name.display()
        );
    }
    Ok(())
}

fn fill(database: &Database, from: &Path, schema: i64) -> anyhow::Result<()> {
    let there = database.read_blocking(tables::names)?;
    ensure!(there.is_empty(), "the database is not empty: it has a table {}; make a new one", there[0]);
    // The tables as they were then are filled, and brought up to date after that.
    let then: Vec<_> = MIGRATIONS.iter().copied().filter(|migration| migration.version <= schema).collect();
    database.migrate(&then)?;
    let folder = from.join("tables");
    database.write_blocking::<_, Error, _>(move |tx| tables::import(tx, &folder))?;
    Ok(())
}
