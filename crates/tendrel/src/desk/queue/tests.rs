use crate::desk::testing::{given, reported, resolved};
use crate::testing::{Who, World};

#[tokio::test]
async fn what_is_due_first_stands_first_and_what_waits_stands_last() {
    let world = World::new();
    let mut numbers = Vec::new();
    for (subject, impact, urgency) in [("Can wait", 3, 3), ("Urgent matter", 1, 1), ("Held matter", 1, 2)] {
        let mut incoming = reported(&world);
        incoming.subject = subject.to_owned();
        (incoming.impact, incoming.urgency) = (impact, urgency);
        numbers.push(given(&world, incoming).await.number);
    }
    let mut karma = world.browser(Who::Karma);
    let held = &numbers[2];
    karma.post(&format!("/requests/{held}/reply"), &[("text", "Ordered.")]).await.must_be(200);
    let fields = [("reason", "waiting_supplier"), ("comment", "ordered")];
    karma.post(&format!("/requests/{held}/hold"), &fields).await.must_be(200);
    let text = karma.get("/requests").await.text();
    let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("{words} is not on the page"));
    assert!(place("Urgent matter") < place("Can wait") && place("Can wait") < place("Held matter"));
    assert!(text.contains("answer in 30 min"), "{text}");
    assert!(text.contains("paused"));
    assert!(text.contains("Waiting for a supplier"));
}

#[tokio::test]
async fn a_unit_sees_its_own_and_the_centre_sees_all() {
    let world = World::new();
    given(&world, reported(&world)).await;
    let mut other = reported(&world);
    other.unit = world.thimphu;
    other.subject = "Printer in Thimphu".to_owned();
    given(&world, other).await;
    let karma = world.browser(Who::Karma).get("/requests").await;
    karma.must_have("No Internet");
    karma.must_not_have("Printer in Thimphu");
    world.browser(Who::Karma).get("/requests?unit=THI").await.must_be(404);
    for who in [Who::Centre, Who::Auditor] {
        let page = world.browser(who).get("/requests").await;
        page.must_have("No Internet");
        page.must_have("Printer in Thimphu");
        let code = world.app.calendars.unit(world.punakha).unwrap().code;
        let one = world.browser(who).get(&format!("/requests?unit={code}")).await;
        one.must_not_have("Printer in Thimphu");
    }
    for who in [Who::Tshering, Who::Principal, Who::Operator] {
        world.browser(who).get("/requests").await.must_be(403);
        world.browser(who).get("/requests.csv").await.must_be(403);
    }
    assert!(world.public().get("/requests").await.path.starts_with("/sign-in"));
}

#[tokio::test]
async fn filters_stand_in_the_address_and_nonsense_filters_nothing() {
    let world = World::new();
    let first = given(&world, reported(&world)).await.number;
    let mut second = reported(&world);
    second.subject = "Slow computer".to_owned();
    second.channel = crate::desk::request::Channel::Phone;
    second.office = None;
    given(&world, second).await;
    let mut karma = world.browser(Who::Karma);
    karma.post(&format!("/requests/{first}/take"), &[]).await.must_be(200);
    let school = world.school;
    let shows = [
        ("officer=me".to_owned(), true, false),
        ("officer=nobody".to_owned(), false, true),
        ("state=in_progress".to_owned(), true, false),
        ("channel=phone".to_owned(), false, true),
        (format!("office={school}"), true, false),
        ("service=internet-lan&priority=9".to_owned(), false, false),
        ("late=1".to_owned(), false, false),
        ("from=2026-11-19&to=2026-11-19".to_owned(), true, true),
        ("from=2026-11-20".to_owned(), false, false),
        ("state=flying&officer=x&office=%00&from=2026-02-30&after=nonsense".to_owned(), true, true),
    ];
    for (query, one, two) in shows {
        let page = karma.get(&format!("/requests?{query}")).await;
        page.must_be(200);
        assert_eq!((page.has("No Internet"), page.has("Slow computer")), (one, two), "{query}");
    }
    let cleaned = karma.get("/requests?state=new&officer=&service=&late=").await;
    assert_eq!(cleaned.path, "/requests?state=new");
}

#[tokio::test]
async fn closed_ones_are_listed_newest_first_and_resolved_ones_by_their_day() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    resolved(&world, &number).await;
    let mut karma = world.browser(Who::Karma);
    karma.get("/requests").await.must_not_have("No Internet");
    for query in ["all=1", "state=resolved", "resolved_from=2026-11-19&resolved_to=2026-11-19"] {
        karma.get(&format!("/requests?{query}")).await.must_have("No Internet");
    }
    karma.get("/requests?resolved_from=2026-11-20").await.must_not_have("No Internet");
}

#[tokio::test]
async fn a_long_list_pages_by_key_and_asks_the_same_number_of_questions() {
    let world = World::new();
    given(&world, reported(&world)).await;
    let mut karma = world.browser(Who::Karma);
    karma.get("/requests").await.must_be(200);
    let asked = |world: &World| world.app.db.statements();
    let before = asked(&world);
    karma.get("/requests").await.must_be(200);
    let with_one = asked(&world) - before;
    for n in 0..60 {
        let mut incoming = reported(&world);
        incoming.subject = format!("Matter {n:02}.");
        given(&world, incoming).await;
    }
    let before = asked(&world);
    let page = karma.get("/requests").await;
    assert_eq!(asked(&world) - before, with_one);
    assert_eq!(page.text().matches("data-row").count(), 50);
    let text = page.text();
    let next = text.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let rest = karma.get(&next.replace("&#38;", "&")).await;
    assert_eq!(rest.text().matches("data-row").count(), 11);
    for n in 0..60 {
        let subject = format!("Matter {n:02}.");
        assert_ne!(page.has(&subject), rest.has(&subject), "{subject}");
    }
}

#[tokio::test]
async fn the_list_is_a_file_too_and_holds_no_formulas() {
    let world = World::new();
    let mut incoming = reported(&world);
    incoming.subject = "=HYPERLINK(\"http://evil\")".to_owned();
    given(&world, incoming).await;
    let file = world.browser(Who::Karma).get("/requests.csv?state=new").await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    file.must_have("'=HYPERLINK");
    assert_eq!(file.text().lines().count(), 2);
}
