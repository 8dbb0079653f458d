//! A page that checks itself: every page a test asks for is held against what makes a page whole.

use std::collections::{BTreeMap, BTreeSet};

use tl::{HTMLTag, Node, NodeHandle, Parser, ParserOptions, VDom};

/// What a page lacks to be whole; empty for a good one.
///
/// Checked: the language, one h1 and a title that begins with it, labels of all fields, unique ids that exist where
/// they are pointed to, forms with an address, words on every button and link, texts for pictures, heads on tables,
/// and no script inside the page.
pub fn faults(html: &str) -> Vec<String> {
    let Ok(dom) = tl::parse(html, ParserOptions::default()) else {
        return vec!["the page cannot be read as HTML".to_owned()];
    };
    let mut faults = Vec::new();
    check_head(&dom, &mut faults);
    let ids = check_ids(&dom, &mut faults);
    check_fields(&dom, &ids, &mut faults);
    check_forms_and_words(&dom, &mut faults);
    check_safety(&dom, html, &mut faults);
    faults
}

fn tags<'a>(dom: &'a VDom<'a>, name: &'a str) -> impl Iterator<Item = &'a HTMLTag<'a>> {
    dom.nodes()
        .iter()
        .filter_map(Node::as_tag)
        .filter(move |tag| tag.name().as_utf8_str().eq_ignore_ascii_case(name))
}

fn attribute(tag: &HTMLTag<'_>, name: &str) -> Option<String> {
    tag.attributes().get(name).flatten().map(|value| value.as_utf8_str().into_owned())
}

fn has(tag: &HTMLTag<'_>, name: &str) -> bool {
    tag.attributes().contains(name)
}

fn words(tag: &HTMLTag<'_>, parser: &Parser<'_>) -> String {
    tag.inner_text(parser).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn check_head(dom: &VDom<'_>, faults: &mut Vec<String>) {
    let parser = dom.parser();
    if !tags(dom, "html").any(|html| attribute(html, "lang").is_some_and(|lang| !lang.is_empty())) {
        faults.push("html has no lang".to_owned());
    }
    let h1: Vec<String> = tags(dom, "h1").map(|h1| words(h1, parser)).collect();
    let title = tags(dom, "title").next().map(|title| words(title, parser)).unwrap_or_default();
    match h1.as_slice() {
        [h1] if h1.is_empty() => faults.push("the h1 is empty".to_owned()),
        [h1] => {
            let bare = title
                .split_once(": ")
                .filter(|(before, _)| !h1.starts_with(before))
                .map_or(&*title, |it| it.1);
            if !title.starts_with(h1.as_str()) && !bare.starts_with(h1.as_str()) {
                faults.push(format!("the title {title:?} does not begin with the h1 {h1:?}"));
            }
        }
        several => faults.push(format!("there are {} h1", several.len())),
    }
    if tags(dom, "main").count() != 1 {
        faults.push("there is not one main".to_owned());
    }
    if !tags(dom, "meta").any(|meta| attribute(meta, "name").as_deref() == Some("viewport")) {
        faults.push("no viewport is set".to_owned());
    }
}

fn check_ids(dom: &VDom<'_>, faults: &mut Vec<String>) -> BTreeSet<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for tag in dom.nodes().iter().filter_map(Node::as_tag) {
        if let Some(id) = attribute(tag, "id") {
            *seen.entry(id).or_default() += 1;
        }
    }
    for (id, times) in &seen {
        if *times > 1 {
            faults.push(format!("the id {id} stands {times} times"));
        }
    }
    for tag in dom.nodes().iter().filter_map(Node::as_tag) {
        for name in ["for", "aria-describedby", "aria-labelledby", "aria-controls", "list"] {
            for id in attribute(tag, name).iter().flat_map(|ids| ids.split_whitespace()) {
                if !seen.contains_key(id) {
                    faults.push(format!("{name} points to the id {id}, which is not there"));
                }
            }
        }
        if let Some(anchor) = attribute(tag, "href").as_deref().and_then(|href| href.strip_prefix('#'))
            && !anchor.is_empty()
            && !seen.contains_key(anchor)
        {
            faults.push(format!("a link points to #{anchor}, which is not there"));
        }
    }
    seen.into_keys().collect()
}

/// All tags that stand inside a label.
fn inside_labels(dom: &VDom<'_>) -> BTreeSet<u32> {
    let parser = dom.parser();
    let mut inside = BTreeSet::new();
    for label in tags(dom, "label") {
        for handle in label.children().all(parser) {
            if let Some(tag) = handle.as_tag()
                && let Some(position) = position_of(dom, tag)
            {
                inside.insert(position);
            }
        }
    }
    inside
}

