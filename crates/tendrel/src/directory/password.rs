//! Passwords: argon2id, off the threads that answer requests, and only a few at a time because each takes 19 MB.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use crate::directory::breached;
use crate::problem::Problem;
use crate::settings::entry::SignInSettings;
use zxcvbn::feedback::Warning;

/// Characters that a password has at least and at most.
pub const SHORTEST: usize = 12;
pub const LONGEST: usize = 128;
/// Letters and digits that must be left of it beside names.
const LEFT: usize = 6;

static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// Stands in where there is no account, so that the answer takes as long.
static NOBODYS: LazyLock<String> = LazyLock::new(|| hash_now(&crate::secret::new()).unwrap_or_default());

/// The hash that is stored, as a PHC string.
///
/// # Errors
/// Without randomness of the system.
pub async fn hash(password: String) -> Result<String, Problem> {
    off_thread(move || hash_now(&password)).await?
}

/// Does the password match? Takes the same time without a stored hash, and is then false.
///
/// # Errors
/// When the program is shutting down.
pub async fn matches(password: String, stored: Option<String>) -> Result<bool, Problem> {
    off_thread(move || {
        let known = stored.is_some();
        let hash = stored.unwrap_or_else(|| NOBODYS.clone());
        Argon2::default().verify_password(password.as_bytes(), hash.as_str()).is_ok() && known
    })
    .await
}

/// For commands, which have no other requests to hold up.
///
/// # Errors
/// As `hash`.
pub fn hash_now(password: &str) -> Result<String, Problem> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|error| Problem::Other(anyhow::anyhow!("no hash: {error}")))
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    let _turn = AT_ONCE.acquire().await.map_err(|_| Problem::Busy)?;
    tokio::task::spawn_blocking(work).await.map_err(|error| Problem::Other(error.into()))
}

/// Why a new password will not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weak {
    TooShort,
    TooLong,
    /// Guessed within a thousand million tries, or made of what is known about the person.
    Guessable(Why),
    /// On the list of passwords that are known to thieves.
    Breached,
}

/// What makes a password easy to guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    Keys,
    Repeats,
    Common,
    Dates,
    Names,
    /// Nothing that has a name.
    Short,
}

impl Why {
    fn of(warning: Option<Warning>) -> Why {
        match warning {
            None => Why::Short,
            Some(
                Warning::StraightRowsOfKeysAreEasyToGuess
                | Warning::ShortKeyboardPatternsAreEasyToGuess
                | Warning::SequencesLikeAbcAreEasyToGuess,
            ) => Why::Keys,
            Some(
                Warning::RepeatsLikeAaaAreEasyToGuess
                | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess,
            ) => Why::Repeats,
            Some(
                Warning::ThisIsATop10Password
                | Warning::ThisIsATop100Password
                | Warning::ThisIsACommonPassword
                | Warning::ThisIsSimilarToACommonlyUsedPassword
                | Warning::AWordByItselfIsEasyToGuess,
            ) => Why::Common,
            Some(Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess) => Why::Dates,
            Some(
                Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
                | Warning::CommonNamesAndSurnamesAreEasyToGuess,
            ) => Why::Names,
        }
    }
}

impl Weak {
    /// The key of the sentence that says what to do.
    pub fn sentence(self) -> &'static str {
        match self {
            Weak::TooShort => "password-too-short",
            Weak::TooLong => "password-too-long",
            Weak::Guessable(Why::Keys) => "password-guessable-keys",
            Weak::Guessable(Why::Repeats) => "password-guessable-repeats",
            Weak::Guessable(Why::Common) => "password-guessable-common",
            Weak::Guessable(Why::Dates) => "password-guessable-dates",
            Weak::Guessable(Why::Names) => "password-guessable-names",
            Weak::Guessable(Why::Short) => "password-guessable",
            Weak::Breached => "password-breached",
        }
    }
}

