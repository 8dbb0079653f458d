//! The words that the pages, papers and spreadsheets of an analysis share.

use crate::analysis::asked::Asked;
use crate::analysis::figures::Spread;
use crate::analysis::period::Period;
use crate::analysis::question::{Office, Whose};
use crate::desk::request::Channel;
use crate::frame::{Frame, times};

/// "Services availed, October 2026".
pub(super) fn title(frame: &Frame, asked: &Asked) -> String {
    frame.t1("analysis-title", "period", period(frame, &asked.question.period))
}

/// "October 2026", or "1 Oct to 15 Nov 2026".
pub(super) fn period(frame: &Frame, period: &Period) -> String {
    if period.is_month() {
        return times::month_and_year(frame, period.first);
    }
    let (first, last) = (times::day(frame, period.first), times::day(frame, period.last));
    frame.t2("analysis-days", "first", first, "last", last)
}

/// The unit, the office, or all units.
pub(super) fn whose(frame: &Frame, asked: &Asked) -> String {
    let unit = match &asked.question.whose {
        Whose::Unit(unit) => Some(frame.plain_name(&unit.name, &unit.name_dz).to_owned()),
        Whose::AllUnits => Some(frame.t("analysis-all-units")),
        Whose::Office => None,
    };
    let office = match (&asked.question.office, &asked.office) {
        (Some(Office::Unknown), _) => Some(frame.t("analysis-office-unknown")),
        (_, Some((name, name_dz))) => Some(frame.plain_name(name, name_dz).to_owned()),
        (_, None) => None,
    };
    unit.into_iter().chain(office).collect::<Vec<_>>().join(" · ")
}

pub(super) fn channel(frame: &Frame, channel: Channel) -> String {
    frame.t(&format!("analysis-channel-{}", channel.code().replace('_', "-")))
}

/// Codes with names, for a choice.
pub(super) fn channels(frame: &Frame) -> Vec<(String, String)> {
    Channel::ALL.into_iter().map(|it| (it.code().to_owned(), channel(frame, it))).collect()
}

/// A median or a ninth tenth; "too few" where there is none.
pub(super) fn spread(
    frame: &Frame,
    spread: Option<Spread>,
    of: impl Fn(&Spread) -> i64,
    day_seconds: i64,
) -> String {
    spread.map_or_else(|| frame.t("analysis-too-few"), |spread| frame.working(&of(&spread), &day_seconds))
}

/// "94 %", or "too few".
pub(super) fn share(frame: &Frame, share: Option<usize>) -> String {
    match share {
        Some(percent) => frame.t1("analysis-percent", "n", percent as i64),
        None => frame.t("analysis-too-few"),
    }
}

/// "4.6", or "too few"; given in tenths.
pub(super) fn stars(frame: &Frame, tenths: Option<i64>) -> String {
    tenths.map_or_else(|| frame.t("analysis-too-few"), |tenths| format!("{}.{}", tenths / 10, tenths % 10))
}
