//! What is read from a message, on messages small enough to be seen whole.

use mail_reader::{Desk, Kind, Mail, html_to_text, is_thanks, plain_subject, read, safe_html};

fn letter(text: &str) -> Mail {
    read(text.replace('\n', "\r\n").as_bytes(), &Desk::default())
}

fn reply(body: &str) -> String {
    letter(&format!("From: Pema <pema@school.bt>\nContent-Type: text/plain; charset=utf-8\n\n{body}")).reply
}

fn reply_of_html(body: &str) -> String {
    letter(&format!("From: Pema <pema@school.bt>\nContent-Type: text/html; charset=utf-8\n\n{body}")).reply
}

#[test]
fn names_and_addresses_are_read_in_any_writing() {
    let mail = letter(concat!(
        "From: =?utf-8?B?4L2U4L2R4L6o?= <Pema.Lhamo@School.BT>\n",
        "To: \"Desk, ICT\" <ict@punakha.bt>, head@school.bt\nCc: Team: a@x.bt, b@x.bt;\n",
        "Subject: =?utf-8?Q?R=C3=A9seau?= =?utf-8?Q?_en_panne?=\nMessage-ID: <1@school.bt>\nReferences: <a@x>\n <b@x>\n\nHello",
    ));
    assert_eq!(mail.from.as_deref(), Some("pema.lhamo@school.bt"));
    assert_eq!(mail.from_name.as_deref(), Some("པདྨ"));
    assert_eq!(
        mail.to.iter().map(|to| to.address.as_str()).collect::<Vec<_>>(),
        ["ict@punakha.bt", "head@school.bt"]
    );
    assert_eq!(mail.cc.len(), 2);
    assert_eq!(mail.subject, "Réseau en panne");
    assert_eq!(mail.references, ["a@x", "b@x"]);
    assert_eq!(mail.message_id.as_deref(), Some("1@school.bt"));
    assert_eq!(mail.problems, Vec::<String>::new());
}

#[test]
fn a_broken_sender_is_still_found_and_said() {
    for from in ["Fabian <a@b", "a@b; c@d.bt", "<a@b> (\"unclosed", "\"Pema\" a@b"] {
        let mail = letter(&format!("From: {from}\nMessage-ID: <1@x>\n\nHello"));
        assert_eq!(mail.from.as_deref(), Some("a@b"), "{from}");
    }
    let mail = letter("Subject: nobody\n\nHello");
    assert_eq!(mail.from, None);
    assert!(mail.problems.iter().any(|problem| problem.contains("no sender")));
}

#[test]
fn subjects_lose_their_prefixes_in_all_languages() {
    for subject in [
        "Printer",
        "Re: Printer",
        "RE[2]: Fwd: Printer",
        "AW: WG: Printer",
        "回复：转发: Printer",
        "SV: VS: Printer",
        "Antw: Re: Printer",
    ] {
        assert_eq!(plain_subject(subject), "Printer", "{subject}");
    }
    assert_eq!(plain_subject("Recovery: the disk"), "Recovery: the disk");
}

#[test]
fn the_new_part_is_found_in_every_style() {
    let styles = [
        "It works.\n\nOn 11-Apr-2011, at 6:54 PM, Karma <karma@ict.bt> wrote:\n\n> Does it?\n>\n> Karma",
        "On 04/19/2011 07:10 AM, Karma wrote:\n>\n> Does it?\nIt works.",
        "It works.\n\n2011/4/7 Karma <karma@ict.bt>\n\n>  Does it?\n",
        "It works.\n\nLe 29 sept. 2013 à 10:01, Karma <karma@ict.bt> a écrit :\n\n> Alors ?",
        "It works.\n\nAm 29.09.2013 um 10:01 schrieb Karma:\n> Und?",
        "It works.\n\nOp 29 sep. 2013 10:01 schreef Karma <karma@ict.bt>:\n> En?",
        "It works.\n\nEl 29/09/2013 10:01, Karma escribió:\n> ¿Y?",
        "It works.\n\nOn Tue, 3 Feb 2026 at 10:00, Karma Wangmo <\nkarma.wangmo@ict.punakha.example.bt> wrote:\n\n> Does it?",
        "It works.\n\n-----Original Message-----\nFrom: Karma\nSent: Monday\nTo: Pema\nSubject: Does it?\n\nDoes it?",
        "It works.\n\n-----Ursprüngliche Nachricht-----\nVon: Karma\nGesendet: Montag\nAn: Pema\nBetreff: Und?\n\nUnd?",
        "It works.\n\n________________________________\nFrom: Karma <karma@ict.bt>\nSent: 3 February 2026 10:00\nTo: Pema\nSubject: Does it?\n\nDoes it?",
        "It works.\n\nDe : Karma\nEnvoyé : lundi\nÀ : Pema\nObjet : Alors\n\nAlors ?",
        "It works.\n\n在 2026年2月3日，Karma <karma@ict.bt> 写道：\n\n> 可以吗",
        "It works.\n> On 22 Aug 2015, at 19:21, Karma <karma@ict.bt> wrote:\n>\n> Does it?",
    ];
    for style in styles {
        assert_eq!(reply(style), "It works.", "{style}");
    }
}

