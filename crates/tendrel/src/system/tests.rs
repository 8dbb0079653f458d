use database::Error;
use jiff::SignedDuration;

use crate::backup::nightly;
use crate::desk::testing::{given, reported};
use crate::id::JobId;
use crate::jobs::{self, TRIES};
use crate::record::seal;
use crate::testing::{Who, World};

#[tokio::test]
async fn only_an_operator_sees_the_system() {
    let world = World::new();
    world.browser(Who::Operator).get("/system").await.must_be(200);
    for who in [Who::Karma, Who::Head, Who::Tshering, Who::Principal, Who::Centre, Who::Auditor] {
        let mut browser = world.browser(who);
        browser.get("/system").await.must_be(403);
        browser.post("/system/backups", &[]).await.must_be(403);
        let job = JobId::new(world.app.clock.now());
        browser.post(&format!("/system/jobs/{job}/retry"), &[]).await.must_be(403);
        browser.get("/today").await.must_not_have("href=\"/system\"");
    }
    world.public().get("/system").await.must_have("Sign in");
    world.public().get("/api/v1/system").await.must_be(401);
    assert_eq!(world.number("SELECT COUNT(*) FROM backups"), 0);
}

#[tokio::test]
async fn the_age_of_backup_and_proof_is_shown_and_turns_amber() {
    let world = World::new();
    let mut app = world.installed();
    let mut operator = world.browser(Who::Operator);
    let amber = |page: &crate::testing::Page| page.text().matches("tag warn").count();
    let page = operator.get("/system").await;
    page.must_have("never");
    assert_eq!(amber(&page), 2);
    given(&world, reported(&world)).await;
    seal(&app).await.unwrap();
    nightly::round(&app).await.unwrap();
    let page = operator.get("/system").await;
    assert_eq!(amber(&page), 0);
    page.must_have("Checkpoint 1 seals");
    let told = operator.get("/api/v1/system").await.json();
    assert_eq!(
        (told["backup"]["is_old"].as_bool(), told["backup"]["proof_is_old"].as_bool()),
        (Some(false), Some(false))
    );
    assert!(told["checkpoint"]["statement"].as_str().unwrap().contains("number 1"));
    app.clock.set(app.clock.now() + SignedDuration::from_hours(26));
    assert_eq!(amber(&world.browser(Who::Operator).get("/system").await), 0);
    app.clock.set(app.clock.now() + SignedDuration::from_secs(1));
    assert_eq!(amber(&world.browser(Who::Operator).get("/system").await), 1);
    app.clock.set(app.clock.now() + SignedDuration::from_hours(7 * 24));
    let mut operator = world.browser(Who::Operator);
    assert_eq!(amber(&operator.get("/system").await), 2);
    // A night that fails says why.
    let mut settings = crate::settings::Settings::clone(&app.settings);
    settings.backup_folder = app.settings.data.join("signing.key").join("backups");
    app.settings = std::sync::Arc::new(settings);
    nightly::round(&app).await.unwrap_err();
    operator.get("/system").await.must_have("cannot be made");
}

#[tokio::test]
async fn an_operator_backs_up_now() {
    let world = World::new();
    let mut operator = world.browser(Who::Operator);
    operator.post("/system/backups", &[]).await.must_have("The backup has begun");
    for _ in 0..200 {
        if world.number("SELECT COUNT(*) FROM backups") > 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    operator.get("/system").await.must_have("/backups/tendrel-20261119-030000Z");
}

#[tokio::test]
async fn a_job_that_was_given_up_is_tried_again() {
    let world = World::new();
    let now = world.app.clock.now();
    world
        .app
        .db
        .write::<_, Error, _>(move |tx| {
            jobs::enqueue(tx, "a_job_of_the_future", &serde_json::json!({}), now, now)?;
            tx.execute("UPDATE jobs SET attempts = $1", &[(TRIES - 1).into()]).map(drop)
        })
        .await
        .unwrap();
    let mut operator = world.browser(Who::Operator);
    operator.get("/system").await.must_have("None. A job that fails");
    crate::worker::round(&world.app).await.unwrap();
    let page = operator.get("/system").await;
    page.must_have("a_job_of_the_future");
    page.must_have("there is no kind of job called");
    let told = operator.get("/api/v1/system").await.json();
    let id = told["jobs_given_up"][0]["id"].as_str().unwrap().to_owned();
    operator.post(&format!("/system/jobs/{id}/retry"), &[]).await.must_have("tried again");
    assert_eq!(world.number("SELECT COUNT(*) FROM jobs WHERE gave_up_at IS NULL AND attempts = 0"), 1);
    assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE subject = 'job'"), 1);
    operator.post(&format!("/system/jobs/{id}/retry"), &[]).await.must_be(404);
    operator.post("/system/jobs/nothing/retry", &[]).await.must_be(404);
}

#[tokio::test]
async fn a_record_that_was_altered_is_shown_to_the_operator() {
    let world = World::new();
    given(&world, reported(&world)).await;
    world
        .app
        .db
        .write(|tx| tx.batch("UPDATE events SET actor = 'Nobody' WHERE subject = 'request'"))
        .await
        .unwrap();
    seal(&world.app).await.unwrap();
    let page = world.browser(Who::Operator).get("/system").await;
    page.must_have("The record of one case was altered outside the program");
    page.must_have("PUN-26-00001");
}

#[tokio::test]
async fn every_file_that_was_taken_is_in_the_log() {
    let world = World::new();
    given(&world, reported(&world)).await;
    let mut karma = world.browser(Who::Karma);
    let list = karma.get("/requests.csv?state=new").await;
    let named = list.headers["content-disposition"].to_str().unwrap();
    assert!(named.contains("requests-2026-11-19-karma-wangmo.csv"), "{named}");
    let book = karma.get("/analysis/figures.xlsx?month=2026-11").await;
    let named = book.headers["content-disposition"].to_str().unwrap().to_owned();
    assert!(named.contains("-made-2026-11-19-karma-wangmo.xlsx"), "{named}");
    karma.get("/analysis/figures.csv?month=2026-11").await.must_be(200);
    for who in [Who::Operator, Who::Auditor] {
        let page = world.browser(who).get("/system/exports").await;
        for said in ["requests.csv", "figures.xlsx", "figures.csv", "state=new", "Karma Wangmo"] {
            page.must_have(said);
        }
    }
    let told = world.browser(Who::Auditor).get("/api/v1/system/exports").await.json();
    assert_eq!(told["exports"].as_array().map(Vec::len), Some(3));
    assert_eq!((&told["exports"][2]["rows"], &told["exports"][2]["by"]), (&1.into(), &"Karma Wangmo".into()));
    for who in [Who::Karma, Who::Head, Who::Centre] {
        world.browser(who).get("/system/exports").await.must_be(403);
    }
    world.public().get("/system/exports").await.must_have("Sign in");
    assert_eq!(world.app.db.read(|r| crate::record::verify::verify(r, None)).await.unwrap().faults, []);
}
