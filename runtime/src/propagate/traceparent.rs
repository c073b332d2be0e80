//! `traceparent` of W3C Trace Context, Level 2: header lines in, a span context out, and back.

use super::carrier::{Extract, Inject};
use super::{hex, tracestate};
use crate::context::SpanContext;
use crate::id::{SpanId, TraceFlags, TraceId};

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";

/// The length of version 00, which every later version starts with.
const LENGTH: usize = 55;

/// Two lower-case digits.
fn parse_byte(text: &str) -> Option<u8> {
    let lower = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if text.len() != 2 || !text.bytes().all(lower) {
        return None;
    }
    u8::from_str_radix(text, 16).ok()
}

/// One line, by the rules of section 3.2: an unknown version is read as far as version 00 goes.
fn parse(line: &str) -> Option<SpanContext> {
    let text = line.trim_matches([' ', '\t']);
    let version = parse_byte(text.get(..2)?).filter(|version| *version != 0xff)?;
    let bytes = text.as_bytes();
    let separated = bytes.len() >= LENGTH && [2, 35, 52].iter().all(|at| bytes[*at] == b'-');
    let ended = match bytes.get(LENGTH) {
        None => true,
        Some(next) => version > 0 && *next == b'-',
    };
    if !separated || !ended {
        return None;
    }
    Some(SpanContext {
        trace_id: TraceId::from_hex(text.get(3..35)?)?,
        span_id: SpanId::from_hex(text.get(36..52)?)?,
        flags: TraceFlags::from_byte(parse_byte(text.get(53..55)?)?),
        trace_state: None,
        is_remote: true,
    })
}

/// Version 00, whatever version was received.
fn format(span: &SpanContext) -> String {
    let mut out = String::with_capacity(LENGTH);
    out.push_str("00-");
    hex::push(&mut out, &span.trace_id.to_bytes());
    out.push('-');
    hex::push(&mut out, &span.span_id.to_bytes());
    out.push('-');
    hex::push(&mut out, &[span.flags.to_byte()]);
    out
}

/// The one `traceparent` with its `tracestate`. Two `traceparent` lines are none, and without a valid one
/// `tracestate` is not looked at (section 3.3).
pub(super) fn extract(carrier: &dyn Extract) -> Option<SpanContext> {
    let mut lines = 0_usize;
    let mut found = None;
    carrier.get_all(TRACEPARENT, &mut |line| {
        lines += 1;
        found = if lines == 1 { parse(line) } else { None };
    });
    let mut span = found?;
    let mut state = tracestate::Reader::default();
    carrier.get_all(TRACESTATE, &mut |line| state.line(line));
    span.trace_state = state.finish().map(Into::into);
    Some(span)
}

/// Writes `traceparent`, and `tracestate` where there is one; an older `tracestate` does not stay behind.
pub(super) fn inject(span: &SpanContext, carrier: &mut dyn Inject) {
    carrier.set(TRACEPARENT, format(span));
    // The field is public, so what it holds is checked again before it becomes a header.
    let state = span.trace_state.as_deref().and_then(|text| {
        let mut state = tracestate::Reader::default();
        state.line(text);
        state.finish()
    });
    match state {
        Some(state) => carrier.set(TRACESTATE, state),
        None => carrier.remove(TRACESTATE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const VALID: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    /// The grammar once more, by fields instead of positions.
    fn oracle(line: &str) -> Option<String> {
        let text: String = {
            let blank = |c: &char| *c == ' ' || *c == '\t';
            let kept: Vec<char> = line.chars().skip_while(blank).collect();
            let end = kept.iter().rposition(|c| !blank(c)).map_or(0, |last| last + 1);
            kept[..end].iter().collect()
        };
        let fields: Vec<&str> = text.splitn(5, '-').collect();
        let [version, trace, span, flags, rest @ ..] = &fields[..] else {
            return None;
        };
        let digits = |field: &str, count| {
            field.len() == count && field.chars().all(|c| "0123456789abcdef".contains(c))
        };
        let sound = digits(version, 2) && digits(trace, 32) && digits(span, 16) && digits(flags, 2);
        let non_zero = |field: &str| field.chars().any(|c| c != '0');
        let allowed = *version != "ff" && (*version != "00" || rest.is_empty());
        if !(sound && allowed && non_zero(trace) && non_zero(span)) {
            return None;
        }
        let low = match &flags[1..] {
            "0" | "4" | "8" | "c" => "00",
            "1" | "5" | "9" | "d" => "01",
            "2" | "6" | "a" | "e" => "02",
            _ => "03",
        };
        Some(format!("00-{trace}-{span}-{low}"))
    }

    proptest! {
        #[test]
        fn agrees_with_the_grammar_on_near_misses(
            version in "(00|00|00|cc|[0-9a-f]{2}|[0-9a-fF.+]{1,3})", trace in "([0-9a-f]{32}|[1-9a]{32}|[b-f]{32}|0{32}|[0-9a-f]{31,33}|[0-9A-F]{32})",
            span in "([0-9a-f]{16}|[1-9a]{16}|[b-f]{16}|0{16}|[0-9a-f]{15,17}|[0-9a-f.]{16})", flags in "([0-9a-f]{2}|[0-9a-f]{2}|[0-9a-fA]{1,3})",
            rest in "(|-|-x|\\.x)", left in "[ \t]{0,2}", right in "[ \t]{0,2}",
        ) {
            let line = format!("{left}{version}-{trace}-{span}-{flags}{rest}{right}");
            prop_assert_eq!(parse(&line).as_ref().map(format), oracle(&line));
        }

        #[test]
        fn agrees_with_the_grammar_on_one_changed_byte(at in 0..VALID.len(), with in any::<char>()) {
            let mut chars: Vec<char> = VALID.chars().collect();
            chars[at] = with;
            let line: String = chars.into_iter().collect();
            prop_assert_eq!(parse(&line).as_ref().map(format), oracle(&line));
        }

        #[test]
        fn agrees_with_the_grammar_on_anything(line in any::<String>()) {
            prop_assert_eq!(parse(&line).as_ref().map(format), oracle(&line));
        }
    }

    #[test]
    fn an_old_tracestate_does_not_stay_behind() {
        let mut headers = vec![("Tracestate".to_owned(), "old=1".to_owned())];
        inject(&parse(VALID).unwrap(), &mut headers);
        assert_eq!(headers, [(TRACEPARENT.to_owned(), VALID.to_owned())]);
    }

    #[test]
    fn a_forged_tracestate_field_writes_no_header() {
        let mut span = parse(VALID).unwrap();
        for forged in ["a=1\r\nx-admin: 1", "a=1,b", "", " , "] {
            span.trace_state = Some(forged.into());
            let mut headers = Vec::new();
            inject(&span, &mut headers);
            assert_eq!(headers.len(), 1, "{forged:?}");
        }
    }
}
