//! A request as it came: its bytes, and where the spans or log records in it are.

use std::sync::Arc;

use bytes::Bytes;

use super::{Field, Fields, LogView, Origin, SpanView, WireError, resource};
use crate::model::{Nanos, Span};

/// What a request holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// `ExportTraceServiceRequest`.
    Traces,
    /// `ExportLogsServiceRequest`.
    Logs,
}

/// What a request, and each span in it, is held to.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Spans or log records of a request; more, and the request is refused. 50,000.
    pub records: usize,
    /// Bytes of a span; more, and the span is rejected. 4 MiB.
    pub span_bytes: usize,
    /// Attributes of a span, and its events, and its links; more of one of them, and the span is rejected. 4,096.
    pub attributes: usize,
    /// Bytes of an attribute's key; more, and the span is rejected. 4 KiB.
    pub key_bytes: usize,
    /// The last moment at which a span may begin or end; a later one, and the span is rejected. 2^63 - 1 nanoseconds,
    /// in 2262: no clock gives more, but a time that was never set, or was counted wrongly, is often beyond it.
    pub latest: Nanos,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            records: 50_000,
            span_bytes: 4 << 20,
            attributes: 4096,
            key_bytes: 4 << 10,
            latest: i64::MAX.unsigned_abs(),
        }
    }
}

/// Why a request is refused whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// It is no protobuf message.
    #[error("the request is not OTLP protobuf: {0}")]
    Malformed(#[from] WireError),
    /// It holds too many records.
    #[error("the request holds more than {limit} records: send them in several requests")]
    TooMany {
        /// [`Limits::records`].
        limit: usize,
    },
}

/// Why one span or log record is rejected, and the others of its request are not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// It is no protobuf message.
    #[error("it is not OTLP protobuf: {0}")]
    Malformed(#[from] WireError),
    /// Its trace id is not one.
    #[error("its trace id is not 16 bytes, one of them not 0")]
    TraceId,
    /// Its id, or its parent's, is not one.
    #[error("its span id or its parent's is not 8 bytes, one of them not 0")]
    SpanId,
    /// A link names no span.
    #[error("a link in it names no span: its ids are not 16 and 8 bytes, or are 0")]
    Link,
    /// It has too many bytes.
    #[error("it has more than {limit} bytes")]
    Bytes {
        /// [`Limits::span_bytes`].
        limit: usize,
    },
    /// It has too many attributes, events or links.
    #[error("it has more than {limit} attributes, events or links")]
    Many {
        /// [`Limits::attributes`].
        limit: usize,
    },
    /// A key has too many bytes.
    #[error("a key in it has more than {limit} bytes")]
    Key {
        /// [`Limits::key_bytes`].
        limit: usize,
    },
    /// A time is no clock's.
    #[error("its start or its end is after 2262-04-11 (more than {limit} ns since 1970)")]
    Time {
        /// [`Limits::latest`].
        limit: Nanos,
    },
    /// A log record belongs to no span.
    #[error("it names no span: only log records with a trace id and a span id are stored")]
    NoSpan,
}

/// A request whose spans have been read to their depths.
#[derive(Debug, Clone)]
pub struct Request {
    /// What it holds.
    pub signal: Signal,
    /// The protobuf message.
    pub bytes: Bytes,
    /// Where the resources and scopes are that spans belong to.
    pub scopes: Vec<Scoped>,
    /// Where the spans or log records are that were accepted, in their order.
    pub records: Vec<Place>,
    /// How many were not.
    pub rejected: usize,
    /// Why the first of these was not.
    pub reason: Option<Rejected>,
    /// Whether it is stored until it is deleted, as what is imported is; `false` when it is read.
    pub kept: bool,
}

/// Where a span or log record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    start: u32,
    length: u32,
    /// Which of [`Request::scopes`] it belongs to.
    pub scope: u32,
    /// The first bytes of its trace id, by which most others are told apart.
    pub trace: u32,
}

/// Where a scope's resource, its own message and their schema URLs are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scoped {
    resource: (u32, u32),
    resource_schema: (u32, u32),
    scope: (u32, u32),
    scope_schema: (u32, u32),
}

impl Request {
    /// Reads a request.
    ///
    /// # Errors
    /// When it is no message, or holds too many records.
    pub fn read(signal: Signal, bytes: Bytes, limits: &Limits) -> Result<Self, RequestError> {
        let mut request = Self {
            signal,
            bytes: bytes.clone(),
            scopes: vec![],
            records: vec![],
            rejected: 0,
            reason: None,
            kept: false,
        };
        for field in Fields::new(&bytes) {
            if let (1, field) = field? {
                request.read_resource(&bytes, field.bytes(1)?, limits)?;
            }
        }
        Ok(request)
    }

    /// A `ResourceSpans` or `ResourceLogs`.
    fn read_resource(&mut self, all: &[u8], bytes: &[u8], limits: &Limits) -> Result<(), RequestError> {
        let mut scoped = Scoped::default();
        let mut reason = None;
        for field in Fields::new(bytes) {
            match field? {
                (1, field) => {
                    scoped.resource = place(all, field.bytes(1)?);
                    reason = resource::check(field.bytes(1)?, 1).err();
                }
                (3, field) => scoped.resource_schema = place(all, field.text(3)?.as_bytes()),
                _ => {}
            }
        }
        for field in Fields::new(bytes) {
            if let (2, field) = field? {
                self.read_scope(all, field.bytes(2)?, scoped, reason, limits)?;
            }
        }
        Ok(())
    }

