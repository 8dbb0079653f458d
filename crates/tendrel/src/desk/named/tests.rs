use serde_json::json;

use crate::desk::testing::{given, reported, veiled};
use crate::testing::{Who, World};

#[tokio::test]
async fn only_the_named_and_whoever_asked_know_that_it_is_there() {
    let world = World::new();
    veiled(&world, "internet-lan", &[Who::Karma]).await;
    let accepted = given(&world, reported(&world)).await;
    let number = &accepted.number;
    assert!(number.starts_with("CONF-26-"), "{number}");
    let case = format!("/requests/{number}");
    for path in [case.clone(), format!("/api/v1{case}"), format!("{case}/look")] {
        for who in [Who::Sonam, Who::Head, Who::Centre, Who::Auditor, Who::Principal, Who::Stranger] {
            world.browser(who).get(&path).await.must_be(404);
        }
    }
    world.browser(Who::Karma).get(&case).await.must_have("Only named people and the one who asked see it");
    world.browser(Who::Tshering).get(&format!("/my/requests/{number}")).await.must_be(200);
    world.browser(Who::Tshering).get("/my/requests").await.must_have(number);
    world.public().get(&format!("/r/{}", accepted.secret)).await.must_be(200);
    // Whoever knows number and telephone learns nothing.
    let follow = [("number", number.as_str()), ("contact", "17600003")];
    world.public().post("/follow", &follow).await.must_be(422);
    for path in ["/requests", "/today", "/search?q=internet", "/notices", "/requests.csv", "/analysis"] {
        let mut head = world.browser(Who::Head);
        let with = head.get(path).await.text();
        assert!(!with.contains("No Internet in the whole school"), "{path}");
        let mut sonam = world.browser(Who::Sonam);
        assert!(!sonam.get(path).await.text().contains(number.as_str()), "{path}");
    }
    let counts = |who| world.browser(who);
    counts(Who::Karma).get("/today").await.must_have("<b><a href=\"/requests?\">1</a></b>");
    counts(Who::Head).get("/today").await.must_have("<b><a href=\"/requests?\">0</a></b>");
    assert_eq!(world.number("SELECT COUNT(*) FROM counters WHERE name = 'open' AND value <> 0"), 0);
}

#[tokio::test]
async fn it_is_given_only_to_the_named_and_handed_over_only_where_somebody_is() {
    let world = World::new();
    veiled(&world, "internet-lan", &[Who::Karma, Who::Head]).await;
    let number = given(&world, reported(&world)).await.number;
    let mut karma = world.browser(Who::Karma);
    let page = karma.get(&format!("/requests/{number}")).await;
    let sonam = world.person(Who::Sonam).to_string();
    page.must_not_have(&format!("value=\"{sonam}\""));
    karma.post(&format!("/requests/{number}/assign"), &[("officer", &sonam)]).await.must_be(422);
    let head = world.person(Who::Head).to_string();
    karma.post(&format!("/requests/{number}/assign"), &[("officer", &head)]).await.must_be(200);
    world.browser(Who::Head).get("/notices").await.must_have("Given to you:");
    let hand_over = format!("/requests/{number}/hand-over");
    let fields = [("unit", "THI"), ("text", "It is theirs.")];
    let page = karma.post(&hand_over, &fields).await;
    page.must_be(422);
    page.must_have("Nobody of that unit is named");
    let name = [("person", "Ugyen Lhendup")];
    world.browser(Who::Head).post("/services/internet-lan/named", &name).await.must_be(200);
    karma.post(&hand_over, &fields).await.must_be(200);
    world.browser(Who::Stranger).get(&format!("/requests/{number}")).await.must_have("It is theirs.");
    world.browser(Who::Stranger).get("/notices").await.must_have("Handed over to your unit:");
}

