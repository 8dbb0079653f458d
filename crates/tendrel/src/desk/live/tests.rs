use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{Request, StatusCode};
use futures_util::StreamExt;
use tower::ServiceExt;

use crate::desk::testing::{given, reported, veiled};
use crate::directory::sessions;
use crate::testing::{Who, World};

struct Listener(BodyDataStream);

impl Listener {
    /// What comes until nothing has come for a while.
    async fn hear(&mut self) -> String {
        let mut heard = String::new();
        while let Ok(Some(Ok(bytes))) = tokio::time::timeout(Duration::from_millis(2500), self.0.next()).await
        {
            heard.push_str(std::str::from_utf8(&bytes).unwrap());
            if heard.contains("event: request") {
                break;
            }
        }
        heard
    }
}

fn cookie(world: &World, who: Who) -> String {
    let (account, now) = (world.account(who), world.app.clock.now());
    let opened =
        world.app.db.write_blocking(move |tx| sessions::open(tx, account, &sessions::Origin::test(), now));
    format!("session={}", opened.unwrap())
}

async fn listen(world: &World, cookie: &str, path: &str) -> Result<Listener, StatusCode> {
    let request = Request::get(path).header("host", "localhost").header("cookie", cookie);
    let router = crate::router::router(world.app.clone());
    let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    if response.status() != StatusCode::OK {
        return Err(response.status());
    }
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["x-accel-buffering"], "no");
    assert!(!response.headers().contains_key("content-encoding"));
    let mut listener = Listener(response.into_body().into_data_stream());
    let first = listener.0.next().await.unwrap().unwrap();
    assert!(first.starts_with(b"retry: 3000"));
    Ok(listener)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_hears_of_what_they_would_find_in_a_list_and_of_nothing_else() {
    let world = World::new();
    veiled(&world, "account", &[Who::Karma]).await;
    let all = [Who::Karma, Who::Sonam, Who::Centre, Who::Auditor, Who::Stranger];
    let mut listeners = Vec::new();
    for who in all {
        listeners.push(listen(&world, &cookie(&world, who), "/live").await.unwrap());
    }
    let heard = |number: String, listeners: Vec<Listener>| async move {
        let all = futures_util::future::join_all(listeners.into_iter().map(|mut one| async move {
            let heard = one.hear().await;
            (heard, one)
        }))
        .await;
        let heard: Vec<bool> = all.iter().map(|(heard, _)| heard.contains(&number)).collect();
        (heard, all.into_iter().map(|(_, one)| one).collect::<Vec<_>>())
    };
    let number = given(&world, reported(&world)).await.number;
    let (told, listeners) = heard(number, listeners).await;
    assert_eq!(told, [true, true, true, true, false], "{all:?}");
    let mut incoming = reported(&world);
    incoming.service = world.app.catalogue.now().service_by_code("account").unwrap().clone();
    let number = given(&world, incoming).await.number;
    let (told, _) = heard(number, listeners).await;
    assert_eq!(told, [true, false, false, false, false], "{all:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_goes_on_where_it_broke_off() {
    let world = World::new();
    let karma = cookie(&world, Who::Karma);
    let before = world.app.clock.now().as_microsecond();
    world.set("2026-11-19 09:05");
    let number = given(&world, reported(&world)).await.number;
    let request = Request::get(format!("/live?since={before}")).header("cookie", &karma);
    let router = crate::router::router(world.app.clone());
    let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let heard = Listener(response.into_body().into_data_stream()).hear().await;
    assert!(heard.contains(&number) && heard.contains("\"kind\":\"new\""), "{heard}");
    // Too long ago: the page asks for itself.
    let request = Request::get("/live").header("cookie", &karma).header("last-event-id", "1000000");
    let router = crate::router::router(world.app.clone());
    let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let heard = Listener(response.into_body().into_data_stream()).hear().await;
    assert!(heard.contains("event: many"), "{heard}");
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_are_bounded_and_end_when_the_program_stops() {
    let world = World::new();
    let karma = cookie(&world, Who::Karma);
    let mut open = Vec::new();
    for _ in 0..8 {
        open.push(listen(&world, &karma, "/live").await.unwrap());
    }
    assert_eq!(listen(&world, &karma, "/live").await.err(), Some(StatusCode::TOO_MANY_REQUESTS));
    drop(open.pop());
    open.push(listen(&world, &karma, "/live").await.unwrap());
    world.app.live.stop();
    for mut one in open {
        // A heartbeat may have come before.
        let over = async { while one.0.next().await.is_some() {} };
        tokio::time::timeout(Duration::from_secs(2), over).await.unwrap();
    }
}

#[tokio::test]
async fn who_has_no_list_has_no_stream() {
    let world = World::new();
    for who in [Who::Tshering, Who::Principal, Who::Operator] {
        world.browser(who).get("/live").await.must_be(403);
    }
    world.public().get("/live").await.must_have("Sign in");
}

#[tokio::test]
async fn a_stream_ends_with_its_session() {
    let world = World::new();
    let karma = cookie(&world, Who::Karma);
    let mut headers = axum::http::HeaderMap::new();
    headers.insert("cookie", karma.parse().unwrap());
    assert!(sessions::still(&world.app, &headers).await.unwrap().is_some());
    let account = world.account(Who::Karma);
    let ended = world.app.db.write_blocking(move |tx| {
        tx.execute("DELETE FROM sessions WHERE account_id = $1", &[account.into()])
    });
    ended.unwrap();
    assert!(sessions::still(&world.app, &headers).await.unwrap().is_none());
}
