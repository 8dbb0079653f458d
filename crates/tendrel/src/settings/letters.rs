//! How much is written to people: the table `[letters]` of `tendrel.toml`.

use anyhow::ensure;
use serde::Deserialize;

/// Everything may be left out.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LetterSettings {
    /// Automatic letters that one address gets in 24 hours.
    pub a_day_per_address: i64,
    /// Automatic letters in an hour to anybody: with one more all of them are held back until an operator looked.
    pub an_hour_in_all: i64,
    /// Letters in a minute to one domain.
    pub a_minute_per_domain: i64,
    /// Working days after which somebody is reminded that a request waits for their answer.
    pub remind_after_days: Vec<i64>,
}

impl Default for LetterSettings {
    fn default() -> LetterSettings {
        LetterSettings {
            a_day_per_address: 40,
            an_hour_in_all: 500,
            a_minute_per_domain: 60,
            remind_after_days: vec![3, 8],
        }
    }
}

impl LetterSettings {
    /// # Errors
    /// Says which line to put right.
    pub fn check(&self) -> anyhow::Result<()> {
        ensure!(
            (1..=10_000).contains(&self.a_day_per_address),
            "[letters] a_day_per_address is from 1 to 10000"
        );
        ensure!(
            (1..=1_000_000).contains(&self.an_hour_in_all),
            "[letters] an_hour_in_all is from 1 to 1000000"
        );
        ensure!(
            (1..=6_000).contains(&self.a_minute_per_domain),
            "[letters] a_minute_per_domain is from 1 to 6000"
        );
        let days = &self.remind_after_days;
        let in_order = days.windows(2).all(|two| two[0] < two[1]);
        ensure!(
            days.len() <= 2 && in_order && days.iter().all(|day| (1..=60).contains(day)),
            "[letters] remind_after_days holds no more than two days from 1 to 60, such as [3, 8]"
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::SettingsFile;

    #[test]
    fn limits_that_make_no_sense_are_refused_with_words() {
        let file =
            SettingsFile::of_text("[letters]\na_day_per_address = 5\nremind_after_days = [2]").unwrap();
        assert_eq!(file.letters.a_day_per_address, 5);
        assert_eq!(file.letters.an_hour_in_all, LetterSettings::default().an_hour_in_all);
        for wrong in [
            "a_day_per_address = 0",
            "an_hour_in_all = 0",
            "a_minute_per_domain = 0",
            "remind_after_days = [8, 3]",
        ] {
            let error = format!("{:#}", SettingsFile::of_text(&format!("[letters]\n{wrong}")).unwrap_err());
            assert!(error.contains("[letters]"), "{error}");
        }
    }
}
