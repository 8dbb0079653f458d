//! What is usual: how long a service took at a unit in the last 90 days, measured once a day for the charter.
//!
//! Done again it writes the same rows, so the job may be told twice.

use std::collections::BTreeMap;

use database::{Error, Reader, Row, Transaction};
use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::id::{OrganisationId, ServiceId};
use crate::jobs;
use crate::problem::Problem;

/// Kind of the job.
pub const JOB: &str = "measure_usual";
/// The cases that are looked at: those resolved in the last 90 days.
pub const DAYS: i64 = 90;
/// Under so many cases nothing is called usual.
pub const FEW: i64 = 5;

const EVERY: SignedDuration = SignedDuration::from_hours(24);

/// How one service went at one unit. Working seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usual {
    pub cases: i64,
    pub median: i64,
    /// Nine of ten were done in this time.
    pub p90: i64,
    /// Cases resolved within the promise.
    pub within: i64,
}

impl Usual {
    /// Of the used seconds of each case and whether it was late. `None` of no case.
    fn of(cases: &mut [(i64, bool)]) -> Option<Usual> {
        cases.sort_unstable();
        let last = cases.len().checked_sub(1)?;
        let at = |index: usize| cases[index.min(last)].0;
        let (lower, upper) = (at(last / 2), at(cases.len() / 2));
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        Some(Usual {
            cases: count(cases.len()),
            median: lower + (upper - lower) / 2,
            // The nearest rank: the smallest time within which nine of ten were done.
            p90: at((cases.len() * 9).div_ceil(10).saturating_sub(1)),
            within: count(cases.iter().filter(|(_, late)| !late).count()),
        })
    }

    /// Enough cases to say what is usual.
    pub fn is_known(&self) -> bool {
        self.cases >= FEW
    }

    /// Cases within the promise, in hundredths, rounded.
    pub fn percent_within(&self) -> i64 {
        if self.cases == 0 { 0 } else { (self.within * 100 + self.cases / 2) / self.cases }
    }
}

const COLUMNS: &str =
    "service_id, cases, median_seconds, p90_seconds, within FROM service_usual WHERE unit_id = $1";

fn read(row: &Row<'_>) -> Result<(ServiceId, Usual), Error> {
    let usual = Usual {
        cases: row.get("cases")?,
        median: row.get("median_seconds")?,
        p90: row.get("p90_seconds")?,
        within: row.get("within")?,
    };
    Ok((row.get("service_id")?, usual))
}

/// What is usual at a unit, by service.
pub fn of_unit(r: &mut Reader, unit: OrganisationId) -> Result<BTreeMap<ServiceId, Usual>, Error> {
    let rows = r.rows(&format!("SELECT {COLUMNS}"), &[unit.into()], read)?;
    Ok(rows.into_iter().collect())
}

/// What is usual for one service at a unit.
pub fn of_service(r: &mut Reader, unit: OrganisationId, service: ServiceId) -> Result<Option<Usual>, Error> {
    let sql = format!("SELECT {COLUMNS} AND service_id = $2");
    Ok(r.row(&sql, &[unit.into(), service.into()], read)?.map(|(_, usual)| usual))
}

/// Makes sure that one measuring is planned; called at every start.
pub fn plan(tx: &mut Transaction, now: Timestamp) -> Result<(), Error> {
    jobs::plan(tx, JOB, now, now)
}

/// The job: measures all units, one after the other, and plans the next day's.
pub async fn run(app: &App) -> Result<(), Problem> {
    let now = app.clock.now();
    for unit in app.calendars.units() {
        let measured = app.db.read(move |r| measure(r, unit.id, now)).await?;
        app.db.write(move |tx| keep(tx, unit.id, &measured, now)).await?;
    }
    Ok(app.db.write(move |tx| jobs::plan(tx, JOB, now + EVERY, now)).await?)
}

