//! An `opentelemetry_sdk` exporter as a destination: what it gets.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod otlp;

use opentelemetry::trace::{SpanKind, Status};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SpanData, SpanExporter};
use otlp::batch::{everything, spans};
use spanwright::otel::{exporter, exporter_on};
use spanwright::{Delivered, DeliveryError, Destination, Signals};
use std::sync::mpsc::Sender;
use std::time::{Duration, UNIX_EPOCH};

#[test]
fn spans_reach_the_exporter_as_they_were() {
    let memory = InMemorySpanExporter::default();
    let mut destination = exporter(memory.clone());
    assert_eq!(destination.signals(), Signals::TRACES);
    let batch = everything();
    assert_eq!(destination.deliver(&batch), Ok(Delivered::default()));
    assert_eq!(destination.flush(), Ok(()));

    let received = memory.get_finished_spans().unwrap();
    assert_eq!(received.len(), 3);
    let (full, sent) = (&received[1], &batch.spans[1]);
    let context = &full.span_context;
    assert_eq!(context.trace_id().to_string(), sent.trace_id.to_string());
    assert_eq!(context.span_id().to_string(), sent.span_id.to_string());
    assert_eq!(context.trace_flags().to_u8(), 3);
    assert_eq!(context.trace_state().header(), "vendor=a,other=b");
    assert_eq!(
        full.parent_span_id.to_string(),
        sent.parent_span_id.unwrap().to_string()
    );
    assert!(full.parent_span_is_remote);
    assert_eq!(full.span_kind, SpanKind::Producer);
    assert_eq!(full.status, Status::error("card refused"));
    assert_eq!(full.start_time, UNIX_EPOCH + Duration::from_nanos(sent.start_ns));
    assert_eq!(full.end_time, UNIX_EPOCH + Duration::from_nanos(sent.end_ns));
    assert_eq!(full.instrumentation_scope.name(), "shop::cart");
    assert_eq!(
        (
            full.dropped_attributes_count,
            full.events.dropped_count,
            full.links.dropped_count
        ),
        (1, 2, 3)
    );
    assert_eq!(full.attributes[1].value, i64::MIN.into());
    assert_eq!(full.attributes[7].value, r#"[1,"two"]"#.into());
    assert_eq!(
        (&*full.events[0].name, full.events[0].dropped_attributes_count),
        ("cache_miss", 4)
    );
    assert_eq!(full.links[0].span_context.trace_state().header(), "v=1");
    assert_eq!(received[0].status, Status::Unset);
    assert_eq!(received[2].instrumentation_scope.name(), "bank");
}

/// Tells what it was given, once a timer of tokio's has run out.
#[derive(Debug)]
struct Slow(Sender<String>);

impl SpanExporter for Slow {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        tokio::time::sleep(Duration::from_millis(1)).await;
        batch
            .into_iter()
            .for_each(|span| self.0.send(span.name.into()).unwrap());
        Ok(())
    }

    fn set_resource(&mut self, resource: &Resource) {
        let name = resource.get(&"service.name".into()).unwrap();
        self.0.send(format!("of {name}")).unwrap();
    }

    fn force_flush(&self) -> OTelSdkResult {
        Err(OTelSdkError::InternalFailure("the key is secret".into()))
    }
}

#[test]
fn an_exporter_that_needs_tokio_finds_it_and_is_told_the_resource_once() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let (sender, received) = std::sync::mpsc::channel();
    let mut destination = exporter_on(Slow(sender), runtime.handle().clone());
    for name in ["one", "two"] {
        assert_eq!(destination.deliver(&spans(&[name])), Ok(Delivered::default()));
    }
    assert_eq!(received.try_iter().collect::<Vec<_>>(), ["of shop", "one", "two"]);
    assert_eq!(
        destination.flush(),
        Err(DeliveryError::permanent("the exporter failed"))
    );
}
