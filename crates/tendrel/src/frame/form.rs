//! What a form sent: texts and files, whichever way the browser packed them.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use futures_util::StreamExt;
use serde_json::Value as Json;

use crate::app::App;
use crate::files::StoredFile;
use crate::problem::Problem;
use crate::scan;
use crate::settings::{ATTACHMENT_LIMIT, ATTACHMENTS_LIMIT};

/// Bytes of all texts of one form together.
const TEXTS_LIMIT: usize = 1024 * 1024;
const FIELDS_LIMIT: usize = 400;
/// Why a file was not taken when the store of files is away.
const STORE_AWAY: &str = "file-store-away";

/// The fields in the order they were sent, and the files, already stored.
#[derive(Clone, Debug, Default)]
pub struct FormData {
    fields: Vec<(String, String)>,
    pub files: Vec<(String, StoredFile)>,
    /// Names of files that could not be taken, each with the key of a sentence that says why.
    pub refused: Vec<(String, &'static str)>,
    /// The store of files was away when files of an earlier try were looked for.
    unsure: bool,
}

impl FormData {
    pub fn of(fields: &[(&str, &str)]) -> FormData {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        FormData { fields, ..FormData::default() }
    }

    /// The members of a JSON object as fields, so that the API takes what the page takes. A list is a field sent
    /// several times, true is "on"; null, false and what no form has are not sent.
    pub fn from_json(bytes: &[u8]) -> Result<FormData, Problem> {
        let object: serde_json::Map<String, Json> =
            serde_json::from_slice(bytes).map_err(|_| Problem::Input("problem-not-json"))?;
        let mut form = FormData::default();
        for (name, value) in object {
            let values = if let Json::Array(values) = value { values } else { vec![value] };
            for value in values {
                match value {
                    Json::Bool(true) => form.push(name.clone(), "on")?,
                    Json::String(text) => form.push(name.clone(), &text)?,
                    Json::Number(number) => form.push(name.clone(), &number.to_string())?,
                    Json::Null | Json::Bool(false) | Json::Array(_) | Json::Object(_) => {}
                }
            }
        }
        Ok(form)
    }

    /// The field without surrounding space; empty when it was not sent.
    pub fn text(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.trim())
    }

    /// The field as it was typed, with surrounding space: for passwords.
    pub fn secret(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// The field if something stands in it.
    pub fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// All values of a field that may be sent several times.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.fields.iter().filter(|(field, _)| field == name).map(|(_, value)| value.trim()).collect()
    }

    /// A field that was not sent gets this value.
    pub fn unless_sent(&mut self, name: &str, value: String) {
        if !self.has(name) {
            self.fields.push((name.to_owned(), value));
        }
    }

    pub fn number(&self, name: &str) -> Option<i64> {
        self.text(name).parse().ok()
    }

    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(field, _)| field == name)
    }

    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A file of an earlier try, while nobody knows whether it is still there: the page keeps it, nothing is saved.
    pub fn not_found_again(&mut self, field: &str, hash: &str, name: &str) {
        let file = StoredFile {
            hash: crate::files::unhex(hash).unwrap_or_default(),
            size: 0,
            media_type: String::new(),
            name: crate::files::safe_name(name),
        };
        self.files.push((field.to_owned(), file));
        self.unsure = true;
    }

    /// # Errors
    /// `FilesAway` when the store was, while this came: nothing may be saved of it.
    pub fn must_be_kept(&self) -> Result<(), Problem> {
        let is_away = self.unsure || self.refused.iter().any(|(_, why)| *why == STORE_AWAY);
        if is_away { Err(Problem::FilesAway) } else { Ok(()) }
    }

    fn push(&mut self, name: String, value: &str) -> Result<(), Problem> {
        let bytes: usize = self.fields.iter().map(|(_, value)| value.len()).sum();
        if self.fields.len() >= FIELDS_LIMIT || bytes + value.len() > TEXTS_LIMIT {
            return Err(Problem::TooLarge);
        }
        self.fields.push((name, clean(value)));
        Ok(())
    }
}

