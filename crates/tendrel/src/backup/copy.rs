//! Copies files, and says what was copied.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::files::hex;

/// Size, and SHA-256 as hexadecimal digits.
pub(super) fn measure(path: &Path) -> std::io::Result<(u64, String)> {
    pour(&mut File::open(path)?, &mut std::io::sink())
}

/// Copies one file to a new one and waits until it is on the disk.
pub(super) fn copy(from: &Path, to: &Path) -> std::io::Result<(u64, String)> {
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut source = File::open(from)?;
    let mut target = private(to)?;
    let measured = pour(&mut source, &mut target)?;
    target.sync_all()?;
    Ok(measured)
}

/// A new file that only its owner may read: backups hold personal data.
pub(super) fn private(path: &Path) -> std::io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn pour(from: &mut impl Read, to: &mut impl Write) -> std::io::Result<(u64, String)> {
    let (mut size, mut hash, mut buffer) = (0, Sha256::new(), vec![0; 64 * 1024]);
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok((size, hex(&hash.finalize())));
        }
        hash.update(&buffer[..read]);
        to.write_all(&buffer[..read])?;
        size += read as u64;
    }
}
