//! Whole-day events of an iCalendar file (RFC 5545).
//!
//! Read line by line rather than with a parser of the whole format: such parsers give up at the first line that
//! they do not know, wherever it stands, and a list of holidays needs only five properties of its events.

use jiff::civil::Date;

use super::{ImportedHoliday, LineError, NATIONAL};

/// Reads the whole-day events of an iCalendar file; an event of several days gives a holiday for each. Cancelled
/// events and everything that is not an event are left out.
///
/// # Errors
///
/// Every event or line that was not understood. Events with a time of day and events that repeat by a rule are
/// among them: a holiday is a whole day, and its date must be listed.
pub fn from_icalendar(text: &str) -> Result<Vec<ImportedHoliday>, Vec<LineError>> {
    let lines = unfold(text.trim_start_matches('\u{feff}'));
    let is_calendar = lines.iter().any(|(_, line)| line.trim().eq_ignore_ascii_case("BEGIN:VCALENDAR"));
    if !is_calendar {
        return Err(vec![LineError::new(
            1,
            lines.first().map_or("", |(_, line)| line),
            "this is no iCalendar file",
        )]);
    }
    let (mut holidays, mut errors) = (Vec::new(), Vec::new());
    let mut open: Option<Event> = None;
    for (number, line) in &lines {
        let property = Property::read(line);
        let Some(event) = &mut open else {
            if property.is_some_and(|property| property.is("BEGIN", "VEVENT")) {
                open = Some(Event { line: *number, ..Event::default() });
            }
            continue;
        };
        match property {
            Some(property) if property.is("END", "VEVENT") => {
                match event.holidays() {
                    Ok(days) => holidays.extend(days),
                    Err(reason) => errors.push(LineError::new(event.line, &event.label(), reason)),
                }
                open = None;
            }
            Some(property) => event.take(property),
            None if line.trim().is_empty() => {}
            None => errors.push(LineError::new(*number, line, "this is no line of iCalendar")),
        }
    }
    if let Some(event) = open {
        errors.push(LineError::new(
            event.line,
            &event.label(),
            "the event does not end: END:VEVENT is missing",
        ));
    }
    if errors.is_empty() { Ok(holidays) } else { Err(errors) }
}

/// Puts lines together that were folded to 75 bytes, each with the number of its first line.
fn unfold(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some((_, previous))) => previous.push_str(rest),
            _ => lines.push((index + 1, line.to_owned())),
        }
    }
    lines
}

/// `NAME;PARAMETERS:VALUE`.
#[derive(Clone, Copy)]
struct Property<'a> {
    name: &'a str,
    value: &'a str,
}

impl<'a> Property<'a> {
    fn read(line: &'a str) -> Option<Property<'a>> {
        let mut quoted = false;
        // Parameters may hold a colon in quotation marks.
        let colon = line.find(|character| {
            quoted ^= character == '"';
            character == ':' && !quoted
        })?;
        let (head, value) = (&line[..colon], line[colon + 1..].trim());
        let name = head.split(';').next().unwrap_or_default().trim();
        if name.is_empty() { None } else { Some(Property { name, value }) }
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.name.eq_ignore_ascii_case(name) && self.value.eq_ignore_ascii_case(value)
    }
}

#[derive(Default)]
struct Event {
    line: usize,
    start: Option<String>,
    end: Option<String>,
    duration: Option<String>,
    summary: Option<String>,
    cancelled: bool,
    repeats: bool,
    /// How many components, such as alarms, are open inside the event.
    inside: usize,
}

impl Event {
    const LONGEST: i32 = 366;

    fn take(&mut self, Property { name, value }: Property<'_>) {
        let value = value.to_owned();
        match name.to_ascii_uppercase().as_str() {
            "BEGIN" => self.inside += 1,
            "END" => self.inside = self.inside.saturating_sub(1),
            _ if self.inside > 0 => {}
            "DTSTART" => self.start = Some(value),
            "DTEND" => self.end = Some(value),
            "DURATION" => self.duration = Some(value),
            "SUMMARY" => self.summary = Some(unescape(&value)),
            "STATUS" => self.cancelled = value.eq_ignore_ascii_case("CANCELLED"),
            "RRULE" | "RDATE" => self.repeats = true,
            _ => {}
        }
    }

    /// What a person recognises the event by.
    fn label(&self) -> String {
        let start = self.start.as_deref().unwrap_or_default();
        let summary = self.summary.as_deref().unwrap_or_default();
        format!("{start} {summary}")
    }

    fn holidays(&self) -> Result<Vec<ImportedHoliday>, &'static str> {
        if self.cancelled {
            return Ok(Vec::new());
        }
        if self.repeats {
            return Err("the event repeats by a rule: list each date");
        }
        let start = self.start.as_deref().ok_or("the event has no DTSTART")?;
        let start = whole_day(start)?;
        let days = self.length(start)?;
        let name = self.summary.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let name = name.ok_or("the event has no SUMMARY")?;
        let dates = start.series(jiff::Span::new().days(1)).take(days);
        let holiday = |date| ImportedHoliday {
            date,
            name: name.to_owned(),
            name_local: None,
            scope: NATIONAL.to_owned(),
        };
        Ok(dates.map(holiday).collect())
    }

    /// Number of days. The end of an event is the day after its last; some programs repeat the start.
    fn length(&self, start: Date) -> Result<usize, &'static str> {
        let days = match (&self.end, &self.duration) {
            (Some(end), _) => match start.until(whole_day(end)?).map_or(-1, |span| span.get_days()) {
                0 => 1,
                days => days,
            },
            (None, Some(duration)) => {
                duration_days(duration).ok_or("the DURATION is not in whole days: write P3D")?
            }
            (None, None) => 1,
        };
        if !(1..=Self::LONGEST).contains(&days) {
            return Err("the event ends before it begins, or lasts longer than a year");
        }
        usize::try_from(days).map_err(|_| "the event ends before it begins")
    }
}

/// `20261217`, or that day's midnight, which is how some programs write a whole day.
fn whole_day(text: &str) -> Result<Date, &'static str> {
    let digits = match text.split_once('T') {
        None => text,
        Some((day, time)) if time.trim_end_matches('Z') == "000000" => day,
        Some(_) => return Err("the event has a time of day: only whole days are holidays"),
    };
    let no_date = "there is no such date: write DTSTART;VALUE=DATE:20261217";
    if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(no_date);
    }
    Date::strptime("%Y%m%d", digits).map_err(|_| no_date)
}

/// `P3D` or `P1W`.
fn duration_days(text: &str) -> Option<i32> {
    let number = text.trim_start_matches('+').strip_prefix('P')?;
    let (number, days_each) = match number.strip_suffix('W') {
        Some(weeks) => (weeks, 7),
        None => (number.strip_suffix('D')?, 1),
    };
    number.parse::<i32>().ok()?.checked_mul(days_each)
}

fn unescape(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n' | 'N') => text.push(' '),
                Some(escaped) => text.push(escaped),
                None => {}
            },
            _ => text.push(character),
        }
    }
    text
}
