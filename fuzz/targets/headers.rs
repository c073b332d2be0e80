//! Header lines of every format: what is read is bounded, and what is sent on is read again as the same.

#![no_main]

use arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;
use spanwright::propagate::{Baggage, Format, Propagators};
use spanwright_fuzz::{one, text};

/// Bytes of all lines of one header together that are looked at.
const READ: usize = 8 * 1024;

const NAMES: [&str; 16] = [
    "traceparent",
    "tracestate",
    "Tracestate",
    "baggage",
    "Baggage",
    "b3",
    "X-B3-TraceId",
    "x-b3-spanid",
    "x-b3-sampled",
    "x-b3-flags",
    "uber-trace-id",
    "uberctx-k",
    "Uberctx-OTHER",
    "X-Amzn-Trace-Id",
    "x-trace-id",
    "x-span-id",
];

const FORMATS: [Format; 7] = [
    Format::TraceContext,
    Format::Baggage,
    Format::B3,
    Format::B3Multi,
    Format::Jaeger,
    Format::XRay,
    Format::Legacy,
];

const VALUES: [&str; 6] = [
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1",
    "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:1",
    "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
    "4bf92f3577b34da6a3ce929d0e0e4736",
    "00f067aa0ba902b7",
];

type Lines = Vec<(String, String)>;

fn lines(bytes: &mut Unstructured<'_>) -> arbitrary::Result<Lines> {
    let mut lines = Lines::new();
    for _ in 0..bytes.int_in_range(1..=8)? {
        let name = one(bytes, &NAMES)?.to_owned();
        let value = match bytes.int_in_range(0..=3_u8)? {
            0 => one(bytes, &VALUES)?.to_owned(),
            // Longer than what is read: the same member, numbered.
            1 => {
                let part = text(bytes, 40, |_| true)?;
                let times = bytes.int_in_range(1..=600)?;
                let parts: Vec<_> = (0..times).map(|at| format!("k{at}{part}")).collect();
                parts.join(",")
            }
            _ => text(bytes, 200, |_| true)?,
        };
        lines.push((name, value));
    }
    Ok(lines)
}

/// The same lines with other bytes behind the first 8 KiB of each header.
fn spoiled(lines: &Lines) -> Lines {
    let mut out = lines.clone();
    for header in ["tracestate", "baggage"] {
        // One more: the comma by which a member is seen to have ended.
        let mut left = READ + 1;
        for (_, value) in out
            .iter_mut()
            .filter(|(name, _)| name.eq_ignore_ascii_case(header))
        {
            let end = value.floor_char_boundary(left);
            if end < value.len() {
                let rest = "x".repeat(value.len() - end);
                value.truncate(end);
                value.push_str(&rest);
            }
            left = left.saturating_sub(value.len() + 1);
        }
    }
    out
}

fn check(propagators: &Propagators, lines: &Lines) {
    let found = propagators.extract(lines);
    assert!(found.baggage.len() <= Baggage::MAX_MEMBERS);
    assert!(found.baggage.to_string().len() <= Baggage::MAX_BYTES);
    assert!(found.foreign_id.as_ref().is_none_or(|id| id.len() <= 64));
    assert_eq!(
        found,
        propagators.extract(&spoiled(lines)),
        "more than 8 KiB were read"
    );

    let Some(span) = &found.span else { return };
    assert!(span.is_valid());
    assert!(span.trace_state.as_ref().is_none_or(|state| state.len() <= 2048));
    let mut sent = Lines::new();
    propagators.inject(span, &found.baggage, &mut sent);
    for (name, value) in &sent {
        assert!(
            name.bytes()
                .chain(value.bytes())
                .all(|byte| (b' '..=b'~').contains(&byte))
        );
    }
    let again = propagators.extract(&sent);
    assert_eq!(again.conflicts, 0, "{sent:?}");
    assert_eq!(again.span.as_ref(), Some(span), "{sent:?}");
    // Without W3C's baggage Jaeger's lines carry it, in lower case and in any order.
    if propagators.formats().contains(&Format::Baggage) {
        assert_eq!(again.baggage, found.baggage, "{sent:?}");
    } else {
        assert_eq!(again.baggage.len(), found.baggage.len(), "{sent:?}");
    }
}

fuzz_target!(|data: &[u8]| {
    let mut bytes = Unstructured::new(data);
    let (Ok(first), Ok(mask)) = (bytes.int_in_range(0..=6_usize), bytes.int_in_range(0..=127_u8)) else {
        return;
    };
    let Ok(lines) = lines(&mut bytes) else { return };
    let chosen = (0..7).map(|at| (first + at) % 7).filter(|at| mask & 1 << at != 0);
    check(&Propagators::new(chosen.map(|at| FORMATS[at])), &lines);
    check(&Propagators::default(), &lines);
});
