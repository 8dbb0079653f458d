use crate::channels::testing::{DESK, comes, mail, mailbox};
use crate::id::MailboxId;
use crate::testing::{Who, World};

const NEW: [(&str, &str); 6] = [
    ("address", "ICT@Punakha.example"),
    ("name", "Punakha ICT Services"),
    ("unit", "PUN"),
    ("service", "something-else"),
    ("sorts", "on"),
    ("server", ""),
];

#[tokio::test]
async fn an_operator_opens_a_mailbox_changes_and_closes_it() {
    let world = World::new();
    let mut operator = world.browser(Who::Operator);
    let page = operator.post("/system/mailboxes", &NEW).await;
    page.must_have("The mailbox is open.");
    page.must_have("ict@punakha.example");
    let id = operator.get("/api/v1/system/mailboxes").await.json()["mailboxes"][0]["id"].clone();
    let id = id.as_str().unwrap().to_owned();
    let one = format!("/system/mailboxes/{id}");
    operator.get(&one).await.must_have("Punakha ICT Services");
    let fetched = [
        ("address", DESK),
        ("name", "ICT"),
        ("unit", "PUN"),
        ("service", "internet-lan"),
        ("server", "imaps://mail.example.bt"),
        ("login", "ict"),
        ("secret", "not in the database"),
    ];
    operator.post(&one, &fetched).await.must_have("The mailbox is changed.");
    let reached = "UPDATE mailboxes SET uid_validity = 7, last_uid = 40, fetched_at = 1";
    world.app.db.write_blocking::<_, database::Error, _>(move |tx| tx.execute(reached, &[])).unwrap();
    // Another name fetches nothing again; another server begins anew.
    let renamed: Vec<(&str, &str)> =
        fetched.iter().map(|(name, value)| (*name, if *name == "name" { "Desk" } else { *value })).collect();
    operator.post(&one, &renamed).await.must_have("The mailbox is changed.");
    assert_eq!(world.number("SELECT last_uid FROM mailboxes"), 40);
    let moved: Vec<(&str, &str)> = fetched
        .iter()
        .map(|(name, value)| (*name, if *name == "server" { "imaps://new.example.bt" } else { *value }))
        .collect();
    operator.post(&one, &moved).await.must_have("The mailbox is changed.");
    assert_eq!(world.number("SELECT last_uid FROM mailboxes"), 0);
    operator.post(&one, &fetched).await.must_have("The mailbox is changed.");
    let told = operator.get(&format!("/api/v1/system/mailboxes/{id}")).await.json();
    assert_eq!(
        (told["server"].as_str(), told["sorts"].as_bool()),
        (Some("imaps://mail.example.bt"), Some(false))
    );
    assert_eq!(told["service"], "internet-lan");
    let kept = "SELECT COUNT(*) FROM mailboxes WHERE secret IS NOT NULL AND key_name <> ''";
    assert_eq!(world.number(kept), 1);
    operator.post(&format!("{one}/close"), &[]).await.must_have("The mailbox is closed.");
    assert_eq!(world.number("SELECT COUNT(*) FROM mailboxes WHERE closed_at IS NOT NULL"), 1);
    assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE subject = 'mailbox'"), 6);
}

#[tokio::test]
async fn what_is_wrong_with_a_mailbox_is_said_and_what_was_typed_stays() {
    let world = World::new();
    let mut operator = world.browser(Who::Operator);
    operator.post("/system/mailboxes", &NEW).await.must_be(200);
    let page = operator.post("/system/mailboxes", &NEW).await;
    page.must_be(422);
    page.must_have("This address is a mailbox already.");
    for (field, value, said) in [
        ("address", "ict", "Write one address"),
        ("address", "ict+x@punakha.example", "without a plus sign"),
        ("name", "", "Write a name"),
        ("unit", "XXX", "Choose the unit"),
        ("service", "nothing", "Choose a service"),
        ("server", "http://mail.example", "Write imaps://"),
        ("unit", "", "Choose the unit"),
    ] {
        let mut fields = vec![(field, value)];
        fields.extend(NEW.iter().filter(|(name, _)| *name != field));
        let page = operator.post("/system/mailboxes", &fields).await;
        page.must_be(422);
        page.must_have(said);
        page.must_have("<title>Error: ");
    }
    let id = mailbox_of(&world);
    let other = operator
        .post(
            &format!("/system/mailboxes/{id}"),
            &[("address", "other@punakha.example"), NEW[1], NEW[2], NEW[3]],
        )
        .await;
    other.must_be(422);
    other.must_have("The address of a mailbox stays.");
    operator.get(&format!("/system/mailboxes/{}", MailboxId::new(world.app.clock.now()))).await.must_be(404);
}

fn mailbox_of(world: &World) -> MailboxId {
    world
        .app
        .db
        .read_blocking(|r| r.one("SELECT id FROM mailboxes LIMIT 1", &[], |row| row.get("id")))
        .unwrap()
}

#[tokio::test]
async fn nobody_but_an_operator_sets_up_mailboxes() {
    let world = World::new();
    let id = mailbox(&world).id;
    for who in [Who::Karma, Who::Head, Who::Auditor, Who::Tshering, Who::Centre] {
        let mut browser = world.browser(who);
        browser.get("/system/mailboxes").await.must_be(403);
        browser.get(&format!("/system/mailboxes/{id}")).await.must_be(403);
        browser.post("/system/mailboxes", &NEW).await.must_be(403);
        browser.post(&format!("/system/mailboxes/{id}"), &NEW).await.must_be(403);
        browser.post(&format!("/system/mailboxes/{id}/close"), &[]).await.must_be(403);
    }
    world.public().get("/system/mailboxes").await.must_have("Sign in");
}

#[tokio::test]
async fn what_was_kept_for_a_mailbox_that_was_closed_is_filed_all_the_same() {
    let world = World::new();
    let mailbox = mailbox(&world);
    world.browser(Who::Operator).post(&format!("/system/mailboxes/{}/close", mailbox.id), &[]).await;
    comes(&world, &mailbox, &mail("pema@school.example", "No line", "Since today.")).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 1);
}

#[tokio::test]
async fn the_api_does_what_the_page_does() {
    let world = World::new();
    let mut operator = world.browser(Who::Operator);
    let new = serde_json::json!({
        "address": DESK, "name": "ICT", "unit": "PUN", "service": "something-else", "sorts": true,
    });
    let opened = operator.post_json("/api/v1/system/mailboxes", &new).await;
    opened.must_be(201);
    let id = opened.json()["id"].as_str().unwrap().to_owned();
    let changed = operator.post_json(&format!("/api/v1/system/mailboxes/{id}"), &new).await;
    changed.must_be(200);
    let none = operator.post_json("/api/v1/system/mailboxes", &serde_json::json!({})).await;
    none.must_be(422);
    assert!(none.json()["errors"]["address"].is_string());
    operator
        .post_json(&format!("/api/v1/system/mailboxes/{id}/close"), &serde_json::json!({}))
        .await
        .must_be(200);
}
