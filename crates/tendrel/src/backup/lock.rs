//! A backup as one file that only its owner can open: tar within age, so that the tools `age` and `tar` open it too.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use age::secrecy::SecretString;
use age::{Decryptor, Encryptor, Identity, Recipient, scrypt, x25519};
use anyhow::{Context, bail};

use crate::backup::copy::private;
use crate::backup::scratch::Scratch;

/// For whom a backup is locked; left out, it is a plain folder.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct LockArguments {
    /// Locks the backup for whoever has the key to this age1… address; may be given several times.
    #[arg(long)]
    pub recipient: Vec<String>,
    /// Locks the backup with the words on the first line of this file.
    #[arg(long, conflicts_with = "recipient")]
    pub passphrase_file: Option<PathBuf>,
}

/// What opens a locked backup.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct KeyArguments {
    /// The file with the AGE-SECRET-KEY-1… of a recipient.
    #[arg(long)]
    pub identity: Option<PathBuf>,
    /// The file with the words on its first line.
    #[arg(long, conflicts_with = "identity")]
    pub passphrase_file: Option<PathBuf>,
}

impl LockArguments {
    /// As asked for, or else as the settings say.
    pub(super) fn or(&self, recipients: &[String]) -> LockArguments {
        if self.is_wanted() {
            return self.clone();
        }
        LockArguments { recipient: recipients.to_vec(), passphrase_file: None }
    }

    pub(super) fn is_wanted(&self) -> bool {
        !self.recipient.is_empty() || self.passphrase_file.is_some()
    }

    fn recipients(&self) -> anyhow::Result<Vec<Box<dyn Recipient>>> {
        if let Some(file) = &self.passphrase_file {
            return Ok(vec![Box::new(scrypt::Recipient::new(words(file)?))]);
        }
        let parse = |text: &String| match text.parse::<x25519::Recipient>() {
            Ok(recipient) => Ok(Box::new(recipient) as Box<dyn Recipient>),
            Err(error) => bail!("{text} is not an age1… address: {error}"),
        };
        self.recipient.iter().map(parse).collect()
    }
}

impl KeyArguments {
    fn identities(&self) -> anyhow::Result<Vec<Box<dyn Identity>>> {
        if let Some(file) = &self.passphrase_file {
            return Ok(vec![Box::new(scrypt::Identity::new(words(file)?))]);
        }
        let file = self
            .identity
            .as_ref()
            .context("the backup is locked; open it with --identity or --passphrase-file")?;
        let text =
            std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let keys = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let parse = |line: &str| match line.parse::<x25519::Identity>() {
            Ok(identity) => Ok(Box::new(identity) as Box<dyn Identity>),
            Err(error) => bail!("{} has a line that is no AGE-SECRET-KEY: {error}", file.display()),
        };
        keys.map(parse).collect()
    }
}

fn words(file: &Path) -> anyhow::Result<SecretString> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let words = text.lines().next().unwrap_or_default();
    anyhow::ensure!(words.len() >= 12, "{} has fewer than 12 letters on its first line", file.display());
    Ok(SecretString::from(words.to_owned()))
}

/// Packs the folder of a backup into one locked file, which appears under its name when it is whole.
pub(super) fn pack(folder: &Path, to: &Path, lock: &LockArguments) -> anyhow::Result<()> {
    let recipients = lock.recipients()?;
    let encryptor = Encryptor::with_recipients(recipients.iter().map(|it| &**it))?;
    let partial = to.with_extension("partial");
    let write = || -> anyhow::Result<()> {
        let locked = encryptor.wrap_output(BufWriter::new(private(&partial)?))?;
        let mut tar = tar::Builder::new(locked);
        tar.append_dir_all(folder.file_name().context("a folder without a name")?, folder)?;
        let mut file = tar.into_inner()?.finish()?;
        file.flush()?;
        file.get_ref().sync_all()?;
        std::fs::rename(&partial, to)?;
        Ok(())
    };
    let packed = write();
    if packed.is_err() {
        // The reason matters more than a left-over.
        let _ = std::fs::remove_file(&partial);
    }
    packed.with_context(|| format!("{} cannot be written", to.display()))
}

/// A backup that can be read: where it lies, or where it was unpacked to, which is gone afterwards.
pub(super) struct Opened {
    pub(super) folder: PathBuf,
    _scratch: Option<Scratch>,
}

impl Opened {
    /// Opens a backup, a folder or a locked file; `beside` is a folder in which there is room.
    pub(super) fn open(from: &Path, key: &KeyArguments, beside: &Path) -> anyhow::Result<Opened> {
        if !from.is_file() {
            return Ok(Opened { folder: from.to_owned(), _scratch: None });
        }
        let identities = key.identities()?;
        let locked = Decryptor::new_buffered(BufReader::new(File::open(from)?))
            .with_context(|| format!("{} is not a locked backup", from.display()))?;
        let plain = locked
            .decrypt(identities.iter().map(|it| &**it))
            .with_context(|| format!("{} does not open with this key", from.display()))?;
        let scratch = Scratch::new(beside, "unpacked")?;
        tar::Archive::new(plain)
            .unpack(scratch.folder())
            .with_context(|| format!("{} is damaged, or there is no room to unpack it", from.display()))?;
        let inside = std::fs::read_dir(scratch.folder())?.next().context("the locked backup is empty")??;
        Ok(Opened { folder: inside.path(), _scratch: Some(scratch) })
    }
}
