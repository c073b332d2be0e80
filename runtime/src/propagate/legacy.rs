//! The ids of systems before W3C Trace Context: `x-trace-id`, `x-span-id` and their short forms.

use super::carrier::{Extract, Inject, sole};
use super::{Found, hex};
use crate::context::SpanContext;
use crate::id::TraceId;

const TRACE_ID: [&str; 2] = ["x-trace-id", "traceid"];
const SPAN_ID: [&str; 2] = ["x-span-id", "spanid"];
const PARENT_ID: [&str; 2] = ["x-parent-span-id", "parentspanid"];

/// Printable characters kept of an id that is not one of ours.
const MAX_FOREIGN: usize = 64;

/// What the headers hold.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Legacy {
    /// Ids as OpenTelemetry has them.
    Span(Found),
    /// Something that names a trace elsewhere.
    Foreign(String),
}

/// 32 digits, or a UUID with its dashes. Shorter ids are not padded: they would not be found again.
fn trace_id(text: &str) -> Option<TraceId> {
    if text.len() != 36 {
        return hex::trace_id(text);
    }
    let dashes = [8, 13, 18, 23];
    let in_place = text
        .bytes()
        .enumerate()
        .all(|(at, byte)| (byte == b'-') == dashes.contains(&at));
    in_place.then(|| hex::trace_id(&text.replace('-', ""))).flatten()
}

/// The printable ASCII of `text`, cut to its bound; `None` where nothing is left.
fn foreign(text: &str) -> Option<String> {
    let printable = text.chars().filter(|c| *c == ' ' || c.is_ascii_graphic());
    let kept: String = printable.take(MAX_FOREIGN).collect();
    Some(kept.trim().to_owned()).filter(|kept| !kept.is_empty())
}

/// The first name of the two that is there.
fn first(carrier: &dyn Extract, names: [&str; 2]) -> Option<String> {
    names.iter().find_map(|name| sole(carrier, name))
}

/// The sender's span, or, where it does not tell its own, the parent it tells. Without a valid trace and
/// span id there is no context, and what stands for the trace id is foreign.
pub(super) fn extract(carrier: &dyn Extract) -> Option<Legacy> {
    let trace = first(carrier, TRACE_ID)?;
    let span = first(carrier, SPAN_ID).or_else(|| first(carrier, PARENT_ID));
    let ids = trace_id(&trace).zip(span.as_deref().and_then(hex::span_id));
    match ids {
        // These headers know no sampling decision.
        Some((trace_id, span_id)) => Some(Legacy::Span(Found::new(trace_id, span_id, None))),
        None => foreign(&trace).map(Legacy::Foreign),
    }
}

/// The long names.
pub(super) fn inject(span: &SpanContext, carrier: &mut dyn Inject) {
    carrier.set(TRACE_ID[0], span.trace_id.to_string());
    carrier.set(SPAN_ID[0], span.span_id.to_string());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SPAN: &str = "00f067aa0ba902b7";

    fn ids(headers: &[(&str, &str)]) -> Option<String> {
        match extract(&headers)? {
            Legacy::Span(found) => Some(format!("{} {}", found.span.trace_id, found.span.span_id)),
            Legacy::Foreign(_) => None,
        }
    }

    #[test]
    fn every_name_in_any_case() {
        let expected = Some(format!("{TRACE} {SPAN}"));
        for trace in ["x-trace-id", "X-Trace-Id", "traceid", "traceId", "TRACEID"] {
            for span in [
                "x-span-id",
                "X-SPAN-ID",
                "spanid",
                "spanId",
                "x-parent-span-id",
                "parentSpanId",
            ] {
                assert_eq!(ids(&[(trace, TRACE), (span, SPAN)]), expected, "{trace} {span}");
            }
        }
        let parent_too = [
            ("traceid", TRACE),
            ("parentspanid", "1111111111111111"),
            ("spanid", SPAN),
        ];
        assert_eq!(ids(&parent_too), expected);
    }

    #[test]
    fn upper_case_and_uuids_are_ids() {
        let expected = Some(format!("{TRACE} {SPAN}"));
        for trace in [
            TRACE.to_uppercase().as_str(),
            "4bf92f35-77b3-4da6-A3CE-929d0e0e4736",
        ] {
            assert_eq!(
                ids(&[("traceid", trace), ("spanid", &SPAN.to_uppercase())]),
                expected
            );
        }
    }

    #[test]
    fn anything_else_is_foreign_and_never_padded() {
        let zeros = "0".repeat(32);
        let long = "9".repeat(33);
        let cases = [
            ("abc123", SPAN),
            ("4bf92f3577b34da6", SPAN),
            ("4bf92f3-577b3-4da6-a3ce-929d0e0e4736", SPAN),
            ("-4bf92f3577b34da6a3ce929d0e0e473-6--", SPAN),
            (&zeros, SPAN),
            (&long, SPAN),
            (TRACE, "f067aa0ba902b7"),
            (TRACE, "0000000000000000"),
        ];
        for (trace, span) in cases {
            let found = extract(&[("x-trace-id", trace), ("x-span-id", span)]);
            assert_eq!(found, Some(Legacy::Foreign(trace.to_owned())), "{trace} {span}");
        }
        assert_eq!(
            extract(&[("x-trace-id", "abc123")]),
            Some(Legacy::Foreign("abc123".to_owned()))
        );
        assert_eq!(extract(&[("x-span-id", SPAN)]), None);
        assert_eq!(extract(&[("x-trace-id", "\u{7}\r\n")]), None);
    }

    proptest! {
        #[test]
        fn a_foreign_id_is_short_and_printable(text in any::<String>()) {
            if let Some(kept) = foreign(&text) {
                prop_assert!((1..=MAX_FOREIGN).contains(&kept.len()));
                prop_assert!(kept.bytes().all(|byte| (0x20..0x7f).contains(&byte)));
            }
        }
    }

    #[test]
    fn it_comes_back() {
        let span = SpanContext {
            trace_id: TraceId::from_hex(TRACE).unwrap(),
            span_id: hex::span_id(SPAN).unwrap(),
            ..SpanContext::default()
        };
        let mut headers = Vec::new();
        inject(&span, &mut headers);
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(ids(&headers), Some(format!("{TRACE} {SPAN}")));
    }
}
