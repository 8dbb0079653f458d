//! What waits is seen, and sorted by hand.

use crate::channels::keep_mail::{Came, keep};
use crate::channels::mailbox::Server;
use crate::channels::store::mails::State;
use crate::channels::store::servers;
use crate::channels::testing::{comes, mail, mailbox, mailbox_at, the_number, with};
use crate::desk::testing::{given, looked, reported, veiled};
use crate::problem::Problem;
use crate::testing::{Who, World};

const NOBODY: &str = "Subject: help\r\nMessage-ID: <1@x.example>\r\nContent-Type: text/html\r\n\r\n<p>Who <b>am</b> I?<script>alert(1)</script><img src=\"https://spy.example/x.png\"></p>";

fn id_of(world: &World, state: State) -> String {
    let sql = format!("SELECT id FROM mails WHERE state = '{}' ORDER BY id DESC LIMIT 1", state.code());
    let id: crate::id::MailId =
        world.app.db.read_blocking(move |r| r.one(&sql, &[], |row| row.get("id"))).unwrap();
    id.to_string()
}

#[tokio::test]
async fn what_waits_says_why_and_becomes_a_case_by_hand() {
    let world = World::new();
    let mailbox = mailbox(&world);
    comes(&world, &mailbox, NOBODY).await;
    let mut karma = world.browser(Who::Karma);
    karma.get("/today").await.must_have("One mail waits for somebody to look at it.");
    let tray = karma.get("/mail").await;
    tray.must_have("help");
    tray.must_have("It does not say who wrote it");
    let id = id_of(&world, State::Quarantined);
    let page = karma.get(&format!("/mail/{id}")).await;
    page.must_have("Who am I?");
    let case = format!("/mail/{id}/case");
    let wrong =
        karma.post(&case, &[("service", "internet-lan"), ("email", "no address"), ("text", "kept")]).await;
    wrong.must_be(422);
    wrong.must_have("Write who asks");
    wrong.must_have("Write an address");
    wrong.must_have("kept</textarea>");
    let fields = [
        ("service", "internet-lan"),
        ("name", "Pema Lhamo"),
        ("email", "Pema@school.example"),
        ("subject", "Help with the line"),
        ("text", "Who am I?"),
    ];
    let done = karma.post(&case, &fields).await;
    done.must_have("It is a case now.");
    let number = the_number(&world);
    done.must_have(&number);
    let case_page = karma.get(&format!("/requests/{number}")).await;
    case_page.must_have("Pema Lhamo");
    case_page.must_have(&format!("/mail/{id}"));
    assert_eq!(
        world.number("SELECT COUNT(*) FROM requests WHERE requester_email = 'pema@school.example'"),
        1
    );
    // What is sorted is not sorted twice.
    karma.post(&case, &fields).await.must_be(409);
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 1);
}

#[tokio::test]
async fn what_waits_is_added_to_a_case_of_the_unit_and_to_no_other() {
    let world = World::new();
    let mailbox = mailbox(&world);
    let number = given(&world, reported(&world)).await.number;
    comes(&world, &mailbox, NOBODY).await;
    let id = id_of(&world, State::Quarantined);
    let add = format!("/mail/{id}/add");
    let mut karma = world.browser(Who::Karma);
    karma.post(&add, &[("number", "PUN-26-99999-9")]).await.must_be(422);
    karma.post(&add, &[("number", "")]).await.must_have("Write the number of a case of your unit.");
    karma.post(&add, &[("number", &number)]).await.must_have("It is part of the case now.");
    let page = karma.get(&format!("/requests/{number}")).await;
    page.must_have("Who am I?");
    assert_eq!(world.number("SELECT COUNT(*) FROM mails WHERE reason = 'by-hand'"), 1);
    // Nobody is known to have written it: it stands there as a note of who put it there.
    let note = "SELECT COUNT(*) FROM messages WHERE inside = 1 AND author_name = 'Karma Wangmo'";
    assert_eq!(world.number(note), 1);
}

