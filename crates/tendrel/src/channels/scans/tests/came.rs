//! What comes is kept, read, and put where its code says.

use super::sheets::{self, png};
use super::{FORM, all_read, comes, of};
use crate::channels::marks::Marks;
use crate::channels::scans::keep::{self, By};
use crate::channels::scans::store::files;
use crate::channels::testing::clamd;
use crate::desk::sheet_code::{SheetCase, SheetCode};
use crate::desk::testing::{given, reported, resolved, veiled};
use crate::problem::Problem;
use crate::testing::{Who, World};

fn continued(world: &World, number: &str, mark: Option<&str>) -> String {
    let mark = mark.map_or_else(|| Marks::new(&world.app.vault).on_paper(number), str::to_owned);
    let case = Some(SheetCase { number: number.to_owned(), mark });
    SheetCode { unit: "PUN".to_owned(), service: "internet-lan".to_owned(), version: 1, case }.to_string()
}

#[tokio::test]
async fn a_form_waits_with_its_service_in_the_tray_of_its_unit() {
    let world = World::new();
    let id = comes(&world, world.thimphu, By::Folder, "scan1.png", &png(FORM, "No line since today")).await;
    assert_eq!(of(&world, id, "reason"), "form");
    let mut karma = world.browser(Who::Karma);
    karma.get("/today").await.must_have("One sheet of paper waits");
    let tray = karma.get("/scans").await;
    tray.must_have("scan1.png");
    tray.must_have("its service is chosen");
    let page = karma.get(&format!("/scans/{id}")).await;
    page.must_have("value=\"Internet and LAN\"");
    page.must_have("What is wrong?");
    page.must_have(&format!("/scans/{id}/pages/1"));
    // It came to Thimphu, and says Punakha: those of Thimphu have no more to do with it.
    world.browser(Who::Stranger).get(&format!("/scans/{id}")).await.must_be(404);
}

#[tokio::test]
async fn what_no_code_helps_waits_with_words() {
    let world = World::new();
    for (code, reason, words) in [
        ("", "no-code", "There is no code on it"),
        ("TENDREL:XYZ:internet-lan:v1", "unit-unknown", "a unit that is not here"),
        ("TENDREL:PUN:teleport:v1", "service-unknown", "a service that is not offered"),
        ("TENDREL:PUN:internet-lan:v9", "form-old", "as it was before"),
    ] {
        let id = comes(&world, world.punakha, By::Folder, "a.png", &png(code, reason)).await;
        assert_eq!(of(&world, id, "reason"), reason);
        world.browser(Who::Karma).get(&format!("/scans/{id}")).await.must_have(words);
    }
}

#[tokio::test]
async fn a_sheet_of_a_case_goes_there_by_itself_once() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    let sheet = png(&continued(&world, &number, None), "Signed. Tshering");
    let id = comes(&world, world.thimphu, By::Fax, "fax.png", &sheet).await;
    assert_eq!(of(&world, id, "state"), "filed");
    let mut karma = world.browser(Who::Karma);
    let case = karma.get(&format!("/requests/{number}")).await;
    case.must_have("A sheet of this case came back on paper: one page.");
    case.must_have("fax-1.png");
    case.must_have(&format!("/scans/{id}"));
    karma.get(&format!("/scans/{id}")).await.must_have(&number);
    world.browser(Who::Stranger).get(&format!("/scans/{id}")).await.must_be(404);
    karma.get("/scans").await.must_have("Nothing waits");
    // The same sheet a second time says nothing new.
    let again = comes(&world, world.thimphu, By::Fax, "fax.png", &sheet).await;
    assert_eq!(again, id);
    assert_eq!(world.number("SELECT COUNT(*) FROM attachments"), 1);
    assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE activity = 'replied'"), 1);
}

#[tokio::test]
async fn a_sheet_of_a_resolved_case_opens_it_again_as_a_mail_would() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    resolved(&world, &number).await;
    comes(&world, world.punakha, By::Folder, "a.png", &png(&continued(&world, &number, None), "It is not"))
        .await;
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE reopened = 1 AND state <> 'resolved'"), 1);
}

#[tokio::test]
async fn a_sheet_that_comes_late_is_a_new_case_on_paper() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    resolved(&world, &number).await;
    world.set("2026-12-18 09:00");
    comes(&world, world.punakha, By::Fax, "a.png", &png(&continued(&world, &number, None), "again")).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE channel = 'fax'"), 1);
}

#[tokio::test]
async fn a_number_without_a_true_mark_is_never_believed() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    let other = Marks::new(&world.app.vault).on_paper("PUN-26-00009-9");
    for mark in ["aaaaaaaaaaaaaaaa", other.as_str()] {
        let sheet = png(&continued(&world, &number, Some(mark)), mark);
        let id = comes(&world, world.punakha, By::Fax, "forged.png", &sheet).await;
        assert_eq!(of(&world, id, "reason"), "mark-wrong");
        let page = world.browser(Who::Karma).get(&format!("/scans/{id}")).await;
        page.must_have(&format!("The sheet says {number}."));
    }
    assert_eq!(world.number("SELECT COUNT(*) FROM attachments"), 0);
    let nowhere = png(&continued(&world, "PUN-26-77777-7", None), "gone");
    let id = comes(&world, world.punakha, By::Fax, "gone.png", &nowhere).await;
    assert_eq!(of(&world, id, "reason"), "number-unknown");
}

