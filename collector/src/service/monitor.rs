//! How the collector itself does, for Prometheus (`/metrics`) and for who starts it again when it is not well
//! (`/health`).

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use crate::ingest::Counting;
use crate::store::Store;

/// OpenMetrics' text, 1.0.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What is looked at.
#[derive(Debug)]
struct Observed {
    counting: Counting,
    store: Store,
}

pub(super) fn router(counting: Counting, store: Store) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/health", get(health))
        .with_state(Arc::new(Observed { counting, store }))
}

async fn metrics(State(observed): State<Arc<Observed>>) -> Response {
    let mut registry = Registry::with_prefix("spanwright_collector");
    registry.register_collector(Box::new(observed));
    let mut out = String::new();
    match text::encode(&mut out, &registry) {
        Ok(()) => ([(header::CONTENT_TYPE, OPEN_METRICS)], out).into_response(),
        Err(fmt::Error) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// 200 while nothing hinders the store, else 503, and what does.
async fn health(State(observed): State<Arc<Observed>>) -> Response {
    match observed.store.fault() {
        None => "ok\n".into_response(),
        Some(fault) => (StatusCode::SERVICE_UNAVAILABLE, format!("{fault}\n")).into_response(),
    }
}

impl Collector for Observed {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut out = Out(&mut encoder);
        let counts = self.counting.counts();
        out.counter(
            "requests",
            "Requests that were answered, whatever the answer.",
            counts.requests,
        )?;
        let help = "Bytes of requests as they came, before decompression.";
        out.sized(MetricType::Counter, "received", help, counts.received_bytes)?;
        out.counter(
            "accepted_spans",
            "Spans that were stored and acknowledged.",
            counts.accepted_spans,
        )?;
        let help = "Log records that were stored and acknowledged.";
        out.counter("accepted_log_records", help, counts.accepted_logs)?;
        let help = "Data points of metrics, which are not stored.";
        out.counter("rejected_points", help, counts.rejected_points)?;
        let help =
            "Spans and log records that were rejected alone, by the reason of the first in their request.";
        out.by_reason("rejected_records", help, &counts.rejected)?;
        out.by_reason(
            "refused_requests",
            "Requests that were refused whole.",
            &counts.refused,
        )?;
        out.gauge(
            "open_connections",
            "Connections of senders.",
            counts.open_connections,
        )?;
        let help = "What requests in flight hold of the memory that they may have together.";
        out.sized(
            MetricType::Gauge,
            "in_flight",
            help,
            counts.bytes_in_flight as u64,
        )?;

        let stored = self.store.inventory();
        out.gauge("stored_spans", "Spans in partitions.", stored.spans)?;
        let help = "Of these, spans that were imported, and do not expire.";
        out.gauge("kept_spans", help, stored.kept)?;
        let help = "Spans and log records that are acknowledged and in no partition yet.";
        out.gauge("unsealed_records", help, stored.unsealed)?;
        out.gauge(
            "partitions",
            "Files that expire one by one.",
            stored.partitions as u64,
        )?;
        let help = "1 while spans cannot be stored, or what expires cannot be archived.";
        out.gauge("fault", help, u64::from(self.store.fault().is_some()))
    }
}

struct Out<'a, 'b>(&'a mut DescriptorEncoder<'b>);

impl Out<'_, '_> {
    fn counter(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        self.0
            .encode_descriptor(name, help, None, MetricType::Counter)?
            .encode_counter::<NoLabelSet, _, u64>(&value, None)
    }

    fn gauge(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        self.0
            .encode_descriptor(name, help, None, MetricType::Gauge)?
            .encode_gauge(&value)
    }

    /// A counter or gauge of bytes.
    fn sized(&mut self, kind: MetricType, name: &str, help: &str, value: u64) -> fmt::Result {
        let mut encoder = self.0.encode_descriptor(name, help, Some(&Unit::Bytes), kind)?;
        match kind {
            MetricType::Counter => encoder.encode_counter::<NoLabelSet, _, u64>(&value, None),
            _ => encoder.encode_gauge(&value),
        }
    }

    fn by_reason(&mut self, name: &str, help: &str, reasons: &[(&'static str, u64)]) -> fmt::Result {
        let mut encoder = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        for (reason, count) in reasons {
            encoder
                .encode_family(&[("reason", *reason)])?
                .encode_counter::<NoLabelSet, _, u64>(count, None)?;
        }
        Ok(())
    }
}
