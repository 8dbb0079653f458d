use axum::body::Body;
use axum::http::Request;
use tower::ServiceExt;

use super::router;
use crate::app::App;
use crate::testing::{Who, World};

async fn asked(app: &App, token: &str) -> (u16, String) {
    let request = Request::get("/metrics").header("authorization", format!("Bearer {token}"));
    let answer = router(app.clone()).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = answer.status().as_u16();
    let bytes = axum::body::to_bytes(answer.into_body(), 10 << 20).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn what_happened_is_counted_by_pattern_and_nobody_is_named() {
    let world = World::new();
    let mut karma = world.browser(Who::Karma);
    karma.get("/requests?officer=me").await.must_be(200);
    karma.get("/requests/PUN-26-00001-2").await.must_be(404);
    karma.get("/r/this-is-a-secret").await;
    karma.send("BREW", "/", "text/plain", Vec::new()).await;
    crate::worker::round(&world.app).await.unwrap();
    let (status, told) = asked(&world.app, "").await;
    assert_eq!(status, 200);
    for line in [
        "tendrel_requests_total{method=\"GET\",route=\"/requests\",status=\"200\"} 1",
        "tendrel_requests_total{method=\"GET\",route=\"/requests/{number}\",status=\"404\"} 1",
        "tendrel_requests_total{method=\"OTHER\",",
        "tendrel_request_seconds_bucket{method=\"GET\",route=\"/requests\",le=\"+Inf\"} 1",
        "tendrel_request_seconds_count{method=\"GET\",route=\"/requests\"} 1",
        "tendrel_database_up 1",
        "tendrel_sessions 1",
        "tendrel_backup_timestamp_seconds 0",
        "tendrel_broken_chains 0",
        "tendrel_build_info{version=",
    ] {
        assert!(told.contains(line), "{line} is missing in\n{told}");
    }
    for private in ["this-is-a-secret", "PUN-26", "Karma", "karma", "officer=me", "1760000"] {
        assert!(!told.contains(private), "{private} stands in the metrics");
    }
    // Each series once, each with a type.
    let mut series: Vec<&str> = told.lines().filter(|line| !line.starts_with('#')).collect();
    let count = series.len();
    series.sort_unstable();
    series.dedup_by_key(|line| line.rsplit_once(' ').unwrap().0);
    assert_eq!(series.len(), count);
}

#[tokio::test]
async fn metrics_are_told_to_who_has_the_token_and_without_a_database() {
    let world = World::new();
    let mut app = world.app.clone();
    let mut settings = crate::settings::Settings::clone(&app.settings);
    settings.machines.metrics_token = Some("a-token-of-16-letters".to_owned());
    app.settings = std::sync::Arc::new(settings);
    assert_eq!(asked(&app, "a-token-of-16-letterz").await, (401, String::new()));
    assert_eq!(asked(&app, "a-token-of-16-letters").await.0, 200);
    world.public().get("/metrics").await.must_be(404);
    app.db.clone().close();
    let (status, told) = asked(&app, "a-token-of-16-letters").await;
    assert!(status == 200 && told.contains("tendrel_database_up 0"), "{told}");
}

/// The names that Prometheus would know, from what is told here.
async fn names(world: &World) -> Vec<String> {
    let (_, told) = asked(&world.app, "").await;
    told.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(['{', ' ']).next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn every_alert_asks_for_what_is_told_and_says_what_to_do() {
    let mut world = World::new();
    // A replica's and a job's numbers are told only where there is one.
    let mut settings = crate::settings::Settings::clone(&world.app.settings);
    settings.machines.replica = Some("postgres://nowhere.invalid/x".to_owned());
    world.app.machine = std::sync::Arc::new(crate::machine::Machine::new(&settings));
    world.app.machine.metrics.job_ended("send_notice", false);
    world.browser(Who::Karma).get("/requests").await;
    let mut known = names(&world).await;
    known.push("tendrel_jobs".to_owned());
    let file = include_str!("../../../../../ops/alerts.yml");
    let mut alerts = 0;
    for part in file.split("- alert: ").skip(1) {
        alerts += 1;
        let name = part.lines().next().unwrap();
        for needed in ["expr:", "for:", "severity:", "summary:", "description:"] {
            assert!(part.contains(needed), "{name} has no {needed}");
        }
    }
    assert!(alerts >= 15, "only {alerts} alerts were found");
    let words = file.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    for word in words.filter(|word| word.starts_with("tendrel_")) {
        assert!(
            known.iter().any(|name| name == word || name.starts_with(&format!("{word}_"))),
            "{word} is told by nobody; known are {known:#?}"
        );
    }
}
