use serde_json::json;

use super::{Receiver, added, told};
use crate::directory::people;
use crate::testing::{Who, World};
use crate::viewer::Role;

#[tokio::test]
async fn a_receiver_is_added_tried_and_removed_on_its_page() {
    let (world, receiver) = (World::reaching_loopback(), Receiver::new().await);
    let mut head = world.browser(Who::Head);
    head.get("/webhooks").await.must_have("No program is told anything yet");
    head.get("/webhooks/new").await.must_have("Three quarters of the time used");
    let fields = [
        ("name", "Dashboard"),
        ("url", receiver.url.as_str()),
        ("unit", "PUN"),
        ("events", "received"),
        ("events", "resolved"),
    ];
    let made = head.post("/webhooks/new", &fields).await;
    made.must_have("whsec_");
    let secret = made.text().split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let list = head.get("/webhooks").await;
    let path = list.text().split("href=\"/webhooks/").nth(2).unwrap().split('"').next().unwrap().to_owned();
    let page = format!("/webhooks/{path}");
    head.get(&page).await.must_not_have("whsec_");
    head.post(&format!("{page}/trial"), &[]).await.must_have("webhook.trial");
    world.webhook_round().await;
    let trial = receiver.messages().remove(0);
    assert!(trial.is_signed_by(&secret) && trial.kind() == "webhook.trial");
    // While both secrets sign, the receiver may know either.
    let renewed = head.post(&format!("{page}/rotate"), &[]).await.text();
    let new = renewed.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    for (hours, knows_old) in [(0, true), (25, false)] {
        world.later(hours * 3_600);
        let mut head = world.browser(Who::Head);
        head.post(&format!("{page}/trial"), &[]).await.must_be(200);
        world.webhook_round().await;
        let trial = receiver.messages().remove(0);
        assert!(trial.is_signed_by(&new));
        assert_eq!(trial.is_signed_by(&secret), knows_old);
    }
    let mut head = world.browser(Who::Head);
    let edit = format!("{page}/edit");
    head.get(&edit).await.must_have("value=\"Dashboard\"");
    let fields = [
        ("name", "Board"),
        ("url", receiver.url.as_str()),
        ("unit", "PUN"),
        ("events", "closed"),
        ("version", "1"),
    ];
    head.post(&edit, &fields).await.must_have("The receiver is changed");
    head.post(&edit, &fields).await.must_be(409);
    head.post(&format!("{page}/off"), &[]).await.must_have("It is off");
    head.post(&format!("{page}/trial"), &[]).await.must_be(422);
    head.post(&format!("{page}/remove"), &[]).await.must_have("removed with its log");
    head.get(&page).await.must_be(404);
    // What was done stays in the record, without the secret.
    let seen = "SELECT COUNT(*) FROM events WHERE subject = 'webhook' AND detail LIKE '%whsec%'";
    assert_eq!(world.number(seen), 0);
    assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE subject = 'webhook'"), 5);
}

#[tokio::test]
async fn an_address_that_leads_inside_or_is_not_safe_is_refused() {
    let world = World::new();
    let mut head = world.browser(Who::Head);
    for (url, said) in [
        ("http://dashboard.example.bt/", "https://"),
        ("ftp://dashboard.example.bt/", "https://"),
        ("dashboard", "whole address"),
        ("https://karma:secret@dashboard.example.bt/", "Leave name and password out"),
        ("https://127.0.0.1/", "inner network"),
        ("https://2130706433/", "inner network"),
        ("https://0x7f000001/", "inner network"),
        ("https://0177.0.0.1/", "inner network"),
        ("https://[::1]/", "inner network"),
        ("https://[::ffff:10.0.0.1]/", "inner network"),
        ("https://169.254.169.254/latest/meta-data", "inner network"),
        ("https://10.0.0.1:8443/hook", "inner network"),
    ] {
        let fields = [("name", "Board"), ("url", url), ("unit", "PUN"), ("events", "received")];
        let page = head.post("/webhooks/new", &fields).await;
        page.must_be(422);
        page.must_have(said);
    }
    let page = head.post("/webhooks/new", &[("url", "https://a.example.bt/")]).await;
    for said in ["Enter a name", "Choose a unit", "Choose one event"] {
        page.must_have(said);
    }
    let body = json!({ "name": "B", "url": "https://a.example.bt/", "unit": "PUN", "events": ["noted"] });
    head.post_json("/api/v1/webhooks/new", &body).await.must_be(422);
}

