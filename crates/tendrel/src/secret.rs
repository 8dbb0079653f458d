//! Secrets that nobody can guess: for sessions, links and tokens.

use sha2::{Digest, Sha256};

const LETTERS: &[u8; 30] = b"23456789abcdefghjkmnpqrstvwxyz";

/// 160 random bits in letters and digits that survive being read aloud: no 0, 1, i, l, o, u.
pub fn new() -> String {
    bytes::<33>().iter().map(letter).collect()
}

/// The same of 68 bits, for a link that must be short and holds for a time.
pub fn short() -> String {
    bytes::<SHORT>().iter().map(letter).collect()
}

/// Letters of a short secret.
pub const SHORT: usize = 14;

/// So many random bytes.
pub fn bytes<const COUNT: usize>() -> [u8; COUNT] {
    let mut random = [0_u8; COUNT];
    // Without randomness of the system there is no safe way on.
    #[expect(
        clippy::expect_used,
        reason = "a program without randomness must stop rather than hand out guessable secrets"
    )]
    getrandom::fill(&mut random).expect("the system gives random bytes");
    random
}

/// A secret that can be made again from what it was made of; as hard to guess as the best of its parts.
pub fn derived(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().map(letter).collect()
}

fn letter(byte: &u8) -> char {
    char::from(LETTERS[usize::from(*byte) % LETTERS.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_parts_make_the_same_secret() {
        assert_eq!(derived(&[b"a", b"b"]), derived(&[b"a", b"b"]));
        assert_ne!(derived(&[b"a", b"b"]), derived(&[b"ab"]));
        assert_eq!(derived(&[]).len(), 32);
    }

    #[test]
    fn two_secrets_are_never_the_same() {
        assert_ne!(new(), new());
        assert_eq!(new().len(), 33);
        assert_ne!(short(), short());
        assert_eq!(short().len(), SHORT);
    }
}
