//! A page with one short form: its fields are told as data, so that every such page of the directory looks and works
//! alike.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::directory::answer;
use crate::frame::Frame;
use crate::frame::form::{FormData, Wrong};
use crate::problem::Problem;
use crate::settings::SHORT_TEXT_LIMIT;
use crate::viewer::Viewer;

#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    label: String,
    hint: String,
    value: String,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Input(&'static str, &'static str),
    Area(&'static str),
    Select(Vec<(String, String)>),
}

/// Words of a field are strings of the language files: `<prefix>-<name>` and, where it exists, `<prefix>-<name>-hint`.
#[derive(Template)]
#[template(path = "directory/form.html")]
pub(super) struct FormPage {
    pub(super) frame: Frame,
    pub(super) wrong: Wrong,
    /// Address and name of what the form is about.
    pub(super) crumb: (String, String),
    pub(super) lead: String,
    action: String,
    button: String,
    fields: Vec<Field>,
    hidden: Vec<(&'static str, String)>,
    /// Somebody else saved first: says so above the form that keeps what was typed.
    stale: bool,
    prefix: &'static str,
    form: FormData,
    asked: bool,
}

impl FormPage {
    /// `form` is what was typed before, empty for a new page.
    pub(super) fn new(
        frame: Frame,
        prefix: &'static str,
        action: String,
        form: Option<&FormData>,
    ) -> FormPage {
        let button = frame.t(&format!("{prefix}-button"));
        FormPage {
            lead: frame.t(&format!("{prefix}-lead")),
            frame,
            wrong: Wrong::default(),
            crumb: (String::new(), String::new()),
            action,
            button,
            fields: Vec::new(),
            hidden: Vec::new(),
            stale: false,
            prefix,
            form: form.cloned().unwrap_or_default(),
            asked: form.is_some(),
        }
    }

    pub(super) fn about(mut self, address: String, name: &str) -> FormPage {
        self.crumb = (address, name.to_owned());
        self
    }

    fn add(mut self, name: &'static str, kind: Kind, first: &str) -> FormPage {
        let key = format!("{}-{name}", self.prefix);
        let hint_key = format!("{key}-hint");
        let hint = self.frame.t(&hint_key);
        let value = if self.asked { self.form.text(name).to_owned() } else { first.to_owned() };
        let hint = if hint == hint_key { String::new() } else { hint };
        self.fields.push(Field { name, label: self.frame.t(&key), hint, value, kind });
        self
    }

    pub(super) fn text(self, name: &'static str, first: &str) -> FormPage {
        self.add(name, Kind::Input("text", ""), first)
    }

    /// The name of an office, with suggestions where there is script.
    pub(super) fn office(self, name: &'static str, first: &str) -> FormPage {
        self.add(name, Kind::Input("text", "data-lookup=\"offices\" autocomplete=\"off\""), first)
    }

    pub(super) fn date(self, name: &'static str, first: &str) -> FormPage {
        self.add(name, Kind::Input("date", ""), first)
    }

    pub(super) fn area(self, name: &'static str, first: &str, rows: &'static str) -> FormPage {
        self.add(name, Kind::Area(rows), first)
    }

    pub(super) fn select(self, name: &'static str, options: Vec<(String, String)>, first: &str) -> FormPage {
        self.add(name, Kind::Select(options), first)
    }

    /// The version that the form was made from; a stale form gets the newer one.
    pub(super) fn version(mut self, version: i64) -> FormPage {
        self.hidden.push(("version", version.to_string()));
        self
    }

    /// Notes the first fault of a text that must be there and not be longer than a line.
    pub(super) fn must_have(&mut self, name: &'static str) -> String {
        let value = self.short(name);
        if value.is_empty() {
            let key = format!("{}-{name}-missing", self.prefix);
            self.note(name, &key);
        }
        value
    }

    /// A text of one line that may be left out.
    pub(super) fn short(&mut self, name: &'static str) -> String {
        let value = self.form.text(name).to_owned();
        if value.chars().count() > SHORT_TEXT_LIMIT {
            self.wrong.note(name, self.frame.t1("directory-too-long", "count", SHORT_TEXT_LIMIT));
        }
        value
    }

    /// A day that must be there and not lie ahead.
    pub(super) fn day(&mut self, name: &'static str) -> Option<jiff::civil::Date> {
        let day = self.form.text(name).parse::<jiff::civil::Date>().ok();
        let today = self.frame.now.to_zoned(self.frame.zone.clone()).date();
        match day {
            None => self.note(name, "directory-no-day"),
            Some(day) if day > today => self.note(name, "directory-day-ahead"),
            Some(_) => {}
        }
        day.filter(|day| *day <= today)
    }

    pub(super) fn note(&mut self, name: &str, key: &str) {
        let sentence = self.frame.t(key);
        self.wrong.note(name, sentence);
    }

    pub(super) fn show(&self) -> Result<Response, Problem> {
        answer::page(StatusCode::OK, &self.frame, self)
    }

    /// The form came back with mistakes.
    pub(super) fn refuse(mut self, viewer: &Viewer) -> Result<Response, Problem> {
        self.frame.has_mistakes = true;
        answer::refused(viewer, &self.frame, &self.wrong, &self)
    }

    /// Somebody else saved first: the form again with what was typed, to be looked at and sent once more.
    pub(super) fn stale(mut self, viewer: &Viewer) -> Result<Response, Problem> {
        if viewer.by_api() {
            return Err(Problem::Changed);
        }
        self.stale = true;
        self.frame.has_mistakes = true;
        answer::page(StatusCode::CONFLICT, &self.frame, &self)
    }
}
