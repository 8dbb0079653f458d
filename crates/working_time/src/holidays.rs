//! Reading the yearly list of public holidays, as a ministry publishes it or a spreadsheet saves it.
//!
//! All three readers either understand the whole list or return every line that they do not understand, so that
//! a person can put all of them right at once. They never work out a holiday: what is not listed is not imported.

mod icalendar;

pub use icalendar::from_icalendar;

use jiff::civil::Date;
use serde::Serialize;

/// One holiday on one date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportedHoliday {
    pub date: Date,
    pub name: String,
    /// The name in the local language, where the list has one.
    pub name_local: Option<String>,
    /// Where the holiday holds, in the words of the list; `national` where the list does not say.
    pub scope: String,
}

/// A line that was not understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("line {line}: {reason}: {text}")]
pub struct LineError {
    /// Counts from 1.
    pub line: usize,
    /// The line as it stands in the list, cut off after [`LineError::MAX_TEXT`] characters.
    pub text: String,
    /// What is wrong, and what to write instead.
    pub reason: String,
}

impl LineError {
    pub const MAX_TEXT: usize = 200;

    fn new(line: usize, text: &str, reason: &str) -> LineError {
        let text = text.trim().chars().take(Self::MAX_TEXT).collect();
        LineError { line, text, reason: reason.to_owned() }
    }
}

const NATIONAL: &str = "national";

/// Reads a list separated by tabs. Columns as in [`from_csv`].
///
/// # Errors
///
/// Every line that was not understood.
pub fn from_tsv(text: &str) -> Result<Vec<ImportedHoliday>, Vec<LineError>> {
    read_table(text, b'\t')
}

/// Reads a list separated by commas, or by semicolons where the first line has those only.
///
/// The first line names the columns: `date` (as 2026-12-17), `name` or `name_en`, and where wanted `name_dz` or
/// `name_local`, `scope`, `status`. Without such a line the columns are date and name. A row with the status
/// `cancelled` is left out.
///
/// # Errors
///
/// Every line that was not understood.
pub fn from_csv(text: &str) -> Result<Vec<ImportedHoliday>, Vec<LineError>> {
    let first_line = text.lines().next().unwrap_or_default();
    let separator = if first_line.contains(';') && !first_line.contains(',') { b';' } else { b',' };
    read_table(text, separator)
}

fn read_table(text: &str, separator: u8) -> Result<Vec<ImportedHoliday>, Vec<LineError>> {
    let text = text.trim_start_matches('\u{feff}');
    let lines: Vec<&str> = text.lines().collect();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .quoting(separator != b'\t')
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut columns = None;
    let (mut holidays, mut errors) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                errors.push(LineError::new(1, "", &error.to_string()));
                break;
            }
        };
        if record.iter().all(str::is_empty) {
            continue;
        }
        let begin = record.position().and_then(|at| usize::try_from(at.line()).ok()).unwrap_or(1).max(1);
        // The reader passes over empty lines without counting them as passed.
        let empty = lines.iter().skip(begin - 1).take_while(|line| line.is_empty()).count();
        let line = begin + empty;
        let error = |reason: &str| LineError::new(line, lines.get(line - 1).unwrap_or(&""), reason);
        if columns.is_none() && !looks_like_a_row(&record) {
            match Columns::named(&record) {
                Some(named) => columns = Some(named),
                None => return Err(vec![error("the first line must name the columns date and name")]),
            }
            continue;
        }
        match columns.get_or_insert(Columns::DATE_AND_NAME).read(&record) {
            Ok(Some(holiday)) => holidays.push(holiday),
            Ok(None) => {}
            Err(reason) => errors.push(error(reason)),
        }
    }
    if columns.is_none() && errors.is_empty() {
        errors.push(LineError::new(1, "", "the list is empty"));
    }
    if errors.is_empty() { Ok(holidays) } else { Err(errors) }
}

fn looks_like_a_row(record: &csv::StringRecord) -> bool {
    record.get(0).is_some_and(|field| field.starts_with(|first: char| first.is_ascii_digit()))
}

/// Which field of a row is what.
struct Columns {
    date: usize,
    name: usize,
    name_local: Option<usize>,
    scope: Option<usize>,
    status: Option<usize>,
}

impl Columns {
    const DATE_AND_NAME: Columns = Columns { date: 0, name: 1, name_local: None, scope: None, status: None };

    fn named(header: &csv::StringRecord) -> Option<Columns> {
        let find = |names: &[&str]| {
            header.iter().position(|field| names.iter().any(|name| field.eq_ignore_ascii_case(name)))
        };
        Some(Columns {
            date: find(&["date"])?,
            name: find(&["name_en", "name"])?,
            name_local: find(&["name_dz", "name_local"]),
            scope: find(&["scope"]),
            status: find(&["status"]),
        })
    }

    /// One row; none when it is cancelled.
    fn read(&self, row: &csv::StringRecord) -> Result<Option<ImportedHoliday>, &'static str> {
        let optional = |column: Option<usize>| {
            column.and_then(|column| row.get(column)).filter(|field| !field.is_empty())
        };
        if optional(self.status).is_some_and(|status| status.eq_ignore_ascii_case("cancelled")) {
            return Ok(None);
        }
        let date =
            row.get(self.date).and_then(iso_date).ok_or("there is no such date: write it as 2026-12-17")?;
        let name = optional(Some(self.name)).ok_or("the holiday has no name")?.to_owned();
        let name_local = optional(self.name_local).map(str::to_owned);
        let scope = optional(self.scope).unwrap_or(NATIONAL).to_owned();
        Ok(Some(ImportedHoliday { date, name, name_local, scope }))
    }
}

/// Only the form that cannot be misread: 03/04/2026 is two dates.
fn iso_date(text: &str) -> Option<Date> {
    let shape = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if shape { text.parse().ok() } else { None }
}
