//! To whom, how much and when: what keeps letters from running in circles and from waking people. Pure.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// Attempts after which a letter is given up.
pub const TRIES: i64 = 10;

/// What stands before the `@` of addresses that nobody reads.
const BLOCKED: &str = include_str!("../../../reference/letters/blocked.txt");

/// Is there a person at this address?
pub fn may_be_written_to(address: &str) -> bool {
    let Some((local, domain)) = address.trim().rsplit_once('@') else { return false };
    let local = local.to_lowercase();
    let blocked = BLOCKED.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    !local.is_empty() && domain.contains('.') && !blocked.into_iter().any(|pattern| fits(pattern, &local))
}

fn fits(pattern: &str, local: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => local.ends_with(end),
        (_, Some(beginning)) => local.starts_with(beginning),
        (None, None) => local == pattern,
    }
}

/// What stands after the `@`, in small letters.
pub fn domain_of(address: &str) -> String {
    address.rsplit_once('@').map_or(String::new(), |(_, domain)| domain.trim().to_lowercase())
}

/// How long to wait after so many failures in a row: a minute, two, four and so on, up to an hour.
pub fn pause(failures: i64) -> SignedDuration {
    SignedDuration::from_mins((1_i64 << failures.clamp(1, 7).saturating_sub(1)).min(60))
}

/// Hours in which somebody wants to be left alone, as minutes of the day; they may go over midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    pub from: i64,
    pub to: i64,
}

/// When a letter may go: now, or when the quiet hours end.
pub fn after_quiet(now: Timestamp, zone: &TimeZone, quiet: Option<Quiet>) -> Timestamp {
    let Some(Quiet { from, to }) = quiet.filter(|quiet| quiet.from != quiet.to) else { return now };
    let local = now.to_zoned(zone.clone());
    let minute = i64::from(local.hour()) * 60 + i64::from(local.minute());
    let over_midnight = from > to;
    let is_quiet = if over_midnight { minute >= from || minute < to } else { minute >= from && minute < to };
    if !is_quiet {
        return now;
    }
    let day =
        if over_midnight && minute >= from { local.date().saturating_add(1.day()) } else { local.date() };
    let ends = day.to_zoned(zone.clone()).and_then(|midnight| midnight.checked_add(to.minutes()));
    ends.map_or(now, |ends| ends.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_reads_at_these_addresses() {
        for no in [
            "MAILER-DAEMON@x.bt",
            "postmaster@x.bt",
            "noreply@x.bt",
            "no-reply-2@x.bt",
            "list-bounces@x.bt",
            "nobody",
            "@x.bt",
            "karma@localhost",
            "",
        ] {
            assert!(!may_be_written_to(no), "{no}");
        }
        for yes in ["karma@moh.gov.bt", "root.tshering@x.bt", "reply@x.bt"] {
            assert!(may_be_written_to(yes), "{yes}");
        }
    }

    #[test]
    fn pauses_grow_to_an_hour() {
        let minutes: Vec<i64> = (1..=9).map(|failures| pause(failures).as_mins()).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }

    #[test]
    fn a_letter_waits_till_the_quiet_hours_end() {
        let zone = TimeZone::get("Asia/Thimphu").unwrap();
        let at = |local: &str| {
            jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M", local)
                .unwrap()
                .to_zoned(zone.clone())
                .unwrap()
                .timestamp()
        };
        let night = Some(Quiet { from: 20 * 60, to: 7 * 60 });
        for (now, then) in [
            ("2026-11-19 19:59", "2026-11-19 19:59"),
            ("2026-11-19 20:00", "2026-11-20 07:00"),
            ("2026-11-20 06:59", "2026-11-20 07:00"),
            ("2026-11-20 07:00", "2026-11-20 07:00"),
        ] {
            assert_eq!(after_quiet(at(now), &zone, night), at(then), "{now}");
        }
        let noon = Some(Quiet { from: 12 * 60, to: 13 * 60 });
        assert_eq!(after_quiet(at("2026-11-19 12:30"), &zone, noon), at("2026-11-19 13:00"));
        assert_eq!(after_quiet(at("2026-11-19 12:30"), &zone, None), at("2026-11-19 12:30"));
        let never = Some(Quiet { from: 60, to: 60 });
        assert_eq!(after_quiet(at("2026-11-19 01:30"), &zone, never), at("2026-11-19 01:30"));
    }
}
