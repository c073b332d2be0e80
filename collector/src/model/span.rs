//! Spans, with all that OTLP has in them.

use std::sync::Arc;

use super::value::find;
use super::{Attribute, Nanos, SpanId, TraceId, Value};

/// A span. OTLP's `Span` with its resource and scope.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// The trace it belongs to.
    pub trace_id: TraceId,
    /// Its own id.
    pub span_id: SpanId,
    /// The span that it is a part of; a root has none.
    pub parent_id: Option<SpanId>,
    /// W3C `tracestate`, as it came.
    pub trace_state: String,
    /// W3C trace flags and OTLP's bits about remoteness.
    pub flags: u32,
    /// The operation.
    pub name: String,
    /// Its part in a conversation.
    pub kind: Kind,
    /// When it began.
    pub start: Nanos,
    /// When it ended; may be before `start`, where the sender's clock was set back.
    pub end: Nanos,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
    /// Attributes that the sender left out.
    pub dropped_attributes: u32,
    /// What happened in it.
    pub events: Vec<Event>,
    /// Events that the sender left out.
    pub dropped_events: u32,
    /// Spans that it is related to.
    pub links: Vec<Link>,
    /// Links that the sender left out.
    pub dropped_links: u32,
    /// How it ended.
    pub status: Status,
    /// What made it.
    pub resource: Arc<Resource>,
    /// The library that made it.
    pub scope: Arc<Scope>,
}

impl Span {
    /// The service's name, `unknown_service` where the resource has none.
    #[must_use]
    pub fn service(&self) -> &str {
        self.resource.service()
    }

    /// Nanoseconds from start to end; 0 where the end is before the start.
    #[must_use]
    pub fn duration(&self) -> Nanos {
        self.end.saturating_sub(self.start)
    }

    /// Whether its status is an error.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.status.code == StatusCode::Error
    }

    /// The first attribute under `key`.
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<&Value> {
        find(&self.attributes, key)
    }
}

/// A span's part in a conversation: OTLP's `SpanKind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Kind {
    /// Not said, or a number that OTLP does not know.
    #[default]
    Unspecified,
    /// Within a service.
    Internal,
    /// Answers a request.
    Server,
    /// Makes a request.
    Client,
    /// Sends a message.
    Producer,
    /// Takes a message.
    Consumer,
}

impl Kind {
    /// The kind of OTLP's number.
    #[must_use]
    pub fn from_otlp(number: u64) -> Self {
        match number {
            1 => Self::Internal,
            2 => Self::Server,
            3 => Self::Client,
            4 => Self::Producer,
            5 => Self::Consumer,
            _ => Self::Unspecified,
        }
    }

    /// OTLP's number.
    #[must_use]
    pub fn to_otlp(self) -> u8 {
        self as u8
    }

    /// The lower-case name that Jaeger has under `span.kind`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::Internal => "internal",
            Self::Server => "server",
            Self::Client => "client",
            Self::Producer => "producer",
            Self::Consumer => "consumer",
        }
    }

    /// The kind with this name, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        (0..=5)
            .map(Self::from_otlp)
            .find(|kind| kind.name().eq_ignore_ascii_case(name))
    }
}

/// How a span ended.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Status {
    /// Unset, ok or error.
    pub code: StatusCode,
    /// Text for a person.
    pub message: String,
}

/// OTLP's `StatusCode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatusCode {
    /// Nobody said.
    #[default]
    Unset,
    /// Said to be fine.
    Ok,
    /// Failed.
    Error,
}

impl StatusCode {
    /// The code of OTLP's number.
    #[must_use]
    pub fn from_otlp(number: u64) -> Self {
        match number {
            1 => Self::Ok,
            2 => Self::Error,
            _ => Self::Unset,
        }
    }

    /// The code of a name, in any case: `unset`, `ok` or `error`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Unset, Self::Ok, Self::Error]
            .into_iter()
            .find(|code| name.eq_ignore_ascii_case(code.name()))
    }

    /// `unset`, `ok` or `error`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unset => "unset",
            Self::Ok => "ok",
            Self::Error => "error",
        }
    }
}

/// Something that happened at a moment of a span.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Event {
    /// When.
    pub time: Nanos,
    /// What.
    pub name: String,
    /// The details.
    pub attributes: Vec<Attribute>,
    /// Attributes that the sender left out.
    pub dropped_attributes: u32,
}

/// A relation to another span, maybe of another trace.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Link {
    /// The other's trace.
    pub trace_id: TraceId,
    /// The other span.
    pub span_id: SpanId,
    /// W3C `tracestate`, as it came.
    pub trace_state: String,
    /// W3C trace flags and OTLP's bits about remoteness.
    pub flags: u32,
    /// The details.
    pub attributes: Vec<Attribute>,
    /// Attributes that the sender left out.
    pub dropped_attributes: u32,
}

/// What made a span: a process, with its service's name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Resource {
    /// `service.name` and the rest.
    pub attributes: Vec<Attribute>,
    /// Attributes that the sender left out.
    pub dropped_attributes: u32,
    /// Of the conventions that the attributes follow.
    pub schema_url: String,
}

impl Resource {
    /// What a service without a name is called, by OpenTelemetry's conventions.
    pub const UNKNOWN_SERVICE: &str = "unknown_service";

    /// The service's name.
    #[must_use]
    pub fn service(&self) -> &str {
        find(&self.attributes, "service.name")
            .and_then(Value::as_text)
            .filter(|name| !name.is_empty())
            .unwrap_or(Self::UNKNOWN_SERVICE)
    }
}

/// The library that made a span.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scope {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The details.
    pub attributes: Vec<Attribute>,
    /// Attributes that the sender left out.
    pub dropped_attributes: u32,
    /// Of the conventions that the spans' attributes follow.
    pub schema_url: String,
}
