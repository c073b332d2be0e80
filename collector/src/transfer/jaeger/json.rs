//! Jaeger's JSON, as it is read.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Number, Value};

#[derive(Debug, Deserialize)]
pub(super) struct TraceJson {
    pub(super) spans: Vec<SpanJson>,
    #[serde(default)]
    pub(super) processes: HashMap<String, ProcessJson>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SpanJson {
    #[serde(rename = "traceID")]
    pub(super) trace_id: String,
    #[serde(rename = "spanID")]
    pub(super) span_id: String,
    /// Deprecated; references have it.
    #[serde(rename = "parentSpanID", default)]
    pub(super) parent_id: String,
    #[serde(default)]
    pub(super) flags: u32,
    pub(super) operation_name: String,
    #[serde(default)]
    pub(super) references: Option<Vec<ReferenceJson>>,
    pub(super) start_time: Number,
    pub(super) duration: Number,
    #[serde(default)]
    pub(super) tags: Option<Vec<TagJson>>,
    #[serde(default)]
    pub(super) logs: Option<Vec<LogJson>>,
    #[serde(rename = "processID", default)]
    pub(super) process_id: String,
    #[serde(default)]
    pub(super) process: Option<ProcessJson>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReferenceJson {
    pub(super) ref_type: String,
    #[serde(rename = "traceID")]
    pub(super) trace_id: String,
    #[serde(rename = "spanID")]
    pub(super) span_id: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct LogJson {
    pub(super) timestamp: Number,
    #[serde(default)]
    pub(super) fields: Option<Vec<TagJson>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProcessJson {
    pub(super) service_name: String,
    #[serde(default)]
    pub(super) tags: Option<Vec<TagJson>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct TagJson {
    pub(super) key: String,
    #[serde(rename = "type", default)]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) value: Value,
}
