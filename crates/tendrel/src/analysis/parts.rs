//! Figures made into what the page shows: each with the address of its requests.

use crate::analysis::asked::Asked;
use crate::analysis::figure::Figure;
use crate::analysis::figures::{Figures, MonthFigures, Spread, Tally, percent};
use crate::analysis::names::Names;
use crate::analysis::period::Period;
use crate::analysis::pictures::{self, Column, Mark};
use crate::analysis::question::Question;
use crate::analysis::store::Trend;
use crate::analysis::words;
use crate::frame::{Frame, times};

/// A figure with its heading and what is said beneath it.
pub(super) struct Stat {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) link: Option<String>,
    /// Words, each perhaps a link.
    pub(super) under: Vec<(String, Option<String>)>,
}

/// A line of a table: one service, office, channel and so on.
pub(super) struct Group {
    pub(super) name: String,
    pub(super) link: String,
    pub(super) came_in: usize,
    pub(super) came_in_link: String,
    pub(super) done: usize,
    pub(super) done_link: String,
    pub(super) open: usize,
    pub(super) open_link: String,
    pub(super) sparkline: String,
    /// Hundredths within the promise, where there are enough.
    pub(super) share: Option<usize>,
    pub(super) within: usize,
    pub(super) within_link: String,
    pub(super) promised: usize,
    pub(super) median: String,
    pub(super) p90: String,
    pub(super) handed_over: usize,
    pub(super) handed_over_link: String,
}

pub(super) struct Histogram {
    pub(super) svg: String,
    /// Label, all, late, and where they are listed.
    pub(super) rows: Vec<(String, usize, usize, String)>,
    pub(super) measured: usize,
}

