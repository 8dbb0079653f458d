//! Attachments: stored once under the hash of their content, outside the database, in the data folder or in a store.
//!
//! A file is written on this machine first and then moved or sent to its place, so what stands there is always whole. It
//! is stored before the transaction that speaks of it: a crash in between leaves a file nobody speaks of, never the
//! opposite.

mod place;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use database::{Error, Transaction};
use futures_util::TryStreamExt;
use jiff::Timestamp;
use rustls::ClientConfig;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use crate::bucket::{self, Bucket};
pub use crate::files::place::{Content, Stored};
use crate::files::place::{Place, below};
use crate::problem::Problem;
use crate::settings::Settings;

/// Bytes that tell what a file is.
const HEAD_LIMIT: usize = 8192;

/// Somebody waits at a page for a store that says nothing.
const PATIENCE: Duration = Duration::from_secs(30);

/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct Files {
    /// On this machine, wherever the files are kept.
    arriving: PathBuf,
    place: Place,
}

/// A file that is safely on the disk and not yet spoken of by any record.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredFile {
    pub hash: Vec<u8>,
    pub size: i64,
    /// What the bytes are, whatever their sender said.
    pub media_type: String,
    /// The name a person gave it, without folders.
    pub name: String,
}

/// Takes in bytes as they come; `finish` makes them a file.
#[derive(Debug)]
pub struct Upload {
    place: Place,
    path: PathBuf,
    file: tokio::fs::File,
    hash: Sha256,
    size: u64,
    limit: u64,
    head: Vec<u8>,
}

impl Files {
    /// Where the settings say.
    ///
    /// # Errors
    /// When the folder cannot be made, or the settings of the store are wrong. The store is not asked yet.
    pub fn of(settings: &Settings, tls: &ClientConfig) -> anyhow::Result<Files> {
        let files = Files::in_folder(settings.files_folder())?;
        let Some(address) = &settings.files_store else { return Ok(files) };
        let bucket = Bucket::open(address, &settings.s3, tls, PATIENCE);
        Ok(Files { place: Place::Bucket(bucket.context("the store of files")?), ..files })
    }

    pub fn in_folder(folder: PathBuf) -> std::io::Result<Files> {
        let arriving = folder.join("arriving");
        std::fs::create_dir_all(&arriving)?;
        Ok(Files { arriving, place: Place::Folder(folder) })
    }

    pub async fn begin(&self, limit: u64) -> Result<Upload, Problem> {
        let path = self.arriving.join(uuid::Uuid::now_v7().to_string());
        let file = tokio::fs::File::create(&path).await?;
        let place = self.place.clone();
        Ok(Upload { place, path, file, hash: Sha256::new(), size: 0, limit, head: Vec::new() })
    }

    /// A stored file, a part at a time. `None` when there is none.
    ///
    /// # Errors
    /// `FilesAway` when the store is.
    pub async fn open(&self, hash: &[u8]) -> Result<Option<Content>, Problem> {
        self.place.open(hash).await
    }

    /// A stored file at once: for lists, which are small. `None` when there is none.
    ///
    /// # Errors
    /// As `open`.
    pub async fn read(&self, hash: &[u8]) -> Result<Option<Vec<u8>>, Problem> {
        let Some(content) = self.open(hash).await? else { return Ok(None) };
        let parts: Vec<_> = content.bytes.try_collect().await?;
        Ok(Some(parts.concat()))
    }

    /// A file that an earlier try of the same form brought, by the hash the page kept for it. `None` when there is none.
    ///
    /// # Errors
    /// `FilesAway` when the store is: nobody knows whether it is there.
    pub async fn kept(&self, hash: &str, name: &str) -> Result<Option<StoredFile>, Problem> {
        let Some(hash) = unhex(hash).filter(|hash| hash.len() == 32) else { return Ok(None) };
        let Some((size, head)) = self.place.beginning(&hash, HEAD_LIMIT).await? else { return Ok(None) };
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        Ok(Some(StoredFile { hash, size, media_type: sniff(&head).to_owned(), name: safe_name(name) }))
    }

    /// Every stored file, by its hash. Blocks.
    ///
    /// # Errors
    /// When the folder cannot be read, or the store is away.
    pub fn all(&self) -> Result<Vec<Stored>, Problem> {
        self.place.all()
    }

    /// Content hashes of the files that were brought before an instant. Blocks.
    ///
    /// # Errors
    /// As `all`.
    pub fn stored_before(&self, before: Timestamp) -> Result<Vec<Vec<u8>>, Problem> {
        Ok(self.all()?.into_iter().filter(|file| file.at < before).map(|file| file.hash).collect())
    }

    /// Removes a file that was brought before an instant. False when there is none, or it was brought again since. Blocks.
    ///
    /// # Errors
    /// When the folder cannot be written, or the store is away.
    pub fn remove(&self, hash: &[u8], before: Timestamp) -> Result<bool, Problem> {
        self.place.remove(hash, before)
    }

    /// Writes a stored file into a new one and waits until it is on the disk. Blocks.
    ///
    /// # Errors
    /// When there is none, or it cannot be read or written.
    pub fn copy_out(&self, hash: &[u8], to: std::fs::File) -> anyhow::Result<()> {
        self.place.copy_out(hash, to)
    }

