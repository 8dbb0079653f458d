//! What is not sent: loops, floods, addresses that nobody reads, and what was forgotten.

use super::sent;
use crate::desk::testing::{given, reported, resolved};
use crate::testing::{Who, World};
use crate::worker;

async fn from_address(world: &World, address: &str) -> String {
    let mut incoming = reported(world);
    incoming.requester = None;
    address.clone_into(&mut incoming.requester_email);
    given(world, incoming).await.number
}

#[tokio::test]
async fn nothing_goes_to_a_program_or_to_ourselves() {
    let world = World::new();
    for address in ["noreply@bank.example", "MAILER-DAEMON@x.example", "desk@tendrel.example", "nobody"] {
        from_address(&world, address).await;
    }
    assert_eq!(sent(&world).await, []);
    assert_eq!(world.number("SELECT COUNT(*) FROM letters WHERE state = 'failed'"), 4);
    // Without an address there is no letter.
    from_address(&world, "").await;
    worker::round(&world.app).await.unwrap();
    assert_eq!(world.number("SELECT COUNT(*) FROM letters"), 4);
}

#[tokio::test]
async fn one_address_gets_so_many_a_day() {
    let mut world = World::new();
    world.set_settings(|settings| settings.letters.a_day_per_address = 2);
    for _ in 0..4 {
        from_address(&world, "pema@school.bt").await;
    }
    from_address(&world, "dorji@school.bt").await;
    let letters = sent(&world).await;
    assert_eq!(letters.iter().filter(|letter| letter.to == "pema@school.bt").count(), 2);
    assert_eq!(letters.len(), 3);
    world.set("2026-11-20 09:01");
    from_address(&world, "pema@school.bt").await;
    let letters = sent(&world).await;
    assert_eq!(letters.iter().filter(|letter| letter.to == "pema@school.bt").count(), 1);
}

#[tokio::test]
async fn too_many_at_once_are_held_back_until_an_operator_looked() {
    let mut world = World::new();
    world.set_settings(|settings| settings.letters.an_hour_in_all = 3);
    for place in 0..6 {
        from_address(&world, &format!("somebody{place}@school.bt")).await;
    }
    assert_eq!(sent(&world).await.len(), 3);
    let mut operator = world.browser(Who::Operator);
    let page = operator.get("/system").await;
    page.must_have("3 are held back");
    assert_eq!(operator.get("/api/v1/system").await.json()["letters_held_back"]["letters"], 3);
    operator.get("/notices").await.must_have("Letters are held back");
    // What a person wrote still goes.
    let number = from_address(&world, "dorji@school.bt").await;
    let reply = format!("/requests/{number}/reply");
    world.browser(Who::Karma).post(&reply, &[("text", "Coming.")]).await.must_be(200);
    assert_eq!(sent(&world).await.len(), 1);
    world.browser(Who::Karma).post("/system/letters/send", &[]).await.must_be(403);
    world.browser(Who::Head).post("/system/letters/throw-away", &[]).await.must_be(403);
    operator.post("/system/letters/send", &[]).await.must_not_have("held back");
    assert_eq!(sent(&world).await.len(), 4);
    // It counts anew, and stops again.
    for place in 0..6 {
        from_address(&world, &format!("other{place}@school.bt")).await;
    }
    world.set("2026-11-19 09:05");
    assert_eq!(sent(&world).await.len(), 3);
    let thrown = operator.post_json("/api/v1/system/letters/throw-away", &serde_json::json!({})).await;
    assert_eq!(thrown.json()["letters"], 3);
    assert_eq!(sent(&world).await, []);
}

#[tokio::test]
async fn without_a_mail_server_nothing_is_written_down() {
    let mut world = World::new();
    world.app.mailer = crate::mailer::Mailer::new(crate::settings::entry::MailSettings::Off).unwrap();
    let number = given(&world, reported(&world)).await.number;
    resolved(&world, &number).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM jobs WHERE kind = 'tell'"), 0);
    worker::round(&world.app).await.unwrap();
    assert_eq!(world.number("SELECT COUNT(*) FROM letters"), 0);
    world.browser(Who::Karma).get(&format!("/requests/{number}")).await.must_not_have("h-letters");
}

#[tokio::test]
async fn of_a_case_that_is_forgotten_no_address_and_no_word_stays() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    resolved(&world, &number).await;
    sent(&world).await;
    let now = world.app.clock.now();
    world
        .app
        .db
        .write(move |tx| {
            let request = crate::desk::store::by_number(tx, &number)?.unwrap();
            crate::desk::store::forget::strip(tx, request.id, "Internet", now)
        })
        .await
        .unwrap();
    assert_eq!(world.number("SELECT COUNT(*) FROM letters"), 2);
    assert_eq!(
        world.number(
            "SELECT COUNT(*) FROM letters WHERE address <> '' OR name <> '' OR subject <> ''
        OR words <> '[]' OR message_id <> '' OR person_id IS NOT NULL"
        ),
        0
    );
    assert_eq!(world.number("SELECT COUNT(*) FROM follow_links"), 0);
}
