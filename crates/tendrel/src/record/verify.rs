//! `tendrel verify`: recomputes the whole record and names the first event of each chain that is not as it was written.

mod chain;
mod command;
mod store;

use std::collections::HashMap;
use std::fmt;

use database::{Error, Reader};
use uuid::Uuid;

use crate::events::chain::{Hash, START};
use crate::files::hex;
use crate::record::checkpoint::Checkpoint;
use crate::record::tree;
use crate::record::verify::chain::Link;

pub use command::{VerifyArguments, read_from as read_kept, run};

/// What was done to the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Altered,
    Missing,
    Inserted,
    Reordered,
    /// What is shown of a request is not what its events say.
    Disagrees,
    /// A checkpoint, or what it is computed from.
    Checkpoint,
}

/// The first thing that is wrong with one chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub kind: Kind,
    /// The number of the request, or what else the chain is about.
    pub of: String,
    /// 0 where it is about no event.
    pub event: i64,
    /// Who is recorded as having done it.
    pub person: String,
    pub words: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Altered => "altered",
            Kind::Missing => "missing",
            Kind::Inserted => "inserted",
            Kind::Reordered => "reordered",
            Kind::Disagrees => "disagrees",
            Kind::Checkpoint => "checkpoint",
        };
        write!(f, "{kind}: {}", self.of)?;
        if self.event > 0 {
            write!(f, ", event {}", self.event)?;
        }
        if !self.person.is_empty() {
            write!(f, ", by {}", self.person)?;
        }
        write!(f, ": {}", self.words)
    }
}

/// What the record was found to be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    pub chains: i64,
    pub events: i64,
    pub checkpoints: i64,
    /// The keys that signed, as hexadecimal digits.
    pub keys: Vec<String>,
    /// In the order in which they were found; no more than `FAULTS`.
    pub faults: Vec<Fault>,
}

/// Faults that are named; who finds so many knows enough.
const FAULTS: usize = 200;

impl Found {
    fn add(&mut self, fault: Fault) {
        if self.faults.len() < FAULTS {
            self.faults.push(fault);
        }
    }

    fn checkpoint(&mut self, of: impl Into<String>, words: impl Into<String>) {
        let (of, words) = (of.into(), words.into());
        self.add(Fault { kind: Kind::Checkpoint, of, event: 0, person: String::new(), words });
    }
}

/// Where a chain stood when a checkpoint was exported.
#[derive(Clone, Debug, PartialEq)]
pub struct Stood {
    pub number: i64,
    pub hash: Hash,
    pub name: String,
}

/// A checkpoint that was kept elsewhere.
#[derive(Clone, Debug)]
pub struct Kept {
    pub statement: String,
    pub public_key: String,
    pub chains: HashMap<Uuid, Stood>,
}

/// Recomputes everything, within one snapshot.
///
/// # Errors
/// Those of the database; what is wrong with the record is in `Found`.
pub fn verify(r: &mut Reader, kept: Option<&Kept>) -> Result<Found, Error> {
    let mut found = Found::default();
    let last = checkpoints(r, kept, &mut found)?;
    sealed(r, last.as_ref(), &mut found)?;
    let mut left: HashMap<Uuid, &Stood> = kept
        .map(|kept| kept.chains.iter().map(|(subject, stood)| (*subject, stood)).collect())
        .unwrap_or_default();
    let mut chain: Vec<Link> = Vec::new();
    store::each_link(r, |link| {
        if chain.last().is_some_and(|last| last.line.subject_id != link.line.subject_id) {
            judge(&chain, &mut left, &mut found);
            chain.clear();
        }
        chain.push(link);
    })?;
    judge(&chain, &mut left, &mut found);
    for stood in left.values() {
        found.add(Fault {
            kind: Kind::Missing,
            of: stood.name.clone(),
            event: stood.number,
            person: String::new(),
            words: "the kept checkpoint has it, the database does not".to_owned(),
        });
    }
    store::each_orphan(r, |fault| found.add(fault))?;
    Ok(found)
}

fn judge(chain: &[Link], left: &mut HashMap<Uuid, &Stood>, found: &mut Found) {
    let Some(first) = chain.first() else { return };
    found.chains += 1;
    found.events += i64::try_from(chain.len()).unwrap_or(i64::MAX);
    let stood = left.remove(&first.line.subject_id);
    let fault = chain::fault(chain).or_else(|| stood.and_then(|stood| chain::differs(chain, stood)));
    if let Some(fault) = fault {
        found.add(fault);
    }
}

/// Every checkpoint is signed and follows from the one before; the kept one is among them. Returns the last.
fn checkpoints(r: &mut Reader, kept: Option<&Kept>, found: &mut Found) -> Result<Option<Checkpoint>, Error> {
    let (mut last, mut kept_is_there): (Option<Checkpoint>, bool) = (None, kept.is_none());
    store::each_checkpoint(r, |checkpoint| {
        let of = format!("number {}", checkpoint.number);
        let expected = last.as_ref().map_or(1, |last| last.number + 1);
        if checkpoint.number != expected {
            found.checkpoint(&of, format!("number {expected} is missing before it"));
        } else if checkpoint.previous != last.as_ref().map_or(START, Checkpoint::hash) {
            found.checkpoint(&of, "it does not follow from the one before");
        }
        if !checkpoint.is_signed() {
            found.checkpoint(&of, "its signature is wrong");
        }
        let key = hex(&checkpoint.public_key);
        if !found.keys.contains(&key) {
            found.keys.push(key);
        }
        kept_is_there |= kept.is_some_and(|kept| {
            kept.statement == checkpoint.statement() && kept.public_key == hex(&checkpoint.public_key)
        });
        found.checkpoints += 1;
        last = Some(checkpoint);
    })?;
    if !kept_is_there {
        found.checkpoint("the one that was kept", "the database has none that is the same");
    }
    Ok(last)
}

/// The list of sealed chains is the one that the last checkpoint was made of.
fn sealed(r: &mut Reader, last: Option<&Checkpoint>, found: &mut Found) -> Result<(), Error> {
    let chains = crate::record::store::buckets_of_chains(r)?;
    let (stored, _) = crate::record::store::stored_buckets(r)?;
    let root = tree::root(&chains);
    match last {
        Some(last) if last.root != root => {
            found.checkpoint(
                format!("number {}", last.number),
                "the list of sealed chains was altered after it",
            );
        }
        Some(last) if last.root != tree::root(&stored) => {
            found.checkpoint(
                format!("number {}", last.number),
                "the hashes of the buckets were altered after it",
            );
        }
        None if !chains.is_empty() => {
            found.checkpoint("all", "chains are sealed, and there is no checkpoint");
        }
        _ => {}
    }
    Ok(())
}
