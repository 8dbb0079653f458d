//! What a form that came back left on the page: why it was refused, what others did meanwhile, and what was typed.

use std::sync::Arc;

use axum::http::StatusCode;
use jiff::Timestamp;

use crate::desk::act::{Again, Refused};
use crate::desk::catalogue::CatalogueData;
use crate::desk::timeline::sentence;
use crate::frame::Frame;
use crate::frame::form::FormData;

/// The memory of the page between a refused form and the next try; empty on a fresh page.
#[derive(Debug, Default)]
pub struct Kept {
    act: String,
    form: Option<Arc<FormData>>,
    refused: Option<Refused>,
    /// Sentences over the page.
    pub rule: Option<String>,
    /// Field, sentence.
    pub wrong: Vec<(String, String)>,
    /// What others did since, as HTML, with its time.
    pub since: Vec<(String, Timestamp)>,
}

impl From<Again> for Kept {
    fn from(again: Again) -> Kept {
        let Again { act, form, refused } = again;
        Kept { act: act.to_owned(), form: Some(form), refused: Some(refused), ..Kept::default() }
    }
}

impl Kept {
    /// A page nobody typed on yet, with the form of one act open.
    pub fn fresh(open: String) -> Kept {
        Kept { act: open, ..Kept::default() }
    }

    pub fn is_fresh(&self) -> bool {
        self.refused.is_none()
    }

    pub fn status(&self) -> StatusCode {
        match &self.refused {
            None => StatusCode::OK,
            Some(Refused::Stale(_) | Refused::Rule(_)) => StatusCode::CONFLICT,
            Some(Refused::Fields(_)) => StatusCode::UNPROCESSABLE_ENTITY,
            Some(Refused::Problem(problem)) => problem.status(),
        }
    }

    /// The reasons in the reader's words.
    pub fn told(mut self, frame: &Frame, catalogue: &CatalogueData) -> Kept {
        match &self.refused {
            Some(Refused::Rule(key)) => self.rule = Some(frame.t(key)),
            Some(Refused::Fields(fields)) => {
                let told = fields.iter().map(|(field, key)| ((*field).to_owned(), frame.t(key)));
                self.wrong = told.collect();
            }
            Some(Refused::Stale(events)) => {
                let told = events.iter().map(|event| (sentence(frame, catalogue, event), event.at));
                self.since = told.collect();
            }
            Some(Refused::Problem(problem)) => self.rule = Some(frame.t(problem.sentence())),
            None => {}
        }
        self
    }

    /// Was it this act whose form came back, or is its form to be open?
    pub fn is(&self, act: &str) -> bool {
        self.act == act
    }

    /// What was typed into a field of an act's form, else what stands there now.
    pub fn value<'a>(&'a self, act: &str, field: &str, now: &'a str) -> &'a str {
        match &self.form {
            Some(form) if self.act == act && form.has(field) => form.text(field),
            _ => now,
        }
    }

    /// The words of the box that serves both the reply and the note.
    pub fn words(&self) -> &str {
        if self.is("note") { self.value("note", "text", "") } else { self.value("reply", "text", "") }
    }

    /// What is wrong with a field of an act's form.
    pub fn why(&self, act: &str, field: &str) -> Option<&str> {
        let wrong = self.wrong.iter().find(|(name, _)| name == field).filter(|_| self.act == act);
        wrong.map(|(_, sentence)| sentence.as_str())
    }

    /// The id of the field of a summary's line. Reply and note share theirs.
    pub fn anchor(&self, field: &str) -> String {
        let act = match self.act.as_str() {
            "note" | "attach" => "reply",
            other => other,
        };
        format!("{act}-{field}")
    }
}
