//! Zipkin's B3, in one header and in several ([openzipkin/b3-propagation](https://github.com/openzipkin/b3-propagation)).

use super::carrier::{Extract, Inject, sole};
use super::{Found, hex};
use crate::context::SpanContext;
use crate::id::TraceId;

const SINGLE: &str = "b3";
const TRACE_ID: &str = "x-b3-traceid";
const SPAN_ID: &str = "x-b3-spanid";
const SAMPLED: &str = "x-b3-sampled";
const FLAGS: &str = "x-b3-flags";

/// 32 digits, or 16 that B3 itself defines as the lower half.
fn trace_id(text: &str) -> Option<TraceId> {
    hex::padded_trace_id(text).filter(|_| matches!(text.len(), 16 | 32))
}

/// A decision: `Some(None)` where the sender left it open, `None` where it cannot be read.
fn decision(text: Option<&str>) -> Option<Option<bool>> {
    Some(match text {
        None => None,
        // Debug asks for more than being sampled, which a span context cannot hold: it goes on as sampled.
        Some("1" | "d" | "true") => Some(true),
        Some("0" | "false") => Some(false),
        Some(_) => return None,
    })
}

/// `{trace}-{span}[-{0|1|d}[-{parent}]]`. A decision alone names no span.
fn parse_single(text: &str) -> Option<Found> {
    let fields: Vec<&str> = text.splitn(5, '-').collect();
    let (trace, span, sampled) = match fields[..] {
        [trace, span] => (trace, span, None),
        [trace, span, sampled] => (trace, span, Some(sampled)),
        [trace, span, sampled, parent] if hex::span_id(parent).is_some() => (trace, span, Some(sampled)),
        _ => return None,
    };
    Some(Found::new(
        trace_id(trace)?,
        hex::span_id(span)?,
        decision(sampled)?,
    ))
}

fn extract_multi(carrier: &dyn Extract) -> Option<Found> {
    let trace_id = trace_id(&sole(carrier, TRACE_ID)?)?;
    let span_id = hex::span_id(&sole(carrier, SPAN_ID)?)?;
    let debug = sole(carrier, FLAGS).is_some_and(|flags| flags == "1");
    let sampled = if debug {
        Some(true)
    } else {
        decision(sole(carrier, SAMPLED).as_deref())?
    };
    Some(Found::new(trace_id, span_id, sampled))
}

/// Either encoding, the single header first, whichever of the two is configured.
pub(super) fn extract(carrier: &dyn Extract) -> Option<Found> {
    sole(carrier, SINGLE)
        .and_then(|text| parse_single(&text))
        .or_else(|| extract_multi(carrier))
}

/// The single header.
pub(super) fn inject_single(span: &SpanContext, carrier: &mut dyn Inject) {
    let mut text = String::with_capacity(51);
    hex::push(&mut text, &span.trace_id.to_bytes());
    text.push('-');
    hex::push(&mut text, &span.span_id.to_bytes());
    text.push_str(if span.is_sampled() { "-1" } else { "-0" });
    carrier.set(SINGLE, text);
}

/// The separate headers. The parent's id is never sent: the receiver's parent is this span.
pub(super) fn inject_multi(span: &SpanContext, carrier: &mut dyn Inject) {
    carrier.set(TRACE_ID, span.trace_id.to_string());
    carrier.set(SPAN_ID, span.span_id.to_string());
    carrier.set(SAMPLED, if span.is_sampled() { "1" } else { "0" }.to_owned());
    carrier.remove(FLAGS);
    carrier.remove("x-b3-parentspanid");
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "80f198ee56343ba864fe8b2a57d3eff7";
    const SPAN: &str = "e457b5a2e4d86bd1";

    fn single(text: &str) -> Option<(String, Option<bool>)> {
        let found = extract(&[("B3", text)])?;
        Some((
            format!("{}-{}", found.span.trace_id, found.span.span_id),
            (!found.sampling_deferred).then(|| found.span.is_sampled()),
        ))
    }

    #[test]
    fn the_single_header() {
        let ids = format!("{TRACE}-{SPAN}");
        let cases = [
            ("", None),
            ("-1", Some(true)),
            ("-0", Some(false)),
            ("-d", Some(true)),
            ("-1-05e3ac9a4f6e3b90", Some(true)),
        ];
        for (rest, sampled) in cases {
            assert_eq!(
                single(&format!("{ids}{rest}")),
                Some((ids.clone(), sampled)),
                "{rest}"
            );
        }
        assert_eq!(
            single(&format!("64FE8B2A57D3EFF7-{SPAN}")).map(|found| found.0),
            Some(format!("000000000000000064fe8b2a57d3eff7-{SPAN}"))
        );
    }

    #[test]
    fn what_is_not_b3_is_refused() {
        let bad = [
            "0",
            "1",
            "d",
            "",
            "-",
            &format!("{TRACE}-"),
            &format!("{TRACE}-{SPAN}-"),
            &format!("{TRACE}-{SPAN}-2"),
            &format!("{TRACE}-{SPAN}-1-x"),
            &format!("{TRACE}-{SPAN}-1-{SPAN}-1"),
            &format!("{}-{SPAN}", &TRACE[1..]),
            &format!("{TRACE}-{}", &SPAN[1..]),
            &format!("{}-{SPAN}", "0".repeat(32)),
            &format!("{TRACE}-{}", "0".repeat(16)),
        ];
        for text in bad {
            assert_eq!(single(text), None, "{text}");
        }
        let line = format!("{TRACE}-{SPAN}-1");
        assert!(extract(&[("b3", &line), ("b3", &line)]).is_none(), "repeated");
    }

    #[test]
    fn the_separate_headers_and_their_precedence() {
        let multi = |more: &[(&'static str, &'static str)]| {
            let mut headers = vec![("X-B3-TraceId", TRACE), ("X-B3-SpanId", SPAN)];
            headers.extend_from_slice(more);
            extract(&headers).map(|found| (!found.sampling_deferred).then(|| found.span.is_sampled()))
        };
        assert_eq!(multi(&[]), Some(None));
        assert_eq!(multi(&[("x-b3-sampled", "true")]), Some(Some(true)));
        assert_eq!(multi(&[("X-B3-SAMPLED", "0")]), Some(Some(false)));
        assert_eq!(
            multi(&[("X-B3-Flags", "1"), ("X-B3-Sampled", "0")]),
            Some(Some(true))
        );
        assert_eq!(multi(&[("x-b3-sampled", "maybe")]), None);

        let other = "b7ad6b7169203331";
        let line = format!("{TRACE}-{other}-1");
        let both = extract(&[("X-B3-TraceId", TRACE), ("X-B3-SpanId", SPAN), ("b3", &line)]).unwrap();
        assert_eq!(both.span.span_id.to_string(), other);
        let fallen_back = extract(&[("X-B3-TraceId", TRACE), ("X-B3-SpanId", SPAN), ("b3", "0")]).unwrap();
        assert_eq!(fallen_back.span.span_id.to_string(), SPAN);
    }

    #[test]
    fn both_encodings_come_back() {
        let sent = extract(&[("b3", format!("{TRACE}-{SPAN}-1"))]).unwrap();
        for inject in [inject_single, inject_multi] {
            let mut headers = vec![("X-B3-Flags".to_owned(), "1".to_owned())];
            inject(&sent.span, &mut headers);
            assert_eq!(extract(&headers).map(|found| found.span), Some(sent.span.clone()));
        }
    }
}
