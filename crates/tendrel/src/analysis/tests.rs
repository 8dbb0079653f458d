//! The analysis held against requests made at random, against the pages it links to, and against a log that others wrote.

mod fill;
mod pages;
mod uci;
mod visibility;

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::analysis::figure::Figure;
use crate::analysis::figures::{Figures, Row, Tally};
use crate::analysis::period::Period;
use crate::analysis::question::{Office, Question, Whose};
use crate::analysis::store;
use crate::desk::request::Channel;
use crate::testing::World;
use fill::{Random, fill};

fn question(world: &World, period: Period) -> Question {
    let unit = world.app.calendars.unit(world.punakha).unwrap();
    let zone = world.app.calendars.zone();
    Question {
        whose: Whose::Unit(unit),
        period,
        bounds: period.bounds(&zone),
        office: None,
        service: None,
        channel: None,
        cause: None,
        priority: None,
        bin: None,
        day_seconds: 8 * 3600,
    }
}

/// A question out of a few numbers, each choosing one thing or nothing.
fn any_question(world: &World, chosen: &[usize; 6], days: (i32, i32)) -> Question {
    let first = "2026-08-20".parse::<jiff::civil::Date>().unwrap() + jiff::Span::new().days(days.0);
    let last = first + jiff::Span::new().days(days.1);
    let mut question = question(world, Period { first, last });
    let unit = |id| Whose::Unit(world.app.calendars.unit(id).unwrap());
    question.whose = [Whose::AllUnits, unit(world.punakha), unit(world.thimphu)][chosen[0] % 3].clone();
    question.office = [
        None,
        None,
        Some(Office::Only(world.school)),
        Some(Office::Below(fill::district(world))),
        Some(Office::Unknown),
    ][chosen[1] % 5]
        .clone();
    let services = fill::services(world);
    question.service = services.get(chosen[2] % (services.len() * 3)).cloned();
    question.channel = [None, None, Some(Channel::Web), Some(Channel::Phone)][chosen[3] % 4];
    question.cause =
        [None, None, None, Some("power".to_owned()), Some("none".to_owned())][chosen[4] % 5].clone();
    question.bin = (chosen[5] < 10).then_some(chosen[5]);
    question
}

/// The question answered row by row, without any of the conditions in SQL.
fn matches(question: &Question, row: &Row, district: &[crate::id::OrganisationId]) -> bool {
    let whose = match &question.whose {
        Whose::Unit(unit) => row.unit == unit.id,
        Whose::AllUnits | Whose::Office => true,
    };
    let office = match &question.office {
        None => true,
        Some(Office::Only(id)) => row.office == Some(*id),
        Some(Office::Below(_)) => row.office.is_some_and(|office| district.contains(&office)),
        Some(Office::Unknown) => row.office.is_none(),
    };
    let bin = question.bin.is_none_or(|bin| {
        let (from, to) = Figures::new(question.day_seconds).bins.range(bin).unwrap();
        from <= row.worked() && row.worked() < to
    });
    let cause = question.cause.as_deref().is_none_or(|cause| row.cause.as_deref().unwrap_or("none") == cause);
    whose
        && office
        && bin
        && cause
        && question.service.as_ref().is_none_or(|(service, _)| *service == row.service)
        && question.channel.is_none_or(|channel| channel == row.channel)
}

fn stands_in(figure: Figure, question: &Question, row: &Row) -> bool {
    let bounds = &question.bounds;
    match figure {
        Figure::CameIn => row.came_in(bounds),
        Figure::Done => row.done(bounds),
        Figure::OpenAtEnd => row.open_at_end(bounds),
        Figure::EndedOtherwise => row.ended_otherwise(bounds),
        Figure::Within => row.done(bounds) && row.target.is_some() && !row.late,
        Figure::Late => row.done(bounds) && row.target.is_some() && row.late,
        Figure::Unpromised => row.done(bounds) && row.target.is_none(),
        Figure::HandedOver => row.came_in(bounds) && row.reassigned > 0,
        Figure::Reopened => row.came_in(bounds) && row.reopened > 0,
        Figure::Rated => row.done(bounds) && row.rating.is_some(),
    }
}

fn of_total(figure: Figure, figures: &Figures) -> usize {
    let total = &figures.total;
    match figure {
        Figure::CameIn => total.came_in,
        Figure::Done => total.done,
        Figure::OpenAtEnd => figures.open_at_end,
        Figure::EndedOtherwise => figures.ended_otherwise,
        Figure::Within => total.within,
        Figure::Late => total.late(),
        Figure::Unpromised => total.unpromised(),
        Figure::HandedOver => total.handed_over,
        Figure::Reopened => total.reopened,
        Figure::Rated => total.rated,
    }
}

