//! A folder that is gone afterwards. What a killed program leaves of it, `sweep.rs` finds by its name.

use std::path::{Path, PathBuf};

use uuid::Uuid;

#[derive(Debug)]
pub(super) struct Scratch(PathBuf);

impl Scratch {
    /// Made below `beside`, a folder in which there is room; the name says what it is for and when it was made.
    pub(super) fn new(beside: &Path, what: &str) -> std::io::Result<Scratch> {
        let folder = beside.join(format!("tendrel_{what}_{}", Uuid::now_v7().simple()));
        std::fs::create_dir_all(&folder)?;
        Ok(Scratch(folder))
    }

    pub(super) fn folder(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::error!("{} is left behind: {error}", self.0.display());
        }
    }
}