#[test]
fn answers_below_and_between_quotations_are_kept() {
    let between = "On 3 Feb 2026 at 10:00, Karma <k@ict.bt> wrote:\n> Which room?\nRoom 4.\n> Which printer?\nThe big one.\n> Regards";
    assert_eq!(reply(between), "Room 4.\n> Which printer?\nThe big one.");
    let around =
        "It prints again.\n\nOn 3 Feb 2026 at 10:00, Karma <k@ict.bt> wrote:\n\n> Does it?\n\nThank you all";
    assert_eq!(reply(around), "It prints again.\n\nThank you all");
}

#[test]
fn what_only_looks_like_history_stays() {
    for text in [
        "On Monday she wrote:\nthe printer is broken",
        "From: room 4\nit smells of smoke",
        "Subject: printers.\nThey are broken.",
        "I wrote this down: 10:30 the line went dead",
        "Data: 4 GB left. To: nobody",
    ] {
        assert_eq!(reply(text), text);
    }
}

#[test]
fn a_forwarded_message_without_a_word_is_the_message() {
    let forwarded = "---------- Forwarded message ----------\nFrom: Dorji <d@x.bt>\nDate: 3 Feb\nSubject: No line\nTo: Pema\n\nThe line is dead.";
    assert!(reply(forwarded).contains("The line is dead."));
    assert_eq!(reply(&format!("See below.\n\n{forwarded}")), "See below.");
}

#[test]
fn flowed_text_becomes_paragraphs_again() {
    let mail = letter(
        "From: a@b.bt\nContent-Type: text/plain; format=flowed\n\nThe printer in \nroom 4 is \nbroken.\n-- \nPema",
    );
    assert_eq!(mail.text, "The printer in room 4 is broken.\n--\nPema");
    assert_eq!(mail.said, "The printer in room 4 is broken.");
    assert_eq!(mail.signature, "--\nPema");
}

#[test]
fn signatures_are_told_from_what_was_said() {
    let signed = [
        "The line is dead.\n\nRegards,\nPema Lhamo\nPrincipal\n+975 17 11 22 33",
        "The line is dead.\n\nPema Lhamo\nPunakha Central School\npema@school.bt",
        "The line is dead.\n\nSent from my iPhone",
        "The line is dead.\n\nKadrinche la,\nPema",
        "The line is dead.\n\nས་",
    ];
    for text in &signed[..4] {
        let mail = letter(&format!("From: Pema Lhamo <pema@school.bt>\n\n{text}"));
        assert_eq!(mail.said, "The line is dead.", "{text}");
        assert!(!mail.signature.is_empty());
    }
    let mail = letter(
        "From: Pema Lhamo <pema@school.bt>\n\nThanks for coming yesterday. The line is dead again.\nPlease come.",
    );
    assert_eq!(mail.signature, "");
}

#[test]
fn html_reads_like_what_was_seen() {
    let table = "<p>Two are broken:</p><table><tr><th>Room</th><th>Printer</th></tr><tr><td><p>4</p></td><td><p>big</p></td></tr></table><ul><li>smoke<li>noise</ul>See <a href='https://x.bt/p'>the picture</a>.";
    assert_eq!(
        html_to_text(table),
        "Two are broken:\n\nRoom | Printer\n4 | big\n\n• smoke\n• noise\n\nSee the picture <https://x.bt/p>."
    );
    assert_eq!(
        html_to_text(
            "<style>p{}</style><script>x()</script><div style='display:none'>hidden</div>a&nbsp;b<br>c &lt;d&gt;"
        ),
        "a b\nc <d>"
    );
    assert_eq!(html_to_text("<pre>one\n  two</pre>"), "one\n  two");
    assert_eq!(html_to_text("<ol start=3><li>three</li><li>four</li></ol>"), "3. three\n4. four");
}

