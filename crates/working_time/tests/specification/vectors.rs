//! Values that others computed, from the repository, the shared data folder and `TENDREL_VECTORS`.

mod business_time;
mod promise;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use working_time::{Calendar, CalendarData, DatedHours, Exception, Holiday, Span};

#[test]
fn of_the_repository() {
    let count = check_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors"));
    assert!(count >= 110, "only {count} vectors were read");
}

#[test]
fn of_the_shared_data() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/working-time");
    if folder.is_dir() {
        check_folder(&folder);
    } else {
        eprintln!("SKIPPED: the shared vectors are not at {}", folder.display());
    }
}

#[test]
fn of_the_folder_named_by_the_environment() {
    match std::env::var_os("TENDREL_VECTORS") {
        Some(folder) => {
            let count = check_folder(Path::new(&folder));
            eprintln!("{count} vectors of {} hold", Path::new(&folder).display());
        }
        None => eprintln!("SKIPPED: TENDREL_VECTORS names no folder"),
    }
}

#[test]
fn an_unknown_format_is_a_failure() {
    for unknown in
        [r#"{"tests": []}"#, "[]", r#"{"vectors": [{"op": "after"}]}"#, r#"{"cases": [{}]}"#, "no JSON"]
    {
        assert!(!check_text(unknown).1.is_empty(), "{unknown}");
    }
}

/// Checks every JSON file of a folder; the number of vectors that hold.
fn check_folder(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let (mut count, mut failures) = (0, Vec::new());
    for file in files {
        let (read, failed) = check_text(&std::fs::read_to_string(&file).unwrap());
        count += read;
        failures.extend(failed.into_iter().map(|failure| format!("{}: {failure}", file.display())));
    }
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n"));
    count
}

type Check = fn(Value) -> Result<(), String>;

/// The number of vectors in a file, and what does not hold or was not understood.
fn check_text(text: &str) -> (usize, Vec<String>) {
    let file: Value = match serde_json::from_str(text) {
        Ok(file) => file,
        Err(error) => return (0, vec![format!("no JSON: {error}")]),
    };
    let (vectors, check): (_, Check) = match (&file["vectors"], &file["cases"]) {
        (Value::Array(vectors), Value::Null) => (vectors.clone(), business_time::check),
        (Value::Null, Value::Array(cases)) => (cases.clone(), promise::check),
        _ => return (0, vec!["unknown format: neither \"vectors\" nor \"cases\"".to_owned()]),
    };
    let count = vectors.len();
    let numbered = vectors.into_iter().enumerate();
    let failures = numbered.filter_map(|(index, vector)| {
        let name = vector["case"].as_str().unwrap_or("no name").to_owned();
        check(vector).err().map(|failure| format!("{} ({name}): {failure}", index + 1))
    });
    (count, failures.collect())
}

/// A calendar as both formats write it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Schedule {
    tz: String,
    hours: BTreeMap<String, DayHours>,
    #[serde(default)]
    holidays: Vec<ListedHoliday>,
    /// Dates with other hours, and dates with hours taken out.
    #[serde(default)]
    shifts: BTreeMap<Date, DayHours>,
    #[serde(default)]
    breaks: BTreeMap<Date, DayHours>,
    #[serde(default, rename = "note")]
    _note: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum DayHours {
    Spans(Vec<String>),
    Pairs(Vec<(String, String)>),
    FromTo(BTreeMap<String, String>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ListedHoliday {
    Date(Date),
    Switched { date: Date, active: Option<bool> },
}

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl DayHours {
    fn spans(&self) -> Result<Vec<Span>, String> {
        let written: Vec<String> = match self {
            DayHours::Spans(spans) => spans.clone(),
            DayHours::Pairs(pairs) => pairs.iter().map(|(from, to)| format!("{from}-{to}")).collect(),
            DayHours::FromTo(map) => map.iter().map(|(from, to)| format!("{from}-{to}")).collect(),
        };
        // Some write the end of the day as the beginning of the next.
        let read = |text: &String| match text.strip_suffix("-00:00").or(text.strip_suffix("-0:00")) {
            Some(from) => format!("{from}-24:00").parse::<Span>(),
            None => text.parse(),
        };
        written.iter().map(read).collect::<Result<_, _>>().map_err(|error| error.to_string())
    }
}

impl Schedule {
    fn calendar(&self) -> Result<Calendar, String> {
        let mut week: [Vec<Span>; 7] = Default::default();
        for (name, hours) in &self.hours {
            let short: String = name.to_lowercase().chars().take(3).collect();
            let weekday = WEEKDAYS.iter().position(|&weekday| weekday == short);
            week[weekday.ok_or(format!("unknown weekday {name}"))?] = hours.spans()?;
        }
        let mut exceptions = BTreeMap::new();
        for (&date, shift) in &self.shifts {
            exceptions.insert(date, shift.spans()?);
        }
        for (&date, taken_out) in &self.breaks {
            let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap();
            let hours = exceptions.entry(date).or_insert_with(|| week[weekday].clone());
            for span in taken_out.spans()? {
                *hours = hours.iter().flat_map(|&open| without(open, span)).collect();
            }
        }
        let exceptions = exceptions.into_iter();
        let data = CalendarData {
            time_zone: self.tz.clone(),
            hours: vec![DatedHours { week, ..DatedHours::default() }],
            exceptions: exceptions
                .map(|(date, spans)| Exception { date, spans, note: String::new() })
                .collect(),
            holidays: self.holidays.iter().filter_map(ListedHoliday::active).collect(),
        };
        Calendar::new(&data).map_err(|error| error.to_string())
    }
}

impl ListedHoliday {
    fn active(&self) -> Option<Holiday> {
        let date = match self {
            ListedHoliday::Date(date) | ListedHoliday::Switched { date, active: None | Some(true) } => *date,
            ListedHoliday::Switched { active: Some(false), .. } => return None,
        };
        Some(Holiday { date, name: "a holiday".to_owned() })
    }
}

fn without(open: Span, taken_out: Span) -> Vec<Span> {
    let before = Span { to_minute: open.to_minute.min(taken_out.from_minute), ..open };
    let after = Span { from_minute: open.from_minute.max(taken_out.to_minute), ..open };
    [before, after].into_iter().filter(|span| span.from_minute < span.to_minute).collect()
}

/// An instant with a zone, or wall-clock time in the schedule's.
fn instant(calendar: &Calendar, value: &Value) -> Result<Timestamp, String> {
    let text = value.as_str().ok_or(format!("{value} is no time"))?;
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant);
    }
    let wall: DateTime = text.parse().map_err(|error| format!("{text}: {error}"))?;
    calendar.time_zone().to_timestamp(wall).map_err(|error| error.to_string())
}
