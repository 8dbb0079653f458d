//! How people come in: the tables `[sign_in]` and `[mail]` of `tendrel.toml`.

use std::path::PathBuf;

use anyhow::ensure;
use jiff::SignedDuration;
use serde::Deserialize;

use crate::settings::identity::{LdapSettings, ProviderSettings};
use crate::viewer::Role;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    Password,
    /// By a link that is sent by e-mail; needs `[mail]`.
    Link,
    Passkey,
    /// User name and password of the directory of people; needs `[sign_in.ldap]`.
    Ldap,
    /// Other sites that vouch, named in `[[sign_in.providers]]`.
    Providers,
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
    pub providers: Vec<ProviderSettings>,
    pub ldap: Option<LdapSettings>,
}

impl Default for SignInSettings {
    fn default() -> SignInSettings {
        SignInSettings {
            with: vec![Way::Password, Way::Link, Way::Passkey, Way::Ldap, Way::Providers],
            idle_hours: 12,
            longest_days: 30,
            breached_passwords: None,
            second_factor_for: Vec::new(),
            providers: Vec::new(),
            ldap: None,
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

    /// The directory by which people sign in.
    pub fn ldap(&self) -> Option<&LdapSettings> {
        self.ldap.as_ref().filter(|_| self.has(Way::Ldap))
    }

    pub fn providers(&self) -> &[ProviderSettings] {
        if self.has(Way::Providers) { &self.providers } else { &[] }
    }

    /// Does a password open anything?
    pub fn takes_passwords(&self) -> bool {
        self.has(Way::Password) || self.ldap().is_some()
    }

    pub(super) fn take_secrets(&mut self, environment: &impl Fn(&str) -> Option<String>) {
        for provider in &mut self.providers {
            let name = format!("TENDREL_PROVIDER_{}_SECRET", provider.key.to_uppercase().replace('-', "_"));
            provider.client_secret = environment(&name).or(provider.client_secret.take());
        }
        if let Some(ldap) = &mut self.ldap {
            ldap.bind_password = environment("TENDREL_LDAP_PASSWORD").or(ldap.bind_password.take());
        }
    }

    /// # Errors
    /// Says which line to put right.
    pub fn check(&self) -> anyhow::Result<()> {
        ensure!(
            !self.with.is_empty(),
            "[sign_in] with = [] lets nobody in: name \"password\", \"link\", \"passkey\", \"ldap\" or \"providers\""
        );
        ensure!((1..=24 * 30).contains(&self.idle_hours), "[sign_in] idle_hours is from 1 to 720");
        ensure!((1..=365).contains(&self.longest_days), "[sign_in] longest_days is from 1 to 365");
        if let Some(file) = &self.breached_passwords {
            let found = std::fs::File::open(file);
            ensure!(found.is_ok(), "[sign_in] breached_passwords: {} cannot be read", file.display());
        }
        for (place, provider) in self.providers.iter().enumerate() {
            provider.check()?;
            let is_twice = self.providers[..place].iter().any(|other| other.key == provider.key);
            ensure!(!is_twice, "[[sign_in.providers]] key = \"{}\" stands there twice", provider.key);
        }
        if let Some(ldap) = &self.ldap {
            ldap.check()?;
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

    #[test]
    fn who_comes_in_how_is_a_setting() {
        let file = SettingsFile::of_text("[sign_in]\nwith = [\"password\"]\nidle_hours = 1\nsecond_factor_for = [\"operator\", \"head_of_unit\"]\n").unwrap();
        assert!(file.sign_in.has(Way::Password) && !file.sign_in.has(Way::Link));
        assert_eq!(file.sign_in.idle(), SignedDuration::from_hours(1));
        assert_eq!(file.sign_in.second_factor_for, [Role::Operator, Role::HeadOfUnit]);
        assert_eq!(SettingsFile::of_text("").unwrap().sign_in.longest(), SignedDuration::from_hours(30 * 24));
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
            let error = format!("{:#}", SettingsFile::of_text(text).unwrap_err());
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
