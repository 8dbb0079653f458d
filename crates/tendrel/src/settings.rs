//! How an installation is set up: command line, then environment, then `tendrel.toml` in the data folder.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use serde::Deserialize;

pub mod entry;
pub mod identity;
mod letters;
mod machines;
mod mail_listener;
mod outward;
pub mod s3;
mod scans;

use crate::app::App;
use crate::clock::Clock;
use crate::settings::entry::{MailSettings, MailTable, SignInSettings};
pub use crate::settings::letters::LetterSettings;
pub use crate::settings::machines::{MachineSettings, PublicFormSettings, TracesSettings};
pub use crate::settings::mail_listener::MailListenerSettings;
pub use crate::settings::outward::WebhookSettings;
use crate::settings::s3::{FilesTable, S3Settings};
pub use crate::settings::scans::ScanSettings;

/// Bytes that one attachment may have.
pub const ATTACHMENT_LIMIT: u64 = 10 * 1024 * 1024;
/// Attachments that one form may carry.
pub const ATTACHMENTS_LIMIT: usize = 10;
/// Characters that a long text may have; a short one 200.
pub const LONG_TEXT_LIMIT: usize = 20_000;
pub const SHORT_TEXT_LIMIT: usize = 200;

/// Where an installation keeps its records: what every command is told.
#[derive(Clone, Debug)]
pub struct Place {
    pub data: PathBuf,
    pub database: Option<String>,
    /// `s3://BUCKET/FOLDER` for attachments; they lie in the data folder without it.
    pub files: Option<String>,
}

impl Place {
    /// What the command line and `tendrel.toml` say together.
    ///
    /// # Errors
    /// Says where the file is wrong.
    pub fn settings(&self) -> anyhow::Result<Settings> {
        let file = SettingsFile::read(&self.data)?;
        Ok(Settings {
            database: self.database.clone().or(file.database),
            home_unit: file.home_unit,
            backup_folder: file.backup_folder.unwrap_or_else(|| self.data.join("backups")),
            backup_recipients: file.backup_recipients,
            files_store: self.files.clone().or(file.files.store),
            s3: file.s3,
            sign_in: file.sign_in,
            secrets_key: file.secrets_key,
            ca_certificates: file.ca_certificates,
            webhooks: file.webhooks,
            scans: file.scans,
            ..Settings::in_folder(self.data.clone())
        })
    }

    /// The program for a command: the database open, migrated and filled with what every installation starts from.
    ///
    /// # Errors
    /// Says what to do when the folder or the database cannot be used.
    pub fn open(&self) -> anyhow::Result<App> {
        let settings = self.settings()?;
        std::fs::create_dir_all(&self.data)
            .with_context(|| format!("the folder {} cannot be made", self.data.display()))?;
        let app = App::open(settings, Clock::Machine)?;
        crate::install::install(&app)?;
        Ok(app)
    }
}

#[derive(Clone, Debug)]
pub struct Settings {
    /// Folder of the embedded database and of the files.
    pub data: PathBuf,
    /// `postgres://…`, or `None` for the embedded database in `data`.
    pub database: Option<String>,
    pub listen: SocketAddr,
    /// The address people use, without a slash at its end; links in exports and on paper begin with it.
    pub base_url: String,
    /// The unit whose name stands over the public pages; `None` until the operator sets one.
    pub home_unit: Option<String>,
    /// A page to choose whom to be. Only ever on loopback.
    pub demo: bool,
    /// Show strings in Dzongkha that nobody has checked yet, with a notice.
    pub show_unreviewed: bool,
    /// Set `Secure` and the `__Host-` prefix on cookies; off only where the program is reached by plain http on loopback.
    pub secure_cookies: bool,
    /// Read the sender's address from `X-Forwarded-For`: only behind a proxy that sets it.
    pub behind_proxy: bool,
    /// Where the nightly backups go: a folder, or `s3://BUCKET/FOLDER`.
    pub backup_folder: PathBuf,
    /// For whom they are locked; for nobody, they are plain.
    pub backup_recipients: Vec<String>,
    /// How many of them are kept; with 0 none are made.
    pub backups_kept: usize,
    /// `s3://BUCKET/FOLDER` for attachments; `None`: the data folder.
    pub files_store: Option<String>,
    pub s3: S3Settings,
    pub sign_in: SignInSettings,
    pub mail: MailSettings,
    pub mail_listener: MailListenerSettings,
    pub letters: LetterSettings,
    pub machines: MachineSettings,
    pub public_form: PublicFormSettings,
    pub webhooks: WebhookSettings,
    pub traces: TracesSettings,
    pub scans: ScanSettings,
    /// Seals what the database may not know; `None`: the file `secrets.key` in the data folder.
    pub secrets_key: Option<String>,
    /// Certificates that are trusted beside those of the machine, PEM.
    pub ca_certificates: Option<PathBuf>,
    /// The `clamd` that looks at every file that comes in: a socket's path, or host and port.
    pub virus_scanner: Option<String>,
}

