//! What the database may keep and not know: secrets that must be read again, sealed with AES-256-GCM by a key of the
//! installation that stands beside the data, or in the environment, and in no backup.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, ensure};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use sha2::{Digest, Sha256};

use crate::files::{hex, unhex};
use crate::secret;

const FILE: &str = "secrets.key";

/// Cheap to clone. The first key seals; all open.
#[derive(Clone)]
pub struct Vault(Arc<Vec<Key>>);

struct Key {
    /// Eight digits that say which key it was and nothing about it.
    name: String,
    key: LessSafeKey,
    /// Made of the same secret, for what is signed and not sealed.
    signing: hmac::Key,
}

/// A sealed secret, with the name of the key that opens it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sealed {
    pub key_name: String,
    pub bytes: Vec<u8>,
}

/// The key is missing, or what was sealed was altered or put in another's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a sealed secret does not open: the key that sealed it is missing; put secrets.key back, or add the old key to TENDREL_SECRETS_KEY"
)]
pub struct Locked;

impl Vault {
    /// The keys of the setting, 64 hexadecimal digits each with commas between; without it those of the file, which is
    /// made where there is none.
    ///
    /// # Errors
    /// When they are not written so, or the file cannot be read or written.
    pub fn of(setting: Option<&str>, folder: &Path) -> anyhow::Result<Vault> {
        if let Some(setting) = setting {
            return read(setting.split(','))
                .context("TENDREL_SECRETS_KEY holds 64 hexadecimal digits, and older keys after commas");
        }
        let path = file(folder);
        match std::fs::read_to_string(&path) {
            Ok(text) => read(text.lines()).with_context(|| {
                format!(
                    "{} does not hold 64 hexadecimal digits on each line; put the key back that was there",
                    path.display()
                )
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let fresh = hex(&secret::bytes::<32>());
                write(&path, &fresh)?;
                read(std::iter::once(fresh.as_str()))
            }
            Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
        }
    }

    /// Seals a secret for one place: put anywhere else it does not open.
    pub fn seal(&self, place: &[u8], secret: &[u8]) -> Result<Sealed, Locked> {
        let key = self.0.first().ok_or(Locked)?;
        let nonce = secret::bytes::<NONCE_LEN>();
        let mut bytes = secret.to_vec();
        key.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place), &mut bytes)
            .map_err(|_| Locked)?;
        bytes.splice(0..0, nonce);
        Ok(Sealed { key_name: key.name.clone(), bytes })
    }

    /// # Errors
    /// When it does not open here.
    pub fn open(&self, place: &[u8], sealed: &Sealed) -> Result<Vec<u8>, Locked> {
        let key = self.0.iter().find(|key| key.name == sealed.key_name).ok_or(Locked)?;
        let (nonce, rest) = sealed.bytes.split_at_checked(NONCE_LEN).ok_or(Locked)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Locked)?;
        let mut bytes = rest.to_vec();
        let opened = key.key.open_in_place(nonce, Aad::from(place), &mut bytes).map_err(|_| Locked)?;
        Ok(opened.to_vec())
    }

    /// A keyed hash by which the program knows its own words again, HMAC-SHA256; one made for another purpose is another.
    pub fn authenticator(&self, purpose: &[u8], words: &[u8]) -> Vec<u8> {
        self.0.first().map(|key| key.authenticator(purpose, words)).unwrap_or_default()
    }

    /// Is what came with the words the authenticator of one of the keys?
    pub fn authentic(&self, purpose: &[u8], words: &[u8], came: impl Fn(&[u8]) -> bool) -> bool {
        self.0.iter().any(|key| came(&key.authenticator(purpose, words)))
    }

    /// The key that seals now.
    pub fn key_name(&self) -> &str {
        self.0.first().map_or("", |key| key.name.as_str())
    }

    pub fn knows(&self, key_name: &str) -> bool {
        self.0.iter().any(|key| key.name == key_name)
    }
}

