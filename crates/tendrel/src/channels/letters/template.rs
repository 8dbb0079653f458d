//! The words of a letter as somebody writes them, and what they become with their variables filled in. Pure.
//!
//! `{number}` is a variable. A line in which a variable has nothing to say is left out, and so is a paragraph in which
//! none has. A line that begins with `> ` is
//! what somebody said; `[It works]({works})` on a line of its own is a link.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::channels::letters::block::{Block, Link};
use crate::channels::letters::kind::Kind;
use crate::frame::languages::Language;

/// Letters of a template.
pub const LONGEST: usize = 4_000;
/// Bytes of what somebody said that a letter repeats; the rest is on the page.
const QUOTED: usize = 2_400;

/// What a variable stands for in one letter.
pub type Values = BTreeMap<&'static str, String>;

/// The words that the program came with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Originals {
    en: String,
    dz: Dzongkha,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dzongkha {
    /// Somebody who reads it has checked it.
    reviewed: bool,
    words: String,
}

fn file(kind: Kind) -> &'static str {
    match kind {
        Kind::Received => include_str!("../../../reference/letters/received.toml"),
        Kind::Replied => include_str!("../../../reference/letters/replied.toml"),
        Kind::Asked => include_str!("../../../reference/letters/asked.toml"),
        Kind::Held => include_str!("../../../reference/letters/held.toml"),
        Kind::Reminded => include_str!("../../../reference/letters/reminded.toml"),
        Kind::Resolved => include_str!("../../../reference/letters/resolved.toml"),
        Kind::Closed => include_str!("../../../reference/letters/closed.toml"),
        Kind::Cancelled => include_str!("../../../reference/letters/cancelled.toml"),
        Kind::Reopened => include_str!("../../../reference/letters/reopened.toml"),
        Kind::Moved => include_str!("../../../reference/letters/moved.toml"),
        Kind::Assigned => include_str!("../../../reference/letters/assigned.toml"),
        Kind::Warned => include_str!("../../../reference/letters/warned.toml"),
        Kind::Breached => include_str!("../../../reference/letters/breached.toml"),
        Kind::HandedOver => include_str!("../../../reference/letters/handed_over.toml"),
        Kind::Wrote => include_str!("../../../reference/letters/wrote.toml"),
        Kind::Digest => include_str!("../../../reference/letters/digest.toml"),
    }
}

/// The words the program came with; `None` where a language has none, or none that were checked.
pub fn original(kind: Kind, language: Language, unreviewed: bool) -> Option<String> {
    let originals: Originals = toml::from_str(file(kind)).ok()?;
    let words = match language {
        Language::English => originals.en,
        Language::Dzongkha if originals.dz.reviewed || unreviewed => originals.dz.words,
        Language::Dzongkha => return None,
    };
    Some(words.trim().to_owned()).filter(|words| !words.is_empty())
}

/// What is wrong with words that somebody wrote.
#[derive(Clone, Debug, PartialEq)]
pub enum Mistake {
    Empty,
    /// The letters it may have.
    TooLong(usize),
    /// Names what this letter does not know.
    Unknown(String),
    /// A curly bracket that is not closed, in this line.
    Open(String),
}

/// # Errors
/// The first mistake, in the order of the words.
pub fn check(kind: Kind, words: &str) -> Result<(), Mistake> {
    check_known(&kind.variables(), words, LONGEST)
}

/// The same for words in which only these variables may stand.
///
/// # Errors
/// The first mistake, in the order of the words.
pub fn check_known(known: &[&str], words: &str, longest: usize) -> Result<(), Mistake> {
    if words.trim().is_empty() {
        return Err(Mistake::Empty);
    }
    if words.chars().count() > longest {
        return Err(Mistake::TooLong(longest));
    }
    for line in words.lines() {
        for part in parts(line) {
            match part {
                Part::Variable(name) if !known.contains(&name) => {
                    return Err(Mistake::Unknown(name.to_owned()));
                }
                Part::Open => return Err(Mistake::Open(line.to_owned())),
                Part::Variable(_) | Part::Words(_) => {}
            }
        }
    }
    Ok(())
}

