//! Letters from the event to the mail server, as the people who get them see them.

mod held_back;
mod officers;
mod sending;

use crate::channels::letters::bounced;
use crate::desk::save::TELL;
use crate::desk::testing::{given, looked, reported, resolved, veiled};
use crate::id::RequestId;
use crate::jobs;
use crate::mailer::Mail;
use crate::testing::{Who, World};
use crate::worker;

/// What was sent since the last time.
async fn sent(world: &World) -> Vec<Mail> {
    let before = SEEN.with(std::cell::Cell::get);
    worker::round(&world.app).await.unwrap();
    let all = world.app.mailer.sent();
    SEEN.with(|seen| seen.set(all.len()));
    all[before..].to_vec()
}

thread_local! {
    static SEEN: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

fn to<'a>(letters: &'a [Mail], address: &str) -> &'a Mail {
    letters
        .iter()
        .find(|letter| letter.to == address)
        .unwrap_or_else(|| panic!("nothing to {address}: {letters:#?}"))
}

fn header<'a>(letter: &'a Mail, name: &str) -> &'a str {
    letter.headers.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
}

/// The address behind a link of a letter.
fn link(letter: &Mail, end: &str) -> String {
    let is_it = |word: &&str| word.starts_with("http://localhost/r/") && word.ends_with(end);
    let found = letter.body.split_whitespace().find(is_it);
    found
        .unwrap_or_else(|| panic!("no {end}: {}", letter.body))
        .strip_prefix("http://localhost")
        .unwrap()
        .to_owned()
}

const TSHERING: &str = "tshering@tendrel.example";

#[tokio::test]
async fn whoever_asks_is_told_number_promise_and_how_to_follow_it_once() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    let letters = sent(&world).await;
    assert_eq!(letters.len(), 1, "{letters:#?}");
    let letter = to(&letters, TSHERING);
    assert_eq!(letter.subject, format!("No Internet in the whole school [{number}]"));
    for words in
        [number.as_str(), "Tshering Dema", "Thursday 19 November 2026, 11:00 (2 h)", "Punakha ICT Services"]
    {
        assert!(letter.body.contains(words), "{words}: {}", letter.body);
    }
    assert_eq!(header(letter, "Auto-Submitted"), "auto-replied");
    assert_eq!(header(letter, "X-Auto-Response-Suppress"), "All");
    assert_eq!(header(letter, "Precedence"), "bulk");
    assert!(header(letter, "References").contains(&number.to_lowercase()));
    let mut anybody = world.public();
    anybody.get(&link(letter, "")).await.must_have("No Internet in the whole school");
    // The job is told a second time, by a node that died before it wrote that it was done.
    let now = world.app.clock.now();
    let again = world.app.db.write(move |tx| {
        let id = tx.one("SELECT id FROM requests", &[], |row| row.get::<RequestId>("id"))?;
        jobs::enqueue(tx, TELL, &serde_json::json!({ "request": id, "number": 1 }), now, now)
    });
    again.await.unwrap();
    assert_eq!(sent(&world).await, []);
    assert_eq!(world.number("SELECT COUNT(*) FROM letters"), 1);
    let page = world.browser(Who::Karma).get(&format!("/requests/{number}")).await;
    page.must_have("It came in");
    page.must_have(TSHERING);
}

#[tokio::test]
async fn answers_are_sent_and_notes_never() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    sent(&world).await;
    let mut karma = world.browser(Who::Karma);
    karma.post(&format!("/requests/{number}/note"), &[("text", "The head is difficult.")]).await.must_be(200);
    assert_eq!(sent(&world).await, []);
    let words = "We come at two. <script>alert(1)</script>";
    karma.post(&format!("/requests/{number}/reply"), &[("text", words)]).await.must_be(200);
    let letters = sent(&world).await;
    let letter = to(&letters, TSHERING);
    assert!(letter.body.contains("> We come at two. <script>"), "{}", letter.body);
    let html = letter.html.as_ref().unwrap();
    assert!(!html.contains("<script>") && html.contains("&#60;script&#62;"), "{html}");
    assert_eq!(header(letter, "Auto-Submitted"), "auto-generated");
    assert_eq!(header(letter, "Precedence"), "");
    // The letter is read by the program's own reader as its own.
    let raw = world.app.mailer.written(letter);
    let addresses = ["desk@tendrel.example".to_owned()];
    let desk = mail_reader::Desk { addresses: &addresses, loop_mark: header(letter, "X-Loop") };
    let read = serde_json::to_value(mail_reader::read(raw.as_bytes(), &desk)).unwrap();
    assert_eq!(read["kind"], "own", "{read:#}");
    assert!(read["text"].as_str().unwrap().contains("We come at two."));
}