#[test]
fn every_figure_is_the_count_of_its_list() {
    let world = World::new();
    let rows = fill(&world, 400, &mut Random(7));
    let district = fill::below(&world, fill::district(&world));
    let mut runner = TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
    let choices = (prop::array::uniform6(0_usize..30), (0_i32..80, 0_i32..60));
    runner
        .run(&choices, |(chosen, days)| {
            let question = any_question(&world, &chosen, days);
            let asked = question.clone();
            let (figures, lists) = world
                .app
                .db
                .read_blocking(move |r| -> Result<_, database::Error> {
                    let figures = store::figures(r, &asked)?;
                    let mut lists = BTreeMap::new();
                    for figure in Figure::ALL {
                        let counted = store::count(r, &asked, figure)?;
                        let mut listed = Vec::new();
                        let mut after = None;
                        loop {
                            let some = store::records(r, &asked, figure, after, 7)?;
                            after = some.last().map(|record| (record.key, record.id));
                            listed.extend(some.iter().map(|record| record.id));
                            if some.len() < 7 {
                                break;
                            }
                        }
                        lists.insert(figure, (counted, listed));
                    }
                    Ok((figures, lists))
                })
                .unwrap();
            for (figure, (counted, mut listed)) in lists {
                let expected = rows
                    .iter()
                    .filter(|row| matches(&question, row, &district) && stands_in(figure, &question, row));
                let expected = expected.count();
                prop_assert_eq!(of_total(figure, &figures), expected, "{:?} of {:?}", figure, question);
                prop_assert_eq!(counted, expected);
                let all = listed.len();
                listed.sort();
                listed.dedup();
                prop_assert_eq!((listed.len(), all), (expected, expected), "{:?}", figure);
            }
            let came: usize = figures.by_service.values().map(|tally: &Tally| tally.came_in).sum();
            prop_assert_eq!(came, figures.total.came_in);
            let done: usize = figures.by_office.values().map(|tally| tally.done).sum();
            prop_assert_eq!(done, figures.total.done);
            let bins: usize = figures.bins.kept.iter().chain(&figures.bins.late).sum();
            prop_assert_eq!(bins, figures.total.done);
            Ok(())
        })
        .unwrap();
}

#[test]
fn what_was_open_and_came_in_is_done_or_still_open() {
    let world = World::new();
    fill(&world, 300, &mut Random(11));
    let mut earlier = None;
    for month in ["2026-08", "2026-09", "2026-10", "2026-11"] {
        let question = question(&world, Period::month(month).unwrap());
        let figures = world.app.db.read_blocking(move |r| store::figures(r, &question)).unwrap();
        if let Some(open) = earlier {
            let left = open + figures.total.came_in - figures.total.done - figures.ended_otherwise;
            assert_eq!(figures.open_at_end, left, "{month}");
        }
        earlier = Some(figures.open_at_end);
    }
}

#[test]
fn the_trend_is_the_months_one_by_one() {
    let world = World::new();
    fill(&world, 300, &mut Random(13));
    let zone = world.app.calendars.zone();
    let whole = question(&world, Period::month("2026-11").unwrap());
    let months = whole.period.months(4);
    let bounds: Vec<_> = months.iter().map(|month| month.bounds(&zone)).collect();
    let asked = whole.clone();
    let mut trend = world.app.db.read_blocking(move |r| store::trend(r, &asked, &bounds)).unwrap();
    for (place, period) in months.iter().enumerate() {
        let question = whole.of_period(*period, &zone);
        let mut figures = world.app.db.read_blocking(move |r| store::figures(r, &question)).unwrap();
        let month = &mut trend.months[place];
        let total = &mut figures.total;
        assert_eq!((month.came_in, month.done), (total.came_in, total.done));
        assert_eq!((month.promised, month.within), (total.promised, total.within));
        month.worked.sort_unstable();
        total.worked.sort_unstable();
        assert_eq!(month.worked, total.worked);
        for (service, tally) in &figures.by_service {
            assert_eq!(trend.came_in.get(service).map_or(0, |months| months[place]), tally.came_in);
        }
    }
}

#[test]
fn every_statement_is_right_and_finds_its_index() {
    let world = World::new();
    for whose in 0..3 {
        for office in 1..5 {
            let question = any_question(&world, &[whose, office, 0, 2, 3, 5], (0, 30));
            world
                .app
                .db
                .read_blocking(move |r| -> Result<(), database::Error> {
                    store::statements(&question).iter().try_for_each(|sql| r.prepare_only(sql))
                })
                .unwrap();
        }
    }
}
