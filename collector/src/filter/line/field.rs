//! Keys that mean a part of the span, not an attribute.

/// A key that means a part of every span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The service's name.
    Service,
    /// The operation.
    Name,
    /// How long it took.
    Duration,
    /// Whether it is an error.
    Error,
    /// The same, as OpenTelemetry calls it.
    Status,
    /// The part in a conversation.
    Kind,
    /// When it began.
    Start,
}

impl Field {
    /// All of them, the most useful first.
    pub const ALL: [Self; 7] = [
        Self::Service,
        Self::Name,
        Self::Duration,
        Self::Error,
        Self::Status,
        Self::Kind,
        Self::Start,
    ];

    /// The key, as it is written.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Name => "name",
            Self::Duration => "duration",
            Self::Error => "error",
            Self::Status => "status",
            Self::Kind => "kind",
            Self::Start => "start",
        }
    }

    /// The field that a key means.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        if key == "operation" {
            return Some(Self::Name);
        }
        Self::ALL.into_iter().find(|field| field.key() == key)
    }

    /// What it is, for a person who chooses.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Service => "the service's name",
            Self::Name => "the operation",
            Self::Duration => "how long it took",
            Self::Error => "true or false",
            Self::Status => "ok, error or unset",
            Self::Kind => "server, client, …",
            Self::Start => "when it began",
        }
    }

    /// The operators it takes.
    #[must_use]
    pub fn operators(self) -> &'static [&'static str] {
        match self {
            Self::Service | Self::Name => &["=", "!=", "~", "!~"],
            Self::Duration | Self::Start => &[">", ">=", "<", "<=", "=", "!="],
            Self::Error | Self::Status | Self::Kind => &["=", "!="],
        }
    }

    /// The operators it takes, as a sentence has them.
    pub(super) fn operators_in_words(self) -> &'static str {
        match self {
            Self::Service | Self::Name => "=, !=, ~ or !~",
            Self::Duration | Self::Start => "<, <=, >, >=, = or !=",
            Self::Error | Self::Status | Self::Kind => "= or !=",
        }
    }

    /// A condition that holds of some span.
    #[must_use]
    pub fn example(self) -> &'static str {
        match self {
            Self::Service => "service=\"checkout\"",
            Self::Name => "name=\"GET /cart\"",
            Self::Duration => "duration>5s",
            Self::Error => "error=true",
            Self::Status => "status=error",
            Self::Kind => "kind=server",
            Self::Start => "start>-1h",
        }
    }

    /// What may stand behind the operator, as a sentence has it.
    pub(super) fn values_in_words(self) -> &'static str {
        match self {
            Self::Service | Self::Name => "a text",
            Self::Duration => "a number with a unit (ns, us, ms, s, m, h)",
            Self::Error => "true or false",
            Self::Status => "ok, error or unset",
            Self::Kind => "server, client, producer, consumer, internal or unspecified",
            Self::Start => "a moment or a time before now",
        }
    }
}

/// Whether a key would be a trace's id, as somebody may write it.
pub(super) fn means_trace(key: &str) -> bool {
    ["trace_id", "traceid", "trace.id"]
        .iter()
        .any(|name| key.eq_ignore_ascii_case(name))
}
