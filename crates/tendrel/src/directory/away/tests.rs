use serde_json::json;

use crate::desk::testing::{given, reported};
use crate::testing::{Browser, Who, World};

async fn away(world: &World, browser: &mut Browser, who: Who, stand_in: Who, more: &[(&str, &str)]) -> u16 {
    let mut fields = vec![("stand_in", stand_in.name()), ("from", "2026-11-19"), ("to", "2026-11-20")];
    fields.extend(more);
    let page = browser.post(&format!("/people/{}/away", world.person(who)), &fields).await;
    page.status.as_u16()
}

/// Ugyen of Thimphu stands in for Karma of Punakha on Thursday and Friday.
async fn karma_is_away(world: &World) {
    assert_eq!(away(world, &mut world.browser(Who::Karma), Who::Karma, Who::Stranger, &[]).await, 200);
}

#[tokio::test]
async fn the_stand_in_works_in_the_unit_and_the_record_says_for_whom() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    let case = format!("/requests/{number}");
    let mut ugyen = world.browser(Who::Stranger);
    ugyen.get(&case).await.must_be(404);
    karma_is_away(&world).await;
    ugyen.get(&case).await.must_be(200);
    ugyen.get("/requests").await.must_have("No Internet in the whole school");
    ugyen.get("/today").await.must_have("You stand in for Karma Wangmo");
    let page = ugyen.post(&format!("{case}/take"), &[("version", "1")]).await;
    page.must_have("<b>Ugyen Lhendup</b> took it for Karma Wangmo, who is away");
    let detail =
        "SELECT COUNT(*) FROM events WHERE activity = 'taken' AND detail LIKE '%\"for\":\"Karma Wangmo\"%'";
    assert_eq!(world.number(detail), 1);
    // The day after it is over by itself.
    world.set("2026-11-20 23:59");
    // The session of the day before has idled out.
    let mut ugyen = world.browser(Who::Stranger);
    ugyen.get(&case).await.must_be(200);
    world.set("2026-11-21 00:00");
    ugyen.get(&case).await.must_be(404);
}

#[tokio::test]
async fn what_belongs_to_the_absent_is_done_for_them_also_by_a_colleague() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    let case = format!("/requests/{number}");
    world.browser(Who::Karma).post(&format!("{case}/take"), &[]).await.must_be(200);
    let other = given(&world, reported(&world)).await.number;
    let mut karma = world.browser(Who::Karma);
    assert_eq!(away(&world, &mut karma, Who::Karma, Who::Sonam, &[]).await, 200);
    let mut sonam = world.browser(Who::Sonam);
    let page = sonam.post(&format!("{case}/note"), &[("text", "Rang them.")]).await;
    page.must_have("for Karma Wangmo, who is away");
    // What is Sonam's own work is not done for Karma.
    sonam.post(&format!("/requests/{other}/note"), &[("text", "x")]).await.must_not_have("who is away");
    // Nothing is given to who is away, and Karma's page says so.
    let id = world.person(Who::Karma).to_string();
    let assign = format!("/requests/{other}/assign");
    world.browser(Who::Head).post(&assign, &[("officer", &id)]).await.must_be(422);
    let unit = world.browser(Who::Head).get(&format!("/offices/{}", world.punakha)).await;
    unit.must_have("Sonam Dorji stands in for Karma Wangmo");
    world.browser(Who::Head).get("/today").await.must_have("Sonam Dorji stands in for Karma Wangmo");
    // What is told to Karma is told to Sonam too.
    sonam.get("/notices").await.must_not_have("The requester wrote:");
    let mut tshering = world.browser(Who::Tshering);
    tshering.post(&format!("/my/requests/{number}/reply"), &[("text", "Still down.")]).await.must_be(200);
    sonam.get("/notices").await.must_have("The requester wrote:");
}