/// One kind of line end, and none of the characters that no keyboard sends: NUL and its like are left out, so that
/// the same text can be stored in both databases.
pub fn clean(value: &str) -> String {
    value.replace("\r\n", "\n").chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

impl FromRequest<App> for FormData {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<FormData, Problem> {
        let content_type = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        if let Ok(boundary) = multer::parse_boundary(&content_type) {
            return read_parts(request.into_body(), boundary, app).await;
        }
        let bytes = axum::body::to_bytes(request.into_body(), TEXTS_LIMIT * 3)
            .await
            .map_err(|_| Problem::TooLarge)?;
        if content_type.starts_with("application/json") {
            return FormData::from_json(&bytes);
        }
        let mut form = FormData::default();
        for (name, value) in form_urlencoded::parse(&bytes) {
            form.push(name.into_owned(), &value)?;
        }
        Ok(form)
    }
}

async fn read_parts(body: Body, boundary: String, app: &App) -> Result<FormData, Problem> {
    let stream = body.into_data_stream().map(|part| part.map_err(std::io::Error::other));
    let mut parts = multer::Multipart::new(stream, boundary);
    let mut form = FormData::default();
    while let Some(mut part) = parts.next_field().await.map_err(broken_off)? {
        let name = part.name().unwrap_or_default().to_owned();
        let Some(file_name) = part.file_name().map(str::to_owned) else {
            let text = part.bytes().await.map_err(broken_off)?;
            form.push(name, &String::from_utf8_lossy(&text))?;
            continue;
        };
        let mut refused = None;
        let mut upload = match app.files.begin(ATTACHMENT_LIMIT).await {
            Ok(upload) => upload,
            Err(Problem::Full) => {
                form.refused.push((crate::files::safe_name(&file_name), "file-disk-full"));
                continue;
            }
            Err(other) => return Err(other),
        };
        while let Some(chunk) = part.chunk().await.map_err(broken_off)? {
            if refused.is_none()
                && let Err(problem) = upload.write(&chunk).await
            {
                match problem {
                    Problem::TooLarge => refused = Some("file-too-large"),
                    // The rest of the form is still read, so that nothing typed is lost.
                    Problem::Full => refused = Some("file-disk-full"),
                    other => return Err(other),
                }
            }
        }
        // A file field in which nothing was chosen is sent as an empty file without a name.
        if file_name.is_empty() && upload.size() == 0 {
            continue;
        }
        let shown = crate::files::safe_name(&file_name);
        if refused.is_none() && upload.size() == 0 {
            refused = Some("file-empty");
        }
        if refused.is_none() && form.files.len() >= ATTACHMENTS_LIMIT {
            refused = Some("file-too-many");
        }
        if refused.is_none() {
            let scanner = app.settings.virus_scanner.as_deref();
            refused = scan::refuses(scanner, upload.written().await?).await;
        }
        match refused {
            Some(why) => form.refused.push((shown, why)),
            None => match upload.finish(&file_name).await {
                Ok(file) => form.files.push((name, file)),
                Err(Problem::FilesAway) => form.refused.push((shown, STORE_AWAY)),
                Err(other) => return Err(other),
            },
        }
    }
    Ok(form)
}

fn broken_off(error: multer::Error) -> Problem {
    match error {
        multer::Error::FieldSizeExceeded { .. } | multer::Error::StreamSizeExceeded { .. } => {
            Problem::TooLarge
        }
        _ => Problem::Input("problem-broken-off"),
    }
}

/// What is wrong with what was typed: for each field the sentence that says what to do, in the order of the page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wrong(Vec<(String, String)>);

impl Wrong {
    /// Notes the first thing that is wrong with a field; the sentence is already in the reader's language.
    pub fn note(&mut self, field: &str, sentence: impl Into<String>) {
        if !self.has(field) {
            self.0.push((field.to_owned(), sentence.into()));
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The sentence for a field, or nothing.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == field).map(|(_, sentence)| sentence.as_str())
    }

    pub fn has(&self, field: &str) -> bool {
        self.of(field).is_some()
    }

    pub fn all(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter().map(|(field, sentence)| (field, sentence))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_keyboard_sends_is_left_out() {
        assert_eq!(clean("a\0b\r\nc\u{7}\td"), "ab\nc\td");
    }
}