fn measure(
    r: &mut Reader,
    unit: OrganisationId,
    now: Timestamp,
) -> Result<BTreeMap<ServiceId, Usual>, Error> {
    let since = now - SignedDuration::from_hours(24 * DAYS);
    let mut cases: BTreeMap<ServiceId, Vec<(i64, bool)>> = BTreeMap::new();
    r.each(
        "SELECT service_id, resolution_used, resolution_late FROM requests
         WHERE unit_id = $1 AND resolved_at >= $2 AND resolved_at <= $3 AND state <> 'cancelled'
           AND confidential = 0",
        &[unit.into(), since.into(), now.into()],
        |row| {
            let case = (row.get("resolution_used")?, row.get("resolution_late")?);
            cases.entry(row.get("service_id")?).or_default().push(case);
            Ok(())
        },
    )?;
    Ok(cases.into_iter().filter_map(|(service, mut cases)| Some((service, Usual::of(&mut cases)?))).collect())
}

fn keep(
    tx: &mut Transaction,
    unit: OrganisationId,
    measured: &BTreeMap<ServiceId, Usual>,
    now: Timestamp,
) -> Result<(), Error> {
    tx.execute("DELETE FROM service_usual WHERE unit_id = $1", &[unit.into()])?;
    for (service, Usual { cases, median, p90, within }) in measured {
        tx.execute(
            "INSERT INTO service_usual (unit_id, service_id, cases, median_seconds, p90_seconds, within, measured_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (unit_id, service_id) DO UPDATE SET cases = excluded.cases,
                median_seconds = excluded.median_seconds, p90_seconds = excluded.p90_seconds,
                within = excluded.within, measured_at = excluded.measured_at",
            &[
                unit.into(),
                (*service).into(),
                (*cases).into(),
                (*median).into(),
                (*p90).into(),
                (*within).into(),
                now.into(),
            ],
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Who, World};

    #[test]
    fn the_median_lies_in_the_middle_and_nine_of_ten_below_the_other() {
        assert_eq!(Usual::of(&mut []), None);
        let mut ten: Vec<(i64, bool)> = (1..=10).map(|n| (n * 100, n > 8)).collect();
        ten.reverse();
        let usual = Usual::of(&mut ten).unwrap();
        assert_eq!(usual, Usual { cases: 10, median: 550, p90: 900, within: 8 });
        assert_eq!(usual.percent_within(), 80);
        assert_eq!(Usual::of(&mut [(7, false)]).unwrap().median, 7);
        assert!(!Usual::of(&mut [(7, false)]).unwrap().is_known());
    }

    #[tokio::test]
    async fn measuring_twice_gives_the_same_rows_and_one_plan() {
        let world = World::new();
        let now = world.app.clock.now();
        for _ in 0..2 {
            world.app.db.write(move |tx| plan(tx, now)).await.unwrap();
        }
        assert_eq!(world.number("SELECT COUNT(*) FROM jobs WHERE kind = 'measure_usual'"), 1);
        let mut karma = world.browser(Who::Karma);
        for n in 0..6 {
            let subject = format!("Toner {n}");
            let page = karma
                .post(
                    "/requests/new",
                    &[
                        ("service", "computer-repair"),
                        ("channel", "phone"),
                        ("name", "Tshering Dema"),
                        ("phone", "17600004"),
                        ("office", "Kabjisa Central School"),
                        ("subject", &subject),
                        ("f-device", "printer"),
                        ("f-trouble", "dead"),
                        ("f-tag", "ICT-1"),
                        ("same", "seen"),
                        ("solved", "yes"),
                        ("cause", "hardware"),
                        ("resolution", "Changed the toner"),
                        ("do", "send"),
                    ],
                )
                .await;
            page.must_be(200);
        }
        for _ in 0..2 {
            run(&world.app).await.unwrap();
            assert_eq!(world.number("SELECT COUNT(*) FROM service_usual"), 1);
            assert_eq!(world.number("SELECT cases FROM service_usual"), 6);
            assert_eq!(world.number("SELECT within FROM service_usual"), 6);
        }
    }
}
