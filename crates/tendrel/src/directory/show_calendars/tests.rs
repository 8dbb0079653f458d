use crate::testing::{Who, World};

#[tokio::test]
async fn hours_and_holidays_are_said_in_words() {
    let world = World::new();
    let page = world.browser(Who::Tshering).get("/calendars?year=2026").await;
    page.must_have("Mon – Fri 09:00–17:00");
    page.must_have("1 Nov – 29 Feb");
    page.must_have("Whole country");
    page.must_have("Thimphu");
    page.must_not_have("Add a holiday");
    page.must_not_have("New hours");
    world.browser(Who::Tshering).get("/calendars?year=1999").await.must_have("No holidays are entered");
    assert!(world.public().get("/calendars").await.path.starts_with("/sign-in"));
    let page = world.browser(Who::Karma).get("/api/v1/calendars?year=2026").await.json();
    assert_eq!(page["calendars"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_holiday_of_today_counts_at_once_and_recomputes_promises() {
    let world = World::new();
    let mut centre = world.browser(Who::Centre);
    let today = jiff::civil::date(2026, 11, 19);
    let hours = || world.app.calendars.of_unit(world.punakha).day_seconds(today);
    assert_eq!(hours(), 8 * 3600);
    let snow = [("day", "2026-11-19"), ("name", "First snow"), ("name_dz", ""), ("scope", "BT-23")];
    centre.post("/calendars/holidays", &snow).await.must_have("First snow");
    assert_eq!(hours(), 0);
    assert_eq!(world.app.calendars.of_unit(world.thimphu).day_seconds(today), 8 * 3600);
    assert_eq!(world.number("SELECT COUNT(*) FROM jobs WHERE kind = 'recompute_promises'"), 1);
    // The same again is nothing new.
    centre.post("/calendars/holidays", &snow).await.must_be(200);
    assert_eq!(world.number("SELECT COUNT(*) FROM jobs WHERE kind = 'recompute_promises'"), 1);
    centre.post("/calendars/holidays/remove", &snow).await.must_have("The holiday is removed");
    assert_eq!(hours(), 8 * 3600);
    assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE subject = 'holiday'"), 2);
    centre.post("/calendars/holidays/remove", &snow).await.must_be(404);
}

#[tokio::test]
async fn a_head_enters_holidays_of_the_own_place_only() {
    let world = World::new();
    let mut head = world.browser(Who::Head);
    let at = |scope: &'static str| [("day", "2026-12-01"), ("name", "Punakha Drubchen"), ("scope", scope)];
    head.post("/calendars/holidays", &at("")).await.must_be(403);
    head.post("/calendars/holidays", &at("BT-15")).await.must_be(403);
    head.post("/calendars/holidays", &at("BT-23")).await.must_have("Punakha Drubchen");
    for who in [Who::Karma, Who::Tshering, Who::Auditor, Who::Stranger] {
        world.browser(who).post("/calendars/holidays", &at("BT-23")).await.must_be(403);
        world.browser(who).post("/calendars/holidays/remove", &at("BT-23")).await.must_be(403);
    }
    assert!(world.public().post("/calendars/holidays", &at("")).await.path.starts_with("/sign-in"));
}

#[tokio::test]
async fn a_wrong_holiday_keeps_what_was_typed() {
    let world = World::new();
    let mut centre = world.browser(Who::Centre);
    let wrong = [("day", "2026-02-30"), ("name", ""), ("name_dz", "ངལ་གསོ།"), ("scope", "BT-99")];
    let page = centre.post("/calendars/holidays", &wrong).await;
    page.must_be(422);
    page.must_have("<title>Error: Working time");
    page.must_have("Choose a day");
    page.must_have("Type the name of the holiday");
    page.must_have("Choose a place");
    page.must_have("ངལ་གསོ།");
    let page = centre.post_json("/api/v1/calendars/holidays", &serde_json::json!({ "day": "x" })).await;
    assert_eq!(page.json()["status"], 422);
}

#[tokio::test]
async fn new_hours_hold_from_their_day() {
    let world = World::new();
    let mut operator = world.browser(Who::Operator);
    operator.get("/calendars/rgob/hours").await.must_have("09:00-17:00");
    let week = [("mon", "09:00-12:30, 13:00-17:00"), ("tue", "09:00-16:00"), ("note", "Winter order")];
    let with = |from: &'static str, version: &'static str| {
        [("from", from), ("version", version)].into_iter().chain(week).collect::<Vec<_>>()
    };
    let page = operator.post("/calendars/rgob/hours", &with("2027-01-04", "1")).await;
    page.must_have("Mon 09:00–12:30, 13:00–17:00; Tue 09:00–16:00");
    let calendar = world.app.calendars.of_unit(world.punakha);
    assert_eq!(calendar.day_seconds(jiff::civil::date(2027, 1, 4)), 27_000);
    assert_eq!(calendar.day_seconds(jiff::civil::date(2026, 12, 7)), 28_800);
    operator.post("/calendars/rgob/hours", &with("2027-01-11", "1")).await.must_be(409);
    operator.post("/calendars/rgob/hours", &with("", "2")).await.must_have("Choose a day");
    for wrong in ["9 to 5", "17:00-09:00", "09:00-25:00"] {
        let page = operator
            .post("/calendars/rgob/hours", &[("from", "2027-02-01"), ("version", "2"), ("wed", wrong)])
            .await;
        page.must_be(422);
        page.must_have("Write hours as 09:00-17:00");
        page.must_have(wrong);
    }
    let overlap = [("from", "2027-02-01"), ("version", "2"), ("wed", "09:00-12:00, 11:00-13:00")];
    operator.post("/calendars/rgob/hours", &overlap).await.must_have("overlap");
    let season = [("from", "2027-02-01"), ("version", "2"), ("season_from", "13-01"), ("season_to", "02-29")];
    operator.post("/calendars/rgob/hours", &season).await.must_have("Write month and day");
    for who in [Who::Karma, Who::Head, Who::Tshering] {
        world.browser(who).get("/calendars/rgob/hours").await.must_be(403);
        world.browser(who).post("/calendars/rgob/hours", &with("2027-03-01", "2")).await.must_be(403);
    }
    operator.get("/calendars/nonsense/hours").await.must_be(404);
}

#[tokio::test]
async fn the_yearly_list_is_looked_at_before_it_is_entered() {
    let world = World::new();
    let mut centre = world.browser(Who::Centre);
    let list = "date,name,scope\n2027-01-01,Nyilo,\n2027-01-02,Punakha Tshechu,Punakha\n2027-01-02,Punakha Tshechu,BT-23\n";
    let page = centre.post("/calendars/import", &[("text", list)]).await;
    page.must_have("Friday 1 January 2027");
    page.must_have("Enter 2 holidays");
    page.must_have("1 the same");
    let count = || world.number("SELECT COUNT(*) FROM holidays WHERE day >= '2027-01-01'");
    assert_eq!(count(), 0);
    centre
        .post("/calendars/import", &[("text", list), ("enter", "on")])
        .await
        .must_have("The holidays are entered");
    assert_eq!(count(), 2);
    // Again it adds nothing.
    centre.post("/calendars/import", &[("text", list)]).await.must_have("3 the same");
    let wrong = "date,name,scope\n2027-02-30,Losar,\n2027-03-01,,\n";
    let page = centre.post("/calendars/import", &[("text", wrong), ("enter", "on")]).await;
    page.must_be(422);
    page.must_have("2 lines cannot be read");
    let nowhere = "date,name,scope\n2027-03-01,Losar,Atlantis\n2027-03-02,Losar,\n";
    let page = centre.post("/calendars/import", &[("text", nowhere), ("enter", "on")]).await;
    page.must_have("has this name or code");
    page.must_not_have("Enter 1");
    assert_eq!(count(), 2);
    // A head enters what is of the own place.
    let page = world
        .browser(Who::Head)
        .post("/calendars/import", &[("text", "date,name\n2027-03-02,Losar\n")])
        .await;
    page.must_have("holidays of your own place only");
    world.browser(Who::Karma).get("/calendars/import").await.must_be(403);
}

#[tokio::test]
async fn a_calendar_file_is_read_too() {
    let world = World::new();
    let file = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20270221\r\nSUMMARY:Birth Anniversary\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let page = world
        .browser(Who::Centre)
        .post_files("/calendars/import", &[("text", "")], &[("file", "2027.ics", file)])
        .await;
    page.must_have("Sunday 21 February 2027");
    page.must_have("Enter one holiday");
    world
        .browser(Who::Centre)
        .post("/calendars/import", &[("text", " ")])
        .await
        .must_have("Choose a file or paste");
}
