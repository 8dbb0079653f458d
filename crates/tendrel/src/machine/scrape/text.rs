//! Prometheus' text format, version 0.0.4.

use std::fmt::Write;

use database::Timing;

#[derive(Debug, Default)]
pub(super) struct Text(String);

impl Text {
    pub(super) fn head(&mut self, name: &str, sort: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {sort}");
    }

    pub(super) fn gauge(&mut self, name: &str, help: &str, value: f64) {
        self.head(name, "gauge", help);
        self.line(name, &[], value);
    }

    pub(super) fn counter(&mut self, name: &str, help: &str, value: f64) {
        self.head(name, "counter", help);
        self.line(name, &[], value);
    }

    pub(super) fn line(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        let _ = writeln!(self.0, "{name}{} {}", written(labels), number(value));
    }

    pub(super) fn timing(&mut self, name: &str, labels: &[(&str, &str)], timing: &Timing) {
        let bucket = format!("{name}_bucket");
        let count = timing.count();
        for (end, within) in timing.within() {
            self.line(&bucket, &[labels, &[("le", end.to_string().as_str())]].concat(), within as f64);
        }
        self.line(&bucket, &[labels, &[("le", "+Inf")]].concat(), count as f64);
        self.line(&format!("{name}_sum"), labels, timing.seconds());
        self.line(&format!("{name}_count"), labels, count as f64);
    }

    pub(super) fn done(self) -> String {
        self.0
    }
}

fn number(value: f64) -> String {
    if value.is_nan() { "NaN".to_owned() } else { value.to_string() }
}

fn written(labels: &[(&str, &str)]) -> String {
    if labels.is_empty() {
        return String::new();
    }
    let safe = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let pairs: Vec<String> =
        labels.iter().map(|(name, value)| format!("{name}=\"{}\"", safe(value))).collect();
    format!("{{{}}}", pairs.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_stays_in_its_quotes() {
        let mut text = Text::default();
        text.line("a", &[("b", "x\"} 1\n# \\")], 2.5);
        assert_eq!(text.done(), "a{b=\"x\\\"} 1\\n# \\\\\"} 2.5\n");
    }
}
