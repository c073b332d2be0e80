//! AWS X-Ray's `X-Amzn-Trace-Id`.

use super::carrier::{Extract, Inject, sole};
use super::{Found, hex};
use crate::context::SpanContext;
use crate::id::{SpanId, TraceId};

const HEADER: &str = "x-amzn-trace-id";

/// `1-{8 hex: seconds}-{24 hex}`.
fn root(text: &str) -> Option<TraceId> {
    let (seconds, rest) = text.strip_prefix("1-")?.split_once('-')?;
    let lengths = (seconds.len(), rest.len());
    hex::trace_id(&format!("{seconds}{rest}")).filter(|_| lengths == (8, 24))
}

/// `Root=…;Parent=…;Sampled=0|1|?` in any order; `Self`, `Lineage` and what is unknown is passed over.
///
/// A load balancer sends `Root` alone: that names no span, so there is no parent in it.
fn parse(text: &str) -> Option<Found> {
    let mut trace_id: Option<TraceId> = None;
    let mut span_id: Option<SpanId> = None;
    let mut sampled = None;
    for field in text.split(';') {
        let Some((key, value)) = field.trim_matches([' ', '\t']).split_once('=') else {
            continue;
        };
        match key {
            "Root" if trace_id.is_none() => trace_id = Some(root(value)?),
            "Parent" if span_id.is_none() => span_id = Some(hex::span_id(value)?),
            "Sampled" if sampled.is_none() => sampled = Some(decision(value)?),
            "Root" | "Parent" | "Sampled" => return None,
            _ => {}
        }
    }
    Some(Found::new(trace_id?, span_id?, sampled.flatten()))
}

/// `?` leaves the decision to the receiver.
fn decision(text: &str) -> Option<Option<bool>> {
    match text {
        "1" => Some(Some(true)),
        "0" => Some(Some(false)),
        "?" => Some(None),
        _ => None,
    }
}

pub(super) fn extract(carrier: &dyn Extract) -> Option<Found> {
    parse(&sole(carrier, HEADER)?)
}

pub(super) fn inject(span: &SpanContext, carrier: &mut dyn Inject) {
    let trace = span.trace_id.to_bytes();
    let mut text = String::with_capacity(74);
    text.push_str("Root=1-");
    hex::push(&mut text, &trace[..4]);
    text.push('-');
    hex::push(&mut text, &trace[4..]);
    text.push_str(";Parent=");
    hex::push(&mut text, &span.span_id.to_bytes());
    text.push_str(if span.is_sampled() {
        ";Sampled=1"
    } else {
        ";Sampled=0"
    });
    carrier.set(HEADER, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "Root=1-5759e988-bd862e3fe1be46a994272793";
    const PARENT: &str = "Parent=53995c3f42cd8ad8";

    #[test]
    fn fields_come_in_any_order() {
        let found = parse(&format!("Sampled=1; {PARENT} ;Self=1-x;Lineage=a:1|b;{ROOT}")).unwrap();
        assert_eq!(
            found.span.trace_id.to_string(),
            "5759e988bd862e3fe1be46a994272793"
        );
        assert_eq!(found.span.span_id.to_string(), "53995c3f42cd8ad8");
        assert!(found.span.is_sampled() && !found.sampling_deferred);
        assert!(parse(&format!("{ROOT};{PARENT}")).unwrap().sampling_deferred);
        assert!(
            parse(&format!("{ROOT};{PARENT};Sampled=?"))
                .unwrap()
                .sampling_deferred
        );
        assert!(
            !parse(&format!("{ROOT};{PARENT};Sampled=0"))
                .unwrap()
                .span
                .is_sampled()
        );
    }

    #[test]
    fn what_names_no_span_is_refused() {
        let bad = [
            String::new(),
            ROOT.to_owned(),
            PARENT.to_owned(),
            format!("{ROOT};{ROOT};{PARENT}"),
            format!("{ROOT};{PARENT};Sampled=2"),
            format!("{ROOT};{PARENT}0"),
            format!("Root=2-5759e988-bd862e3fe1be46a994272793;{PARENT}"),
            format!("Root=1-5759e98-8bd862e3fe1be46a994272793;{PARENT}"),
            format!("Root=1-00000000-000000000000000000000000;{PARENT}"),
            format!("{ROOT};Parent=0000000000000000"),
        ];
        for text in bad {
            assert_eq!(parse(&text), None, "{text}");
        }
    }

    #[test]
    fn it_comes_back() {
        let sent = parse(&format!("{ROOT};{PARENT};Sampled=1")).unwrap();
        let mut headers = Vec::new();
        inject(&sent.span, &mut headers);
        assert_eq!(headers[0].1, format!("{ROOT};{PARENT};Sampled=1"));
        assert_eq!(extract(&headers), Some(sent));
    }
}
