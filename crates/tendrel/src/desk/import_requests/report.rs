//! What became of a file, in counts.

use std::collections::BTreeMap;
use std::fmt;

use crate::desk::import_requests::case::{Differs, Imported};
use crate::desk::import_requests::survey::Survey;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    pub source: String,
    pub dry_run: bool,
    pub lines: u64,
    pub cases: u64,
    pub bad_lines: u64,
    /// Cases that have a line which cannot be taken.
    pub left_out: u64,
    pub written: u64,
    pub events: u64,
    /// Requests that an earlier run had brought.
    pub already: u64,
    pub officers: u64,
    /// Cases whose priority the matrix gives as their desk did.
    pub same_priority: u64,
    pub(super) other_priority: BTreeMap<Differs, u64>,
}

impl Report {
    pub(super) fn of(survey: &Survey, dry_run: bool) -> Report {
        let taken = survey.lines_of.keys().filter(|number| !survey.left_out.contains(*number)).count();
        Report {
            dry_run,
            lines: survey.lines,
            cases: taken as u64,
            bad_lines: survey.bad_lines,
            left_out: survey.left_out.len() as u64,
            ..Report::default()
        }
    }

    pub(super) fn judge(&mut self, case: &Imported) {
        match case.differs {
            None => self.same_priority += 1,
            Some(differs) => *self.other_priority.entry(differs).or_default() += 1,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {} lines, {} cases", self.source, self.lines, self.cases)?;
        if self.bad_lines > 0 {
            writeln!(
                f,
                "left out: {} cases, for {} lines that cannot be taken",
                self.left_out, self.bad_lines
            )?;
        }
        if self.dry_run {
            return write!(f, "a dry run: nothing was written");
        }
        writeln!(
            f,
            "written: {} requests with {} events, {} officers; here already: {} requests",
            self.written, self.events, self.officers, self.already
        )?;
        let differing: u64 = self.other_priority.values().sum();
        write!(
            f,
            "priority by the matrix: the same as theirs in {}, another in {differing}",
            self.same_priority
        )?;
        for (Differs { impact, urgency, theirs, ours }, cases) in &self.other_priority {
            write!(
                f,
                "\n  impact {impact}, urgency {urgency}: theirs {theirs}, ours {ours}, in {cases} cases"
            )?;
        }
        Ok(())
    }
}
