//! What an officer does with a sheet that waits.

use super::sheets::png;
use super::{FORM, all_read, comes, of};
use crate::channels::scans::keep::By;
use crate::desk::testing::{given, looked, reported};
use crate::id::ScanId;
use crate::testing::{Who, World};

const CALL: [(&str, &str); 6] = [
    ("service", "internet-lan"),
    ("name", "Pema Lhamo"),
    ("office", "Kabjisa Central School"),
    ("phone", "17112233"),
    ("subject", "No line in the school"),
    ("f-what", "none"),
];

async fn waits(world: &World) -> ScanId {
    comes(world, world.punakha, By::Folder, "scan.png", &png(FORM, "no line since today")).await
}

#[tokio::test]
async fn an_officer_brings_in_a_sheet_and_the_same_again_is_one() {
    let world = World::new();
    let sheet = png(FORM, "brought by hand");
    let mut karma = world.browser(Who::Karma);
    let kept = karma.post_files("/scans", &[], &[("file", "letter.png", &sheet)]).await;
    kept.must_have("It is kept");
    kept.must_have("It is being read.");
    all_read(&world).await;
    let again = karma.post_files("/scans", &[], &[("file", "other name.png", &sheet)]).await;
    again.must_have("This file came before");
    assert_eq!(world.number("SELECT COUNT(*) FROM scans"), 1);
    assert_eq!(world.number("SELECT COUNT(*) FROM scan_files WHERE times = 2 AND brought_by IS NOT NULL"), 1);
    karma.post("/scans", &[]).await.must_have("Choose a file with the scan");
    let wrong =
        karma.post_files("/scans", &[], &[("file", "a.txt", b"hello"), ("file", "b.png", &sheet)]).await;
    wrong.must_be(422);
    wrong.must_have("a.txt is no PDF");
    let elsewhere = karma.post_files("/scans", &[("unit", "THI")], &[("file", "b.png", &sheet)]).await;
    elsewhere.must_have("Choose a unit that you work in");
    let told = karma.post_files("/api/v1/scans", &[], &[("file", "c.png", &png("", "by a program"))]).await;
    told.must_be(201);
    assert_eq!(told.json()["kept"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_sheet_becomes_a_case_with_its_picture() {
    let world = World::new();
    let id = waits(&world).await;
    let mut karma = world.browser(Who::Karma);
    let case = format!("/scans/{id}/case");
    let wrong = karma.post(&case, &[("service", "internet-lan"), ("description", "kept")]).await;
    wrong.must_be(422);
    wrong.must_have("kept</textarea>");
    wrong.must_have("What is wrong?");
    for elsewhere in ["phone", "pigeon"] {
        let fields: Vec<_> = CALL.into_iter().chain([("channel", elsewhere)]).collect();
        let refused = karma.post(&case, &fields).await;
        refused.must_be(422);
        refused.must_have("Choose how it came in from the list");
    }
    let fields: Vec<_> = CALL.into_iter().chain([("channel", "fax")]).collect();
    let photo: &[(&str, &str, &[u8])] = &[("f-photo", "box.txt", b"red lights")];
    let again = karma.post_files(&case, &[("name", "Pema"), ("service", "internet-lan")], photo).await;
    again.must_be(422);
    again.must_have("name=\"kept\"");
    let made = karma.post_files(&case, &fields, photo).await;
    made.must_have("It is a case now.");
    made.must_have("PUN-26-00001-");
    assert_eq!(
        world.number("SELECT COUNT(*) FROM requests WHERE channel = 'fax' AND entered_by IS NOT NULL"),
        1
    );
    assert_eq!(world.number("SELECT COUNT(*) FROM attachments"), 2);
    assert_eq!(of(&world, id, "state"), "filed");
    // Two at once: the second is told, and there is one case.
    world.browser(Who::Sonam).post(&case, &fields).await.must_be(409);
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 1);
}

#[tokio::test]
async fn people_services_and_the_same_matter_are_found_beside_the_sheet() {
    let world = World::new();
    let id = waits(&world).await;
    let mut karma = world.browser(Who::Karma);
    let case = format!("/scans/{id}/case");
    let found = karma.post(&case, &[("name", "Tshering"), ("do", "find")]).await;
    found.must_have("Tshering Dema");
    let person = world.person(Who::Tshering).to_string();
    let used = karma.post(&case, &[("person", &person), ("do", "use")]).await;
    used.must_have("value=\"Kabjisa Central School\"");
    let fields = [("service", "New account, change or leaving"), ("do", "fields")];
    karma.post(&case, &fields).await.must_have("Are these papers here?");
    given(&world, reported(&world)).await;
    let same = karma.post(&case, &CALL).await;
    same.must_have("This office has already asked for this");
    let fields: Vec<_> = CALL.into_iter().chain([("same", "seen")]).collect();
    karma.post(&case, &fields).await.must_have("It is a case now.");
}

#[tokio::test]
async fn a_sheet_is_added_to_a_case_of_the_unit_and_to_no_other() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    let id = waits(&world).await;
    let add = format!("/scans/{id}/add");
    let mut karma = world.browser(Who::Karma);
    for wrong in ["", "PUN-26-99999-9"] {
        let page = karma.post(&add, &[("number", wrong)]).await;
        page.must_be(422);
        page.must_have("Write the number of a case of your unit.");
    }
    karma.post(&add, &[("number", &number)]).await.must_have("It is part of the case now.");
    karma.get(&format!("/requests/{number}")).await.must_have("scan-1.png");
    world.browser(Who::Sonam).post(&add, &[("number", &number)]).await.must_be(409);
    assert_eq!(world.number("SELECT COUNT(*) FROM attachments"), 1);
}

#[tokio::test]
async fn a_sheet_is_put_aside_back_turned_and_read_again() {
    let world = World::new();
    let id = waits(&world).await;
    let mut karma = world.browser(Who::Karma);
    let path = format!("/scans/{id}");
    karma.post(&format!("{path}/aside"), &[]).await.must_have("It is put aside.");
    karma.post(&format!("{path}/aside"), &[]).await.must_be(409);
    karma.get("/scans?state=aside").await.must_have("scan.png");
    karma.post(&format!("{path}/back"), &[]).await.must_have("It waits again.");
    karma.post(&format!("{path}/back"), &[]).await.must_be(409);
    let before = page_reader::of_png(&karma.get(&format!("{path}/pages/1")).await.body).unwrap();
    karma.post(&format!("{path}/turn"), &[]).await.must_have("It is turned.");
    let after = page_reader::of_png(&karma.get(&format!("{path}/pages/1")).await.body).unwrap();
    assert!(after == page_reader::turned(before, 1));
    // What came in the meantime waits its turn: nobody sits before a page until all of it is read.
    karma.post_files("/scans", &[], &[("file", "other.png", &png("", "another"))]).await.must_be(200);
    karma.post(&format!("{path}/again"), &[]).await.must_have("It was read again.");
    assert_eq!(world.number("SELECT COUNT(*) FROM scans WHERE state = 'kept'"), 1);
    assert_eq!(of(&world, id, "reason"), "form");
    assert_eq!(world.number("SELECT COUNT(*) FROM scan_pages"), 1);
    assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE subject = 'scan'"), 3);
    let original = karma.get(&format!("{path}/original")).await;
    assert_eq!(original.headers["content-type"], "application/octet-stream");
    assert_eq!(original.body, png(FORM, "no line since today"));
    karma.get(&format!("{path}/pages/2")).await.must_be(404);
    karma.get(&format!("{path}/pages/x")).await.must_be(404);
}

#[tokio::test]
async fn a_turned_sheet_stands_upright_on_its_case() {
    let world = World::new();
    let id = comes(&world, world.punakha, By::Folder, "scan.png", &png("", "a letter")).await;
    let mut karma = world.browser(Who::Karma);
    karma.post(&format!("/scans/{id}/turn"), &[]).await.must_be(200);
    karma.post(&format!("/scans/{id}/case"), &CALL).await.must_have("It is a case now.");
    let hash: Vec<u8> = world
        .app
        .db
        .read_blocking(|r| r.one("SELECT file_hash FROM attachments", &[], |row| row.get("file_hash")))
        .unwrap();
    let png = world.app.files.read(&hash).await.unwrap().unwrap();
    let shown = page_reader::of_png(&png).unwrap();
    assert!(shown.width() > shown.height());
}

#[tokio::test]
async fn nobody_else_comes_near_a_sheet_that_waits() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    let id = waits(&world).await;
    looked(&world, &number).await;
    let path = format!("/scans/{id}");
    for who in [Who::Stranger, Who::Tshering, Who::Principal, Who::Centre, Who::Auditor, Who::Operator] {
        let mut browser = world.browser(who);
        for address in [path.clone(), format!("{path}/pages/1"), format!("{path}/original")] {
            browser.get(&address).await.must_be(404);
        }
        for act in ["again", "aside", "back", "turn", "add", "case"] {
            browser.post(&format!("{path}/{act}"), &[("number", &number)]).await.must_be(404);
        }
        if who != Who::Stranger {
            browser.get("/scans").await.must_be(403);
            browser.post("/scans", &[]).await.must_be(403);
        }
    }
    let to = world.public().get("/scans").await.path;
    assert!(to.starts_with("/sign-in"), "{to}");
    assert_eq!(of(&world, id, "state"), "waiting");
}

