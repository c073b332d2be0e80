//! Traces in and out by files: OTLP's JSON, a trace in each line, and the JSON that is downloaded from Jaeger's page.
//!
//! A line or a trace that cannot be read is named, and the others are read all the same.

mod bad;
mod endpoint;
mod batch;
mod export;
mod imported;
mod import;
mod jaeger;
mod source;
mod target;

pub use bad::Bad;
pub(crate) use endpoint::{first_words, is_page};
pub use export::{ExportError, Exported, export};
pub use import::{ImportError, Watch, import};
pub use imported::Imported;
pub use source::Source;
pub use target::{Target, TargetError};
