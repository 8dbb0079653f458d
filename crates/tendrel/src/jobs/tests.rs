//! Whatever happens to two workers and the clock, each job's effect happens once, and none is lost or starved.

use std::collections::BTreeMap;

use database::{Database, Error};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use super::{Job, TRIES, done, enqueue, failed, given_up, hasten, plan, take};
use crate::app::MIGRATIONS;
use crate::id::JobId;

#[derive(Clone, Debug)]
enum Step {
    /// A job that is due after so many seconds.
    Enqueue(i64),
    /// A worker takes the next.
    Take(usize),
    /// The worker does what it took; effect and completion are one transaction.
    Finish(usize),
    Fail(usize),
    /// The worker forgets what it took.
    Crash(usize),
    /// The worker's transaction is undone after the effect: a crash just before the commit.
    CrashInTheEnd(usize),
    /// It fails so many times, with its pauses between.
    FailAgain(usize, usize),
    /// The worker is so slow that the other takes the job too; then it finishes, before or after the other.
    Slow(usize, bool),
    /// The clock goes on by so many seconds, or back.
    Clock(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let worker = || 0..2_usize;
    prop_oneof![
        4 => (0..900_i64).prop_map(Step::Enqueue),
        6 => worker().prop_map(Step::Take),
        4 => worker().prop_map(Step::Finish),
        3 => worker().prop_map(Step::Fail),
        2 => worker().prop_map(Step::Crash),
        2 => worker().prop_map(Step::CrashInTheEnd),
        2 => (worker(), 1..14_usize).prop_map(|(worker, times)| Step::FailAgain(worker, times)),
        2 => (worker(), any::<bool>()).prop_map(|(worker, first)| Step::Slow(worker, first)),
        3 => (1..2_000_i64).prop_map(Step::Clock),
        1 => (-4_000..0_i64).prop_map(Step::Clock),
    ]
}

/// Why a worker's transaction was undone.
#[derive(Debug)]
enum Undone {
    /// Another worker has the job.
    Late,
    Crashed,
    Broken(Error),
}

impl From<Error> for Undone {
    fn from(error: Error) -> Undone {
        Undone::Broken(error)
    }
}

/// The queue with two workers and their clock.
struct Queue {
    db: Database,
    now: Timestamp,
    hands: [Option<Job>; 2],
    enqueued: i64,
    /// Runs of the workers that were told their effect is not kept, because another has the job.
    late: u64,
}

impl Queue {
    fn take(&mut self, worker: usize) -> bool {
        let now = self.now;
        let name = format!("worker {worker}");
        let job = self.db.write_blocking::<_, Error, _>(move |tx| take(tx, &name, now)).unwrap();
        let took = job.is_some();
        if took {
            self.hands[worker] = job;
        }
        took
    }

    /// The effect is a line with the job's id; the same twice would be a longer one.
    fn finish(&mut self, worker: usize, crashes: bool) {
        let Some(job) = self.hands[worker].take() else { return };
        let finished = self.db.write_blocking(move |tx| {
            let key = format!("effect {}", job.id);
            tx.execute(
                "INSERT INTO settings (key, value) VALUES ($1, 'x')
                 ON CONFLICT (key) DO UPDATE SET value = settings.value || 'x'",
                &[key.into()],
            )?;
            if !done(tx, &job)? {
                return Err(Undone::Late);
            }
            if crashes { Err(Undone::Crashed) } else { Ok(()) }
        });
        match finished {
            Ok(()) | Err(Undone::Crashed) => {}
            Err(Undone::Late) => self.late += 1,
            Err(Undone::Broken(error)) => panic!("{error}"),
        }
    }

    fn fail(&mut self, worker: usize) {
        let Some(job) = self.hands[worker].take() else { return };
        let now = self.now;
        self.db.write_blocking::<_, Error, _>(move |tx| failed(tx, &job, "no line", now)).unwrap();
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Enqueue(after) => {
                let (now, at) = (self.now, self.now + SignedDuration::from_secs(*after));
                self.db
                    .write_blocking::<_, Error, _>(move |tx| enqueue(tx, "test", &json!({}), at, now))
                    .unwrap();
                self.enqueued += 1;
            }
            Step::Take(worker) => drop(self.take(*worker)),
            Step::Finish(worker) => self.finish(*worker, false),
            Step::Fail(worker) => self.fail(*worker),
            Step::Crash(worker) => self.hands[*worker] = None,
            Step::CrashInTheEnd(worker) => self.finish(*worker, true),
            Step::FailAgain(worker, times) => {
                for _ in 0..*times {
                    self.take(*worker);
                    self.fail(*worker);
                    self.now += SignedDuration::from_mins(61);
                }
            }
            Step::Slow(worker, finishes_first) => {
                self.take(*worker);
                self.now += SignedDuration::from_mins(11);
                self.take(1 - *worker);
                let order = if *finishes_first { [*worker, 1 - *worker] } else { [1 - *worker, *worker] };
                order.into_iter().for_each(|worker| self.finish(worker, false));
            }
            Step::Clock(by) => self.now += SignedDuration::from_secs(*by),
        }
    }

    /// From now on everything works: how many times the clock had to go on until nothing was left to do.
    fn come_to_rest(&mut self) -> usize {
        for round in 0..200 {
            while self.take(0) {
                self.finish(0, false);
            }
            let left = "SELECT COUNT(*) AS n FROM jobs WHERE gave_up_at IS NULL";
            let left: i64 =
                self.db.read_blocking::<_, Error, _>(move |r| r.one(left, &[], |row| row.get("n"))).unwrap();
            if left == 0 {
                return round;
            }
            self.now += SignedDuration::from_mins(11);
        }
        panic!("a job was starved");
    }

