//! Real mail that none of us wrote: every message gets an answer, and what others expect of it holds.
//!
//! The expectations: talon's replies and signatures as their authors wrote them down; the kinds by the collections'
//! own names (sisimai's `lhost-`, `rhost-` and `rfc3464-` are bounces, `arf-` and `rfc3834-` are not) and, for the two
//! collections that have none, by ours, in `NOT_BY_A_PERSON`. The data is not in the repository; where it is absent
//! these tests say so and end.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the table is what this test is for")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use mail_reader::{Desk, Kind, Mail, read};

const NOT_BY_A_PERSON: [(&str, Kind); 20] = [
    ("msg_02.txt", Kind::List),
    ("msg_16.txt", Kind::Bounce),
    ("msg_25.txt", Kind::Bounce),
    ("msg_32.txt", Kind::List),
    ("msg_33.txt", Kind::List),
    ("msg_42.txt", Kind::Automatic),
    ("msg_43.txt", Kind::Bounce),
    ("bad_date_header.eml", Kind::Automatic),
    ("empty_in_reply_to.eml", Kind::List),
    ("encoding_madness.eml", Kind::Automatic),
    ("raw_email_encoded_stack_level_too_deep.eml", Kind::Automatic),
    ("raw_email_trailing_dot.eml", Kind::Automatic),
    ("raw_email_with_mimepart_without_content_type.eml", Kind::Bounce),
    ("multi_address_bounce1.eml", Kind::Bounce),
    ("multi_address_bounce2.eml", Kind::Bounce),
    ("multipart_report_multiple_status.eml", Kind::Bounce),
    ("report_422.eml", Kind::Bounce),
    ("report_530.eml", Kind::Bounce),
    // Sisimai counts this one among bounces of Amazon; it says that something arrived.
    ("lhost-amazonses-12.eml", Kind::Automatic),
    ("rfc3834-05.eml", Kind::Automatic),
];

