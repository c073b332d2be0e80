//! Any exporter of `opentelemetry_sdk` as a destination: span records in, the SDK's `SpanData` out.
//!
//! The exporter's future is driven to its end on the destination's own thread, as the SDK's batch processor does.
//! That suits blocking exporters, and gRPC ones made inside a tokio runtime. An exporter that needs a runtime
//! around it while it exports, such as one on the asynchronous `reqwest`, takes [`exporter_on`].
//!
//! Log records and metrics are not offered to such an exporter.

use super::{Batch, Delivered, DeliveryError, Destination, Signals};
use crate::record::{Attributes, Event, Kind, Link, Resource, SpanRecord, Status};
use crate::value::{Key, Value};
use opentelemetry::trace as api;
use opentelemetry::{Array, InstrumentationScope, KeyValue, StringValue};
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanExporter, SpanLinks};
use std::borrow::Cow;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A destination that hands spans to an exporter of `opentelemetry_sdk`.
pub fn exporter(exporter: impl SpanExporter + 'static) -> impl Destination {
    Exporter::new(exporter)
}

/// The same, inside a tokio runtime: for exporters that open connections or start timers while they export.
///
/// The runtime has to be running for an export to end: with a current-thread runtime that waits for a shutdown of
/// Spanwright, it is not, and the shutdown ends at its deadline.
#[cfg(any(feature = "tokio", feature = "grpc"))]
pub fn exporter_on(
    exporter: impl SpanExporter + 'static,
    runtime: tokio::runtime::Handle,
) -> impl Destination {
    let mut destination = Exporter::new(exporter);
    destination.runtime = Some(runtime);
    destination
}

struct Exporter<E: SpanExporter> {
    exporter: E,
    resource: Option<Arc<Resource>>,
    #[cfg(any(feature = "tokio", feature = "grpc"))]
    runtime: Option<tokio::runtime::Handle>,
}

impl<E: SpanExporter> Exporter<E> {
    fn new(exporter: E) -> Self {
        Self {
            exporter,
            resource: None,
            #[cfg(any(feature = "tokio", feature = "grpc"))]
            runtime: None,
        }
    }

    fn export(&self, spans: Vec<SpanData>) -> OTelSdkResult {
        #[cfg(any(feature = "tokio", feature = "grpc"))]
        let _entered = self.runtime.as_ref().map(tokio::runtime::Handle::enter);
        block_on(self.exporter.export(spans))
    }
}

impl<E: SpanExporter + 'static> Destination for Exporter<E> {
    fn name(&self) -> Cow<'static, str> {
        "opentelemetry".into()
    }

    fn signals(&self) -> Signals {
        Signals::TRACES
    }

    fn deliver(&mut self, batch: &Batch) -> Result<Delivered, DeliveryError> {
        if self.resource.as_ref() != Some(&batch.resource) {
            self.resource = Some(batch.resource.clone());
            self.exporter.set_resource(&resource(&batch.resource));
        }
        if batch.spans.is_empty() {
            return Ok(Delivered::default());
        }
        match self.export(batch.spans.iter().map(span_data).collect()) {
            Ok(()) => Ok(Delivered::default()),
            Err(error) => Err(failed(&error)),
        }
    }

    fn flush(&mut self) -> Result<(), DeliveryError> {
        self.exporter.force_flush().map_err(|error| failed(&error))
    }

    fn describe(&self) -> String {
        format!("opentelemetry exporter {}", std::any::type_name::<E>())
    }
}

impl<E: SpanExporter> Drop for Exporter<E> {
    fn drop(&mut self) {
        // Everything was flushed before, and nobody is left to be told.
        let _ = self.exporter.shutdown();
    }
}

/// Retries are the exporter's own business (its trait says so), so whatever it reports is final. Its text is not
/// repeated: nothing is known of what it holds.
fn failed(error: &OTelSdkError) -> DeliveryError {
    DeliveryError::permanent(match error {
        OTelSdkError::AlreadyShutdown => "the exporter was shut down already",
        OTelSdkError::Timeout(_) => "the exporter ran out of time",
        OTelSdkError::InternalFailure(_) => "the exporter failed",
    })
}

fn resource(resource: &Resource) -> opentelemetry_sdk::Resource {
    opentelemetry_sdk::Resource::builder_empty()
        .with_attributes(attributes(resource.attributes()))
        .build()
}

