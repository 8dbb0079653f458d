//! Who is told, when, and how often.

use serde_json::json;

use super::{set, ticked, with_gateway};
use crate::desk::save::TELL;
use crate::desk::testing::{given, reported, veiled};
use crate::id::RequestId;
use crate::jobs;
use crate::testing::{Who, World};

#[tokio::test]
async fn off_nothing_is_asked_written_or_sent() {
    let world = World::with_modem();
    let number = ticked(&world).await;
    world.sms_round().await;
    assert_eq!(world.number("SELECT COUNT(*) FROM sms_messages"), 0);
    world.public().get("/services/internet-lan").await.must_not_have("by_sms");
    world.browser(Who::Karma).get("/requests/new").await.must_not_have("by_sms");
    world.browser(Who::Karma).get("/me/letters").await.must_not_have("name=\"sms\"");
    // Set up and off, it is the same.
    let gateway = with_gateway(&world, |it| it["is_on"] = json!(false)).await;
    world.browser(Who::Karma).post(&format!("/requests/{number}/take"), &[]).await;
    ticked(&world).await;
    world.sms_round().await;
    assert_eq!((gateway.messages().len(), world.number("SELECT COUNT(*) FROM sms_messages")), (0, 0));
}

#[tokio::test]
async fn only_who_ticked_it_and_once() {
    let world = World::with_modem();
    let gateway = with_gateway(&world, |_| {}).await;
    given(&world, reported(&world)).await;
    world.sms_round().await;
    assert_eq!(gateway.messages().len(), 0);
    ticked(&world).await;
    world.sms_round().await;
    let now = world.app.clock.now();
    let again = world.app.db.write(move |tx| {
        let id = tx.one("SELECT id FROM requests WHERE by_sms = 1", &[], |row| row.get::<RequestId>("id"))?;
        jobs::enqueue(tx, TELL, &json!({ "request": id, "number": 1 }), now, now)
    });
    again.await.unwrap();
    world.sms_round().await;
    assert_eq!(gateway.messages().len(), 1);
}

#[tokio::test]
async fn without_a_mail_server_sms_still_goes() {
    let mut world = World::with_modem();
    world.app.mailer = crate::mailer::Mailer::new(crate::settings::entry::MailSettings::Off).unwrap();
    let gateway = with_gateway(&world, |_| {}).await;
    ticked(&world).await;
    world.sms_round().await;
    assert_eq!(gateway.messages().len(), 1);
    assert_eq!(world.number("SELECT COUNT(*) FROM letters"), 0);
}

#[tokio::test]
async fn at_the_form_a_tick_needs_a_mobile_number() {
    let world = World::with_modem();
    let gateway = with_gateway(&world, |_| {}).await;
    let path = "/services/internet-lan";
    let mut public = world.public();
    public.get(path).await.must_have("name=\"by_sms\"");
    let ask = |phone: &'static str| {
        [
            ("office", "Kabjisa Central School"),
            ("name", "Pema"),
            ("phone", phone),
            ("by_sms", "on"),
            ("f-what", "none"),
            ("description", "No Internet"),
        ]
    };
    let again = public.post(path, &ask("02 584120")).await;
    again.must_be(422);
    again.must_have("one that begins with 17, 77");
    again.must_have("name=\"by_sms\" checked");
    public.post(path, &ask("17 55 55 5")).await.must_be(422);
    let sent = public.post(path, &ask("+975 17 55 55 55")).await;
    assert!(sent.path.starts_with("/sent/"), "{}", sent.path);
    world.sms_round().await;
    assert_eq!(gateway.messages()[0].field("to"), "97517555555");
}

