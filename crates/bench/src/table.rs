//! What was measured, as a table for people.

use std::fmt::Write;
use std::time::Duration;

use crate::load::Measured;
use crate::scenarios::EMPTY;

pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) measured: Measured,
}

/// One line for each scenario, with its processor time as a multiple of the empty page's.
pub(crate) fn speeds(rows: &[Row]) -> String {
    let empty = rows.iter().find(|row| row.name == EMPTY).map_or(1.0, |row| cost(&row.measured));
    let mut text = format!(
        "{:<26} {:>9} {:>9} {:>9} {:>12} {:>12} {:>8} {:>8}\n",
        "", "a second", "p50 ms", "p99 ms", "program ms", "database ms", "x empty", "bytes"
    );
    for Row { name, measured } in rows {
        let Measured { per_second, p50, p99, program, database, wire, wrong, .. } = measured;
        let times = cost(measured) / empty.max(0.000_001);
        let _ = write!(
            text,
            "{name:<26} {per_second:>9.0} {:>9.2} {:>9.2} {:>12.3} {:>12.3} {times:>8.1} {wire:>8}",
            milliseconds(*p50),
            milliseconds(*p99),
            milliseconds(*program),
            milliseconds(*database),
        );
        if *wrong > 0 {
            let example = measured.example.clone().unwrap_or_default();
            let _ = write!(text, "   {wrong} WRONG: {example}");
        }
        text.push('\n');
    }
    text
}

/// How processor time grew from the small database to the large one.
pub(crate) fn growth(small: &[Row], large: &[Row], from: usize, to: usize) -> String {
    let mut text = format!("{:<26} {:>10} {:>10} {:>8}\n", "processor ms", from, to, "growth");
    for (before, after) in small.iter().zip(large) {
        let (a, b) = (cost(&before.measured), cost(&after.measured));
        let _ = writeln!(
            text,
            "{:<26} {a:>10.3} {b:>10.3} {:>8}",
            after.name,
            format!("x {:.2}", b / a.max(0.000_001))
        );
    }
    text
}

/// Processor time of one request, the program's and the database's, in milliseconds.
fn cost(measured: &Measured) -> f64 {
    milliseconds(measured.program + measured.database)
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
