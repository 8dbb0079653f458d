//! A letter as blocks: written once as text and once as a small page. Pure.

use askama::Template;
use serde::{Deserialize, Serialize};

/// Stands before the end of a secret address until the letter is sent: `~/works`.
const SECRET: char = '~';

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    Lines(Vec<String>),
    /// What somebody said.
    Quote(String),
    Links(Vec<Link>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    pub label: String,
    pub to: String,
}

/// The blocks with the secret addresses filled in.
pub fn with_secret(mut blocks: Vec<Block>, address: &str) -> Vec<Block> {
    for block in &mut blocks {
        if let Block::Links(links) = block {
            for link in links.iter_mut() {
                if let Some(end) = link.to.strip_prefix(SECRET) {
                    link.to = format!("{address}{end}");
                }
            }
        }
    }
    blocks
}

/// Does a secret link stand in it?
pub fn bears_secret(blocks: &[Block]) -> bool {
    blocks.iter().any(|block| match block {
        Block::Links(links) => links.iter().any(|link| link.to.starts_with(SECRET)),
        Block::Lines(_) | Block::Quote(_) => false,
    })
}

/// As plain text.
pub fn text(blocks: &[Block]) -> String {
    let written: Vec<String> = blocks
        .iter()
        .map(|block| match block {
            Block::Lines(lines) => lines.join("\n"),
            Block::Quote(words) => words.lines().map(|line| format!("> {line}\n")).collect::<String>(),
            Block::Links(links) => {
                let lines: Vec<String> =
                    links.iter().map(|link| format!("{}:\n{}", link.label, link.to)).collect();
                lines.join("\n\n")
            }
        })
        .collect();
    let mut text = written.iter().map(|block| block.trim_end()).collect::<Vec<_>>().join("\n\n");
    text.push('\n');
    text
}

#[derive(Template)]
#[template(path = "channels/letters/letter.html")]
struct Page<'a> {
    language: &'a str,
    title: &'a str,
    style: &'a str,
    blocks: &'a [Block],
}

/// As a small page: no pictures, nothing that is fetched.
///
/// # Errors
/// When the template cannot be written.
pub fn html(blocks: &[Block], language: &str, title: &str) -> Result<String, askama::Error> {
    Page { language, title, style: include_str!("letter.css"), blocks }.render()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_as_text_and_as_a_page_in_which_nothing_is_a_tag() {
        let blocks = vec![
            Block::Lines(vec!["Hello <b>Karma</b>,".to_owned(), "second".to_owned()]),
            Block::Quote("<script>alert(1)</script>\n& more".to_owned()),
            Block::Links(vec![Link { label: "It works".to_owned(), to: "~/works".to_owned() }]),
        ];
        assert!(bears_secret(&blocks));
        let blocks = with_secret(blocks, "https://desk.example/r/abc");
        assert!(!bears_secret(&blocks));
        let text = text(&blocks);
        assert_eq!(
            text,
            "Hello <b>Karma</b>,\nsecond\n\n> <script>alert(1)</script>\n> & more\n\nIt works:\nhttps://desk.example/r/abc/works\n"
        );
        let html = html(&blocks, "en", "A \"title\" <x>").unwrap();
        assert!(!html.contains("<script>") && !html.contains("<b>Karma") && !html.contains("<img"), "{html}");
        assert!(html.contains("&#60;script&#62;") && html.contains("color-scheme"), "{html}");
        assert!(html.contains("href=\"https://desk.example/r/abc/works\""), "{html}");
    }
}