#[tokio::test]
async fn a_call_and_the_api_tick_it_too() {
    let world = World::with_modem();
    let gateway = with_gateway(&world, |_| {}).await;
    let mut karma = world.browser(Who::Karma);
    karma.get("/requests/new").await.must_have("name=\"by_sms\"");
    let body = json!({
        "service": "internet-lan", "office": "Kabjisa Central School", "name": "Pema", "phone": "77000001",
        "description": "No Internet", "answers": { "what": "none" }, "by_sms": true,
    });
    karma.post_json("/api/v1/requests", &body).await.must_be(201);
    let mut landline = body.clone();
    landline["phone"] = json!("02584120");
    let refused = karma.post_json("/api/v1/requests", &landline).await;
    refused.must_be(422);
    assert!(refused.json()["errors"]["phone"].as_str().unwrap().contains("17, 77"));
    let mut odd = body.clone();
    odd["by_sms"] = json!("perhaps");
    karma.post_json("/api/v1/requests", &odd).await.must_be(422);
    world.sms_round().await;
    assert_eq!(gateway.messages()[0].field("to"), "97577000001");
}

#[tokio::test]
async fn somebody_with_an_account_chooses_by_kind() {
    let world = World::with_modem();
    let gateway = with_gateway(&world, |_| {}).await;
    let mut karma = world.browser(Who::Karma);
    karma.get("/me/letters").await.must_have("SMS go to +97517600000.");
    let fields = [("want", "assigned"), ("sms", "assigned"), ("sms", "resolved"), ("language", "en")];
    karma.post("/me/letters", &fields).await.must_be(200);
    let told = karma.get("/api/v1/me/letters").await.json();
    assert_eq!(told["sms"], json!(["resolved", "assigned"]));
    let number = given(&world, reported(&world)).await.number;
    let officer = world.person(Who::Karma).to_string();
    let assign = format!("/requests/{number}/assign");
    world.browser(Who::Head).post(&assign, &[("officer", &officer)]).await.must_be(200);
    world.sms_round().await;
    let [came] = &gateway.messages()[..] else { panic!("one message") };
    assert_eq!(came.field("to"), "97517600000");
    let text = came.field("text");
    assert!(text.starts_with(&format!("{number} is given to you: No Internet")), "{text}");
    assert!(text.ends_with(&format!("http://localhost/requests/{number}")), "{text}");
    // Somebody who asks is not offered what concerns the work, and cannot choose it.
    let mut tshering = world.browser(Who::Tshering);
    let wanted = json!({ "want": [], "sms": ["assigned", "asked"], "language": "en" });
    let told = tshering.post_json("/api/v1/me/letters", &wanted).await.json();
    assert_eq!(told["sms"], json!(["asked"]));
    // While it is off nobody is asked, and nothing is forgotten.
    let mut off = super::fields(&gateway.url, 1);
    off["is_on"] = json!(false);
    set(&world, &off).await;
    let told =
        tshering.post_json("/api/v1/me/letters", &json!({ "want": [], "language": "en" })).await.json();
    assert_eq!(told["sms"], json!(["asked"]));
}

#[tokio::test]
async fn nobody_is_woken() {
    let world = World::with_modem();
    let gateway = with_gateway(&world, |it| {
        it["quiet_from"] = json!("21:00");
        it["quiet_to"] = json!("07:00");
    })
    .await;
    world.set("2026-11-19 22:30");
    ticked(&world).await;
    world.sms_round().await;
    world.set("2026-11-20 06:59");
    world.sms_round().await;
    assert_eq!(gateway.messages().len(), 0);
    world.set("2026-11-20 07:00");
    world.sms_round().await;
    assert_eq!(gateway.messages().len(), 1);
    // Somebody's own hours go before those of the gateway.
    let own = json!({ "want": [], "language": "en", "quiet_from": "12:00", "quiet_to": "13:00" });
    world.browser(Who::Tshering).post_json("/api/v1/me/letters", &own).await.must_be(200);
    world.set("2026-11-20 22:30");
    ticked(&world).await;
    world.sms_round().await;
    assert_eq!(gateway.messages().len(), 1);
}

