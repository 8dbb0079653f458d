//! Makes a backup while others read and write.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use database::{Database, Error, Options, Reader};
use jiff::Timestamp;

use crate::app::App;
use crate::backup::lock::{self, LockArguments};
use crate::backup::manifest::{Entry, FORMAT, Kind, Manifest};
use crate::backup::{copy, store, tables};
use crate::files::hex;
use crate::record::checkpoint::Signed;

/// What every backup's name begins with.
const BEGINS: &str = "tendrel-";

/// A backup that was made.
#[derive(Clone, Debug)]
pub struct Made {
    pub folder: PathBuf,
    pub manifest: Manifest,
}

/// What the database says of itself at the moment of the copy.
struct Told {
    schema: i64,
    rows: BTreeMap<String, i64>,
    files: Vec<Vec<u8>>,
    checkpoint: Option<Signed>,
}

/// Makes a backup below `target` and notes it for the operator's page. Blocks.
///
/// # Errors
/// When it could not be made; nothing is left of it then.
pub fn make(app: &App, target: &Path) -> anyhow::Result<Made> {
    let made = write(app, target)?;
    note(app, &made.manifest, &made.folder, made.manifest.size())?;
    Ok(made)
}

/// Makes a backup as one locked file below `target`, by way of the data folder: no plain copy lies in `target` ever.
///
/// # Errors
/// As `make`.
pub fn make_locked(app: &App, target: &Path, lock: &LockArguments) -> anyhow::Result<(PathBuf, Manifest)> {
    std::fs::create_dir_all(target)
        .with_context(|| format!("the folder {} cannot be made", target.display()))?;
    let packing = app.settings.data.join(format!("tendrel_packing_{}", uuid::Uuid::now_v7().simple()));
    let packed = write(app, &packing).and_then(|Made { folder, manifest }| {
        let name = folder.file_name().context("a backup without a name")?.display().to_string();
        let file = target.canonicalize()?.join(format!("{name}.tar.age"));
        ensure!(!file.exists(), "{} exists already; wait a second", file.display());
        lock::pack(&folder, &file, lock)?;
        note(app, &manifest, &file, std::fs::metadata(&file)?.len())?;
        Ok((file, manifest))
    });
    if packing.exists() {
        std::fs::remove_dir_all(&packing)?;
    }
    packed
}

fn note(app: &App, manifest: &Manifest, place: &Path, size: u64) -> anyhow::Result<()> {
    let (at, place) = (manifest.made_at, place.display().to_string());
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    app.db.write_blocking(move |tx| store::made(tx, at, &place, size))?;
    Ok(())
}

fn write(app: &App, target: &Path) -> anyhow::Result<Made> {
    let now = app.clock.now();
    std::fs::create_dir_all(target)
        .with_context(|| format!("the folder {} cannot be made", target.display()))?;
    let target = target.canonicalize()?;
    let folder = target.join(format!("{BEGINS}{}", now.strftime("%Y%m%d-%H%M%SZ")));
    ensure!(!folder.exists(), "{} exists already; wait a second", folder.display());
    let partial = folder.with_extension("partial");
    let made = fill(app, &partial, latest(&target)?.as_deref(), now).and_then(|manifest| {
        std::fs::rename(&partial, &folder)?;
        std::fs::File::open(&target)?.sync_all()?;
        Ok(manifest)
    });
    if made.is_err() {
        // The reason matters more than a left-over.
        let _ = std::fs::remove_dir_all(&partial);
    }
    Ok(Made { folder, manifest: made? })
}

fn fill(app: &App, folder: &Path, before: Option<&Path>, now: Timestamp) -> anyhow::Result<Manifest> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    let mut entries = Vec::new();
    let (database, told) = match app.db.kind() {
        database::Kind::Sqlite => (Kind::Sqlite, copy_sqlite(app, folder, &mut entries)?),
        database::Kind::Postgres => (Kind::Postgres, export_tables(app, folder, &mut entries)?),
    };
    let mut missing = Vec::new();
    for hash in &told.files {
        match copy_file(app, folder, before, hash)? {
            Some(entry) => entries.push(entry),
            None => missing.push(hex(hash)),
        }
    }
    let Told { schema, rows, checkpoint, files: _ } = told;
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        made_at: now,
        version,
        database,
        schema,
        rows,
        checkpoint,
        entries,
        missing,
    };
    manifest.write(folder)?;
    Ok(manifest)
}

fn copy_sqlite(app: &App, folder: &Path, entries: &mut Vec<Entry>) -> anyhow::Result<Told> {
    let path = folder.join("database.sqlite");
    app.db.backup_to(&path)?;
    let copy =
        Database::open(path.to_str().context("the folder's name is not plain text")?, &Options::default())?;
    let told = copy.read_blocking(tell);
    copy.close();
    entries.push(entry(folder, "database.sqlite".to_owned())?);
    Ok(told?)
}

fn export_tables(app: &App, folder: &Path, entries: &mut Vec<Entry>) -> anyhow::Result<Told> {
    let place = folder.join("tables");
    std::fs::create_dir_all(&place)?;
    let told = app.db.read_blocking(move |r| {
        tables::export(r, &place)?;
        tell(r)
    })?;
    for table in told.rows.keys() {
        let path = format!("tables/{table}.jsonl.gz");
        if folder.join(&path).exists() {
            entries.push(entry(folder, path)?);
        }
    }
    Ok(told)
}

fn tell(r: &mut Reader) -> Result<Told, Error> {
    Ok(Told {
        schema: store::schema(r)?,
        rows: tables::counts(r)?,
        files: store::file_hashes(r)?,
        checkpoint: crate::record::last(r)?.map(|checkpoint| checkpoint.signed()),
    })
}

fn entry(folder: &Path, path: String) -> anyhow::Result<Entry> {
    let (size, sha256) = copy::measure(&folder.join(&path))?;
    Ok(Entry { path, size, sha256 })
}

/// Copies an attachment, or links it to the one of the backup before: it has the same content or another name.
/// `None` when it is not in the data folder.
fn copy_file(app: &App, folder: &Path, before: Option<&Path>, hash: &[u8]) -> anyhow::Result<Option<Entry>> {
    let name = hex(hash);
    let path = format!("files/{}/{}", &name[..2], &name[2..]);
    let (from, to) = (app.files.path(hash), folder.join(&path));
    let Ok(there) = std::fs::metadata(&from) else { return Ok(None) };
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let earlier = before.map(|before| before.join(&path));
    let same = earlier.filter(|earlier| std::fs::metadata(earlier).is_ok_and(|it| it.len() == there.len()));
    let is_linked = same.is_some_and(|earlier| std::fs::hard_link(earlier, &to).is_ok());
    let (size, sha256) = if is_linked { (there.len(), name) } else { copy::copy(&from, &to)? };
    Ok(Some(Entry { path, size, sha256 }))
}

/// The backups in a folder, oldest first.
///
/// # Errors
/// When the folder cannot be read.
pub fn all(target: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(target)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_whole = path.extension().is_none() && path.join("manifest.json").exists();
        if name.starts_with(BEGINS) && is_whole {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn latest(target: &Path) -> anyhow::Result<Option<PathBuf>> {
    Ok(all(target)?.pop())
}