#[tokio::test]
async fn several_sheets_in_one_file_go_each_its_way() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    let code = continued(&world, &number, None);
    let pages = [("", "A letter"), (FORM, "No line"), ("", "and more of it"), (code.as_str(), "Signed")];
    let file = sheets::tiff(&pages.map(|(code, words)| sheets::sheet(code, words)));
    comes(&world, world.punakha, By::Folder, "stack.tif", &file).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM scans"), 3);
    assert_eq!(world.number("SELECT COUNT(*) FROM scans WHERE state = 'waiting' AND is_whole = 0"), 2);
    let form = "SELECT COUNT(*) FROM scan_pages p JOIN scans s ON s.id = p.scan_id WHERE s.reason = 'form'";
    assert_eq!(world.number(form), 2);
    // The case got its own page, and not the whole stack.
    assert_eq!(world.number("SELECT COUNT(*) FROM attachments"), 1);
}

#[tokio::test]
async fn a_sheet_that_lay_on_its_head_stands_upright() {
    let world = World::new();
    let sheet = page_reader::turned(sheets::sheet(FORM, "upside down"), 2);
    let id = comes(&world, world.punakha, By::Fax, "a.png", &page_reader::png(&sheet)).await;
    let page = world.browser(Who::Karma).get(&format!("/scans/{id}/pages/1")).await;
    assert_eq!(page.headers["content-type"], "image/png");
    let shown = page_reader::of_png(&page.body).unwrap();
    assert!(shown == sheets::sheet(FORM, "upside down"));
}

#[tokio::test]
async fn what_cannot_be_read_waits_with_its_reason_and_hinders_nobody() {
    let world = World::new();
    let cut = png(FORM, "x")[..2000].to_vec();
    for (name, bytes, reason) in [
        ("a.pdf", &b"%PDF-1.4 nothing"[..], "broken"),
        ("b.png", cut.as_slice(), "broken"),
        ("c.tif", b"II\x2a\0\x08\0\0\0", "broken"),
        ("d.zip", b"PK\x03\x04", "no-pages"),
    ] {
        let id = comes(&world, world.punakha, By::Fax, name, bytes).await;
        assert_eq!(of(&world, id, "reason"), reason, "{name}");
        let page = world.browser(Who::Karma).get(&format!("/scans/{id}")).await;
        page.must_have("There is no picture of it");
        page.must_have("Make the case");
    }
    comes(&world, world.punakha, By::Fax, "sound.png", &png(FORM, "sound")).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM scans WHERE reason = 'form'"), 1);
}

#[tokio::test]
async fn a_program_that_ended_while_reading_reads_again_and_places_once() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    let sheet = png(&continued(&world, &number, None), "Signed");
    let file = crate::channels::scans::keep::store(&world.app, "a.png", &sheet).await.unwrap().unwrap();
    let came =
        crate::channels::scans::keep::Came { unit: world.punakha, by: By::Fax, brought_by: None, mail: None };
    crate::channels::scans::keep::keep(&world.app, file, came).await.unwrap();
    // Taken up, and then nothing: the program ended here.
    let now = world.app.clock.now();
    assert!(world.app.db.write(move |tx| files::take_up(tx, now)).await.unwrap().is_some());
    all_read(&world).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM attachments"), 0);
    world.set("2026-11-19 09:15");
    all_read(&world).await;
    all_read(&world).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM attachments"), 1);
}

#[tokio::test]
async fn a_file_that_ends_the_program_each_time_waits_for_somebody() {
    let world = World::new();
    let file =
        crate::channels::scans::keep::store(&world.app, "a.png", &png("", "a")).await.unwrap().unwrap();
    let came =
        crate::channels::scans::keep::Came { unit: world.punakha, by: By::Fax, brought_by: None, mail: None };
    crate::channels::scans::keep::keep(&world.app, file, came).await.unwrap();
    world.app.db.write(|tx| tx.execute("UPDATE scan_files SET tries = 3", &[])).await.unwrap();
    all_read(&world).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM scans WHERE reason = 'ends-program'"), 1);
}

#[tokio::test]
async fn a_form_for_a_confidential_service_is_seen_by_the_named_alone() {
    let world = World::new();
    veiled(&world, "internet-lan", &[Who::Sonam]).await;
    let version = world.app.catalogue.now().service_by_code("internet-lan").unwrap().version;
    let code = format!("TENDREL:PUN:internet-lan:v{version}");
    let id = comes(&world, world.punakha, By::Folder, "a.png", &png(&code, "between us")).await;
    let path = format!("/scans/{id}");
    world.browser(Who::Sonam).get(&path).await.must_be(200);
    world.browser(Who::Karma).get(&path).await.must_be(404);
    world.browser(Who::Karma).get("/scans").await.must_have("Nothing waits");
    world.browser(Who::Karma).get("/today").await.must_not_have("sheet of paper waits");
    world.browser(Who::Sonam).get("/scans").await.must_have("a.png");
}

#[tokio::test]
async fn a_sheet_with_a_virus_becomes_no_file_of_ours_and_a_scanner_that_is_away_lets_it_wait() {
    let mut world = World::new();
    let scanner = clamd().await;
    world.set_settings(|settings| settings.virus_scanner = Some(scanner));
    assert!(keep::store(&world.app, "fax.pdf", b"%PDF- sound").await.unwrap().is_ok());
    assert_eq!(keep::store(&world.app, "fax.pdf", b"%PDF- EICAR").await.unwrap().unwrap_err(), "virus");
    assert_eq!(world.app.files.stored_before(jiff::Timestamp::MAX).unwrap().len(), 1);
    world.set_settings(|settings| settings.virus_scanner = Some("127.0.0.1:1".to_owned()));
    let away = keep::store(&world.app, "fax.pdf", b"%PDF- sound").await;
    assert!(matches!(away, Err(Problem::Busy)));
}
