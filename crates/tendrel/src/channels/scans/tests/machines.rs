//! What comes by itself: from fax machines by mail, and what other programs say of a sheet.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::sheets::png;
use super::{FORM, all_read, comes};
use crate::channels::mailbox::Mailbox;
use crate::channels::scans::forget;
use crate::channels::scans::keep::By;
use crate::channels::store;
use crate::channels::testing::{self, mail, mailbox_at};
use crate::desk::testing::{given, reported};
use crate::testing::{Who, World};

const FAX: &str = "fax@punakha.example";

fn fax_machine(world: &World) -> Mailbox {
    let mailbox = mailbox_at(world, FAX, world.punakha, "something-else");
    let (id, after) = (mailbox.id, Mailbox { is_fax: true, ..mailbox.clone() });
    world.app.db.write_blocking(move |tx| store::change_mailbox(tx, id, &after)).unwrap();
    Mailbox { is_fax: true, ..mailbox }
}

fn fax(name: &str, bytes: &[u8]) -> String {
    let id = uuid::Uuid::now_v7().simple();
    let body = STANDARD.encode(bytes);
    let lines: Vec<&str> =
        body.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!(
        "From: HylaFAX <machine@punakha.example>\r\nTo: {FAX}\r\nSubject: Fax from 02-584111\r\nDate: Thu, 19 Nov 2026 09:00:00 +0600\r\nMessage-ID: <{id}@fax.example>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=XX\r\n\r\n--XX\r\nContent-Type: text/plain\r\n\r\nA fax came.\r\n--XX\r\nContent-Type: application/octet-stream; name=\"{name}\"\r\nContent-Disposition: attachment; filename=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--XX--\r\n",
        lines.join("\r\n")
    )
}

#[tokio::test]
async fn a_fax_that_comes_by_mail_is_a_sheet_and_nobody_answers_the_machine() {
    let world = World::new();
    let mailbox = fax_machine(&world);
    testing::comes(&world, &mailbox, &fax("fax0001.png", &png(FORM, "no line"))).await;
    all_read(&world).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM mails WHERE state = 'filed' AND reason = 'fax'"), 1);
    assert_eq!(
        world.number("SELECT COUNT(*) FROM scan_files WHERE came_by = 'fax' AND mail_id IS NOT NULL"),
        1
    );
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 0);
    assert_eq!(world.number("SELECT COUNT(*) FROM letters"), 0);
    let tray = world.browser(Who::Karma).get("/scans").await;
    tray.must_have("fax0001.png");
    tray.must_have("By fax");
    // What has no pages goes the way of every mail.
    testing::comes(&world, &mailbox, &mail("pema@school.example", "No line", "Since today.")).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 1);
}

#[tokio::test]
async fn to_another_mailbox_a_picture_is_an_attachment_as_ever() {
    let world = World::new();
    let mailbox = testing::mailbox(&world);
    let mail = fax("photo.png", &png("", "photo")).replace("Auto-Submitted: auto-generated\r\n", "");
    testing::comes(&world, &mailbox, &mail).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM scans"), 0);
    assert_eq!(world.number("SELECT COUNT(*) FROM attachments"), 1);
}

#[tokio::test]
async fn an_operator_says_that_a_machine_writes_to_a_mailbox() {
    let world = World::new();
    let mailbox = mailbox_at(&world, FAX, world.punakha, "something-else");
    let mut operator = world.browser(Who::Operator);
    let path = format!("/system/mailboxes/{}", mailbox.id);
    let fields =
        [("address", FAX), ("name", "Fax"), ("unit", "PUN"), ("service", "something-else"), ("is_fax", "on")];
    operator.post(&path, &fields).await.must_be(200);
    operator.get(&path).await.must_have("name=\"is_fax\" checked");
    assert_eq!(operator.get(&format!("/api/v1{path}")).await.json()["is_fax"], true);
    operator.post(&path, &fields[..4]).await.must_be(200);
    assert_eq!(world.number("SELECT is_fax FROM mailboxes"), 0);
}