fn span_data(span: &SpanRecord) -> SpanData {
    let mut events = SpanEvents::default();
    events.events = span.events.iter().map(event).collect();
    events.dropped_count = span.dropped_events;
    let mut links = SpanLinks::default();
    links.links = span.links.iter().map(link).collect();
    links.dropped_count = span.dropped_links;
    SpanData {
        span_context: span_context(span.trace_id, span.span_id, span.flags, &span.trace_state),
        parent_span_id: span
            .parent_span_id
            .map_or(api::SpanId::INVALID, |id| api::SpanId::from_bytes(id.to_bytes())),
        parent_span_is_remote: span.parent_is_remote,
        span_kind: match span.kind {
            Kind::Internal => api::SpanKind::Internal,
            Kind::Server => api::SpanKind::Server,
            Kind::Client => api::SpanKind::Client,
            Kind::Producer => api::SpanKind::Producer,
            Kind::Consumer => api::SpanKind::Consumer,
        },
        name: span.name.clone(),
        start_time: time(span.start_ns),
        end_time: time(span.end_ns),
        attributes: attributes(&span.attributes),
        dropped_attributes_count: span.dropped_attributes,
        events,
        links,
        status: match &span.status {
            Status::Unset => api::Status::Unset,
            Status::Ok => api::Status::Ok,
            Status::Error(text) => api::Status::error(text.clone()),
        },
        instrumentation_scope: InstrumentationScope::builder(span.scope.clone()).build(),
    }
}

fn event(event: &Event) -> api::Event {
    api::Event::new(
        event.name.clone(),
        time(event.time_ns),
        attributes(&event.attributes),
        event.dropped_attributes,
    )
}

fn link(link: &Link) -> api::Link {
    let context = span_context(link.trace_id, link.span_id, link.flags, &link.trace_state);
    api::Link::new(context, attributes(&link.attributes), 0)
}

fn span_context(
    trace_id: crate::id::TraceId,
    span_id: crate::id::SpanId,
    flags: crate::id::TraceFlags,
    trace_state: &str,
) -> api::SpanContext {
    api::SpanContext::new(
        api::TraceId::from_bytes(trace_id.to_bytes()),
        api::SpanId::from_bytes(span_id.to_bytes()),
        opentelemetry::TraceFlags::new(flags.to_byte()),
        false,
        // The SDK's grammar is narrower than ours; what it does not take is left out.
        trace_state.parse().unwrap_or_default(),
    )
}

fn time(ns: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_nanos(ns)
}

fn attributes(attributes: &Attributes) -> Vec<KeyValue> {
    attributes
        .iter()
        .map(|(name, value)| KeyValue::new(key(name), any_value(value)))
        .collect()
}

fn key(key: &Key) -> opentelemetry::Key {
    opentelemetry::Key::from(key.as_str().to_owned())
}

/// The SDK knows scalars and arrays of one type; everything else becomes JSON text.
fn any_value(value: &Value) -> opentelemetry::Value {
    match value {
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => (*value).into(),
        Value::Float(value) => (*value).into(),
        Value::String(text) => text.clone().into(),
        Value::Array(items) => match array(items) {
            Some(array) => opentelemetry::Value::Array(array),
            None => json(value).to_string().into(),
        },
        Value::Bytes(_) | Value::Map(_) => json(value).to_string().into(),
    }
}

fn array(items: &[Value]) -> Option<Array> {
    fn all<T>(items: &[Value], one: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
        items.iter().map(one).collect()
    }
    match items.first()? {
        Value::Bool(_) => all(items, |item| match item {
            Value::Bool(value) => Some(*value),
            _ => None,
        })
        .map(Array::Bool),
        Value::Int(_) => all(items, Value::as_int).map(Array::I64),
        Value::Float(_) => all(items, |item| match item {
            Value::Float(value) => Some(*value),
            _ => None,
        })
        .map(Array::F64),
        Value::String(_) => all(items, |item| {
            item.as_str().map(|text| StringValue::from(text.to_owned()))
        })
        .map(Array::String),
        _ => None,
    }
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => (*value).into(),
        Value::Float(value) => (*value).into(),
        Value::String(text) => text.clone().into(),
        Value::Bytes(bytes) => bytes.clone().into(),
        Value::Array(items) => items.iter().map(json).collect(),
        Value::Map(items) => items
            .iter()
            .map(|(key, item)| (key.as_str().to_owned(), json(item)))
            .collect(),
    }
}

/// Drives a future to its end on this thread, which sleeps in between.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_sdk_has_no_type_for_is_json() {
        let mixed = Value::Array(vec![Value::Int(1), "a\n".into()]);
        assert_eq!(any_value(&mixed), r#"[1,"a\n"]"#.to_owned().into());
        let map = Value::Map(vec![(Key::from_static("k"), Value::Bytes(vec![1, 2]))]);
        assert_eq!(any_value(&map), r#"{"k":[1,2]}"#.to_owned().into());
        let same = Value::from(vec!["a", "b"]);
        assert!(
            matches!(any_value(&same), opentelemetry::Value::Array(Array::String(items)) if items.len() == 2)
        );
        assert_eq!(any_value(&Value::Array(Vec::new())), "[]".to_owned().into());
    }

    #[test]
    fn a_future_that_another_thread_wakes_is_driven_to_its_end() {
        let mut started = false;
        let future = std::future::poll_fn(|context| {
            if std::mem::replace(&mut started, true) {
                return Poll::Ready(7);
            }
            let waker = context.waker().clone();
            std::thread::spawn(move || waker.wake());
            Poll::Pending
        });
        assert_eq!(block_on(future), 7);
    }
}
