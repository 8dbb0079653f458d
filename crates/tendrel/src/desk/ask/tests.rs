//! What the public form takes, and what it says about everything else.

mod held_up;

use crate::testing::{Browser, Page, Who, World};

/// A whole form of the service "Internet and LAN".
pub(crate) const FORM: &[(&str, &str)] = &[
    ("office", "Kabjisa Central School"),
    ("f-what", "none"),
    ("f-power", "yes"),
    ("impact", "1"),
    ("urgency", "1"),
    ("subject", "No Internet in the lab"),
    ("description", "All 34 computers lost it after the power came back."),
    ("name", "Tshering Dema"),
    ("phone", "17600004"),
];

const PATH: &str = "/services/internet-lan";

/// The form with some fields changed, or left out where the value is "-".
fn but<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = FORM.iter().copied().filter(|(name, _)| !changes.iter().any(|(other, _)| other == name));
    kept.chain(changes.iter().copied().filter(|(_, value)| *value != "-")).collect()
}

/// Sends a form about this and shows what came back.
pub(crate) async fn ask(browser: &mut Browser, subject: &str) -> Page {
    let page = browser.post(PATH, &but(&[("subject", subject)])).await;
    page.must_be(200);
    page
}

async fn refused(world: &World, changes: &[(&str, &str)], sentence: &str) {
    let page = world.public().post(PATH, &but(changes)).await;
    page.must_be(422);
    page.must_have("<title>Error: Internet and LAN");
    page.must_have(sentence);
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 0);
    if !changes.iter().any(|(name, _)| *name == "description") {
        page.must_have("All 34 computers lost it");
    }
}

#[tokio::test]
async fn somebody_of_the_public_gets_a_number_a_promise_and_a_link() {
    let world = World::new();
    let mut public = world.public();
    let page = public.get(PATH).await;
    page.must_be(200);
    page.must_have("What is wrong?");
    page.must_have("Who is stopped by it?");
    assert!(page.body.len() < 40_000);
    let page = public.post(PATH, FORM).await;
    page.must_be(200);
    page.must_have("We have your request");
    page.must_have("PUN-26-00001-");
    // Priority 1: half an hour until the first answer, four hours of the urgent calendar until it is solved.
    page.must_have("today 09:30");
    page.must_have("today 13:00");
    page.must_have("/r/");
    assert!(page.path.starts_with("/sent/"));
    assert_eq!(
        world.number("SELECT COUNT(*) FROM requests WHERE office_id IS NOT NULL AND channel = 'web'"),
        1
    );
    assert_eq!(world.number("SELECT priority FROM requests"), 1);
    // It can be loaded again; another's guess finds nothing.
    public.get(&page.path).await.must_have("PUN-26-00001-");
    public.get("/sent/guess").await.must_be(404);
}

#[tokio::test]
async fn somebody_who_signed_in_is_asked_nothing_we_know() {
    let world = World::new();
    let mut tshering = world.browser(Who::Tshering);
    let page = tshering.get(PATH).await;
    page.must_have("class=\"known\"");
    page.must_have("Kabjisa Central School");
    page.must_have("value=\"17600003\"");
    ask(&mut tshering, "Lab").await;
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM requests WHERE requester_id IS NOT NULL AND office_id IS NOT NULL"),
        1
    );
    let page = tshering.get(PATH).await;
    page.must_have("Your office has already asked for this");
}

#[tokio::test]
async fn each_thing_that_is_missing_is_named() {
    let world = World::new();
    let page = world.public().post(PATH, &[("description", "It is slow")]).await;
    page.must_be(422);
    page.must_have("things are missing or wrong");
    for field in ["#office", "#f-what", "#name", "#phone"] {
        page.must_have(&format!("href=\"{field}\""));
    }
    refused(&world, &[("phone", "-")], "Enter a phone number or an e-mail address").await;
    refused(&world, &[("phone", "my wife knows")], "Write the phone number in digits").await;
    refused(&world, &[("email", "tshering")], "Write the e-mail address in full").await;
    refused(&world, &[("name", " ")], "Enter your name").await;
}

#[tokio::test]
async fn nobody_has_to_find_a_name_for_the_matter() {
    let world = World::new();
    let called = |subject: &'static str| {
        let sql = "SELECT COUNT(*) AS n FROM requests WHERE subject = $1";
        world.app.db.read_blocking::<i64, database::Error, _>(move |r| {
            r.one(sql, &[subject.into()], |row| row.get("n"))
        })
    };
    let sent = [("subject", ""), ("description", "\n  The lab lost  it again.\nSince the storm.")];
    world.public().post(PATH, &but(&sent)).await.must_be(200);
    assert_eq!(called("The lab lost it again."), Ok(1));
    world.public().post(PATH, &but(&[("subject", ""), ("description", "")])).await.must_be(200);
    assert_eq!(called("No Internet at all"), Ok(1));
}