    /// A `ScopeSpans` or `ScopeLogs`. The `reason` is why its resource cannot be read.
    fn read_scope(
        &mut self,
        all: &[u8],
        bytes: &[u8],
        mut scoped: Scoped,
        mut reason: Option<WireError>,
        limits: &Limits,
    ) -> Result<(), RequestError> {
        for field in Fields::new(bytes) {
            match field? {
                (1, field) => {
                    scoped.scope = place(all, field.bytes(1)?);
                    reason = reason.or(resource::check(field.bytes(1)?, 3).err());
                }
                (3, field) => scoped.scope_schema = place(all, field.text(3)?.as_bytes()),
                _ => {}
            }
        }
        let scope = u32::try_from(self.scopes.len()).unwrap_or(u32::MAX);
        let before = self.records.len();
        for field in Fields::new(bytes) {
            if let (2, Field::Bytes(record)) = field? {
                if self.records.len() + self.rejected >= limits.records {
                    return Err(RequestError::TooMany {
                        limit: limits.records,
                    });
                }
                let trace = match reason {
                    Some(error) => Err(error.into()),
                    None => self.check(record, limits),
                };
                self.note(place(all, record), scope, trace);
            }
        }
        if self.records.len() > before {
            self.scopes.push(scoped);
        }
        Ok(())
    }

    /// Reads a record to its depths. Gives the first bytes of its trace id.
    fn check(&self, record: &[u8], limits: &Limits) -> Result<u32, Rejected> {
        let id = match self.signal {
            Signal::Traces => SpanView::check(record, limits)?.trace_id,
            Signal::Logs => LogView::check(record, limits)?.trace_id,
        };
        Ok(Place::trace_of(id))
    }

    fn note(&mut self, (start, length): (u32, u32), scope: u32, trace: Result<u32, Rejected>) {
        match trace {
            Ok(trace) => self.records.push(Place {
                start,
                length,
                scope,
                trace,
            }),
            Err(reason) => {
                self.rejected += 1;
                self.reason.get_or_insert(reason);
            }
        }
    }

    /// The message of a record.
    #[must_use]
    pub fn record(&self, place: Place) -> &[u8] {
        self.slice((place.start, place.length))
    }

    /// The span at a place; `None` for a place of another request.
    #[must_use]
    pub fn span(&self, place: Place) -> Option<SpanView<'_>> {
        SpanView::parse(self.record(place)).ok()
    }

    /// All spans, whole; none in a request of log records.
    pub fn spans(&self) -> impl Iterator<Item = Span> {
        let mut read: Option<(u32, Origin)> = None;
        self.records.iter().filter_map(move |place| {
            if read.as_ref().is_none_or(|(number, _)| *number != place.scope) {
                read = Some((place.scope, self.origin(place.scope).ok()?));
            }
            let (_, (resource, scope)) = read.as_ref()?;
            let traces = self.signal == Signal::Traces;
            let span = traces.then(|| self.span(*place)).flatten()?;
            span.read(Arc::clone(resource), Arc::clone(scope)).ok()
        })
    }

    /// The resource and the scope of the records whose [`Place::scope`] this is.
    ///
    /// # Errors
    /// When they cannot be read, which no record is accepted with.
    pub fn origin(&self, scope: u32) -> Result<Origin, WireError> {
        let scoped = self.scopes.get(scope as usize).copied().unwrap_or_default();
        resource::read_origin(
            self.resource(scoped),
            self.resource_schema(scoped),
            self.scope(scoped),
            self.scope_schema(scoped),
        )
    }

    /// The message `Resource` of a scope's spans.
    #[must_use]
    pub fn resource(&self, scoped: Scoped) -> &[u8] {
        self.slice(scoped.resource)
    }

    /// The schema URL of a scope's resource.
    #[must_use]
    pub fn resource_schema(&self, scoped: Scoped) -> &str {
        std::str::from_utf8(self.slice(scoped.resource_schema)).unwrap_or_default()
    }

    /// The message `InstrumentationScope`.
    #[must_use]
    pub fn scope(&self, scoped: Scoped) -> &[u8] {
        self.slice(scoped.scope)
    }

    /// The schema URL of a scope's spans.
    #[must_use]
    pub fn scope_schema(&self, scoped: Scoped) -> &str {
        std::str::from_utf8(self.slice(scoped.scope_schema)).unwrap_or_default()
    }

    fn slice(&self, (start, length): (u32, u32)) -> &[u8] {
        let start = start as usize;
        self.bytes.get(start..start + length as usize).unwrap_or_default()
    }
}

impl Place {
    /// What [`Place::trace`] is for the spans of this trace.
    #[must_use]
    pub fn trace_of(id: crate::model::TraceId) -> u32 {
        let [a, b, c, d, ..] = id.0;
        u32::from_le_bytes([a, b, c, d])
    }
}

/// Where `part` is within `all`, which it was cut from.
fn place(all: &[u8], part: &[u8]) -> (u32, u32) {
    let start = (part.as_ptr().addr()).saturating_sub(all.as_ptr().addr());
    match (u32::try_from(start), u32::try_from(part.len())) {
        (Ok(start), Ok(length)) if start as usize + part.len() <= all.len() => (start, length),
        _ => (0, 0),
    }
}