    fn effects(&self) -> BTreeMap<String, String> {
        let sql = "SELECT key, value FROM settings WHERE key LIKE 'effect %'";
        let read = self.db.read_blocking::<_, Error, _>(move |r| {
            r.rows(sql, &[], |row| Ok((row.get::<String>("key")?, row.get::<String>("value")?)))
        });
        read.unwrap().into_iter().collect()
    }
}

#[test]
fn each_effect_happens_once_and_no_job_is_lost_or_starved() {
    let fresh = testkit::fresh();
    fresh.migrate(MIGRATIONS).unwrap();
    let kind = fresh.kind();
    let mut totals = (0_i64, 0_u64, 0_usize, 0_usize);
    let mut runner = TestRunner::new(Config { cases: 48, max_shrink_iters: 200, ..Config::default() });
    let schedules = prop::collection::vec(step(), 1..70);
    let totals_of = std::cell::RefCell::new(&mut totals);
    let ran = runner.run(&schedules, |schedule| {
        let empty = |tx: &mut database::Transaction| {
            tx.execute("DELETE FROM jobs", &[])?;
            tx.execute("DELETE FROM settings", &[])
        };
        fresh.write_blocking::<_, Error, _>(empty).unwrap();
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let mut queue = Queue { db: fresh.database.clone(), now, hands: [None, None], enqueued: 0, late: 0 };
        schedule.iter().for_each(|step| queue.step(step));
        queue.hands = [None, None];
        let rounds = queue.come_to_rest();
        let effects = queue.effects();
        let gave_up = queue.db.read_blocking::<_, Error, _>(|r| given_up(r, 1_000)).unwrap();
        prop_assert!(effects.values().all(|effect| effect == "x"), "an effect happened twice: {effects:?}");
        prop_assert_eq!(effects.len() + gave_up.len(), usize::try_from(queue.enqueued).unwrap());
        for job in &gave_up {
            prop_assert!(job.attempts >= TRIES && !job.last_error.is_empty());
            let done = effects.contains_key(&format!("effect {}", job.id));
            prop_assert!(!done);
        }
        let mut totals = totals_of.borrow_mut();
        totals.0 += queue.enqueued;
        totals.1 += queue.late;
        totals.2 += gave_up.len();
        totals.3 = totals.3.max(rounds);
        Ok(())
    });
    ran.unwrap();
    let (jobs, late, gave_up, rounds) = totals;
    println!(
        "{kind:?}: 48 schedules, {jobs} jobs, {gave_up} given up, {late} late effects refused, at rest after {rounds} steps"
    );
}

/// One that ends the program each time it is begun must not do so for ever.
#[test]
fn a_job_with_which_the_program_dies_is_given_up_and_seen() {
    let fresh = testkit::fresh();
    fresh.migrate(MIGRATIONS).unwrap();
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let mut queue = Queue { db: fresh.database.clone(), now, hands: [None, None], enqueued: 0, late: 0 };
    queue.step(&Step::Enqueue(0));
    for _ in 0..TRIES {
        assert!(queue.take(0));
        queue.now += SignedDuration::from_mins(11);
    }
    assert!(!queue.take(1));
    let gave_up = queue.db.read_blocking::<_, Error, _>(|r| given_up(r, 10)).unwrap();
    assert_eq!((gave_up.len(), gave_up[0].attempts), (1, TRIES));
    let id: JobId = gave_up[0].id;
    let retried = queue.now;
    let kind = queue.db.write_blocking::<_, Error, _>(move |tx| super::retry(tx, id, retried)).unwrap();
    assert_eq!(kind.as_deref(), Some("test"));
    assert!(queue.take(0));
}

#[test]
fn one_of_a_kind_waits_and_can_be_brought_forward() {
    let fresh = testkit::fresh();
    fresh.database.migrate(MIGRATIONS).unwrap();
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let night = now + SignedDuration::from_hours(9);
    let waiting = |database: &Database| {
        let sql = "SELECT kind, run_at FROM jobs WHERE taken_at IS NULL ORDER BY kind";
        let read = database.read_blocking::<_, Error, _>(move |r| {
            r.rows(sql, &[], |row| Ok((row.get::<String>("kind")?, row.get::<Timestamp>("run_at")?)))
        });
        read.unwrap()
    };
    let written = fresh.database.write_blocking::<_, Error, _>(move |tx| {
        plan(tx, "retention", night, now)?;
        plan(tx, "retention", now, now)?;
        plan(tx, "usual", night, now)
    });
    written.unwrap();
    assert_eq!(waiting(&fresh.database), [("retention".to_owned(), night), ("usual".to_owned(), night)]);
    fresh.database.write_blocking::<_, Error, _>(move |tx| hasten(tx, "retention", now)).unwrap();
    assert_eq!(waiting(&fresh.database), [("retention".to_owned(), now), ("usual".to_owned(), night)]);
    let planned_while_it_is_done = fresh.database.write_blocking::<_, Error, _>(move |tx| {
        let taken = take(tx, "one", now)?;
        plan(tx, "retention", night, now)?;
        Ok(taken.map(|job| job.kind))
    });
    assert_eq!(planned_while_it_is_done.unwrap().as_deref(), Some("retention"));
    assert_eq!(waiting(&fresh.database).len(), 2);
}
