//! Jaeger's own headers, which it has given up in favour of W3C's: `uber-trace-id` and `uberctx-*`.

use super::carrier::{Extract, Inject, sole};
use super::{Baggage, Found, hex, percent};
use crate::context::SpanContext;

const UBER_TRACE_ID: &str = "uber-trace-id";
const UBERCTX: &str = "uberctx-";

/// `{trace}:{span}:{parent}:{flags}`, the colons also as `%3A`; ids may have lost leading zeros.
fn parse(text: &str) -> Option<Found> {
    let text = text.replace("%3A", ":").replace("%3a", ":");
    let fields: Vec<&str> = text.splitn(5, ':').collect();
    let [trace, span, parent, flags] = fields[..] else {
        return None;
    };
    // The parent is long deprecated: checked for being one (or `0`), and not used.
    let hexadecimal = |field: &str, max| field.len() <= max && field.bytes().all(|b| b.is_ascii_hexdigit());
    if !hexadecimal(parent, 16) || !hexadecimal(flags, 2) {
        return None;
    }
    let flags = u8::from_str_radix(flags, 16).ok()?;
    Some(Found::new(
        hex::padded_trace_id(trace)?,
        hex::padded_span_id(span)?,
        // The second bit is "debug", not W3C's "random".
        Some(flags & 1 != 0),
    ))
}

pub(super) fn extract(carrier: &dyn Extract) -> Option<Found> {
    parse(&sole(carrier, UBER_TRACE_ID)?)
}

/// Adds `uberctx-{key}: {value}` lines, which Jaeger leaves unbounded, within the limits of [`Baggage`].
pub(super) fn extract_baggage(carrier: &dyn Extract, baggage: &mut Baggage) {
    let mut budget = Baggage::MAX_BYTES;
    carrier.for_each(&mut |name, value| {
        let prefix = name.get(..UBERCTX.len());
        if !prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(UBERCTX)) {
            return;
        }
        let length = name.len() + value.len();
        if length > budget {
            budget = 0;
            return;
        }
        budget -= length;
        baggage.push_new(&name[UBERCTX.len()..], value);
    });
}

pub(super) fn inject(span: &SpanContext, baggage: &Baggage, carrier: &mut dyn Inject) {
    let mut text = String::with_capacity(53);
    hex::push(&mut text, &span.trace_id.to_bytes());
    text.push(':');
    hex::push(&mut text, &span.span_id.to_bytes());
    text.push_str(if span.is_sampled() { ":0:1" } else { ":0:0" });
    carrier.set(UBER_TRACE_ID, text);
    for member in baggage.iter() {
        let mut value = String::with_capacity(member.value().len());
        percent::encode(member.value(), &mut value);
        carrier.set(&format!("{UBERCTX}{}", member.key().to_ascii_lowercase()), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:1";

    #[test]
    fn ids_are_padded_and_colons_may_be_escaped() {
        let whole = parse(LINE).unwrap();
        assert!(whole.span.is_sampled() && whole.span.is_remote && !whole.sampling_deferred);
        assert_eq!(parse(&LINE.replace(':', "%3A")), Some(whole.clone()));
        assert_eq!(parse(&LINE.replace(':', "%3a")[..]), Some(whole));
        let short = parse("AF7651916cd43dd8448eb211c80319c:7ad6b7169203331::3").unwrap();
        assert_eq!(
            short.span.trace_id.to_string(),
            "0af7651916cd43dd8448eb211c80319c"
        );
        assert_eq!(short.span.span_id.to_string(), "07ad6b7169203331");
        assert!(short.span.is_sampled() && !short.span.flags.is_random());
        assert!(!parse("1:2:0:0").unwrap().span.is_sampled());
    }

    #[test]
    fn what_is_not_a_trace_id_is_refused() {
        let bad = [
            "",
            ":::",
            "1:2:0",
            "1:2:0:",
            "1:2:0:1:1",
            "0:2:0:1",
            "1:0:0:1",
            "1:2:x:1",
            "1:2:0:+1",
            "1:2:0:001",
            "+1:2:0:1",
            "0af7651916cd43dd8448eb211c80319c0:1:0:1",
            "1:b7ad6b71692033310:0:1",
        ];
        for text in bad {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn it_comes_back_with_its_baggage() {
        let sent = parse(LINE).unwrap().span;
        let mut baggage = Baggage::default();
        baggage.insert("tenant", "blue\r\nx: y").unwrap();
        let mut headers = Vec::new();
        inject(&sent, &baggage, &mut headers);
        assert!(
            headers
                .iter()
                .all(|(_, value)| value.bytes().all(percent::is_octet))
        );
        assert_eq!(extract(&headers).map(|found| found.span), Some(sent));
        let mut received = Baggage::default();
        extract_baggage(&headers, &mut received);
        assert_eq!(received, baggage);
    }

    #[test]
    fn baggage_lines_are_capped_and_do_not_replace() {
        let lines: Vec<_> = (0..10_000)
            .map(|n| (format!("UberCtx-k{n}"), "v".to_owned()))
            .collect();
        let mut baggage = Baggage::default();
        baggage.insert("k0", "kept").unwrap();
        extract_baggage(&lines, &mut baggage);
        assert_eq!(
            (baggage.len(), baggage.get("k0")),
            (Baggage::MAX_MEMBERS, Some("kept"))
        );

        let mut baggage = Baggage::default();
        let large = [
            ("uberctx-a".to_owned(), "x".repeat(1 << 20)),
            ("uberctx-é".to_owned(), String::new()),
        ];
        extract_baggage(&large, &mut baggage);
        assert!(baggage.is_empty());
    }
}