/// Nightly backups that are kept, unless the settings say otherwise.
pub const BACKUPS_KEPT: usize = 14;

/// `tendrel.toml`; everything may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingsFile {
    pub database: Option<String>,
    pub listen: Option<SocketAddr>,
    pub base_url: Option<String>,
    pub home_unit: Option<String>,
    pub show_unreviewed: Option<bool>,
    pub behind_proxy: Option<bool>,
    pub backup_folder: Option<PathBuf>,
    #[serde(default)]
    pub backup_recipients: Vec<String>,
    pub backups_kept: Option<usize>,
    pub secrets_key: Option<String>,
    pub ca_certificates: Option<PathBuf>,
    pub virus_scanner: Option<String>,
    #[serde(default)]
    pub files: FilesTable,
    #[serde(default)]
    pub s3: S3Settings,
    #[serde(default)]
    pub sign_in: SignInSettings,
    #[serde(default)]
    pub mail: MailTable,
    #[serde(default)]
    pub mail_listener: MailListenerSettings,
    #[serde(default)]
    pub letters: LetterSettings,
    #[serde(default)]
    pub machines: MachineSettings,
    #[serde(default)]
    pub public_form: PublicFormSettings,
    #[serde(default)]
    pub webhooks: WebhookSettings,
    #[serde(default)]
    pub traces: TracesSettings,
    #[serde(default)]
    pub scans: ScanSettings,
}

impl SettingsFile {
    /// Reads `tendrel.toml` in the data folder; a missing file is an empty one, a wrong one says where it is wrong.
    pub fn read(data: &std::path::Path) -> anyhow::Result<SettingsFile> {
        let path = data.join("tendrel.toml");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => anyhow::bail!("{} cannot be read: {error}", path.display()),
        };
        let mut file: SettingsFile = toml::from_str(&text)
            .map_err(|error| anyhow::anyhow!("{} is not right: {error}", path.display()))?;
        file.machines.check().with_context(|| format!("{} is not right", path.display()))?;
        file.mail_listener.check().with_context(|| format!("{} is not right", path.display()))?;
        file.letters.check().with_context(|| format!("{} is not right", path.display()))?;
        file.s3.check().with_context(|| format!("{} is not right", path.display()))?;
        file.traces.check().with_context(|| format!("{} is not right", path.display()))?;
        file.scans.check().with_context(|| format!("{} is not right", path.display()))?;
        file.take_secrets(|name| std::env::var(name).ok());
        file.webhooks.check().with_context(|| format!("{} is not right", path.display()))?;
        file.sign_in.check().with_context(|| format!("{} is not right", path.display()))?;
        Ok(file)
    }

    #[cfg(test)]
    fn of_text(text: &str) -> anyhow::Result<SettingsFile> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("tendrel.toml"), text)?;
        SettingsFile::read(folder.path())
    }

    /// What should not stand in a file may stand in the environment, which goes before the file.
    fn take_secrets(&mut self, environment: impl Fn(&str) -> Option<String>) {
        self.secrets_key = environment("TENDREL_SECRETS_KEY").or(self.secrets_key.take());
        self.sign_in.take_secrets(&environment);
        self.s3.take_secrets(&environment);
    }
}

impl Settings {
    /// What a test or a command without a server needs.
    pub fn in_folder(data: PathBuf) -> Settings {
        Settings {
            backup_folder: data.join("backups"),
            backup_recipients: Vec::new(),
            backups_kept: BACKUPS_KEPT,
            files_store: None,
            s3: S3Settings::default(),
            data,
            database: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            base_url: "http://localhost".to_owned(),
            home_unit: None,
            demo: false,
            show_unreviewed: false,
            secure_cookies: false,
            behind_proxy: false,
            sign_in: SignInSettings::default(),
            mail: MailSettings::Off,
            mail_listener: MailListenerSettings::default(),
            letters: LetterSettings::default(),
            machines: MachineSettings::default(),
            public_form: PublicFormSettings::default(),
            webhooks: WebhookSettings::default(),
            traces: TracesSettings::default(),
            scans: ScanSettings::default(),
            secrets_key: None,
            ca_certificates: None,
            virus_scanner: None,
        }
    }

    pub fn database_url(&self) -> String {
        match &self.database {
            Some(url) => url.clone(),
            None => self.data.join("tendrel.sqlite").display().to_string(),
        }
    }

    pub fn files_folder(&self) -> PathBuf {
        self.data.join("files")
    }
}
