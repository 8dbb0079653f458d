//! The same door for programs.

use serde_json::{Value as Json, json};

use crate::directory::tokens::{self, NewToken, Scope};
use crate::testing::{Browser, Who, World};

const PATH: &str = "/api/v1/requests";

/// A program with a token of this person.
fn program(world: &World, who: Who) -> Browser {
    let (account, now) = (world.account(who), world.app.clock.now());
    let expires_at = now + jiff::SignedDuration::from_hours(24 * 30);
    let token = NewToken { name: "test".to_owned(), scope: Scope::Write, expires_at };
    let secret = world.app.db.write_blocking(move |tx| tokens::insert(tx, account, &token, now)).unwrap();
    world.public().with("authorization", format!("Bearer {secret}"))
}

fn body() -> Json {
    json!({
        "service": "internet-lan",
        "office": "Kabjisa Central School",
        "name": "Tshering Dema",
        "phone": "17600004",
        "subject": "No Internet in the lab",
        "answers": {"what": "none", "power": true},
        "impact": 1,
        "urgency": 1,
    })
}

fn with(key: &str, value: Json) -> Json {
    let mut body = body();
    body[key] = value;
    body
}

#[tokio::test]
async fn a_program_gets_a_number_and_the_promise() {
    let world = World::new();
    let page = program(&world, Who::Tshering).post_json(PATH, &body()).await;
    page.must_be(201);
    let answer = page.json();
    assert!(answer["number"].as_str().unwrap().starts_with("PUN-26-00001-"));
    assert_eq!(answer["response_due_at"], "2026-11-19T03:30:00Z");
    assert_eq!(answer["priority"], 1);
    assert!(page.headers["location"].to_str().unwrap().contains("PUN-26-00001-"));
    let link = answer["follow"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    world.public().get(&format!("/sent/{link}")).await.must_have("PUN-26-00001-");
    assert_eq!(
        world.number("SELECT COUNT(*) FROM requests WHERE channel = 'api' AND requester_id IS NOT NULL"),
        1
    );
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE answers LIKE '%\"power\":\"yes\"%'"), 1);
}

#[tokio::test]
async fn nobody_without_a_token_or_with_a_wrong_one() {
    let world = World::new();
    world.public().post_json(PATH, &body()).await.must_be(401);
    let mut wrong = world.public().with("authorization", "Bearer nothing");
    wrong.post_json(PATH, &body()).await.must_be(401);
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 0);
}

#[tokio::test]
async fn a_key_makes_sending_again_safe() {
    let world = World::new();
    let mut program = program(&world, Who::Tshering).with("idempotency-key", "job-17");
    let first = program.post_json(PATH, &body()).await;
    first.must_be(201);
    let again = program.post_json(PATH, &body()).await;
    again.must_be(200);
    assert_eq!(first.json(), again.json());
    let other = program.post_json(PATH, &with("subject", json!("Another"))).await;
    other.must_be(409);
    other.must_have("urn:tendrel:api-key-used");
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 1);
    // The key is the account's own, and forgotten after a week.
    let mut dechen = self::program(&world, Who::Dechen).with("idempotency-key", "job-17");
    dechen.post_json(PATH, &body()).await.must_be(201);
    world.set("2026-11-27 10:00");
    program.post_json(PATH, &with("subject", json!("Another"))).await.must_be(201);
}

#[tokio::test]
async fn each_wrong_field_is_named_in_words() {
    let world = World::new();
    let mut program = program(&world, Who::Tshering);
    let cases = [
        (with("service", json!("teleport")), "service", "no service"),
        (with("answers", json!({"what": "all"})), "answers.what", "is not one of the answers"),
        (
            with("answers", json!({"what": "none", "colour": "red"})),
            "answers.colour",
            "has no field “colour”",
        ),
        (with("answers", json!([])), "answers", "object"),
        (with("subject", json!({})), "subject", "text"),
        (with("priority", json!(1)), "priority", "not known"),
        (with("channel", json!("fax")), "channel", "Officers"),
        (with("received_at", json!("2026-11-18T00:00:00Z")), "received_at", "Officers"),
        (with("office_id", json!("01890000-0000-7000-8000-000000000000")), "office_id", "no office"),
        (with("phone", json!("")), "reach", "Enter a phone number"),
        (with("impact", json!(7)), "impact", "Choose one"),
    ];
    for (body, field, words) in cases {
        let page = program.post_json(PATH, &body).await;
        page.must_be(422);
        assert_eq!(page.headers["content-type"], "application/problem+json");
        let said = page.json()["errors"][field].as_str().unwrap_or_default().to_owned();
        assert!(said.contains(words), "{field}: {}", page.text());
    }
    for broken in [&b"{"[..], b"", b"[]", b"\xff\xfe"] {
        program.send("POST", PATH, "application/json", broken.to_vec()).await.must_be(422);
    }
    program.send("POST", PATH, "application/json", vec![b' '; 1024 * 1024 + 1]).await.must_be(413);
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 0);
}

#[tokio::test]
async fn an_officers_program_may_say_how_and_when_it_came() {
    let world = World::new();
    let mut body = with("channel", json!("fax"));
    body["received_at"] = json!("2026-11-18T04:00:00Z");
    program(&world, Who::Karma).post_json(PATH, &body).await.must_be(201);
    assert_eq!(
        world.number(
            "SELECT COUNT(*) FROM requests WHERE channel = 'fax' AND entered_by IS NOT NULL AND received_at < entered_at"
        ),
        1
    );
}

#[tokio::test]
async fn what_is_known_of_the_owner_need_not_be_sent() {
    let world = World::new();
    let body = json!({"service": "internet-lan", "subject": "Lab", "answers": {"what": "slow"}});
    program(&world, Who::Tshering).post_json(PATH, &body).await.must_be(201);
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE office_text = 'Kabjisa Central School'"), 1);
}

#[tokio::test]
async fn files_come_beside_the_object() {
    let world = World::new();
    let text = body().to_string();
    let files: &[(&str, &str, &[u8])] = &[("answers.photo", "box.png", b"\x89PNG\r\n\x1a\n0000")];
    let page = program(&world, Who::Tshering).post_files(PATH, &[("request", &text)], files).await;
    page.must_be(201);
    assert_eq!(world.number("SELECT COUNT(*) FROM attachments WHERE name = 'box.png'"), 1);
}

#[tokio::test]
async fn the_services_and_their_forms_can_be_read_by_everybody() {
    let world = World::new();
    let list = world.public().get("/api/v1/services").await.json();
    assert_eq!(list["services"].as_array().unwrap().len(), 27);
    let one = world.public().get("/api/v1/services/internet-lan").await.json();
    assert_eq!(one["fields"][0]["key"], "what");
    assert_eq!(one["promises"][0]["resolution"]["unit"], "working_hours");
    let page = world.public().get("/api/v1/services/teleport").await;
    page.must_be(404);
    assert_eq!(page.headers["content-type"], "application/problem+json");
}
