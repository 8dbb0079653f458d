//! The page around the page: layout, menu, words, times, styles, scripts, and what every request passes through.

pub mod assets;
pub mod form;
pub mod languages;
pub mod middleware;
pub mod problem_page;
pub mod times;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::App;
use crate::frame::languages::{Argument, Language, text};
use crate::problem::Problem;
use crate::viewer::{Role, SignedIn, Viewer};

/// What each page shows around its own matter, and the words and times it is written in.
#[derive(Clone, Debug)]
pub struct Frame {
    pub title: String,
    /// The form on the page came back with mistakes: said first in the title, for a screen reader.
    pub has_mistakes: bool,
    pub language: Language,
    pub unreviewed: bool,
    pub signed_in: Option<SignedIn>,
    pub here: String,
    /// The key of what was just done ("done-taken"), said once on top of the page.
    pub done: Option<String>,
    /// The unit whose name, telephone and hours stand on public pages.
    pub home: Home,
    pub demo: bool,
    pub zone: TimeZone,
    pub now: Timestamp,
}

/// The home unit as the public pages show it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Home {
    pub code: String,
    pub name: String,
    pub name_dz: String,
    pub phone: String,
    pub fax: String,
    pub email: String,
}

impl Frame {
    /// The frame of one page; `title` is the text of its h1.
    pub fn new(app: &App, viewer: &Viewer, title: impl Into<String>) -> Frame {
        Frame {
            title: title.into(),
            has_mistakes: false,
            language: viewer.language,
            unreviewed: app.settings.show_unreviewed,
            signed_in: viewer.signed_in.clone(),
            here: viewer.here.clone(),
            done: done_of(&viewer.here),
            home: app.calendars.home(),
            demo: app.settings.demo,
            zone: app.calendars.zone(),
            now: viewer.now,
        }
    }

    /// A frame whose title is a string of the language files.
    pub fn titled(app: &App, viewer: &Viewer, key: &str) -> Frame {
        let mut frame = Frame::new(app, viewer, "");
        frame.title = frame.t(key);
        frame
    }

    pub fn t(&self, key: &str) -> String {
        text(self.language, self.unreviewed, key, &[])
    }

    pub fn t1(&self, key: &str, name: &str, value: impl Into<Argument>) -> String {
        text(self.language, self.unreviewed, key, &[(name, value.into())])
    }

    pub fn t2(
        &self,
        key: &str,
        name: &str,
        value: impl Into<Argument>,
        second: &str,
        second_value: impl Into<Argument>,
    ) -> String {
        text(self.language, self.unreviewed, key, &[(name, value.into()), (second, second_value.into())])
    }

    /// For the sentences with three and more arguments.
    pub fn tn(&self, key: &str, arguments: &[(&str, Argument)]) -> String {
        text(self.language, self.unreviewed, key, arguments)
    }

    /// A name that exists in both languages, as HTML: the reader's, marked with its language when the page's is another.
    pub fn name(&self, english: &str, dzongkha: &str) -> String {
        if self.language == Language::Dzongkha && !dzongkha.is_empty() {
            return format!("<span lang=\"dz\">{}</span>", escape(dzongkha));
        }
        escape(english)
    }

    /// The name in the reader's language as plain text, for titles and attributes.
    pub fn plain_name<'a>(&self, english: &'a str, dzongkha: &'a str) -> &'a str {
        if self.language == Language::Dzongkha && !dzongkha.is_empty() { dzongkha } else { english }
    }

    /// An instant as people say it, with the full date on hover: HTML.
    pub fn time(&self, at: &Timestamp) -> String {
        let short = times::as_said(self, *at);
        let full = times::in_full(self, *at);
        format!("<time datetime=\"{at:.0}\" title=\"{}\">{}</time>", escape(&full), escape(&short))
    }

    /// The full date and time, for print.
    pub fn full_time(&self, at: &Timestamp) -> String {
        times::in_full(self, *at)
    }

