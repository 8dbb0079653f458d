//! What is no case, and what hinders no other.

use crate::channels::file_mail;
use crate::channels::keep_mail::{Came, LONGEST, keep};
use crate::channels::store::mails;
use crate::channels::testing::{all_filed, clamd, comes, mail, mailbox, with};
use crate::desk::testing::{given, reported};
use crate::problem::Problem;
use crate::testing::World;

const TSHERING: &str = "Tshering Dema <tshering@tendrel.example>";

#[tokio::test]
async fn what_programs_write_begins_no_case() {
    let world = World::new();
    let mailbox = mailbox(&world);
    let plain = mail("Printer <printer@school.example>", "Toner low", "Black: 3 %");
    for headers in [
        ("Auto-Submitted", "auto-generated"),
        ("List-Id", "<teachers.school.example>"),
        ("Precedence", "bulk"),
        ("X-Auto-Response-Suppress", "All"),
    ] {
        let id = uuid::Uuid::now_v7().to_string();
        comes(
            &world,
            &mailbox,
            &with(&plain.replace("Message-ID: <", &format!("Message-ID: <{id}")), &[headers]),
        )
        .await;
    }
    comes(
        &world,
        &mailbox,
        &mail("MAILER-DAEMON@relay.example", "Undelivered Mail Returned to Sender", "gone"),
    )
    .await;
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 0);
    assert_eq!(world.number("SELECT COUNT(*) FROM mails WHERE state = 'aside'"), 5);
}

#[tokio::test]
async fn what_we_sent_ourselves_is_put_aside() {
    let world = World::new();
    let mailbox = mailbox(&world);
    comes(&world, &mailbox, &mail("ICT <ict@punakha.example>", "Your request", "We got it.")).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 0);
    assert_eq!(world.number("SELECT COUNT(*) FROM mails WHERE reason = 'own'"), 1);
}

#[tokio::test]
async fn what_nobody_can_answer_or_read_waits_for_somebody_who_looks() {
    let world = World::new();
    let mailbox = mailbox(&world);
    for (mail, reason) in [
        ("", "unreadable"),
        ("Subject: help\r\n\r\nWho am I?", "no-author"),
        ("From: a@b.example\r\n\r\n", "empty"),
    ] {
        comes(&world, &mailbox, mail).await;
        let of_reason =
            format!("SELECT COUNT(*) FROM mails WHERE state = 'quarantined' AND reason = '{reason}'");
        assert_eq!(world.number(&of_reason), 1, "{reason}");
    }
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 0);
}

#[tokio::test]
async fn a_mail_that_is_too_long_is_refused_before_it_is_kept() {
    let world = World::new();
    let mailbox = mailbox(&world);
    let bytes = vec![b'x'; LONGEST + 1];
    let came = Came { bytes: &bytes, by: "deliver", recipient: "" };
    assert!(matches!(keep(&world.app, mailbox.id, came).await, Err(Problem::TooLarge)));
    assert_eq!(world.number("SELECT COUNT(*) FROM mails"), 0);
}

#[tokio::test]
async fn a_mail_that_ended_the_program_three_times_hinders_no_other() {
    let world = World::new();
    let mailbox = mailbox(&world);
    for text in ["one", "two"] {
        let mail = mail(TSHERING, text, text);
        let came = Came { bytes: mail.as_bytes(), by: "deliver", recipient: "" };
        keep(&world.app, mailbox.id, came).await.unwrap();
    }
    // Three times the program ended after it had taken them up.
    for _ in 0..3 {
        world.app.db.write(|tx| mails::take_up(tx, 1)).await.unwrap();
        world.app.db.write(|tx| mails::take_up(tx, 1)).await.unwrap();
    }
    let third = mail(TSHERING, "three", "three");
    comes(&world, &mailbox, &third).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM mails WHERE reason = 'ends-program'"), 2);
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 1);
}

#[tokio::test]
async fn mail_that_was_only_beside_another_when_the_program_ended_is_filed() {
    let world = World::new();
    let mailbox = mailbox(&world);
    for number in 0..5 {
        let mail = mail(TSHERING, &format!("Number {number}"), "Hello");
        keep(&world.app, mailbox.id, Came { bytes: mail.as_bytes(), by: "deliver", recipient: "" })
            .await
            .unwrap();
    }
    // It ended six times: first with all of them taken up, then with one after the other.
    for _ in 0..6 {
        world.app.db.write(|tx| mails::take_up(tx, 32)).await.unwrap();
    }
    all_filed(&world).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 5);
}