#[tokio::test]
async fn what_cannot_be_is_refused_in_words() {
    let world = World::new();
    refused(&world, &[("f-what", "everything")], "“everything” is not one of the answers").await;
    refused(&world, &[("impact", "9")], "Choose one of the answers that are offered").await;
    refused(&world, &[("f-since", &"x".repeat(121))], "Shorten “Since when?” to 120 characters; it has 121")
        .await;
    refused(&world, &[("subject", &"x".repeat(201))], "Shorten this to 200 characters").await;
    refused(&world, &[("description", &"x".repeat(20_001))], "Shorten this to 20000 characters").await;
    let too_much = "x".repeat(1024 * 1024 + 1);
    world.public().post(PATH, &but(&[("description", &too_much)])).await.must_be(413);
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 0);
}

#[tokio::test]
async fn dates_that_do_not_exist_are_refused() {
    let world = World::new();
    let page = world.public().post("/services/account", &[("f-from_day", "2026-02-30")]).await;
    page.must_be(422);
    page.must_have("There is no day “2026-02-30”");
    page.must_have("value=\"2026-02-30\"");
}

#[tokio::test]
async fn nul_characters_and_foreign_fields_leave_no_trace() {
    let world = World::new();
    let fields = but(&[("subject", "La\0b"), ("f-nothing", "x"), ("id", "1")]);
    world.public().post(PATH, &fields).await.must_be(200);
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE subject = 'Lab'"), 1);
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE answers LIKE '%nothing%'"), 0);
}

#[tokio::test]
async fn an_unknown_service_shows_the_way_on() {
    let world = World::new();
    for path in ["/services/teleport", "/services/%00", "/services/INTERNET-LAN"] {
        let page = world.public().get(path).await;
        page.must_be(404);
        page.must_have("/services/something-else");
    }
    world.public().post("/services/teleport", FORM).await.must_be(404);
}

#[tokio::test]
async fn an_office_is_found_by_its_name_or_kept_as_typed() {
    let world = World::new();
    let mut public = world.public();
    public.post(PATH, &but(&[("office", "  kabjisa CENTRAL school ")])).await.must_be(200);
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE office_text = 'Kabjisa Central School'"), 1);
    public.post(PATH, &but(&[("office", "The tea shop")])).await.must_be(200);
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM requests WHERE office_text = 'The tea shop' AND office_id IS NULL"),
        1
    );
}

#[tokio::test]
async fn of_several_offices_with_one_name_the_page_asks_which() {
    let world = World::new();
    let (now, thimphu) = (world.app.clock.now(), world.thimphu);
    let other = crate::id::OrganisationId::new(now);
    world
        .app
        .db
        .write(move |tx| {
            tx.execute(
                "INSERT INTO organisations (id, key, kind, name, folded, unit_id)
                 VALUES ($1, 'other-kabjisa', 'school', 'Kabjisa Central School', 'kabjisa central school', $2)",
                &[other.into(), thimphu.into()],
            )
        })
        .await
        .unwrap();
    refused(&world, &[], "Several offices have this name: choose yours").await;
    let id = other.to_string();
    let page = world.public().post(PATH, &but(&[("office-id", &id)])).await;
    page.must_have("THI-26-00001-");
    let nobody = uuid::Uuid::nil().to_string();
    let page = world.public().post(PATH, &but(&[("office-id", &nobody)])).await;
    page.must_have("PUN-26-00001-");
}

#[tokio::test]
async fn pressing_twice_makes_one_record_and_another_matter_another() {
    let world = World::new();
    let mut public = world.public();
    let page = public.get(PATH).await.text();
    let key = page.split("name=\"key\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let first = public.post(PATH, &but(&[("key", &key)])).await;
    let second = public.post(PATH, &but(&[("key", &key)])).await;
    assert_eq!(first.path, second.path);
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 1);
    let other = public.post(PATH, &but(&[("key", &key), ("subject", "Another matter")])).await;
    assert_ne!(first.path, other.path);
    // Without a key two forms are two records: nobody sees another's number by sending the same words.
    public.post(PATH, FORM).await.must_be(200);
    public.post(PATH, FORM).await.must_be(200);
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 4);
}

#[tokio::test]
async fn both_presses_at_once_make_one_record() {
    let world = World::new();
    let key = "k".repeat(33);
    let (mut one, mut two) = (world.public(), world.public());
    let form = but(&[("key", &key)]);
    let (one, two) = tokio::join!(one.post(PATH, &form), two.post(PATH, &form));
    one.must_be(200);
    assert_eq!(one.path, two.path);
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 1);
}

