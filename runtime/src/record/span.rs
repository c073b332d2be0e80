//! An ended span.

use super::Attributes;
use crate::id::{SpanId, TraceFlags, TraceId};
use crate::site::Site;
use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

/// OpenTelemetry's span kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Work inside the program; the default.
    #[default]
    Internal,
    /// Serves a request from outside.
    Server,
    /// Calls something outside.
    Client,
    /// Hands a message to a queue.
    Producer,
    /// Takes a message from a queue.
    Consumer,
}

impl Kind {
    /// `internal`, `server`, `client`, `producer` or `consumer`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Server => "server",
            Self::Client => "client",
            Self::Producer => "producer",
            Self::Consumer => "consumer",
        }
    }

    /// The number OTLP gives the kind (`Span.SpanKind`).
    pub const fn to_otlp(self) -> u8 {
        self as u8 + 1
    }

    pub(crate) const fn from_byte(byte: u8) -> Self {
        match byte {
            1 => Self::Server,
            2 => Self::Client,
            3 => Self::Producer,
            4 => Self::Consumer,
            _ => Self::Internal,
        }
    }
}

/// How a span ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The function returned, and not with an error.
    #[default]
    Ok,
    /// The function returned `Err`, or was told that it failed.
    Error,
    /// A future was dropped after its first poll and before it was ready.
    Cancelled,
    /// Time ran out: inside `spanwright::timeout`, or an `Err` of a known time-out type.
    Timeout,
    /// Unwinding began after the span did.
    Panicked,
    /// A stream was dropped before its end, or the span was still open at shutdown.
    Abandoned,
}

impl Outcome {
    /// `ok`, `error`, `cancelled`, `timeout`, `panicked` or `abandoned`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
            Self::Cancelled => "cancelled",
            Self::Timeout => "timeout",
            Self::Panicked => "panicked",
            Self::Abandoned => "abandoned",
        }
    }

    /// Whether the span's status is an error: `error`, `timeout` and `panicked`.
    pub const fn is_error(self) -> bool {
        matches!(self, Self::Error | Self::Timeout | Self::Panicked)
    }

    pub(crate) const fn from_byte(byte: u8) -> Self {
        match byte {
            1 => Self::Error,
            2 => Self::Cancelled,
            3 => Self::Timeout,
            4 => Self::Panicked,
            5 => Self::Abandoned,
            _ => Self::Ok,
        }
    }
}

/// OpenTelemetry's span status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Not set: the default for a span that succeeded.
    #[default]
    Unset,
    /// Set by hand, or under the legacy names.
    Ok,
    /// Failed, with a description that may be empty.
    Error(Cow<'static, str>),
}

/// Something that happened during a span.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Nanoseconds since the Unix epoch.
    pub time_ns: u64,
    /// The event's name.
    pub name: Cow<'static, str>,
    /// Its attributes.
    pub attributes: Attributes,
    /// Attributes left out by the limits.
    pub dropped_attributes: u32,
}

/// A pointer from one span to another that is not its parent.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The other span's trace.
    pub trace_id: TraceId,
    /// The other span.
    pub span_id: SpanId,
    /// The other span's flags.
    pub flags: TraceFlags,
    /// The other span's `tracestate`, as it is sent; empty where there is none.
    pub trace_state: Arc<str>,
    /// The link's own attributes.
    pub attributes: Attributes,
}

/// An ended span, as hooks and destinations see it.
#[derive(Clone, Debug)]
pub struct SpanRecord {
    /// The trace.
    pub trace_id: TraceId,
    /// The span.
    pub span_id: SpanId,
    /// Its parent; `None` for a root.
    pub parent_span_id: Option<SpanId>,
    /// Whether the parent is in another process.
    pub parent_is_remote: bool,
    /// The trace's flags.
    pub flags: TraceFlags,
    /// The trace's `tracestate`, as it is sent; empty where there is none.
    pub trace_state: Arc<str>,
    /// The annotated place; `None` for spans that come from `tracing` or OpenTelemetry.
    pub site: Option<&'static Site>,
    /// The span's name.
    pub name: Cow<'static, str>,
    /// Its kind.
    pub kind: Kind,
    /// The instrumentation scope: the Rust module path.
    pub scope: Cow<'static, str>,
    /// Nanoseconds since the Unix epoch.
    pub start_ns: u64,
    /// Nanoseconds since the Unix epoch; never before `start_ns`.
    pub end_ns: u64,
    /// The attributes.
    pub attributes: Attributes,
    /// The events, in order of time.
    pub events: Vec<Event>,
    /// The links.
    pub links: Vec<Link>,
    /// The status.
    pub status: Status,
    /// How the span ended.
    pub outcome: Outcome,
    /// Attributes left out by the limits.
    pub dropped_attributes: u32,
    /// Events left out by the limits.
    pub dropped_events: u32,
    /// Links left out by the limits.
    pub dropped_links: u32,
}

/// What most spans share.
pub(crate) fn no_trace_state() -> Arc<str> {
    static NONE: LazyLock<Arc<str>> = LazyLock::new(|| Arc::from(""));
    Arc::clone(&NONE)
}

impl SpanRecord {
    /// A root span of this name, of no time and with nothing set: to start from in tests of one's own destination.
    pub fn new(trace_id: TraceId, span_id: SpanId, name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            trace_id,
            span_id,
            parent_span_id: None,
            parent_is_remote: false,
            flags: TraceFlags::SAMPLED,
            trace_state: no_trace_state(),
            site: None,
            name: name.into(),
            kind: Kind::Internal,
            scope: Cow::Borrowed(""),
            start_ns: 0,
            end_ns: 0,
            attributes: Attributes::new(),
            events: Vec::new(),
            links: Vec::new(),
            status: Status::Unset,
            outcome: Outcome::Ok,
            dropped_attributes: 0,
            dropped_events: 0,
            dropped_links: 0,
        }
    }

    /// The value of this attribute, if it is set.
    pub fn attribute(&self, key: &str) -> Option<&crate::value::Value> {
        self.attributes
            .iter()
            .find(|(own, _)| own == key)
            .map(|(_, value)| value)
    }

    /// How long the span took.
    pub fn duration(&self) -> std::time::Duration {
        std::time::Duration::from_nanos(self.end_ns.saturating_sub(self.start_ns))
    }

    /// Bytes of memory this record takes, for the byte budgets.
    pub(crate) fn bytes(&self) -> usize {
        let events: usize = self
            .events
            .iter()
            .map(|event| size_of::<Event>() + event.name.len() + super::attributes_bytes(&event.attributes))
            .sum();
        let links: usize = self
            .links
            .iter()
            .map(|link| size_of::<Link>() + super::attributes_bytes(&link.attributes))
            .sum();
        size_of::<Self>() + self.name.len() + super::attributes_bytes(&self.attributes) + events + links
    }
}
