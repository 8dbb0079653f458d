//! The key of the installation: made at the first start, beside the data, for its owner only. It stays out of backups.

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::files::{hex, unhex};

const FILE: &str = "signing.key";

#[derive(Clone)]
pub struct Signer(SigningKey);

impl Signer {
    /// Reads the key, or makes one where there is none.
    ///
    /// # Errors
    /// When the file cannot be read or written, or holds something else than a key.
    pub fn in_folder(folder: &Path) -> anyhow::Result<Signer> {
        let path = folder.join(FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                let seed = unhex(text.trim()).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
                let seed = seed.with_context(|| {
                    format!(
                        "{} does not hold 64 hexadecimal digits; put the key back that was there",
                        path.display()
                    )
                })?;
                Ok(Signer(SigningKey::from_bytes(&seed)))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(&path),
            Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
        }
    }

    pub fn sign(&self, statement: &str) -> [u8; 64] {
        self.0.sign(statement.as_bytes()).to_bytes()
    }

    pub fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }
}

/// Written whole and for its owner only before it stands under its name.
fn make(path: &Path) -> anyhow::Result<Signer> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)
        .map_err(|error| anyhow::anyhow!("the machine gives no random bytes: {error}"))?;
    let fresh = path.with_extension(format!("{}.new", std::process::id()));
    let write = || -> std::io::Result<()> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&fresh)?;
        writeln!(file, "{}", hex(&seed))?;
        file.sync_all()?;
        std::fs::rename(&fresh, path)
    };
    write().with_context(|| format!("the signing key {} cannot be written", path.display()))?;
    Ok(Signer(SigningKey::from_bytes(&seed)))
}

pub fn is_signed(statement: &str, public_key: &[u8], signature: &[u8]) -> bool {
    let (Ok(public_key), Ok(signature)) = (<[u8; 32]>::try_from(public_key), <[u8; 64]>::try_from(signature))
    else {
        return false;
    };
    VerifyingKey::from_bytes(&public_key)
        .and_then(|key| key.verify_strict(statement.as_bytes(), &Signature::from_bytes(&signature)))
        .is_ok()
}