fn position_of(dom: &VDom<'_>, wanted: &HTMLTag<'_>) -> Option<u32> {
    dom.nodes()
        .iter()
        .position(|node| node.as_tag().is_some_and(|tag| std::ptr::eq(tag, wanted)))
        .and_then(|position| u32::try_from(position).ok())
}

fn check_fields(dom: &VDom<'_>, ids: &BTreeSet<String>, faults: &mut Vec<String>) {
    let labelled: BTreeSet<String> = tags(dom, "label").filter_map(|label| attribute(label, "for")).collect();
    let wrapped = inside_labels(dom);
    for (position, tag) in (0_u32..).zip(dom.nodes().iter()) {
        let Some(tag) = tag.as_tag() else { continue };
        let name = tag.name().as_utf8_str().to_lowercase();
        if !["input", "select", "textarea"].contains(&name.as_str()) {
            continue;
        }
        let kind = attribute(tag, "type").unwrap_or_default();
        if ["hidden", "submit", "button"].contains(&kind.as_str()) {
            continue;
        }
        let id = attribute(tag, "id").unwrap_or_default();
        let named = labelled.contains(&id) && ids.contains(&id)
            || has(tag, "aria-label")
            || has(tag, "aria-labelledby")
            || wrapped.contains(&position);
        if !named {
            let field = attribute(tag, "name").unwrap_or(id);
            faults.push(format!("the {name} {field:?} has no label"));
        }
    }
}

fn check_forms_and_words(dom: &VDom<'_>, faults: &mut Vec<String>) {
    let parser = dom.parser();
    for form in tags(dom, "form") {
        if attribute(form, "action").is_none_or(|action| action.is_empty()) {
            faults.push("a form has no action".to_owned());
        }
    }
    for name in ["button", "a"] {
        for tag in tags(dom, name) {
            let spoken = has(tag, "aria-label") || has(tag, "title") || !words(tag, parser).is_empty();
            if !spoken {
                faults.push(format!("a {name} has no words: {}", tag.raw().as_utf8_str()));
            }
        }
    }
    for image in tags(dom, "img") {
        if !has(image, "alt") {
            faults.push("a picture has no text".to_owned());
        }
    }
    for table in tags(dom, "table") {
        let handles: Vec<NodeHandle> =
            table.query_selector(parser, "th").map(Iterator::collect).unwrap_or_default();
        if handles.is_empty() {
            faults.push("a table has no heads".to_owned());
        }
    }
}

fn check_safety(dom: &VDom<'_>, html: &str, faults: &mut Vec<String>) {
    for script in tags(dom, "script") {
        if !has(script, "src") {
            faults.push("a script stands inside the page".to_owned());
        }
    }
    for tag in dom.nodes().iter().filter_map(Node::as_tag) {
        for (name, _) in tag.attributes().iter() {
            if name.starts_with("on") {
                faults.push(format!("the attribute {name} is a script inside the page"));
            }
        }
        if attribute(tag, "tabindex")
            .and_then(|index| index.parse::<i64>().ok())
            .is_some_and(|index| index > 0)
        {
            faults.push("a tabindex above 0 changes the order of keys".to_owned());
        }
    }
    for wrong in ["{{", "{%", "problem-", "done-"] {
        if html.contains(&format!(">{wrong}")) {
            faults.push(format!("{wrong} stands on the page: a string that was not filled in"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r##"<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width">
        <title>Requests · Punakha</title></head><body><main id="main"><h1>Requests</h1>
        <form action="/x"><label for="a">Name</label><input id="a"><label>B <input name="b"></label>
        <button>Send</button></form><a href="#main">up</a></main></body></html>"##;

    #[test]
    fn a_good_page_has_no_faults() {
        assert_eq!(faults(GOOD), Vec::<String>::new());
    }

    #[test]
    fn each_fault_is_found() {
        let cases = [
            (GOOD.replace(" lang=\"en\"", ""), "no lang"),
            (GOOD.replace("<h1>Requests</h1>", ""), "0 h1"),
            (GOOD.replace("<h1>Requests", "<h1>Other"), "does not begin"),
            (GOOD.replace("for=\"a\"", "for=\"c\""), "not there"),
            (GOOD.replace(" action=\"/x\"", ""), "no action"),
            (GOOD.replace("Send", ""), "no words"),
            (
                GOOD.replace("<input name=\"b\">", "").replace("<button>", "<input name=\"b\"><button>"),
                "no label",
            ),
            (GOOD.replace("<button>", "<button onclick=\"x()\">"), "onclick"),
            (GOOD.replace("name=\"b\"", "id=\"a\""), "2 times"),
        ];
        for (html, fault) in cases {
            assert!(faults(&html).iter().any(|found| found.contains(fault)), "{fault}: {:?}", faults(&html));
        }
    }
}
