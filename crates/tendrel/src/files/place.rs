//! The two places for files: a folder of this machine, and a folder in an S3-compatible store for several nodes.

use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use tokio::io::AsyncReadExt;

use crate::bucket::{self, Bucket};
use crate::files::{hex, unhex};
use crate::problem::Problem;

/// The names of files are the same in both: `ab/cdef…`, by the hash of the content.
#[derive(Clone, Debug)]
pub(super) enum Place {
    Folder(PathBuf),
    Bucket(Bucket),
}

/// A stored file as it comes.
pub struct Content {
    pub size: u64,
    pub bytes: BoxStream<'static, std::io::Result<Bytes>>,
}

/// A stored file as a walk through all of them finds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    pub hash: Vec<u8>,
    pub size: u64,
    /// When it was brought, or brought again.
    pub at: Timestamp,
}

/// Logged here: whoever reads the page is told only that the store is away.
pub(super) fn away(error: anyhow::Error) -> Problem {
    tracing::error!("files cannot be reached: {error:#}");
    Problem::FilesAway
}

pub(super) fn below(hash: &[u8]) -> String {
    let name = hex(hash);
    format!("{}/{}", &name[..2], &name[2..])
}

fn hash_of(below: &str) -> Option<Vec<u8>> {
    let (first, rest) = below.split_once('/')?;
    unhex(&format!("{first}{rest}")).filter(|hash| first.len() == 2 && hash.len() == 32)
}

impl Place {
    /// Puts a file that arrived whole under its name.
    pub(super) async fn take(&self, arrived: &Path, hash: &[u8]) -> Result<(), Problem> {
        match self {
            Place::Folder(folder) => {
                let path = folder.join(below(hash));
                if let Some(parent) = path.parent() {
                    tokio::fs::create_dir_all(parent).await?;
                }
                Ok(tokio::fs::rename(arrived, &path).await?)
            }
            // Sent again if it is there: its time must be new, or retention may come upon it before a record does.
            Place::Bucket(bucket) => bucket.put(&below(hash), arrived).await.map_err(away),
        }
    }

    pub(super) async fn open(&self, hash: &[u8]) -> Result<Option<Content>, Problem> {
        match self {
            Place::Folder(folder) => {
                let file = match tokio::fs::File::open(folder.join(below(hash))).await {
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
                    file => file?,
                };
                let size = file.metadata().await?.len();
                Ok(Some(Content { size, bytes: bytes_of(file) }))
            }
            Place::Bucket(bucket) => {
                let found = bucket.get(&below(hash)).await.map_err(away)?;
                Ok(found.map(|(size, bytes)| Content { size, bytes }))
            }
        }
    }

    /// Size and first bytes.
    pub(super) async fn beginning(&self, hash: &[u8], limit: usize) -> Result<Option<(u64, Bytes)>, Problem> {
        match self {
            Place::Folder(_) => {
                let Some(Content { size, mut bytes }) = self.open(hash).await? else { return Ok(None) };
                let mut head = BytesMut::new();
                while head.len() < limit
                    && let Some(part) = bytes.next().await
                {
                    head.extend_from_slice(&part?);
                }
                head.truncate(limit);
                Ok(Some((size, head.freeze())))
            }
            Place::Bucket(bucket) => bucket.beginning(&below(hash), limit as u64).await.map_err(away),
        }
    }

    /// Every file that is there. Blocks.
    pub(super) fn all(&self) -> Result<Vec<Stored>, Problem> {
        let mut found = match self {
            Place::Folder(folder) => walk(folder)?,
            Place::Bucket(bucket) => {
                let held = bucket::wait(bucket.list("")).map_err(away)?.into_iter();
                held.filter_map(|it| hash_of(&it.below).map(|hash| Stored { hash, size: it.size, at: it.at }))
                    .collect()
            }
        };
        found.sort_by(|one, other| one.hash.cmp(&other.hash));
        Ok(found)
    }

    pub(super) fn copy_out(&self, hash: &[u8], mut to: std::fs::File) -> anyhow::Result<()> {
        match self {
            Place::Folder(folder) => {
                std::io::copy(&mut std::fs::File::open(folder.join(below(hash)))?, &mut to)?;
                Ok(to.sync_all()?)
            }
            Place::Bucket(bucket) => {
                let is_there = bucket::wait(bucket.fetch(&below(hash), to.into()))?;
                anyhow::ensure!(is_there, "{} is not in the store of files", hex(hash));
                Ok(())
            }
        }
    }

    /// Removes a file that was brought before an instant. Blocks.
    pub(super) fn remove(&self, hash: &[u8], before: Timestamp) -> Result<bool, Problem> {
        match self {
            Place::Folder(folder) => Ok(remove_from(folder, hash, before)?),
            // A store has no "remove if it is old". Whoever brings the same content between the two questions loses it;
            // nobody spoke of it for an hour or more, and the next backup names it.
            Place::Bucket(bucket) => bucket::wait(async {
                let below = below(hash);
                if bucket.head(&below).await?.is_none_or(|held| held.at >= before) {
                    return Ok(false);
                }
                bucket.remove(&below).await?;
                Ok(true)
            })
            .map_err(away),
        }
    }
}

fn bytes_of(file: tokio::fs::File) -> BoxStream<'static, std::io::Result<Bytes>> {
    let next = |mut file: tokio::fs::File| async move {
        let mut part = BytesMut::with_capacity(64 * 1024);
        let read = file.read_buf(&mut part).await?;
        Ok((read > 0).then(|| (part.freeze(), file)))
    };
    stream::try_unfold(file, next).boxed()
}

fn walk(folder: &Path) -> std::io::Result<Vec<Stored>> {
    let mut found = Vec::new();
    if !folder.exists() {
        return Ok(found);
    }
    for part in std::fs::read_dir(folder)? {
        let part = part?;
        if !part.file_type()?.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(part.path())? {
            let file = file?;
            let below = format!("{}/{}", part.file_name().display(), file.file_name().display());
            let (Some(hash), Some((size, at))) = (hash_of(&below), told(&file.path())?) else { continue };
            found.push(Stored { hash, size, at });
        }
    }
    Ok(found)
}

/// Size and time; `None` when it was removed at this moment.
fn told(path: &Path) -> std::io::Result<Option<(u64, Timestamp)>> {
    match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        told => {
            let told = told?;
            Ok(Some((told.len(), Timestamp::try_from(told.modified()?).unwrap_or(Timestamp::MAX))))
        }
    }
}

fn remove_from(folder: &Path, hash: &[u8], before: Timestamp) -> std::io::Result<bool> {
    let path = folder.join(below(hash));
    let is_before = |path: &Path| Ok::<_, std::io::Error>(told(path)?.is_some_and(|(_, at)| at < before));
    if !is_before(&path)? {
        return Ok(false);
    }
    // Moved aside first: one that arrives at this very moment is seen, and put back.
    let aside = folder.join("arriving").join(uuid::Uuid::now_v7().to_string());
    std::fs::rename(&path, &aside)?;
    if is_before(&aside)? {
        std::fs::remove_file(&aside)?;
        return Ok(true);
    }
    std::fs::rename(&aside, &path)?;
    Ok(false)
}
