use std::collections::HashSet;

use ammonia::{Builder, UrlRelative};

use crate::html_marks::is_void;

/// Longer markup is not shown: its text is, and the message as it came can be downloaded.
const LONGEST_MARKUP: usize = 300_000;

/// A tree of deeper markup costs the square of its depth.
const DEEPEST: usize = 400;

const TAGS: [&str; 40] = [
    "a",
    "abbr",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "br",
    "center",
    "cite",
    "code",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "u",
    "ul",
    "tt",
];
const TABLE_TAGS: [&str; 8] = ["caption", "table", "tbody", "td", "tfoot", "th", "thead", "tr"];

/// HTML that can be shown beside others' data: no scripts, styles, forms, frames, ids, classes, nor anything that asks
/// another server (so no tracking pictures). Pictures sent along, `cid:…`, go where `inline` says, or away.
///
/// None when it is too long to be shown, or so deeply nested that no person wrote it.
#[must_use]
pub fn safe_html(html: &str, inline: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    if html.len() > LONGEST_MARKUP || depth(html) > DEEPEST {
        return None;
    }
    let pictures: Vec<(String, String)> = content_ids(html)
        .into_iter()
        .filter_map(|id| inline(&id).map(|address| (format!("cid:{id}"), address)))
        .collect();
    let mut builder = Builder::empty();
    builder
        .tags(TAGS.into_iter().chain(TABLE_TAGS).collect())
        .clean_content_tags(HashSet::from([
            "script", "style", "title", "template", "noscript", "iframe", "object", "svg", "math",
        ]))
        .tag_attributes(
            [
                ("a", HashSet::from(["href", "title"])),
                ("img", HashSet::from(["src", "alt", "width", "height"])),
                ("td", HashSet::from(["colspan", "rowspan"])),
                ("th", HashSet::from(["colspan", "rowspan"])),
                ("ol", HashSet::from(["start"])),
            ]
            .into_iter()
            .collect(),
        )
        .generic_attributes(HashSet::from(["dir", "lang"]))
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel", "cid"]))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer nofollow"))
        .strip_comments(true)
        .attribute_filter(move |element, attribute, value| match (element, attribute) {
            ("img", "src") => {
                pictures.iter().find(|(id, _)| id == value).map(|(_, address)| address.clone().into())
            }
            ("a", "href") => ["https://", "http://", "mailto:", "tel:"]
                .iter()
                .any(|way| value.starts_with(way))
                .then(|| value.into()),
            _ => Some(value.into()),
        });
    // A picture of which nothing may be shown, such as one that tells its sender that it was looked at, is nothing.
    Some(builder.clean(html).to_string().replace("<img>", ""))
}

/// How deep elements stand in each other at most, by their tags alone; what closes itself does not count.
fn depth(html: &str) -> usize {
    let (mut now, mut most) = (0_usize, 0);
    for (at, _) in html.match_indices('<') {
        let rest = &html[at + 1..];
        let closes = rest.starts_with('/');
        let name = rest.trim_start_matches('/').split(|letter: char| !letter.is_ascii_alphanumeric()).next();
        let name = name.unwrap_or_default().to_ascii_lowercase();
        if name.is_empty() || CLOSED_BY_OTHERS.contains(&name.as_str()) || is_void(&name) {
            continue;
        }
        now = if closes { now.saturating_sub(1) } else { now + 1 };
        most = most.max(now);
    }
    most
}

/// Elements that old programs never close.
const CLOSED_BY_OTHERS: [&str; 10] = ["p", "li", "dt", "dd", "tr", "td", "th", "tbody", "option", "o"];

fn content_ids(html: &str) -> HashSet<String> {
    html.match_indices("cid:")
        .filter_map(|(at, _)| html[at + 4..].split(['"', '\'', '>', ' ', '\n']).next())
        .filter(|id| !id.is_empty() && id.len() < 300)
        .map(str::to_owned)
        .collect()
}
