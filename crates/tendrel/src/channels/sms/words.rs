//! The short words of each kind of notice, and which kinds there are: `reference/sms/words.toml`. Pure.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::channels::letters::example::example as of_letters;
use crate::channels::letters::kind::Kind;
use crate::channels::letters::template::{self, Mistake, Values};
use crate::channels::sms::count::{count, plain, shortened};
use crate::frame::languages::Language;

/// Letters of a template.
pub(super) const LONGEST: usize = 400;
/// Stands where the secret link will, until the message is sent. No font has a sign for it, so nobody types it.
pub(super) const LINK: char = '\u{e000}';
/// Letters of what somebody said that are looked at: no message holds more.
const SAID: usize = 2_000;
/// What gives way first when a message is too long.
const GIVES_WAY: [&str; 2] = ["words", "subject"];
/// Too long for a telephone, or of no use there.
const LEFT_OUT: [&str; 6] = ["works", "broken", "rate", "preferences", "desk_email", "unit_email"];

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    told: Vec<String>,
    example: BTreeMap<String, String>,
    veiled: Words,
    kind: BTreeMap<String, Words>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    en: String,
    dz: Dzongkha,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dzongkha {
    /// Somebody who reads it has checked it.
    reviewed: bool,
    words: String,
}

impl Words {
    fn of(&self, language: Language, unreviewed: bool) -> Option<String> {
        let words = match language {
            Language::English => &self.en,
            Language::Dzongkha if self.dz.reviewed || unreviewed => &self.dz.words,
            Language::Dzongkha => return None,
        };
        Some(words.trim().to_owned()).filter(|words| !words.is_empty())
    }
}

/// A test reads it, so that a wrong one never leaves the house.
static FILE: LazyLock<File> =
    LazyLock::new(|| toml::from_str(include_str!("../../../reference/sms/words.toml")).unwrap_or_default());

/// The kinds that there are words for, in the order of the letters.
pub fn kinds() -> Vec<Kind> {
    Kind::ALL.into_iter().filter(|kind| FILE.kind.contains_key(kind.code())).collect()
}

/// What each variable of a kind stands for on the invented case.
pub(super) fn example(kind: Kind, language: Language) -> Values {
    let mut values = of_letters(kind, language);
    values.insert("follow", LINK.to_string());
    if language == Language::English {
        for (name, value) in &mut values {
            if let Some(short) = FILE.example.get(*name) {
                value.clone_from(short);
            }
        }
    }
    values
}

/// Is somebody told this who ticked "by SMS" with a request?
pub(super) fn is_told(kind: Kind) -> bool {
    FILE.told.iter().any(|code| code == kind.code())
}

/// The name under which words that were changed are kept beside those of the letters.
pub fn stored(kind: Kind) -> String {
    format!("sms_{}", kind.code())
}

/// The words the program came with; `None` where a language has none, or none that were checked.
pub(super) fn original(kind: Kind, language: Language, unreviewed: bool) -> Option<String> {
    FILE.kind.get(kind.code())?.of(language, unreviewed)
}

/// All that is said of a confidential request.
pub(super) fn veiled(language: Language, unreviewed: bool, number: &str) -> String {
    let words = FILE.veiled.of(language, unreviewed).or_else(|| FILE.veiled.of(Language::English, false));
    written(&words.unwrap_or_default(), &Values::from([("number", number.to_owned())]))
}

pub(super) fn variables(kind: Kind) -> Vec<&'static str> {
    kind.variables().into_iter().filter(|name| !LEFT_OUT.contains(name)).collect()
}

/// # Errors
/// The first mistake, in the order of the words.
pub(super) fn check(kind: Kind, words: &str) -> Result<(), Mistake> {
    template::check_known(&variables(kind), words, LONGEST)
}

fn written(words: &str, values: &Values) -> String {
    let lines = words.lines().filter(|line| !line.trim().is_empty());
    let said: Vec<String> = lines.filter_map(|line| template::filled(line.trim(), values)).collect();
    said.join(" ")
}

fn one_line(text: &str) -> String {
    plain(&text.replace(LINK, " ")).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// With the link as long as it will be.
pub(super) fn with_link(text: &str, link: &str) -> String {
    text.replace(LINK, link)
}

/// The message, of no more than so many parts. `link`: one as long as the secret one will be; its place is kept.
pub(super) fn fill(words: &str, values: &Values, parts: usize, link: &str) -> String {
    let fits = |text: &str| count(&with_link(text, link)).parts <= parts;
    let mut values = values.clone();
    for (name, value) in &mut values {
        *value = if *name == "follow" {
            LINK.to_string()
        } else {
            one_line(&value.chars().take(SAID).collect::<String>())
        };
    }
    for name in GIVES_WAY {
        let text = written(words, &values);
        if fits(&text) {
            return text;
        }
        let Some(value) = values.get(name).filter(|value| !value.is_empty()).cloned() else { continue };
        let short = shortened(&value, |short| {
            let mut values = values.clone();
            values.insert(name, short.to_owned());
            fits(&written(words, &values))
        });
        // Where not even nothing fits, what was said is left out with its line.
        values.insert(name, if short.is_empty() { "...".to_owned() } else { short });
    }
    let text = written(words, &values);
    shortened(&text, fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://desk.example.bt/r/23456789abcdef";

    #[test]
    fn what_the_program_came_with_is_right_and_short() {
        let file: File = toml::from_str(include_str!("../../../reference/sms/words.toml")).unwrap();
        assert!(file.kind.keys().all(|code| Kind::from_code(code).is_some()));
        assert!(file.told.iter().all(|code| file.kind.contains_key(code)));
        for kind in kinds() {
            for language in Language::ALL {
                let Some(words) = original(kind, language, true) else { continue };
                assert_eq!(check(kind, &words), Ok(()), "{kind:?} {language:?}");
                let values = example(kind, language);
                for parts in [1, 2, 3] {
                    let text = with_link(&fill(&words, &values, parts, URL), URL);
                    assert!(count(&text).parts <= parts, "{kind:?} {language:?} {parts}: {text}");
                }
            }
        }
        assert_eq!(
            veiled(Language::English, false, "PUN-26-01482-7"),
            "There is news about your request PUN-26-01482-7."
        );
    }

    #[test]
    fn what_somebody_said_gives_way_and_the_link_stays_whole() {
        let words = "{number} is settled: {words}\nDoes it work? {follow}";
        let said = "The power unit was “replaced”.\n\nTell us if it fails again. ".repeat(9);
        let values = Values::from([
            ("number", "PUN-26-01482-7".to_owned()),
            ("words", said),
            ("follow", "~".to_owned()),
        ]);
        let kept = fill(words, &values, 2, URL);
        let text = with_link(&kept, URL);
        assert!(text.ends_with(&format!("... Does it work? {URL}")), "{text}");
        assert!(text.contains("was \"replaced\". Tell us"), "{text}");
        assert_eq!(count(&text).parts, 2);
        assert!(count(&text).units > 290, "{text}");
        let one = with_link(&fill(words, &values, 1, URL), URL);
        assert!(one.ends_with(URL) && count(&one).parts == 1, "{one}");
    }

    #[test]
    fn nobody_writes_the_place_of_the_link() {
        let values = Values::from([("words", format!("press {LINK} here")), ("follow", String::new())]);
        assert_eq!(fill("{words}", &values, 1, URL), "press here");
    }
}
