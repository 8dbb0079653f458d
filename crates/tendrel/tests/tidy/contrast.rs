//! Colours are computed, not judged: text at least 4.5 : 1, borders of controls 3 : 1, in both themes (WCAG 2.2).

use std::collections::BTreeMap;

use crate::source::root;

/// Text and what it stands on.
const TEXT: &[(&str, &str)] = &[
    ("ink", "paper"),
    ("ink", "card"),
    ("ink", "sunken"),
    ("ink-soft", "paper"),
    ("ink-soft", "card"),
    ("ink-soft", "sunken"),
    ("accent", "paper"),
    ("accent", "card"),
    ("accent", "accent-wash"),
    ("accent-ink", "accent"),
    ("good", "card"),
    ("good", "good-wash"),
    ("warn", "card"),
    ("warn", "warn-wash"),
    ("bad", "card"),
    ("bad", "bad-wash"),
    ("info", "card"),
    ("info", "info-wash"),
    ("ink", "good-wash"),
    ("ink", "warn-wash"),
    ("ink", "bad-wash"),
    ("ink", "info-wash"),
    ("ink", "accent-wash"),
];

/// Parts that must be seen, and what they stand on.
const PARTS: &[(&str, &str)] = &[("line-firm", "card"), ("line-firm", "paper"), ("accent", "paper")];

fn tokens(css: &str) -> BTreeMap<String, [f64; 3]> {
    let mut tokens = BTreeMap::new();
    for declaration in css.split(['{', '}', ';']) {
        if let Some((name, value)) = declaration.trim().split_once(':')
            && let (Some(name), Some(colour)) = (name.trim().strip_prefix("--"), colour(value.trim()))
        {
            tokens.insert(name.to_owned(), colour);
        }
    }
    tokens
}

fn colour(value: &str) -> Option<[f64; 3]> {
    let digits = value.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let part =
        |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok().map(|part| f64::from(part) / 255.0);
    Some([part(0)?, part(2)?, part(4)?])
}

fn luminance(colour: [f64; 3]) -> f64 {
    let linear =
        colour.map(|part| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_text_can_be_read_in_both_themes() {
    let css = std::fs::read_to_string(root().join("crates/tendrel/src/frame/styles/tokens.css")).unwrap();
    // Comments may hold anything.
    let css: String = css
        .split("/*")
        .enumerate()
        .map(|(i, part)| if i == 0 { part } else { part.split_once("*/").map_or("", |it| it.1) })
        .collect();
    let (light, dark) = css.split_once("prefers-color-scheme: dark").expect("a dark theme");
    let light = tokens(light);
    let mut dark_tokens = light.clone();
    dark_tokens.extend(tokens(dark));
    let mut faint = Vec::new();
    for (theme, tokens) in [("light", &light), ("dark", &dark_tokens)] {
        for (pairs, least) in [(TEXT, 4.5), (PARTS, 3.0)] {
            for (front, back) in pairs {
                let ratio = contrast(tokens[*front], tokens[*back]);
                if ratio < least {
                    faint.push(format!("{theme}: {front} on {back} is {ratio:.2}, less than {least}"));
                }
            }
        }
    }
    assert!(faint.is_empty(), "{faint:#?}");
}

#[test]
fn black_on_white_is_twenty_one_to_one() {
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 1e-9);
}
