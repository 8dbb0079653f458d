use std::io::Write;
use std::path::PathBuf;

use super::*;

/// A unit that was asked for three things, often.
fn history() -> Vec<(String, &'static str)> {
    let of = |label: &'static str, words: [&'static str; 4]| {
        let said = move |n: usize| match n % 3 {
            0 => format!("{} in room {n}", words[n % 4]),
            _ => format!("room {n} {} {} today", words[n % 4], words[(n + 1) % 4]),
        };
        (0..60).map(move |n| (said(n), label))
    };
    of("internet", ["internet slow", "no line", "router lights", "wifi gone"])
        .chain(of("printer", ["printer jam", "toner empty", "paper stuck", "cannot print"]))
        .chain(of("account", ["password forgotten", "account locked", "cannot sign in", "new account"]))
        .collect()
}

fn examples<'a>(history: &'a [(String, &'static str)]) -> Vec<Example<'a>> {
    history.iter().map(|(text, label)| (text.as_str(), *label)).collect()
}

#[test]
fn what_was_asked_before_is_known_again_with_the_words_that_decided() {
    let history = history();
    let sorter = Sorter::learn(&examples(&history)).unwrap();
    let guess = sorter.dare("Dear sir, the PRINTER in room 7 has a paper jam").unwrap();
    assert_eq!(guess.label, "printer");
    assert!(
        guess.words.contains(&"paper".to_owned()) && guess.words.contains(&"jam".to_owned()),
        "{guess:?}"
    );
    assert_eq!(sorter.dare("I forgot my password and my account is locked").unwrap().label, "account");
}

#[test]
fn what_was_never_asked_is_not_guessed() {
    let history = history();
    let sorter = Sorter::learn(&examples(&history)).unwrap();
    assert_eq!(sorter.guess("འབྲུག་ཡུལ"), None);
    assert_eq!(sorter.guess(""), None);
    assert_eq!(sorter.guess("17600001 42"), None);
    assert_eq!(sorter.dare("room today"), None);
}

#[test]
fn a_short_history_or_one_of_one_thing_teaches_nothing() {
    let history = history();
    let all = examples(&history);
    assert!(Sorter::learn(&all[..60]).is_none());
    assert!(Sorter::learn(&all[..99]).is_none());
    assert!(Sorter::learn(&[]).is_none());
}

#[test]
fn where_the_words_say_nothing_it_dares_nothing() {
    let labels = ["a", "b", "c"];
    let history: Vec<(String, &'static str)> =
        (0..300).map(|n| (format!("please help me word{} with this", n % 7), labels[n % 3])).collect();
    let sorter = Sorter::learn(&examples(&history)).unwrap();
    assert_eq!(sorter.dare("please help me with this"), None);
}

/// Texts and labels of one of the two files of `ticket-texts`; nothing, said aloud, where it is absent.
fn tickets(file: &str, text: &[&str], label: &str) -> Vec<(String, String)> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/ticket-texts").join(file);
    let Ok(bytes) = std::fs::read(&path) else {
        let _ = writeln!(std::io::stderr(), "SKIPPED: {} is not here", path.display());
        return Vec::new();
    };
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut reader = csv::Reader::from_reader(bytes);
    let heads = reader.headers().unwrap().clone();
    let column = |name: &str| heads.iter().position(|head| head == name).unwrap();
    let (texts, label): (Vec<usize>, usize) = (text.iter().map(|name| column(name)).collect(), column(label));
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| {
        let words: Vec<&str> = texts.iter().map(|column| &row[*column]).collect();
        (words.join(" "), row[label].to_owned())
    })
    .collect()
}

/// Learns from two thirds and is asked about the third; prints how often it is right at each share that it dares.
fn curve(name: &str, tickets: &[(String, String)]) -> (f64, f64, f64) {
    let part = |held: bool| -> Vec<Example<'_>> {
        let rows = tickets.iter().enumerate().filter(|(place, _)| (place % 3 == 0) == held);
        rows.map(|(_, (text, label))| (text.as_str(), label.as_str())).collect()
    };
    let (learned, asked) = (part(false), part(true));
    let sorter = Sorter::learn(&learned).unwrap();
    let mut judged: Vec<(f64, bool, bool)> = asked
        .iter()
        .map(|(text, label)| match sorter.guess(text) {
            Some(guess) => (guess.margin, guess.label == *label, sorter.dare(text).is_some()),
            None => (f64::MIN, false, false),
        })
        .collect();
    judged.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut of_label: HashMap<&str, usize> = HashMap::new();
    learned.iter().for_each(|(_, label)| *of_label.entry(label).or_default() += 1);
    let most = of_label.iter().max_by_key(|(_, count)| **count).unwrap().0;
    let majority = share(asked.iter().filter(|(_, label)| label == most).count(), asked.len());
    println!("{name}: {} learned, {} asked, {} labels", learned.len(), asked.len(), of_label.len());
    println!("  always the most frequent: {majority:.3}");
    for percent in (10..=100).step_by(10) {
        let dared = judged.len() * percent / 100;
        let right = judged[..dared].iter().filter(|(_, right, _)| *right).count();
        println!("  of the surest {percent:3} %: {:.3}", share(right, dared));
    }
    let dared: Vec<bool> = judged.iter().filter(|(.., dared)| *dared).map(|(_, right, _)| *right).collect();
    let right = share(dared.iter().filter(|right| **right).count(), dared.len());
    let dares = share(dared.len(), judged.len());
    println!("  as it dares: {:.1} % of all, {right:.3} right", dares * 100.0);
    (majority, dares, right)
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand")]
fn share(part: usize, of: usize) -> f64 {
    part as f64 / of.max(1) as f64
}

#[test]
fn real_tickets_are_sorted_as_well_as_it_says_of_itself() {
    let five = tickets("latest_ticket_data.csv", &["Description"], "Category");
    let many = tickets("all_tickets.csv", &["title", "body"], "category");
    for (name, tickets) in [("five classes", five), ("category", many)] {
        if tickets.is_empty() {
            continue;
        }
        let (majority, dares, right) = curve(name, &tickets);
        assert!(right >= 0.87, "{name}: {right}");
        assert!(right > majority && dares > 0.2, "{name}: {dares}");
    }
}
