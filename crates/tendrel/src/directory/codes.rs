//! The second factor: codes that change every half minute (RFC 6238), and ten others for the day the telephone is lost.

use database::{Error, Reader, Transaction};
use jiff::Timestamp;
use totp_rs::{Builder, Secret, Totp};

use crate::directory::sessions;
use crate::id::AccountId;
use crate::secret;
use crate::vault::{Locked, Sealed, Vault};

/// Codes for the day the telephone is lost.
pub const RECOVERY_CODES: usize = 10;

/// The secret that the telephone shares with us.
#[derive(Clone, Debug, PartialEq)]
pub struct Codes {
    secret: Vec<u8>,
}

impl Codes {
    pub fn random() -> Codes {
        Codes { secret: secret::bytes::<20>().to_vec() }
    }

    /// From the letters that the form of the first code carries; they are ours, so others are not read.
    pub fn from_letters(letters: &str) -> Option<Codes> {
        let plain: String = letters.chars().filter(|c| !c.is_whitespace()).collect();
        let secret = Secret::try_from_base32(plain).ok()?.as_bytes().to_vec();
        (secret.len() == 20).then_some(Codes { secret })
    }

    /// The half minute whose code this is: the one of now, the one before or the one after.
    pub fn step(&self, typed: &str, now: Timestamp) -> Option<i64> {
        let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        let seconds = u64::try_from(now.as_second()).ok()?;
        self.totp()?.check(&digits, seconds).and_then(|step| i64::try_from(step).ok())
    }

    /// As it is kept: it opens for this account only.
    ///
    /// # Errors
    /// Without a key.
    pub fn sealed(&self, vault: &Vault, account: AccountId) -> Result<Sealed, Locked> {
        vault.seal(account.uuid().as_bytes(), &self.secret)
    }

    fn totp(&self) -> Option<Totp> {
        Builder::new().with_secret(self.secret.as_slice()).build().ok()
    }

    /// The secret in letters, in groups of four, for whoever types it.
    pub fn in_letters(&self) -> String {
        let letters: Vec<char> = self.base32().chars().collect();
        letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
    }

    /// What the square picture says to an app.
    pub fn address(&self, site: &str, username: &str) -> String {
        let safe = |text: &str| {
            form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
        };
        let (site, username) = (safe(site), safe(username));
        format!("otpauth://totp/{site}:{username}?secret={}&issuer={site}", self.base32())
    }

    fn base32(&self) -> String {
        Secret::from(self.secret.as_slice()).to_base32()
    }

    /// The code of an instant: what the telephone shows.
    #[cfg(test)]
    pub(crate) fn at(&self, now: Timestamp) -> String {
        self.totp().unwrap().generate(u64::try_from(now.as_second()).unwrap()).to_string()
    }
}

/// Is the account asked for codes?
pub fn are_set_up(r: &mut Reader, account: AccountId) -> Result<bool, Error> {
    Ok(sealed_of(r, account)?.is_some())
}

fn sealed_of(r: &mut Reader, account: AccountId) -> Result<Option<Sealed>, Error> {
    r.row("SELECT secret, key_name FROM code_secrets WHERE account_id = $1", &[account.into()], |row| {
        Ok(Sealed { bytes: row.get("secret")?, key_name: row.get("key_name")? })
    })
}

/// Secrets whose key is missing here: those people cannot use their codes.
pub fn locked(r: &mut Reader, vault: &Vault) -> Result<i64, Error> {
    let keys =
        r.rows("SELECT key_name, COUNT(*) AS secrets FROM code_secrets GROUP BY key_name", &[], |row| {
            Ok((row.get::<String>("key_name")?, row.get::<i64>("secrets")?))
        })?;
    Ok(keys.iter().filter(|(name, _)| !vault.knows(name)).map(|(_, secrets)| secrets).sum())
}

/// Seals by the newest key what others sealed; returns how many, and how many do not open.
pub fn seal_again(tx: &mut Transaction, vault: &Vault) -> Result<(usize, usize), Error> {
    let all = tx.rows(
        "SELECT account_id, secret, key_name FROM code_secrets WHERE key_name <> $1",
        &[vault.key_name().into()],
        |row| {
            let sealed = Sealed { bytes: row.get("secret")?, key_name: row.get("key_name")? };
            Ok((row.get::<AccountId>("account_id")?, sealed))
        },
    )?;
    let mut locked = 0;
    let mut fresh = Vec::new();
    for (account, sealed) in all {
        let opened = vault.open(account.uuid().as_bytes(), &sealed);
        match opened.and_then(|secret| Codes { secret }.sealed(vault, account)) {
            Ok(Sealed { bytes, key_name }) => fresh.push(vec![account.into(), bytes.into(), key_name.into()]),
            Err(Locked) => locked += 1,
        }
    }
    let sealed = fresh.len();
    tx.execute_many("UPDATE code_secrets SET secret = $2, key_name = $3 WHERE account_id = $1", fresh)?;
    Ok((sealed, locked))
}

