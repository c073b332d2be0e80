//! Reading back what was recorded on a live span.
use crate::recorder::{End, Span};
use crate::value::Value;

impl Span {
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.0.as_ref()?.attributes.iter().find(|(k, _)| k == key)?.1.as_str()
    }
    pub(crate) fn integer(&self, key: &str) -> Option<i64> {
        self.0.as_ref()?.attributes.iter().find(|(k, _)| k == key)?.1.as_int()
    }
}

impl End<'_> {
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.live.attributes.iter().find(|(k, _)| k == key)?.1.as_str()
    }
    pub(crate) fn has_failed(&self) -> bool {
        self.live.outcome.is_some_and(crate::record::Outcome::is_error)
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;
    use crate::record::{Kind, Outcome, SpanRecord, Status};
    use crate::recorder::Live;
    use crate::value::Key;

    pub(crate) fn span() -> Span {
        Span(Some(Box::new(Live::default())))
    }
    pub(crate) fn name(span: &Span) -> String {
        span.0.as_ref().unwrap().name.clone()
    }
    pub(crate) fn attributes(span: &Span) -> Vec<(Key, Value)> {
        span.0.as_ref().unwrap().attributes.clone()
    }
    pub(crate) fn ending<T>(span: &mut Span, run: impl FnOnce(&mut End<'_>) -> T) -> T {
        run(&mut End { live: span.0.as_mut().unwrap() })
    }
    pub(crate) fn error_type(span: &Span) -> Option<&str> {
        span.0.as_ref().unwrap().error_type.as_deref()
    }

    /// An ended span of this name and these attributes, a second long.
    pub(crate) fn record(name: &'static str, attributes: Vec<(Key, Value)>) -> SpanRecord {
        SpanRecord {
            trace_id: crate::TraceId::INVALID,
            span_id: crate::SpanId::INVALID,
            parent_span_id: None,
            parent_is_remote: false,
            flags: crate::TraceFlags::default(),
            trace_state: "".into(),
            site: None,
            name: name.into(),
            kind: Kind::Client,
            scope: "test".into(),
            start_ns: 0,
            end_ns: 1_000_000_000,
            attributes,
            events: Vec::new(),
            links: Vec::new(),
            status: Status::Unset,
            outcome: Outcome::Ok,
            dropped_attributes: 0,
            dropped_events: 0,
            dropped_links: 0,
        }
    }
}
