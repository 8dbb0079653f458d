//! The record that nobody can alter unseen: checkpoints over all chains of events, their proof, their check.
//!
//! `events::chain` binds each event to the one before. Every few minutes a **checkpoint** is written over where each
//! chain stands: a Merkle root (`tree`), signed with a key of the installation (`key`). A chain is sealed only if it
//! continues what was sealed before, so that a chain that was rewritten is found by the next checkpoint that comes to
//! it. `verify` recomputes everything. What is exported and kept elsewhere finds even what somebody with the key did.

pub mod checkpoint;
pub mod command;
pub mod key;
pub mod proof;
mod seal;
mod store;
pub mod tree;
pub mod verify;

#[cfg(test)]
mod tests;

pub use seal::{after_a_load, seal, seal_if_due};
pub use store::last;
