use jiff::SignedDuration;

use super::receiver::Message;
use super::{Receiver, added, open, told};
use crate::channels::webhooks::store::deliveries;
use crate::channels::webhooks::{send, store};
use crate::desk::testing::{given, reported, resolved, veiled};
use crate::id::WebhookId;
use crate::testing::{Who, World};

fn kinds(messages: &[Message]) -> Vec<String> {
    messages.iter().map(Message::kind).collect()
}

#[tokio::test]
async fn what_happens_is_told_signed_and_without_a_word_of_it() {
    let (world, receiver) = (World::reaching_loopback(), Receiver::new().await);
    let (_, secret) = added(&mut world.browser(Who::Head), &receiver.url, "PUN").await;
    let number = given(&world, reported(&world)).await.number;
    let mut karma = world.browser(Who::Karma);
    karma
        .post(&format!("/requests/{number}/note"), &[("text", "The principal is angry.")])
        .await
        .must_be(200);
    karma.post(&format!("/requests/{number}/reply"), &[("text", "We come at two.")]).await.must_be(200);
    resolved(&world, &number).await;
    let mut elsewhere = reported(&world);
    elsewhere.unit = world.thimphu;
    given(&world, elsewhere).await;
    world.webhook_round().await;
    let messages = receiver.messages();
    assert_eq!(kinds(&messages), ["request.received", "request.replied", "request.resolved"]);
    for message in &messages {
        assert!(message.is_signed_by(&secret) && message.number() == number, "{message:?}");
        assert!(message.id.starts_with("msg_"));
        for personal in ["Tshering", "Karma", "1760", "angry", "two", "Internet in", "power", "@"] {
            assert!(!message.body.contains(personal), "{personal}: {}", message.body);
        }
    }
    let last = messages[2].json();
    let data = last["data"].as_object().unwrap();
    let members: Vec<&str> = data.keys().map(String::as_str).collect();
    assert_eq!(members, ["activity", "at", "event", "number", "priority", "service", "state", "unit"]);
    assert_eq!((&data["state"], &data["unit"]), (&"resolved".into(), &"PUN".into()));
    assert_eq!((&data["service"], &last["version"]), (&"internet-lan".into(), &1.into()));
    // Told once.
    world.later(100);
    world.webhook_round().await;
    assert_eq!(receiver.messages().len(), 0);
}

#[tokio::test]
async fn it_is_sent_until_it_is_taken_in_the_order_of_the_request() {
    let (world, receiver) = (World::reaching_loopback(), Receiver::new().await);
    let mut head = world.browser(Who::Head);
    let (page, _) = added(&mut head, &receiver.url, "PUN").await;
    receiver.answers(500, "<b>a fault</b>");
    let number = given(&world, reported(&world)).await.number;
    resolved(&world, &number).await;
    let mut ids = std::collections::BTreeSet::new();
    for pause in [5, 300, 1_800, 7_200] {
        world.webhook_round().await;
        let messages = receiver.messages();
        assert_eq!(kinds(&messages), ["request.received"], "before {pause} s");
        ids.insert(messages[0].id.clone());
        world.later(pause - 1);
        world.webhook_round().await;
        assert_eq!(receiver.messages().len(), 0, "before {pause} s");
        world.later(1);
    }
    assert_eq!(ids.len(), 1, "the same id each time: {ids:?}");
    let log = told(&mut head, &page).await;
    assert_eq!((&log["webhook"]["failures"], &log["waiting"]), (&4.into(), &2.into()));
    head.get(&page).await.must_have("failing");
    let sent = log["deliveries"].as_array().unwrap().iter().find(|one| one["attempts"] == 4).unwrap();
    let delivery = sent["id"].as_str().unwrap().to_owned();
    head.get(&format!("{page}/deliveries/{delivery}")).await.must_have("&#60;b&#62;a fault");
    receiver.answers(200, "");
    world.webhook_round().await;
    assert_eq!(kinds(&receiver.messages()), ["request.received", "request.resolved"]);
    assert_eq!(told(&mut head, &page).await["webhook"]["failures"], 0);
}

