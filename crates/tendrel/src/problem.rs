//! What can go wrong while a request is answered, in the reader's words.
//!
//! A handler returns a `Problem`; the middleware `frame::problem_page` turns it into a page in the reader's language,
//! or into `application/problem+json` (RFC 9457) below `/api`. It is logged once, there.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// It does not exist, or the viewer may not know that it exists.
    #[error("not found")]
    NotFound,
    /// The viewer may see it but not do this.
    #[error("not allowed")]
    Forbidden,
    /// The viewer may see the request of this number after saying why they look.
    #[error("a reason is asked for")]
    SayWhy(String),
    /// Nobody is signed in and the page is not public.
    #[error("not signed in")]
    SignIn,
    /// Nothing can be at this address, whoever asks.
    #[error("an address that cannot be read")]
    Address,
    /// The input cannot be understood; the text is the key of a sentence that says what to do.
    #[error("input: {0}")]
    Input(&'static str),
    /// Somebody else saved first; the page that was posted to shows what changed.
    #[error("changed meanwhile")]
    Changed,
    #[error("too large")]
    TooLarge,
    /// Too many in too short a time from this address or account.
    #[error("too many")]
    TooMany,
    /// The program is asked for more than it can do now.
    #[error("busy")]
    Busy,
    /// The store of files is away: nothing was saved.
    #[error("the store of files is away")]
    FilesAway,
    /// The disk is full: nothing was saved.
    #[error("disk full")]
    Full,
    #[error(transparent)]
    Storage(database::Error),
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}

impl From<database::Error> for Problem {
    fn from(error: database::Error) -> Problem {
        match error {
            database::Error::Busy(_) => Problem::Busy,
            database::Error::Full => Problem::Full,
            database::Error::Missing { .. } => Problem::NotFound,
            other => Problem::Storage(other),
        }
    }
}

impl From<std::io::Error> for Problem {
    fn from(error: std::io::Error) -> Problem {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Problem::Full,
            _ => Problem::Other(error.into()),
        }
    }
}

impl From<askama::Error> for Problem {
    fn from(error: askama::Error) -> Problem {
        Problem::Other(anyhow::Error::new(error).context("a page could not be written"))
    }
}

impl Problem {
    pub fn status(&self) -> StatusCode {
        match self {
            Problem::NotFound => StatusCode::NOT_FOUND,
            Problem::Forbidden | Problem::SayWhy(_) => StatusCode::FORBIDDEN,
            Problem::SignIn => StatusCode::UNAUTHORIZED,
            Problem::Address => StatusCode::BAD_REQUEST,
            Problem::Input(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Problem::Changed => StatusCode::CONFLICT,
            Problem::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Problem::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Problem::Busy | Problem::Full | Problem::FilesAway => StatusCode::SERVICE_UNAVAILABLE,
            Problem::Storage(error) if is_away(error) => StatusCode::SERVICE_UNAVAILABLE,
            Problem::Storage(_) | Problem::Other(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Nothing is wrong with what was sent: the same can be sent again later.
    pub fn passes(&self) -> bool {
        self.status() == StatusCode::SERVICE_UNAVAILABLE
    }

    /// The connection broke while it was being saved: nobody knows whether it was.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Problem::Storage(database::Error::Unknown(_)))
    }

    /// The key of the sentence that tells the reader what happened and what to do.
    pub fn sentence(&self) -> &'static str {
        match self {
            Problem::NotFound => "problem-not-found",
            Problem::Forbidden => "problem-forbidden",
            Problem::SayWhy(_) => "problem-say-why",
            Problem::SignIn => "problem-sign-in",
            Problem::Address => "problem-address",
            Problem::Input(key) => key,
            Problem::Changed => "problem-changed",
            Problem::TooLarge => "problem-too-large",
            Problem::TooMany => "problem-too-many",
            Problem::Busy => "problem-busy",
            Problem::Full => "problem-full",
            Problem::FilesAway => "problem-files-away",
            Problem::Storage(database::Error::Unknown(_)) => "problem-unknown",
            Problem::Storage(error) if is_away(error) => "problem-busy",
            Problem::Storage(_) | Problem::Other(_) => "problem-other",
        }
    }
}

/// The database went away, is too slow or is being closed, and will be there again.
fn is_away(error: &database::Error) -> bool {
    use database::Error::{Closed, Conflict, Timeout, Unavailable, Unknown};
    matches!(error, Unavailable(_) | Unknown(_) | Timeout { .. } | Conflict(_) | Closed)
}

/// What the middleware needs to write the page; travels in the response's extensions.
#[derive(Clone, Debug)]
pub struct Reported {
    pub sentence: &'static str,
    /// The whole chain of causes, for the log only.
    pub log: Option<String>,
    /// Where a page leads instead, and a program is told to go: below `/api/v1` it is the same address.
    pub way: Option<String>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let log = match &self {
            Problem::Storage(error) => Some(format!("{error:?}")),
            Problem::Other(error) => Some(format!("{error:#}")),
            _ => None,
        };
        let way = match &self {
            Problem::SayWhy(number) => Some(format!("/requests/{number}/look")),
            _ => None,
        };
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Reported { sentence: self.sentence(), log, way });
        response
    }
}
