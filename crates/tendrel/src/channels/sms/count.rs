//! How long an SMS is: its alphabet and its parts, by 3GPP TS 23.038 and 23.040. Pure.

/// The basic table of the 7-bit alphabet, in its order; the escape has no sign of its own.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// The table behind the escape: each takes two places.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alphabet {
    Gsm7,
    Ucs2,
}

impl Alphabet {
    /// Places of a message that goes alone, and of each part of a longer one.
    fn places(self) -> (usize, usize) {
        match self {
            Alphabet::Gsm7 => (160, 153),
            Alphabet::Ucs2 => (70, 67),
        }
    }

    pub(super) fn code(self) -> &'static str {
        match self {
            Alphabet::Gsm7 => "gsm7",
            Alphabet::Ucs2 => "ucs2",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) alphabet: Alphabet,
    /// Septets, or units of UTF-16.
    pub(super) units: usize,
    pub(super) parts: usize,
}

/// Septets of a sign; `None` when the 7-bit alphabet has it not.
fn septets(c: char) -> Option<usize> {
    if BASIC.contains(c) {
        Some(1)
    } else if EXTENSION.contains(c) {
        Some(2)
    } else {
        None
    }
}

fn alphabet(text: &str) -> Alphabet {
    if text.chars().all(|c| septets(c).is_some()) { Alphabet::Gsm7 } else { Alphabet::Ucs2 }
}

/// No sign is cut in two between parts: neither an escape from its sign, nor the halves of a surrogate pair.
pub(super) fn count(text: &str) -> Count {
    let alphabet = alphabet(text);
    let width = |c: char| match alphabet {
        Alphabet::Gsm7 => septets(c).unwrap_or(1),
        Alphabet::Ucs2 => c.len_utf16(),
    };
    let units = text.chars().map(width).sum();
    let (alone, each) = alphabet.places();
    if units <= alone {
        return Count { alphabet, units, parts: 1 };
    }
    let (mut parts, mut used) = (1, 0);
    for width in text.chars().map(width) {
        if used + width > each {
            parts += 1;
            used = 0;
        }
        used += width;
    }
    Count { alphabet, units, parts }
}

/// Marks that word processors like, as the 7-bit alphabet has them: one of them alone would more than halve a message.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{02bc}' | '`' | '\u{b4}' => plain.push('\''),
            '\u{201c}' | '\u{201d}' | '\u{201e}' | '«' | '»' => plain.push('"'),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => plain.push('-'),
            '\u{2026}' => plain.push_str("..."),
            '•' | '·' => plain.push('-'),
            '\t' | '\u{a0}' | '\u{2009}' | '\u{202f}' => plain.push(' '),
            '\u{200b}' | '\u{feff}' | '\u{ad}' => {}
            other => plain.push(other),
        }
    }
    plain
}

