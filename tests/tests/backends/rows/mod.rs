//! The backends, a row each. A new backend is one row more: in [`profiled`] where it has a profile, else in [`plain`].

mod plain;
mod profiled;

use super::contract::{Contract, Refusal};

/// The keys of all rows: none may stand in an error or on stderr.
pub(crate) const KEYS: [&str; 4] = ["sk-s3cr3t", "c2stczNjcjN0", "OnNrLXMzY3Izd", "s3cr3t"];

const JSON: &str = "application/json";
const TEXT: &str = "text/plain";
const MIB: usize = 1 << 20;

/// OTLP's own limit of a request (opentelemetry-proto 1.11, `docs/specification.md`), for those that name none.
const OTLP: usize = 64 * MIB;

/// `google.rpc.Status`, as OTLP/HTTP has failures, of no content.
const STATUS: Refusal = Refusal("application/x-protobuf", "");

const CHAT: &str = "chat gpt-4o-mini";
const TOOL: &str = "execute_tool search";
const AGENT: &str = "invoke_agent planner";
const ROOT: &str = "POST /ask";

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = &'static Contract> {
    profiled::ROWS.iter().chain(&plain::ROWS)
}