/// `known` is what anybody could know: name, user name, e-mail address. A list of breached passwords that cannot be read
/// keeps nobody out; the log says so.
///
/// # Errors
/// Why it will not do.
pub fn check(settings: &SignInSettings, password: &str, known: &[&str]) -> Result<(), Weak> {
    strength(password, known)?;
    let Some(list) = &settings.breached_passwords else {
        return Ok(());
    };
    match breached::is_listed(list, password) {
        Ok(true) => Err(Weak::Breached),
        Ok(false) => Ok(()),
        Err(error) => {
            tracing::error!("the list of breached passwords {} cannot be read: {error}", list.display());
            Ok(())
        }
    }
}

fn strength(password: &str, known: &[&str]) -> Result<(), Weak> {
    match password.chars().count() {
        ..SHORTEST => Err(Weak::TooShort),
        length if length > LONGEST => Err(Weak::TooLong),
        _ if is_made_of(password, known) => Err(Weak::Guessable(Why::Names)),
        _ => {
            let guessed = zxcvbn::zxcvbn(password, &words(known));
            if guessed.score() >= zxcvbn::Score::Three {
                return Ok(());
            }
            Err(Weak::Guessable(Why::of(guessed.feedback().and_then(zxcvbn::feedback::Feedback::warning))))
        }
    }
}

/// Little is left of it without what anybody could know, however that is put together.
fn is_made_of(password: &str, known: &[&str]) -> bool {
    let mut left = password.to_lowercase();
    let whole = left.len();
    for word in words(known) {
        left = left.replace(&word.to_lowercase(), "");
    }
    left.len() < whole && left.chars().filter(|c| c.is_alphanumeric()).count() < LEFT
}

/// What a password that nobody guesses scores.
pub const HIGHEST: u8 = 4;

/// From 0, guessed at once, to `HIGHEST`; from 3 it will do. Looks no further than `LONGEST` characters.
pub fn score(password: &str, known: &[&str]) -> u8 {
    let looked_at: String = password.chars().take(LONGEST).collect();
    if is_made_of(&looked_at, known) {
        return 0;
    }
    u8::from(zxcvbn::zxcvbn(&looked_at, &words(known)).score())
}

/// Names and addresses as they are, and their parts.
fn words<'a>(known: &[&'a str]) -> Vec<&'a str> {
    let parts = |known: &'a str| known.split(|c: char| !c.is_alphanumeric()).chain([known]);
    known.iter().copied().flat_map(parts).filter(|word| word.chars().count() > 2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_hard_to_guess() {
        assert_eq!(strength("short", &[]), Err(Weak::TooShort));
        let long = "three cranes over Phobjikha ".repeat(5);
        assert_eq!(strength(&long[..129], &[]), Err(Weak::TooLong));
        assert_eq!(strength(&long[..128], &[]), Ok(()));
        for weak in ["password1234", "qwertyuiopas", "karma.wangmo", "aaaaaaaaaaaa", "15.08.1947 x"] {
            let said = strength(weak, &["Karma Wangmo", "karma.wangmo"]);
            assert!(matches!(said, Err(Weak::Guessable(_))), "{weak}: {said:?}");
        }
        assert_eq!(strength("aaaaaaaaaaaa", &[]), Err(Weak::Guessable(Why::Repeats)));
        // Parts of what is known are known as well.
        assert_eq!(strength("Wangmo.Karma.2026", &["Karma Wangmo"]), Err(Weak::Guessable(Why::Names)));
        assert_eq!(score("Wangmo.Karma.2026", &["Karma Wangmo"]), 0);
        assert_eq!(strength("three cranes over Phobjikha", &["Karma Wangmo"]), Ok(()));
    }

    #[tokio::test]
    async fn a_password_matches_its_hash_only() {
        let hash = hash("three cranes".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(matches("three cranes".to_owned(), Some(hash.clone())).await.unwrap());
        assert!(!matches("two cranes".to_owned(), Some(hash)).await.unwrap());
        assert!(!matches("three cranes".to_owned(), None).await.unwrap());
    }
}
