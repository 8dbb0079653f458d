//! The page, the API and the command.

use serde_json::json;

use super::{a_case, remove_all_due};
use crate::retention::command::{RetentionArguments, run};
use crate::retention::plan;
use crate::testing::{Who, World};

#[tokio::test]
async fn operators_and_auditors_see_how_long_what_is_kept() {
    let world = World::new();
    for who in [Who::Operator, Who::Auditor] {
        let page = world.browser(who).get("/system/retention").await;
        page.must_be(200);
        page.must_have("1826");
        page.must_have("Sample: five years after a case ended");
    }
    world.browser(Who::Auditor).get("/system/retention").await.must_not_have("Save the rule");
    for who in [Who::Karma, Who::Head, Who::Centre, Who::Tshering] {
        world.browser(who).get("/system/retention").await.must_be(403);
    }
    world.public().get("/system/retention").await.must_have("Sign in");
}

#[tokio::test]
async fn only_an_operator_changes_a_rule_and_the_record_says_so() {
    let world = World::new();
    let rule = [("what", "requests"), ("of", ""), ("days", "400"), ("reason", "Order 12"), ("from", "")];
    for who in [Who::Auditor, Who::Karma] {
        for path in ["/system/retention/rules", "/system/retention/run"] {
            world.browser(who).post(path, &rule).await.must_be(403);
        }
    }
    world.public().post("/system/retention/rules", &rule).await.must_have("Sign in");
    let mut operator = world.browser(Who::Operator);
    for (field, value, said) in [
        ("what", "everything", "Choose what"),
        ("days", "0", "from 1 to 36500"),
        ("days", "soon", "from 1 to 36500"),
        ("reason", "", "Say in one line why"),
        ("from", "2026-11-18", "today or a later day"),
        ("of", "service:nothing", "Choose “All”"),
    ] {
        let mut wrong: Vec<(&str, &str)> = rule.to_vec();
        wrong.retain(|(name, _)| *name != field);
        wrong.push((field, value));
        let page = operator.post("/system/retention/rules", &wrong).await;
        page.must_be(422);
        page.must_have(said);
    }
    let page = operator.post("/system/retention/rules", &rule).await;
    page.must_be(200);
    page.must_have("Order 12");
    page.must_not_have("Sample: five years after a case ended");
    let later = json!({ "what": "attachments", "of": "kind:incident", "days": 30, "reason": "Order 13", "from": "2027-01-01" });
    let made = operator.post_json("/api/v1/system/retention/rules", &later).await;
    made.must_be(201);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    operator.get("/system/retention").await.must_have("not yet");
    operator.post(&format!("/system/retention/rules/{id}/end"), &[]).await.must_not_have("Order 13");
    operator.post(&format!("/system/retention/rules/{id}/end"), &[]).await.must_be(404);
    operator.post("/system/retention/rules/nonsense/end", &[]).await.must_be(404);
    let told = operator.get("/api/v1/system/retention").await.json();
    assert!(
        told["rules"].as_array().unwrap().iter().any(|rule| rule["reason"] == "Order 12" && rule["due"] == 0)
    );
    assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE subject = 'retention_rule'"), 3);
}

#[tokio::test]
async fn what_is_due_is_told_before_and_in_the_log_after() {
    let world = World::new();
    a_case(&world).await;
    world.set("2031-12-24 10:00");
    let tell = |dry_run| {
        let app = world.app.clone();
        tokio::task::spawn_blocking(move || {
            let mut said = Vec::new();
            run(&app, &RetentionArguments { dry_run }, &mut said).unwrap();
            String::from_utf8(said).unwrap()
        })
    };
    let said = tell(true).await.unwrap();
    assert!(said.contains("1  requests, kept for 1826 days"), "{said}");
    assert_eq!(world.number("SELECT COUNT(*) FROM messages"), 4);
    let said = tell(false).await.unwrap();
    assert!(said.contains("were removed"), "{said}");
    let mut operator = world.browser(Who::Operator);
    let page = operator.get("/system/retention").await;
    page.must_have("tendrel retention");
    page.must_have("after 1826 days");
    assert!(!page.text().contains("Zangpo"));
    let told = operator.get("/api/v1/system/retention").await.json();
    assert_eq!(told["removed"].as_array().unwrap().iter().filter(|it| it["what"] == "requests").count(), 1);
}

#[tokio::test]
async fn the_night_removes_and_plans_the_next() {
    let world = World::new();
    a_case(&world).await;
    let app = world.app.clone();
    world.app.db.write(move |tx| plan(tx, &app)).await.unwrap();
    let app = world.app.clone();
    world.app.db.write(move |tx| plan(tx, &app)).await.unwrap();
    let planned = "SELECT COUNT(*) FROM jobs WHERE kind = 'retention'";
    assert_eq!(world.number(planned), 1);
    let now = world.set("2031-12-24 10:00");
    crate::worker::round(&world.app).await.unwrap();
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE forgotten_at IS NOT NULL"), 1);
    assert_eq!(world.number(planned), 1);
    assert_eq!(remove_all_due(&world).await.get("requests"), None);
    // An operator does not wait for the night: the next run is brought forward.
    let due = format!("{planned} AND run_at <= {}", now.as_microsecond());
    assert_eq!(world.number(&due), 0);
    world.browser(Who::Operator).post("/system/retention/run", &[]).await.must_have("It is begun");
    assert_eq!((world.number(&due), world.number(planned)), (1, 1));
}
