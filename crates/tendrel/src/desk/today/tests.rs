use crate::desk::testing::{given, reported, resolved};
use crate::testing::{Who, World};

#[tokio::test]
async fn the_day_of_a_unit_on_one_page() {
    let world = World::new();
    for _ in 0..6 {
        let number = given(&world, reported(&world)).await.number;
        world.set("2026-11-19 10:30");
        resolved(&world, &number).await;
        world.set("2026-11-19 09:00");
    }
    let open = given(&world, reported(&world)).await.number;
    let mut karma = world.browser(Who::Karma);
    karma.post(&format!("/requests/{open}/take"), &[]).await.must_be(200);
    let page = karma.get("/today").await;
    page.must_have("<h1>Today</h1>");
    page.must_have("Thursday 19 November 2026");
    page.must_have("No Internet in the whole school");
    page.must_have("100 %");
    page.must_have("1 h 30 min");
    page.must_have("Karma Wangmo");
}

#[tokio::test]
async fn five_is_the_least_of_which_anything_is_said() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    resolved(&world, &number).await;
    world.browser(Who::Karma).get("/today").await.must_have("too few");
}

#[tokio::test]
async fn what_was_opened_again_and_what_waits_for_its_requester_stand_out() {
    let world = World::new();
    let accepted = given(&world, reported(&world)).await;
    resolved(&world, &accepted.number).await;
    world.public().post(&format!("/r/{}/reopen", accepted.secret), &[("text", "Down again")]).await;
    let mut other = reported(&world);
    other.subject = "Which printer?".to_owned();
    let number = given(&world, other).await.number;
    let fields = [("reason", "waiting_requester"), ("comment", "Tell us the model")];
    let mut karma = world.browser(Who::Karma);
    karma.post(&format!("/requests/{number}/hold"), &fields).await.must_be(200);
    let page = karma.get("/today").await;
    page.must_have("Opened again");
    page.must_have("Tell us the model");
}

#[tokio::test]
async fn the_centre_sees_all_units_and_others_nothing() {
    let world = World::new();
    given(&world, reported(&world)).await;
    let page = world.browser(Who::Centre).get("/today").await;
    page.must_have("Punakha ICT Services");
    let code = world.app.calendars.unit(world.punakha).unwrap().code;
    world.browser(Who::Centre).get(&format!("/today?unit={code}")).await.must_have("No Internet");
    world.browser(Who::Karma).get("/today?unit=NOWHERE").await.must_be(404);
    world.browser(Who::Tshering).get("/today").await.must_be(403);
    assert!(world.public().get("/today").await.path.starts_with("/sign-in"));
}

#[tokio::test]
async fn the_page_asks_the_same_number_of_questions_however_much_there_is() {
    let world = World::new();
    given(&world, reported(&world)).await;
    let mut karma = world.browser(Who::Karma);
    karma.get("/today").await.must_be(200);
    let before = world.app.db.statements();
    karma.get("/today").await.must_be(200);
    let few = world.app.db.statements() - before;
    for _ in 0..20 {
        given(&world, reported(&world)).await;
    }
    let before = world.app.db.statements();
    karma.get("/today").await.must_be(200);
    assert_eq!(world.app.db.statements() - before, few);
}