#[tokio::test]
async fn a_form_made_for_an_older_version_says_what_changed_and_keeps_what_was_typed() {
    let world = World::new();
    let service = world.app.catalogue.now().service_by_code("internet-lan").unwrap().clone();
    let mut definition = service.definition.clone();
    definition.fields.retain(|field| field.key != "lights");
    definition.fields[1].required = true;
    let text = serde_json::to_string(&definition).unwrap();
    let now = world.app.clock.now();
    world
        .app
        .db
        .write(move |tx| {
            tx.execute(
                "INSERT INTO service_versions (service_id, version, valid_from, changed_by, definition)
                 VALUES ($1, 2, $2, 'Kinley', $3)",
                &[service.id.into(), now.into(), text.as_str().into()],
            )?;
            tx.execute("UPDATE services SET version = 2 WHERE id = $1", &[service.id.into()])?;
            crate::directory::calendars::mark_changed(tx)
        })
        .await
        .unwrap();
    world.app.refresh().await.unwrap();
    let mut public = world.public();
    let page = public.post(PATH, &but(&[("version", "1"), ("f-lights", "red")])).await;
    page.must_be(422);
    page.must_have("This form changed while you were writing");
    page.must_have("No longer asked: Which lights are on");
    page.must_have("Now needed: Since when?");
    page.must_have("No Internet in the lab");
    page.must_have("name=\"version\" value=\"2\"");
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 0);
    public.post(PATH, &but(&[("version", "2"), ("f-since", "today")])).await.must_be(200);
}

#[tokio::test]
async fn files_are_taken_for_what_they_are_and_kept_while_the_form_comes_back() {
    let world = World::new();
    let mut public = world.public();
    let png: &[u8] = b"\x89PNG\r\n\x1a\n0000";
    let page =
        public.post_files(PATH, &but(&[("name", "-")]), &[("f-photo", "../../etc/router.jpg", png)]).await;
    page.must_be(422);
    page.must_have("router.jpg is kept");
    page.must_not_have("../");
    let text = page.text();
    let line = text.split("name=\"kept\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    public.post_files(PATH, &but(&[("kept", &line)]), &[]).await.must_be(200);
    assert_eq!(world.number("SELECT COUNT(*) FROM attachments WHERE name = 'router.jpg'"), 1);
    assert_eq!(world.number("SELECT COUNT(*) FROM files WHERE media_type = 'image/png'"), 1);
    for forged in ["f-photo:zz:a.txt", "f-photo", &format!("files:{}:a", "0".repeat(64)), "files:../../x:a"] {
        public.post_files(PATH, &but(&[("kept", forged)]), &[]).await.must_be(200);
    }
    assert_eq!(world.number("SELECT COUNT(*) FROM attachments"), 1);
}

#[tokio::test]
async fn a_file_that_is_empty_or_too_large_is_named() {
    let world = World::new();
    let mut public = world.public();
    let page = public.post_files(PATH, FORM, &[("files", "photo.jpg", b"")]).await;
    page.must_be(422);
    page.must_have("photo.jpg is empty");
    let large = vec![b'x'; 10 * 1024 * 1024 + 1];
    let page = public.post_files(PATH, FORM, &[("files", "film.mp4", &large)]).await;
    page.must_be(422);
    page.must_have("film.mp4 is larger than 10 MB");
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 0);
}

#[tokio::test]
async fn a_full_disk_keeps_what_was_typed() {
    let world = World::new();
    if world.app.db.kind() != database::Kind::Sqlite {
        return;
    }
    let pages = world.number("PRAGMA page_count");
    world.app.db.write_blocking(move |tx| tx.batch(&format!("PRAGMA max_page_count = {pages}"))).unwrap();
    let long = "All 34 computers. ".repeat(1000);
    let mut public = world.public();
    let mut last = public.post(PATH, &but(&[("description", &long)])).await;
    for _ in 0..50 {
        if last.status.as_u16() != 200 {
            break;
        }
        last = public.post(PATH, &but(&[("description", &long)])).await;
    }
    last.must_be(503);
    last.must_have("The disk of the server is full");
    last.must_have("All 34 computers.");
    last.must_have("No Internet in the lab");
}

#[tokio::test]
async fn the_same_matter_of_the_same_office_is_hinted_at_without_its_content() {
    let world = World::new();
    ask(&mut world.public(), "The first").await;
    let page = world.public().post(PATH, &but(&[("subject", "The second")])).await;
    page.must_have("Your office has already asked for this on");
    page.must_not_have("The first");
    page.must_not_have("PUN-26-00001-");
    let mut dechen = world.browser(Who::Dechen);
    let page = ask(&mut dechen, "The third").await;
    page.must_have("still open");
    page.must_have("PUN-26-00001-");
}

#[tokio::test]
async fn a_form_of_another_site_is_not_taken() {
    let world = World::new();
    let mut browser = world.browser(Who::Tshering).with("sec-fetch-site", "cross-site");
    let page = browser.post(PATH, FORM).await;
    page.must_be(422);
    page.must_have("This form was sent by another site");
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 0);
}
