//! No words stand bare in a template: each is in the language files, so that it can be read in another language.

use crate::source::{File, program};

/// Words that are the same in every language.
const SAME_EVERYWHERE: &[&str] = &["Tendrel", "CSV", "XLSX"];

/// Attributes that people read or hear.
const SPOKEN: &[&str] = &["aria-label", "placeholder", "title", "alt"];

/// A template without its expressions, comments, pictures and keys.
fn stripped(text: &str) -> String {
    let mut text = text.to_owned();
    for (open, close) in [
        ("{#", "#}"),
        ("{%", "%}"),
        ("{{", "}}"),
        ("<!--", "-->"),
        ("<kbd", "</kbd>"),
        ("<script", "</script>"),
    ] {
        text = cut(&text, open, close);
    }
    text
}

fn cut(text: &str, open: &str, close: &str) -> String {
    let mut left = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(open) {
        left.push_str(&rest[..start]);
        match rest[start..].find(close) {
            Some(end) => rest = &rest[start + end + close.len()..],
            None => rest = "",
        }
    }
    left + rest
}

#[test]
fn no_words_stand_bare_in_a_template() {
    let mut bare = Vec::new();
    for File { path, text } in program(&["html"]) {
        let text = stripped(&text);
        // A piece that stands inside a tag has attributes and no words.
        let text = if text.contains('<') { text } else { format!("<{text}>") };
        for (index, line) in cut_tags(&text).lines().enumerate() {
            for word in line.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() > 1) {
                let is_entity = line.contains(&format!("&{word};"));
                if !SAME_EVERYWHERE.contains(&word) && !is_entity {
                    bare.push(format!("{path}: {word:?} near line {}", index + 1));
                }
            }
        }
        for name in SPOKEN {
            for value in text.split(&format!(" {name}=\"")).skip(1).filter_map(|rest| rest.split('"').next())
            {
                let words = value.split(|c: char| !c.is_alphabetic()).any(|word| word.chars().count() > 1);
                if words {
                    bare.push(format!("{path}: {name}=\"{value}\""));
                }
            }
        }
    }
    assert!(bare.is_empty(), "put these into lang/en: {bare:#?}");
}

/// Takes the tags out; an attribute may hold `>` only inside an expression, and those are gone already.
fn cut_tags(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                words.push(' ');
            }
            '\n' => words.push('\n'),
            _ if inside => {}
            other => words.push(other),
        }
    }
    words
}
