use serde_json::json;

use crate::testing::{Who, World};

const CUT: [(&str, &str); 5] = [
    ("kind", "interruption"),
    ("unit", "PUN"),
    ("title", "No Internet in Kabjisa"),
    ("body", "The radio link is down."),
    ("services", "internet-lan"),
];

async fn published(world: &World, fields: &[(&str, &str)]) -> String {
    let page = world.browser(Who::Karma).post("/news/new", fields).await;
    page.must_have("It stands on the first page");
    page.path.split('?').next().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_broken_is_known_before_anybody_asks() {
    let world = World::new();
    let mut public = world.public();
    public.get("/news").await.must_have("Nothing is known to be broken");
    public.get("/").await.must_not_have("Kabjisa");
    let news = published(&world, &CUT).await;
    for page in ["/", "/news", "/services/internet-lan"] {
        public.get(page).await.must_have("No Internet in Kabjisa");
    }
    public.get("/services/computer-repair").await.must_not_have("No Internet in Kabjisa");
    public.get(&news).await.must_have("/services/internet-lan");
    public.get("/").await.must_have("/news.atom");
    let mut karma = world.browser(Who::Karma);
    karma.post(&format!("{news}/end"), &[]).await.must_have("The notice is over");
    public.get("/").await.must_not_have("No Internet in Kabjisa");
    public.get("/services/internet-lan").await.must_not_have("No Internet in Kabjisa");
    public.get("/news").await.must_have("No Internet in Kabjisa");
    // Ended twice is ended once.
    karma.post(&format!("{news}/end"), &[]).await.must_be(200);
    let recorded = "SELECT COUNT(*) FROM events WHERE subject = 'news'";
    assert_eq!(world.number(recorded), 2);
}

#[tokio::test]
async fn planned_work_is_told_a_week_ahead_and_ends_by_itself() {
    let world = World::new();
    let work = [
        ("kind", "maintenance"),
        ("unit", "PUN"),
        ("title", "Mail stands still"),
        ("body", "The server is replaced."),
        ("from", "2026-11-28T18:00"),
        ("to", "2026-11-28T20:00"),
    ];
    let news = published(&world, &work).await;
    let mut public = world.public();
    public.get("/").await.must_not_have("Mail stands still");
    public.get("/news").await.must_have("Mail stands still");
    for (at, when, shown) in [
        ("2026-11-22 09:00", "ahead", true),
        ("2026-11-28 19:00", "now", true),
        ("2026-11-28 20:00", "over", false),
    ] {
        world.set(at);
        assert_eq!(public.get("/").await.has("Mail stands still"), shown, "{at}");
        assert_eq!(public.get(&format!("/api/v1{news}")).await.json()["when"], when);
    }
    // What is broken stays so until somebody says that it works.
    let broken = [&CUT[..], &[("to", "2026-11-28T21:00")]].concat();
    published(&world, &broken).await;
    world.set("2026-11-29 09:00");
    public.get("/").await.must_have("No Internet in Kabjisa");
}

#[tokio::test]
async fn a_notice_is_changed_and_who_was_slower_is_told() {
    let world = World::new();
    let news = published(&world, &CUT).await;
    let mut sonam = world.browser(Who::Sonam);
    let edit = format!("{news}/edit");
    let form = sonam.get(&edit).await;
    form.must_have("No Internet in Kabjisa");
    form.must_have("value=\"2026-11-19T09:00\"");
    let changed =
        [&CUT[..2], &[("title", "It is the power unit"), ("body", "Until two."), ("version", "1")]].concat();
    sonam.post(&edit, &changed).await.must_have("The notice is changed");
    let late = sonam.post(&edit, &changed).await;
    late.must_be(409);
    late.must_have("It is the power unit");
    let wrong = sonam.post(&edit, &[("kind", "joke"), ("from", "soon"), ("services", "elephants")]).await;
    wrong.must_be(422);
    for said in ["Choose what it is", "Choose a unit", "Enter a headline", "Enter the day", "from the list"] {
        wrong.must_have(said);
    }
    let backwards = [&CUT[..], &[("from", "2026-11-19T10:00"), ("to", "2026-11-19T09:00")]].concat();
    sonam.post("/news/new", &backwards).await.must_have("Enter a time after the first");
}

#[tokio::test]
async fn each_publishes_for_whom_they_serve() {
    let world = World::new();
    let news = published(&world, &CUT).await;
    let mut stranger = world.browser(Who::Stranger);
    stranger.get(&news).await.must_not_have("Say that it is over");
    stranger.post(&format!("{news}/end"), &[]).await.must_be(403);
    stranger.get(&format!("{news}/edit")).await.must_be(403);
    stranger.post("/news/new", &CUT).await.must_have("Choose a unit");
    for who in [Who::Tshering, Who::Operator, Who::Auditor] {
        let mut browser = world.browser(who);
        browser.get(&news).await.must_be(200);
        browser.get("/news/new").await.must_be(403);
        browser.post("/news/new", &CUT).await.must_be(403);
        browser.post(&format!("{news}/end"), &[]).await.must_be(403);
    }
    world.public().post("/news/new", &CUT).await.must_have("Sign in");
    world.public().get("/news/nonsense").await.must_be(404);
    // The centre speaks to all.
    let body = json!({ "kind": "information", "unit": "", "title": "New forms", "body": "From January on.",
        "from": "2026-11-19T03:00:00Z", "services": [] });
    let mut centre = world.browser(Who::Centre);
    let made = centre.post_json("/api/v1/news/new", &body).await;
    made.must_be(201);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    world.public().get("/").await.must_have("New forms");
    let thimphu = world.app.calendars.unit(world.thimphu).unwrap().code;
    let theirs = world.public().get(&format!("/api/v1/news?unit={thimphu}")).await.json();
    assert_eq!(theirs["news"].as_array().map(Vec::len), Some(1));
    world.public().get("/api/v1/news?unit=NOWHERE").await.must_be(422);
    let edit = format!("/api/v1/news/{id}/edit");
    centre.post_json(&edit, &body).await.must_be(200);
    centre.post_json(&format!("/api/v1/news/{id}/end"), &json!({})).await.must_be(200);
    centre.post_json(&edit, &json!({ "kind": "x" })).await.must_be(422);
    centre
        .post_json(
            &edit,
            &json!({ "version": 1, "kind": "information", "unit": "", "title": "a", "body": "b" }),
        )
        .await
        .must_be(409);
}
