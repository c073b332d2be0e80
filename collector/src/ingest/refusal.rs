//! Why a request is refused whole, and how HTTP and gRPC say so.

use std::time::Duration;

use super::budget::Spent;
use super::held::Refused;
use crate::store::AppendError;
use crate::wire::RequestError;

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("{0}")]
    BadData(String),
    #[error("nothing is taken at this path: send to /v1/traces, /v1/logs or /v1/metrics")]
    Path,
    #[error("Zipkin's spans are taken at /api/v2/spans, and nothing else here")]
    ZipkinPath,
    #[error("this is no method of OTLP's TraceService, LogsService or MetricsService")]
    GrpcMethod,
    #[error("this path takes POST")]
    Method,
    #[error("the request has more than {limit} bytes after decompression: send it in several")]
    TooLarge { limit: usize },
    #[error("{0}")]
    TooMany(RequestError),
    #[error("the Content-Type is not one that is taken: {0}")]
    ContentType(&'static str),
    #[error("the encoding is not one that is taken: compress with gzip or zstd, or not at all")]
    Encoding,
    #[error("the body came too slowly")]
    Slow,
    #[error("the body ended early")]
    Interrupted,
    #[error("the requests in flight hold all memory that there is for them: try again")]
    Busy,
    #[error("{0}")]
    Store(#[from] AppendError),
    #[error("the collector has a fault of its own, which it has written to its standard error")]
    Internal,
}

impl From<Spent> for Refusal {
    fn from(_: Spent) -> Self {
        Self::Busy
    }
}

impl From<RequestError> for Refusal {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::TooMany { .. } => Self::TooMany(error),
            RequestError::Malformed(_) => Self::bad_data(&error),
        }
    }
}

impl Refusal {
    /// The sender's data is wrong. What `why` repeats of it is cut.
    pub(super) fn bad_data(why: &dyn std::fmt::Display) -> Self {
        const MOST: usize = 300;
        let mut text = why.to_string();
        if let Some((end, _)) = text.char_indices().nth(MOST) {
            text.truncate(end);
            text.push('…');
        }
        Self::BadData(text)
    }

    pub(super) fn room(refused: Refused, limit: usize) -> Self {
        match refused {
            Refused::TooLarge => Self::TooLarge { limit },
            Refused::Spent => Self::Busy,
        }
    }

    /// HTTP's status, and the number of gRPC's.
    pub(super) fn codes(&self) -> (u16, u8) {
        match self {
            Self::BadData(_) | Self::Interrupted => (400, 3),
            Self::Path | Self::ZipkinPath | Self::GrpcMethod => (404, 12),
            Self::Method => (405, 12),
            Self::Slow => (408, 4),
            Self::TooLarge { .. } | Self::TooMany(_) => (413, 8),
            Self::ContentType(_) | Self::Encoding => (415, 12),
            Self::Internal => (500, 13),
            Self::Busy | Self::Store(_) => (503, 14),
        }
    }

    /// When the sender may try again, where that makes sense.
    pub(super) fn retry(&self) -> Option<Duration> {
        match self {
            Self::Busy | Self::Store(AppendError::Closed | AppendError::Behind) => {
                Some(Duration::from_secs(1))
            }
            Self::Store(AppendError::Io(_)) => Some(Duration::from_secs(5)),
            Self::Store(AppendError::Full) => Some(Duration::from_secs(30)),
            _ => None,
        }
    }

    /// What the sender is told. A disk's fault is for who runs the collector, see
    /// [`super::Counts::last_store_error`].
    pub(super) fn message(&self) -> String {
        match self {
            Self::Store(AppendError::Io(_)) => "the collector cannot write to its disk".to_owned(),
            other => other.to_string(),
        }
    }

    /// The reason's place in [`REASONS`].
    pub(super) fn reason(&self) -> usize {
        match self {
            Self::BadData(_) => 0,
            Self::Path | Self::ZipkinPath | Self::GrpcMethod => 1,
            Self::Method => 2,
            Self::TooLarge { .. } => 3,
            Self::TooMany(_) => 4,
            Self::ContentType(_) => 5,
            Self::Encoding => 6,
            Self::Slow => 7,
            Self::Interrupted => 8,
            Self::Busy => 9,
            Self::Store(AppendError::Full) => 10,
            Self::Store(AppendError::Io(_)) => 11,
            Self::Store(AppendError::Closed) => 12,
            Self::Internal => 13,
            Self::Store(AppendError::Behind) => 14,
        }
    }
}

/// What counts call the reasons.
pub(super) const REASONS: [&str; 15] = [
    "bad_data",
    "path",
    "method",
    "too_large",
    "too_many_records",
    "content_type",
    "content_encoding",
    "slow_body",
    "interrupted",
    "busy",
    "disk_full",
    "disk",
    "stopping",
    "internal",
    "behind",
];
