//! What binding an event to the one before costs, and sealing it: requests are made through the one door, once as the
//! program makes them, once with the chain's work done a second time on a table of its own. What the second costs more
//! is what the chain costs.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context;
use database::{Error, Transaction};
use tendrel::app::App;
use tendrel::desk::accept::{Accepted, Incoming, accept};
use tendrel::desk::request::Channel;
use tendrel::desk::save::Desk;
use tendrel::events::Actor;
use tendrel::events::chain::{START, Written};
use tendrel::events::content::Content;
use tendrel::problem::Problem;

use crate::own::Clock;

/// Turns of either sort, one after the other, so that both see the same machine.
const TURNS: usize = 16;
const A_TURN: usize = 300;
/// Chains in one checkpoint: what a busy country makes in five minutes.
const CHAINS: usize = 1_000;

const TABLE: &str =
    "CREATE TABLE IF NOT EXISTS bench_chain (subject_id BYTEA NOT NULL, number BIGINT NOT NULL,
     salt BYTEA NOT NULL, hash BYTEA NOT NULL, PRIMARY KEY (subject_id, number))";

/// In microseconds of processor time.
#[derive(Debug)]
pub(super) struct Chain {
    /// A request made, with its chain.
    write: f64,
    /// Of that, the chain.
    link: f64,
    /// Sealing one chain among a thousand.
    seal: f64,
    /// A checkpoint over one chain: what it costs at least.
    checkpoint: f64,
}

impl Chain {
    pub(super) fn told(&self, post: f64) -> String {
        let Chain { write, link, seal, checkpoint } = self;
        let without = write - link;
        format!(
            "a request made by its transaction: {write:.0} µs of processor time\n\
             of that the chain (hashes, salt, waiting row): {link:.1} µs, {:.1} % of the rest; sealed with {CHAINS} others \
             {seal:.1} µs more, together {:.1} %\n\
             of a post over HTTP ({post:.0} µs): {:.1} %\n\
             a checkpoint over a single chain: {:.1} ms, every five minutes at most\n",
            100.0 * link / without,
            100.0 * (link + seal) / without,
            100.0 * (link + seal) / (post - link),
            checkpoint / 1000.0,
        )
    }
}

pub(super) fn measure(app: &App, clock: &Clock<'_>) -> anyhow::Result<Chain> {
    app.db.write_blocking(|tx| tx.batch(TABLE))?;
    let incoming = incoming(app)?;
    let mut spent = [Duration::ZERO; 2];
    for turn in 0..TURNS {
        for twice in [turn % 2 == 0, turn % 2 == 1] {
            let before = clock.now();
            for _ in 0..A_TURN {
                make(app, &incoming, twice)?;
            }
            spent[usize::from(twice)] += clock.now().saturating_sub(before);
        }
    }
    let each = |spent: Duration| spent.as_secs_f64() * 1e6 / (TURNS * A_TURN) as f64;
    let (write, twice) = (each(spent[0]), each(spent[1]));
    seal(app)?;
    let seal_of = |chains: usize, times: u32| -> anyhow::Result<f64> {
        let mut spent = Duration::ZERO;
        for _ in 0..times {
            for _ in 0..chains {
                make(app, &incoming, false)?;
            }
            let before = clock.now();
            seal(app)?;
            spent += clock.now().saturating_sub(before);
        }
        Ok(spent.as_secs_f64() * 1e6 / f64::from(times))
    };
    let checkpoint = seal_of(1, 20)?;
    let many = seal_of(CHAINS, 5)?;
    app.db.write_blocking(|tx| tx.batch("DROP TABLE bench_chain"))?;
    Ok(Chain { write, link: twice - write, seal: many / CHAINS as f64, checkpoint })
}

fn seal(app: &App) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    Ok(runtime.block_on(tendrel::record::seal(app))?)
}

fn incoming(app: &App) -> anyhow::Result<Incoming> {
    let catalogue = app.catalogue.now();
    let service = catalogue.services.first().context("the catalogue is empty")?.clone();
    let unit = app.calendars.units().first().context("there is no unit")?.id;
    Ok(Incoming {
        channel: Channel::Web,
        service,
        unit,
        office: None,
        office_text: "Kabjisa Central School".to_owned(),
        requester: None,
        requester_name: "Tshering Dema".to_owned(),
        requester_phone: "17000999".to_owned(),
        requester_email: String::new(),
        by_sms: false,
        entered_by: None,
        subject: "Password forgotten after the holiday".to_owned(),
        description: "I cannot sign in since this morning.".to_owned(),
        answers: BTreeMap::new(),
        impact: 3,
        urgency: 2,
        received_at: app.clock.now(),
        complete: true,
        language: "en".to_owned(),
        files: Vec::new(),
        follows: None,
        came_in: None,
        source: String::new(),
    })
}

fn make(app: &App, incoming: &Incoming, twice: bool) -> anyhow::Result<()> {
    let (desk, incoming) = (Desk::new(app), incoming.clone());
    let made = app.db.write_blocking::<Accepted, Problem, _>(move |tx| {
        let actor = Actor { person: None, name: incoming.requester_name.clone() };
        let accepted = accept(tx, &desk, &incoming, actor.clone())?;
        if twice {
            again(tx, &accepted, &actor)?;
        }
        Ok(accepted)
    });
    made.map(drop).map_err(|problem| anyhow::anyhow!("{problem:?}"))
}

/// The chain's work once more: salt, hashes, the row that waits with the hash before, and room for salt and hash.
fn again(tx: &mut Transaction, accepted: &Accepted, actor: &Actor) -> Result<(), Error> {
    let id = accepted.id.uuid();
    let detail = serde_json::json!({ "channel": "web", "complete": true, "state": "new" });
    let salt = uuid::Uuid::new_v4();
    let content = Content::new(salt.as_bytes(), None, &actor.name, &detail).hash();
    let at = jiff::Timestamp::UNIX_EPOCH;
    let written = Written {
        subject_id: id,
        number: 1,
        subject: "request",
        at,
        written_at: at,
        activity: "received",
        content,
    };
    tx.one(
        "INSERT INTO bench_chain (subject_id, number, salt, hash) VALUES ($1, $2, $3, $4)
         RETURNING (SELECT hash FROM events WHERE events.subject_id = $1 AND events.number = $2 - 1) AS previous",
        &[id.into(), 1_i64.into(), salt.as_bytes().as_slice().into(), written.hash(&START).as_slice().into()],
        |row| row.get::<Option<Vec<u8>>>("previous"),
    )?;
    Ok(())
}
