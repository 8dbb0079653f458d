//! Public notices: what does not work, what will be worked on, what is new. A unit publishes them; everybody reads them.

pub mod access;
mod list;
mod publish;
pub mod store;

pub use publish::TEXT_LIMIT;

#[cfg(test)]
mod tests;

use axum::Router;
use jiff::Timestamp;

use crate::app::App;
use crate::frame::Frame;
use crate::id::{NewsId, OrganisationId};

pub fn routes() -> Router<App> {
    Router::new().merge(list::routes()).merge(publish::routes())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Interruption,
    Maintenance,
    Information,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Interruption, Kind::Maintenance, Kind::Information];

    pub fn code(self) -> &'static str {
        match self {
            Kind::Interruption => "interruption",
            Kind::Maintenance => "maintenance",
            Kind::Information => "information",
        }
    }

    pub fn from_code(code: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The key of its name.
    pub fn key(self) -> &'static str {
        match self {
            Kind::Interruption => "news-kind-interruption",
            Kind::Maintenance => "news-kind-maintenance",
            Kind::Information => "news-kind-information",
        }
    }
}

/// Where a notice stands in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Ahead,
    Now,
    Over,
}

impl When {
    pub const ALL: [When; 3] = [When::Ahead, When::Now, When::Over];

    pub fn code(self) -> &'static str {
        match self {
            When::Ahead => "ahead",
            When::Now => "now",
            When::Over => "over",
        }
    }
}

/// The row of `news`, whole.
#[derive(Clone, Debug, PartialEq)]
pub struct News {
    pub id: NewsId,
    /// Whose requesters it is for; `None`: those of all units.
    pub unit: Option<OrganisationId>,
    pub kind: Kind,
    pub title: String,
    pub title_dz: String,
    pub body: String,
    pub body_dz: String,
    /// Codes of the services it touches.
    pub services: Vec<String>,
    pub from: Timestamp,
    /// When it is expected to be over.
    pub to: Option<Timestamp>,
    /// When somebody said that it is.
    pub ended_at: Option<Timestamp>,
    pub published_at: Timestamp,
    pub changed_at: Timestamp,
    pub version: i64,
}

impl News {
    /// What is broken stays so until somebody says that it works, whatever was expected; the rest ends by itself.
    pub fn when(&self, now: Timestamp) -> When {
        let is_past = self.kind != Kind::Interruption && self.to.is_some_and(|to| to <= now);
        if self.ended_at.is_some() || is_past {
            When::Over
        } else if self.from > now {
            When::Ahead
        } else {
            When::Now
        }
    }

    /// Is it on the pages of a unit?
    pub fn is_for(&self, unit: Option<OrganisationId>) -> bool {
        self.unit.is_none() || self.unit == unit
    }

    pub fn touches(&self, service: &str) -> bool {
        self.services.iter().any(|code| code == service)
    }

    /// In the reader's language, as HTML.
    pub fn titled(&self, frame: &Frame) -> String {
        frame.name(&self.title, &self.title_dz)
    }

    pub fn text(&self, frame: &Frame) -> String {
        frame.name(&self.body, &self.body_dz)
    }

    /// The key of the word before the time at which it begins, or began.
    pub fn since(&self, frame: &Frame) -> &'static str {
        if self.from > frame.now { "news-begins" } else { "news-from" }
    }

    /// The colour of the box it stands in while it is now.
    pub fn colour(&self) -> &'static str {
        match self.kind {
            Kind::Interruption => "bad",
            Kind::Maintenance => "warn",
            Kind::Information => "info",
        }
    }
}
