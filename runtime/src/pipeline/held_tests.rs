use super::*;
use crate::record::Outcome;
use std::time::Duration;

const KEEP: Keep = Keep {
    errors: true,
    slower_than: Some(Duration::from_secs(1)),
};

fn trace(number: u8) -> TraceId {
    TraceId::from_bytes([number; 16])
}

/// A span of trace 1; parent 0 is none.
fn span(id: u64, parent: u64) -> SpanRecord {
    SpanRecord {
        parent_span_id: Some(SpanId::from_u64(parent)).filter(|parent| parent.is_valid()),
        end_ns: 5,
        ..SpanRecord::new(trace(1), SpanId::from_u64(id), "span")
    }
}

fn failed(mut span: SpanRecord) -> SpanRecord {
    span.outcome = Outcome::Error;
    span
}

impl Held {
    /// Takes a local root, and reads on until it is settled.
    fn root(&mut self, root: SpanRecord) -> Settled {
        let taken = self.take(root);
        assert!(taken.kept.is_empty() && self.has_roots());
        let first = self.end_round();
        assert!(first.kept.is_empty() && first.let_go == 0);
        let settled = self.end_round();
        assert!(!self.has_roots());
        settled
    }
}

fn ids(spans: &[SpanRecord]) -> Vec<u64> {
    spans.iter().map(|span| span.span_id.to_u64()).collect()
}

#[test]
fn a_trace_leaves_with_its_root() {
    let mut held = Held::new(KEEP);
    for child in [span(3, 2), span(2, 1)] {
        let settled = held.take(child);
        assert!(settled.kept.is_empty() && settled.let_go == 0);
    }
    assert_eq!(held.len(), 2);
    let settled = held.root(failed(span(1, 0)));
    assert_eq!(ids(&settled.kept), [3, 2, 1]);
    assert!(
        settled
            .kept
            .iter()
            .all(|span| span.attribute(own::PROMOTED) == Some(&Value::Bool(true)))
    );
    // What ends later follows.
    assert_eq!(ids(&held.take(span(4, 1)).kept), [4]);
    assert_eq!(held.len(), 0);
}

#[test]
fn a_root_that_went_well_takes_its_trace_along() {
    let mut held = Held::new(KEEP);
    // An error below, which the root handled.
    held.take(failed(span(2, 1)));
    let settled = held.root(span(1, 0));
    assert!(settled.kept.is_empty());
    assert_eq!((settled.let_go, held.len()), (2, 0));
}

#[test]
fn slow_is_the_threshold_itself() {
    for (end_ns, kept) in [(999_999_999, 0), (1_000_000_000, 1)] {
        let root = SpanRecord { end_ns, ..span(1, 0) };
        assert_eq!(Held::new(KEEP).root(root).kept.len(), kept);
    }
    let slow_only = Keep {
        errors: false,
        ..KEEP
    };
    assert_eq!(Held::new(slow_only).root(failed(span(1, 0))).kept.len(), 0);
}

#[test]
fn two_roots_of_one_trace_decide_for_their_own() {
    let remote = |id, parent| SpanRecord {
        parent_is_remote: true,
        ..span(id, parent)
    };
    let mut held = Held::new(KEEP);
    held.take(span(11, 10));
    // Ends before its parent, and was recorded before it.
    held.take(span(22, 21));
    held.take(span(21, 20));
    let settled = held.root(remote(10, 9));
    assert_eq!((settled.kept.len(), settled.let_go, held.len()), (0, 2, 2));
    assert_eq!(ids(&held.root(failed(remote(20, 9))).kept), [22, 21, 20]);
}

#[test]
fn what_outlives_its_parent_is_found() {
    let mut held = Held::new(KEEP);
    for child in [span(2, 1), span(3, 2), span(4, 3)] {
        held.take(child);
    }
    assert_eq!(ids(&held.root(failed(span(1, 0))).kept), [2, 3, 4, 1]);
}

#[test]
fn the_oldest_trace_makes_room_and_is_counted() {
    let mut held = Held::new(KEEP);
    let large = |number: u8| SpanRecord {
        trace_id: trace(number),
        attributes: vec![("text".into(), Value::String("x".repeat(MOST_BYTES / 4)))],
        ..span(2, 1)
    };
    let mut let_go = 0;
    for number in 1..=10 {
        let_go += held.take(large(number)).let_go;
        assert!(held.bytes <= MOST_BYTES);
    }
    assert_eq!(let_go + held.len(), 10);
    assert!(let_go >= 6);
    let newest = SpanRecord {
        trace_id: trace(10),
        ..failed(span(1, 0))
    };
    assert_eq!(held.root(newest).kept.len(), 2);
    assert_eq!(held.clear(), 10 - let_go - 1);
    assert_eq!((held.len(), held.bytes), (0, 0));
}

#[test]
fn many_short_traces_leave_nothing_behind() {
    let mut held = Held::new(KEEP);
    for number in 0_u32..10_000 {
        let mut bytes = [1; 16];
        bytes[..4].copy_from_slice(&number.to_le_bytes());
        let of = |span| SpanRecord {
            trace_id: TraceId::from_bytes(bytes),
            ..span
        };
        held.take(of(span(2, 1)));
        held.root(of(failed(span(1, 0))));
    }
    assert!(held.order.len() <= 2 * REMEMBERED && held.kept.len() <= REMEMBERED);
    assert!(held.traces.is_empty());
}

#[test]
fn what_is_read_after_its_root_goes_with_it() {
    for kept in [0, 2] {
        let mut held = Held::new(KEEP);
        let root = if kept > 0 { failed(span(1, 0)) } else { span(1, 0) };
        held.take(root);
        assert_eq!(held.len(), 1);
        // Another thread's, which ended before but is read later: in this round or in the next.
        held.end_round();
        held.take(span(2, 1));
        let settled = held.end_round();
        assert_eq!((settled.kept.len(), settled.let_go), (kept, 2 - kept as u64));
        assert_eq!(held.len(), 0);
    }
}