impl Key {
    fn authenticator(&self, purpose: &[u8], words: &[u8]) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.signing);
        context.update(&(purpose.len() as u64).to_be_bytes());
        context.update(purpose);
        context.update(words);
        context.sign().as_ref().to_vec()
    }
}

/// Puts a new key before those of the file; returns all of them. Until `drop_old_keys` nothing that was sealed is lost.
///
/// # Errors
/// When the file cannot be read or written.
pub fn add_key(folder: &Path) -> anyhow::Result<Vault> {
    let path = file(folder);
    let before =
        std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    write(&path, &format!("{}\n{}", hex(&secret::bytes::<32>()), before.trim_end()))?;
    Vault::of(None, folder)
}

/// Leaves the newest key alone in the file.
///
/// # Errors
/// When the file cannot be read or written.
pub fn drop_old_keys(folder: &Path) -> anyhow::Result<()> {
    let path = file(folder);
    let all = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    write(&path, all.lines().next().unwrap_or_default())
}

pub fn file(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

fn read<'a>(lines: impl Iterator<Item = &'a str>) -> anyhow::Result<Vault> {
    let mut keys = Vec::new();
    for line in lines.map(str::trim).filter(|line| !line.is_empty()) {
        let bytes = unhex(line).filter(|bytes| bytes.len() == 32).context("this is not a key")?;
        let key = UnboundKey::new(&AES_256_GCM, &bytes).map_err(|_| anyhow::anyhow!("this is not a key"))?;
        let name = hex(&Sha256::digest([b"tendrel vault".as_slice(), &bytes].concat())[..4]);
        let own = Sha256::digest([b"tendrel signs".as_slice(), &bytes].concat());
        let signing = hmac::Key::new(hmac::HMAC_SHA256, &own);
        keys.push(Key { name, key: LessSafeKey::new(key), signing });
    }
    ensure!(!keys.is_empty(), "there is no key");
    Ok(Vault(Arc::new(keys)))
}

/// Written whole and for its owner only before it stands under its name.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let fresh = path.with_extension(format!("{}.new", std::process::id()));
    let write = || -> std::io::Result<()> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&fresh)?;
        writeln!(file, "{text}")?;
        file.sync_all()?;
        std::fs::rename(&fresh, path)
    };
    write().with_context(|| format!("the key {} cannot be written", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_in_its_place_with_its_key_only() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::of(None, folder.path()).unwrap();
        let sealed = vault.seal(b"karma", b"12345678901234567890").unwrap();
        assert!(!sealed.bytes.windows(10).any(|part| part == b"1234567890"));
        assert_ne!(sealed, vault.seal(b"karma", b"12345678901234567890").unwrap());
        // The file is read again at the next start.
        let again = Vault::of(None, folder.path()).unwrap();
        assert_eq!(again.open(b"karma", &sealed).unwrap(), b"12345678901234567890");
        assert_eq!(again.open(b"sonam", &sealed), Err(Locked));
        let mut altered = sealed.clone();
        altered.bytes[NONCE_LEN] ^= 1;
        assert_eq!(again.open(b"karma", &altered), Err(Locked));
        altered.bytes.truncate(5);
        assert_eq!(again.open(b"karma", &altered), Err(Locked));
        let other = Vault::of(Some(&"ab".repeat(32)), folder.path()).unwrap();
        assert_eq!(other.open(b"karma", &sealed), Err(Locked));
    }

    #[cfg(unix)]
    #[test]
    fn the_key_is_for_its_owner_only_and_a_wrong_one_is_told() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        Vault::of(None, folder.path()).unwrap();
        let mode = std::fs::metadata(file(folder.path())).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::write(file(folder.path()), "abc\n").unwrap();
        let told = format!("{:#}", Vault::of(None, folder.path()).err().unwrap());
        assert!(told.contains("put the key back"), "{told}");
        assert!(Vault::of(Some("abc"), folder.path()).is_err());
        assert!(Vault::of(Some(""), folder.path()).is_err());
    }
}