#[tokio::test]
async fn after_three_days_it_is_given_up_and_can_be_sent_again() {
    let (world, receiver) = (World::reaching_loopback(), Receiver::new().await);
    let mut head = world.browser(Who::Head);
    let (page, _) = added(&mut head, &receiver.url, "PUN").await;
    receiver.answers(503, "");
    given(&world, reported(&world)).await;
    for _ in 0..12 {
        world.webhook_round().await;
        world.later(24 * 3_600);
    }
    let messages = receiver.messages();
    assert_eq!(messages.len(), 10);
    // A day is longer than an idle session.
    let mut head = world.browser(Who::Head);
    let delivery = told(&mut head, &page).await["deliveries"][0].clone();
    assert_eq!((&delivery["outcome"], &delivery["attempts"]), (&"given_up".into(), &10.into()));
    receiver.answers(200, "");
    let one = format!("{page}/deliveries/{}", delivery["id"].as_str().unwrap());
    head.post(&format!("{one}/replay"), &[]).await.must_be(200);
    world.webhook_round().await;
    assert_eq!(receiver.messages()[0].id, messages[0].id);
    // A span: what was taken is sent again only if all is asked for.
    let span = format!("{page}/replay");
    let fields = |which| [("from", "2026-11-19"), ("to", "2026-11-19"), ("which", which)];
    head.post(&span, &fields("given_up")).await.must_be(200);
    world.webhook_round().await;
    assert_eq!(receiver.messages().len(), 0);
    head.post(&span, &fields("all")).await.must_be(200);
    world.webhook_round().await;
    assert_eq!(receiver.messages().len(), 1);
    let day_before = [("from", "2026-11-18"), ("to", "2026-11-18"), ("which", "all")];
    head.post(&span, &day_before).await.must_be(200);
    world.webhook_round().await;
    assert_eq!(receiver.messages().len(), 0);
    let wrong = head.post(&span, &[("from", "2026-11-19"), ("to", "2026-11-01"), ("which", "some")]).await;
    wrong.must_be(422);
    wrong.must_have("not before the first");
    wrong.must_have("Choose what is sent again");
}

#[tokio::test]
async fn one_that_fails_too_long_is_paused_and_its_maker_told() {
    let world = World::reaching_loopback().with_webhooks(|settings| {
        open(settings);
        settings.pause_after_failures = 3;
        settings.pause_after_hours = 1;
    });
    let receiver = Receiver::new().await;
    let mut head = world.browser(Who::Head);
    let (page, _) = added(&mut head, &receiver.url, "PUN").await;
    receiver.answers(500, "");
    given(&world, reported(&world)).await;
    for pause in [5, 300, 1_800, 7_200] {
        world.webhook_round().await;
        world.later(pause);
    }
    // Three failures within an hour are too short a time, the fifth comes after it.
    assert_eq!(receiver.messages().len(), 4);
    head.get(&page).await.must_have("failing");
    world.webhook_round().await;
    head.get(&page).await.must_have("It failed for too long");
    head.get("/notices").await.must_have("Nothing is sent any more to the receiver:");
    receiver.messages();
    // Nothing is lost meanwhile.
    given(&world, reported(&world)).await;
    world.later(24 * 3_600);
    world.webhook_round().await;
    assert_eq!(receiver.messages().len(), 0);
    receiver.answers(200, "");
    let mut head = world.browser(Who::Head);
    head.post(&format!("{page}/on"), &[]).await.must_have("what waits is sent now");
    world.webhook_round().await;
    assert_eq!(receiver.messages().len(), 2);
    // Or it is left out.
    head.post(&format!("{page}/off"), &[]).await.must_have("nothing is sent");
    given(&world, reported(&world)).await;
    world.later(60);
    head.post_json(&format!("/api/v1{page}/on"), &serde_json::json!({ "skip": true })).await.must_be(200);
    world.webhook_round().await;
    assert_eq!(receiver.messages().len(), 0);
}

#[tokio::test]
async fn one_that_is_gone_is_left_alone() {
    let (world, receiver) = (World::reaching_loopback(), Receiver::new().await);
    let mut operator = world.browser(Who::Operator);
    let (page, _) = added(&mut operator, &receiver.url, "").await;
    receiver.answers(410, "");
    given(&world, reported(&world)).await;
    world.webhook_round().await;
    world.later(600);
    world.webhook_round().await;
    assert_eq!(receiver.messages().len(), 1);
    assert_eq!(told(&mut operator, &page).await["webhook"]["off_why"], "gone");
    let notices = operator.get("/notices").await.text();
    assert!(notices.contains("gone for good"));
    let open =
        notices.split("action=\"").find(|it| it.contains("/open\"")).unwrap().split('"').next().unwrap();
    assert_eq!(operator.post(open, &[]).await.path, "/webhooks");
}

