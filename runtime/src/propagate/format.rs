//! The formats by the names that `OTEL_PROPAGATORS` gives them.

use std::fmt;
use std::str::FromStr;

/// One way to write trace context or baggage into headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// `tracecontext`: W3C Trace Context, Level 2 (`traceparent`, `tracestate`).
    TraceContext,
    /// `baggage`: W3C Baggage.
    Baggage,
    /// `b3`: sends the single `b3` header; reads it and the separate ones.
    B3,
    /// `b3multi`: sends the separate `X-B3-*` headers; reads them and the single one.
    B3Multi,
    /// `jaeger`: `uber-trace-id`, and baggage as `uberctx-*`.
    Jaeger,
    /// `xray`: `X-Amzn-Trace-Id`.
    XRay,
    /// `legacy`: `x-trace-id` or `traceid`, with `x-span-id` or `spanid`.
    Legacy,
}

/// A name in a list of propagators that cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormatError {
    /// No such name; at most 32 printable characters of it are kept.
    Unknown(String),
    /// A name of OpenTelemetry's whose format is not implemented.
    Unsupported(&'static str),
    /// `none` beside other names.
    NoneAmongOthers,
}

const NAMES: &str = "tracecontext, baggage, b3, b3multi, jaeger, xray, legacy or none";

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => write!(f, "propagator `{name}` is not known; use {NAMES}"),
            Self::Unsupported(name) => write!(f, "propagator `{name}` is not supported; use {NAMES}"),
            Self::NoneAmongOthers => {
                f.write_str("propagator `none` stands beside others; leave it out or alone")
            }
        }
    }
}

impl std::error::Error for FormatError {}

impl FromStr for Format {
    type Err = FormatError;

    /// Reads one name, exactly as it is written above.
    fn from_str(name: &str) -> Result<Self, FormatError> {
        Ok(match name {
            "tracecontext" => Self::TraceContext,
            "baggage" => Self::Baggage,
            "b3" => Self::B3,
            "b3multi" => Self::B3Multi,
            "jaeger" => Self::Jaeger,
            "xray" => Self::XRay,
            "legacy" => Self::Legacy,
            "ottrace" => return Err(FormatError::Unsupported("ottrace")),
            _ => {
                let printable = name.chars().filter(char::is_ascii_graphic);
                return Err(FormatError::Unknown(printable.take(32).collect()));
            }
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TraceContext => "tracecontext",
            Self::Baggage => "baggage",
            Self::B3 => "b3",
            Self::B3Multi => "b3multi",
            Self::Jaeger => "jaeger",
            Self::XRay => "xray",
            Self::Legacy => "legacy",
        })
    }
}