pub(super) struct Shares {
    pub(super) svg: String,
    /// Label, fill, share.
    pub(super) parts: Vec<(String, &'static str, String)>,
    pub(super) hours: i64,
}

pub(super) struct MonthRow {
    pub(super) name: String,
    pub(super) link: String,
    pub(super) came_in: usize,
    pub(super) came_in_link: String,
    pub(super) done: usize,
    pub(super) done_link: String,
    pub(super) share: String,
    pub(super) of: String,
    pub(super) median: String,
}

pub(super) fn stats(
    frame: &Frame,
    question: &Question,
    figures: &mut Figures,
    before: Option<&MonthFigures>,
) -> Vec<Stat> {
    let link = |figure| Some(question.records(figure));
    let count = |key: &str, n: usize| frame.t1(key, "n", n as i64);
    let (working, calendar) = (figures.total.working(), figures.total.calendar());
    let total = &figures.total;
    let channels =
        figures.by_channel.iter().filter(|(_, tally)| tally.came_in > 0).filter_map(|(channel, tally)| {
            let share = percent(tally.came_in, total.came_in)?;
            Some(format!("{} {share} %", words::channel(frame, *channel)))
        });
    let channels = channels.take(4).collect::<Vec<_>>().join(" · ");
    let mut done = vec![(count("analysis-open-at-end", figures.open_at_end), link(Figure::OpenAtEnd))];
    if figures.ended_otherwise > 0 {
        done.push((count("analysis-ended-otherwise", figures.ended_otherwise), link(Figure::EndedOtherwise)));
    }
    let mut within = vec![(
        frame.t2("analysis-n-of-m", "n", total.within as i64, "m", total.promised as i64),
        link(Figure::Within),
    )];
    if total.late() > 0 {
        within.push((count("analysis-late", total.late()), link(Figure::Late)));
    }
    if let (Some(now), Some(then)) = (total.share_within(), before.and_then(share_of_month))
        && question.period.is_month()
    {
        within.push((change(frame, now, then), None));
    }
    let day = question.day_seconds;
    let turn_around = |key: &str, spread: Option<Spread>, day: i64| Stat {
        name: frame.t(key),
        value: words::spread(frame, spread, |spread| spread.median, day),
        link: link(Figure::Done),
        under: vec![(
            spread.map_or_else(String::new, |spread| {
                frame.t1("analysis-nine-of-ten-under", "span", frame.working(&spread.p90, &day))
            }),
            None,
        )],
    };
    vec![
        Stat {
            name: frame.t("analysis-came-in"),
            value: total.came_in.to_string(),
            link: link(Figure::CameIn),
            under: vec![(channels, None)],
        },
        Stat {
            name: frame.t("analysis-done"),
            value: total.done.to_string(),
            link: link(Figure::Done),
            under: done,
        },
        Stat {
            name: frame.t("analysis-within"),
            value: words::share(frame, total.share_within()),
            link: link(Figure::Within),
            under: within,
        },
        Stat {
            name: frame.t("analysis-rating"),
            value: words::stars(frame, total.mean_rating()),
            link: link(Figure::Rated),
            under: vec![(count("analysis-of-five", total.rated), link(Figure::Rated))],
        },
        turn_around("analysis-working-time", working, day),
        turn_around("analysis-calendar-time", calendar, 86_400),
        Stat {
            name: frame.t("analysis-handed-over"),
            value: total.handed_over.to_string(),
            link: link(Figure::HandedOver),
            under: vec![(frame.t1("analysis-hand-overs", "n", total.hand_overs), None)],
        },
        Stat {
            name: frame.t("analysis-reopened"),
            value: total.reopened.to_string(),
            link: link(Figure::Reopened),
            under: vec![(frame.t1("analysis-reopenings", "n", total.reopenings), None)],
        },
    ]
}

fn share_of_month(month: &MonthFigures) -> Option<usize> {
    percent(month.within, month.promised).filter(|_| month.promised >= crate::analysis::figures::TOO_FEW)
}

fn change(frame: &Frame, now: usize, then: usize) -> String {
    match now.cmp(&then) {
        std::cmp::Ordering::Greater => frame.t1("analysis-up", "n", (now - then) as i64),
        std::cmp::Ordering::Less => frame.t1("analysis-down", "n", (then - now) as i64),
        std::cmp::Ordering::Equal => frame.t("analysis-as-before"),
    }
}

fn group(frame: &Frame, name: String, question: &Question, tally: &mut Tally) -> Group {
    let spread = tally.working();
    let day = question.day_seconds;
    Group {
        name,
        link: question.address("/analysis"),
        came_in: tally.came_in,
        came_in_link: question.records(Figure::CameIn),
        done: tally.done,
        done_link: question.records(Figure::Done),
        open: 0,
        open_link: question.records(Figure::OpenAtEnd),
        sparkline: String::new(),
        share: tally.share_within(),
        within: tally.within,
        within_link: question.records(Figure::Within),
        promised: tally.promised,
        median: or_dash(spread.map(|spread| frame.working(&spread.median, &day))),
        p90: or_dash(spread.map(|spread| frame.working(&spread.p90, &day))),
        handed_over: tally.handed_over,
        handed_over_link: question.records(Figure::HandedOver),
    }
}

/// In a table a dash says "too few"; the line under the page says so.
fn or_dash(words: Option<String>) -> String {
    words.unwrap_or_else(|| "–".to_owned())
}

/// Those with most requests first.
fn sorted(mut groups: Vec<Group>) -> Vec<Group> {
    groups.sort_by(|a, b| (b.came_in, b.done, &a.name).cmp(&(a.came_in, a.done, &b.name)));
    groups
}

pub(super) fn by_service(
    frame: &Frame,
    question: &Question,
    figures: &mut Figures,
    trend: &Trend,
    names: &Names,
) -> Vec<Group> {
    let groups = figures.by_service.iter_mut().map(|(id, tally)| {
        let question = question.of_service(*id, names.service_code(*id));
        let name = names.service(frame, *id);
        let year = trend.came_in.get(id).map_or(&[][..], |months| &months[months.len().saturating_sub(12)..]);
        let told = year.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
        let label = frame.t2("analysis-sparkline", "name", name.as_str(), "counts", told);
        let mut group = group(frame, name, &question, tally);
        group.sparkline = pictures::sparkline(year, &label);
        group
    });
    sorted(groups.collect())
}

pub(super) fn by_unit(
    frame: &Frame,
    question: &Question,
    figures: &mut Figures,
    names: &Names,
) -> Vec<Group> {
    let open = std::mem::take(&mut figures.open_by_unit);
    for id in open.keys() {
        figures.by_unit.entry(*id).or_default();
    }
    let groups = figures.by_unit.iter_mut().filter_map(|(id, tally)| {
        let unit = names.units.get(id)?;
        let name = frame.plain_name(&unit.name, &unit.name_dz).to_owned();
        let mut group = group(frame, name, &question.of_unit(unit), tally);
        group.open = open.get(id).copied().unwrap_or(0);
        Some(group)
    });
    sorted(groups.collect())
}

pub(super) fn by_office(
    frame: &Frame,
    question: &Question,
    figures: &mut Figures,
    names: &Names,
) -> Vec<Group> {
    let groups = figures
        .by_office
        .iter_mut()
        .map(|(id, tally)| group(frame, names.office(frame, *id), &question.of_office(*id), tally));
    sorted(groups.collect())
}

pub(super) fn by_channel(frame: &Frame, question: &Question, figures: &mut Figures) -> Vec<Group> {
    let groups = figures.by_channel.iter_mut().map(|(channel, tally)| {
        group(frame, words::channel(frame, *channel), &question.of_channel(*channel), tally)
    });
    sorted(groups.collect())
}

pub(super) fn by_cause(
    frame: &Frame,
    question: &Question,
    figures: &mut Figures,
    names: &Names,
) -> Vec<Group> {
    let groups = figures.by_cause.iter_mut().map(|(cause, tally)| {
        group(frame, names.cause(frame, cause.as_deref()), &question.of_cause(cause.as_deref()), tally)
    });
    sorted(groups.collect())
}

pub(super) fn by_priority(
    frame: &Frame,
    question: &Question,
    figures: &mut Figures,
    names: &Names,
) -> Vec<Group> {
    let groups = figures.by_priority.iter_mut().map(|(priority, tally)| {
        let name = names.catalogue.priority_name(*priority).to_owned();
        group(frame, name, &question.of_priority(*priority), tally)
    });
    groups.collect()
}

pub(super) fn histogram(frame: &Frame, question: &Question, figures: &Figures) -> Option<Histogram> {
    if figures.total.done == 0 {
        return None;
    }
    let bins = &figures.bins;
    let day = question.day_seconds;
    let label = |bin: usize| match bins.range(bin) {
        Some((from, i64::MAX)) => frame.t1("analysis-longer-than", "span", frame.working(&from, &day)),
        Some((_, to)) => frame.t1("analysis-under", "span", frame.working(&to, &day)),
        None => String::new(),
    };
    let columns: Vec<Column> = (0..bins.bounds.len())
        .map(|bin| Column { label: label(bin), kept: bins.kept[bin], late: bins.late[bin] })
        .collect();
    let mut marks = Vec::new();
    // With more promises than this the lines would say nothing; the hatched parts still do.
    if figures.targets.len() <= 3 {
        for target in figures.targets.keys() {
            let label = frame.t1("analysis-promised", "span", frame.working(target, &day));
            marks.push(Mark { place: bins.place(*target), label });
        }
    }
    let said = columns.iter().map(|column| format!("{}: {}", column.label, column.kept + column.late));
    let said = frame.t1("analysis-histogram-label", "counts", said.collect::<Vec<_>>().join(", "));
    let svg = pictures::histogram(&columns, &marks, &said);
    let rows = columns.into_iter().enumerate().map(|(bin, column)| {
        let link = question.of_bin(bin).records(Figure::Done);
        (column.label, column.kept + column.late, column.late, link)
    });
    Some(Histogram { svg, rows: rows.collect(), measured: figures.total.done })
}

pub(super) fn shares(frame: &Frame, figures: &Figures) -> Option<Shares> {
    let seconds = figures.total.seconds;
    let whole = seconds.new + seconds.in_progress + seconds.on_hold;
    if whole == 0 {
        return None;
    }
    let parts = [
        ("analysis-waiting-officer", "var(--part-1)", seconds.new),
        ("analysis-in-work", "var(--part-2)", seconds.in_progress),
        ("analysis-on-hold", "var(--part-3)", seconds.on_hold),
    ];
    let said = parts.map(|(key, fill, part)| {
        let share = usize::try_from((part * 200 + whole) / (whole * 2)).unwrap_or(0);
        (frame.t(key), fill, words::share(frame, Some(share)))
    });
    let label = said.iter().map(|(name, _, share)| format!("{name} {share}")).collect::<Vec<_>>().join(", ");
    let svg = pictures::shares(&parts.map(|(_, fill, part)| (part, fill)), &label);
    Some(Shares { svg, parts: said.into(), hours: whole / 3600 })
}

pub(super) fn months(frame: &Frame, asked: &Asked, months: &[Period], trend: &mut Trend) -> Vec<MonthRow> {
    let rows = months.iter().zip(&mut trend.months).map(|(period, figures)| {
        let question = asked.question.of_period(*period, &asked.zone);
        let spread = Spread::of(&mut figures.worked);
        MonthRow {
            name: times::month_and_year(frame, period.first),
            link: question.address("/analysis"),
            came_in: figures.came_in,
            came_in_link: question.records(Figure::CameIn),
            done: figures.done,
            done_link: question.records(Figure::Done),
            share: words::share(frame, share_of_month(figures)),
            of: frame.t2("analysis-n-of-m", "n", figures.within as i64, "m", figures.promised as i64),
            median: or_dash(spread.map(|spread| frame.working(&spread.median, &question.day_seconds))),
        }
    });
    rows.collect()
}

pub(super) fn trend_picture(frame: &Frame, months: &[Period], trend: &Trend) -> String {
    let pairs: Vec<(String, usize, usize)> = months
        .iter()
        .zip(&trend.months)
        .map(|(period, figures)| {
            let name = frame.t(&format!("month-short-{}", period.first.month()));
            (name, figures.came_in, figures.done)
        })
        .collect();
    let said = pairs.iter().map(|(name, came, done)| format!("{name}: {came}, {done}"));
    let label = frame.t1("analysis-trend-label", "counts", said.collect::<Vec<_>>().join("; "));
    pictures::pairs(&pairs, &label)
}
