//! What goes out to other programs: the table `[webhooks]` of `tendrel.toml`.

use anyhow::ensure;
use jiff::SignedDuration;
use serde::Deserialize;

use crate::outbound::networks::Network;

/// Everything may be left out.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebhookSettings {
    /// Take addresses that begin with http:// too: only for receivers on a line that nobody else listens to.
    pub allow_http: bool,
    /// Networks inside that receivers may stand in, such as "10.20.0.0/16"; otherwise none.
    pub allow_internal: Vec<Network>,
    /// A receiver is paused that failed so often in a row, and for so long.
    pub pause_after_failures: i64,
    pub pause_after_hours: i64,
}

impl Default for WebhookSettings {
    fn default() -> WebhookSettings {
        WebhookSettings {
            allow_http: false,
            allow_internal: Vec::new(),
            pause_after_failures: 20,
            pause_after_hours: 24,
        }
    }
}

impl WebhookSettings {
    pub fn pause_after(&self) -> SignedDuration {
        SignedDuration::from_hours(self.pause_after_hours)
    }

    /// # Errors
    /// Says which line to put right.
    pub fn check(&self) -> anyhow::Result<()> {
        ensure!(
            (1..=1_000).contains(&self.pause_after_failures),
            "[webhooks] pause_after_failures is from 1 to 1000"
        );
        ensure!(
            (0..=24 * 30).contains(&self.pause_after_hours),
            "[webhooks] pause_after_hours is from 0 to 720"
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::SettingsFile;

    #[test]
    fn nothing_inside_is_reached_unless_it_is_named() {
        assert_eq!(SettingsFile::of_text("").unwrap().webhooks, WebhookSettings::default());
        let file =
            SettingsFile::of_text("[webhooks]\nallow_internal = [\"10.20.0.0/16\"]\nallow_http = true\n")
                .unwrap();
        assert!(
            file.webhooks.allow_internal[0].holds("10.20.1.1".parse().unwrap()) && file.webhooks.allow_http
        );
        for (text, said) in [
            ("[webhooks]\nallow_internal = [\"our network\"]", "is no network"),
            ("[webhooks]\npause_after_failures = 0", "from 1 to 1000"),
            ("[webhooks]\npause_after_hours = 1000", "from 0 to 720"),
        ] {
            let error = format!("{:#}", SettingsFile::of_text(text).unwrap_err());
            assert!(error.contains(said), "{error}");
        }
    }
}
