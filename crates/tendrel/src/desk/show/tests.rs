use crate::desk::testing::{given, reported};
use crate::testing::{Who, World};

#[tokio::test]
async fn the_page_shows_everything_about_one_request() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    let page = world.browser(Who::Karma).get(&format!("/requests/{number}")).await;
    for words in [
        "<h1>No Internet in the whole school</h1>",
        "All 34 computers lost the Internet",
        "One is red or orange",
        "Kabjisa Central School",
        "Internet and LAN",
        "17600003",
        "How this is counted",
        "2 working days",
    ] {
        page.must_have(words);
    }
}

#[tokio::test]
async fn a_number_is_found_however_it_is_written() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    let mut karma = world.browser(Who::Karma);
    for typed in [number.to_lowercase(), number.replace('-', "%20"), number.replace('-', "")] {
        let page = karma.get(&format!("/requests/{typed}")).await;
        page.must_be(200);
        assert_eq!(page.path, format!("/requests/{number}"));
    }
    for missing in ["PUN-26-99999-9", "nonsense", "%00", "..%2f..%2fetc"] {
        karma.get(&format!("/requests/{missing}")).await.must_be(404);
    }
}

#[tokio::test]
async fn the_explanation_names_the_days_that_do_not_count() {
    let world = World::new();
    world.set("2026-11-20 15:00");
    let number = given(&world, reported(&world)).await.number;
    let page = world.browser(Who::Karma).get(&format!("/requests/{number}")).await;
    page.must_have("Sat 21 Nov");
    page.must_have("no working hours on this day of the week");
    page.must_have("15:00–");
}

#[tokio::test]
async fn other_matters_of_the_office_stand_beside_it() {
    let world = World::new();
    let mut earlier = reported(&world);
    earlier.subject = "Slow since Monday".to_owned();
    given(&world, earlier).await;
    world.set("2026-11-19 09:30");
    let number = given(&world, reported(&world)).await.number;
    let page = world.browser(Who::Karma).get(&format!("/requests/{number}")).await;
    page.must_have("The same matter, perhaps");
    page.must_have("Slow since Monday");
}

#[tokio::test]
async fn the_page_asks_the_same_number_of_questions_however_long_the_story_is() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    let mut karma = world.browser(Who::Karma);
    let path = format!("/requests/{number}");
    karma.get(&path).await.must_be(200);
    let before = world.app.db.statements();
    karma.get(&path).await.must_be(200);
    let short = world.app.db.statements() - before;
    for n in 0..20 {
        let text = format!("word {n}");
        karma.post(&format!("/requests/{number}/note"), &[("text", &text)]).await.must_be(200);
    }
    let before = world.app.db.statements();
    karma.get(&path).await.must_have("word 19");
    assert_eq!(world.app.db.statements() - before, short);
}

#[tokio::test]
async fn only_what_can_be_done_is_offered() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    let path = format!("/requests/{number}");
    let auditor = world.browser(Who::Auditor).get(&path).await;
    for act in ["reply", "note", "take", "assign", "hold", "resolve", "cancel", "hand-over"] {
        auditor.must_not_have(&format!("action=\"/requests/{number}/{act}\""));
    }
    let karma = world.browser(Who::Karma).get(&path).await;
    for act in ["reply", "take", "assign", "hold", "resolve", "cancel", "hand-over", "reclassify"] {
        karma.must_have(&format!("action=\"/requests/{number}/{act}\""));
    }
    for act in ["resume", "reopen", "close", "rate"] {
        karma.must_not_have(&format!("action=\"/requests/{number}/{act}\""));
    }
    let opened = world.browser(Who::Karma).get(&format!("{path}?open=hold")).await;
    opened.must_have("<details id=\"act-hold\" open>");
}
