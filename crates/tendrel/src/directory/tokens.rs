//! Tokens by which programs use the API: named, with a scope, shown once, stored as a hash.

use axum::http::Method;
use database::{Error, Reader, Transaction};
use jiff::Timestamp;
use serde::Serialize;

use crate::directory::sessions;
use crate::id::{AccountId, TokenId};
use crate::secret;

/// Days for which a token may hold.
pub const DAYS: [i64; 4] = [7, 30, 90, 365];
/// Tokens that one account may have.
pub const LIMIT: usize = 20;

/// What a program may do of what the account may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Look at things.
    Read,
    /// Look at things, make requests and work on them.
    Write,
    /// Everything the account may.
    All,
}

impl Scope {
    pub const ALL: [Scope; 3] = [Scope::Read, Scope::Write, Scope::All];

    pub fn code(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Write => "write",
            Scope::All => "all",
        }
    }

    pub fn from_code(code: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|scope| scope.code() == code)
    }

    /// May a program with this scope send this at all? What the account may is asked besides.
    pub fn allows(self, method: &Method, path: &str) -> bool {
        let only_looks = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
        let is_of_requests = path == "/api/v1/requests" || path.starts_with("/api/v1/requests/");
        match self {
            // Saying why one looks is a part of looking.
            Scope::Read => only_looks || is_of_requests && path.ends_with("/look"),
            Scope::Write => only_looks || is_of_requests,
            Scope::All => true,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ApiToken {
    pub id: TokenId,
    pub name: String,
    pub scope: Scope,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

impl ApiToken {
    pub fn is_over(&self, now: &Timestamp) -> bool {
        self.expires_at <= *now
    }
}

pub fn of_account(r: &mut Reader, account: AccountId) -> Result<Vec<ApiToken>, Error> {
    r.rows(
        "SELECT id, name, scope, created_at, expires_at, last_used_at FROM api_tokens
         WHERE account_id = $1 ORDER BY created_at, id LIMIT 50",
        &[account.into()],
        |row| {
            Ok(ApiToken {
                id: row.get("id")?,
                name: row.get("name")?,
                scope: Scope::from_code(&row.get::<String>("scope")?).unwrap_or(Scope::Read),
                created_at: row.get("created_at")?,
                expires_at: row.get("expires_at")?,
                last_used_at: row.get("last_used_at")?,
            })
        },
    )
}

/// A token as it is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct NewToken {
    pub name: String,
    pub scope: Scope,
    pub expires_at: Timestamp,
}

/// The returned secret is stored only as a hash and cannot be shown again.
pub fn insert(
    tx: &mut Transaction,
    account: AccountId,
    token: &NewToken,
    now: Timestamp,
) -> Result<String, Error> {
    let NewToken { name, scope, expires_at } = token;
    let secret = secret::new();
    tx.execute(
        "INSERT INTO api_tokens (id, account_id, name, scope, token_hash, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            TokenId::new(now).into(),
            account.into(),
            name.into(),
            scope.code().into(),
            sessions::hash(&secret).into(),
            now.into(),
            expires_at.into(),
        ],
    )?;
    Ok(secret)
}

pub fn revoke(tx: &mut Transaction, account: AccountId, id: TokenId) -> Result<Option<String>, Error> {
    tx.row(
        "DELETE FROM api_tokens WHERE account_id = $1 AND id = $2 RETURNING name",
        &[account.into(), id.into()],
        |row| row.get("name"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_lets_through_what_it_says() {
        let post = |scope: Scope, path: &str| scope.allows(&Method::POST, path);
        for scope in Scope::ALL {
            assert!(scope.allows(&Method::GET, "/api/v1/people"));
        }
        assert!(!post(Scope::Read, "/api/v1/requests"));
        assert!(post(Scope::Write, "/api/v1/requests"));
        assert!(post(Scope::Write, "/api/v1/requests/PUN-26-00001-2/take"));
        assert!(!post(Scope::Write, "/api/v1/requestsx"));
        assert!(!post(Scope::Write, "/api/v1/people/new"));
        assert!(post(Scope::All, "/api/v1/people/new"));
    }
}