#[test]
fn history_in_html_is_known_by_the_programs_marks() {
    let quotes = [
        "<div>It works.</div><div class='gmail_quote'>On Tue, Karma wrote:<blockquote>Does it?</blockquote></div>",
        "<p>It works.</p><div id='appendonsend'></div><hr><div id='divRplyFwdMsg'>From: Karma</div><div>Does it?</div>",
        "It works.<div class='moz-cite-prefix'>On 3.2.26, Karma wrote:</div><blockquote type='cite'>Does it?</blockquote>",
        "<div class='x_gmail_quote'>On Tue, Karma wrote</div><div>It works.</div>",
    ];
    for html in quotes {
        assert_eq!(reply_of_html(html), "It works.", "{html}");
    }
    let indented = "<blockquote style='margin:0 0 0 40px;border:none;padding:0px'>It works.</blockquote>";
    assert_eq!(reply_of_html(indented), "It works.");
}

#[test]
fn programs_are_told_from_people() {
    let kinds = [
        ("Auto-Submitted: auto-replied", Kind::Automatic),
        ("Auto-Submitted: no", Kind::Person),
        ("Precedence: bulk", Kind::List),
        ("Precedence: auto_reply", Kind::Automatic),
        ("X-Auto-Response-Suppress: DR, OOF", Kind::Automatic),
        ("X-Auto-Response-Suppress: DR", Kind::Person),
        ("X-MS-Exchange-Inbox-Rules-Loop: a@b.bt", Kind::Person),
        ("X-Mailer: Zimbra 8", Kind::Person),
        ("List-Id: <all.school.bt>", Kind::List),
        ("X-Autoreply: yes", Kind::Automatic),
        ("X-Autogenerated: Reply", Kind::Automatic),
        ("X-FC-Machinegenerated: true", Kind::Automatic),
        ("Return-Path: <>", Kind::Automatic),
        ("Subject: Automatic reply: printer", Kind::Automatic),
        ("Subject: Re: Automatic reply is switched on?", Kind::Person),
        ("Subject: hello", Kind::Person),
    ];
    for (header, kind) in kinds {
        let mail = letter(&format!("From: Pema <pema@school.bt>\n{header}\n\nHello"));
        assert_eq!(mail.kind, kind, "{header}: {:?}", mail.because);
    }
    for nobody in
        ["noreply@x.bt", "no-reply+1@x.bt", "gmail-noreply@x.bt", "MAILER-DAEMON@x.bt", "postmaster@x.bt"]
    {
        assert_eq!(letter(&format!("From: {nobody}\n\nHello")).kind, Kind::Automatic, "{nobody}");
    }
}

#[test]
fn our_own_mail_is_known_however_it_comes_back() {
    let addresses = ["ict@punakha.bt".to_owned()];
    let desk = Desk { addresses: &addresses, loop_mark: "tendrel-1" };
    assert_eq!(read(b"From: ICT@Punakha.bt\n\nHello", &desk).kind, Kind::Own);
    assert_eq!(
        read(b"From: a@b.bt\nX-Loop: tendrel-1\nAuto-Submitted: auto-replied\n\nHello", &desk).kind,
        Kind::Own
    );
    assert_eq!(read(b"From: a@b.bt\nX-Loop: tendrel-2\n\nHello", &desk).kind, Kind::Automatic);
}

#[test]
fn a_report_that_something_arrived_is_no_bounce() {
    let report = |action: &str| {
        letter(&format!(
            concat!(
                "From: MAILER-DAEMON@x.bt\nSubject: Delivery Status Notification\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n",
                "--b\n\nAbout your message\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x.bt\n\n",
                "Final-Recipient: rfc822; pema@school.bt\nAction: {}\nStatus: {}.0.0\n\n--b--\n"
            ),
            action,
            if action == "failed" { 5 } else { 2 }
        ))
    };
    assert_eq!(report("delivered").kind, Kind::Automatic);
    assert_eq!(report("relayed").kind, Kind::Automatic);
    let failed = report("failed");
    assert_eq!(failed.kind, Kind::Bounce);
    let bounce = failed.bounce.expect("a bounce");
    assert_eq!((bounce.recipient.as_deref(), bounce.permanent), (Some("pema@school.bt"), true));
    assert!(!report("delayed").bounce.expect("a bounce").permanent);
}

