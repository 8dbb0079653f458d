//! `SECURITY.md` answers point by point; what it names as proof is there.

use crate::source::{File, root, sources};

/// The rows of its tables that begin with a number of the standard, each cut at its bars.
fn points(text: &str) -> Vec<Vec<&str>> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let cells = rows.map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
    cells.filter(|cells| cells[0].starts_with(|first: char| first.is_ascii_digit())).collect()
}

#[test]
fn every_answer_is_proven_by_what_is_there() {
    let text = std::fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let tests: String =
        sources(&root().join("crates"), &["rs"]).into_iter().map(|File { text, .. }| text).collect();
    let points = points(&text);
    assert!(points.len() > 250, "only {} points are answered", points.len());
    let mut wrong = Vec::new();
    for cells in &points {
        let [number, _, met, _, proofs] = cells.as_slice() else {
            wrong.push(format!("{}: not five cells", cells[0]));
            continue;
        };
        if !["yes", "in part", "no", "operator", "n/a"].contains(met) {
            wrong.push(format!("{number}: {met}"));
        }
        let proofs: Vec<&str> = proofs.split('`').skip(1).step_by(2).collect();
        if proofs.is_empty() && *met == "yes" {
            wrong.push(format!("{number}: nothing proves it"));
        }
        for proof in proofs {
            let is_file = proof.contains(['/', '.']);
            let is_there =
                if is_file { root().join(proof).exists() } else { tests.contains(&format!("fn {proof}(")) };
            if !is_there {
                wrong.push(format!("{number}: there is no {proof}"));
            }
        }
    }
    // What is said at its head is counted in its tables.
    for (met, words) in [("yes", "are met"), ("in part", "in part"), ("no", "are not")] {
        let count = points.iter().filter(|cells| cells.get(2) == Some(&met)).count();
        if !text.contains(&format!("{count} {words}")) {
            wrong.push(format!("its head does not say \"{count} {words}\""));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
