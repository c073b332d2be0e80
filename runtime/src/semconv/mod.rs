//! Attribute, event and metric names of OpenTelemetry's semantic conventions, in one versioned place: one file per
//! area, plus the few names that are Spanwright's own.
//!
//! The GenAI and MCP conventions left the core repository in v1.42 and have no release since; their names here are
//! those of the main branch of October 2026.

pub mod db;
pub mod error;
pub mod gen_ai;
pub mod general;
pub mod http;
pub mod mcp;
pub mod own;
pub mod resource;

/// The version of the core conventions these names follow.
pub const CORE_VERSION: &str = "1.45.0";
/// The schema URL of that version.
pub const SCHEMA_URL: &str = "https://opentelemetry.io/schemas/1.45.0";
/// The state of the GenAI and MCP conventions these names follow.
pub const GEN_AI_VERSION: &str = "main-2026-10";

pub(crate) use error::{EXCEPTION_MESSAGE, EXCEPTION_STACKTRACE, EXCEPTION_TYPE, TYPE as ERROR_TYPE};
pub(crate) use own::{EXCEPTION_SOURCES, OUTCOME, STREAM_ITEMS};
