//! The offices and people of `demo/*.csv`, taken over as any office's lists are.

use anyhow::{Context, bail};
use database::Transaction;
use jiff::Timestamp;

use crate::directory::import::{self, Import, Map, Reach, Table, Verdict, What};
use crate::events::Actor;
use crate::frame::languages::Language;

/// `anyhow::Error` that a transaction may return.
#[derive(Debug, thiserror::Error)]
#[error("{0:#}")]
pub(crate) struct Failed(anyhow::Error);

impl From<database::Error> for Failed {
    fn from(error: database::Error) -> Failed {
        Failed(error.into())
    }
}
impl From<anyhow::Error> for Failed {
    fn from(error: anyhow::Error) -> Failed {
        Failed(error)
    }
}

/// Writes all offices and people of the demonstration.
pub(crate) fn load(tx: &mut Transaction, now: Timestamp) -> Result<(), Failed> {
    take_over(tx, What::Offices, include_bytes!("../../../../demo/offices.csv"), now)?;
    take_over(tx, What::People, include_bytes!("../../../../demo/people.csv"), now)?;
    Ok(())
}

fn take_over(tx: &mut Transaction, what: What, list: &[u8], now: Timestamp) -> anyhow::Result<()> {
    let table = Table::read(list).ok().with_context(|| format!("the list of {} is no list", what.code()))?;
    let map = Map::guess(what, &table.head);
    let reach = Reach::everywhere();
    let import = Import {
        table: &table,
        map: &map,
        reach: &reach,
        actor: Actor::program(),
        leave_out_wrong: false,
        now,
    };
    let outcome = match what {
        What::Offices => import::offices(tx, &import)?,
        What::People => import::people(tx, &import)?,
    };
    let wrong = outcome.lines.iter().find_map(|line| match &line.verdict {
        Verdict::Wrong(reason) => Some((line.line, reason.sentence(Language::English, false))),
        _ => None,
    });
    if let Some((line, sentence)) = wrong {
        bail!("line {line} of the demonstration's {}: {sentence}", what.code());
    }
    Ok(())
}