enum Part<'a> {
    Words(&'a str),
    Variable(&'a str),
    /// A bracket that nothing closes.
    Open,
}

fn parts(line: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('{') {
        parts.push(Part::Words(before));
        let Some((name, after)) = after.split_once('}') else {
            parts.push(Part::Open);
            return parts;
        };
        parts.push(Part::Variable(name.trim()));
        rest = after;
    }
    parts.push(Part::Words(rest));
    parts
}

/// The line with its variables filled in; `None` when one of them has nothing to say.
pub fn filled(line: &str, values: &Values) -> Option<String> {
    let mut filled = String::new();
    for part in parts(line) {
        match part {
            Part::Words(words) => filled.push_str(words),
            Part::Variable(name) => {
                let value = values.get(name).map(String::as_str).unwrap_or_default();
                if value.is_empty() {
                    return None;
                }
                filled.push_str(value);
            }
            Part::Open => {}
        }
    }
    Some(filled)
}

/// `[label](address)` as its two parts.
fn link(line: &str) -> Option<(&str, &str)> {
    let (label, rest) = line.trim().strip_prefix('[')?.split_once("](")?;
    Some((label, rest.strip_suffix(')')?))
}

/// The letter.
pub fn fill(words: &str, values: &Values) -> Vec<Block> {
    let mut blocks = Vec::new();
    for paragraph in words.replace('\r', "").split("\n\n") {
        blocks.extend(fill_paragraph(paragraph, values));
    }
    blocks
}

fn fill_paragraph(paragraph: &str, values: &Values) -> Vec<Block> {
    let (mut blocks, mut lines) = (Vec::new(), Vec::new());
    let (mut asked, mut answered) = (false, false);
    for line in paragraph.lines().filter(|line| !line.trim().is_empty()) {
        let has_variable = line.contains('{');
        let is_said = push(line, values, &mut blocks, &mut lines);
        asked |= has_variable;
        answered |= has_variable && is_said;
    }
    flush(&mut blocks, &mut lines);
    // A heading over nothing says nothing.
    if asked && !answered { Vec::new() } else { blocks }
}

/// Adds a line, unless one of its variables has nothing to say.
fn push(line: &str, values: &Values, blocks: &mut Vec<Block>, lines: &mut Vec<String>) -> bool {
    if let Some((label, to)) = link(line) {
        let (Some(label), Some(to)) = (filled(label, values), filled(to, values)) else { return false };
        flush(blocks, lines);
        push_link(blocks, Link { label, to });
    } else if let Some(said) = line.strip_prefix("> ") {
        let Some(said) = filled(said, values) else { return false };
        flush(blocks, lines);
        blocks.push(Block::Quote(shortened(&said)));
    } else {
        let Some(line) = filled(line, values) else { return false };
        lines.extend(line.lines().map(str::to_owned));
    }
    true
}

fn flush(blocks: &mut Vec<Block>, lines: &mut Vec<String>) {
    if !lines.is_empty() {
        blocks.push(Block::Lines(std::mem::take(lines)));
    }
}

fn push_link(blocks: &mut Vec<Block>, link: Link) {
    match blocks.last_mut() {
        Some(Block::Links(links)) => links.push(link),
        _ => blocks.push(Block::Links(vec![link])),
    }
}

/// No more than so many bytes, cut between words.
fn shortened(said: &str) -> String {
    if said.len() <= QUOTED {
        return said.to_owned();
    }
    let mut end = QUOTED;
    while !said.is_char_boundary(end) {
        end -= 1;
    }
    let cut = said[..end].rfind([' ', '\n', '\u{0f0b}']).unwrap_or(end);
    format!("{} …", said[..cut].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_program_came_with_knows_its_variables() {
        for kind in Kind::ALL {
            let english = original(kind, Language::English, false).unwrap();
            assert_eq!(check(kind, &english), Ok(()), "{kind:?}");
            if let Some(words) = original(kind, Language::Dzongkha, true) {
                assert_eq!(check(kind, &words), Ok(()), "{kind:?}");
            }
            assert!(toml::from_str::<Originals>(file(kind)).is_ok(), "{kind:?}");
        }
    }

    #[test]
    fn a_mistake_is_named() {
        assert_eq!(
            check(Kind::Received, "Hello {name}, {nubmer}"),
            Err(Mistake::Unknown("nubmer".to_owned()))
        );
        assert_eq!(check(Kind::Received, "Hello {name"), Err(Mistake::Open("Hello {name".to_owned())));
        assert_eq!(check(Kind::Received, " \n "), Err(Mistake::Empty));
        assert_eq!(check(Kind::Received, &"x".repeat(LONGEST + 1)), Err(Mistake::TooLong(LONGEST)));
        // Only the letter that asks whether it works has the links for it.
        assert_eq!(check(Kind::Received, "[Yes]({works})"), Err(Mistake::Unknown("works".to_owned())));
    }

    #[test]
    fn a_line_with_nothing_to_say_is_left_out() {
        let values = Values::from([
            ("name", "Karma".to_owned()),
            ("words", "{number} <b>".to_owned()),
            ("phone", String::new()),
        ]);
        assert_eq!(fill("Call us:\n{phone}", &values), []);
        let blocks =
            fill("Hello {name},\ncall {phone}\n\n> {words}\n\n[Follow]({follow})\n[{name}](~)", &values);
        assert_eq!(
            blocks,
            [
                Block::Lines(vec!["Hello Karma,".to_owned()]),
                // What somebody said is never read as a template.
                Block::Quote("{number} <b>".to_owned()),
                Block::Links(vec![Link { label: "Karma".to_owned(), to: "~".to_owned() }]),
            ]
        );
    }

    #[test]
    fn long_words_are_cut_between_words() {
        let long = "ཞབས་ཏོག་".repeat(400);
        let cut = shortened(&long);
        assert!(cut.len() < QUOTED + 10 && cut.ends_with(" …"), "{}", cut.len());
        assert_eq!(shortened("short"), "short");
    }
}
