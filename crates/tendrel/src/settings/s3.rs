//! The S3-compatible store: the tables `[s3]` and `[files]` of `tendrel.toml`. The keys may stand in the environment.

use std::fmt;

use anyhow::ensure;
use serde::Deserialize;

/// Everything may be left out where nothing is kept in a store.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct S3Settings {
    /// `https://s3.example.bt`; left out, it is Amazon's own.
    pub endpoint: Option<String>,
    /// Left out, `us-east-1`: most other stores do not mind.
    pub region: Option<String>,
    pub access_key: Option<String>,
    pub secret_key: Option<String>,
}

/// Where attachments are kept.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FilesTable {
    /// `s3://BUCKET/FOLDER`; left out, in the data folder.
    pub store: Option<String>,
}

impl S3Settings {
    pub(super) fn take_secrets(&mut self, environment: &impl Fn(&str) -> Option<String>) {
        self.access_key = environment("TENDREL_S3_ACCESS_KEY").or(self.access_key.take());
        self.secret_key = environment("TENDREL_S3_SECRET_KEY").or(self.secret_key.take());
    }

    /// # Errors
    /// Says which line to put right.
    pub fn check(&self) -> anyhow::Result<()> {
        let Some(endpoint) = &self.endpoint else { return Ok(()) };
        let host =
            endpoint.strip_prefix("http://").map(|rest| rest.split([':', '/']).next().unwrap_or_default());
        let is_here = host.is_none_or(|host| ["localhost", "127.0.0.1"].contains(&host));
        ensure!(
            is_here && (host.is_some() || endpoint.starts_with("https://")),
            "[s3] endpoint is https://…; http:// to this machine itself only"
        );
        Ok(())
    }
}

/// Never with a key: settings may end up in a log.
impl fmt::Debug for S3Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Settings").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::SettingsFile;

    #[test]
    fn the_store_is_set_up_in_a_table_and_its_keys_stand_in_no_log() {
        let text = "backup_folder = \"s3://copies/desk\"\n[files]\nstore = \"s3://files/desk\"\n\
                    [s3]\nendpoint = \"https://s3.example.bt\"\naccess_key = \"who\"\nsecret_key = \"hidden\"\n";
        let file = SettingsFile::of_text(text).unwrap();
        assert_eq!(file.files.store.as_deref(), Some("s3://files/desk"));
        assert_eq!(file.backup_folder.as_deref(), Some(std::path::Path::new("s3://copies/desk")));
        assert!(!format!("{:?}", file.s3).contains("hidden"));
        let mut s3 = file.s3;
        s3.take_secrets(&|name| (name == "TENDREL_S3_SECRET_KEY").then(|| "of the environment".to_owned()));
        assert_eq!(
            (s3.access_key.as_deref(), s3.secret_key.as_deref()),
            (Some("who"), Some("of the environment"))
        );
    }

    #[test]
    fn what_is_kept_goes_to_no_other_machine_in_the_clear() {
        for endpoint in
            ["http://s3.example.bt", "http://127.0.0.1.example.bt", "s3.example.bt", "ftp://127.0.0.1"]
        {
            let error = SettingsFile::of_text(&format!("[s3]\nendpoint = \"{endpoint}\"")).unwrap_err();
            assert!(format!("{error:#}").contains("[s3] endpoint is https://"), "{error:#}");
        }
        for endpoint in ["http://127.0.0.1:9000", "http://localhost:9000", "https://s3.example.bt:9000"] {
            SettingsFile::of_text(&format!("[s3]\nendpoint = \"{endpoint}\"")).unwrap();
        }
    }
}
