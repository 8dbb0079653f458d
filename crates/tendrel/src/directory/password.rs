//! Passwords: argon2id, off the threads that answer requests, and only a few at a time because each takes 19 MB.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use crate::directory::breached;
use crate::problem::Problem;
use crate::settings::entry::SignInSettings;

/// Characters that a password has at least and at most.
pub const SHORTEST: usize = 10;
pub const LONGEST: usize = 200;

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
    Guessable,
    /// On the list of passwords that are known to thieves.
    Breached,
}

impl Weak {
    /// The key of the sentence that says what to do.
    pub fn sentence(self) -> &'static str {
        match self {
            Weak::TooShort => "password-too-short",
            Weak::TooLong => "password-too-long",
            Weak::Guessable => "password-guessable",
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
        LONGEST.. => Err(Weak::TooLong),
        _ if zxcvbn::zxcvbn(password, known).score() < zxcvbn::Score::Three => Err(Weak::Guessable),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_hard_to_guess() {
        assert_eq!(strength("short", &[]), Err(Weak::TooShort));
        assert_eq!(strength(&"x".repeat(500), &[]), Err(Weak::TooLong));
        for weak in ["password123", "qwertyuiop1", "karma.wangmo", "aaaaaaaaaaaa"] {
            assert_eq!(strength(weak, &["Karma Wangmo", "karma.wangmo"]), Err(Weak::Guessable), "{weak}");
        }
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
