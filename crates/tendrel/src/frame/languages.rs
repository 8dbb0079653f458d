//! Every string a person reads, from Fluent files, with a fall-back for each string alone.
//!
//! English is complete. A string of another language counts as reviewed when the comment right above it says
//! `# reviewed`; the others are shown only where the setting `show_unreviewed` allows it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast::Entry;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    English,
    Dzongkha,
}

impl Language {
    pub const ALL: [Language; 2] = [Language::English, Language::Dzongkha];

    /// BCP 47, as in the attribute `lang`.
    pub fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Dzongkha => "dz",
        }
    }

    /// Its name in itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::Dzongkha => "རྫོང་ཁ",
        }
    }

    pub fn from_code(code: &str) -> Option<Language> {
        Language::ALL.into_iter().find(|language| language.code() == code)
    }

    /// The first language of an `Accept-Language` header that we have.
    pub fn accepted(header: &str) -> Option<Language> {
        header.split(',').find_map(|part| {
            let tag = part.split(';').next().unwrap_or_default().trim();
            Language::from_code(tag.split('-').next().unwrap_or_default())
        })
    }

    /// The other one, for the switch.
    pub fn other(self) -> Language {
        match self {
            Language::English => Language::Dzongkha,
            Language::Dzongkha => Language::English,
        }
    }
}

const ENGLISH: &[&str] = &[
    include_str!("../../lang/en/frame.ftl"),
    include_str!("../../lang/en/directory.ftl"),
    include_str!("../../lang/en/entry.ftl"),
    include_str!("../../lang/en/intake.ftl"),
    include_str!("../../lang/en/case.ftl"),
    include_str!("../../lang/en/analysis.ftl"),
    include_str!("../../lang/en/system.ftl"),
    include_str!("../../lang/en/keeping.ftl"),
    include_str!("../../lang/en/mail.ftl"),
    include_str!("../../lang/en/scans.ftl"),
    include_str!("../../lang/en/webhooks.ftl"),
    include_str!("../../lang/en/sms.ftl"),
    include_str!("../../lang/en/news.ftl"),
    include_str!("../../lang/en/letters.ftl"),
];
const DZONGKHA: &[&str] = &[
    include_str!("../../lang/dz/frame.ftl"),
    include_str!("../../lang/dz/directory.ftl"),
    include_str!("../../lang/dz/entry.ftl"),
    include_str!("../../lang/dz/intake.ftl"),
    include_str!("../../lang/dz/case.ftl"),
    include_str!("../../lang/dz/analysis.ftl"),
    include_str!("../../lang/dz/news.ftl"),
    include_str!("../../lang/dz/letters.ftl"),
];

struct Texts {
    bundle: FluentBundle<FluentResource>,
    reviewed: BTreeSet<String>,
}

fn texts(language: Language) -> &'static Texts {
    static ENGLISH_TEXTS: OnceLock<Texts> = OnceLock::new();
    static DZONGKHA_TEXTS: OnceLock<Texts> = OnceLock::new();
    match language {
        Language::English => ENGLISH_TEXTS.get_or_init(|| read(language, ENGLISH)),
        Language::Dzongkha => DZONGKHA_TEXTS.get_or_init(|| read(language, DZONGKHA)),
    }
}

/// Reads the files of a language. A mistake in them fails the test below; at run time the string is just missing.
fn read(language: Language, files: &[&str]) -> Texts {
    let tag = language.code().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Marks that isolate the direction of writing: neither of the two scripts runs from right to left.
    bundle.set_use_isolating(false);
    let mut reviewed = BTreeSet::new();
    for file in files {
        let resource = FluentResource::try_new((*file).to_owned()).unwrap_or_else(|(partial, _)| partial);
        for entry in resource.entries() {
            if let Entry::Message(message) = entry {
                let comment = message.comment.as_ref();
                if comment.is_some_and(|comment| comment.content.iter().any(|line| line.trim() == "reviewed"))
                {
                    reviewed.insert(message.id.name.to_owned());
                }
            }
        }
        let _ = bundle.add_resource(resource);
    }
    Texts { bundle, reviewed }
}

