//! From the event to the telephone.

use serde_json::json;

use super::{TSHERING, fields, log, set, ticked, with_gateway};
use crate::channels::sms;
use crate::desk::testing::resolved;
use crate::testing::{Who, World};

#[tokio::test]
async fn whoever_ticked_it_is_told_what_matters_and_follows_a_short_link() {
    let world = World::with_modem();
    let gateway = with_gateway(&world, |_| {}).await;
    let number = ticked(&world).await;
    world.sms_round().await;
    let [came] = &gateway.messages()[..] else { panic!("one message") };
    assert_eq!(came.field("to"), TSHERING);
    let text = came.field("text");
    assert!(
        text.starts_with(&format!("We have your request {number}. Done by Fri 20 Nov 17:00. ")),
        "{text}"
    );
    let link = text.split_whitespace().find(|word| word.starts_with("http://localhost/r/")).unwrap();
    let path = link.strip_prefix("http://localhost").unwrap();
    assert_eq!(path.len(), "/r/".len() + 14);
    world.public().get(path).await.must_have("No Internet in the whole school");
    assert_eq!(world.number("SELECT parts FROM sms_messages"), 1);
    // Neither the rest nor a second round says anything more.
    let mut karma = world.browser(Who::Karma);
    karma.post(&format!("/requests/{number}/reply"), &[("text", "Coming.")]).await.must_be(200);
    world.sms_round().await;
    assert_eq!(gateway.messages().len(), 0);
    let hold = [("reason", "waiting_requester"), ("comment", "Which room is it?")];
    karma.post(&format!("/requests/{number}/hold"), &hold).await.must_be(200);
    world.sms_round().await;
    assert!(gateway.messages()[0].field("text").contains("waits for you: Which room is it? Answer: http"));
    karma.post(&format!("/requests/{number}/resume"), &[]).await;
    resolved(&world, &number).await;
    world.sms_round().await;
    let told = gateway.messages();
    assert!(told[0].field("text").contains("is settled: The power unit was replaced."), "{told:?}");
    let page = karma.get(&format!("/requests/{number}")).await;
    page.must_have("SMS to …003");
    let api = karma.get(&format!("/api/v1/requests/{number}")).await.json();
    assert_eq!((api["sms"][0]["to"].clone(), api["sms"][0]["state"].clone()), (json!("…003"), json!("sent")));
    let mine = world.browser(Who::Tshering).get(&format!("/api/v1/requests/{number}")).await.json();
    assert_eq!(mine["sms"], json!([]));
}

