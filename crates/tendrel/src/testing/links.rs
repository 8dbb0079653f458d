//! What is offered is not refused: everybody can follow every link of every page that they find from their first one.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::desk::testing::{given, reported};
use crate::testing::{Browser, Page, Who, World};

/// Pages of one kind that each person looks at; the rest are the same with other names.
const OF_A_KIND: usize = 3;

#[tokio::test]
async fn nobody_is_offered_what_is_refused_to_them() {
    let world = World::new();
    for _ in 0..3 {
        given(&world, reported(&world)).await;
    }
    let mut refused = BTreeSet::new();
    refused.extend(follow(world.public(), "the public").await);
    for who in Who::ALL {
        refused.extend(follow(world.browser(who), who.name()).await);
    }
    assert!(refused.is_empty(), "{refused:#?}");
}

/// Follows all links from the first page; returns those that led to a refusal.
async fn follow(mut browser: Browser, who: &str) -> Vec<String> {
    let mut waiting = VecDeque::from([("/".to_owned(), String::new())]);
    let (mut seen, mut kinds) = (BTreeSet::new(), BTreeMap::<String, usize>::new());
    let mut refused = Vec::new();
    while let Some((path, from)) = waiting.pop_front() {
        let page = browser.get(&path).await;
        if !matches!(page.status.as_u16(), 200..=399) {
            refused.push(format!("{who} is offered {path} on {from} and gets {}", page.status));
            continue;
        }
        for link in links(&page) {
            let same = kinds.entry(kind(&link)).or_default();
            if *same < OF_A_KIND && seen.insert(link.clone()) {
                *same += 1;
                waiting.push_back((link, path.clone()));
            }
        }
    }
    assert!(seen.len() > 3, "{who} was offered {seen:?}");
    refused
}

fn links(page: &Page) -> Vec<String> {
    let html =
        page.headers.get("content-type").is_some_and(|it| it.to_str().unwrap().starts_with("text/html"));
    let text = if html { page.text() } else { String::new() };
    let hrefs = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    hrefs
        .filter(|href| href.starts_with('/') && !href.starts_with("/assets/"))
        .map(|href| href.split('#').next().unwrap_or_default().replace("&amp;", "&").replace("&#38;", "&"))
        .collect()
}

/// An address without what names the one thing it is about.
fn kind(link: &str) -> String {
    let (path, query) = link.split_once('?').unwrap_or((link, ""));
    let piece = |piece: &str| {
        let names = piece.chars().any(|letter| letter.is_ascii_digit());
        if names { "…".to_owned() } else { piece.to_owned() }
    };
    let path: Vec<String> = path.split('/').map(piece).collect();
    let keys: Vec<&str> = query.split('&').filter_map(|pair| pair.split('=').next()).collect();
    format!("{}?{}", path.join("/"), keys.join("&"))
}