/// A string with its arguments filled in; the key itself where no language has it, which a test forbids.
pub fn text(language: Language, unreviewed: bool, key: &str, arguments: &[(&str, Argument)]) -> String {
    let wanted = texts(language);
    let usable = language == Language::English || unreviewed || wanted.reviewed.contains(key);
    let own = if usable { format(wanted, key, arguments) } else { None };
    own.or_else(|| format(texts(Language::English), key, arguments)).unwrap_or_else(|| key.to_owned())
}

fn format(texts: &Texts, key: &str, arguments: &[(&str, Argument)]) -> Option<String> {
    let pattern = texts.bundle.get_message(key)?.value()?;
    let mut filled = FluentArgs::new();
    for (name, value) in arguments {
        filled.set(*name, value.fluent());
    }
    let mut errors = Vec::new();
    Some(texts.bundle.format_pattern(pattern, Some(&filled), &mut errors).into_owned())
}

/// What may stand in a string: words, or a number that chooses the plural.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    Words(String),
    Number(i64),
}

impl Argument {
    fn fluent(&self) -> FluentValue<'static> {
        match self {
            Argument::Words(words) => FluentValue::from(words.clone()),
            Argument::Number(number) => FluentValue::from(*number),
        }
    }
}

impl From<&str> for Argument {
    fn from(words: &str) -> Argument {
        Argument::Words(words.to_owned())
    }
}
impl From<String> for Argument {
    fn from(words: String) -> Argument {
        Argument::Words(words)
    }
}
impl From<&String> for Argument {
    fn from(words: &String) -> Argument {
        Argument::Words(words.clone())
    }
}
impl From<i64> for Argument {
    fn from(number: i64) -> Argument {
        Argument::Number(number)
    }
}
impl From<&i64> for Argument {
    fn from(number: &i64) -> Argument {
        Argument::Number(*number)
    }
}
impl From<usize> for Argument {
    fn from(number: usize) -> Argument {
        Argument::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}
impl From<&usize> for Argument {
    fn from(number: &usize) -> Argument {
        Argument::from(*number)
    }
}

/// All keys of a language with whether they are reviewed: for the tests and the translators' page.
pub fn keys(language: Language) -> BTreeMap<String, bool> {
    let files = match language {
        Language::English => ENGLISH,
        Language::Dzongkha => DZONGKHA,
    };
    let mut keys = BTreeMap::new();
    for file in files {
        let resource = FluentResource::try_new((*file).to_owned()).unwrap_or_else(|(partial, _)| partial);
        for entry in resource.entries() {
            if let Entry::Message(message) = entry {
                let name = message.id.name.to_owned();
                let reviewed = texts(language).reviewed.contains(&name);
                keys.insert(name, reviewed);
            }
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_have_no_mistake_and_no_key_twice() {
        for files in [ENGLISH, DZONGKHA] {
            let mut seen = BTreeSet::new();
            for file in files {
                let resource = FluentResource::try_new((*file).to_owned());
                let resource = resource.unwrap_or_else(|(_, errors)| panic!("{errors:?}"));
                for entry in resource.entries() {
                    if let Entry::Message(message) = entry {
                        assert!(seen.insert(message.id.name.to_owned()), "{} stands twice", message.id.name);
                    }
                }
            }
        }
    }

    #[test]
    fn every_string_in_dzongkha_has_its_english() {
        let english = keys(Language::English);
        for key in keys(Language::Dzongkha).keys() {
            assert!(english.contains_key(key), "{key} has no English");
        }
    }

    #[test]
    fn the_browser_chooses_the_language() {
        assert_eq!(Language::accepted("dz-BT,dz;q=0.9,en;q=0.8"), Some(Language::Dzongkha));
        assert_eq!(Language::accepted("fr,en-GB;q=0.8"), Some(Language::English));
        assert_eq!(Language::accepted("fr"), None);
    }
}
