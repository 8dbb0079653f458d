//! What happened to a request, line by line, from the event log: with what was said and what hangs on it.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::desk::catalogue::CatalogueData;
use crate::desk::request::Request;
use crate::desk::store::timeline::{Attachment, Message};
use crate::events::Event;
use crate::frame::languages::Argument;
use crate::frame::{Frame, escape};

/// One line of the timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Number of the event.
    pub number: i64,
    pub at: Timestamp,
    pub initials: String,
    /// Who did what, as HTML.
    pub sentence: String,
    /// The words that were said with it.
    pub said: Option<String>,
    /// Only the unit sees it.
    pub inside: bool,
    pub files: Vec<File>,
    /// The mail that it came in, for those inside.
    pub mail: Option<String>,
    /// The sheet of paper that it came on, for those inside.
    pub scan: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct File {
    pub id: String,
    pub name: String,
    pub size: String,
    pub by: String,
    pub at: Timestamp,
}

/// What the requester and their office see of a request.
pub fn is_public(activity: &str) -> bool {
    matches!(
        activity,
        "received"
            | "replied"
            | "attached"
            | "taken"
            | "assigned"
            | "held"
            | "resumed"
            | "completed"
            | "resolved"
            | "reopened"
            | "closed"
            | "cancelled"
            | "rated"
            | "reclassified"
            | "handed_over"
            | "promise_changed"
            | "files_removed"
            | "anonymised"
    )
}

/// What the timeline is made of.
#[derive(Debug)]
pub struct Story<'a> {
    pub request: &'a Request,
    pub events: &'a [Event],
    pub messages: &'a [Message],
    pub attachments: &'a [Attachment],
    pub catalogue: &'a CatalogueData,
    /// Show what stays inside the unit too.
    pub inside: bool,
}

impl Story<'_> {
    pub fn entries(&self, frame: &Frame) -> Vec<Entry> {
        let mut files = self.files_by_event();
        self.events
            .iter()
            .filter(|event| self.inside || is_public(&event.activity))
            .filter(|event| self.inside || event.detail.get("inside") != Some(&Json::Bool(true)))
            .map(|event| self.entry(frame, event, files.remove(&event.number).unwrap_or_default()))
            .collect()
    }

    fn entry(&self, frame: &Frame, event: &Event, files: Vec<&Attachment>) -> Entry {
        let (said, inside_words) = self.words(event);
        Entry {
            number: event.number,
            at: event.at,
            initials: initials(&event.actor.name),
            sentence: sentence(frame, self.catalogue, event),
            said,
            inside: inside_words || event.detail.get("inside") == Some(&Json::Bool(true)),
            files: files.into_iter().map(|file| file_of(frame, file)).collect(),
            mail: self.came_in(event, "mail"),
            scan: self.came_in(event, "scan"),
        }
    }

    fn came_in(&self, event: &Event, what: &str) -> Option<String> {
        event.detail.get(what).and_then(Json::as_str).filter(|_| self.inside).map(str::to_owned)
    }

    /// What was said with an event, and whether only the unit may read it.
    fn words(&self, event: &Event) -> (Option<String>, bool) {
        let text = |key: &str| event.detail.get(key).and_then(Json::as_str).filter(|text| !text.is_empty());
        match event.activity.as_str() {
            "received" => (Some(self.request.description.clone()).filter(|text| !text.is_empty()), false),
            "held" | "rated" => (text("comment").map(str::to_owned), false),
            "kept" => (text("why").map(str::to_owned), true),
            "looked" => (text("comment").map(str::to_owned), true),
            _ => {
                let id = text("message").unwrap_or_default();
                let message = self.messages.iter().find(|message| message.id.to_string() == id);
                let readable = message.filter(|message| self.inside || !message.inside);
                (readable.map(|message| message.body.clone()), readable.is_some_and(|message| message.inside))
            }
        }
    }

    /// The files by the event they came with; those that came with the request belong to its first.
    fn files_by_event(&self) -> HashMap<i64, Vec<&Attachment>> {
        let mut event_of: HashMap<&str, i64> = HashMap::new();
        for event in self.events {
            for id in event.detail.get("files").and_then(Json::as_array).into_iter().flatten() {
                event_of.insert(id.as_str().unwrap_or_default(), event.number);
            }
        }
        let mut files: HashMap<i64, Vec<&Attachment>> = HashMap::new();
        for file in self.attachments.iter().filter(|file| self.inside || !file.inside) {
            let number = event_of.get(file.id.to_string().as_str()).copied().unwrap_or(1);
            files.entry(number).or_default().push(file);
        }
        files
    }
}

fn file_of(frame: &Frame, file: &Attachment) -> File {
    let kilobytes = (file.size + 1023) / 1024;
    let size = if kilobytes < 1024 {
        frame.t1("size-kb", "n", kilobytes)
    } else {
        frame.t1("size-mb", "n", format!("{}.{}", kilobytes / 1024, kilobytes % 1024 * 10 / 1024))
    };
    File { id: file.id.to_string(), name: file.name.clone(), size, by: file.by.clone(), at: file.at }
}