    /// Working seconds as people say them, a working day having `day` seconds: "1 d 4 h", "35 min".
    pub fn working(&self, seconds: &i64, day: &i64) -> String {
        times::span(self, *seconds, *day)
    }

    /// Seconds of the calendar as people say them: "3 d 4 h".
    pub fn span(&self, seconds: &i64) -> String {
        times::span(self, *seconds, 86_400)
    }

    pub fn is(&self, role: Role) -> bool {
        self.signed_in.as_ref().is_some_and(|me| me.has(role))
    }

    /// Works in a unit, or looks at all of them: sees the officers' pages.
    pub fn is_office(&self) -> bool {
        [Role::Officer, Role::HeadOfUnit, Role::Centre, Role::Auditor, Role::Operator]
            .into_iter()
            .any(|role| self.is(role))
    }

    /// Sees requests of a unit or of all: an operator runs the system and reads no cases.
    pub fn sees_requests(&self) -> bool {
        [Role::Officer, Role::HeadOfUnit, Role::Centre, Role::Auditor].into_iter().any(|role| self.is(role))
    }

    /// The first of the officers' pages that the reader may open.
    pub fn office_home(&self) -> &'static str {
        if self.sees_requests() { "/today" } else { "/system" }
    }

    /// May say how the letters of the desk are worded.
    pub fn words_letters(&self) -> bool {
        let own = |me: &SignedIn| me.has_own(Role::HeadOfUnit) || me.has_own(Role::Operator);
        self.signed_in.as_ref().is_some_and(own)
    }

    pub fn runs_the_system(&self) -> bool {
        self.is(Role::Operator)
    }

    /// Says which programs elsewhere are told of requests.
    pub fn keeps_webhooks(&self) -> bool {
        let me = self.signed_in.as_ref();
        me.is_some_and(|me| me.has_own(Role::Operator) || me.has_own(Role::HeadOfUnit))
    }

    pub fn looks_after_records(&self) -> bool {
        self.is(Role::Operator) || self.is(Role::Auditor)
    }

    /// Is this the page of the menu that is open? Writes the attribute.
    pub fn current(&self, path: &str) -> &'static str {
        let here = self.here.split('?').next().unwrap_or_default();
        if here == path { " aria-current=\"page\"" } else { "" }
    }

    /// The same for an address with a query, such as a saved view.
    pub fn current_query(&self, query: &str) -> &'static str {
        let here = self.here.split_once('?').map_or("", |(_, query)| query);
        if here == query { " aria-current=\"page\"" } else { "" }
    }

    /// The name after the title in the browser's tab.
    pub fn site_name(&self) -> &str {
        self.plain_name(&self.home.name, &self.home.name_dz)
    }

    /// A sentence that is for readers of English even on a page in another language.
    pub fn english(&self, key: &str) -> String {
        text(Language::English, false, key, &[])
    }

    pub fn asset(&self, name: &str) -> String {
        assets::address(name)
    }
}

fn done_of(here: &str) -> Option<String> {
    let query = here.split_once('?')?.1;
    let said = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "done")?.1;
    let known = said.chars().all(|c| c.is_ascii_lowercase() || c == '-') && said.len() < 40;
    known.then(|| format!("done-{said}"))
}

/// Text made safe to stand in HTML and in attributes.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&#34;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(c),
        }
    }
    safe
}

/// Writes a page. Pages are never kept by a cache: they are about the reader.
pub fn page(status: StatusCode, template: &impl askama::Template) -> Result<Response, Problem> {
    let html = template.render()?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((status, headers, html).into_response())
}

/// Answers a program.
pub fn json(status: StatusCode, value: &serde_json::Value) -> Response {
    let media_type = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, media_type)], value.to_string()).into_response()
}

/// To another page after something was done: 303, so that going back sends nothing again.
pub fn see_other(address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        Err(_) => StatusCode::SEE_OTHER.into_response(),
    }
}
