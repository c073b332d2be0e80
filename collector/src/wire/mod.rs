//! OTLP as bytes: read in place, without building messages.
//!
//! A request of 64 MiB decoded into structs takes some 350 MB; here it stays the bytes it came as, and a list of where
//! its spans are ([`Request`]). The store takes spans out of the same bytes.

mod message;
mod encode;
mod field;
mod log;
mod metrics;
mod request;
mod resource;
mod span;
mod value;
mod json;
mod zipkin;
mod to_json;

pub use encode::{Growing, NoRoom, Open, Room, Unbounded, Writer};
pub use field::{Field, Fields, WireError};
pub use json::{Input, JsonError, JsonRequest, from_json};
pub use log::LogView;
pub(crate) use message::{Message, put_varint};
pub use metrics::count_points;
pub use request::{Limits, Place, Rejected, Request, RequestError, Scoped, Signal};
pub use resource::{Origin, read_origin, service};
pub use span::SpanView;
pub use to_json::{ResourceSpans, write_logs, write_spans};
pub use value::{AttributeView, ValueView};
pub use zipkin::from_zipkin;
