//! What those who work on a case are told.

use super::{sent, to};
use crate::desk::testing::{given, reported};
use crate::testing::{Who, World};

const KARMA: &str = "karma@tendrel.example";

#[tokio::test]
async fn an_officer_is_told_what_is_given_to_them_but_not_what_they_did() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    sent(&world).await;
    let karma = world.person(Who::Karma).to_string();
    let assign = format!("/requests/{number}/assign");
    world.browser(Who::Head).post(&assign, &[("officer", &karma)]).await.must_be(200);
    let letters = sent(&world).await;
    assert_eq!(letters.len(), 1, "{letters:#?}");
    let letter = to(&letters, KARMA);
    assert!(
        letter.body.contains("Kinley Gyeltshen gave you")
            && letter.body.contains(&format!("/requests/{number}"))
    );
    world.browser(Who::Karma).post(&assign, &[("officer", "nobody")]).await.must_be(200);
    world.browser(Who::Karma).post(&format!("/requests/{number}/take"), &[]).await.must_be(200);
    assert_eq!(sent(&world).await, []);
}

#[tokio::test]
async fn warnings_and_breaches_reach_whoever_has_it_once() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    world.browser(Who::Karma).post(&format!("/requests/{number}/take"), &[]).await.must_be(200);
    sent(&world).await;
    world.set("2026-11-19 10:31");
    assert!(to(&sent(&world).await, KARMA).body.contains("Three quarters of the time for the first answer"));
    world.set("2026-11-19 11:01");
    let letters = sent(&world).await;
    assert!(to(&letters, KARMA).body.contains("is late") && letters.len() == 1, "{letters:#?}");
    assert_eq!(sent(&world).await, []);
}

#[tokio::test]
async fn the_unit_is_told_what_is_handed_over_and_the_one_who_asked_who_has_it_now() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    sent(&world).await;
    let fields = [("unit", "THI"), ("text", "The link is yours.")];
    world.browser(Who::Karma).post(&format!("/requests/{number}/hand-over"), &fields).await.must_be(200);
    let letters = sent(&world).await;
    assert!(to(&letters, "stranger@tendrel.example").body.contains("> The link is yours."));
    let letter = to(&letters, super::TSHERING);
    assert!(
        letter.body.contains("Thimphu ICT Services") && !letter.body.contains("The link is yours"),
        "{}",
        letter.body
    );
}

#[tokio::test]
async fn what_somebody_chose_not_to_get_does_not_come_and_quiet_hours_hold() {
    let world = World::new();
    let mut karma = world.browser(Who::Karma);
    let fields = [
        ("want", "wrote"),
        ("want", "breached"),
        ("quiet_from", "09:00"),
        ("quiet_to", "14:00"),
        ("language", "en"),
    ];
    karma.post("/me/letters", &fields).await.must_be(200);
    let accepted = given(&world, reported(&world)).await;
    karma.post(&format!("/requests/{}/take", accepted.number), &[]).await.must_be(200);
    sent(&world).await;
    world
        .public()
        .post(&format!("/r/{}/reply", accepted.secret), &[("text", "Still dark.")])
        .await
        .must_be(200);
    world.set("2026-11-19 10:31");
    assert_eq!(sent(&world).await, [], "a warning was not wanted, and the words wait");
    world.set("2026-11-19 14:01");
    let letters = sent(&world).await;
    assert!(
        letters.iter().any(|letter| letter.to == KARMA && letter.body.contains("> Still dark.")),
        "{letters:#?}"
    );
    assert!(letters.iter().all(|letter| !letter.body.contains("Three quarters")));
}

#[tokio::test]
async fn a_digest_comes_on_the_morning_of_a_working_day() {
    let world = World::new();
    let mut karma = world.browser(Who::Karma);
    karma.post("/me/letters", &[("digest", "on"), ("language", "en")]).await.must_be(200);
    let mine = given(&world, reported(&world)).await.number;
    karma.post(&format!("/requests/{mine}/take"), &[]).await.must_be(200);
    let new = given(&world, reported(&world)).await.number;
    sent(&world).await;
    crate::channels::letters::jobs::digest(&world.app).await.unwrap();
    let letters = sent(&world).await;
    let letter = to(&letters, KARMA);
    assert!(letter.subject.contains("Thursday 19 November 2026"), "{}", letter.subject);
    assert!(
        letter.body.contains(&mine) && letter.body.contains(&new) && letter.body.contains("You have 1 open"),
        "{}",
        letter.body
    );
    assert!(super::header(letter, "List-Unsubscribe").contains("/me/letters"));
    crate::channels::letters::jobs::digest(&world.app).await.unwrap();
    assert_eq!(sent(&world).await, [], "one a day");
    // Saturday.
    world.set("2026-11-21 08:00");
    crate::channels::letters::jobs::digest(&world.app).await.unwrap();
    assert_eq!(world.number("SELECT COUNT(*) FROM letters WHERE kind = 'digest'"), 1);
}
