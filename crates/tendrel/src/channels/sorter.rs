//! Which service do these words ask for? Learned from what a unit was asked before and what its officers made of it.
//! Pure: texts and labels go in, a guess with the words that decided comes out.
//!
//! Naive Bayes over words, in the form that weighs a word by how rare it is, each text by its length, and each label by
//! all that is *not* of it, so that a label with many examples does not draw everything to itself (complement naive
//! Bayes: J. D. M. Rennie, L. Shih, J. Teevan, D. R. Karger, "Tackling the Poor Assumptions of Naive Bayes Text
//! Classifiers", ICML 2003, table 4). How sure a guess must be is learned too, from texts that it was not trained on.

use std::collections::HashMap;

/// Words of one text that are looked at; the rest says no more.
const WORDS: usize = 400;
/// Fewer texts teach nothing.
const LEAST: usize = 100;
/// A label that fewer texts have is not learned.
const LEAST_OF_LABEL: usize = 5;
/// So many of the guesses that are dared shall be right.
const RIGHT: f64 = 0.9;
/// Added to every count (Laplace).
const SMOOTHING: f64 = 1.0;
/// Parts in which the texts are split to learn how sure a guess must be.
const FOLDS: usize = 5;

/// What one unit's history teaches.
#[derive(Clone, Debug)]
pub struct Sorter {
    labels: Vec<String>,
    /// Of each word, how much it speaks against each label.
    words: HashMap<String, Weights>,
    /// The least margin at which a guess is dared; none is where no margin was good enough.
    dares_from: Option<f64>,
}

#[derive(Clone, Debug)]
struct Weights {
    rarity: f64,
    against: Vec<f64>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    pub label: String,
    /// How far it is before the second best.
    pub margin: f64,
    /// The words that spoke for it most, the strongest first.
    pub words: Vec<String>,
}

/// A text and what was made of it.
pub type Example<'a> = (&'a str, &'a str);