/// The first code was right: from now on codes are asked for. Returns the recovery codes, to be shown once; `None`
/// where the account has codes already.
pub fn set_up(
    tx: &mut Transaction,
    account: AccountId,
    codes: &Sealed,
    step: i64,
    now: Timestamp,
) -> Result<Option<Vec<String>>, Error> {
    let made = tx.execute(
        "INSERT INTO code_secrets (account_id, secret, key_name, created_at, last_step) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
        &[account.into(), codes.bytes.as_slice().into(), (&codes.key_name).into(), now.into(), step.into()],
    )?;
    if made == 1 { new_recovery_codes(tx, account).map(Some) } else { Ok(None) }
}

/// Ten new recovery codes; the ones before hold no longer.
pub fn new_recovery_codes(tx: &mut Transaction, account: AccountId) -> Result<Vec<String>, Error> {
    tx.execute("DELETE FROM recovery_codes WHERE account_id = $1", &[account.into()])?;
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code()).collect();
    tx.execute_many(
        "INSERT INTO recovery_codes (code_hash, account_id) VALUES ($1, $2)",
        codes.iter().map(|code| vec![sessions::hash(&plain(code)).into(), account.into()]),
    )?;
    Ok(codes)
}

/// 15 letters and digits, 73 bits: no list of guesses reaches it.
fn recovery_code() -> String {
    let letters = secret::new();
    format!("{}-{}-{}", &letters[..5], &letters[5..10], &letters[10..15])
}

fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
}

/// What came of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    Right,
    Wrong,
    /// Nobody can say: the key that opens the secret is missing.
    Locked,
}

/// Uses a code up: none holds twice.
pub fn take_code(
    tx: &mut Transaction,
    vault: &Vault,
    account: AccountId,
    typed: &str,
    now: Timestamp,
) -> Result<Checked, Error> {
    let Some(sealed) = sealed_of(tx, account)? else {
        return Ok(Checked::Wrong);
    };
    let secret = match vault.open(account.uuid().as_bytes(), &sealed) {
        Ok(secret) => secret,
        Err(locked) => {
            tracing::error!(%account, "{locked}");
            return Ok(Checked::Locked);
        }
    };
    let Some(step) = (Codes { secret }).step(typed, now) else {
        return Ok(Checked::Wrong);
    };
    let taken = tx.execute(
        "UPDATE code_secrets SET last_step = $2 WHERE account_id = $1 AND last_step < $2",
        &[account.into(), step.into()],
    )?;
    Ok(if taken == 1 { Checked::Right } else { Checked::Wrong })
}

pub fn take_recovery_code(tx: &mut Transaction, account: AccountId, typed: &str) -> Result<bool, Error> {
    let taken = tx.execute(
        "DELETE FROM recovery_codes WHERE account_id = $1 AND code_hash = $2",
        &[account.into(), sessions::hash(&plain(typed)).into()],
    )?;
    Ok(taken == 1)
}

pub fn recovery_codes_left(r: &mut Reader, account: AccountId) -> Result<i64, Error> {
    r.one(
        "SELECT COUNT(*) AS left_over FROM recovery_codes WHERE account_id = $1",
        &[account.into()],
        |row| row.get("left_over"),
    )
}

/// Asks for no codes any more.
pub fn remove(tx: &mut Transaction, account: AccountId) -> Result<bool, Error> {
    tx.execute("DELETE FROM recovery_codes WHERE account_id = $1", &[account.into()])?;
    let removed = tx.execute("DELETE FROM code_secrets WHERE account_id = $1", &[account.into()])?;
    Ok(removed == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes() -> Codes {
        Codes { secret: b"12345678901234567890".to_vec() }
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, cut to six digits.
        for (second, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            let at = Timestamp::from_second(second).unwrap();
            assert_eq!(codes().at(at), code);
            assert_eq!(codes().step(code, at), Some(second / 30));
        }
    }

    #[test]
    fn a_clock_that_is_half_a_minute_wrong_does_no_harm_and_one_that_is_two_wrong_does() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let code = codes().at(at(1_000_000_020));
        assert!(codes().step(&format!("{} {}", &code[..3], &code[3..]), at(1_000_000_049)).is_some());
        assert!(codes().step(&code, at(999_999_990)).is_some());
        assert_eq!(codes().step(&code, at(1_000_000_140)), None);
        assert_eq!(codes().step("", at(1_000_000_020)), None);
    }

    #[test]
    fn an_app_reads_the_secret_from_the_picture() {
        assert_eq!(
            codes().address("Punakha ICT Services", "karma"),
            "otpauth://totp/Punakha%20ICT%20Services:karma?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Punakha%20ICT%20Services"
        );
        assert_eq!(codes().in_letters(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(Codes::from_letters(&codes().in_letters()), Some(codes()));
        assert_eq!(Codes::from_letters("GEZD GNBV"), None);
        assert_eq!(Codes::from_letters("!"), None);
    }
}
