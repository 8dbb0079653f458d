//! How an event is bound to the one before it: by a hash over everything that stands in it.
//!
//! Every field is written as its length (8 bytes, the highest first) and its bytes, so that no two events have the same
//! encoding. Integers are 8 bytes, the highest first; text is UTF-8; an absent actor is a field of no bytes. `SHA-256`
//! of these fields in this order is
//!
//! - the **event**: `"tendrel event 1"`, hash of the event before (32 zero bytes for the first), subject id, number,
//!   subject, at, written at, activity, content;
//! - its **content** (`content.rs`), what may name a person: a hash for each part of it, so that a part can be taken out
//!   one day and the chain still holds.
//!
//! `docs/decisions/0006` says why it is so, `docs/guide/auditors.md` how to check it by hand.

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::events::Event;
use crate::events::content::Content;

pub type Hash = [u8; 32];

/// What the first event of a chain is linked to.
pub const START: Hash = [0; 32];

/// Hashes fields, each with its length before it.
#[derive(Clone, Debug)]
pub struct Fields(Sha256);

impl Fields {
    /// The tag says what is hashed, so that the hash of one kind of thing is never that of another.
    pub fn of(tag: &str) -> Fields {
        Fields(Sha256::new()).bytes(tag.as_bytes())
    }

    pub fn bytes(mut self, field: &[u8]) -> Fields {
        self.0.update((field.len() as u64).to_be_bytes());
        self.0.update(field);
        self
    }

    pub fn number(self, field: i64) -> Fields {
        self.bytes(&field.to_be_bytes())
    }

    pub fn hash(self) -> Hash {
        self.0.finalize().into()
    }
}

/// What is stored of an event besides its fields.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) detail: String,
    pub(super) salt: [u8; 16],
    pub(super) hash: Hash,
}

impl Link {
    pub(super) fn new(event: &Event, previous: &Hash) -> Link {
        let mut salt = [0; 16];
        // Without random bytes the chain holds as well; only what is removed later could be guessed.
        if let Err(error) = getrandom::fill(&mut salt) {
            tracing::error!("the machine gives no random bytes: {error}");
        }
        let actor_id = event.actor.person.map(crate::id::Id::uuid);
        let content = Content::new(&salt, actor_id, &event.actor.name, &event.detail);
        let written = Written {
            subject_id: event.subject_id,
            number: event.number,
            subject: &event.subject,
            at: event.at,
            written_at: event.written_at,
            activity: &event.activity,
            content: content.hash(),
        };
        Link { hash: written.hash(previous), detail: content.detail(), salt }
    }
}

/// An event as the chain sees it.
#[derive(Clone, Debug)]
pub struct Written<'a> {
    pub subject_id: Uuid,
    pub number: i64,
    pub subject: &'a str,
    pub at: Timestamp,
    pub written_at: Timestamp,
    pub activity: &'a str,
    pub content: Hash,
}

impl Written<'_> {
    pub fn hash(&self, previous: &Hash) -> Hash {
        let Written { subject_id, number, subject, at, written_at, activity, content } = self;
        Fields::of("tendrel event 1")
            .bytes(previous)
            .bytes(subject_id.as_bytes())
            .number(*number)
            .bytes(subject.as_bytes())
            .number(at.as_microsecond())
            .number(written_at.as_microsecond())
            .bytes(activity.as_bytes())
            .bytes(content)
            .hash()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::hex;

    fn written() -> Written<'static> {
        Written {
            subject_id: Uuid::from_bytes([7; 16]),
            number: 1,
            subject: "request",
            at: Timestamp::from_microsecond(1).unwrap(),
            written_at: Timestamp::from_microsecond(2).unwrap(),
            activity: "received",
            content: [5; 32],
        }
    }

    #[test]
    fn the_encoding_never_changes() {
        // The same, put together by hand: what every other program must come to.
        let mut bytes = Vec::new();
        for field in [
            b"tendrel event 1".as_slice(),
            &[0; 32],
            &[7; 16],
            &1_i64.to_be_bytes(),
            b"request",
            &1_i64.to_be_bytes(),
            &2_i64.to_be_bytes(),
            b"received",
            &[5; 32],
        ] {
            bytes.extend_from_slice(&(field.len() as u64).to_be_bytes());
            bytes.extend_from_slice(field);
        }
        assert_eq!(hex(&written().hash(&START)), hex(&Sha256::digest(bytes)));
    }

    #[test]
    fn letters_that_move_to_the_next_field_are_seen() {
        let moved = Written { subject: "reques", activity: "treceived", ..written() };
        assert_ne!(moved.hash(&START), written().hash(&START));
    }
}