#[tokio::test]
async fn what_became_no_case_goes_when_it_was_kept_long_enough() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    let waits = comes(&world, world.punakha, By::Folder, "a.png", &png("", "waits")).await;
    let filed = comes(&world, world.punakha, By::Folder, "b.png", &png("", "filed")).await;
    world.browser(Who::Karma).post(&format!("/scans/{filed}/add"), &[("number", &number)]).await.must_be(200);
    let before = world.set("2027-01-01 09:00");
    assert_eq!(world.app.db.read(move |r| forget::due(r, before, 10)).await.unwrap(), 1);
    let (count, files) = world.app.db.write(move |tx| forget::without_case(tx, before, 10)).await.unwrap();
    // It was a picture of ours, and is the picture of its page.
    assert_eq!((count, files.len()), (1, 1));
    assert_eq!(super::of(&world, waits, "state"), "forgotten");
    // Brought again it begins anew.
    let again = comes(&world, world.punakha, By::Folder, "a.png", &png("", "waits")).await;
    assert_eq!(super::of(&world, again, "state"), "waiting");
    let sql = "SELECT request_id FROM scans WHERE state = 'filed'";
    let request = world.app.db.read_blocking(move |r| r.one(sql, &[], |row| row.get("request_id"))).unwrap();
    world.app.db.write(move |tx| forget::of_case(tx, request)).await.unwrap();
    assert_eq!(world.number("SELECT COUNT(*) FROM scan_pages"), 1);
}

/// A machine that reads every sheet the same way.
fn machine(folder: &Path, words: &str) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join("tesseract");
    std::fs::write(&path, format!("#!/bin/sh\ncat > /dev/null\nprintf '{words}'\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[tokio::test]
async fn a_guess_stands_beside_the_form_until_somebody_takes_it() {
    let mut world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let program = machine(folder.path(), "N0 line <b> today\\n\\n  Pema \\f");
    world.set_settings(|settings| settings.scans.tesseract = Some(program));
    let id = comes(&world, world.punakha, By::Fax, "a.png", &png("", "no line today")).await;
    let mut karma = world.browser(Who::Karma);
    let page = karma.get(&format!("/scans/{id}")).await;
    page.must_have("Guessed by a machine");
    page.must_have("N0 line &#60;b&#62; today");
    page.must_have("name=\"description\" rows=\"4\"></textarea>");
    let taken = karma.get(&format!("/scans/{id}?guess=take")).await;
    taken.must_have("(Guessed by a machine from the paper; the sheet is right where they differ.)");
    assert_eq!(karma.get(&format!("/api/v1/scans/{id}")).await.json()["guess"], "N0 line <b> today\nPema");
    // Without the program a sheet is a sheet all the same.
    world.set_settings(|settings| settings.scans.tesseract = Some("/nowhere/tesseract".into()));
    let id = comes(&world, world.punakha, By::Fax, "b.png", &png("", "another")).await;
    world.browser(Who::Karma).get(&format!("/scans/{id}")).await.must_not_have("Guessed by a machine");
}

#[tokio::test]
async fn tesseract_itself_reads_a_clear_sheet() {
    let Some(program) =
        ["/usr/bin/tesseract", "/usr/local/bin/tesseract"].map(Path::new).into_iter().find(|it| it.exists())
    else {
        println!("NOT TESTED: tesseract is not installed here (apt-get install tesseract-ocr)");
        return;
    };
    let mut world = World::new();
    world.set_settings(|settings| settings.scans.tesseract = Some(program.to_owned()));
    let id = comes(&world, world.punakha, By::Fax, "a.png", &png("", "the line is down\nsince monday")).await;
    let guess = super::of(&world, id, "guess").to_lowercase();
    let found =
        ["the", "line", "down", "since", "monday"].iter().filter(|word| guess.contains(**word)).count();
    assert!(found >= 2, "{guess}");
}
