//! What one request or job did, step by step and how long each took, told to a collector by OTLP over HTTP.
//!
//! The steps are spans of `tracing` under the target `trace`: the request (`request_id.rs`), a question to the database
//! (`database`), a job (`worker.rs`), a request to others (`outbound.rs`), a message handed over (`mailer.rs`). They hold
//! patterns of addresses, kinds and times; no address, no parameter, no name, no secret. Where no collector is set, none
//! of them is made.

mod send;
#[cfg(test)]
mod tests;

use std::time::Duration;

use anyhow::Context;
use axum::http::HeaderMap;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{SpanKind, TraceContextExt, TracerProvider};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SamplingDecision, SamplingResult, SdkTracerProvider,
    ShouldSample,
};
use tokio::runtime::Handle;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::{Layer, Registry};

use crate::machine::traces::send::Sender;
use crate::outbound::Outbound;
use crate::settings::Settings;

/// The target of the spans that are told; those of the log have others.
pub const TRACE: &str = "trace";

/// Spans that wait to be told; more are thrown away.
const WAITING: usize = 4_096;
/// At the stop, how long the last of them may take.
const END_WITHIN: Duration = Duration::from_secs(3);

/// The way to the collector.
#[derive(Debug)]
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// `None` where no collector is set.
    ///
    /// # Errors
    /// When the collector cannot be asked like this.
    pub fn start(settings: &Settings, runtime: &Handle) -> anyhow::Result<Option<Traces>> {
        let Some(endpoint) = &settings.traces.endpoint else { return Ok(None) };
        let outbound = Outbound::new(&crate::tls::client(settings.ca_certificates.as_deref())?, &[])?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Sender::new(outbound, runtime.clone()))
            .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
            .with_timeout(Duration::from_secs(5))
            .build()
            .context("[traces] endpoint")?;
        let config = BatchConfigBuilder::default().with_max_queue_size(WAITING).build();
        let batches = BatchSpanProcessor::builder(exporter).with_batch_config(config).build();
        let provider = SdkTracerProvider::builder()
            .with_span_processor(batches)
            .with_sampler(Sampler::ParentBased(Box::new(Whole { share: settings.traces.share })))
            .with_resource(Resource::builder().with_service_name("tendrel").build())
            .build();
        Ok(Some(Traces(provider)))
    }

    /// Takes the spans of this program, and nothing of the log.
    pub fn layer(&self) -> Box<dyn Layer<Registry> + Send + Sync> {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("tendrel"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(filter_fn(|about| about.is_span() && about.target() == TRACE))
            .boxed()
    }

    /// Tells what still waits.
    pub async fn end(self) {
        let told = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(END_WITHIN)).await;
        if !matches!(told, Ok(Ok(()))) {
            tracing::warn!("the last traces could not be told");
        }
    }
}

/// Goes on with the trace that the proxy began.
pub(super) fn follow(span: &Span, headers: &HeaderMap) {
    let before = TraceContextPropagator::new().extract(&Headers(headers));
    if before.span().span_context().is_valid() {
        // It fails where no trace is told.
        let _ = span.set_parent(before);
    }
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(axum::http::HeaderName::as_str).collect()
    }
}

/// Which traces are told: a share of them, and only those that begin with a request or a job. The worker asks the
/// database every two seconds whether there is something to do; nobody wants to read that.
#[derive(Clone, Debug)]
struct Whole {
    share: f64,
}

impl ShouldSample for Whole {
    fn should_sample(
        &self,
        parent: Option<&opentelemetry::Context>,
        trace: opentelemetry::TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[opentelemetry::KeyValue],
        links: &[opentelemetry::trace::Link],
    ) -> SamplingResult {
        if *kind == SpanKind::Client {
            return SamplingResult {
                decision: SamplingDecision::Drop,
                attributes: Vec::new(),
                trace_state: opentelemetry::trace::TraceState::NONE,
            };
        }
        Sampler::TraceIdRatioBased(self.share).should_sample(parent, trace, name, kind, attributes, links)
    }
}
