/// Longer than this, thanks come with something else.
const MOST_WORDS: usize = 16;

const THANKS: [&str; 16] = [
    "thank",
    "thanks",
    "thankyou",
    "thanx",
    "thx",
    "kadrinche",
    "kadrinchey",
    "kadrinchhe",
    "kadrin",
    "appreciated",
    "merci",
    "danke",
    "dhanyabad",
    "dhanyavaad",
    "gracias",
    "བཀའ་དྲིན་ཆེ",
];

/// Words that say nothing more beside thanks. No denial among them: "thanks, but it does not work" is no courtesy.
const BESIDE: [&str; 62] = [
    "a",
    "again",
    "all",
    "am",
    "and",
    "assistance",
    "best",
    "chhe",
    "che",
    "chey",
    "cooperation",
    "day",
    "dear",
    "done",
    "everything",
    "fine",
    "for",
    "good",
    "grateful",
    "great",
    "have",
    "help",
    "i",
    "in",
    "is",
    "it",
    "its",
    "kind",
    "kindly",
    "la",
    "las",
    "lot",
    "madam",
    "many",
    "much",
    "my",
    "nice",
    "noted",
    "now",
    "of",
    "ok",
    "okay",
    "perfect",
    "prompt",
    "quick",
    "received",
    "regards",
    "reply",
    "response",
    "service",
    "sir",
    "so",
    "support",
    "team",
    "the",
    "très",
    "very",
    "well",
    "with",
    "work",
    "you",
    "your",
];
const WORKS: [&str; 6] = ["works", "working", "resolved", "solved", "fixed", "problem"];

/// Whether a text is thanks and nothing else, so that nobody need act on it.
#[must_use]
pub fn is_thanks(said: &str) -> bool {
    if said.contains(['?', '？']) {
        return false;
    }
    let small = said.to_lowercase();
    let words: Vec<&str> = small
        .split(|letter: char| {
            letter.is_whitespace() || matches!(letter, ',' | '.' | '!' | ';' | ':' | '-' | '–' | '…' | '།')
        })
        .map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric() && letter != '་'))
        .map(|word| word.trim_end_matches('་'))
        .filter(|word| !word.is_empty())
        .collect();
    if words.len() > MOST_WORDS {
        return false;
    }
    let known = |word: &&str| THANKS.contains(word) || BESIDE.contains(word) || WORKS.contains(word);
    let thanked = words.iter().any(|word| THANKS.contains(word) || word.starts_with("བཀའ་དྲིན"));
    thanked && words.iter().all(|word| known(word) || word.starts_with("བཀའ་དྲིན") || *word == "ལགས")
}
