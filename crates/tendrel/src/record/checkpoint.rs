//! A checkpoint: what is said over all chains, and who signed it.

use std::fmt::Write;

use database::{Error, Row};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::events::chain::{Hash, START};
use crate::files::hex;
use crate::record::key::{Signer, is_signed};

#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Counted from 1 without a gap.
    pub number: i64,
    pub at: Timestamp,
    pub root: Hash,
    pub chains: i64,
    pub events: i64,
    /// SHA-256 of the statement before; 32 zero bytes for the first.
    pub previous: Hash,
    pub public_key: Vec<u8>,
    pub signature: Vec<u8>,
}

/// A checkpoint as it leaves the program: the very bytes that were signed, and by whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signed {
    pub format: String,
    pub statement: String,
    pub public_key: String,
    pub signature: String,
}

pub const FORMAT: &str = "tendrel checkpoint 1";

impl Checkpoint {
    pub(super) fn sign(
        signer: &Signer,
        before: Option<&Checkpoint>,
        at: Timestamp,
        root: Hash,
        (chains, events): (i64, i64),
    ) -> Checkpoint {
        let mut checkpoint = Checkpoint {
            number: before.map_or(1, |before| before.number + 1),
            at,
            root,
            chains,
            events,
            previous: before.map_or(START, Checkpoint::hash),
            public_key: signer.public_key().to_vec(),
            signature: Vec::new(),
        };
        checkpoint.signature = signer.sign(&checkpoint.statement()).to_vec();
        checkpoint
    }

    /// What is signed: seven lines that a person can read.
    pub fn statement(&self) -> String {
        let Checkpoint { number, at, root, chains, events, previous, .. } = self;
        let mut text = String::new();
        let _ = writeln!(text, "{FORMAT}\nnumber {number}\nat {at}\nroot {}", hex(root));
        let _ = writeln!(text, "chains {chains}\nevents {events}\nprevious {}", hex(previous));
        text
    }

    pub fn hash(&self) -> Hash {
        Sha256::digest(self.statement().as_bytes()).into()
    }

    pub fn is_signed(&self) -> bool {
        is_signed(&self.statement(), &self.public_key, &self.signature)
    }

    pub fn signed(&self) -> Signed {
        Signed {
            format: FORMAT.to_owned(),
            statement: self.statement(),
            public_key: hex(&self.public_key),
            signature: hex(&self.signature),
        }
    }
}

pub(super) fn read(row: &Row<'_>) -> Result<Checkpoint, Error> {
    Ok(Checkpoint {
        number: row.get("number")?,
        at: row.get("at")?,
        root: hash(row, "root")?,
        chains: row.get("chains")?,
        events: row.get("events")?,
        previous: hash(row, "previous")?,
        public_key: row.get("public_key")?,
        signature: row.get("signature")?,
    })
}

/// A hash out of a row; one of another length, which nobody but a forger writes, is read as one that never fits.
pub(super) fn hash(row: &Row<'_>, column: &str) -> Result<Hash, Error> {
    let bytes: Vec<u8> = row.get(column)?;
    Ok(bytes.try_into().unwrap_or([0xff; 32]))
}