#[test]
fn attachments_have_their_names_and_nothing_that_harms() {
    let part = |head: &str| {
        let mail = letter(&format!(
            "From: a@b.bt\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nSee.\n--b\n{head}\nContent-Transfer-Encoding: base64\n\nSGVsbG8=\n--b--\n"
        ));
        let attachment = mail.attachments.into_iter().next().expect("an attachment");
        assert_eq!(attachment.content, b"Hello");
        attachment.name
    };
    assert_eq!(part("Content-Type: image/png; name=\"=?utf-8?B?4L2T4L2YLnBuZw==?=\""), "ནམ.png");
    assert_eq!(
        part("Content-Type: image/png\nContent-Disposition: attachment; filename*=utf-8''R%C3%A9seau.png"),
        "Réseau.png"
    );
    assert_eq!(
        part("Content-Type: text/plain\nContent-Disposition: attachment; filename=\"../../etc/passwd\""),
        "passwd"
    );
    assert_eq!(
        part("Content-Type: text/plain\nContent-Disposition: attachment; filename=\"C:\\\\a\\\\b.txt\""),
        "b.txt"
    );
    assert_eq!(part("Content-Type: application/pdf\nContent-Disposition: attachment"), "attachment-1.pdf");
    assert_eq!(
        part(
            "Content-Type: image/png\nContent-Disposition: attachment; filename*=utf-8''invoice%E2%80%AEgpj.exe"
        ),
        "invoicegpj.exe"
    );
}

#[test]
fn signed_encrypted_and_invitations_are_recognised() {
    let of = |kind: &str| {
        letter(&format!(
            "From: a@b.bt\nContent-Type: {kind}\n\n--b\nContent-Type: text/plain\n\nHello\n--b--\n"
        ))
    };
    assert!(of("multipart/signed; protocol=\"application/pgp-signature\"; boundary=b").signed);
    assert!(of("multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b").encrypted);
    let invited = letter(
        "From: a@b.bt\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\nMeeting\n--b\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n--b--\n",
    );
    assert!(invited.calendar);
    assert_eq!(invited.kind, Kind::Person);
    assert_eq!(invited.attachments.len(), 1);
    let pgp = letter("From: a@b.bt\n\n-----BEGIN PGP MESSAGE-----\n\nxx\n-----END PGP MESSAGE-----");
    assert!(pgp.encrypted && pgp.problems.iter().any(|problem| problem.contains("encrypted")));
}

#[test]
fn thanks_are_thanks_and_nothing_else() {
    for text in [
        "Thanks!",
        "Thank you so much, it works now.",
        "Noted with thanks",
        "Kadrinche la",
        "Ok thank you sir",
        "བཀའ་དྲིན་ཆེ།",
    ] {
        assert!(is_thanks(text), "{text}");
    }
    for text in [
        "Thanks, but it does not work",
        "Thank you. When will you come?",
        "It works",
        "",
        "Thanks, the printer in room 5 too please",
    ] {
        assert!(!is_thanks(text), "{text}");
    }
}

#[test]
fn shown_html_can_do_nothing() {
    let inline = |id: &str| (id == "logo@x").then(|| "/files/7".to_owned());
    let safe = |html: &str| safe_html(html, &inline).expect("short enough");
    for hostile in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<svg onload=alert(1)>",
        "<style>*{}</style>",
        "<iframe src='https://x.bt'></iframe>",
        "<form action='https://x.bt'><input></form>",
        "<img src='https://x.bt/track.gif'>",
        "<div style='background:url(https://x.bt)'>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<a href='data:text/html,x'>x</a>",
        "<meta http-equiv=refresh content='0;url=https://x.bt'>",
        "<base href='https://x.bt'>",
    ] {
        let shown = safe(hostile);
        for word in [
            "script",
            "onerror",
            "onload",
            "style",
            "iframe",
            "form",
            "track.gif",
            "url(",
            "data:",
            "meta",
            "base",
        ] {
            assert!(!shown.to_lowercase().contains(word), "{hostile} became {shown}");
        }
    }
    assert!(safe("<img src='cid:logo@x' alt='crest'>").contains("src=\"/files/7\""));
    assert!(!safe("<img src='cid:other@x'>").contains("src"));
    assert!(safe("<a href='https://x.bt'>x</a>").contains("rel=\"noopener noreferrer nofollow\""));
    assert!(safe("<table><tr><td colspan=2>a</td></tr></table><b>c</b>").contains("colspan=\"2\""));
    assert_eq!(safe_html(&"x".repeat(400_000), &inline), None);
    assert_eq!(safe_html(&"<div>".repeat(500), &inline), None);
    assert!(safe_html(&"<p>one<br><li>two".repeat(500), &inline).is_some());
}
