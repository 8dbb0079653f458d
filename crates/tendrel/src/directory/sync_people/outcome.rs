//! What a comparison found.

use serde::{Deserialize, Serialize};

use crate::directory::import::Reason;

/// Lines that are kept; the counts are of all.
pub(in crate::directory) const LINES: usize = 500;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::directory) enum Verdict {
    New,
    /// The fields that change.
    Changed(Vec<String>),
    /// Was gone, and stands there again.
    Back,
    Gone,
    /// More than one could be meant: nothing is done.
    Unclear,
    /// Cannot be taken over as it stands there.
    Wrong(Reason),
}

/// A person with what would be done, or was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::directory) struct Line {
    pub(in crate::directory) name: String,
    pub(in crate::directory) username: String,
    pub(in crate::directory) verdict: Verdict,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::directory) struct Outcome {
    /// Accounts that the directory named before.
    pub(in crate::directory) known: usize,
    pub(in crate::directory) new: usize,
    pub(in crate::directory) changed: usize,
    pub(in crate::directory) back: usize,
    pub(in crate::directory) gone: usize,
    pub(in crate::directory) same: usize,
    pub(in crate::directory) unclear: usize,
    pub(in crate::directory) wrong: usize,
    /// Too many are gone: nothing is done.
    pub(in crate::directory) is_stopped: bool,
    pub(in crate::directory) lines: Vec<Line>,
}

impl Outcome {
    pub(in crate::directory) fn add(&mut self, line: Line) {
        let count = match line.verdict {
            Verdict::New => &mut self.new,
            Verdict::Changed(_) => &mut self.changed,
            Verdict::Back => &mut self.back,
            Verdict::Gone => &mut self.gone,
            Verdict::Unclear => &mut self.unclear,
            Verdict::Wrong(_) => &mut self.wrong,
        };
        *count += 1;
        if self.lines.len() < LINES {
            self.lines.push(line);
        }
    }

    /// Everything that would be done.
    pub(in crate::directory) fn due(&self) -> usize {
        self.new + self.changed + self.back + self.gone
    }
}
