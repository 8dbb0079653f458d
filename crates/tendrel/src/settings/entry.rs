//! How people come in: the tables `[sign_in]` and `[mail]` of `tendrel.toml`.

use std::path::PathBuf;

use anyhow::ensure;
use jiff::SignedDuration;
use serde::Deserialize;

use crate::viewer::Role;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    Password,
    /// By a link that is sent by e-mail; needs `[mail]`.
    Link,
    Passkey,
}

/// Everything may be left out.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignInSettings {
    pub with: Vec<Way>,
    /// A session ends after this long without use, and after so many days whatever happens.
    pub idle_hours: i64,
    pub longest_days: i64,
    /// SHA-1 hashes of passwords that are known to thieves, sorted, one on a line.
    pub breached_passwords: Option<PathBuf>,
    /// Who needs a second factor.
    pub second_factor_for: Vec<Role>,
}

impl Default for SignInSettings {
    fn default() -> SignInSettings {
        SignInSettings {
            with: vec![Way::Password, Way::Link, Way::Passkey],
            idle_hours: 12,
            longest_days: 30,
            breached_passwords: None,
            second_factor_for: Vec::new(),
        }
    }
}

impl SignInSettings {
    pub fn idle(&self) -> SignedDuration {
        SignedDuration::from_hours(self.idle_hours)
    }

    pub fn longest(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * self.longest_days)
    }

    pub fn has(&self, way: Way) -> bool {
        self.with.contains(&way)
    }

    /// # Errors
    /// Says which line to put right.
    pub fn check(&self) -> anyhow::Result<()> {
        ensure!(
            !self.with.is_empty(),
            "[sign_in] with = [] lets nobody in: name \"password\", \"link\" or \"passkey\""
        );
        ensure!((1..=24 * 30).contains(&self.idle_hours), "[sign_in] idle_hours is from 1 to 720");
        ensure!((1..=365).contains(&self.longest_days), "[sign_in] longest_days is from 1 to 365");
        if let Some(file) = &self.breached_passwords {
            let found = std::fs::File::open(file);
            ensure!(found.is_ok(), "[sign_in] breached_passwords: {} cannot be read", file.display());
        }
        Ok(())
    }
}

/// The table `[mail]` as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailTable {
    /// `smtp://mail.example.bt:587?tls=required`, with `user:password@` where the server asks for it.
    pub server: Option<String>,
    /// `ICT Services <ict@example.bt>`.
    pub from: Option<String>,
}

/// Where messages go.
#[derive(Clone, Debug, PartialEq)]
pub enum MailSettings {
    /// Nothing is sent, and no page offers to send anything.
    Off,
    Server {
        url: String,
        from: String,
    },
    /// Each message becomes a file: for a demonstration.
    Folder {
        folder: PathBuf,
        from: String,
    },
    #[cfg(test)]
    Memory,
}

impl MailTable {
    /// `server` of the environment goes before the file's, so that its password need not stand there.
    ///
    /// # Errors
    /// When only one of the two is set.
    pub fn settings(self, server: Option<String>) -> anyhow::Result<MailSettings> {
        match (server.or(self.server), self.from) {
            (None, None) => Ok(MailSettings::Off),
            (Some(url), Some(from)) => Ok(MailSettings::Server { url, from }),
            (Some(_), None) => anyhow::bail!(
                "[mail] from is missing: from whom are messages, such as \"ICT <ict@example.bt>\"?"
            ),
            (None, Some(_)) => {
                anyhow::bail!("[mail] server is missing: write it there or into TENDREL_MAIL_SERVER")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::SettingsFile;

    fn read(text: &str) -> anyhow::Result<SettingsFile> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("tendrel.toml"), text)?;
        SettingsFile::read(folder.path())
    }

    #[test]
    fn who_comes_in_how_is_a_setting() {
        let file = read("[sign_in]\nwith = [\"password\"]\nidle_hours = 1\nsecond_factor_for = [\"operator\", \"head_of_unit\"]\n").unwrap();
        assert!(file.sign_in.has(Way::Password) && !file.sign_in.has(Way::Link));
        assert_eq!(file.sign_in.idle(), SignedDuration::from_hours(1));
        assert_eq!(file.sign_in.second_factor_for, [Role::Operator, Role::HeadOfUnit]);
        assert_eq!(read("").unwrap().sign_in.longest(), SignedDuration::from_hours(30 * 24));
    }

    #[test]
    fn a_setting_that_lets_nobody_in_is_refused_with_words() {
        for (text, said) in [
            ("[sign_in]\nwith = []", "lets nobody in"),
            ("[sign_in]\nwith = [\"magic\"]", "magic"),
            ("[sign_in]\nidle_hours = 0", "from 1 to 720"),
            ("[sign_in]\nbreached_passwords = \"/nowhere\"", "cannot be read"),
            ("[sign_in]\nsecond_factor_for = [\"king\"]", "king"),
        ] {
            let error = format!("{:#}", read(text).unwrap_err());
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn mail_needs_a_server_and_a_sender() {
        let table = |server: Option<&str>, from: Option<&str>| MailTable {
            server: server.map(str::to_owned),
            from: from.map(str::to_owned),
        };
        assert_eq!(table(None, None).settings(None).unwrap(), MailSettings::Off);
        assert!(table(Some("smtp://a"), None).settings(None).is_err());
        let given = table(Some("smtp://a"), Some("x@y.bt")).settings(Some("smtp://b".to_owned())).unwrap();
        assert_eq!(given, MailSettings::Server { url: "smtp://b".to_owned(), from: "x@y.bt".to_owned() });
    }
}
