//! A folder in an S3-compatible store: `s3://BUCKET/FOLDER`.
//!
//! An object is seen there when its last byte has come, so what stands under a name is always whole. Whatever is sent
//! carries its SHA-256, signed: the store refuses what was damaged on the way.

use std::fmt;
use std::path::Path as FsPath;
use std::sync::LazyLock;
use std::time::Duration;

use anyhow::{Context, ensure};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use jiff::Timestamp;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::client::{HttpClient, HttpConnector};
use object_store::path::Path;
use object_store::{
    ClientOptions, Error, GetOptions, GetRange, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt,
    RetryConfig,
};
use rustls::ClientConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::{Handle, Runtime};

use crate::outbound;
use crate::settings::s3::S3Settings;

/// How the address of every store begins.
pub const SCHEME: &str = "s3://";
/// What is sent in one piece; above it in parts, of which a store takes ten thousand and none below five megabytes.
const WHOLE: u64 = 10 * 1024 * 1024;
const PART: u64 = 5 * 1024 * 1024;
const PARTS: u64 = 9_000;
const TRIES: usize = 3;
/// Letters of what a store says that are passed on.
const SAID: usize = 500;

/// Cheap to clone; asks nothing until it is used.
#[derive(Clone)]
pub struct Bucket {
    store: AmazonS3,
    name: String,
    folder: Path,
}

/// An object as a list shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// Its name below the folder, with `/` between its parts.
    pub below: String,
    pub size: u64,
    pub at: Timestamp,
}

/// Is this the address of a store? As it was written, if so.
pub fn address(place: &FsPath) -> Option<&str> {
    place.to_str().filter(|text| text.starts_with(SCHEME))
}

/// The runtime of commands that have none. One for all, or connections would not outlive a question.
static ALONE: LazyLock<std::io::Result<Runtime>> =
    LazyLock::new(|| tokio::runtime::Builder::new_current_thread().enable_all().build());

/// Does this work on a thread that may wait for it, with a runtime or without.
///
/// # Errors
/// Those of the work.
pub fn wait<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    if let Ok(runtime) = Handle::try_current() {
        return runtime.block_on(work);
    }
    match &*ALONE {
        Ok(alone) => alone.block_on(work),
        Err(error) => anyhow::bail!("the store cannot be asked: {error}"),
    }
}

/// The program's own client, with those whom it trusts.
#[derive(Debug)]
struct Ours(reqwest::Client);

impl HttpConnector for Ours {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.0.clone()))
    }
}

impl Bucket {
    /// `s3://BUCKET/FOLDER`. A store that says nothing for as long as `patience` is away.
    ///
    /// # Errors
    /// Says which setting is missing or wrong.
    pub fn open(
        address: &str,
        settings: &S3Settings,
        tls: &ClientConfig,
        patience: Duration,
    ) -> anyhow::Result<Bucket> {
        let rest = address.strip_prefix(SCHEME).unwrap_or_default();
        let (name, folder) = rest.split_once('/').unwrap_or((rest, ""));
        ensure!(!name.is_empty(), "{address} names no bucket: write s3://BUCKET/FOLDER");
        let folder = Path::parse(folder).with_context(|| format!("{address} is no address of a store"))?;
        let missing = "the store's keys are not set: TENDREL_S3_ACCESS_KEY and TENDREL_S3_SECRET_KEY in the \
                       environment, or [s3] in tendrel.toml";
        let access = settings.access_key.as_ref().context(missing)?;
        let secret = settings.secret_key.as_ref().context(missing)?;
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(name)
            .with_region(settings.region.as_deref().unwrap_or("us-east-1"))
            .with_access_key_id(access)
            .with_secret_access_key(secret)
            .with_virtual_hosted_style_request(settings.endpoint.is_none())
            .with_http_connector(Ours(outbound::patient(tls.clone(), patience)?))
            .with_retry(RetryConfig {
                max_retries: TRIES,
                retry_timeout: patience,
                ..RetryConfig::default()
            });
        if let Some(endpoint) = &settings.endpoint {
            builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
        }
        let store = builder.build().with_context(|| format!("{address} cannot be used"))?;
        Ok(Bucket { store, name: name.to_owned(), folder })
    }

    /// The address of something in it.
    pub fn place(&self, below: &str) -> String {
        format!("{SCHEME}{}/{}", self.name, self.at(below))
    }

    fn at(&self, below: &str) -> Path {
        self.folder.parts().chain(below.split('/').filter(|part| !part.is_empty()).map(Into::into)).collect()
    }

    /// Sends a file; it replaces what was there.
    ///
    /// # Errors
    /// When the store is away or refuses: nothing stands there then that did not before.
    pub async fn put(&self, below: &str, from: &FsPath) -> anyhow::Result<()> {
        let to = self.at(below);
        let mut file = tokio::fs::File::open(from).await?;
        let size = file.metadata().await?.len();
        if size <= WHOLE {
            let bytes = part(&mut file, WHOLE).await?;
            self.store.put(&to, bytes.into()).await.map_err(|error| said(&error))?;
            return Ok(());
        }
        let mut upload = self.store.put_multipart(&to).await.map_err(|error| said(&error))?;
        let sent = send_parts(&mut *upload, &mut file, PART.max(size / PARTS)).await;
        if sent.is_err() {
            // The reason matters more than parts that nobody sees.
            let _ = upload.abort().await;
        }
        sent
    }

