//! Whatever the bytes: an answer, in time and memory that grow with their length.

#![allow(clippy::print_stdout, reason = "says what each shape took")]

use std::time::{Duration, Instant};

use mail_reader::{Desk, html_to_text, read, safe_html};
use proptest::prelude::*;

fn head(rest: &str) -> Vec<u8> {
    format!("From: a@b.bt\nMessage-ID: <1@b.bt>\n{rest}").into_bytes()
}

/// Generous: it shall catch what grows with the square, on a busy machine, without optimisation.
#[test]
fn no_shape_of_message_takes_long() {
    let long = |piece: &str| piece.repeat(200_000 / piece.len());
    let shapes: Vec<(&str, Vec<u8>)> = vec![
        ("quotation marks", head(&format!("\n{}", long(">")))),
        ("lines of quotation marks", head(&format!("\n{}", long("> >> >\n")))),
        ("announcements", head(&format!("\n{}", long("On 3 Feb 2026 at 10:00, a@b.bt\n")))),
        ("header blocks", head(&format!("\n{}", long("From: a\n")))),
        ("open elements", head(&format!("Content-Type: text/html\n\n{}", long("<div>")))),
        (
            "elements closed in vain",
            head(&format!("Content-Type: text/html\n\n{}{}", "<div>".repeat(20_000), "</p>".repeat(20_000))),
        ),
        ("tables in tables", head(&format!("Content-Type: text/html\n\n{}", long("<table><tr><td>a")))),
        ("lists in lists", head(&format!("Content-Type: text/html\n\n{}", long("<ul><li>a")))),
        (
            "formats",
            head(&format!(
                "Content-Type: text/html\n\n{}",
                (0..20_000).map(|n| format!("<font size={n}><p>")).collect::<String>()
            )),
        ),
        ("references", head(&format!("References: {}\n\nHello", long("<a@b> ")))),
        ("recipients", head(&format!("To: {}\n\nHello", long("a@b.bt, ")))),
        ("headers", head(&format!("{}\nHello", long("X-A: b\n")))),
        ("encoded words", head(&format!("Subject: {}\n\nHello", long("=?utf-8?B?YQ==?= ")))),
        ("parts", head(&format!("Content-Type: multipart/mixed; boundary=b\n\n{}", long("--b\n\na\n")))),
        ("messages in messages", head(&long("Content-Type: message/rfc822\n\n"))),
        (
            "parts in parts",
            head(
                &(0..5_000)
                    .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n"))
                    .collect::<String>(),
            ),
        ),
        ("dots", head(&format!("Subject: Undeliverable\nReturn-Path: <>\n\n{}", long("5.1.")))),
        ("addresses", head(&format!("Subject: Undeliverable\nReturn-Path: <>\n\n{}", long("a@")))),
    ];
    for (shape, bytes) in shapes {
        let start = Instant::now();
        let mail = read(&bytes, &Desk::default());
        let _ = safe_html(&mail.html, &|_| None);
        assert!(start.elapsed() < Duration::from_secs(10), "{shape} took {:?}", start.elapsed());
    }
}

/// Found by the test below: the parser panicked.
#[test]
fn a_report_with_nothing_in_its_message_is_read_as_it_came() {
    let letter = "From: a@b.bt\nContent-Type: multipart/report; boundary=\"b\"\n\n--b\nContent-Type: message/rfc822\n\n--b\nHello\n\n--b--\n";
    let mail = read(letter.as_bytes(), &Desk::default());
    assert_eq!(mail.from.as_deref(), Some("a@b.bt"));
    assert!(mail.text.contains("Hello") || !mail.problems.is_empty(), "{mail:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let mail = read(&bytes, &Desk::default());
        prop_assert!(!mail.because.is_empty());
    }

    /// Made of what messages are made of, so that the parsers behind the first line are reached.
    #[test]
    fn any_message_gets_an_answer(pieces in prop::collection::vec(piece(), 0..60)) {
        let mail = read(pieces.concat().as_bytes(), &Desk::default());
        prop_assert!(mail.said.len() <= mail.reply.len());
        prop_assert!(mail.attachments.iter().all(|attachment| !attachment.name.is_empty() && !attachment.name.contains(['/', '\\', '\n'])));
    }

    #[test]
    fn no_html_gets_through_with_a_script(pieces in prop::collection::vec(markup(), 0..40)) {
        let html = pieces.concat();
        let shown = safe_html(&html, &|_| None).unwrap_or_default().to_lowercase();
        prop_assert!(!shown.contains("<script") && !shown.contains("<style") && !shown.contains("<svg") && !shown.contains("<img src"));
        // What is safe stays as it is: nothing is waiting to be misread.
        prop_assert_eq!(safe_html(&shown, &|_| None).unwrap_or_default().to_lowercase(), shown);
        let _ = html_to_text(&html);
    }
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("From: Pema <pema@school.bt>\n".to_owned()),
        Just("Content-Type: multipart/mixed; boundary=b\n".to_owned()),
        Just("Content-Type: text/html; charset=iso-2022-jp\n".to_owned()),
        Just("Content-Type: multipart/report; boundary=\"b\"\n".to_owned()),
        Just("Content-Type: message/delivery-status\n".to_owned()),
        Just("Content-Type: message/rfc822\n".to_owned()),
        Just("Content-Transfer-Encoding: base64\n".to_owned()),
        Just("Content-Transfer-Encoding: quoted-printable\n".to_owned()),
        Just("Content-Disposition: attachment; filename=\"a/../b\"\n".to_owned()),
        Just("Subject: =?utf-8?B?\n".to_owned()),
        Just("Return-Path: <>\n".to_owned()),
        Just("Final-Recipient: rfc822;\nAction: failed\nStatus: 5.\n".to_owned()),
        Just("\n--b\n".to_owned()),
        Just("\n--b--\n".to_owned()),
        Just("\n\n".to_owned()),
        Just("> On 3 Feb 2026 wrote:\n".to_owned()),
        Just("On 3 Feb 2026, a@b.bt wrote:\n".to_owned()),
        Just("-- \n".to_owned()),
        Just("From: a\nSent: b\nTo: c\n".to_owned()),
        "\\PC{0,40}",
        "[a-z =\\r\\n:;,<>\"@.]{0,30}",
    ]
}

fn markup() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("<script>".to_owned()),
        Just("</script>".to_owned()),
        Just("<style>".to_owned()),
        Just("<svg><math>".to_owned()),
        Just("<mtext><mglyph>".to_owned()),
        Just("<img src=x onerror=a>".to_owned()),
        Just("<table><tr><td>".to_owned()),
        Just("</table>".to_owned()),
        Just("<a href='java\tscript:a'>".to_owned()),
        Just("<!--".to_owned()),
        Just("-->".to_owned()),
        Just("<![CDATA[".to_owned()),
        Just("<textarea><title>".to_owned()),
        Just("<noscript>".to_owned()),
        Just("<p class='".to_owned()),
        "[a-z<>/'\"=& ]{0,12}",
    ]
}
