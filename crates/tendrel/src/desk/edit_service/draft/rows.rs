//! One question of the form in the editor.

use std::collections::BTreeSet;

use crate::desk::form::{Fault, Faults};
use crate::desk::service::{Bound, Choice, Field, FieldKind, ShownIf};
use crate::frame::form::FormData;
use crate::search::fold;
use crate::settings::SHORT_TEXT_LIMIT;

/// Kinds of fields with their codes, in the order of the list.
pub(in crate::desk::edit_service) const KINDS: [(FieldKind, &str); 10] = [
    (FieldKind::ShortText, "short_text"),
    (FieldKind::LongText, "long_text"),
    (FieldKind::Number, "number"),
    (FieldKind::Choice, "choice"),
    (FieldKind::Choices, "choices"),
    (FieldKind::Date, "date"),
    (FieldKind::YesNo, "yes_no"),
    (FieldKind::Office, "office"),
    (FieldKind::Person, "person"),
    (FieldKind::File, "file"),
];

#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::desk::edit_service) struct Row {
    /// Empty until the first save; then it stays, because answers are kept under it.
    pub(in crate::desk::edit_service) key: String,
    pub(in crate::desk::edit_service) label: String,
    pub(in crate::desk::edit_service) label_dz: String,
    pub(in crate::desk::edit_service) kind: String,
    pub(in crate::desk::edit_service) required: bool,
    pub(in crate::desk::edit_service) hint: String,
    /// One in a line: "value | label | label in Dzongkha", or the label alone.
    pub(in crate::desk::edit_service) options: String,
    pub(in crate::desk::edit_service) min: String,
    pub(in crate::desk::edit_service) max: String,
    pub(in crate::desk::edit_service) max_length: String,
    /// Key of the field it hangs on, and the answers, with commas.
    pub(in crate::desk::edit_service) on: String,
    pub(in crate::desk::edit_service) is: String,
}

impl Row {
    pub(super) fn of(field: &Field) -> Row {
        let bound = |bound: &Option<Bound>| match bound {
            Some(Bound::Number(number)) => number.to_string(),
            Some(Bound::Date(date)) => date.clone(),
            None => String::new(),
        };
        let option = |option: &Choice| match option.label_dz.as_str() {
            "" => format!("{} | {}", option.value, option.label),
            dzongkha => format!("{} | {} | {dzongkha}", option.value, option.label),
        };
        Row {
            key: field.key.clone(),
            label: field.label.clone(),
            label_dz: field.label_dz.clone(),
            kind: KINDS.iter().find(|(kind, _)| *kind == field.kind).map_or("", |(_, code)| code).to_owned(),
            required: field.required,
            hint: field.hint.clone(),
            options: field.options.iter().map(option).collect::<Vec<_>>().join("\n"),
            min: bound(&field.min),
            max: bound(&field.max),
            max_length: field.max_length.map(|length| length.to_string()).unwrap_or_default(),
            on: field.shown_if.as_ref().map(|shown| shown.field.clone()).unwrap_or_default(),
            is: field.shown_if.as_ref().map(|shown| shown.is.join(", ")).unwrap_or_default(),
        }
    }

    pub(super) fn read(form: &FormData, index: usize) -> Row {
        let text = |name: &str| form.text(&format!("row-{index}-{name}")).to_owned();
        Row {
            key: text("key"),
            label: text("label"),
            label_dz: text("label_dz"),
            kind: text("kind"),
            required: form.has(&format!("row-{index}-required")),
            hint: text("hint"),
            options: text("options"),
            min: text("min"),
            max: text("max"),
            max_length: text("max_length"),
            on: text("on"),
            is: text("is"),
        }
    }

    /// The field, as good as it can be read; what is wrong is noted under the row's names. `before` are the fields
    /// above it.
    pub(super) fn field(&self, index: usize, before: &[Field], faults: &mut Faults) -> Field {
        let mut wrong = |name: &str, fault: Fault| {
            faults.entry(format!("row-{index}-{name}")).or_insert(fault);
        };
        if self.label.is_empty() {
            wrong("label", Fault::new("edit-label-missing"));
        }
        for (name, text) in [("label", &self.label), ("label_dz", &self.label_dz), ("hint", &self.hint)] {
            let length = text.chars().count();
            if length > SHORT_TEXT_LIMIT {
                wrong(
                    name,
                    Fault::new("matter-too-long").with("limit", SHORT_TEXT_LIMIT).with("length", length),
                );
            }
        }
        let kind = KINDS.iter().find(|(_, code)| *code == self.kind).map(|(kind, _)| *kind);
        let kind = kind.unwrap_or_else(|| {
            wrong("kind", Fault::new("edit-kind-missing"));
            FieldKind::ShortText
        });
        let is_choice = matches!(kind, FieldKind::Choice | FieldKind::Choices);
        let options = if is_choice { options(&self.options) } else { Vec::new() };
        let values: BTreeSet<&str> = options.iter().map(|option| option.value.as_str()).collect();
        if is_choice && options.len() < 2 {
            wrong("options", Fault::new("edit-options-few"));
        } else if values.len() != options.len() {
            wrong("options", Fault::new("edit-options-twice"));
        }
        let (min, max) = self.bounds(kind, &mut wrong);
        let max_length = match self.max_length.parse::<usize>() {
            _ if self.max_length.is_empty() => None,
            Ok(length) if length > 0 => Some(length),
            _ => {
                wrong("max_length", Fault::new("edit-number"));
                None
            }
        };
        Field {
            key: self.key_beside(before),
            label: self.label.clone(),
            label_dz: self.label_dz.clone(),
            kind,
            required: self.required,
            hint: self.hint.clone(),
            options,
            min,
            max,
            max_length,
            shown_if: self.shown_if(before, &mut wrong),
        }
    }