#[tokio::test]
async fn what_waits_is_put_aside_or_read_again() {
    let world = World::new();
    let mailbox = mailbox(&world);
    comes(&world, &mailbox, NOBODY).await;
    let id = id_of(&world, State::Quarantined);
    let mut karma = world.browser(Who::Karma);
    karma.post(&format!("/mail/{id}/aside"), &[]).await.must_have("It is put aside.");
    karma.post(&format!("/mail/{id}/aside"), &[]).await.must_be(409);
    karma.get("/mail?state=aside").await.must_have("help");
    // After a mend it might be understood; this one still says nothing of its author.
    // What came in the meantime waits its turn: nobody sits before a page until all of it is read.
    let other = mail("pema@school.example", "No line", "Since today.");
    let came = Came { bytes: other.as_bytes(), by: "deliver", recipient: &mailbox.address };
    keep(&world.app, mailbox.id, came).await.unwrap();
    karma.post(&format!("/mail/{id}/again"), &[]).await.must_have("It was read again.");
    karma.get("/mail").await.must_have("help");
    assert_eq!(world.number("SELECT COUNT(*) FROM mails WHERE state = 'kept'"), 1);
}

#[tokio::test]
async fn a_mail_is_shown_as_it_came_and_as_it_was_laid_out_and_does_nothing() {
    let world = World::new();
    let mailbox = mailbox(&world);
    comes(&world, &mailbox, NOBODY).await;
    let id = id_of(&world, State::Quarantined);
    let mut karma = world.browser(Who::Karma);
    let original = karma.get(&format!("/mail/{id}/original")).await;
    assert_eq!(original.body, NOBODY.as_bytes());
    assert_eq!(original.headers["content-type"], "application/octet-stream");
    assert!(original.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    let html = karma.get(&format!("/mail/{id}/html")).await;
    let text = String::from_utf8(html.body.clone()).unwrap();
    assert!(
        text.contains("<b>am</b>") && !text.contains("script") && !text.contains("spy.example"),
        "{text}"
    );
    assert!(html.headers["content-security-policy"].to_str().unwrap().starts_with("sandbox"));
}

#[tokio::test]
async fn mail_is_for_the_unit_of_its_mailbox_and_for_nobody_else() {
    let world = World::new();
    let mailbox = mailbox(&world);
    comes(&world, &mailbox, NOBODY).await;
    let id = id_of(&world, State::Quarantined);
    world.browser(Who::Head).get(&format!("/mail/{id}")).await.must_be(200);
    let stranger = world.browser(Who::Stranger).get("/mail").await;
    assert!(!stranger.text().contains("help<"));
    for who in [Who::Stranger, Who::Operator, Who::Tshering, Who::Principal, Who::Centre, Who::Auditor] {
        let mut browser = world.browser(who);
        for path in ["", "/original", "/html"] {
            browser.get(&format!("/mail/{id}{path}")).await.must_be(404);
        }
        for act in ["again", "aside", "add", "case"] {
            browser.post(&format!("/mail/{id}/{act}"), &[]).await.must_be(404);
            browser.post_json(&format!("/api/v1/mail/{id}/{act}"), &serde_json::json!({})).await.must_be(404);
        }
    }
    for who in [Who::Operator, Who::Tshering, Who::Centre, Who::Auditor] {
        world.browser(who).get("/mail").await.must_be(403);
    }
    world.public().get("/mail").await.must_have("Sign in");
    world.public().get(&format!("/mail/{id}")).await.must_have("Sign in");
}

#[tokio::test]
async fn the_mail_of_a_case_is_seen_by_whoever_sees_inside_the_case() {
    let world = World::new();
    let mailbox = mailbox(&world);
    comes(&world, &mailbox, &mail("Tshering Dema <tshering@tendrel.example>", "No line", "Since today."))
        .await;
    let number = the_number(&world);
    let page = format!("/mail/{}", id_of(&world, State::Filed));
    for who in [Who::Karma, Who::Auditor] {
        world.browser(who).get(&page).await.must_be(200);
    }
    // The centre says why first; who asked sees the case and not what stays inside.
    assert!(world.browser(Who::Centre).get(&page).await.path.ends_with("/look"));
    looked(&world, &number).await;
    world.browser(Who::Centre).get(&page).await.must_be(200);
    for who in [Who::Tshering, Who::Principal, Who::Stranger, Who::Operator] {
        world.browser(who).get(&page).await.must_be(404);
    }
    let outside = world.browser(Who::Tshering).get(&format!("/my/requests/{number}")).await;
    assert!(!outside.text().contains("/mail/"));
}

#[tokio::test]
async fn mail_for_a_confidential_service_waits_for_those_alone_who_are_named() {
    let world = World::new();
    veiled(&world, "security-incident", &[Who::Sonam]).await;
    let secret = mailbox_at(&world, "security@punakha.example", world.punakha, "security-incident");
    let of_a_program =
        with(&mail("ids@punakha.example", "Alarm", "Port scan"), &[("Auto-Submitted", "auto-generated")]);
    comes(&world, &secret, &of_a_program).await;
    let id = id_of(&world, State::Aside);
    world.browser(Who::Sonam).get("/mail?state=aside").await.must_have("Alarm");
    world.browser(Who::Sonam).get(&format!("/mail/{id}")).await.must_be(200);
    let karma = world.browser(Who::Karma).get("/mail?state=aside").await;
    assert!(!karma.text().contains("Alarm"));
    world.browser(Who::Karma).get(&format!("/mail/{id}")).await.must_be(404);
}

#[tokio::test]
async fn the_api_tells_and_sorts_what_waits() {
    let world = World::new();
    let mailbox = mailbox(&world);
    let number = given(&world, reported(&world)).await.number;
    for n in 0..3 {
        comes(&world, &mailbox, &NOBODY.replace("<1@", &format!("<{n}@"))).await;
    }
    let mut karma = world.browser(Who::Karma);
    let told = karma.get("/api/v1/mail?state=quarantined").await.json();
    let ids: Vec<String> =
        told["mail"].as_array().unwrap().iter().map(|mail| mail["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 3);
    assert_eq!(
        karma.get(&format!("/api/v1/mail?before={}", ids[1])).await.json()["mail"].as_array().unwrap().len(),
        1
    );
    assert_eq!(karma.get(&format!("/api/v1/mail/{}", ids[0])).await.json()["reason"], "no-author");
    for unknown in ["state=filed", "before=yesterday", "before=quarantined"] {
        karma.get(&format!("/api/v1/mail?{unknown}")).await.must_be(422);
    }
    let post = |act: &str, id: &str| format!("/api/v1/mail/{id}/{act}");
    let added = karma.post_json(&post("add", &ids[0]), &serde_json::json!({ "number": number })).await;
    assert_eq!(added.json()["state"], "filed");
    let made = serde_json::json!({ "service": "internet-lan", "name": "Pema", "subject": "No line", "text": "Since today." });
    assert_eq!(karma.post_json(&post("case", &ids[1]), &made).await.json()["state"], "filed");
    let empty = karma.post_json(&post("case", &ids[2]), &serde_json::json!({})).await;
    empty.must_be(422);
    assert!(empty.json()["errors"]["subject"].is_string());
    assert_eq!(
        karma.post_json(&post("aside", &ids[2]), &serde_json::json!({})).await.json()["state"],
        "aside"
    );
    assert_eq!(
        karma.post_json(&post("again", &ids[2]), &serde_json::json!({})).await.json()["state"],
        "quarantined"
    );
}

#[tokio::test]
async fn a_server_that_cannot_be_asked_for_a_quarter_of_an_hour_is_told_of() {
    let world = World::new();
    let mailbox = mailbox(&world);
    let (id, now, vault) = (mailbox.id, world.app.clock.now(), world.app.vault.clone());
    world
        .app
        .db
        .write_blocking(move |tx| {
            let server = Server { url: "imaps://mail.example".to_owned(), ..Server::default() };
            servers::set(tx, &vault, id, &server, None)?;
            servers::fetched(tx, id, now)?;
            Ok::<_, Problem>(servers::failed(tx, id, "no answer")?)
        })
        .unwrap();
    let notice = "No mail can be fetched";
    assert!(!world.browser(Who::Karma).get("/mail").await.text().contains(notice));
    world.set("2026-11-19 09:16");
    world.browser(Who::Karma).get("/mail").await.must_have(notice);
    world.browser(Who::Karma).get("/today").await.must_have(notice);
    assert!(!world.browser(Who::Stranger).get("/today").await.text().contains(notice));
    let page = world.browser(Who::Operator).get("/system/mailboxes").await;
    page.must_have("not fetched");
    page.must_have("no answer");
}