fn folder(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/mail").join(name);
    if !folder.exists() {
        eprintln!("SKIPPED: there is no {}", folder.display());
        return None;
    }
    Some(folder)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn read_file(path: &Path) -> Mail {
    read(&fs::read(path).expect("a file"), &Desk::default())
}

fn expected(path: &Path) -> Kind {
    let name = name(path);
    if let Some((_, kind)) = NOT_BY_A_PERSON.iter().find(|(other, _)| *other == name) {
        return *kind;
    }
    match name.split('-').next().unwrap_or_default() {
        "lhost" | "rhost" | "rfc3464" => Kind::Bounce,
        "arf" | "rfc3834" => Kind::Automatic,
        _ => Kind::Person,
    }
}

#[test]
fn the_kind_of_every_message_is_right() {
    let mut table: BTreeMap<(String, String), [usize; 3]> = BTreeMap::new();
    let mut wrong = Vec::new();
    for collection in ["sisimai", "cpython-3.13.0", "mikel-mail", "talon/fixtures/standard_replies"] {
        let Some(folder) = folder(collection) else { return };
        for path in files(&folder)
            .iter()
            .filter(|path| path.extension().is_some_and(|ending| ending == "eml" || ending == "txt"))
        {
            let (mail, kind) = (read_file(path), expected(path));
            let said = |kind: Kind| format!("{kind:?}").to_lowercase();
            table.entry((collection.to_owned(), said(kind))).or_default()[0] += 1;
            table.entry((collection.to_owned(), said(mail.kind))).or_default()[1] += 1;
            if mail.kind == kind {
                table.entry((collection.to_owned(), said(kind))).or_default()[2] += 1;
            } else {
                wrong.push(format!("{}: {} instead of {}", path.display(), said(mail.kind), said(kind)));
            }
        }
    }
    println!(
        "{:<34}{:<11}{:>6}{:>9}{:>7}{:>8}{:>11}",
        "collection", "kind", "files", "decided", "right", "recall", "precision"
    );
    for ((collection, kind), [files, decided, right]) in &table {
        let share = |of: usize| if of == 0 { 1.0 } else { *right as f64 / of as f64 };
        println!(
            "{collection:<34}{kind:<11}{files:>6}{decided:>9}{right:>7}{:>8.3}{:>11.3}",
            share(*files),
            share(*decided)
        );
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_bounce_tells_whom_it_did_not_reach_and_how() {
    let Some(folder) = folder("sisimai") else { return };
    let mut nobody = Vec::new();
    let mut status = 0;
    let bounces: Vec<(PathBuf, Mail)> = files(&folder)
        .into_iter()
        .map(|path| (path.clone(), read_file(&path)))
        .filter(|(_, mail)| mail.kind == Kind::Bounce)
        .collect();
    let with_id = bounces
        .iter()
        .filter(|(_, mail)| mail.bounce.as_ref().is_some_and(|bounce| !bounce.message_ids.is_empty()))
        .count();
    for (path, mail) in &bounces {
        let bounce = mail.bounce.as_ref().expect("a bounce has a report");
        if bounce.recipient.is_none() {
            nobody.push(name(path));
        }
        let code = bounce.status.as_deref().unwrap_or_default();
        assert!(code.starts_with(['4', '5']), "{}: {code}", path.display());
        status += usize::from(!code.ends_with(".0.0"));
        assert_eq!(bounce.permanent, code.starts_with('5'), "{}", path.display());
    }
    println!(
        "{} bounces, {} with a recipient, {status} with a status that says more than failed, {with_id} with the id of \
         what did not arrive",
        bounces.len(),
        bounces.len() - nobody.len()
    );
    assert_eq!(nobody, Vec::<String>::new());
}

#[test]
fn the_new_part_of_every_reply_is_what_its_author_wrote() {
    let Some(folder) = folder("talon/fixtures/standard_replies") else { return };
    for path in files(&folder).iter().filter(|path| path.extension().is_some_and(|ending| ending == "eml")) {
        let beside = path.with_file_name(name(path).replace(".eml", "_reply_text"));
        let expected = fs::read_to_string(beside).unwrap_or_else(|_| "Hello".into());
        assert_eq!(bare(&read_file(path).reply), bare(&expected), "{}", path.display());
    }
}

#[test]
fn the_new_part_of_every_html_reply_is_what_its_author_wrote() {
    let Some(folder) = folder("talon/fixtures/html_replies") else { return };
    for path in files(&folder) {
        let letter =
            [b"Content-Type: text/html; charset=utf-8\n\n".to_vec(), fs::read(&path).expect("a file")]
                .concat();
        let mail = read(&letter, &Desk::default());
        assert_eq!(bare(&mail.reply), "Hi.Iamfine.Thanks,Alex", "{}", path.display());
        assert_eq!(mail.said, "Hi. I am fine.", "{}", path.display());
    }
}

#[test]
fn every_signature_is_told_from_what_was_said() {
    let Some(folder) = folder("talon/fixtures/signature/emails/stripped") else { return };
    for path in files(&folder).iter().filter(|path| name(path).ends_with("_body")) {
        let beside = |other: &str| {
            fs::read_to_string(path.with_file_name(name(path).replace("_body", other))).unwrap_or_default()
        };
        let (sender, expected) = (beside("_sender"), beside("_signature"));
        // `#sig#` marks the lines for talon's own learning; no mail has it.
        let body = fs::read_to_string(path).expect("a file").replace("#sig#", "");
        let address = if sender.contains('@') { sender.trim().to_owned() } else { "a@b.bt".into() };
        let mail = read(
            format!(
                "From: \"{}\" <{address}>\nContent-Type: text/plain; charset=utf-8\n\n{body}",
                sender.trim()
            )
            .as_bytes(),
            &Desk::default(),
        );
        assert_eq!(bare(&mail.signature), bare(&expected.replace("#sig#", "")), "{}", path.display());
    }
}

fn bare(text: &str) -> String {
    text.split_whitespace().collect()
}
