//! Who floods the public form, and who only seems to.

use super::{FORM, PATH, ask, but};
use crate::testing::{Browser, Who, World};

/// From behind the proxy of one office.
fn of_address(world: &World, address: &str) -> Browser {
    let mut app = world.app.clone();
    let mut settings = crate::settings::Settings::clone(&app.settings);
    settings.behind_proxy = true;
    app.settings = std::sync::Arc::new(settings);
    Browser::new(&app, None).with("x-forwarded-for", address)
}

#[tokio::test]
async fn who_floods_the_form_is_held_up_and_loses_nothing() {
    let mut world = World::new();
    let mut settings = crate::settings::Settings::clone(&world.app.settings);
    settings.public_form.per_address_an_hour = 4;
    settings.public_form.per_telephone_an_hour = 2;
    world.app.machine = std::sync::Arc::new(crate::machine::Machine::new(&settings));
    let mut office = of_address(&world, "202.144.128.9");
    ask(&mut office, "one").await;
    ask(&mut office, "two").await;
    let page = office.post(PATH, &but(&[("subject", "three")])).await;
    page.must_be(429);
    assert_eq!(page.headers["retry-after"], "1800");
    for said in [
        "Send it again in 30 minutes",
        "whoever is signed in does not wait",
        "What you typed is still here",
        "All 34 computers",
        "three",
    ] {
        page.must_have(said);
    }
    // Colleagues behind the same address have telephones of their own, until there are too many of them.
    office.post(PATH, &but(&[("phone", "17600005")])).await.must_be(200);
    office.post(PATH, &but(&[("phone", "17600006")])).await.must_be(200);
    office.post(PATH, &but(&[("phone", "17600007")])).await.must_be(429);
    of_address(&world, "202.144.128.10").post(PATH, &but(&[("phone", "17600007")])).await.must_be(200);
    // What is wrong is told first and counts for nothing; who signed in is never held up.
    office.post(PATH, &but(&[("phone", "-")])).await.must_be(422);
    for _ in 0..6 {
        ask(&mut world.browser(Who::Tshering), "signed in").await;
    }
    world.set("2026-11-19 10:00");
    ask(&mut office, "an hour later").await;
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 12);
}

#[tokio::test]
async fn a_proxy_that_names_nobody_locks_nobody_out() {
    let mut world = World::new();
    let mut settings = crate::settings::Settings::clone(&world.app.settings);
    settings.public_form.per_address_an_hour = 1;
    world.app.machine = std::sync::Arc::new(crate::machine::Machine::new(&settings));
    for _ in 0..3 {
        ask(&mut of_address(&world, "127.0.0.1"), "through a proxy").await;
    }
    // A subscriber's network of the new sort is one.
    ask(&mut of_address(&world, "2405:d000:1:2::5"), "first").await;
    of_address(&world, "2405:d000:1:2::6").post(PATH, FORM).await.must_be(429);
    ask(&mut of_address(&world, "2405:d000:1:3::5"), "another").await;
}