#[tokio::test]
async fn there_are_only_so_many_a_day() {
    let world = World::with_modem();
    let gateway = with_gateway(&world, |it| {
        it["a_day_per_number"] = json!(2);
        it["a_day_in_all"] = json!(3);
    })
    .await;
    for _ in 0..3 {
        ticked(&world).await;
    }
    world.sms_round().await;
    assert_eq!(gateway.messages().len(), 2);
    for phone in ["17000001", "17000002"] {
        let mut incoming = reported(&world);
        (incoming.by_sms, incoming.requester_phone) = (true, phone.to_owned());
        given(&world, incoming).await;
    }
    world.sms_round().await;
    assert_eq!(gateway.messages().len(), 1);
    let why = |why: &str| world.number(&format!("SELECT COUNT(*) FROM sms_messages WHERE why = '{why}'"));
    assert_eq!((why("number_full"), why("day_full")), (1, 1));
    world.set("2026-11-20 09:01");
    ticked(&world).await;
    world.sms_round().await;
    assert_eq!(gateway.messages().len(), 1);
}

#[tokio::test]
async fn of_a_confidential_case_there_is_news_and_no_more() {
    let world = World::with_modem();
    let gateway = with_gateway(&world, |_| {}).await;
    veiled(&world, "internet-lan", &[Who::Karma, Who::Head]).await;
    let number = ticked(&world).await;
    world.sms_round().await;
    let text = gateway.messages()[0].field("text");
    assert_eq!(text, format!("There is news about your request {number}."));
    let told = super::log(&mut world.browser(Who::Operator)).await;
    assert_eq!(told[0]["request_number"], "");
}

#[tokio::test]
async fn what_becomes_confidential_before_it_is_sent_is_not_said() {
    let world = World::with_modem();
    let gateway = with_gateway(&world, |_| {}).await;
    let number = ticked(&world).await;
    crate::worker::round(&world.app).await.unwrap();
    let veil = "UPDATE requests SET confidential = 1";
    world.app.db.write_blocking(move |tx| tx.execute(veil, &[])).unwrap();
    crate::channels::sms::round(&world.app).await.unwrap();
    assert_eq!(gateway.messages()[0].field("text"), format!("There is news about your request {number}."));
}

#[tokio::test]
async fn dzongkha_takes_seventy_places_and_is_cut_between_syllables() {
    let world = World::with_modem();
    let gateway = with_gateway(&world, |it| it["parts"] = json!(1)).await;
    let mut incoming = reported(&world);
    (incoming.by_sms, incoming.requester, incoming.language) = (true, None, "dz".to_owned());
    let number = given(&world, incoming).await.number;
    world.sms_round().await;
    gateway.messages();
    let hold = [("reason", "waiting_requester"), ("comment", &"ཁང་མིག་ག་ཅི་ནང་ཨིན་ན།་".repeat(9)[..])];
    world.browser(Who::Karma).post(&format!("/requests/{number}/hold"), &hold).await.must_be(200);
    world.sms_round().await;
    let text = gateway.messages()[0].field("text");
    assert!(text.encode_utf16().count() <= 70 && text.contains('…') && text.contains("/r/"), "{text}");
}

#[tokio::test]
async fn what_is_forgotten_is_not_sent_and_leaves_no_number() {
    let world = World::with_modem();
    let gateway = with_gateway(&world, |_| {}).await;
    ticked(&world).await;
    world.sms_round().await;
    ticked(&world).await;
    crate::worker::round(&world.app).await.unwrap();
    let now = world.app.clock.now();
    let forgotten = world.app.db.write(move |tx| {
        let all = tx.rows("SELECT id FROM requests", &[], |row| row.get::<RequestId>("id"))?;
        all.into_iter().try_for_each(|id| crate::desk::store::forget::strip(tx, id, "removed", now))
    });
    forgotten.await.unwrap();
    assert_eq!(gateway.messages().len(), 1);
    world.sms_round().await;
    assert_eq!(gateway.messages().len(), 0);
    let left = "SELECT COUNT(*) FROM sms_messages WHERE phone = '' AND words = '' AND state = 'sent'";
    assert_eq!((world.number(left), world.number("SELECT COUNT(*) FROM sms_messages")), (1, 1));
}
