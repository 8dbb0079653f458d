use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use crate::html_marks::{
    attribute, encloses_history, is_block, is_indent, is_space, is_tight, is_void, starts_history, style,
};
use crate::lines::{self, Line};
use crate::mail::LONGEST_TEXT;

/// Deeper than this, what closes is no longer matched to what it opened: keeps hostile markup linear.
const DEEPEST: usize = 256;
const LONGEST_LINK: usize = 500;

/// Turns HTML into text that reads like it: paragraphs, lists, tables as `cell | cell`, links with their addresses.
#[must_use]
pub fn to_text(html: &str) -> String {
    lines::join(&lines(html), true)
}

/// The same by lines, with the depth of quotation that the markup tells.
pub(crate) fn lines(html: &str) -> Vec<Line> {
    let mut queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(html));
    let mut tokenizer = Tokenizer::new(Writer::default(), TokenizerOpts::default());
    // A script would stop the tokenizer; none is run here.
    while let html5ever::tokenizer::TokenizerResult::Script(()) = tokenizer.feed(&mut queue) {}
    tokenizer.end();
    let mut writer = tokenizer.sink;
    writer.end_line();
    writer.lines
}

#[derive(Default, Clone, Copy, PartialEq)]
enum Pause {
    #[default]
    None,
    Line,
    Blank,
}

/// What an open element does to what stands in it.
#[derive(Default)]
struct Open {
    name: String,
    hides: bool,
    quotes: bool,
    encloses_history: bool,
    keeps_space: bool,
    link: Option<String>,
    /// Where the link's words began in the line.
    from: usize,
    /// For lists: the number of the next item, none for bullets.
    list: Option<Option<usize>>,
}

#[derive(Default)]
struct Writer {
    lines: Vec<Line>,
    line: String,
    pause: Pause,
    open: Vec<Open>,
    history: bool,
    row_has_words: bool,
    /// A cell has begun and nothing stands in it yet.
    cell_is_fresh: bool,
    written: usize,
}

impl TokenSink for Writer {
    type Handle = ();

