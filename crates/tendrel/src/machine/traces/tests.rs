use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tokio::runtime::Handle;
use tracing::Instrument;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::prelude::*;

use super::{TRACE, Traces};
use crate::testing::{Who, World};

type Heard = Arc<Mutex<Vec<Bytes>>>;

/// A collector, and where it listens.
async fn collector(status: StatusCode) -> (Heard, String) {
    let heard = Heard::default();
    let take = move |State(heard): State<Heard>, uri: Uri, body: Bytes| async move {
        assert_eq!(uri.path(), "/v1/traces");
        heard.lock().unwrap().push(body);
        status
    };
    let site = Router::new().fallback(take).with_state(Arc::clone(&heard));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, site).await });
    (heard, format!("http://{address}/"))
}

/// The spans of this thread go to the collector until the guard is dropped.
fn told_to(world: &mut World, endpoint: &str, behind_proxy: bool) -> (Traces, DefaultGuard) {
    world.set_settings(|settings| {
        settings.traces.endpoint = Some(endpoint.to_owned());
        settings.behind_proxy = behind_proxy;
    });
    let traces = Traces::start(&world.app.settings, &Handle::current()).unwrap().unwrap();
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::sink);
    let log = log.with_filter(tracing_subscriber::filter::LevelFilter::INFO);
    let guard = tracing_subscriber::registry().with(vec![log.boxed(), traces.layer()]).set_default();
    (traces, guard)
}

fn spans(heard: &Heard) -> Vec<Span> {
    let decode = |bytes: &Bytes| ExportTraceServiceRequest::decode(bytes.clone()).unwrap();
    let requests: Vec<ExportTraceServiceRequest> = heard.lock().unwrap().iter().map(decode).collect();
    let scopes = requests.into_iter().flat_map(|it| it.resource_spans).flat_map(|it| it.scope_spans);
    scopes.flat_map(|it| it.spans).collect()
}

fn attribute(span: &Span, key: &str) -> Option<String> {
    let found = span.attributes.iter().find(|attribute| attribute.key == key)?;
    Some(format!("{:?}", found.value.as_ref()?.value.as_ref()?))
}

#[tokio::test]
async fn a_request_is_told_with_its_steps_and_nothing_private() {
    let mut world = World::new();
    let (heard, endpoint) = collector(StatusCode::OK).await;
    let (traces, guard) = told_to(&mut world, &endpoint, true);
    let mut karma = world
        .browser(Who::Karma)
        .with("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        .with("x-request-id", "f3a9-proxy.17");
    karma.get("/requests?officer=me&q=Tshering").await.must_be(200);
    karma.get("/requests/PUN-26-00001-2").await.must_be(404);
    karma.get("/r/this-is-a-secret").await;
    crate::worker::round(&world.app).await.unwrap();
    drop(guard);
    traces.end().await;

    let spans = spans(&heard);
    let request = spans.iter().find(|span| span.name == "GET /requests").unwrap();
    assert_eq!(attribute(request, "http.route").unwrap(), "StringValue(\"/requests\")");
    assert_eq!(attribute(request, "http.response.status_code").unwrap(), "IntValue(200)");
    assert_eq!(attribute(request, "request_id").unwrap(), "StringValue(\"f3a9-proxy.17\")");
    // The proxy's trace goes on.
    assert_eq!(crate::files::hex(&request.trace_id), "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(crate::files::hex(&request.parent_span_id), "b7ad6b7169203331");
    let steps: Vec<&Span> = spans.iter().filter(|span| span.parent_span_id == request.span_id).collect();
    assert!(steps.len() >= 2 && steps.iter().all(|step| step.name == "read"), "{steps:?}");
    assert!(steps.iter().all(|step| attribute(step, "waited_microseconds").is_some()), "{steps:?}");
    assert!(steps.iter().all(|step| step.start_time_unix_nano >= request.start_time_unix_nano));
    // What the worker asks when there is nothing to do is not told.
    let alone = spans.iter().filter(|span| span.parent_span_id.is_empty() && !span.name.starts_with("job "));
    assert_eq!(alone.map(|span| span.name.as_str()).collect::<Vec<_>>(), Vec::<&str>::new());

    let told = format!("{:?}", heard.lock().unwrap());
    for private in ["this-is-a-secret", "PUN-26", "Karma", "karma", "Tshering", "officer=me", "SELECT"] {
        assert!(!told.contains(private), "{private} stands in the traces");
    }
}

#[tokio::test]
async fn a_job_a_change_and_what_others_are_asked_are_steps_too() {
    let mut world = World::new();
    let (heard, endpoint) = collector(StatusCode::OK).await;
    let (traces, guard) = told_to(&mut world, &endpoint, false);
    let (app, address) = (world.app.clone(), format!("{endpoint}v1/traces"));
    let job = tracing::debug_span!(target: TRACE, "job", otel.name = "job try");
    async move {
        let request = axum::http::Request::post(address).body(Vec::new()).unwrap();
        app.outbound.send(request).await.unwrap();
        app.db.write(|tx| tx.execute("DELETE FROM notices WHERE 1 = 0", &[])).await.unwrap();
    }
    .instrument(job)
    .await;
    // Whoever comes by no proxy begins no trace of their own making.
    let mut stranger =
        world.public().with("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    stranger.get("/").await.must_be(200);
    drop(guard);
    traces.end().await;

    let spans = spans(&heard);
    let job = spans.iter().find(|span| span.name == "job try").unwrap();
    let steps: Vec<&Span> = spans.iter().filter(|span| span.parent_span_id == job.span_id).collect();
    assert_eq!(steps.iter().map(|step| step.name.as_str()).collect::<Vec<_>>(), ["ask 127.0.0.1", "write"]);
    assert_eq!(attribute(steps[0], "http.response.status_code").unwrap(), "IntValue(200)");
    let page = spans.iter().find(|span| span.name == "GET /").unwrap();
    assert_ne!(crate::files::hex(&page.trace_id), "0af7651916cd43dd8448eb211c80319c");
}

#[tokio::test]
async fn a_collector_that_is_away_hinders_nothing() {
    let mut world = World::new();
    let (traces, guard) = told_to(&mut world, "http://127.0.0.1:9", false);
    let mut karma = world.browser(Who::Karma);
    for _ in 0..3 {
        karma.get("/requests").await.must_be(200);
    }
    drop(guard);
    let begun = std::time::Instant::now();
    traces.end().await;
    assert!(begun.elapsed() < std::time::Duration::from_secs(10));
}

#[tokio::test]
async fn nothing_is_told_unless_a_collector_is_set() {
    let world = World::new();
    assert!(Traces::start(&world.app.settings, &Handle::current()).unwrap().is_none());
}
