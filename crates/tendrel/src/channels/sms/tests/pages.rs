//! The pages of operators, and of those who write the words.

use serde_json::json;

use super::{fields, set, ticked, with_gateway};
use crate::testing::{Who, World};

#[tokio::test]
async fn an_operator_sets_up_the_gateway_and_tries_it() {
    let world = World::with_modem();
    let gateway = with_gateway(&world, |it| it["is_on"] = json!(false)).await;
    let mut operator = world.browser(Who::Operator);
    let page = operator.get("/sms").await;
    page.must_have(&gateway.url);
    page.must_have("17, 77");
    let log = operator.post("/sms/try", &[("phone", "17 12 34 56")]).await;
    log.must_have("The gateway took it");
    log.must_have("…456");
    log.must_not_have("17123456");
    gateway.answers(&[(403, "wrong key")]);
    let log = operator.post("/sms/try", &[("phone", "17123456")]).await;
    log.must_have("The gateway did not take it");
    log.must_have("403 wrong key");
    let wrong = operator.post("/sms/try", &[("phone", "02322711")]).await;
    wrong.must_be(422);
    wrong.must_have("such as 17123456");
    operator.get("/sms").await.must_have("Nu. 0.45");
    assert_eq!(operator.get("/api/v1/sms").await.json()["month_parts"], 1);
    operator.get("/api/v1/sms/log?before=nonsense").await.must_be(422);
}

#[tokio::test]
async fn a_gateway_that_cannot_be_is_refused_with_words() {
    let world = World::with_modem();
    let mut operator = world.browser(Who::Operator);
    let mut refused = async |field: &str, value: serde_json::Value, wrong: &str, words: &str| {
        let mut fields = fields("https://sms.example.bt/send", 0);
        fields[field] = value;
        let answer = operator.post_json("/api/v1/sms", &fields).await;
        answer.must_be(422);
        let told = answer.json()["errors"][wrong].as_str().unwrap_or_default().to_owned();
        assert!(told.contains(words), "{field}: {told}");
    };
    refused("url", json!(""), "url", "whole address").await;
    refused("url", json!("https://{to}.example.bt/"), "url", "whole address").await;
    refused("url", json!("https://a:b@sms.example.bt/"), "url", "headers").await;
    refused("url", json!("http://10.1.1.1/"), "url", "inner network").await;
    refused("body", json!("to={to}"), "body", "{text}").await;
    refused("how", json!("fax"), "how", "Choose").await;
    refused("headers", json!("no colon"), "headers", "colon").await;
    refused("prefixes", json!([]), "prefixes", "17, 77").await;
    refused("prefixes", json!(["x"]), "prefixes", "17, 77").await;
    refused("a_minute", json!(0), "a_minute", "from 1 to 600").await;
    refused("price", json!("dear"), "price", "0.50").await;
    refused("quiet_from", json!("21:00"), "quiet_to", "both").await;
    let mut page = fields("https://sms.example.bt/send", 0);
    page["body"] = json!("");
    let form: Vec<(String, String)> = page
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect();
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let again = operator.post("/sms", &form).await;
    again.must_be(422);
    again.must_have("https://sms.example.bt/send");
    // Without the setting nothing inside is reached, and http is not taken.
    let strict = World::new();
    let mut operator = strict.browser(Who::Operator);
    let told = operator.post_json("/api/v1/sms", &super::fields("http://127.0.0.1:9/", 0)).await.json();
    assert!(told["errors"]["url"].as_str().unwrap().contains("https://"), "{told}");
    let told = operator.post_json("/api/v1/sms", &super::fields("https://127.0.0.1:9/", 0)).await.json();
    assert!(told["errors"]["url"].as_str().unwrap().contains("inner network"), "{told}");
    // Somebody who saw it before is told.
    set(&world, &super::fields("https://sms.example.bt/send", 0)).await;
    let mut operator = world.browser(Who::Operator);
    operator.post_json("/api/v1/sms", &super::fields("https://sms.example.bt/send", 0)).await.must_be(409);
    let stale = [("version", "0"), ("how", "form")];
    operator.post("/sms", &stale).await.must_be(422);
}

