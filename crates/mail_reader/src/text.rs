use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

use crate::html;
use crate::lines::{self, Line};
use crate::mail::LONGEST_TEXT;

/// What a message says.
pub(crate) struct Body {
    pub(crate) text: String,
    /// As it came; empty when there is none.
    pub(crate) html: String,
    /// The same by lines, with their depth of quotation, from the plain part; empty when there is none.
    pub(crate) plain: Vec<Line>,
    /// From the HTML part, with its own marks of quotation.
    pub(crate) marked: Vec<Line>,
}

/// Finds the parts that are meant to be read and brings them to lines.
pub(crate) fn of(message: &Message<'_>, problems: &mut Vec<String>) -> Body {
    let mut plain = Vec::new();
    let mut markup = String::new();
    for part in message.text_bodies() {
        if let PartType::Text(text) = &part.body {
            let content_type = part.content_type();
            if content_type.is_some_and(|kind| !is_readable(kind.subtype())) {
                continue;
            }
            if part.is_encoding_problem {
                problems.push("a part of it is encoded wrongly".into());
            }
            let format = |name: &str| content_type.and_then(|kind| kind.attribute(name)).unwrap_or_default();
            let flowed = format("format").eq_ignore_ascii_case("flowed");
            let spaces_go = format("delsp").eq_ignore_ascii_case("yes");
            plain.extend(lines::of_plain(&cut(text, problems), flowed, spaces_go));
        }
    }
    for part in message.html_bodies() {
        if let PartType::Html(text) = &part.body {
            markup.push_str(&cut(text, problems));
        }
    }
    if lines::is_blank(&plain)
        && markup.is_empty()
        && let Some(part) = unmarked(message)
    {
        problems.push("it says wrongly how it is made up; its text is shown as it came".into());
        plain = lines::of_plain(&cut(&String::from_utf8_lossy(part.contents()), problems), false, false);
    }
    let marked = if markup.is_empty() { Vec::new() } else { html::lines(&markup) };
    // Some programs send a plain part that only says that there is HTML.
    let wordless = lines::is_blank(&plain) || (!lines::is_blank(&marked) && says_only_see_html(&plain));
    if wordless {
        plain.clear();
    }
    let text = lines::join(if plain.is_empty() { &marked } else { &plain }, true);
    Body { text, html: markup, plain, marked }
}

/// The one part of a message that claims to have several but cannot be parted, or whose type is no type.
pub(crate) fn unmarked<'m>(message: &'m Message<'m>) -> Option<&'m MessagePart<'m>> {
    let root = message.parts.iter().find(|part| !matches!(part.body, PartType::Multipart(_)))?;
    let others = message.parts.iter().filter(|part| !matches!(part.body, PartType::Multipart(_))).count() > 1;
    let kind = root.content_type()?;
    let claims = kind.ctype().eq_ignore_ascii_case("multipart")
        || (kind.ctype().eq_ignore_ascii_case("text")
            && kind.subtype().is_none()
            && root.attachment_name().is_none());
    (claims && !others).then_some(root)
}

fn is_readable(subtype: Option<&str>) -> bool {
    let read = ["plain", "enriched", "richtext", "markdown", "x-markdown", "x-amp-html"];
    subtype.is_none_or(|subtype| read.iter().any(|read| subtype.eq_ignore_ascii_case(read)))
}

fn cut(text: &str, problems: &mut Vec<String>) -> String {
    let text = if text.len() > LONGEST_TEXT {
        problems.push("its text is cut: the rest is in the message as it came".into());
        &text[..text.floor_char_boundary(LONGEST_TEXT)]
    } else {
        text
    };
    text.chars()
        .filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t' | '\r' | '\u{c}'))
        .collect()
}

fn says_only_see_html(plain: &[Line]) -> bool {
    let said = lines::join(plain, true).to_lowercase();
    said.len() < 400
        && said.contains("html")
        && (said.contains("your e") || said.contains("client") || said.contains("view"))
}
