//! What is in a backup, so that it can be checked without trusting its copies.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::backup::copy;
use crate::record::checkpoint::Signed;

pub const FORMAT: &str = "tendrel backup 1";
pub(super) const NAME: &str = "manifest.json";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: String,
    pub made_at: Timestamp,
    /// Version of the program that made it.
    pub version: String,
    pub database: Kind,
    /// The newest migration that the database ran.
    pub schema: i64,
    /// Rows of each table.
    pub rows: BTreeMap<String, i64>,
    /// The last checkpoint over the record.
    pub checkpoint: Option<Signed>,
    pub entries: Vec<Entry>,
    /// Attachments that the database speaks of and that were not in the data folder.
    pub missing: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// One file of the backup.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Below the folder of the backup, with `/` between its parts.
    pub path: String,
    pub size: u64,
    pub sha256: String,
}

impl Manifest {
    /// # Errors
    /// Says that there is no backup here, or one that this program is too old for.
    pub fn read(folder: &Path) -> anyhow::Result<Manifest> {
        let path = folder.join(NAME);
        let text = std::fs::read_to_string(&path).with_context(|| {
            format!("{} cannot be read: is {} a backup?", path.display(), folder.display())
        })?;
        let manifest: Manifest =
            serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))?;
        ensure!(manifest.format == FORMAT, "{} is of another format: {}", path.display(), manifest.format);
        let known = crate::app::MIGRATIONS.last().map_or(0, |migration| migration.version);
        ensure!(
            manifest.schema <= known,
            "the backup is of schema {}, this program knows {known}: use the program that made it, {}",
            manifest.schema,
            manifest.version
        );
        Ok(manifest)
    }

    pub(super) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let mut file = std::fs::File::create(folder.join(NAME))?;
        file.write_all(serde_json::to_string_pretty(self)?.as_bytes())?;
        file.sync_all()?;
        Ok(())
    }

    pub fn size(&self) -> u64 {
        self.entries.iter().map(|entry| entry.size).sum()
    }

    /// Reads every file of the backup and compares it with what was written down of it.
    ///
    /// # Errors
    /// Names the first file that is missing or damaged.
    pub fn compare(&self, folder: &Path) -> anyhow::Result<()> {
        for entry in &self.entries {
            let (size, sha256) = copy::measure(&entry.place(folder)?)
                .with_context(|| format!("{} of the backup cannot be read", entry.path))?;
            ensure!(
                size == entry.size && sha256 == entry.sha256,
                "{} of the backup is damaged: it is not what was written",
                entry.path
            );
        }
        Ok(())
    }
}

impl Entry {
    /// Where the file lies, in a folder.
    ///
    /// # Errors
    /// When the path leads out of the folder, which no backup of ours does.
    pub fn place(&self, folder: &Path) -> anyhow::Result<PathBuf> {
        let is_inside = self.path.split('/').all(|part| !part.is_empty() && part != ".." && part != ".");
        ensure!(is_inside, "{} leads out of the backup", self.path);
        Ok(folder.join(&self.path))
    }
}
