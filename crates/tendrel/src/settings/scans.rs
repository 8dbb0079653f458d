//! Sheets of paper that come: the table `[scans]` of `tendrel.toml`.

use std::path::PathBuf;

use anyhow::ensure;
use serde::Deserialize;

/// Everything may be left out.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScanSettings {
    /// A folder that scanners write to, with one folder below it for each unit, named by its code.
    pub folder: Option<PathBuf>,
    /// The program that guesses what is written on a page; without it nothing is guessed.
    pub tesseract: Option<PathBuf>,
    /// In which languages, as tesseract names them: "eng+dzo".
    pub languages: String,
    /// The program that reads pages in a process of its own; without it they are read in this one.
    #[serde(skip)]
    pub reader: Option<PathBuf>,
}

impl Default for ScanSettings {
    fn default() -> ScanSettings {
        ScanSettings { folder: None, tesseract: None, languages: "eng".to_owned(), reader: None }
    }
}

impl ScanSettings {
    /// # Errors
    /// Says which line to put right.
    pub fn check(&self) -> anyhow::Result<()> {
        let is_whole = |path: &Option<PathBuf>| path.as_ref().is_none_or(|path| path.is_absolute());
        ensure!(is_whole(&self.folder), "[scans] folder is a whole path, such as \"/srv/scans\"");
        ensure!(
            is_whole(&self.tesseract),
            "[scans] tesseract is the whole path of the program, such as \"/usr/bin/tesseract\""
        );
        let fits = |sign: char| sign.is_ascii_alphanumeric() || "_+".contains(sign);
        ensure!(
            !self.languages.is_empty() && self.languages.chars().all(fits),
            "[scans] languages names them as tesseract does, such as \"eng+dzo\""
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::SettingsFile;

    #[test]
    fn paths_are_whole_and_languages_are_names() {
        let file = SettingsFile::of_text("[scans]\nfolder = \"/srv/scans\"").unwrap();
        assert_eq!(file.scans.languages, "eng");
        for wrong in [
            "folder = \"scans\"",
            "tesseract = \"tesseract\"",
            "languages = \"eng -c x\"",
            "reader = \"/bin/sh\"",
        ] {
            let error = format!("{:#}", SettingsFile::of_text(&format!("[scans]\n{wrong}")).unwrap_err());
            assert!(error.contains("is not right"), "{error}");
        }
    }
}