#[tokio::test]
async fn colleagues_in_copy_read_answers_and_get_no_secret_link() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    sent(&world).await;
    let watch = "INSERT INTO watchers (request_id, address, name, since) SELECT id, 'pema@school.bt', 'Pema', 0 FROM requests";
    world.app.db.write_blocking(move |tx| tx.execute(watch, &[])).unwrap();
    let mut karma = world.browser(Who::Karma);
    karma.post(&format!("/requests/{number}/reply"), &[("text", "We come at two.")]).await.must_be(200);
    resolved(&world, &number).await;
    let letters = sent(&world).await;
    let of_pema: Vec<&Mail> = letters.iter().filter(|letter| letter.to == "pema@school.bt").collect();
    assert_eq!(of_pema.len(), 2, "{letters:#?}");
    assert!(of_pema.iter().all(|letter| !letter.body.contains("/r/")), "{of_pema:#?}");
    assert!(of_pema.iter().any(|letter| letter.body.contains("The power unit was replaced.")));
}

#[tokio::test]
async fn a_question_says_by_when_and_is_asked_again_twice() {
    let world = World::new();
    let accepted = given(&world, reported(&world)).await;
    sent(&world).await;
    let fields = [("reason", "waiting_requester"), ("comment", "Which room is it?")];
    let hold = format!("/requests/{}/hold", accepted.number);
    world.browser(Who::Karma).post(&hold, &fields).await.must_be(200);
    let asked = sent(&world).await;
    let letter = to(&asked, TSHERING);
    assert!(
        letter.body.contains("> Which room is it?") && letter.body.contains("Tuesday 24 November"),
        "{}",
        letter.body
    );
    world.set("2026-11-24 08:59");
    assert_eq!(sent(&world).await.iter().filter(|it| it.to == TSHERING).count(), 0);
    world.set("2026-11-24 09:01");
    let reminded = sent(&world).await;
    assert!(to(&reminded, TSHERING).body.contains("waiting for your answer since Thursday 19 November"));
    world.set("2026-12-01 09:01");
    assert_eq!(sent(&world).await.iter().filter(|it| it.to == TSHERING).count(), 1);
    world.set("2026-12-28 09:01");
    assert_eq!(sent(&world).await.iter().filter(|it| it.to == TSHERING).count(), 0);
    assert_eq!(world.number("SELECT COUNT(*) FROM letters WHERE kind LIKE 'reminded%'"), 2);
}

#[tokio::test]
async fn nobody_is_reminded_of_what_they_answered() {
    let world = World::new();
    let accepted = given(&world, reported(&world)).await;
    let fields = [("reason", "waiting_requester"), ("comment", "Which room is it?")];
    let hold = format!("/requests/{}/hold", accepted.number);
    world.browser(Who::Karma).post(&hold, &fields).await.must_be(200);
    sent(&world).await;
    world.public().post(&format!("/r/{}/reply", accepted.secret), &[("text", "Room 4")]).await.must_be(200);
    world.set("2026-11-24 09:01");
    assert!(sent(&world).await.iter().all(|letter| letter.to != TSHERING));
}