    fn bounds(&self, kind: FieldKind, wrong: &mut impl FnMut(&str, Fault)) -> (Option<Bound>, Option<Bound>) {
        let mut read = |name: &str, text: &str| match kind {
            _ if text.is_empty() => None,
            FieldKind::Number => {
                let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
                if number.is_none() {
                    wrong(name, Fault::new("edit-number"));
                }
                number.map(Bound::Number)
            }
            FieldKind::Date => {
                let date = crate::desk::form::read_date(text).ok();
                if date.is_none() {
                    wrong(name, Fault::new("edit-date"));
                }
                date.map(|date| Bound::Date(date.to_string()))
            }
            _ => None,
        };
        let (min, max) = (read("min", &self.min), read("max", &self.max));
        let crossed = match (&min, &max) {
            (Some(Bound::Number(min)), Some(Bound::Number(max))) => min > max,
            (Some(Bound::Date(min)), Some(Bound::Date(max))) => min > max,
            _ => false,
        };
        if crossed {
            wrong("max", Fault::new("edit-bounds"));
        }
        (min, max)
    }

    fn shown_if(&self, before: &[Field], wrong: &mut impl FnMut(&str, Fault)) -> Option<ShownIf> {
        if self.on.is_empty() {
            return None;
        }
        let Some(other) = before.iter().find(|field| field.key == self.on) else {
            wrong("on", Fault::new("edit-on-above"));
            return None;
        };
        let is: Vec<String> =
            self.is.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let offered = |value: &String| match other.kind {
            FieldKind::YesNo => value == "yes" || value == "no",
            _ => other.options.is_empty() || other.options.iter().any(|option| option.value == *value),
        };
        if is.is_empty() || !is.iter().all(offered) {
            wrong("is", Fault::new("edit-is-wrong"));
        }
        Some(ShownIf { field: self.on.clone(), is })
    }

    /// The key it has, or one made of its label that no field above has.
    fn key_beside(&self, before: &[Field]) -> String {
        let is_free = |key: &str| !before.iter().any(|field| field.key == key);
        if is_key(&self.key) && is_free(&self.key) {
            return self.key.clone();
        }
        let made = slug(&self.label);
        let mut numbered = (2..).map(|number| format!("{made}_{number}"));
        if is_free(&made) { made } else { numbered.find(|key| is_free(key)).unwrap_or(made) }
    }
}

fn is_key(key: &str) -> bool {
    let signs = key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    signs && !key.is_empty() && key.len() <= 40
}

/// Small letters, digits and underscores of a label.
fn slug(label: &str) -> String {
    let plain: String = fold(label).chars().filter(|c| c.is_ascii_alphanumeric() || *c == ' ').collect();
    let slug: String =
        plain.split_whitespace().take(4).collect::<Vec<_>>().join("_").chars().take(30).collect();
    if slug.is_empty() { "field".to_owned() } else { slug }
}

fn options(text: &str) -> Vec<Choice> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(100);
    let option = |line: &str| {
        let mut parts = line.splitn(3, '|').map(str::trim);
        let first = parts.next().unwrap_or_default();
        let label = parts.next().filter(|label| !label.is_empty()).unwrap_or(first);
        let value = if line.contains('|') { first.to_owned() } else { slug(first) };
        Choice { value, label: label.to_owned(), label_dz: parts.next().unwrap_or_default().to_owned() }
    };
    lines.map(option).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_fields_come_back_from_the_editor_as_they_went_in() {
        for text in crate::desk::reference::SERVICES {
            let definition: crate::desk::service::Definition = toml::from_str(text).unwrap();
            let mut faults = Faults::new();
            let mut fields: Vec<Field> = Vec::new();
            for (index, field) in definition.fields.iter().enumerate() {
                let again = Row::of(field).field(index, &fields, &mut faults);
                assert_eq!(again, *field);
                fields.push(again);
            }
            assert!(faults.is_empty(), "{faults:?}");
        }
    }

    #[test]
    fn a_new_field_gets_a_key_of_its_label() {
        let row = Row { label: "Which Floor?".to_owned(), kind: "short_text".to_owned(), ..Row::default() };
        let first = row.field(0, &[], &mut Faults::new());
        assert_eq!(first.key, "which_floor");
        let second = row.field(1, std::slice::from_ref(&first), &mut Faults::new());
        assert_eq!(second.key, "which_floor_2");
        assert_eq!(slug("ག་ཅི་"), "field");
    }

    #[test]
    fn an_option_is_a_value_and_a_label_or_a_label_alone() {
        let read = options("none | No Internet at all\n\nOnly slow\nx | Y | ཡོད");
        let read: Vec<_> =
            read.iter().map(|it| (it.value.as_str(), it.label.as_str(), it.label_dz.as_str())).collect();
        assert_eq!(
            read,
            [("none", "No Internet at all", ""), ("only_slow", "Only slow", ""), ("x", "Y", "ཡོད")]
        );
    }
}