#[tokio::test]
async fn a_head_keeps_the_receivers_of_the_unit_and_an_operator_all() {
    let world = World::new();
    let url = "https://dashboard.example.bt/hook";
    let mut operator = world.browser(Who::Operator);
    let (of_all, _) = added(&mut operator, url, "").await;
    let (of_punakha, _) = added(&mut operator, url, "PUN").await;
    let mut head = world.browser(Who::Head);
    assert_eq!(told(&mut head, &of_punakha).await["webhook"]["unit"], "PUN");
    head.get(&of_all).await.must_be(404);
    for act in ["on", "off", "rotate", "trial", "remove", "replay", "edit"] {
        head.post(&format!("{of_all}/{act}"), &[]).await.must_be(404);
    }
    for unit in ["", "THI"] {
        let body = json!({ "name": "B", "url": url, "unit": unit, "events": ["received"] });
        head.post_json("/api/v1/webhooks/new", &body).await.must_be(422);
    }
    let (thimphu, stranger, now) = (world.thimphu, world.account(Who::Stranger), world.app.clock.now());
    world
        .app
        .db
        .write_blocking(move |tx| people::grant(tx, stranger, Role::HeadOfUnit, thimphu, now))
        .unwrap();
    world.browser(Who::Stranger).get(&of_punakha).await.must_be(404);
    assert_eq!(world.browser(Who::Stranger).get("/api/v1/webhooks").await.json()["webhooks"], json!([]));
    for who in [Who::Karma, Who::Centre, Who::Auditor, Who::Tshering, Who::Principal] {
        let mut browser = world.browser(who);
        browser.get("/webhooks").await.must_be(403);
        browser.get(&of_punakha).await.must_be(403);
        browser.post("/webhooks/new", &[]).await.must_be(403);
    }
    let mut public = world.public();
    public.get("/webhooks").await.must_have("Sign in");
    public.get("/api/v1/webhooks").await.must_be(401);
    head.get("/webhooks/nonsense").await.must_be(404);
    head.get("/webhooks/nonsense/deliveries/nonsense").await.must_be(404);
    head.get(&format!("{of_punakha}/deliveries/nonsense")).await.must_be(404);
    head.post(&format!("{of_punakha}/deliveries/019a0000-0000-7000-8000-000000000000/replay"), &[])
        .await
        .must_be(404);
    head.get(&format!("/api/v1{of_punakha}?before=nonsense")).await.must_be(422);
}

#[tokio::test]
async fn the_log_is_kept_as_long_as_the_rule_says() {
    let (world, receiver) = (World::reaching_loopback(), Receiver::new().await);
    let (page, _) = added(&mut world.browser(Who::Head), &receiver.url, "PUN").await;
    world.browser(Who::Head).post(&format!("{page}/trial"), &[]).await.must_be(200);
    world.webhook_round().await;
    for (days, left) in [(89, 1), (2, 0)] {
        world.later(days * 24 * 3_600);
        world.browser(Who::Operator).post("/system/retention/run", &[]).await.must_be(200);
        crate::worker::round(&world.app).await.unwrap();
        assert_eq!(world.number("SELECT COUNT(*) FROM webhook_deliveries"), left);
        assert_eq!(world.number("SELECT COUNT(*) FROM webhook_attempts"), left);
    }
}