#[tokio::test]
async fn a_request_goes_into_a_confidential_service_and_out_of_it_and_the_numbers_follow() {
    let world = World::new();
    veiled(&world, "security-incident", &[Who::Karma]).await;
    let number = given(&world, reported(&world)).await.number;
    let kept = |name| world.number(name);
    let open = "SELECT CAST(COALESCE(SUM(value), 0) AS BIGINT) FROM counters WHERE name = 'open'";
    let veiled_open = "SELECT CAST(COALESCE(SUM(value), 0) AS BIGINT) FROM counters WHERE name LIKE 'open/%'";
    let sonam_id = world.person(Who::Sonam).to_string();
    let mut sonam = world.browser(Who::Sonam);
    world
        .browser(Who::Karma)
        .post(&format!("/requests/{number}/assign"), &[("officer", &sonam_id)])
        .await
        .must_be(200);
    sonam.get("/notices").await.must_have("No Internet");
    assert_eq!((kept(open), kept(veiled_open)), (2, 0), "of the unit and of Sonam");
    let reclassify = format!("/requests/{number}/reclassify");
    let page = sonam.post(&reclassify, &[("service", "security-incident")]).await;
    assert!(page.path.starts_with("/requests?done=reclassified"), "{}", page.path);
    assert_eq!((kept(open), kept(veiled_open)), (0, 1));
    sonam.get(&format!("/requests/{number}")).await.must_be(404);
    sonam.get("/notices").await.must_not_have("No Internet");
    sonam.get("/search?q=internet").await.must_not_have(&number);
    assert_eq!(world.number("SELECT COUNT(*) FROM notices WHERE request_id IS NOT NULL"), 0);
    let mut karma = world.browser(Who::Karma);
    karma.get(&format!("/requests/{number}")).await.must_have("<b>Sonam Dorji</b> corrected it");
    karma.get("/search?q=internet").await.must_have(&number);
    karma.post(&reclassify, &[("service", "internet-lan")]).await.must_be(200);
    assert_eq!((kept(open), kept(veiled_open)), (1, 0));
    sonam.get(&format!("/requests/{number}")).await.must_be(200);
    sonam.get("/search?q=internet").await.must_have(&number);
}

#[tokio::test]
async fn nobody_names_themselves_in_silence() {
    let world = World::new();
    let mut tandin = world.browser(Who::Operator);
    let path = "/services/security-incident/named";
    world.browser(Who::Head).post(path, &[("person", "Karma Wangmo")]).await.must_be(200);
    tandin.post(path, &[("person", "Tandin Wangdi")]).await.must_be(200);
    let told = world.browser(Who::Karma).get("/notices").await;
    told.must_have("Tandin Wangdi · Tandin Wangdi");
    let events = "SELECT COUNT(*) FROM events WHERE activity = 'named' AND subject = 'service'";
    assert_eq!(world.number(events), 2);
    // Being named opens nothing to somebody without a role over the request.
    veiled(&world, "security-incident", &[]).await;
    let mut incoming = reported(&world);
    incoming.service = world.app.catalogue.now().service_by_code("security-incident").unwrap().clone();
    let number = given(&world, incoming).await.number;
    tandin.get(&format!("/requests/{number}")).await.must_be(404);
    let karma = world.person(Who::Karma);
    tandin
        .post("/services/security-incident/named/remove", &[("person", &karma.to_string())])
        .await
        .must_be(200);
    world
        .browser(Who::Karma)
        .get("/notices")
        .await
        .must_have("Taken off the list of a confidential service:");
    world.browser(Who::Karma).get(&format!("/requests/{number}")).await.must_be(404);
    let last = [("person", world.person(Who::Operator).to_string())];
    let last = [(last[0].0, last[0].1.as_str())];
    tandin
        .post("/services/security-incident/named/remove", &last)
        .await
        .must_have("The last one cannot be taken off");
}

