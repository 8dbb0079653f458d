//! The files of the repository, and the string literals in them.

use std::fs;
use std::path::{Path, PathBuf};

pub(crate) struct File {
    /// From the root of the repository, with slashes.
    pub(crate) path: String,
    pub(crate) text: String,
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// All files below a folder whose names end so; "" is a name without an ending.
pub(crate) fn sources(folder: &Path, endings: &[&str]) -> Vec<File> {
    let mut files = Vec::new();
    collect(folder, endings, &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// The program's own sources.
pub(crate) fn program(endings: &[&str]) -> Vec<File> {
    sources(&root().join("crates/tendrel/src"), endings)
}

fn collect(folder: &Path, endings: &[&str], files: &mut Vec<File>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            if !["node_modules", "results", "target"].contains(&name.as_str()) {
                collect(&path, endings, files);
            }
        } else if endings.contains(&path.extension().and_then(|it| it.to_str()).unwrap_or("")) {
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let path = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            files.push(File { path, text });
        }
    }
}

/// The string literals of a Rust source, unescaped; comments and characters are no strings.
pub(crate) fn strings(source: &str) -> Vec<String> {
    let bytes = source.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &source[at..];
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if let Some(hashes) = raw_start(rest) {
            let open = 2 + hashes;
            let end = format!("\"{}", "#".repeat(hashes));
            let length = rest[open..].find(&end).unwrap_or(rest.len() - open);
            found.push(rest[open..open + length].to_owned());
            at += open + length + end.len();
        } else if let Some(inner) = rest.strip_prefix('"') {
            let (text, length) = quoted(inner);
            found.push(text);
            at += 1 + length;
        } else if rest.starts_with('\'') {
            at += character(rest);
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    found
}

/// How many `#` a raw string at this place has, if it is one.
fn raw_start(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].starts_with('"').then_some(hashes)
}

/// The text up to the closing quote, and the bytes it took with it.
fn quoted(rest: &str) -> (String, usize) {
    let mut text = String::new();
    let mut chars = rest.char_indices();
    while let Some((index, c)) = chars.next() {
        match c {
            '"' => return (text, index + 1),
            '\\' => match chars.next().map(|(_, escaped)| escaped) {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some('\n') => {
                    // A line that goes on: its leading space is not part of the string.
                    while chars.clone().next().is_some_and(|(_, c)| c.is_whitespace()) {
                        chars.next();
                    }
                }
                Some(other) => text.push(other),
                None => {}
            },
            other => text.push(other),
        }
    }
    (text, rest.len())
}

/// The length of a character literal, or of the tick of a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => rest[2..].find('\'').map_or(1, |end| {
            // '\'' closes at the second tick.
            if end == 0 { rest[3..].find('\'').map_or(3, |more| more + 4) } else { end + 3 }
        }),
        Some((_, _)) => match chars.next() {
            Some((index, '\'')) => index + 1,
            _ => 1,
        },
        None => 1,
    }
}

/// The part of a source that is no test.
pub(crate) fn without_tests(text: &str) -> &str {
    match text.find("#[cfg(test)]\nmod tests {").or_else(|| text.find("#[cfg(test)]\npub(crate) mod tests {"))
    {
        Some(start) => &text[..start],
        None => text,
    }
}

/// The part of a source that is a test; a file of tests is one whole.
pub(crate) fn only_tests(file: &File) -> &str {
    if file.path.contains("/tests") || file.path.contains("/testing") {
        return &file.text;
    }
    &file.text[without_tests(&file.text).len()..]
}

#[test]
fn strings_are_found_as_the_compiler_finds_them() {
    let source = r####"
        // "not this"
        let a = "one \"two\" \
                 three"; let c = '"'; let t: &'static str = r#"four "five""#; let d = '\''; let e = "six";
    "####;
    assert_eq!(strings(source), ["one \"two\" three", "four \"five\"", "six"]);
}
