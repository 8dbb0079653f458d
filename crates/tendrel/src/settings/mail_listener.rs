//! Where mail servers hand mail over: the table `[mail_listener]` of `tendrel.toml`.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::ensure;
use serde::Deserialize;

use crate::outbound::networks::Network;

/// Everything may be left out; then nothing listens.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailListenerSettings {
    /// For a mail server of our own, that waits for an answer for each recipient (RFC 2033).
    pub lmtp: Option<SocketAddr>,
    /// For a relay that speaks nothing else (RFC 5321).
    pub smtp: Option<SocketAddr>,
    /// Networks whose mail servers are listened to.
    pub from: Vec<Network>,
    /// PEM files; with them TLS is offered. They are read for each connection, so a renewed one needs no restart.
    pub certificate: Option<PathBuf>,
    pub key: Option<PathBuf>,
    /// Takes no mail before TLS has begun.
    pub require_tls: bool,
    /// At once, over all.
    pub connections: usize,
    /// Of one message.
    pub recipients: usize,
    /// Messages of one address in a minute.
    pub a_minute: usize,
}

impl Default for MailListenerSettings {
    fn default() -> MailListenerSettings {
        let this_machine = ["127.0.0.0/8", "::1"];
        MailListenerSettings {
            lmtp: None,
            smtp: None,
            from: this_machine.iter().flat_map(|text| Network::try_from((*text).to_owned())).collect(),
            certificate: None,
            key: None,
            require_tls: false,
            connections: 50,
            recipients: 100,
            a_minute: 1_200,
        }
    }
}

impl MailListenerSettings {
    /// # Errors
    /// Says which line to put right.
    pub fn check(&self) -> anyhow::Result<()> {
        ensure!(
            self.certificate.is_some() == self.key.is_some(),
            "[mail_listener] needs both a certificate and its key, or neither"
        );
        ensure!(
            !self.require_tls || self.certificate.is_some(),
            "[mail_listener] require_tls needs a certificate"
        );
        ensure!((1..=1_000).contains(&self.connections), "[mail_listener] connections is from 1 to 1000");
        // RFC 5321, 4.5.3.1.8: a hundred must be possible.
        ensure!((100..=1_000).contains(&self.recipients), "[mail_listener] recipients is from 100 to 1000");
        ensure!((1..=100_000).contains(&self.a_minute), "[mail_listener] a_minute is from 1 to 100000");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::SettingsFile;

    #[test]
    fn nothing_listens_unless_it_is_asked_for_and_then_to_this_machine_alone() {
        assert_eq!(SettingsFile::of_text("").unwrap().mail_listener, MailListenerSettings::default());
        let file = SettingsFile::of_text("[mail_listener]\nlmtp = \"127.0.0.1:8024\"\n").unwrap();
        let hears = |address: &str| {
            file.mail_listener.from.iter().any(|network| network.holds(address.parse().unwrap()))
        };
        assert!(hears("127.0.0.1") && hears("::1") && !hears("10.1.1.1"));
        for (wrong, said) in [
            ("certificate = \"a.pem\"", "both a certificate and its key"),
            ("require_tls = true", "needs a certificate"),
            ("connections = 0", "from 1 to 1000"),
            ("recipients = 10", "from 100 to 1000"),
            ("a_minute = 0", "from 1 to 100000"),
            ("from = [\"the office\"]", "is no network"),
        ] {
            let text = format!("[mail_listener]\n{wrong}");
            let error = format!("{:#}", SettingsFile::of_text(&text).unwrap_err());
            assert!(error.contains(said), "{error}");
        }
    }
}