    fn process_token(&mut self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return self.start(&tag),
            Token::TagToken(tag) => self.end(&tag.name),
            Token::CharacterTokens(words) => self.words(&words),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Writer {
    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        match name {
            "br" => self.break_line(),
            "hr" => self.rule(tag),
            "img" => self.picture(tag),
            "td" | "th" => self.cell(),
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "table" | "pre" | "blockquote" => {
                self.wait(if name == "p" && is_tight(tag) { Pause::Line } else { Pause::Blank });
            }
            "li" => self.item(),
            _ if is_block(name) => self.wait(Pause::Line),
            _ => {}
        }
        if name == "tr" {
            self.cell_is_fresh = false;
            self.row_has_words = false;
            self.wait(Pause::Line);
        }
        if !tag.self_closing && !is_void(name) {
            self.push(tag);
        }
        match name {
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => TokenSinkResult::RawData(RawKind::Rawtext),
            "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
            _ => TokenSinkResult::Continue,
        }
    }

    fn push(&mut self, tag: &Tag) {
        if self.open.len() >= DEEPEST {
            return;
        }
        let name = tag.name.to_string();
        let quotes = name == "blockquote" && !is_indent(tag);
        let encloses_history = encloses_history(tag);
        if quotes || encloses_history {
            self.end_line();
        }
        if starts_history(tag) {
            self.end_line();
            self.history = true;
        }
        let hides = matches!(
            name.as_str(),
            "script" | "style" | "title" | "template" | "textarea" | "iframe" | "select"
        ) || style(tag).contains("display:none");
        let list = match name.as_str() {
            "ul" => Some(None),
            "ol" => Some(Some(attribute(tag, "start").and_then(|first| first.parse().ok()).unwrap_or(1))),
            _ => None,
        };
        let link = (name == "a").then(|| attribute(tag, "href")).flatten();
        let keeps_space = name == "pre";
        self.open.push(Open {
            hides,
            quotes,
            encloses_history,
            keeps_space,
            link,
            from: self.line.len(),
            list,
            name,
        });
    }

    fn end(&mut self, name: &str) {
        let Some(at) = self.open.iter().rposition(|open| open.name == name) else { return };
        if matches!(name, "td" | "th" | "tr") {
            self.cell_is_fresh = false;
        }
        while self.open.len() > at {
            self.close();
        }
        match name {
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "table" | "pre" => {
                self.wait(Pause::Blank);
            }
            _ if is_block(name) => self.wait(Pause::Line),
            _ => {}
        }
    }

    fn close(&mut self) {
        let Some(open) = self.open.last() else { return };
        if open.quotes || open.encloses_history || open.keeps_space {
            self.end_line();
        }
        let open = self.open.pop().unwrap_or_default();
        let Some(href) = open.link else { return };
        let bare = href.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
        let said = self.line.get(open.from..).unwrap_or_default();
        if href.starts_with("http")
            && href.len() <= LONGEST_LINK
            && !said.trim().is_empty()
            && !said.contains(bare)
        {
            self.line.push_str(&format!(" <{href}>"));
        }
    }

    fn words(&mut self, words: &str) {
        if self.open.iter().any(|open| open.hides) || self.written > LONGEST_TEXT {
            return;
        }
        if self.open.iter().any(|open| open.keeps_space) {
            for (number, part) in words.split('\n').enumerate() {
                if number > 0 {
                    self.break_line();
                }
                self.write(part.trim_end_matches('\r'));
            }
            return;
        }
        let mut space = words.starts_with(is_space);
        for word in words.split(is_space).filter(|word| !word.is_empty()) {
            if space && !self.line.is_empty() && !self.line.ends_with(' ') && self.pause == Pause::None {
                self.line.push(' ');
            }
            self.write(word);
            space = true;
        }
        if space && words.ends_with(is_space) && !self.line.is_empty() && !self.line.ends_with(' ') {
            self.line.push(' ');
        }
    }

    fn write(&mut self, words: &str) {
        if words.is_empty() {
            return;
        }
        self.settle();
        self.row_has_words = true;
        self.cell_is_fresh = false;
        self.written += words.len();
        let shown =
            words.chars().filter(|letter| !matches!(letter, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}'));
        self.line.extend(shown.map(|letter| if letter == '\u{a0}' { ' ' } else { letter }));
    }

    fn settle(&mut self) {
        let pause = std::mem::take(&mut self.pause);
        if pause != Pause::None && !self.line.trim().is_empty() {
            self.end_line();
        }
        if pause == Pause::Blank && self.lines.last().is_some_and(|last| !last.is_blank()) {
            self.end_line_even_if_blank();
        }
    }

    fn wait(&mut self, pause: Pause) {
        if self.cell_is_fresh {
            return;
        }
        let in_cell = self.open.iter().any(|open| matches!(open.name.as_str(), "td" | "th"));
        let pause = if in_cell { Pause::Line } else { pause };
        if self.pause != Pause::Blank {
            self.pause = pause;
        }
    }

    fn break_line(&mut self) {
        if self.pause != Pause::None {
            self.pause = Pause::None;
            self.end_line();
        }
        self.end_line_even_if_blank();
    }

    fn end_line(&mut self) {
        if !self.line.trim().is_empty() {
            self.end_line_even_if_blank();
        }
        self.line.clear();
        self.pause = Pause::None;
    }

    fn end_line_even_if_blank(&mut self) {
        let quotations = self.open.iter().filter(|open| open.quotes).count();
        let enclosed = self.open.iter().any(|open| open.encloses_history);
        let depth = quotations.max(usize::from(enclosed));
        let text = std::mem::take(&mut self.line);
        let text = text.trim_end().trim_end_matches(" |");
        let is_item = text.trim_start().starts_with('•')
            || text.trim_start().starts_with(|letter: char| letter.is_ascii_digit());
        let keeps_space = is_item || self.open.iter().any(|open| open.keeps_space);
        let text = if keeps_space { text } else { text.trim_start() };
        self.lines.push(Line { depth, text: text.to_owned(), history: self.history });
        for open in &mut self.open {
            open.from = 0;
        }
    }

    fn rule(&mut self, tag: &Tag) {
        self.end_line();
        if starts_history(tag) {
            self.history = true;
        } else {
            self.line.push_str("----------");
            self.end_line();
        }
    }

    fn picture(&mut self, tag: &Tag) {
        if let Some(alt) = attribute(tag, "alt").filter(|alt| !alt.trim().is_empty() && alt.len() < 200) {
            self.words(&format!("[{}]", alt.trim()));
        }
    }

    fn cell(&mut self) {
        self.cell_is_fresh = true;
        if self.row_has_words && !self.line.trim().is_empty() {
            self.pause = Pause::None;
            let length = self.line.trim_end().len();
            self.line.truncate(length);
            self.line.push_str(" | ");
        }
    }

    fn item(&mut self) {
        self.wait(Pause::Line);
        self.settle();
        self.end_line();
        let depth = self.open.iter().filter(|open| open.list.is_some()).count();
        let mark = match self.open.iter_mut().rev().find_map(|open| open.list.as_mut()) {
            Some(Some(number)) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            _ => "• ".to_owned(),
        };
        self.line = format!("{}{mark}", "  ".repeat(depth.saturating_sub(1).min(8)));
    }
}