#[tokio::test]
async fn the_list_is_for_those_who_keep_services_and_those_who_stand_in_it() {
    let world = World::new();
    let path = "/services/security-incident/named";
    for who in [Who::Karma, Who::Centre, Who::Auditor, Who::Tshering] {
        world.browser(who).get(path).await.must_be(404);
        world.browser(who).post(path, &[("person", "Karma Wangmo")]).await.must_be(404);
        world.browser(who).post("/services/security-incident/named/remove", &[]).await.must_be(404);
    }
    world.public().get(path).await.must_have("Sign in");
    let mut head = world.browser(Who::Head);
    for nobody in ["", "Nobody Atall"] {
        head.post(path, &[("person", nobody)]).await.must_be(422);
    }
    head.post("/services/security-incident/named/remove", &[("person", "x")]).await.must_be(404);
    let karma = world.person(Who::Karma);
    let api = format!("/api/v1{path}");
    head.post_json(&api, &json!({ "person": karma })).await.must_be(200);
    head.post_json(&api, &json!({ "person": "nobody at all" })).await.must_be(422);
    let list = head.get(&api).await.json();
    assert_eq!(list["people"][0]["name"], "Karma Wangmo");
    world.browser(Who::Karma).get(path).await.must_have("Punakha ICT Services");
    head.post_json("/api/v1/services/security-incident/named/remove", &json!({ "person": karma }))
        .await
        .must_be(200);
    world.browser(Who::Karma).get(path).await.must_be(404);
}

#[tokio::test]
async fn a_service_becomes_confidential_with_all_that_came_before() {
    let world = World::new();
    let first = given(&world, reported(&world)).await.number;
    let second = given(&world, reported(&world)).await.number;
    let mut sonam = world.browser(Who::Sonam);
    sonam.post(&format!("/requests/{first}/take"), &[]).await.must_be(200);
    crate::desk::testing::resolved(&world, &second).await;
    veiled(&world, "internet-lan", &[Who::Karma]).await;
    for number in [&first, &second] {
        sonam.get(&format!("/requests/{number}")).await.must_be(404);
        world.browser(Who::Karma).get(&format!("/requests/{number}")).await.must_be(200);
    }
    sonam.get("/search?q=internet").await.must_not_have(&first);
    assert_eq!(
        world.number("SELECT COUNT(*) FROM requests WHERE assignee_id IS NOT NULL AND is_open = 1"),
        0
    );
    assert_eq!(world.number("SELECT COUNT(*) FROM counters WHERE name = 'open' AND value <> 0"), 0);
    // Asked of a unit where nobody is named, it goes where somebody is.
    let mut incoming = reported(&world);
    incoming.unit = world.thimphu;
    let third = given(&world, incoming).await.number;
    world.browser(Who::Karma).get(&format!("/requests/{third}")).await.must_be(200);
    world.browser(Who::Stranger).get(&format!("/requests/{third}")).await.must_be(404);
}

#[tokio::test]
async fn a_stand_in_sees_it_only_when_the_absent_ticked_so() {
    let world = World::new();
    veiled(&world, "internet-lan", &[Who::Karma]).await;
    let number = given(&world, reported(&world)).await.number;
    let path = format!("/people/{}/away", world.person(Who::Karma));
    let mut karma = world.browser(Who::Karma);
    let fields = [("stand_in", "Sonam Dorji"), ("from", "2026-11-19"), ("to", "2026-11-19")];
    karma.post(&path, &fields).await.must_be(200);
    let mut sonam = world.browser(Who::Sonam);
    sonam.get(&format!("/requests/{number}")).await.must_be(404);
    world.set("2026-11-20 09:00");
    let fields =
        [("stand_in", "Sonam Dorji"), ("from", "2026-11-20"), ("to", "2026-11-20"), ("confidential", "yes")];
    world.browser(Who::Karma).post(&path, &fields).await.must_be(200);
    world.browser(Who::Sonam).get(&format!("/requests/{number}")).await.must_be(200);
    world.set("2026-11-21 09:00");
    world.browser(Who::Sonam).get(&format!("/requests/{number}")).await.must_be(404);
}