#[tokio::test]
async fn by_get_by_form_and_by_json_with_the_secret_where_it_belongs() {
    let world = World::with_modem();
    let gateway = with_gateway(&world, |_| {}).await;
    let mut operator = world.browser(Who::Operator);
    let send = json!({ "phone": "+975 17 12 34 56" });
    let mut get = fields(&format!("{}?n=%2B{{to}}&m={{text}}&k={{secret}}", gateway.url), 1);
    get["how"] = json!("get");
    get["secret"] = json!("six herons & more");
    set(&world, &get).await;
    let tried = operator.post_json("/api/v1/sms/try", &send).await.json();
    assert_eq!(tried, json!({ "is_sent": true, "answer": "200 OK" }));
    let came = &gateway.messages()[0];
    assert_eq!((came.method.as_str(), came.field("n").as_str()), ("GET", "+97517123456"));
    assert_eq!(came.field("k"), "six herons & more");
    let mut json_body = fields(&gateway.url, 2);
    json_body["how"] = json!("json");
    json_body["body"] = json!(r#"{"to": "+{to}", "text": "{text}", "ref": "{id}", "from": "{sender}"}"#);
    json_body["headers"] = json!("Authorization: Bearer {secret}");
    json_body["sender"] = json!("ICT \"Desk\"");
    set(&world, &json_body).await;
    operator.post_json("/api/v1/sms/try", &send).await.must_be(200);
    let came = &gateway.messages()[0];
    assert_eq!(came.headers["authorization"], "Bearer six herons & more");
    let body: serde_json::Value = serde_json::from_str(&came.body).unwrap();
    assert_eq!(body["to"], "+97517123456");
    assert_eq!(body["from"], "ICT \"Desk\"");
    assert_eq!(came.headers["idempotency-key"], body["ref"].as_str().unwrap());
    // The secret stands in no page, no answer and no record.
    gateway.answers(&[(200, "key six herons & more is good, sent 'This is a try' to +97517123456")]);
    let tried = operator.post_json("/api/v1/sms/try", &send).await.json();
    assert_eq!(tried["answer"], "200 key *** is good, sent 'This is a try' to +…456");
    for path in ["/sms", "/sms/log", "/api/v1/sms", "/api/v1/sms/log"] {
        let told = operator.get(path).await;
        assert!(!told.text().contains("six herons"), "{path}");
    }
    assert_eq!(world.number("SELECT COUNT(*) FROM sms_gateway WHERE settings LIKE '%heron%'"), 0);
    assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE detail LIKE '%heron%'"), 0);
}

#[tokio::test]
async fn a_no_ends_it_and_the_unit_telephones() {
    let world = World::with_modem();
    let gateway = with_gateway(&world, |it| it["answer_holds"] = json!("OK")).await;
    gateway.answers(&[(400, "bad number"), (200, "ERROR: no credit"), (200, "OK")]);
    let mut numbers = Vec::new();
    for minute in ["09:01", "09:02", "09:03"] {
        world.set(&format!("2026-11-19 {minute}"));
        numbers.push(ticked(&world).await);
        world.sms_round().await;
    }
    let [refused, not_taken, taken] = &numbers[..] else { panic!("three") };
    assert_eq!(gateway.messages().len(), 3);
    assert_eq!((world.sms_state("failed"), world.sms_state("sent")), (2, 1));
    let mut karma = world.browser(Who::Karma);
    let page = karma.get(&format!("/requests/{refused}")).await;
    page.must_have("The gateway refused it.");
    page.must_have("href=\"tel:17600003\"");
    let page = karma.get(&format!("/requests/{not_taken}")).await;
    page.must_have("without the words that mean yes");
    karma.get(&format!("/requests/{taken}")).await.must_not_have("telephone");
    karma.get("/notices").await.must_have("An SMS did not arrive:");
    let mut operator = world.browser(Who::Operator);
    let lines = log(&mut operator).await;
    assert_eq!(lines[2]["answer"], "400 bad number");
    assert_eq!(lines[1]["answer"], "200 ERROR: no credit");
    operator.get("/sms/log").await.must_have("400 bad number");
    world.set("2026-11-19 14:00");
    world.sms_round().await;
    assert_eq!(gateway.messages().len(), 0);
}

#[tokio::test]
async fn not_now_is_tried_again_with_growing_pauses_under_the_same_id() {
    let world = World::with_modem();
    let gateway = with_gateway(&world, |_| {}).await;
    gateway.answers(&[(503, "busy"), (429, "slower"), (200, "OK")]);
    ticked(&world).await;
    world.sms_round().await;
    let first = gateway.messages().remove(0).field("id");
    for (minute, came) in [("09:00", 0), ("09:01", 1), ("09:02", 0), ("09:03", 1), ("09:30", 0)] {
        world.set(&format!("2026-11-19 {minute}"));
        sms::round(&world.app).await.unwrap();
        let messages = gateway.messages();
        assert_eq!(messages.len(), came, "{minute}");
        assert!(messages.iter().all(|message| message.field("id") == first), "{minute}");
    }
    assert_eq!(world.sms_state("sent"), 1);
    assert_eq!(world.number("SELECT failures FROM sms_gateway"), 0);
}

#[tokio::test]
async fn one_that_never_is_taken_is_given_up() {
    let world = World::with_modem();
    let gateway = with_gateway(&world, |_| {}).await;
    gateway.answers(&[(500, "broken")]);
    ticked(&world).await;
    world.sms_round().await;
    let mut tries = gateway.messages().len();
    for hour in 10..24 {
        world.set(&format!("2026-11-19 {hour}:30"));
        sms::round(&world.app).await.unwrap();
        tries += gateway.messages().len();
    }
    assert_eq!(tries, 8);
    assert_eq!(world.number("SELECT COUNT(*) FROM sms_messages WHERE why = 'given_up'"), 1);
}

#[tokio::test]
async fn a_gateway_that_is_unplugged_loses_nothing_and_operators_are_told_once() {
    let world = World::with_modem();
    let gateway = with_gateway(&world, |_| {}).await;
    gateway.stop();
    ticked(&world).await;
    world.sms_round().await;
    for hour in 10..24 {
        world.set(&format!("2026-11-19 {hour}:30"));
        sms::round(&world.app).await.unwrap();
    }
    assert_eq!(world.sms_state("waiting"), 1);
    assert_eq!(world.number("SELECT COUNT(*) FROM notices WHERE kind = 'sms_paused'"), 1);
    let mut operator = world.browser(Who::Operator);
    operator.get("/sms").await.must_have("it is tried once an hour");
    operator.get("/system").await.must_have("The SMS gateway fails again and again");
    operator.get("/notices").await.must_have("The SMS gateway fails: see SMS");
    // Plugged in again, at another address.
    let other = super::gateway::Gateway::new().await;
    set(&world, &fields(&other.url, 1)).await;
    sms::round(&world.app).await.unwrap();
    assert_eq!(other.messages().len(), 1);
    operator.get("/sms").await.must_not_have("once an hour");
}

#[tokio::test]
async fn what_waited_too_long_is_not_sent() {
    let world = World::with_modem();
    let gateway = with_gateway(&world, |_| {}).await;
    gateway.stop();
    ticked(&world).await;
    world.sms_round().await;
    world.set("2026-11-21 09:00");
    sms::round(&world.app).await.unwrap();
    assert_eq!(world.number("SELECT COUNT(*) FROM sms_messages WHERE why = 'too_old'"), 1);
}

#[tokio::test]
async fn a_gateway_that_refuses_everything_is_stopped_until_somebody_looked() {
    let world = World::with_modem();
    let gateway = with_gateway(&world, |it| it["a_day_per_number"] = json!(50)).await;
    gateway.answers(&[(401, "wrong key")]);
    for _ in 0..12 {
        ticked(&world).await;
    }
    world.sms_round().await;
    assert_eq!(gateway.messages().len(), 10);
    assert_eq!((world.sms_state("failed"), world.sms_state("waiting")), (10, 2));
    world.set("2026-11-19 15:00");
    sms::round(&world.app).await.unwrap();
    assert_eq!(gateway.messages().len(), 0);
    let mut operator = world.browser(Who::Operator);
    operator.get("/sms").await.must_have("2 messages wait");
    gateway.answers(&[(200, "OK")]);
    operator.post("/sms/go-on", &[]).await.must_be(200);
    sms::round(&world.app).await.unwrap();
    assert_eq!(gateway.messages().len(), 2);
}

#[tokio::test]
async fn it_keeps_its_pace() {
    let world = World::with_modem();
    let gateway = with_gateway(&world, |it| {
        it["a_minute"] = json!(6);
        it["a_day_per_number"] = json!(50);
    })
    .await;
    for _ in 0..5 {
        ticked(&world).await;
    }
    world.sms_round().await;
    let at_once = gateway.messages().len();
    assert!(at_once <= 3, "{at_once}");
    world.set("2026-11-19 09:01");
    sms::round(&world.app).await.unwrap();
    assert_eq!(at_once + gateway.messages().len(), 5);
}

#[tokio::test]
async fn a_sender_that_died_is_followed_by_another_under_the_same_id() {
    let world = World::with_modem();
    let gateway = with_gateway(&world, |_| {}).await;
    gateway.is_slow(300);
    ticked(&world).await;
    crate::worker::round(&world.app).await.unwrap();
    let own = world.app.clone();
    let dying = tokio::spawn(async move { sms::round(&own).await });
    while world.number("SELECT COUNT(*) FROM sms_messages WHERE taken_at IS NOT NULL") == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    dying.abort();
    gateway.is_slow(0);
    sms::round(&world.app).await.unwrap();
    assert_eq!(world.sms_state("waiting"), 1, "for a minute it may still be on its way");
    world.set("2026-11-19 09:02");
    sms::round(&world.app).await.unwrap();
    let ids: Vec<String> = gateway.messages().iter().map(|message| message.field("id")).collect();
    assert!(ids.len() <= 2 && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(world.sms_state("sent"), 1);
}
