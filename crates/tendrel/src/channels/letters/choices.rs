//! What somebody wants to be told by e-mail and by SMS, and when. Pure.

use crate::channels::letters::kind::Kind;
use crate::channels::letters::limits::Quiet;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choices {
    /// What is not sent by e-mail.
    pub off: Vec<Kind>,
    /// What is sent by SMS.
    pub sms: Vec<Kind>,
    pub digest: bool,
    pub quiet: Option<Quiet>,
}

impl Choices {
    pub fn wants(&self, kind: Kind) -> bool {
        match kind {
            Kind::Digest => self.digest,
            kind => !self.off.contains(&kind),
        }
    }

    /// As it is stored.
    pub fn as_text(kinds: &[Kind]) -> String {
        kinds.iter().map(|kind| kind.code()).collect::<Vec<_>>().join(" ")
    }

    pub fn kinds_of_text(text: &str) -> Vec<Kind> {
        text.split_whitespace().filter_map(Kind::from_code).collect()
    }
}

/// The kinds that somebody may choose: what asks them something always comes.
pub fn choosable(works_in_a_unit: bool) -> Vec<Kind> {
    let always = [Kind::Asked, Kind::Reminded, Kind::Resolved, Kind::Digest];
    Kind::ALL
        .into_iter()
        .filter(|kind| !always.contains(kind) && (works_in_a_unit || !kind.is_for_officers()))
        .collect()
}

/// "20:30" as minutes of the day.
pub fn minutes(clock: &str) -> Option<i64> {
    let (hours, minutes) = clock.trim().split_once(':')?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    let is_one = (0..24).contains(&hours) && (0..60).contains(&minutes);
    is_one.then_some(hours * 60 + minutes)
}

pub fn clock(minutes: i64) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_the_day_is_read_as_it_is_written() {
        assert_eq!(minutes("20:30"), Some(1230));
        assert_eq!(clock(1230), "20:30");
        for wrong in ["24:00", "7", "", "7:60", "-1:00", "seven:00"] {
            assert_eq!(minutes(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_asks_somebody_something_always_comes() {
        let choices = Choices { off: Choices::kinds_of_text("replied nonsense wrote"), ..Choices::default() };
        assert!(!choices.wants(Kind::Replied) && choices.wants(Kind::Asked) && !choices.wants(Kind::Digest));
        assert_eq!(Choices::as_text(&choices.off), "replied wrote");
        assert!(!choosable(true).contains(&Kind::Asked));
        assert!(choosable(false).iter().all(|kind| !kind.is_for_officers()));
    }
}