#[tokio::test]
async fn nobody_stands_in_for_themselves_for_two_or_from_nowhere() {
    let world = World::new();
    let mut karma = world.browser(Who::Karma);
    for (stand_in, why) in [
        (Who::Karma, "Somebody else must stand in"),
        (Who::Tshering, "works in a unit"),
        (Who::Operator, "works in a unit"),
    ] {
        let fields = [("stand_in", stand_in.name()), ("from", "2026-11-19"), ("to", "2026-11-20")];
        let page = karma.post(&format!("/people/{}/away", world.person(Who::Karma)), &fields).await;
        page.must_be(422);
        page.must_have(why);
    }
    assert_eq!(away(&world, &mut karma, Who::Karma, Who::Sonam, &[("to", "2026-11-10")]).await, 200);
    assert_eq!(away(&world, &mut karma, Who::Karma, Who::Head, &[]).await, 422, "already away");
    // No chains: neither to one who is away, nor from one who stands in.
    let mut head = world.browser(Who::Head);
    assert_eq!(away(&world, &mut head, Who::Head, Who::Karma, &[]).await, 422);
    assert_eq!(away(&world, &mut world.browser(Who::Sonam), Who::Sonam, Who::Head, &[]).await, 422);
    for (from, to) in [("2026-11-18", "2026-11-20"), ("", "2026-11-20"), ("2026-12-01", "2028-01-01")] {
        let fields = [("stand_in", "Kinley Gyeltshen"), ("from", from), ("to", to)];
        karma.post(&format!("/people/{}/away", world.person(Who::Karma)), &fields).await.must_be(422);
    }
    let tshering = world.person(Who::Tshering);
    let fields = [("stand_in", "Karma Wangmo"), ("from", "2026-12-01"), ("to", "2026-12-02")];
    let page = world.browser(Who::Tshering).post(&format!("/people/{tshering}/away"), &fields).await;
    page.must_have("no role in a unit");
}

#[tokio::test]
async fn a_head_enters_it_for_the_unit_and_others_may_not() {
    let world = World::new();
    let karma = world.person(Who::Karma);
    let path = format!("/people/{karma}/away");
    world.browser(Who::Sonam).get(&path).await.must_be(403);
    world.browser(Who::Dechen).get(&path).await.must_be(404);
    world.public().get(&path).await.must_have("Sign in");
    let mut head = world.browser(Who::Head);
    head.get(&path).await.must_not_have("what only named people see");
    let fields =
        [("stand_in", "20110001"), ("from", "2026-11-19"), ("to", "2026-11-20"), ("confidential", "yes")];
    head.post(&path, &fields).await.must_be(200);
    assert_eq!(world.number("SELECT confidential FROM delegations"), 0, "only Karma can tick that");
    let list = head.get(&format!("/api/v1{path}")).await;
    let id = list.json()["away"][0]["id"].as_str().unwrap().to_owned();
    world
        .browser(Who::Sonam)
        .post(&format!("/people/{karma}/away/end"), &[("delegation", &id)])
        .await
        .must_be(403);
    head.post_json(&format!("/api/v1/people/{karma}/away/end"), &json!({ "delegation": id }))
        .await
        .must_be(200);
    head.post(&format!("/people/{karma}/away/end"), &[("delegation", &id)]).await.must_be(404);
    assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE activity IN ('away', 'back')"), 2);
    let person = head.get(&format!("/people/{}", world.person(Who::Karma))).await;
    person.must_have("Away");
}

#[tokio::test]
async fn rights_over_people_and_services_are_not_lent() {
    let world = World::new();
    let mut head = world.browser(Who::Head);
    assert_eq!(away(&world, &mut head, Who::Head, Who::Sonam, &[]).await, 200);
    let mut sonam = world.browser(Who::Sonam);
    let karma = world.person(Who::Karma);
    sonam.get(&format!("/people/{karma}/edit")).await.must_be(403);
    sonam.post(&format!("/people/{karma}/link"), &[]).await.must_be(403);
    sonam.get("/services/internet-lan/edit").await.must_be(403);
    sonam.post(&format!("/offices/{}/rename", world.school), &[("name", "Mine")]).await.must_be(403);
}

#[tokio::test]
async fn somebody_of_the_office_stands_in_for_its_head_and_sees_what_the_head_sees() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    let mut dechen = world.browser(Who::Dechen);
    dechen.get("/my/office").await.must_be(403);
    let mut head = world.browser(Who::Principal);
    head.get("/me").await.must_have("/away");
    // Nobody of another office, and nobody of the unit.
    for other in [Who::Stranger, Who::Karma, Who::Operator] {
        assert_eq!(away(&world, &mut head, Who::Principal, other, &[]).await, 422, "{other:?}");
    }
    assert_eq!(away(&world, &mut head, Who::Principal, Who::Dechen, &[]).await, 200);
    dechen.get("/my/office").await.must_have("No Internet in the whole school");
    dechen.get(&format!("/my/requests/{number}")).await.must_be(200);
    // Looking is all that is lent.
    dechen.post(&format!("/requests/{number}/take"), &[]).await.must_be(403);
    dechen.get("/people").await.must_be(403);
    let karma = world.person(Who::Karma);
    dechen.get(&format!("/people/{karma}/away")).await.must_be(404);
    // Nor does it make a stand-in of a stand-in.
    assert_eq!(away(&world, &mut dechen, Who::Dechen, Who::Tshering, &[]).await, 422);
    world.set("2026-11-21 00:00");
    world.browser(Who::Dechen).get("/my/office").await.must_be(403);
}