#[tokio::test]
async fn killed_between_sending_and_marking_it_sends_the_same_again() {
    let (world, receiver) = (World::reaching_loopback(), Receiver::new().await);
    let (page, secret) = added(&mut world.browser(Who::Head), &receiver.url, "PUN").await;
    given(&world, reported(&world)).await;
    crate::channels::webhooks::gather::gather(&world.app).await.unwrap();
    let (id, now) = (WebhookId::parse(page.rsplit('/').next().unwrap()).unwrap(), world.app.clock.now());
    let stale = now - SignedDuration::from_secs(60);
    let taken = world.app.db.write_blocking(move |tx| deliveries::take(tx, id, now, stale)).unwrap().unwrap();
    let endpoint = world.app.db.read_blocking(move |r| store::get(r, id)).unwrap().unwrap();
    send::send(&world.app, &endpoint, &taken, now).await;
    // The program died here. Nobody else sends it while it may be on its way.
    world.later(30);
    world.webhook_round().await;
    assert_eq!(receiver.messages().len(), 1);
    world.later(31);
    world.webhook_round().await;
    let again = receiver.messages();
    assert_eq!(again.len(), 1);
    assert!(again[0].is_signed_by(&secret));
    assert_eq!(again[0].id, format!("msg_{}", taken.id.uuid().simple()));
    // Who was thought dead and was not marks nothing.
    let attempt = deliveries::Attempt { at: now, took_ms: 1, status: Some(500), answer: String::new() };
    let marked = move |tx: &mut database::Transaction| deliveries::note(tx, &taken, now, &attempt);
    assert!(!world.app.db.write_blocking(marked).unwrap());
}

#[tokio::test]
async fn what_commits_late_is_told_too() {
    let (world, receiver) = (World::reaching_loopback(), Receiver::new().await);
    added(&mut world.browser(Who::Head), &receiver.url, "PUN").await;
    world.later(600);
    given(&world, reported(&world)).await;
    world.webhook_round().await;
    assert_eq!(receiver.messages().len(), 1);
    // Written fifteen seconds before the last look, committed after it.
    world.later(-15);
    given(&world, reported(&world)).await;
    world.later(15);
    world.webhook_round().await;
    assert_eq!(receiver.messages().len(), 1);
    // What happened long before it was written down is taken over from elsewhere.
    let mut old = reported(&world);
    old.received_at = world.app.clock.now() - SignedDuration::from_hours(24 * 40);
    given(&world, old).await;
    world.webhook_round().await;
    assert_eq!(receiver.messages().len(), 0);
}

#[tokio::test]
async fn what_is_confidential_is_never_told() {
    let (world, receiver) = (World::reaching_loopback(), Receiver::new().await);
    let mut operator = world.browser(Who::Operator);
    let (page, _) = added(&mut operator, &receiver.url, "").await;
    // It waits, and becomes confidential before it is sent.
    receiver.answers(500, "");
    given(&world, reported(&world)).await;
    world.webhook_round().await;
    assert_eq!(receiver.messages().len(), 1);
    receiver.answers(200, "");
    veiled(&world, "internet-lan", &[Who::Karma]).await;
    given(&world, reported(&world)).await;
    world.later(600);
    world.webhook_round().await;
    let log = told(&mut operator, &page).await;
    let numbers = receiver.messages().iter().map(Message::number).collect::<Vec<_>>();
    assert_eq!(numbers, [] as [String; 0], "{log}");
    assert_eq!(log["deliveries"].as_array().map(Vec::len), Some(1));
    assert_eq!(log["deliveries"][0]["outcome"], "withheld");
}

#[tokio::test]
async fn a_unit_that_gives_a_request_away_is_told_so() {
    let (world, receiver) = (World::reaching_loopback(), Receiver::new().await);
    added(&mut world.browser(Who::Head), &receiver.url, "PUN").await;
    let number = given(&world, reported(&world)).await.number;
    let thimphu = world.app.calendars.unit(world.thimphu).unwrap().code;
    let fields = [("version", "1"), ("unit", thimphu.as_str()), ("text", "The line ends in Thimphu.")];
    world.browser(Who::Karma).post(&format!("/requests/{number}/hand-over"), &fields).await.must_be(200);
    world.webhook_round().await;
    let messages = receiver.messages();
    assert_eq!(kinds(&messages), ["request.handed_over"]);
    assert_eq!(messages[0].json()["data"]["unit"], thimphu.as_str());
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_followed() {
    let receiver = Receiver::new().await;
    let world = World::new().with_webhooks(|settings| settings.allow_http = true);
    let mut head = world.browser(Who::Head);
    let (page, _) = added(&mut head, &receiver.url.replace("127.0.0.1", "localhost"), "PUN").await;
    head.post(&format!("{page}/trial"), &[]).await.must_have("None yet");
    world.webhook_round().await;
    assert_eq!(receiver.messages().len(), 0);
    let delivery = told(&mut head, &page).await["deliveries"][0]["id"].as_str().unwrap().to_owned();
    let shown = head.get(&format!("{page}/deliveries/{delivery}")).await;
    shown.must_have("localhost is an address of the inner network");
}
