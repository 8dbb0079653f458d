//! An invented case on which the words of a letter are tried.

use std::collections::BTreeMap;

use crate::channels::letters::kind::Kind;
use crate::channels::letters::template::Values;
use crate::frame::languages::Language;

const EXAMPLE: &str = include_str!("../../../reference/letters/example.toml");

/// What each variable of a kind stands for in the example.
pub fn example(kind: Kind, language: Language) -> Values {
    let all: BTreeMap<String, BTreeMap<String, String>> = toml::from_str(EXAMPLE).unwrap_or_default();
    let of = |language: Language, name: &str| {
        all.get(language.code()).and_then(|values| values.get(name)).cloned()
    };
    kind.variables()
        .into_iter()
        .map(|name| {
            let value = of(language, name).or_else(|| of(Language::English, name));
            (name, value.unwrap_or_default())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_has_its_example() {
        for kind in Kind::ALL {
            for (name, value) in example(kind, Language::English) {
                assert!(!value.is_empty(), "{kind:?} {name}");
            }
        }
    }
}