impl Sorter {
    /// Learns from examples; `None` where there are too few, or all are of one label.
    pub fn learn(examples: &[Example<'_>]) -> Option<Sorter> {
        let mut sorter = Sorter::trained(examples).filter(|_| examples.len() >= LEAST)?;
        sorter.dares_from = margin_that_is_right(examples);
        Some(sorter)
    }

    fn trained(examples: &[Example<'_>]) -> Option<Sorter> {
        let mut of_label: HashMap<&str, usize> = HashMap::new();
        examples.iter().for_each(|(_, label)| *of_label.entry(label).or_default() += 1);
        let mut labels: Vec<String> = of_label
            .into_iter()
            .filter(|(_, count)| *count >= LEAST_OF_LABEL)
            .map(|(label, _)| label.to_owned())
            .collect();
        labels.sort();
        let texts: Vec<(usize, Vec<(String, f64)>)> = examples
            .iter()
            .filter_map(|(text, label)| {
                let place = labels.iter().position(|known| known == label)?;
                Some((place, counts(text)))
            })
            .collect();
        if labels.len() < 2 {
            return None;
        }
        let words = weigh(&texts, labels.len());
        Some(Sorter { labels, words, dares_from: None })
    }

    /// The best guess, however unsure; `None` for a text without a word that is known.
    pub fn guess(&self, text: &str) -> Option<Guess> {
        let counts = counts(text);
        let mut against = vec![0.0; self.labels.len()];
        let mut known: Vec<(&str, f64, &Weights)> = Vec::new();
        for (word, count) in &counts {
            let Some(weights) = self.words.get(word) else { continue };
            let value = count * weights.rarity;
            known.push((word, value, weights));
            against.iter_mut().zip(&weights.against).for_each(|(sum, weight)| *sum += value * weight);
        }
        let length = known.iter().map(|(_, value, _)| value * value).sum::<f64>().sqrt();
        if known.is_empty() || length == 0.0 {
            return None;
        }
        let mut places: Vec<usize> = (0..against.len()).collect();
        places.sort_by(|one, other| against[*one].total_cmp(&against[*other]));
        let (best, second) = (*places.first()?, *places.get(1)?);
        let pull = |weights: &Weights, value: f64| value * (weights.against[second] - weights.against[best]);
        known.sort_by(|one, other| pull(other.2, other.1).total_cmp(&pull(one.2, one.1)));
        let speaks = known.iter().filter(|(_, value, weights)| pull(weights, *value) > 0.0);
        Some(Guess {
            label: self.labels[best].clone(),
            margin: (against[second] - against[best]) / length,
            words: speaks.take(5).map(|(word, ..)| (*word).to_owned()).collect(),
        })
    }

    /// The guess, where it is sure enough.
    pub fn dare(&self, text: &str) -> Option<Guess> {
        let least = self.dares_from?;
        self.guess(text).filter(|guess| guess.margin >= least)
    }
}

/// The words of a text, small, with how often each stands in it, damped.
fn counts(text: &str) -> Vec<(String, f64)> {
    let mut counts: HashMap<String, f64> = HashMap::new();
    let words = text.split(|sign: char| !(sign.is_alphanumeric() || sign == '\u{f0b}'));
    for word in words.filter(|word| (2..40).contains(&word.chars().count())).take(WORDS) {
        // A number is a room, a telephone or a date: it says nothing of what is asked.
        if !word.chars().all(|sign| sign.is_ascii_digit()) {
            *counts.entry(word.to_lowercase()).or_default() += 1.0;
        }
    }
    let mut counts: Vec<(String, f64)> =
        counts.into_iter().map(|(word, count)| (word, (1.0 + count).ln())).collect();
    counts.sort_by(|one, other| one.0.cmp(&other.0));
    counts
}

/// What each word speaks against each label.
fn weigh(texts: &[(usize, Vec<(String, f64)>)], labels: usize) -> HashMap<String, Weights> {
    let mut in_texts: HashMap<&str, f64> = HashMap::new();
    texts.iter().flat_map(|(_, words)| words).for_each(|(word, _)| *in_texts.entry(word).or_default() += 1.0);
    #[expect(clippy::cast_precision_loss, reason = "no history has 2^52 texts")]
    let all = texts.len() as f64;
    let rarity = |word: &str| (all / in_texts.get(word).copied().unwrap_or(1.0)).ln() + 1.0;
    let mut of_word: HashMap<&str, Vec<f64>> = HashMap::new();
    let mut totals = vec![0.0; labels];
    for (label, words) in texts {
        let values: Vec<f64> = words.iter().map(|(word, count)| count * rarity(word)).collect();
        let length = values.iter().map(|value| value * value).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
        for ((word, _), value) in words.iter().zip(values) {
            let share = value / length;
            of_word.entry(word).or_insert_with(|| vec![0.0; labels])[*label] += share;
            totals[*label] += share;
        }
    }
    let total: f64 = totals.iter().sum();
    #[expect(clippy::cast_precision_loss, reason = "no language has 2^52 words")]
    let smoothing = SMOOTHING * of_word.len() as f64;
    let mut weighed: HashMap<String, Weights> = HashMap::new();
    let mut sums = vec![0.0; labels];
    for (word, shares) in of_word {
        let everywhere: f64 = shares.iter().sum();
        let against: Vec<f64> = (0..labels)
            .map(|label| {
                let elsewhere = everywhere - shares[label] + SMOOTHING;
                (elsewhere / (total - totals[label] + smoothing)).ln()
            })
            .collect();
        sums.iter_mut().zip(&against).for_each(|(sum, weight)| *sum += weight.abs());
        weighed.insert(word.to_owned(), Weights { rarity: rarity(word), against });
    }
    // So that a label is not preferred because its weights are larger.
    for weights in weighed.values_mut() {
        weights.against.iter_mut().zip(&sums).for_each(|(weight, sum)| *weight /= sum / 1_000.0);
    }
    weighed
}

/// The least margin at which guesses on texts that were not learned from are right as often as they shall be.
fn margin_that_is_right(examples: &[Example<'_>]) -> Option<f64> {
    let mut judged: Vec<(f64, bool)> = Vec::new();
    for fold in 0..FOLDS {
        let is_asked = |place: usize| place % FOLDS == fold;
        let learned: Vec<Example<'_>> =
            examples.iter().enumerate().filter(|(place, _)| !is_asked(*place)).map(|(_, it)| *it).collect();
        let Some(sorter) = Sorter::trained(&learned) else { continue };
        for (text, label) in
            examples.iter().enumerate().filter(|(place, _)| is_asked(*place)).map(|(_, it)| *it)
        {
            if let Some(guess) = sorter.guess(text) {
                judged.push((guess.margin, guess.label == label));
            }
        }
    }
    judged.sort_by(|one, other| other.0.total_cmp(&one.0));
    let (mut right, mut least) = (0.0, None);
    for (place, (margin, is_right)) in judged.iter().enumerate() {
        right += f64::from(u8::from(*is_right));
        #[expect(clippy::cast_precision_loss, reason = "no history has 2^52 texts")]
        let so_far = (place + 1) as f64;
        if place + 1 >= 20 && right / so_far >= RIGHT {
            least = Some(*margin);
        }
    }
    least
}

#[cfg(test)]
mod tests;