/// "Karma Wangmo took it", as HTML; an imported activity that we have no words for stands as it came.
pub fn sentence(frame: &Frame, catalogue: &CatalogueData, event: &Event) -> String {
    let detail = &event.detail;
    let text = |key: &str| detail.get(key).and_then(Json::as_str).unwrap_or_default();
    let who = if event.actor.name.is_empty() { frame.t("case-somebody") } else { event.actor.name.clone() };
    let bold = |words: &str| format!("<b>{}</b>", escape(words));
    let mut arguments: Vec<(&str, Argument)> = vec![("who", bold(&who).into())];
    let mut key = format!("did-{}", event.activity.replace('_', "-"));
    match event.activity.as_str() {
        "received" => {
            let channel = frame.t(&format!("channel-{}", text("channel").replace('_', "-")));
            arguments.push(("channel", escape(&channel).into()));
        }
        "assigned" => arguments.push(("to", bold(text("to")).into())),
        "handed_over" | "linked" => arguments.push(("to", bold(text("to")).into())),
        "held" => {
            let reason = catalogue.hold_reason(text("reason")).map_or("", |reason| reason.name.as_str());
            arguments.push(("reason", bold(reason).into()));
        }
        "replied" if detail.get("resumed") == Some(&Json::Bool(true)) => key.push_str("-resumed"),
        "closed" if event.actor.person.is_none() && event.actor.name == "Tendrel" => key.push_str("-itself"),
        "resolved" => {
            let cause = catalogue.cause_name(text("cause")).unwrap_or_default();
            arguments.push(("cause", bold(cause).into()));
        }
        "rated" => {
            let rating = detail.get("rating").and_then(Json::as_i64).unwrap_or_default();
            arguments.push(("rating", rating.into()));
        }
        "files_removed" => {
            arguments.push(("n", detail.get("count").and_then(Json::as_i64).unwrap_or_default().into()));
        }
        "looked" => {
            let reason = catalogue.look_reason(text("reason")).unwrap_or_default();
            arguments.push(("reason", escape(reason).into()));
        }
        "warned" | "breached" => key = format!("{key}-{}", text("clock")),
        "reclassified" => arguments.push(("what", reclassified(frame, catalogue, detail).into())),
        "promise_changed" => {
            let (from, to) = moved(detail);
            let said = |at: Option<Timestamp>| at.map_or(frame.t("case-none"), |at| frame.time(&at));
            arguments.push(("from", said(from).into()));
            arguments.push(("to", said(to).into()));
        }
        _ => {}
    }
    let sentence = frame.tn(&key, &arguments);
    let sentence = match sentence == key {
        true => format!("{} · {}", bold(&who), escape(&event.activity)),
        false => sentence,
    };
    match text("for") {
        "" => sentence,
        absent => format!("{sentence} {}", frame.t1("did-for", "name", escape(absent))),
    }
}

/// What a correction changed, as HTML.
fn reclassified(frame: &Frame, catalogue: &CatalogueData, detail: &Json) -> String {
    let mut parts = Vec::new();
    if let Some(service) = detail.get("service").and_then(Json::as_str) {
        parts.push(frame.t1("did-part-service", "name", escape(service)));
    }
    if let Some(priority) = detail.get("priority").and_then(Json::as_i64) {
        parts.push(frame.t1("did-part-priority", "name", escape(catalogue.priority_name(priority))));
    }
    if let Some(subject) = detail.get("from_subject").and_then(Json::as_str) {
        parts.push(frame.t1("did-part-subject", "was", escape(subject)));
    }
    if parts.is_empty() {
        parts.push(frame.t("did-part-impact"));
    }
    parts.join(", ")
}

/// From when to when a promise moved: the resolution, or the first answer where only that one did.
fn moved(detail: &Json) -> (Option<Timestamp>, Option<Timestamp>) {
    let at = |key: &str| {
        detail.get(key).and_then(Json::as_i64).and_then(|at| Timestamp::from_microsecond(at).ok())
    };
    let resolution = (at("resolution_from"), at("resolution_to"));
    if resolution.0 == resolution.1 { (at("response_from"), at("response_to")) } else { resolution }
}

fn initials(name: &str) -> String {
    name.split_whitespace().filter_map(|word| word.chars().next()).take(2).collect::<String>().to_uppercase()
}

/// The answers to a service's own questions, in the words of its form as it is today.
pub fn answers(frame: &Frame, catalogue: &CatalogueData, request: &Request) -> Vec<(String, String)> {
    let service = catalogue.service(request.service);
    request
        .answers
        .iter()
        .map(|(key, answer)| {
            let field =
                service.and_then(|service| service.definition.fields.iter().find(|it| it.key == *key));
            let label = field.map_or_else(
                || key.replace('_', " "),
                |field| frame.plain_name(&field.label, &field.label_dz).to_owned(),
            );
            let said = |value: &str| {
                let option = field.and_then(|field| field.options.iter().find(|it| it.value == value));
                match (option, value) {
                    (Some(option), _) => frame.plain_name(&option.label, &option.label_dz).to_owned(),
                    (None, "yes" | "true") => frame.t("case-yes"),
                    (None, "no" | "false") => frame.t("case-no"),
                    (None, other) => other.to_owned(),
                }
            };
            let words = match answer {
                Json::Array(list) => {
                    list.iter().map(|it| said(it.as_str().unwrap_or_default())).collect::<Vec<_>>().join(", ")
                }
                Json::String(text) => said(text),
                other => said(&other.to_string()),
            };
            (label, words)
        })
        .filter(|(_, words)| !words.is_empty())
        .collect()
}