#[tokio::test]
async fn one_that_fails_for_a_reason_of_its_own_is_shown_with_it() {
    let world = World::new();
    let mailbox = mailbox(&world);
    let id = mailbox.id;
    // Its file was lost from the disk.
    let lost = mail(TSHERING, "lost", "lost");
    keep(&world.app, id, Came { bytes: lost.as_bytes(), by: "deliver", recipient: "" }).await.unwrap();
    let hash = world
        .app
        .db
        .read_blocking(|r| r.one("SELECT file_hash FROM mails", &[], |row| row.get::<Vec<u8>>("file_hash")));
    assert!(world.app.files.remove(&hash.unwrap(), jiff::Timestamp::MAX).unwrap());
    comes(&world, &mailbox, &mail(TSHERING, "next", "next")).await;
    assert_eq!(
        world.number("SELECT COUNT(*) FROM mails WHERE state = 'quarantined' AND reason = 'file-gone'"),
        1
    );
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 1);
}

#[tokio::test]
async fn a_virus_in_an_attachment_becomes_no_file_of_ours_and_a_scanner_that_is_away_lets_mail_wait() {
    let mut world = World::new();
    let mailbox = mailbox(&world);
    let with_file = |name: &str, content: &str| {
        mail(TSHERING, name, "").replace(
            "Content-Type: text/plain; charset=utf-8\r\n\r\n",
            &format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee.\r\n--b\r\nContent-Disposition: attachment; filename=\"{name}.bin\"\r\n\r\n{content}\r\n--b--\r\n"),
        )
    };
    let scanner = clamd().await;
    world.set_settings(|settings| settings.virus_scanner = Some(scanner));
    comes(&world, &mailbox, &with_file("good", "sound")).await;
    comes(&world, &mailbox, &with_file("bad", "EICAR")).await;
    assert_eq!(
        world.number("SELECT COUNT(*) FROM mails WHERE state = 'quarantined' AND reason = 'virus'"),
        1
    );
    assert_eq!(world.number("SELECT COUNT(*) FROM attachments"), 1);
    world.set_settings(|settings| settings.virus_scanner = Some("127.0.0.1:1".to_owned()));
    let waits = with_file("waits", "sound");
    let came = Came { bytes: waits.as_bytes(), by: "deliver", recipient: "" };
    keep(&world.app, mailbox.id, came).await.unwrap();
    for _ in 0..5 {
        file_mail::round(&world.app).await.unwrap_err();
    }
    world.set_settings(|settings| settings.virus_scanner = None);
    all_filed(&world).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 2);
}

#[tokio::test]
async fn one_address_begins_fifty_cases_a_day_and_the_rest_waits() {
    let world = World::new();
    let mailbox = mailbox(&world);
    for number in 0..super::super::case::NEW_A_DAY + 2 {
        let mail = mail("Flood <flood@evil.example>", &format!("Number {number}"), "Hello");
        let came = Came { bytes: mail.as_bytes(), by: "deliver", recipient: "" };
        keep(&world.app, mailbox.id, came).await.unwrap();
    }
    all_filed(&world).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), super::super::case::NEW_A_DAY);
    assert_eq!(world.number("SELECT COUNT(*) FROM mails WHERE reason = 'too-many'"), 2);
    // Others are not held up, and the day after it may write again.
    comes(&world, &mailbox, &mail(TSHERING, "Mine", "Mine")).await;
    world.set("2026-11-20 10:00");
    comes(&world, &mailbox, &mail("Flood <flood@evil.example>", "Again", "Hello")).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), super::super::case::NEW_A_DAY + 2);
}

#[tokio::test]
async fn a_bounce_of_a_mail_of_ours_is_part_of_its_case_and_says_nothing_to_who_asked() {
    let world = World::new();
    let mailbox = mailbox(&world);
    let number = given(&world, reported(&world)).await.number;
    let ours = crate::channels::marks::Marks::new(&world.app.vault).message_id(&number, "punakha.example");
    let bounce = format!(
        "From: MAILER-DAEMON@relay.example\r\nTo: ict@punakha.example\r\nSubject: Undelivered Mail Returned to Sender\r\nMessage-ID: <b1@relay.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\nFinal-Recipient: rfc822; tshering@tendrel.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: ict@punakha.example\r\nTo: tshering@tendrel.example\r\nMessage-ID: <{ours}>\r\nSubject: Your request\r\n\r\nHello\r\n--b--\r\n"
    );
    comes(&world, &mailbox, &bounce).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM mails WHERE state = 'filed' AND kind = 'bounce'"), 1);
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 1);
}
