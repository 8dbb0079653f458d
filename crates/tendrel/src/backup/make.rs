//! Makes a backup while others read and write.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use database::{Database, Error, Options, Reader};
use jiff::Timestamp;

use crate::app::App;
use crate::backup::lock::{self, LockArguments};
use crate::backup::manifest::{Entry, FORMAT, Kind, Manifest, NAME};
use crate::backup::scratch::Scratch;
use crate::backup::{away, copy, store, tables};
use crate::bucket;
use crate::files::hex;
use crate::record::checkpoint::Signed;

/// What every backup's name begins with.
pub(super) const BEGINS: &str = "tendrel-";

/// What every locked one's ends with.
pub(super) const LOCKED: &str = ".tar.age";

/// A backup that was made.
#[derive(Debug)]
pub struct Made {
    /// A path, or an address in a store.
    pub place: String,
    /// The plain backup; where `place` is another, gone with this value.
    pub folder: PathBuf,
    pub manifest: Manifest,
    pub is_locked: bool,
    _scratch: Option<Scratch>,
}

/// What the database says of itself at the moment of the copy.
struct Told {
    schema: i64,
    rows: BTreeMap<String, i64>,
    files: Vec<Vec<u8>>,
    checkpoint: Option<Signed>,
}

/// Makes a backup below `target`, a folder or `s3://BUCKET/FOLDER`, and notes it for the operator's page. Blocks.
///
/// A locked one, and one for a store, is made by way of the data folder: no plain copy lies in `target` ever.
///
/// # Errors
/// When it could not be made; nothing is left of it then.
pub fn make(app: &App, target: &Path, lock: &LockArguments) -> anyhow::Result<Made> {
    let store = match bucket::address(target) {
        Some(address) => Some(away::open(address, &app.settings, &app.tls)?),
        None => {
            std::fs::create_dir_all(target)
                .with_context(|| format!("the folder {} cannot be made", target.display()))?;
            None
        }
    };
    let is_locked = lock.is_wanted();
    if store.is_none() && !is_locked {
        let (folder, manifest) = write(app, target, latest(target)?.as_deref())?;
        let made = Made { place: folder.display().to_string(), folder, manifest, is_locked, _scratch: None };
        note(app, &made, made.manifest.size())?;
        return Ok(made);
    }
    let scratch = Scratch::new(&app.settings.data, "packing")?;
    let (folder, manifest) = write(app, scratch.folder(), None)?;
    let (mut whole, mut size) = (folder.clone(), manifest.size());
    if is_locked {
        let name = folder.file_name().context("a backup without a name")?.display().to_string();
        let beside = if store.is_some() { scratch.folder().to_owned() } else { target.canonicalize()? };
        whole = beside.join(name + LOCKED);
        ensure!(!whole.exists(), "{} exists already; wait a second", whole.display());
        lock::pack(&folder, &whole, lock)?;
        size = std::fs::metadata(&whole)?.len();
    }
    let place = match &store {
        Some(store) => away::send(app, store, &whole)?,
        None => whole.display().to_string(),
    };
    let made = Made { place, folder, manifest, is_locked, _scratch: Some(scratch) };
    note(app, &made, size)?;
    Ok(made)
}

fn note(app: &App, made: &Made, size: u64) -> anyhow::Result<()> {
    let (at, place) = (made.manifest.made_at, made.place.clone());
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    app.db.write_blocking(move |tx| store::made(tx, at, &place, size))?;
    Ok(())
}

fn write(app: &App, target: &Path, before: Option<&Path>) -> anyhow::Result<(PathBuf, Manifest)> {
    let now = app.clock.now();
    let target = target.canonicalize()?;
    let folder = target.join(format!("{BEGINS}{}", now.strftime("%Y%m%d-%H%M%SZ")));
    ensure!(!folder.exists(), "{} exists already; wait a second", folder.display());
    let partial = folder.with_extension("partial");
    let made = fill(app, &partial, before, now).and_then(|manifest| {
        std::fs::rename(&partial, &folder)?;
        std::fs::File::open(&target)?.sync_all()?;
        Ok(manifest)
    });
    if made.is_err() {
        // The reason matters more than a left-over.
        let _ = std::fs::remove_dir_all(&partial);
    }
    Ok((folder, made?))
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
    let there: HashMap<Vec<u8>, u64> =
        app.files.all().context("the files")?.into_iter().map(|file| (file.hash, file.size)).collect();
    for hash in &told.files {
        match there.get(hash) {
            Some(size) => entries.push(copy_file(app, folder, before, hash, *size)?),
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
fn copy_file(
    app: &App,
    folder: &Path,
    before: Option<&Path>,
    hash: &[u8],
    size: u64,
) -> anyhow::Result<Entry> {
    let name = hex(hash);
    let path = format!("files/{}/{}", &name[..2], &name[2..]);
    let to = folder.join(&path);
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let earlier = before.map(|before| before.join(&path));
    let same = earlier.filter(|earlier| std::fs::metadata(earlier).is_ok_and(|it| it.len() == size));
    if same.is_some_and(|earlier| std::fs::hard_link(earlier, &to).is_ok()) {
        return Ok(Entry { path, size, sha256: name });
    }
    app.files.copy_out(hash, copy::private(&to)?)?;
    entry(folder, path)
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
        let is_whole = name.ends_with(LOCKED) || path.extension().is_none() && path.join(NAME).exists();
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
