//! What every door asks besides the service's own fields: the matter in words, how pressing it is, and how to reach
//! the one who asks.

use crate::desk::catalogue::{CatalogueData, Grade};
use crate::desk::form::{Answers, Fault, Faults, Given, check as check_fields};
use crate::desk::service::{Definition, Field};
use crate::settings::{LONG_TEXT_LIMIT, SHORT_TEXT_LIMIT};

/// Before the key of a service's field in the names of faults.
pub const ANSWERS: &str = "answers.";

/// Characters of a subject that is made of the first words.
const DERIVED_LIMIT: usize = 80;

/// What was typed, as it came.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Typed<'a> {
    pub subject: &'a str,
    pub description: &'a str,
    pub impact: &'a str,
    pub urgency: &'a str,
    pub name: &'a str,
    pub phone: &'a str,
    pub email: &'a str,
    pub given: Given,
}

/// The same, checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matter {
    pub subject: String,
    pub description: String,
    pub answers: Answers,
    pub impact: i64,
    pub urgency: i64,
    pub name: String,
    pub phone: String,
    pub email: String,
}

/// Holds what was typed against the rules that are the same on the page, on the telephone and in the API.
///
/// # Errors
/// By name ("subject", "reach", "answers.what") what to do.
pub fn check(service: &Definition, catalogue: &CatalogueData, typed: &Typed<'_>) -> Result<Matter, Faults> {
    let mut faults = Faults::new();
    let subject = one_line(typed.subject);
    text(&mut faults, "subject", &subject, SHORT_TEXT_LIMIT, None);
    text(&mut faults, "description", typed.description, LONG_TEXT_LIMIT, None);
    let name = one_line(typed.name);
    text(&mut faults, "name", &name, SHORT_TEXT_LIMIT, Some("matter-name-missing"));
    reach(&mut faults, typed.phone, typed.email);
    let impact = grade(&mut faults, "impact", typed.impact, &catalogue.impacts, service.default_impact);
    let urgency = grade(&mut faults, "urgency", typed.urgency, &catalogue.urgencies, service.default_urgency);
    let answers = check_fields(&service.fields, &typed.given).unwrap_or_else(|wrong| {
        faults.extend(wrong.into_iter().map(|(key, fault)| (format!("{ANSWERS}{key}"), fault)));
        Answers::new()
    });
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Matter {
        subject: if subject.is_empty() { derived(service, typed.description, &answers) } else { subject },
        description: typed.description.to_owned(),
        answers,
        impact,
        urgency,
        name,
        phone: typed.phone.to_owned(),
        email: typed.email.to_owned(),
    })
}

/// The faults as their fields follow each other on a page; `order` names them, "answers" stands for the service's own.
pub fn in_order<'a>(
    faults: &'a Faults,
    order: &[&str],
    fields: &[Field],
) -> impl Iterator<Item = (&'a String, &'a Fault)> {
    let mut sorted: Vec<(&String, &Fault)> = faults.iter().collect();
    sorted.sort_by_key(|(name, _)| {
        let key = name.strip_prefix(ANSWERS);
        let place = order.iter().position(|other| *other == key.map_or(name.as_str(), |_| "answers"));
        let row = key.and_then(|key| fields.iter().position(|field| field.key == key));
        (place.unwrap_or(order.len()), row)
    });
    sorted.into_iter()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What stands in lists where nobody gave the matter a name: the first line of the words, else the first answer that
/// was chosen, else the service.
fn derived(service: &Definition, description: &str, answers: &Answers) -> String {
    if let Some(line) = description.lines().map(one_line).find(|line| !line.is_empty()) {
        return shortened(&line);
    }
    let chosen = service.fields.iter().filter(|field| field.required).find_map(|field| {
        let answer = answers.get(&field.key)?.as_str()?;
        let choice = field.options.iter().find(|choice| choice.value == answer)?;
        Some(choice.label.clone())
    });
    chosen.unwrap_or_else(|| service.name.clone())
}

fn shortened(line: &str) -> String {
    let mut short = String::new();
    for word in line.split(' ') {
        if !short.is_empty() && short.chars().count() + 1 + word.chars().count() > DERIVED_LIMIT {
            return format!("{short} …");
        }
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
    }
    short.chars().take(SHORT_TEXT_LIMIT).collect()
}

fn text(faults: &mut Faults, name: &str, text: &str, limit: usize, missing: Option<&'static str>) {
    if text.is_empty() {
        if let Some(sentence) = missing {
            faults.insert(name.to_owned(), Fault::new(sentence));
        }
        return;
    }
    let length = text.chars().count();
    if length > limit {
        let fault = Fault::new("matter-too-long").with("limit", limit).with("length", length);
        faults.insert(name.to_owned(), fault);
    }
}

/// A telephone number or an e-mail address; both only if both can be read.
fn reach(faults: &mut Faults, phone: &str, email: &str) {
    if phone.is_empty() && email.is_empty() {
        faults.insert("reach".to_owned(), Fault::new("matter-reach-missing"));
        return;
    }
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    let is_phone = digits >= 3 && phone.chars().count() <= 60 && phone.chars().all(is_phone_sign);
    if !phone.is_empty() && !is_phone {
        faults.insert("reach".to_owned(), Fault::new("matter-phone"));
    }
    if !email.is_empty() && !is_email(email) {
        faults.insert("email".to_owned(), Fault::new("matter-email"));
    }
}

fn is_phone_sign(c: char) -> bool {
    c.is_ascii_digit() || c.is_ascii_alphabetic() || " +-/().,;".contains(c)
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let clean = !text.contains(char::is_whitespace) && text.chars().count() <= SHORT_TEXT_LIMIT;
    clean
        && !local.is_empty()
        && !domain.starts_with('.')
        && !domain.contains('@')
        && domain.contains('.')
        && !domain.ends_with('.')
}

/// A level that is offered; the service's own where none was chosen.
fn grade(faults: &mut Faults, name: &str, typed: &str, grades: &[Grade], default: i64) -> i64 {
    if typed.is_empty() {
        return default;
    }
    let level = typed.parse().ok().filter(|level| grades.iter().any(|grade| grade.level == *level));
    level.unwrap_or_else(|| {
        faults.insert(name.to_owned(), Fault::new("matter-grade"));
        default
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matter_without_a_name_is_called_by_its_first_words() {
        assert_eq!(shortened("No Internet in the lab"), "No Internet in the lab");
        let long = shortened(&"word ".repeat(60));
        assert!(long.ends_with("word …") && long.chars().count() <= DERIVED_LIMIT + 2, "{long}");
        assert_eq!(shortened(&"x".repeat(500)).len(), SHORT_TEXT_LIMIT);
    }

    #[test]
    fn an_address_is_one_that_mail_can_reach() {
        for good in ["ict@punakha.example", "a.b+c@x.gov.bt"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "x", "x@", "@y.bt", "x@y", "a b@y.bt", "x@.bt", "x@y.", "x@y@z.bt"] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn a_phone_number_or_an_address_is_enough() {
        let fault_of = |phone, email| {
            let mut faults = Faults::new();
            reach(&mut faults, phone, email);
            faults.into_values().next().map(|fault| fault.sentence)
        };
        assert_eq!(fault_of("", ""), Some("matter-reach-missing"));
        assert_eq!(fault_of("17 60 00 04", ""), None);
        assert_eq!(fault_of("+975 2 584123 ext 12", ""), None);
        assert_eq!(fault_of("", "tshering@school.example"), None);
        assert_eq!(fault_of("call me", ""), Some("matter-phone"));
        assert_eq!(fault_of("17600004", "nothing"), Some("matter-email"));
    }
}