    /// Takes in a file whose content has this hash, such as one of a backup. Blocks.
    ///
    /// # Errors
    /// When it cannot be read or written, or the store is away.
    pub fn bring(&self, hash: &[u8], from: &Path) -> anyhow::Result<()> {
        match &self.place {
            Place::Bucket(bucket) => bucket::wait(bucket.put(&below(hash), from)),
            Place::Folder(folder) => {
                let arrived = self.arriving.join(uuid::Uuid::now_v7().to_string());
                std::fs::copy(from, &arrived)?;
                std::fs::File::open(&arrived)?.sync_all()?;
                let to = folder.join(below(hash));
                std::fs::create_dir_all(to.parent().unwrap_or(folder))?;
                Ok(std::fs::rename(&arrived, to)?)
            }
        }
    }

    /// Stores bytes that are already at hand, such as a generated paper or a file of the demonstration.
    pub async fn store(&self, name: &str, bytes: &[u8]) -> Result<StoredFile, Problem> {
        let mut upload = self.begin(u64::MAX).await?;
        upload.write(bytes).await?;
        upload.finish(name).await
    }
}

impl Upload {
    /// # Errors
    /// `TooLarge` past the limit, `Full` when the disk is; the begun file is removed either way.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        self.size += bytes.len() as u64;
        if self.size > self.limit {
            return Err(Problem::TooLarge);
        }
        if self.head.len() < HEAD_LIMIT {
            let wanted = (HEAD_LIMIT - self.head.len()).min(bytes.len());
            self.head.extend_from_slice(&bytes[..wanted]);
        }
        self.hash.update(bytes);
        self.file.write_all(bytes).await?;
        Ok(())
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    /// Where what came so far can be read, before it is a file of the desk.
    ///
    /// # Errors
    /// When it cannot be written to the disk.
    pub async fn written(&mut self) -> Result<&Path, Problem> {
        self.file.flush().await?;
        Ok(&self.path)
    }

    /// # Errors
    /// `FilesAway` when the store is; nothing is left then.
    pub async fn finish(mut self, name: &str) -> Result<StoredFile, Problem> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        let hash = std::mem::take(&mut self.hash).finalize().to_vec();
        self.place.take(&self.path, &hash).await?;
        let size = i64::try_from(self.size).unwrap_or(i64::MAX);
        Ok(StoredFile { hash, size, media_type: sniff(&self.head).to_owned(), name: safe_name(name) })
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        // Nothing is left of an upload that was broken off; after `finish` there is nothing to remove.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Writes the record of a stored file; the same content twice is one record.
pub fn keep(tx: &mut Transaction, file: &StoredFile, now: Timestamp) -> Result<(), Error> {
    let StoredFile { hash, size, media_type, name: _ } = file;
    tx.execute(
        "INSERT INTO files (hash, size, media_type, stored_at) VALUES ($1, $2, $3, $4) ON CONFLICT (hash) DO NOTHING",
        &[hash.as_slice().into(), (*size).into(), media_type.into(), now.into()],
    )?;
    Ok(())
}

/// Takes files off the list that no attachment, no mail and no scan speaks of any more. Returns those: their bytes may go.
pub fn let_go(tx: &mut Transaction, hashes: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, Error> {
    let mut left = Vec::new();
    for hash in hashes {
        let gone = tx.execute(
            "DELETE FROM files WHERE hash = $1 AND NOT EXISTS (SELECT 1 FROM attachments WHERE file_hash = $1)
               AND NOT EXISTS (SELECT 1 FROM mails WHERE file_hash = $1)
               AND NOT EXISTS (SELECT 1 FROM scan_files WHERE file_hash = $1)
               AND NOT EXISTS (SELECT 1 FROM scan_pages WHERE file_hash = $1)",
            &[hash.as_slice().into()],
        )?;
        if gone == 1 {
            left.push(hash.clone());
        }
    }
    Ok(left)
}

/// What the bytes are. Text that could be run as a page is called plain text.
fn sniff(head: &[u8]) -> &'static str {
    if let Some(kind) = infer::get(head) {
        return match kind.mime_type() {
            "text/html" | "text/xml" => "text/plain",
            other => other,
        };
    }
    let text = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    if text && !head.contains(&0) { "text/plain" } else { "application/octet-stream" }
}

/// May a browser show it in place, or only save it?
pub fn may_be_shown(media_type: &str) -> bool {
    matches!(
        media_type,
        "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "application/pdf" | "text/plain"
    )
}

/// The last part of what a browser sent, without control characters, at most 150 characters long.
pub fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let safe: String =
        last.chars().filter(|c| !c.is_control() && !"\u{202e}\u{202d}\"<>|:*?".contains(*c)).collect();
    let safe = safe.trim().trim_matches('.').trim();
    if safe.is_empty() {
        return "file".to_owned();
    }
    let length = safe.chars().count();
    safe.chars().skip(length.saturating_sub(150)).collect()
}

pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    if text.len() % 2 == 1 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(pair).collect()
}
