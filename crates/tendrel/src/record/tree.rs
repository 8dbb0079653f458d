//! The Merkle tree over all chains: 65,536 leaves, each over the chains whose subject falls into its bucket.
//!
//! With a million chains a bucket holds about sixteen. A checkpoint reads the buckets that changed and the stored hashes
//! of the others, never all chains. Pure.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::events::chain::{Fields, Hash};

/// Levels between a bucket and the root.
pub const DEPTH: usize = 16;

/// Hashes of the buckets that hold any chain.
pub type Buckets = BTreeMap<u32, Hash>;

pub fn bucket_of(subject: Uuid) -> u32 {
    let hash = Fields::of("tendrel bucket 1").bytes(subject.as_bytes()).hash();
    u32::from(u16::from_be_bytes([hash[0], hash[1]]))
}

/// Where one chain stands: its last event.
pub fn leaf(subject: Uuid, number: i64, hash: &Hash) -> Hash {
    Fields::of("tendrel chain 1").bytes(subject.as_bytes()).number(number).bytes(hash).hash()
}

/// Over the leaves of a bucket in the order of their subjects.
pub fn bucket(leaves: &[Hash]) -> Hash {
    leaves.iter().fold(Fields::of("tendrel leaves 1"), |fields, leaf| fields.bytes(leaf)).hash()
}

pub fn node(left: &Hash, right: &Hash) -> Hash {
    Fields::of("tendrel node 1").bytes(left).bytes(right).hash()
}

/// The hashes of nothing, from an empty bucket up to an empty tree.
fn empty() -> [Hash; DEPTH + 1] {
    let mut empty = [bucket(&[]); DEPTH + 1];
    for level in 1..=DEPTH {
        empty[level] = node(&empty[level - 1], &empty[level - 1]);
    }
    empty
}

fn levels(buckets: &Buckets) -> Vec<Buckets> {
    let empty = empty();
    let mut levels = vec![buckets.clone()];
    for level in 0..DEPTH {
        let below = &levels[level];
        let hash = |position: u32| below.get(&position).unwrap_or(&empty[level]);
        let mut above = Buckets::new();
        for position in below.keys().map(|position| position / 2) {
            above.entry(position).or_insert_with(|| node(hash(position * 2), hash(position * 2 + 1)));
        }
        levels.push(above);
    }
    levels
}

pub fn root(buckets: &Buckets) -> Hash {
    levels(buckets)[DEPTH].get(&0).copied().unwrap_or(empty()[DEPTH])
}

/// The neighbours on the way from a bucket up to the root, lowest first.
pub fn path(buckets: &Buckets, bucket: u32) -> Vec<Hash> {
    let (levels, empty) = (levels(buckets), empty());
    (0..DEPTH)
        .map(|level| levels[level].get(&((bucket >> level) ^ 1)).copied().unwrap_or(empty[level]))
        .collect()
}

/// The root that a bucket and its path lead to.
pub fn climb(bucket: u32, hash: Hash, path: &[Hash]) -> Hash {
    path.iter().enumerate().fold(hash, |hash, (level, beside)| {
        if (bucket >> level) & 1 == 0 { node(&hash, beside) } else { node(beside, &hash) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_leads_to_the_root() {
        let buckets: Buckets =
            [0, 1, 77, 40_000, 65_535].into_iter().map(|at| (at, [at as u8; 32])).collect();
        let root = root(&buckets);
        for (at, hash) in &buckets {
            assert_eq!(climb(*at, *hash, &path(&buckets, *at)), root, "{at}");
            assert_ne!(climb(*at, [9; 32], &path(&buckets, *at)), root, "{at}");
        }
        assert_eq!(
            climb(5, bucket(&[]), &path(&buckets, 5)),
            root,
            "that a bucket is empty can be shown too"
        );
    }

    #[test]
    fn a_chain_that_is_taken_out_changes_the_root() {
        let mut buckets: Buckets = [(3, [1; 32]), (4, [2; 32])].into_iter().collect();
        let before = root(&buckets);
        buckets.remove(&4);
        assert_ne!(root(&buckets), before);
        assert_eq!(root(&Buckets::new()), empty()[DEPTH]);
    }
}
