//! OTLP: a batch in, requests over HTTP or gRPC out, by our own encoders of protobuf and JSON.
//!
//! [`Otlp`] builds the destination. Without the feature `otlp` only the JSON encoder is here, for the file
//! destination, and that of protobuf, for the spool.

pub(crate) mod json;
mod shape;

#[cfg(feature = "otlp")]
mod buffers;
#[cfg(feature = "otlp")]
mod builder;
#[cfg(feature = "otlp")]
mod deliver;
#[cfg(feature = "otlp")]
mod encoded;
#[cfg(feature = "grpc")]
mod grpc;
#[cfg(feature = "otlp")]
mod http;
#[cfg(feature = "otlp")]
mod mixed;
#[cfg(any(feature = "otlp", feature = "spool"))]
pub(crate) mod protobuf;
#[cfg(feature = "otlp")]
mod reply;
#[cfg(feature = "otlp")]
mod settings;
#[cfg(feature = "otlp")]
mod signal;
#[cfg(any(feature = "otlp", feature = "spool"))]
pub(crate) mod wire;

#[cfg(feature = "otlp")]
pub use builder::{Compression, Otlp};
#[cfg(feature = "otlp")]
pub use deliver::OtlpDestination;
#[cfg(feature = "otlp")]
pub(crate) use encoded::{EncodedSpans, ScopeAt};
#[cfg(feature = "otlp")]
pub(crate) use protobuf::key_value;
#[cfg(feature = "otlp")]
pub(crate) use shape::flags;
#[cfg(feature = "otlp")]
pub(crate) use wire::{Writer, varint};

/// `OTel-OTLP-Exporter-<language>/<version>`, the form that the protocol's exporters share, with our own name.
#[cfg(feature = "otlp")]
const USER_AGENT: &str = concat!("OTel-OTLP-Exporter-Rust-Spanwright/", env!("CARGO_PKG_VERSION"));

/// A batch of so many spans and log records, all different.
#[cfg(all(test, feature = "otlp"))]
fn sample(spans: usize, logs: usize) -> crate::destination::Batch {
    use crate::record::{LogRecord, Severity, SpanRecord};
    let mut batch = crate::destination::Batch::new(Default::default());
    batch.spans.extend((0..spans).map(|at| SpanRecord {
        scope: "sample".into(),
        start_ns: 1,
        end_ns: 2,
        ..SpanRecord::new(
            crate::id::TraceId::random(),
            crate::id::SpanId::random(),
            format!("span {at}"),
        )
    }));
    batch.logs.extend((0..logs).map(|at| LogRecord {
        time_ns: at as u64 + 1,
        severity: Severity::Info,
        event_name: "".into(),
        body: None,
        trace_id: crate::id::TraceId::random(),
        span_id: crate::id::SpanId::random(),
        flags: crate::id::TraceFlags::SAMPLED,
        scope: "sample".into(),
        attributes: Vec::new(),
        dropped_attributes: 0,
    }));
    batch
}