    /// An object as it comes: its size, and its bytes. `None` when there is none.
    ///
    /// # Errors
    /// When the store is away or refuses.
    pub async fn get(
        &self,
        below: &str,
    ) -> anyhow::Result<Option<(u64, BoxStream<'static, std::io::Result<Bytes>>)>> {
        let Some(got) = or_none(self.store.get(&self.at(below)).await)? else { return Ok(None) };
        let size = got.meta.size;
        Ok(Some((size, got.into_stream().map_err(std::io::Error::other).boxed())))
    }

    /// How large an object is, and its first bytes. `None` when there is none.
    ///
    /// # Errors
    /// When the store is away or refuses.
    pub async fn beginning(&self, below: &str, limit: u64) -> anyhow::Result<Option<(u64, Bytes)>> {
        let first = GetOptions { range: Some(GetRange::Bounded(0..limit)), ..GetOptions::default() };
        let Some(got) = or_none(self.store.get_opts(&self.at(below), first).await)? else { return Ok(None) };
        let size = got.meta.size;
        Ok(Some((size, got.bytes().await.map_err(|error| said(&error))?)))
    }

    /// An object without its bytes. `None` when there is none.
    ///
    /// # Errors
    /// When the store is away or refuses.
    pub async fn head(&self, below: &str) -> anyhow::Result<Option<Held>> {
        or_none(self.store.head(&self.at(below)).await)?.map(|meta| held(&meta, below.to_owned())).transpose()
    }

    /// Writes an object into a new file of this machine. False when there is none.
    ///
    /// # Errors
    /// When the store is away, refuses or breaks off, or the file cannot be written.
    pub async fn fetch(&self, below: &str, to: tokio::fs::File) -> anyhow::Result<bool> {
        let Some((_, mut parts)) = self.get(below).await? else { return Ok(false) };
        let mut file = to;
        while let Some(part) = parts.try_next().await? {
            file.write_all(&part).await?;
        }
        file.sync_all().await?;
        Ok(true)
    }

    /// Everything whose name below the folder begins with these parts.
    ///
    /// # Errors
    /// When the store is away or refuses.
    pub async fn list(&self, begins: &str) -> anyhow::Result<Vec<Held>> {
        let listed: Vec<ObjectMeta> =
            self.store.list(Some(&self.at(begins))).try_collect().await.map_err(|error| said(&error))?;
        let below = |meta: &ObjectMeta| {
            let parts = meta.location.prefix_match(&self.folder)?;
            Some(parts.map(|part| part.as_ref().to_owned()).collect::<Vec<_>>().join("/"))
        };
        listed.iter().filter_map(|meta| below(meta).map(|below| held(meta, below))).collect()
    }

    /// What stands at the top of the folder: names of folders, and of objects.
    ///
    /// # Errors
    /// When the store is away or refuses.
    pub async fn top(&self) -> anyhow::Result<(Vec<String>, Vec<String>)> {
        let listed =
            self.store.list_with_delimiter(Some(&self.folder)).await.map_err(|error| said(&error))?;
        let name = |path: &Path| path.filename().map(str::to_owned);
        let folders = listed.common_prefixes.iter().filter_map(name).collect();
        Ok((folders, listed.objects.iter().filter_map(|meta| name(&meta.location)).collect()))
    }

    /// Copies an object within the store: it does not travel.
    ///
    /// # Errors
    /// When the store is away or refuses, or there is no such object.
    pub async fn copy(&self, from: &str, to: &str) -> anyhow::Result<()> {
        self.store.copy(&self.at(from), &self.at(to)).await.map_err(|error| said(&error))
    }

    /// Removes an object; one that is not there is removed already.
    ///
    /// # Errors
    /// When the store is away or refuses.
    pub async fn remove(&self, below: &str) -> anyhow::Result<()> {
        or_none(self.store.delete(&self.at(below)).await).map(drop)
    }
}

/// Never with a key.
impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place(""))
    }
}

fn held(meta: &ObjectMeta, below: String) -> anyhow::Result<Held> {
    let at = Timestamp::from_microsecond(meta.last_modified.timestamp_micros())?;
    Ok(Held { below, size: meta.size, at })
}

async fn send_parts(
    upload: &mut dyn MultipartUpload,
    file: &mut tokio::fs::File,
    size: u64,
) -> anyhow::Result<()> {
    loop {
        let bytes = part(file, size).await?;
        if bytes.is_empty() {
            break;
        }
        upload.put_part(bytes.into()).await.map_err(|error| said(&error))?;
    }
    upload.complete().await.map_err(|error| said(&error))?;
    Ok(())
}

/// The next bytes of a file, none at its end.
async fn part(file: &mut tokio::fs::File, size: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(size).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

fn or_none<T>(answer: object_store::Result<T>) -> anyhow::Result<Option<T>> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound { source, .. }) if !source.to_string().contains("NoSuchBucket") => Ok(None),
        Err(error) => Err(said(&error)),
    }
}

/// What the store said, with what whoever runs the program can do about it.
fn said(error: &Error) -> anyhow::Error {
    let told = error.to_string();
    let is = |marks: &[&str]| marks.iter().any(|mark| told.contains(mark));
    let words = if is(&["403 Forbidden", "401 Unauthorized"]) {
        "the store refuses the key: look at TENDREL_S3_ACCESS_KEY, TENDREL_S3_SECRET_KEY and what the key may do"
    } else if is(&["NoSuchBucket"]) {
        "there is no such bucket: make it first"
    } else if is(&["HTTP error"]) {
        "the store does not answer: look at its address and the line"
    } else {
        "the store did not do it"
    };
    anyhow::anyhow!("{words}: {}", told.chars().take(SAID).collect::<String>())
}