#[tokio::test]
async fn one_press_says_that_it_works_or_that_it_does_not() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    resolved(&world, &number).await;
    let letters = sent(&world).await;
    let letter = letters.iter().find(|letter| letter.body.contains("Does it work?")).unwrap();
    assert!(
        letter.body.contains("> The power unit was replaced.")
            && letter.body.contains("Thursday 26 November")
    );
    let mut anybody = world.public();
    let (works, broken) = (link(letter, "/works"), link(letter, "/broken"));
    for _ in 0..3 {
        // A mail server that looks behind every link presses nothing.
        anybody.get(&works).await.must_be(200);
        anybody.get(&broken).await.must_be(200);
    }
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE state = 'resolved'"), 1);
    let reopen = format!("{}/reopen", works.strip_suffix("/works").unwrap());
    anybody.post(&reopen, &[("text", "It still does not work.")]).await.must_be(200);
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE is_open = 1"), 1);
    anybody.get(&works).await.must_have("It is still open");
    // The unit reads it; the one who wrote it is not told.
    let letters = sent(&world).await;
    assert!(letters.iter().all(|letter| letter.to != TSHERING) && !letters.is_empty(), "{letters:#?}");
    assert!(to(&letters, "karma@tendrel.example").body.contains("> It still does not work."));
}

#[tokio::test]
async fn what_closes_itself_asks_how_it_was() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    resolved(&world, &number).await;
    sent(&world).await;
    world.set("2026-11-27 11:01");
    worker::round(&world.app).await.unwrap();
    let letters = sent(&world).await;
    let closed = world.app.mailer.sent().into_iter().rfind(|letter| letter.to == TSHERING).unwrap();
    assert!(letters.len() <= 1 && closed.body.contains("is closed"), "{}", closed.body);
    world.public().get(&link(&closed, "/rate")).await.must_have("5 ·");
}

#[tokio::test]
async fn of_a_confidential_case_the_subject_names_the_number_alone() {
    let world = World::new();
    veiled(&world, "internet-lan", &[Who::Karma, Who::Head]).await;
    let number = given(&world, reported(&world)).await.number;
    world
        .browser(Who::Karma)
        .post(&format!("/requests/{number}/reply"), &[("text", "Coming.")])
        .await
        .must_be(200);
    world.set("2026-11-19 12:30");
    let letters = sent(&world).await;
    assert!(letters.iter().all(|letter| letter.subject == format!("[{number}]")), "{letters:#?}");
    let read: Vec<&str> = letters.iter().map(|letter| letter.to.as_str()).collect();
    assert!(read.contains(&TSHERING) && !read.contains(&"sonam@tendrel.example"), "{read:?}");
    world.browser(Who::Sonam).get(&format!("/requests/{number}")).await.must_be(404);
}

#[tokio::test]
async fn a_letter_that_came_back_stands_on_the_case_with_a_telephone_number() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    let letters = sent(&world).await;
    let id = letters[0].message_id.clone().unwrap();
    let now = world.app.clock.now();
    for status in ["5.1.1", "5.1.1"] {
        let id = format!("<{id}>");
        let came_back = world.app.db.write(move |tx| bounced(tx, &id, TSHERING, status, true, now));
        came_back.await.unwrap();
    }
    let mut karma = world.browser(Who::Karma);
    let page = karma.get(&format!("/requests/{number}")).await;
    page.must_have(">came back<");
    page.must_have("href=\"tel:17600003\"");
    page.must_have("5.1.1");
    karma.get("/notices").await.must_have("A letter did not arrive:");
    assert_eq!(world.number("SELECT COUNT(*) FROM notices WHERE kind = 'bounced'"), 3);
    let told = karma.get(&format!("/api/v1/requests/{number}")).await.json();
    assert_eq!(told["letters"][0]["state"], "bounced");
    // Neither the one who asked nor the centre without a reason reads to whom was written.
    let mine = world.browser(Who::Tshering).get(&format!("/api/v1/requests/{number}")).await.json();
    assert_eq!(mine["letters"], serde_json::json!([]));
    world.browser(Who::Tshering).get(&format!("/my/requests/{number}")).await.must_not_have("5.1.1");
    looked(&world, &number).await;
    world.browser(Who::Centre).get(&format!("/requests/{number}")).await.must_have(">came back<");
}
