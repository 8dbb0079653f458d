//! Pictures drawn as SVG, in the colours of the page. Each stands beside a table that says the same.

use std::fmt::Write;

use crate::frame::escape;

/// A line of a few values, for a cell of a table.
pub fn sparkline(values: &[usize], label: &str) -> String {
    let most = values.iter().copied().max().unwrap_or(0).max(1) as f64;
    let step = 84.0 / (values.len().max(2) - 1) as f64;
    let mut points = String::new();
    for (index, value) in values.iter().enumerate() {
        let (x, y) = (2.0 + step * index as f64, 19.0 - 16.0 * *value as f64 / most);
        let _ = write!(points, "{x:.1},{y:.1} ");
    }
    let (x, y) =
        points.trim().rsplit(' ').next().and_then(|last| last.split_once(',')).unwrap_or(("2", "19"));
    format!(
        "<svg viewBox=\"0 0 88 22\" width=\"88\" height=\"22\" role=\"img\" aria-label=\"{}\"><polyline points=\"{}\" \
         fill=\"none\" stroke=\"var(--accent)\" stroke-width=\"1.5\"/><circle cx=\"{x}\" cy=\"{y}\" r=\"2\" \
         fill=\"var(--accent)\"/></svg>",
        escape(label),
        points.trim()
    )
}

/// One column of a histogram.
pub struct Column {
    pub label: String,
    pub kept: usize,
    pub late: usize,
}

/// A mark across a histogram, counted in columns from the left.
pub struct Mark {
    pub place: f64,
    pub label: String,
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 168.0;
const FLOOR: f64 = 142.0;
const CEILING: f64 = 26.0;

/// How long it took: columns of those kept and, hatched on top of them, of those late; and the promise.
pub fn histogram(columns: &[Column], marks: &[Mark], label: &str) -> String {
    let most = columns.iter().map(|column| column.kept + column.late).max().unwrap_or(0).max(1) as f64;
    let step = WIDTH / columns.len().max(1) as f64;
    let scale = (FLOOR - CEILING) / most;
    let mut svg = opening(label);
    svg.push_str(
        "<defs><pattern id=\"late\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
         <rect width=\"5\" height=\"5\" fill=\"var(--bad-wash)\"/><rect width=\"2.4\" height=\"5\" fill=\"var(--bad)\"/></pattern></defs>",
    );
    for (index, Column { label, kept, late }) in columns.iter().enumerate() {
        let x = step * index as f64 + 5.0;
        let (kept_height, late_height) = (*kept as f64 * scale, *late as f64 * scale);
        let top = FLOOR - kept_height - late_height;
        rect(&mut svg, x, FLOOR - kept_height, step - 10.0, kept_height, "var(--kept)");
        rect(&mut svg, x, top, step - 10.0, late_height, "url(#late)");
        if kept + late > 0 {
            text(&mut svg, x + step / 2.0 - 5.0, top - 4.0, "middle", &(kept + late).to_string());
        }
        text(&mut svg, x + step / 2.0 - 5.0, HEIGHT - 8.0, "middle", label);
    }
    floor(&mut svg);
    // Words of promises that lie side by side stand one below the other.
    for (level, Mark { place, label }) in marks.iter().enumerate() {
        let y = 10.0 + 13.0 * level as f64;
        let x = (place * step).clamp(1.0, WIDTH - 1.0);
        let _ = write!(
            svg,
            "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{y}\" y2=\"{FLOOR}\" stroke=\"var(--ink)\" stroke-width=\"1.5\" stroke-dasharray=\"5 3\"/>"
        );
        let (anchor, x) = if x > WIDTH * 0.7 { ("end", x - 4.0) } else { ("start", x + 4.0) };
        text(&mut svg, x, y + 2.0, anchor, label);
    }
    svg.push_str("</svg>");
    svg
}

/// Two columns for each month: what came in, and what was done.
pub fn pairs(months: &[(String, usize, usize)], label: &str) -> String {
    let most =
        months.iter().map(|(_, first, second)| first.max(second)).max().copied().unwrap_or(0).max(1) as f64;
    let step = WIDTH / months.len().max(1) as f64;
    let scale = (FLOOR - CEILING) / most;
    let mut svg = opening(label);
    for (index, (name, first, second)) in months.iter().enumerate() {
        let x = step * index as f64;
        let half = (step - 12.0) / 2.0;
        for (offset, value, fill) in [(5.0, first, "var(--line-firm)"), (6.0 + half, second, "var(--accent)")]
        {
            let height = *value as f64 * scale;
            rect(&mut svg, x + offset, FLOOR - height, half, height, fill);
        }
        text(&mut svg, x + step / 2.0, HEIGHT - 8.0, "middle", name);
    }
    floor(&mut svg);
    svg.push_str("</svg>");
    svg
}

/// Parts of a whole side by side, each with its fill.
pub fn shares(parts: &[(i64, &str)], label: &str) -> String {
    let whole: i64 = parts.iter().map(|(part, _)| part).sum();
    let mut svg = format!(
        "<svg class=\"parts\" viewBox=\"0 0 640 26\" width=\"100%\" role=\"img\" aria-label=\"{}\">",
        escape(label)
    );
    let mut x = 0.0;
    for (part, fill) in parts.iter().filter(|(part, _)| *part > 0) {
        let width = *part as f64 / whole.max(1) as f64 * WIDTH;
        let _ = write!(
            svg,
            "<rect x=\"{x:.1}\" y=\"0\" width=\"{:.1}\" height=\"26\" rx=\"3\" fill=\"{fill}\"/>",
            (width - 2.0).max(1.0)
        );
        x += width;
    }
    svg.push_str("</svg>");
    svg
}

fn opening(label: &str) -> String {
    format!(
        "<svg class=\"plot\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"100%\" role=\"img\" aria-label=\"{}\">",
        escape(label)
    )
}

fn rect(svg: &mut String, x: f64, y: f64, width: f64, height: f64, fill: &str) {
    if height > 0.0 {
        let _ = write!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"2\" fill=\"{fill}\"/>"
        );
    }
}

fn floor(svg: &mut String) {
    let _ = write!(
        svg,
        "<line x1=\"0\" x2=\"{WIDTH}\" y1=\"{FLOOR}\" y2=\"{FLOOR}\" stroke=\"var(--line-firm)\"/>"
    );
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, words: &str) {
    let _ = write!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>", escape(words));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_a_picture_are_made_safe() {
        let svg = sparkline(&[1, 2, 3], "<b>\"");
        assert!(svg.contains("&lt;b&gt;&#34;") && !svg.contains("<b>"));
    }

    #[test]
    fn nothing_is_drawn_of_nothing_and_nothing_breaks() {
        for svg in [sparkline(&[], "x"), histogram(&[], &[], "x"), pairs(&[], "x"), shares(&[], "x")] {
            assert!(svg.starts_with("<svg") && svg.ends_with("</svg>") && !svg.contains("NaN"), "{svg}");
        }
    }
}