#[tokio::test]
async fn a_program_may_do_the_same() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    let ids = [
        comes(&world, world.punakha, By::Fax, "1.png", &png("", "one")).await,
        comes(&world, world.punakha, By::Fax, "2.png", &png(FORM, "two")).await,
        comes(&world, world.punakha, By::Fax, "3.png", &png("", "three")).await,
    ];
    let mut karma = world.browser(Who::Karma);
    let list = karma.get("/api/v1/scans").await;
    assert_eq!(list.json()["scans"].as_array().unwrap().len(), 3);
    karma.get("/api/v1/scans?state=nowhere").await.must_be(422);
    let one = karma.get(&format!("/api/v1/scans/{}", ids[1])).await.json();
    assert_eq!((one["service"].as_str(), one["pages"].as_array().unwrap().len()), (Some("internet-lan"), 1));
    let nothing = serde_json::json!({});
    for (act, state) in [("aside", "aside"), ("back", "waiting"), ("turn", "waiting"), ("again", "waiting")] {
        let done = karma.post_json(&format!("/api/v1/scans/{}/{act}", ids[0]), &nothing).await;
        assert_eq!(done.json()["state"], state, "{act}");
    }
    let add = format!("/api/v1/scans/{}/add", ids[0]);
    assert_eq!(
        karma.post_json(&add, &serde_json::json!({ "number": number })).await.json()["state"],
        "filed"
    );
    let case = |id| format!("/api/v1/scans/{id}/case");
    let empty = karma.post_json(&case(ids[1]), &nothing).await;
    empty.must_be(422);
    assert!(empty.json()["errors"]["service"].is_string());
    let call = serde_json::json!({
        "service": "internet-lan", "name": "Pema", "phone": "17112233", "subject": "No line", "f-what": "none",
    });
    assert_eq!(karma.post_json(&case(ids[1]), &call).await.json()["state"], "filed");
}

#[tokio::test]
async fn the_sheet_of_a_case_is_printed_for_its_officers() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    let path = format!("/requests/{number}/paper");
    let mut karma = world.browser(Who::Karma);
    karma.get(&format!("/requests/{number}")).await.must_have(&path);
    let page = karma.get(&path).await;
    page.must_have("<svg");
    page.must_have(&format!("TENDREL:PUN:internet-lan:v1:{number}:"));
    world.browser(Who::Stranger).get(&path).await.must_be(404);
    for who in [Who::Tshering, Who::Principal, Who::Auditor] {
        world.browser(who).get(&path).await.must_be(403);
    }
    world.browser(Who::Centre).get(&path).await.must_be(403);
}