/// The words while they fit, else as many of them as fit with dots behind: "…", or "..." where that sign would make the
/// message one of 70.
pub(super) fn shortened(words: &str, fits: impl Fn(&str) -> bool) -> String {
    if fits(words) {
        return words.to_owned();
    }
    let dots = if alphabet(words) == Alphabet::Gsm7 { "..." } else { "…" };
    let cut = |end: usize| format!("{}{dots}", words[..end].trim_end());
    let is_end = |(at, c): (usize, char)| match c {
        ' ' | '\n' => Some(at),
        '\u{0f0b}' => Some(at + c.len_utf8()),
        _ => None,
    };
    let ends: Vec<usize> = words.char_indices().filter_map(is_end).collect();
    let between_words = ends.into_iter().rev().filter(|end| *end > 0).map(cut).find(|short| fits(short));
    // One word that is longer than the message.
    let within =
        || words.char_indices().rev().filter(|(at, _)| *at > 0).map(|(at, _)| cut(at)).find(|it| fits(it));
    between_words.or_else(within).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_those_that_were_published() {
        // 3GPP TS 23.038, 6.2.1: 128 places, of which one is the escape; 6.2.1.1: ten signs behind it.
        assert_eq!(BASIC.chars().count(), 127);
        assert_eq!(EXTENSION.chars().count(), 10);
        let place =
            |c: char| BASIC.chars().position(|it| it == c).map(|at| if at >= 0x1b { at + 1 } else { at });
        for (sign, code) in [
            ('@', 0x00),
            ('$', 0x02),
            ('è', 0x04),
            ('Ç', 0x09),
            ('\n', 0x0a),
            ('\r', 0x0d),
            ('Δ', 0x10),
            ('_', 0x11),
            ('Ξ', 0x1a),
            ('Æ', 0x1c),
            ('É', 0x1f),
            (' ', 0x20),
            ('¤', 0x24),
            ('0', 0x30),
            ('¡', 0x40),
            ('A', 0x41),
            ('Z', 0x5a),
            ('Ä', 0x5b),
            ('§', 0x5f),
            ('¿', 0x60),
            ('a', 0x61),
            ('z', 0x7a),
            ('ä', 0x7b),
            ('à', 0x7f),
        ] {
            assert_eq!(place(sign), Some(code), "{sign}");
        }
        for two in "^{}[]~|\\€\u{c}".chars() {
            assert_eq!(septets(two), Some(2), "{two}");
        }
        for none in "`ç…’“–་ཀ😀\t".chars() {
            assert_eq!(septets(none), None, "{none:?}");
        }
    }

    #[test]
    fn places_and_parts() {
        let gsm = Alphabet::Gsm7;
        let ucs = Alphabet::Ucs2;
        for (text, alphabet, units, parts) in [
            (String::new(), gsm, 0, 1),
            ("x".repeat(160), gsm, 160, 1),
            ("x".repeat(161), gsm, 161, 2),
            ("x".repeat(306), gsm, 306, 2),
            ("x".repeat(307), gsm, 307, 3),
            ("€".repeat(80), gsm, 160, 1),
            ("€".repeat(81), gsm, 162, 2),
            // The last place of a part stays empty where an escape would stand alone.
            (format!("{}€{}", "x".repeat(152), "x".repeat(152)), gsm, 306, 3),
            (format!("{}€{}", "x".repeat(152), "x".repeat(151)), gsm, 305, 2),
            ("ཀ".repeat(70), ucs, 70, 1),
            ("ཀ".repeat(71), ucs, 71, 2),
            ("ཀ".repeat(134), ucs, 134, 2),
            ("ཀ".repeat(135), ucs, 135, 3),
            (format!("{}ཀ", "x".repeat(70)), ucs, 71, 2),
            ("😀".repeat(35), ucs, 70, 1),
            ("😀".repeat(36), ucs, 72, 2),
            // 67 is odd: a pair that would be halved goes to the next part.
            ("😀".repeat(67), ucs, 134, 3),
            (format!("x{}x{}", "😀".repeat(33), "😀".repeat(33)), ucs, 134, 2),
        ] {
            assert_eq!(count(&text), Count { alphabet, units, parts }, "{text}");
        }
    }

    #[test]
    fn what_a_word_processor_writes_does_not_halve_a_message() {
        let typed = "“It’s done” – call 02‑58 …";
        assert_eq!(plain(typed), "\"It's done\" - call 02-58 ...");
        assert_eq!(count(&plain(typed)).alphabet, Alphabet::Gsm7);
        assert_eq!(plain("ཞབས་ཏོག།"), "ཞབས་ཏོག།");
    }

    #[test]
    fn it_is_cut_between_words() {
        let fits = |parts: usize| move |text: &str| count(text).parts <= parts;
        let english = "The power unit was replaced. ".repeat(20);
        let cut = shortened(&english, fits(1));
        assert!(cut.ends_with("...") && cut.len() <= 160 && cut.len() > 150, "{cut}");
        assert_eq!(count(&cut), Count { alphabet: Alphabet::Gsm7, units: cut.len(), parts: 1 });
        let dzongkha = shortened(&"ཞབས་ཏོག་".repeat(40), fits(2));
        assert!(dzongkha.ends_with("་…") && count(&dzongkha).parts == 2, "{dzongkha}");
        let word = shortened(&"x".repeat(400), fits(1));
        assert_eq!(word, format!("{}...", "x".repeat(157)));
        assert_eq!(shortened("short", fits(1)), "short");
        assert_eq!(shortened("no", |_| false), "");
    }
}
