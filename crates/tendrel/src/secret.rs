//! Secrets that nobody can guess: for sessions, links and tokens.

/// 160 random bits in letters and digits that survive being read aloud: no 0, 1, i, l, o, u.
pub fn new() -> String {
    const LETTERS: &[u8; 30] = b"23456789abcdefghjkmnpqrstvwxyz";
    let mut random = [0_u8; 33];
    // Without randomness of the system there is no safe way on.
    #[expect(
        clippy::expect_used,
        reason = "a program without randomness must stop rather than hand out guessable secrets"
    )]
    getrandom::fill(&mut random).expect("the system gives random bytes");
    random.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_secrets_are_never_the_same() {
        assert_ne!(new(), new());
        assert_eq!(new().len(), 33);
    }
}
