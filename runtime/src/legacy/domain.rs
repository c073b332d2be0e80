//! Tells what kind of call a span is.

use crate::record::SpanRecord;
use crate::semconv::{db, gen_ai, mcp};
use crate::site;
use crate::value::Value;

pub(super) enum Domain {
    Llm,
    Db,
    Tool,
    Other,
}

impl Domain {
    /// By its site; by its attributes where it is a plain function or comes from elsewhere.
    pub(super) fn of(span: &SpanRecord) -> Self {
        match span.site.map(site::Site::span_domain) {
            Some(site::Domain::Llm) => Self::Llm,
            Some(site::Domain::Db) => Self::Db,
            Some(site::Domain::Tool) => Self::Tool,
            _ => Self::by_attributes(span),
        }
    }

    fn by_attributes(span: &SpanRecord) -> Self {
        let operation = span.attribute(gen_ai::OPERATION_NAME).and_then(Value::as_str);
        match operation {
            Some("execute_tool") => Self::Tool,
            Some(_) if span.attribute(gen_ai::REQUEST_MODEL).is_some() => Self::Llm,
            _ if span.attribute(mcp::METHOD_NAME).and_then(Value::as_str) == Some(mcp::METHOD_TOOLS_CALL) => {
                Self::Tool
            }
            _ if span.attribute(db::SYSTEM_NAME).is_some() => Self::Db,
            _ => Self::Other,
        }
    }
}
