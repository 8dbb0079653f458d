//! A service's fields as a page or a sheet of paper shows them: `form/fields.html` and `paper_form.html`.

use crate::desk::form::{Given, PREFIX};
use crate::desk::service::{Bound, Field, FieldKind};
use crate::frame::Frame;
use crate::settings::{LONG_TEXT_LIMIT, SHORT_TEXT_LIMIT};

/// Choices that are shown as buttons; more go into a list that opens.
const BUTTONS_LIMIT: usize = 8;

#[derive(Clone, Debug, PartialEq)]
pub struct FieldView {
    pub name: String,
    /// HTML.
    pub label: String,
    pub hint: String,
    /// "line", "area", "number", "date", "pick", "list", "ticks", "office", "person", "file".
    pub look: &'static str,
    pub required: bool,
    /// Its choices are short enough to stand side by side.
    pub compact: bool,
    pub value: String,
    pub options: Vec<OptionView>,
    pub max_length: usize,
    pub min: String,
    pub max: String,
    /// When it is asked, in words; empty when always.
    pub only_if: String,
    /// Name and answers of the field it hangs on, for the script.
    pub hangs_on: String,
    pub hangs_on_answers: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct OptionView {
    pub value: String,
    /// HTML.
    pub label: String,
    pub chosen: bool,
}

/// The fields with what was given so far.
pub fn views(frame: &Frame, fields: &[Field], given: &Given) -> Vec<FieldView> {
    fields.iter().map(|field| view(frame, fields, field, given)).collect()
}

fn view(frame: &Frame, fields: &[Field], field: &Field, given: &Given) -> FieldView {
    let texts = given.texts.get(&field.key).cloned().unwrap_or_default();
    let limit = if field.kind == FieldKind::LongText { LONG_TEXT_LIMIT } else { SHORT_TEXT_LIMIT };
    let (only_if, hangs_on, hangs_on_answers) = hangs_on(frame, fields, field);
    let options = options(frame, field, &texts);
    FieldView {
        compact: options.len() <= 4 && field.options.iter().all(|option| option.label.chars().count() <= 16),
        name: format!("{PREFIX}{}", field.key),
        label: frame.name(&field.label, &field.label_dz),
        hint: field.hint.clone(),
        look: look(field),
        required: field.required,
        value: texts.first().cloned().unwrap_or_default(),
        options,
        max_length: field.max_length.unwrap_or(limit).min(LONG_TEXT_LIMIT),
        min: bound(field.min.as_ref()),
        max: bound(field.max.as_ref()),
        only_if,
        hangs_on,
        hangs_on_answers,
    }
}

fn look(field: &Field) -> &'static str {
    match field.kind {
        FieldKind::ShortText => "line",
        FieldKind::LongText => "area",
        FieldKind::Number => "number",
        FieldKind::Choice if field.options.len() > BUTTONS_LIMIT => "list",
        FieldKind::Choice | FieldKind::YesNo => "pick",
        FieldKind::Choices => "ticks",
        FieldKind::Date => "date",
        FieldKind::Office => "office",
        FieldKind::Person => "person",
        FieldKind::File => "file",
    }
}

fn options(frame: &Frame, field: &Field, texts: &[String]) -> Vec<OptionView> {
    let chosen = |value: &str| texts.iter().any(|text| text == value);
    if field.kind == FieldKind::YesNo {
        return ["yes", "no"]
            .map(|value| OptionView {
                value: value.to_owned(),
                label: crate::frame::escape(&frame.t(&format!("form-{value}"))),
                chosen: chosen(value),
            })
            .to_vec();
    }
    let view = |option: &crate::desk::service::Choice| OptionView {
        value: option.value.clone(),
        label: frame.name(&option.label, &option.label_dz),
        chosen: chosen(&option.value),
    };
    field.options.iter().map(view).collect()
}

fn bound(bound: Option<&Bound>) -> String {
    match bound {
        Some(Bound::Number(number)) => number.to_string(),
        Some(Bound::Date(date)) => date.clone(),
        None => String::new(),
    }
}

fn hangs_on(frame: &Frame, fields: &[Field], field: &Field) -> (String, String, String) {
    let other = field
        .shown_if
        .as_ref()
        .and_then(|shown| fields.iter().find(|other| other.key == shown.field).map(|other| (shown, other)));
    let Some((shown, other)) = other else {
        return (String::new(), String::new(), String::new());
    };
    let name_of = |value: &String| {
        let option = other.options.iter().find(|option| option.value == *value);
        match option {
            Some(option) => frame.plain_name(&option.label, &option.label_dz).to_owned(),
            None if value == "yes" || value == "no" => frame.t(&format!("form-{value}")),
            None => value.clone(),
        }
    };
    let answers: Vec<String> = shown.is.iter().map(name_of).collect();
    let question = frame.plain_name(&other.label, &other.label_dz);
    let words = frame.t2("form-only-if", "question", question, "answers", answers.join(" / "));
    (words, format!("{PREFIX}{}", other.key), shown.is.join("|"))
}
