/// A line of text and how deep it is quoted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Line {
    /// How many times it was quoted: the number of `>` before it, or of quotations around it in HTML.
    pub(crate) depth: usize,
    pub(crate) text: String,
    /// The mail program marked the rest as history, from here on.
    pub(crate) history: bool,
}

impl Line {
    pub(crate) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

pub(crate) fn is_blank(lines: &[Line]) -> bool {
    lines.iter().all(Line::is_blank)
}

/// Splits plain text; brings flowed text (RFC 3676) back to its paragraphs.
pub(crate) fn of_plain(text: &str, flowed: bool, spaces_go: bool) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut open = false;
    for raw in text.split('\n') {
        let raw = raw
            .strip_suffix('\r')
            .unwrap_or(raw)
            .replace(['\u{a0}', '\u{200b}', '\u{feff}', '\r', '\u{c}'], " ");
        let mut line = quoted(&raw, flowed);
        let soft = flowed && line.text.ends_with(' ') && line.text != "-- ";
        if soft && spaces_go {
            line.text.pop();
        }
        match lines.last_mut() {
            Some(last) if open && last.depth == line.depth && line.text != "-- " => {
                last.text.push_str(&line.text);
            }
            _ => lines.push(line),
        }
        open = soft;
    }
    lines
}

/// Takes the `>` off a line. `>From` and arrows as `>>>` within a sentence of nobody stay as they are.
fn quoted(raw: &str, flowed: bool) -> Line {
    let mut depth = 0;
    let mut rest = raw;
    loop {
        let bare = if flowed { rest } else { rest.trim_start_matches([' ', '\t']) };
        match bare.strip_prefix('>') {
            Some(after) if !(depth == 0 && after.starts_with("From ")) => {
                depth += 1;
                rest = after;
            }
            _ => break,
        }
    }
    let text = if depth > 0 || flowed { rest.strip_prefix(' ').unwrap_or(rest) } else { rest };
    Line { depth, text: text.to_owned(), history: false }
}

/// Lines as one text: no blanks at the ends, at most one blank line between, quotations with their `>` if wanted.
pub(crate) fn join(lines: &[Line], with_quotes: bool) -> String {
    let mut text = String::new();
    let mut blank = 0;
    for line in lines {
        if line.is_blank() {
            blank += 1;
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
            if blank > 0 {
                text.push('\n');
            }
        }
        blank = 0;
        if with_quotes && line.depth > 0 {
            text.extend(std::iter::repeat_n('>', line.depth.min(9)));
            text.push(' ');
        }
        text.push_str(line.text.trim_end());
    }
    text
}
