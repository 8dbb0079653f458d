//! Proves a backup: restores it into a temporary place and holds what comes out against what went in.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use database::{Database, Error, Options};
use uuid::Uuid;

use crate::app::App;
use crate::backup::manifest::{Kind, Manifest};
use crate::backup::restore::restore;
use crate::backup::{store, tables};
use crate::record::verify::{Found, verify};
use crate::settings::Settings;

/// What a restored backup was found to hold.
#[derive(Clone, Debug)]
pub struct Proven {
    pub manifest: Manifest,
    pub rows: i64,
    pub record: Found,
}

/// Checks a backup and notes the outcome for the operator's page. Blocks.
///
/// # Errors
/// Says the first thing that is wrong with the backup.
pub fn check(app: &App, from: &Path) -> anyhow::Result<Proven> {
    let manifest = Manifest::read(from)?;
    let (made_at, now) = (manifest.made_at, app.clock.now());
    let proven = prove(app, from, manifest);
    let fault = proven.as_ref().err().map(|error| format!("{error:#}")).unwrap_or_default();
    app.db.write_blocking(move |tx| store::checked(tx, made_at, now, &fault))?;
    proven
}

fn prove(app: &App, from: &Path, manifest: Manifest) -> anyhow::Result<Proven> {
    manifest.compare(from)?;
    ensure!(
        manifest.missing.is_empty(),
        "{} attachments were missing when it was made, the first is {}",
        manifest.missing.len(),
        manifest.missing[0]
    );
    for entry in manifest.entries.iter().filter(|entry| entry.path.starts_with("files/")) {
        let named: String = entry.path.split('/').skip(1).collect();
        ensure!(named == entry.sha256, "{} is not the attachment that it is called", entry.path);
    }
    let place = Temporary::new(app, manifest.database)?;
    let database = restore(from, &manifest, &place.settings)?;
    let rows = compare(&database, &manifest);
    let record = database.read_blocking(|r| verify(r, None));
    database.close();
    let (rows, record) = (rows?, record?);
    if let Some(first) = record.faults.first() {
        bail!("the record in it is not as it was written: {first}");
    }
    Ok(Proven { manifest, rows, record })
}

/// Every table has its rows, every row what it refers to, and the last checkpoint is the one that was noted.
fn compare(database: &Database, manifest: &Manifest) -> anyhow::Result<i64> {
    let (rows, dangling, last) = database.read_blocking::<_, Error, _>(|r| {
        Ok((tables::counts(r)?, store::dangling(r)?, crate::record::last(r)?))
    })?;
    let mut sum = 0;
    for (table, count) in &manifest.rows {
        let found = rows.get(table).copied().unwrap_or(0);
        ensure!(found == *count, "{table} has {found} rows, {count} were written down");
        sum += found;
    }
    ensure!(dangling == 0, "{dangling} rows refer to one that is not there");
    ensure!(
        last.map(|last| last.signed()) == manifest.checkpoint,
        "its last checkpoint is not the one that was written down"
    );
    Ok(sum)
}

/// A folder, and for PostgreSQL a schema on the same server, that are gone afterwards.
struct Temporary {
    folder: PathBuf,
    settings: Settings,
    schema: Option<(Database, String)>,
}

impl Temporary {
    fn new(app: &App, kind: Kind) -> anyhow::Result<Temporary> {
        let name = format!("tendrel_check_{}", Uuid::now_v7().simple());
        let folder = app.settings.data.join(&name);
        let mut settings = Settings::in_folder(folder.clone());
        let mut schema = None;
        if kind == Kind::Postgres {
            let url = app.settings.database.as_ref();
            let url =
                url.context("the backup is of PostgreSQL; name a server to check it on with --database")?;
            let joint = if url.contains('?') { '&' } else { '?' };
            settings.database = Some(format!("{url}{joint}options=-csearch_path%3D{name}"));
            let server = Database::open(url, &Options { readers: 1, writers: 1, ..Options::default() })?;
            let sql = format!("CREATE SCHEMA {name}");
            server.write_blocking(move |tx| tx.batch(&sql))?;
            schema = Some((server, name));
        }
        Ok(Temporary { folder, settings, schema })
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some((server, name)) = self.schema.take() {
            let sql = format!("DROP SCHEMA {name} CASCADE");
            if let Err(error) = server.write_blocking(move |tx| tx.batch(&sql)) {
                tracing::error!("the schema of a check is left behind: {error}");
            }
        }
        if self.folder.exists()
            && let Err(error) = std::fs::remove_dir_all(&self.folder)
        {
            tracing::error!("{} is left behind: {error}", self.folder.display());
        }
    }
}
