//! What the program spends on itself: the chain of the record on a write, the metrics and the rights on a page. Its own
//! functions are called here, within this process, and its processor time and the database's are counted.

mod chain;

use std::time::{Duration, Instant};

use anyhow::Context;
use axum::http::Method;
use tendrel::app::App;
use tendrel::directory::sessions::{self, Origin};
use tendrel::id::AccountId;
use tendrel::machine::Metrics;

use crate::process::processor_time;

/// A tick of the processor clock is a hundredth of a second: what is measured takes some seconds.
const LONG_ENOUGH: Duration = Duration::from_secs(4);

/// Processor time of this process and of the database's.
pub(crate) struct Clock<'a> {
    pub(crate) database: &'a dyn Fn() -> Vec<u32>,
}

impl Clock<'_> {
    pub(crate) fn now(&self) -> Duration {
        let own = processor_time(std::process::id());
        own + (self.database)().into_iter().map(processor_time).sum::<Duration>()
    }

    /// Of one turn, in microseconds.
    fn each(&self, mut turn: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<f64> {
        let (before, begun, mut turns) = (self.now(), Instant::now(), 0_u32);
        while begun.elapsed() < LONG_ENOUGH {
            for _ in 0..100 {
                turn()?;
            }
            turns += 100;
        }
        Ok(self.now().saturating_sub(before).as_secs_f64() * 1e6 / f64::from(turns))
    }
}

/// What pages cost in all, in microseconds of processor time.
pub(crate) struct Pages {
    pub(crate) empty: f64,
    pub(crate) signed_in: f64,
    pub(crate) post: f64,
}

pub(crate) fn measure(app: &App, clock: &Clock<'_>, pages: &Pages) -> anyhow::Result<String> {
    let chain = chain::measure(app, clock)?;
    let mut text = chain.told(pages.post);
    let metrics = metrics(clock)?;
    let Pages { empty, signed_in, .. } = pages;
    // Each question to the database is one more look at the clock and two additions.
    text.push_str(&format!(
        "\nmetrics: {metrics:.2} µs a request with two questions; {:.2} % of the empty page ({empty:.0} µs), {:.2} % of \
         a signed-in one ({signed_in:.0} µs)\n",
        100.0 * metrics / empty,
        100.0 * metrics / signed_in,
    ));
    let (rights, statements) = rights(app, clock)?;
    text.push_str(&format!(
        "who is there: session, rights, numbers of the menu and saved views take {rights:.0} µs and {statements} statements; \
         the rights are one of them\n"
    ));
    Ok(text)
}

/// All that is counted for one request: the connection, the answer, two questions to the database.
fn metrics(clock: &Clock<'_>) -> anyhow::Result<f64> {
    let metrics = Metrics::default();
    let timing = database::Timing::default();
    let many = 1_000;
    let thousand = clock.each(|| {
        for _ in 0..many {
            let open = metrics.opened();
            let begun = Instant::now();
            for _ in 0..2 {
                let asked = Instant::now();
                timing.note(asked.elapsed());
            }
            metrics.answered(&Method::GET, "/requests/{number}", 200, begun.elapsed());
            drop(open);
        }
        Ok(())
    })?;
    Ok(thousand / f64::from(many))
}

/// Processor time and statements of finding out who an officer is, and what they may.
fn rights(app: &App, clock: &Clock<'_>) -> anyhow::Result<(f64, u64)> {
    let now = app.clock.now();
    let secret = app.db.write_blocking(move |tx| {
        let account: Option<AccountId> = tx.row(
            "SELECT account_id FROM grants WHERE role = 'officer' ORDER BY valid_from LIMIT 1",
            &[],
            |row| row.get("account_id"),
        )?;
        let from = Origin {
            address: String::new(),
            agent: String::new(),
            longest: jiff::SignedDuration::from_hours(1),
        };
        account.map(|account| sessions::open(tx, account, &from, now)).transpose()
    });
    let secret = secret?.context("nobody in the database is an officer")?;
    let one = || {
        let secret = secret.clone();
        let found = app.db.read_blocking(move |r| sessions::of_secret(r, &secret, now))?;
        anyhow::ensure!(found.is_some_and(|me| !me.grants.is_empty()), "the session is not found");
        Ok(())
    };
    let before = app.db.statements();
    one()?;
    let statements = app.db.statements() - before;
    Ok((clock.each(one)?, statements))
}
