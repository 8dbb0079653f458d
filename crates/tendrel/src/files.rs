//! Attachments: stored once under the hash of their content, outside the database.
//!
//! A file is written beside its place and moved there, so what stands in the folder is always whole. It is stored
//! before the transaction that speaks of it: a crash in between leaves a file nobody speaks of, never the opposite.

use std::path::{Path, PathBuf};

use database::{Error, Transaction};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::problem::Problem;

/// Bytes that tell what a file is.
const HEAD_LIMIT: usize = 8192;

#[derive(Clone, Debug)]
pub struct Files {
    folder: PathBuf,
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
    folder: PathBuf,
    path: PathBuf,
    file: tokio::fs::File,
    hash: Sha256,
    size: u64,
    limit: u64,
    head: Vec<u8>,
}

impl Files {
    pub fn in_folder(folder: PathBuf) -> std::io::Result<Files> {
        std::fs::create_dir_all(folder.join("arriving"))?;
        Ok(Files { folder })
    }

    pub async fn begin(&self, limit: u64) -> Result<Upload, Problem> {
        let path = self.folder.join("arriving").join(uuid::Uuid::now_v7().to_string());
        let file = tokio::fs::File::create(&path).await?;
        Ok(Upload {
            folder: self.folder.clone(),
            path,
            file,
            hash: Sha256::new(),
            size: 0,
            limit,
            head: Vec::new(),
        })
    }

    /// Where a stored file lies.
    pub fn path(&self, hash: &[u8]) -> PathBuf {
        place(&self.folder, hash)
    }

    /// A file that an earlier try of the same form brought, by the hash the page kept for it. `None` when there is none.
    pub async fn kept(&self, hash: &str, name: &str) -> Option<StoredFile> {
        let hash = unhex(hash).filter(|hash| hash.len() == 32)?;
        let mut file = tokio::fs::File::open(self.path(&hash)).await.ok()?;
        let size = i64::try_from(file.metadata().await.ok()?.len()).ok()?;
        let mut head = Vec::new();
        (&mut file).take(HEAD_LIMIT as u64).read_to_end(&mut head).await.ok()?;
        Some(StoredFile { hash, size, media_type: sniff(&head).to_owned(), name: safe_name(name) })
    }

    /// Content hashes of the files that were brought before an instant.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn stored_before(&self, before: Timestamp) -> std::io::Result<Vec<Vec<u8>>> {
        let mut found = Vec::new();
        for folder in std::fs::read_dir(&self.folder)? {
            let folder = folder?;
            let first = folder.file_name().to_string_lossy().into_owned();
            if first.len() != 2 || !folder.file_type()?.is_dir() {
                continue;
            }
            for file in std::fs::read_dir(folder.path())? {
                let file = file?;
                let hash = unhex(&format!("{first}{}", file.file_name().to_string_lossy()));
                if let Some(hash) = hash.filter(|hash| hash.len() == 32)
                    && is_before(&file.path(), before)?
                {
                    found.push(hash);
                }
            }
        }
        found.sort();
        Ok(found)
    }

    /// Removes a file that was brought before an instant. False when there is none, or it was brought again since.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn remove(&self, hash: &[u8], before: Timestamp) -> std::io::Result<bool> {
        let path = self.path(hash);
        if !path.exists() || !is_before(&path, before)? {
            return Ok(false);
        }
        // Moved aside first: one that arrives at this very moment is seen, and put back.
        let aside = self.folder.join("arriving").join(uuid::Uuid::now_v7().to_string());
        std::fs::rename(&path, &aside)?;
        if is_before(&aside, before)? {
            std::fs::remove_file(&aside)?;
            return Ok(true);
        }
        std::fs::rename(&aside, &path)?;
        Ok(false)
    }

    /// Stores bytes that are already at hand, such as a generated paper or a file of the demonstration.
    pub async fn store(&self, name: &str, bytes: &[u8]) -> Result<StoredFile, Problem> {
        let mut upload = self.begin(u64::MAX).await?;
        upload.write(bytes).await?;
        upload.finish(name).await
    }
}

fn place(folder: &Path, hash: &[u8]) -> PathBuf {
    let name = hex(hash);
    folder.join(&name[..2]).join(&name[2..])
}

fn is_before(path: &Path, instant: Timestamp) -> std::io::Result<bool> {
    let written = std::fs::metadata(path)?.modified()?;
    Ok(Timestamp::try_from(written).is_ok_and(|written| written < instant))
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

    pub async fn finish(mut self, name: &str) -> Result<StoredFile, Problem> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        let hash = std::mem::take(&mut self.hash).finalize().to_vec();
        let path = place(&self.folder, &hash);
        if let Some(parent) = path.parent() {
            tokio::fs::create_dir_all(parent).await?;
        }
        tokio::fs::rename(&self.path, &path).await?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_holds_a_path() {
        assert_eq!(safe_name("../../etc/passwd"), "passwd");
        assert_eq!(safe_name("C:\\Users\\gup\\scan.pdf"), "scan.pdf");
        assert_eq!(safe_name("..."), "file");
        assert_eq!(safe_name("a\u{202e}fdp.exe"), "afdp.exe");
    }

    #[test]
    fn the_bytes_say_what_a_file_is() {
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n0000"), "image/png");
        assert_eq!(sniff(b"<html><script>alert(1)</script>"), "text/plain");
        assert_eq!(sniff(b"MZ\x90\0\x03"), "application/vnd.microsoft.portable-executable");
        assert_eq!(sniff("ཀ".as_bytes()), "text/plain");
        assert_eq!(sniff(&[0, 1, 2, 3]), "application/octet-stream");
    }

    #[tokio::test]
    async fn the_same_content_is_stored_once_and_too_much_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::in_folder(folder.path().to_owned()).unwrap();
        let one = files.store("a.txt", b"same").await.unwrap();
        let two = files.store("b.txt", b"same").await.unwrap();
        assert_eq!(one.hash, two.hash);
        assert_eq!(std::fs::read(files.path(&one.hash)).unwrap(), b"same");

        let kept = files.kept(&hex(&one.hash), "../b.txt").await.unwrap();
        assert_eq!((kept.name.as_str(), kept.size, kept.media_type.as_str()), ("b.txt", 4, "text/plain"));
        for wrong in ["", "zz", "../../etc/passwd", &"0".repeat(64)] {
            assert_eq!(files.kept(wrong, "b.txt").await, None);
        }

        let mut upload = files.begin(3).await.unwrap();
        assert!(matches!(upload.write(b"four").await, Err(Problem::TooLarge)));
        drop(upload);
        assert_eq!(std::fs::read_dir(folder.path().join("arriving")).unwrap().count(), 0);
    }
}
