//! From wall-clock time to instants, one rule for every time zone.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::data::MINUTES_PER_DAY;

/// Seconds since 1970 of a minute of the day (0 to 1440) on a date; none near the ends of the supported years.
///
/// Later wall-clock times never map to earlier instants, so spans that do not overlap on the wall do not overlap
/// in fact: a time that a change skips is the moment of the change, a time that occurs twice is its first.
pub(crate) fn instant(zone: &TimeZone, date: Date, minute: u16) -> Option<i64> {
    if minute >= MINUTES_PER_DAY {
        return instant(zone, date.tomorrow().ok()?, 0);
    }
    let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
    instant_at(zone, date.at(hour, minute, 0, 0))
}

/// The same for a time of day with seconds.
pub(crate) fn instant_at(zone: &TimeZone, wall: jiff::civil::DateTime) -> Option<i64> {
    match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(wall).ok().map(floor_second),
        AmbiguousOffset::Fold { before, .. } => before.to_timestamp(wall).ok().map(floor_second),
        AmbiguousOffset::Gap { before, .. } => {
            let after_change = before.to_timestamp(wall).ok()?;
            let just_later = Timestamp::from_second(floor_second(after_change).checked_add(1)?).ok()?;
            zone.preceding(just_later).next().map(|change| floor_second(change.timestamp()))
        }
    }
}

/// The whole second at or before an instant, in seconds since 1970.
pub(crate) fn floor_second(at: Timestamp) -> i64 {
    if at.subsec_nanosecond() < 0 { at.as_second() - 1 } else { at.as_second() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn utc(zone: &str, date: Date, minute: u16) -> String {
        let zone = TimeZone::get(zone).unwrap();
        Timestamp::from_second(instant(&zone, date, minute).unwrap()).unwrap().to_string()
    }

    #[test]
    fn a_skipped_time_is_the_moment_of_the_change() {
        let change = "2026-03-29T01:00:00Z";
        for minute in [120, 150, 179, 180] {
            assert_eq!(utc("Europe/Berlin", date(2026, 3, 29), minute), change);
        }
        assert_eq!(utc("Europe/Berlin", date(2026, 3, 29), 119), "2026-03-29T00:59:00Z");
        assert_eq!(utc("Europe/Berlin", date(2026, 3, 29), 181), "2026-03-29T01:01:00Z");
    }

    #[test]
    fn a_repeated_time_is_its_first_occurrence() {
        assert_eq!(utc("Europe/Berlin", date(2026, 10, 25), 150), "2026-10-25T00:30:00Z");
        assert_eq!(utc("Europe/Berlin", date(2026, 10, 25), 180), "2026-10-25T02:00:00Z");
    }

    #[test]
    fn a_skipped_day_has_no_length() {
        let begin = utc("Pacific/Apia", date(2011, 12, 30), 0);
        assert_eq!(begin, "2011-12-30T10:00:00Z");
        assert_eq!(utc("Pacific/Apia", date(2011, 12, 30), 1440), begin);
    }

    #[test]
    fn fractions_are_cut_off_towards_the_past() {
        let before_1970: Timestamp = "1969-12-31T23:59:58.5Z".parse().unwrap();
        let after_1970: Timestamp = "1970-01-01T00:00:01.5Z".parse().unwrap();
        assert_eq!((floor_second(before_1970), floor_second(after_1970)), (-2, 1));
    }
}
