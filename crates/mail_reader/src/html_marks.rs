//! What an HTML element means: how mail programs mark history, what makes a line of its own.

use html5ever::tokenizer::Tag;

pub(crate) fn attribute(tag: &Tag, name: &str) -> Option<String> {
    tag.attrs
        .iter()
        .find(|attribute| &*attribute.name.local == name)
        .map(|attribute| attribute.value.to_string())
}

pub(crate) fn style(tag: &Tag) -> String {
    attribute(tag, "style").unwrap_or_default().to_lowercase().replace(' ', "")
}

/// Outlook's paragraphs are lines: their style takes the margin away.
pub(crate) fn is_tight(tag: &Tag) -> bool {
    attribute(tag, "class").is_some_and(|class| class.contains("MsoNormal"))
        || style(tag).contains("margin:0")
}

/// Gmail and Outlook indent with a quotation that has no border.
pub(crate) fn is_indent(tag: &Tag) -> bool {
    let style = style(tag);
    style.contains("border:none") || style.contains("border:0") && !style.contains("border-left")
}

fn names(tag: &Tag) -> String {
    format!("{} {}", attribute(tag, "class").unwrap_or_default(), attribute(tag, "id").unwrap_or_default())
}

/// Elements in which mail programs put what was said before, and nothing else.
pub(crate) fn encloses_history(tag: &Tag) -> bool {
    let known = [
        "gmail_quote",
        "moz-cite-prefix",
        "yahoo_quoted",
        "protonmail_quote",
        "OLK_SRC_BODY_SECTION",
        "zmail_extra",
    ];
    names(tag).split_whitespace().any(|name| {
        known.iter().any(|known| {
            name == *known || name.strip_prefix("x_") == Some(known) || name == format!("{known}_container")
        })
    })
}

/// Marks after which, to the end, stands what was said before.
pub(crate) fn starts_history(tag: &Tag) -> bool {
    let known = [
        "divRplyFwdMsg",
        "appendonsend",
        "stopSpelling",
        "zwchr",
        "OutlookMessageHeader",
        "mail-editor-reference-message-container",
    ];
    names(tag)
        .split_whitespace()
        .any(|name| known.iter().any(|known| name == *known || name.strip_prefix("x_") == Some(known)))
}

pub(crate) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "div"
            | "tr"
            | "li"
            | "dl"
            | "dt"
            | "dd"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "center"
            | "address"
            | "blockquote"
            | "body"
            | "form"
            | "fieldset"
            | "main"
            | "nav"
            | "aside"
            | "figure"
            | "tbody"
            | "thead"
    )
}

pub(crate) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "br" | "hr"
            | "img"
            | "meta"
            | "link"
            | "input"
            | "area"
            | "base"
            | "col"
            | "embed"
            | "source"
            | "wbr"
    )
}

pub(crate) fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}