#[tokio::test]
async fn only_operators_see_the_gateway_and_its_log() {
    let world = World::with_modem();
    with_gateway(&world, |_| {}).await;
    ticked(&world).await;
    world.sms_round().await;
    for who in [Who::Karma, Who::Head, Who::Tshering, Who::Centre, Who::Auditor] {
        let mut other = world.browser(who);
        for path in ["/sms", "/sms/log", "/api/v1/sms", "/api/v1/sms/log"] {
            other.get(path).await.must_be(403);
        }
        for path in ["/sms", "/sms/try", "/sms/go-on"] {
            other.post(path, &[("phone", "17123456")]).await.must_be(403);
        }
    }
    assert!(world.public().get("/sms").await.path.starts_with("/sign-in"));
    let mut operator = world.browser(Who::Operator);
    let log = operator.get("/sms/log").await;
    log.must_have("It came in");
    log.must_have("…003");
    log.must_not_have("17600003");
    log.must_not_have("Tshering");
}

#[tokio::test]
async fn the_short_words_are_tried_with_their_count_changed_and_brought_back() {
    let world = World::with_modem();
    let gateway = with_gateway(&world, |_| {}).await;
    let mut head = world.browser(Who::Head);
    head.get("/letters").await.must_have("/sms/words/received/en");
    let path = "/sms/words/received/en";
    let page = head.get(path).await;
    page.must_have("We have your request PUN-26-01482-7.");
    page.must_have("one part");
    let tried =
        head.post(path, &[("version", "0"), ("words", "{number} ཐོབ་ཅི། {follow}"), ("try", "1")]).await;
    tried.must_have("70 places in a message");
    assert_eq!(world.number("SELECT COUNT(*) FROM letter_words"), 0);
    head.post(path, &[("version", "0"), ("words", "Good day, it is {number}.")])
        .await
        .must_have("Changed here");
    ticked(&world).await;
    world.sms_round().await;
    assert!(gateway.messages()[0].field("text").starts_with("Good day, it is PUN-"));
    // The letter has its own words.
    head.get("/letters/received/en").await.must_not_have("Good day");
    let wrong = head.post(path, &[("version", "1"), ("words", "Rate it: {rate}")]).await;
    wrong.must_be(422);
    wrong.must_have("{rate}");
    head.post(path, &[("version", "1"), ("words", &"x".repeat(401))]).await.must_be(422);
    head.post(path, &[("version", "0"), ("words", "Late.")]).await.must_be(409);
    head.post("/sms/words/received/en/original", &[("version", "1")]).await.must_not_have("Changed here");
    let told = head.get("/api/v1/sms/words/received/en").await.json();
    assert_eq!((told["parts"].clone(), told["alphabet"].clone()), (json!(1), json!("gsm7")));
    head.get("/sms/words/digest/en").await.must_be(404);
    head.get("/sms/words/received/fr").await.must_be(404);
    for who in [Who::Karma, Who::Tshering] {
        world.browser(who).get(path).await.must_be(403);
        world.browser(who).post(path, &[("words", "x")]).await.must_be(403);
    }
}

#[tokio::test]
async fn after_a_new_key_the_gateway_still_opens() {
    let world = World::with_modem();
    let gateway = with_gateway(&world, |it| {
        it["secret"] = json!("six herons");
        it["headers"] = json!("X-Key: {secret}");
    })
    .await;
    crate::renew_key::run(&world.app, &mut Vec::new()).unwrap();
    let mut restarted = world.app.clone();
    restarted.vault = crate::vault::Vault::of(None, &world.app.settings.data).unwrap();
    ticked(&world).await;
    crate::worker::round(&restarted).await.unwrap();
    crate::channels::sms::round(&restarted).await.unwrap();
    assert_eq!(gateway.messages()[0].headers["x-key"], "six herons");
}
