//! How it runs among other machines: the tables `[machines]` and `[public_form]` of `tendrel.toml`.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::ensure;
use serde::Deserialize;

/// Everything may be left out.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MachineSettings {
    /// `postgres://…` of a server that follows the one of `database`; pages that only read ask it.
    pub replica: Option<String>,
    /// A replica that is further behind is not asked.
    pub replica_lag_seconds: u64,
    /// Between being told to stop and stopping, `/health/ready` says no for so long, for a balancer to notice.
    pub stop_wait_seconds: u64,
    /// Where `/metrics` can be asked for, such as 127.0.0.1:9464; nowhere unless it is set.
    pub metrics_listen: Option<SocketAddr>,
    /// Who asks for metrics must send it as `Authorization: Bearer`; needed on any address but loopback.
    pub metrics_token: Option<String>,
}

impl Default for MachineSettings {
    fn default() -> MachineSettings {
        MachineSettings {
            replica: None,
            replica_lag_seconds: 5,
            stop_wait_seconds: 0,
            metrics_listen: None,
            metrics_token: None,
        }
    }
}

impl MachineSettings {
    pub fn replica_lag(&self) -> Duration {
        Duration::from_secs(self.replica_lag_seconds)
    }

    pub fn stop_wait(&self) -> Duration {
        Duration::from_secs(self.stop_wait_seconds)
    }

    /// # Errors
    /// Says which line to put right.
    pub fn check(&self) -> anyhow::Result<()> {
        ensure!(
            (1..=300).contains(&self.replica_lag_seconds),
            "[machines] replica_lag_seconds is from 1 to 300"
        );
        ensure!(self.stop_wait_seconds <= 300, "[machines] stop_wait_seconds is from 0 to 300");
        let is_postgres = |url: &String| url.starts_with("postgres://") || url.starts_with("postgresql://");
        ensure!(self.replica.as_ref().is_none_or(is_postgres), "[machines] replica is postgres://…");
        if let Some(listen) = self.metrics_listen {
            let has_token = self.metrics_token.as_ref().is_some_and(|token| token.len() >= 16);
            ensure!(
                listen.ip().is_loopback() || has_token,
                "metrics on {listen} can be asked for by others: set TENDREL_METRICS_TOKEN to 16 letters or more, \
                 or listen on 127.0.0.1"
            );
        }
        Ok(())
    }
}

/// Who is told what requests and jobs did, step by step: the table `[traces]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TracesSettings {
    /// The collector's address for OTLP over HTTP, such as http://127.0.0.1:4318; nobody is told unless it is set.
    pub endpoint: Option<String>,
    /// The part of them that is told, from 0 to 1.
    pub share: f64,
}

impl Default for TracesSettings {
    fn default() -> TracesSettings {
        TracesSettings { endpoint: None, share: 1.0 }
    }
}

impl TracesSettings {
    /// # Errors
    /// Says which line to put right.
    pub fn check(&self) -> anyhow::Result<()> {
        let is_http = |url: &String| url.starts_with("http://") || url.starts_with("https://");
        ensure!(self.endpoint.as_ref().is_none_or(is_http), "[traces] endpoint is http://… or https://…");
        ensure!((0.0..=1.0).contains(&self.share), "[traces] share is from 0 to 1");
        Ok(())
    }
}

/// How many requests the public form takes from those who did not sign in; 0 is any number.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PublicFormSettings {
    /// A whole dzongkhag may stand behind one address.
    pub per_address_an_hour: u32,
    /// The telephone number, or the e-mail address where there is none.
    pub per_telephone_an_hour: u32,
}

impl Default for PublicFormSettings {
    fn default() -> PublicFormSettings {
        PublicFormSettings { per_address_an_hour: 600, per_telephone_an_hour: 30 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::SettingsFile;

    #[test]
    fn a_machine_among_others_is_set_up_in_a_table() {
        let file = SettingsFile::of_text(
            "[machines]\nreplica = \"postgres://b/t\"\nstop_wait_seconds = 10\n[public_form]\nper_address_an_hour = 0\n",
        );
        let file = file.unwrap();
        assert_eq!(file.machines.replica.as_deref(), Some("postgres://b/t"));
        assert_eq!(file.machines.stop_wait(), Duration::from_secs(10));
        assert_eq!(file.machines.replica_lag(), Duration::from_secs(5));
        assert_eq!((file.public_form.per_address_an_hour, file.public_form.per_telephone_an_hour), (0, 30));
    }

    #[test]
    fn metrics_are_not_told_to_everybody() {
        for (text, said) in [
            ("[machines]\nmetrics_listen = \"0.0.0.0:9464\"", "TENDREL_METRICS_TOKEN"),
            ("[machines]\nmetrics_listen = \"0.0.0.0:9464\"\nmetrics_token = \"short\"", "16 letters"),
            ("[machines]\nreplica = \"copy.sqlite\"", "replica is postgres://"),
            ("[machines]\nreplica_lag_seconds = 0", "from 1 to 300"),
            ("[machines]\nstop_wait_seconds = 301", "from 0 to 300"),
            ("[traces]\nendpoint = \"127.0.0.1:4318\"", "endpoint is http://"),
            ("[traces]\nshare = 2.0", "from 0 to 1"),
        ] {
            let error = format!("{:#}", SettingsFile::of_text(text).unwrap_err());
            assert!(error.contains(said), "{error}");
        }
        SettingsFile::of_text("[machines]\nmetrics_listen = \"127.0.0.1:9464\"").unwrap();
    }
}
