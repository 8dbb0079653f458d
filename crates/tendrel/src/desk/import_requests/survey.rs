//! The first reading of the file: every line is understood before anything is written.

use std::collections::{BTreeSet, HashMap};
use std::io::Write;

use anyhow::{Context, bail, ensure};

use crate::desk::import_requests::lines::{BadLine, Lines};
use crate::desk::import_requests::map::Map;
use crate::desk::import_requests::steps::Layout;
use crate::desk::import_requests::{ImportArguments, PROGRESS_EVERY};

/// Bad lines that are shown when there is no file to write them to.
const SHOWN: usize = 10;

/// What the file holds. About a hundred bytes of memory for each case.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub(super) lines: u64,
    pub(super) bad_lines: u64,
    /// How many lines each case has.
    pub(super) lines_of: HashMap<String, u32>,
    /// Cases that have a line which cannot be taken.
    pub(super) left_out: BTreeSet<String>,
}

impl Survey {
    /// Reads the whole file.
    ///
    /// # Errors
    /// The file as a whole is not right, or a line is not and there is no file for such lines.
    pub(super) fn of(
        map: &Map,
        arguments: &ImportArguments,
        progress: &mut dyn Write,
    ) -> anyhow::Result<Survey> {
        let mut lines = Lines::open(&arguments.file, map)?;
        let layout = Layout::find(map, lines.header())?;
        let mut errors = match &arguments.errors {
            Some(path) => Some(error_file(path)?),
            None => None,
        };
        let mut shown: Vec<BadLine> = Vec::new();
        let mut survey = Survey::default();
        while let Some(line) = lines.next()? {
            survey.lines += 1;
            if survey.lines.is_multiple_of(PROGRESS_EVERY) {
                writeln!(progress, "read: {} lines of {} cases", survey.lines, survey.lines_of.len())?;
            }
            let read = match line {
                Ok(line) => {
                    let case = line.cells.get(layout.number).unwrap_or_default().trim().to_owned();
                    layout.step(map, &line.cells).map_err(|reason| line.bad(case, reason))
                }
                Err(bad) => {
                    let case =
                        bad.text.split(char::from(map.delimiter)).nth(layout.number).unwrap_or_default();
                    Err(BadLine { case: case.trim().to_owned(), ..bad })
                }
            };
            match read {
                Ok(step) => *survey.lines_of.entry(step.number).or_default() += 1,
                Err(bad) => {
                    survey.bad_lines += 1;
                    survey.left_out.insert(bad.case.clone());
                    match &mut errors {
                        Some(errors) => note(errors, &bad)?,
                        None if shown.len() < SHOWN => shown.push(bad),
                        None => {}
                    }
                }
            }
        }
        if let Some(mut errors) = errors {
            errors.flush().context("the error file cannot be written")?;
        }
        ensure!(survey.lines > 0, "the file has a header and no lines");
        if !shown.is_empty() {
            bail!("{}", refusal(survey.bad_lines, &shown));
        }
        Ok(survey)
    }
}

fn refusal(bad_lines: u64, shown: &[BadLine]) -> String {
    let mut text = format!(
        "{bad_lines} lines cannot be taken; mend them, or leave out their cases with --errors FILE.csv"
    );
    for BadLine { number, reason, .. } in shown {
        text.push_str(&format!("\n  line {number}: {reason}"));
    }
    if bad_lines > shown.len() as u64 {
        text.push_str("\n  and so on");
    }
    text
}

fn error_file(path: &std::path::Path) -> anyhow::Result<csv::Writer<std::fs::File>> {
    let mut errors =
        csv::Writer::from_path(path).with_context(|| format!("{} cannot be written", path.display()))?;
    errors.write_record(["line", "case", "reason", "text"])?;
    Ok(errors)
}

fn note(errors: &mut csv::Writer<std::fs::File>, bad: &BadLine) -> anyhow::Result<()> {
    let BadLine { number, case, reason, text } = bad;
    errors.write_record([&number.to_string(), case, reason, text]).context("the error file cannot be written")
}
