//! What waits, and what a stream does to it.

use super::*;

#[test]
fn spans_wait_for_their_root() {
    let (mut console, paper) = console();
    let mut spans = assistant();
    let root = spans.pop().unwrap();
    for span in spans {
        console.deliver(&batch(vec![span], vec![])).unwrap();
        assert_eq!(paper.text(), "");
    }
    console.deliver(&batch(vec![root], vec![])).unwrap();
    assert_eq!(paper.text(), drawn(assistant()));
    console.flush().unwrap();
    assert_eq!(paper.text(), "");
}

#[test]
fn a_flush_prints_a_part_and_the_rest_says_so() {
    let (mut console, paper) = console();
    console
        .deliver(&batch(vec![span(2, Some(1), "child", 0, 5)], vec![]))
        .unwrap();
    console.flush().unwrap();
    assert_eq!(
        paper.text(),
        "assistant  trace 4bf92f3577b34da6a3ce929d0e0e4701  14:03:04.123Z  1 span  \
         (partial: its root has not ended)\n  5.00 ms  ✓ child\n\n"
    );
    console
        .deliver(&batch(vec![span(1, None, "root", 0, 9)], vec![]))
        .unwrap();
    assert_eq!(
        paper.text(),
        "assistant  trace 4bf92f3577b34da6a3ce929d0e0e4701  14:03:04.123Z  1 span  (continued)\n  9.00 ms  ✓ root\n\n"
    );
    // A spawned task that ends after its root.
    console
        .deliver(&batch(vec![span(3, Some(1), "late", 8, 12)], vec![]))
        .unwrap();
    assert!(paper.text().ends_with("(continued)\n  4.00 ms  ✓ late\n\n"));
}

#[test]
fn a_remote_parent_makes_a_local_root() {
    let (mut console, paper) = console();
    let server = SpanRecord {
        parent_is_remote: true,
        ..span(3, Some(9), "handle", 1, 4)
    };
    // The other child waits: its own root is still open in this process.
    let spans = vec![
        span(4, Some(3), "inner", 2, 3),
        span(5, Some(1), "elsewhere", 0, 1),
        server,
    ];
    console.deliver(&batch(spans, vec![])).unwrap();
    assert_eq!(
        paper.text(),
        "assistant  trace 4bf92f3577b34da6a3ce929d0e0e4701  14:03:04.124Z  2 spans\n  \
           3.00 ms  ✓ handle\n  1.00 ms  └─ ✓ inner\n\n"
    );
    console
        .deliver(&batch(vec![span(1, None, "client", 0, 9)], vec![]))
        .unwrap();
    assert!(
        paper
            .text()
            .ends_with("  2 spans\n  9.00 ms  ✓ client\n  1.00 ms  └─ ✓ elsewhere\n\n")
    );
}

#[test]
fn what_waits_is_bounded_in_traces_bytes_and_age() {
    let (mut console, paper) = console();
    let waiting = |trace: u32| SpanRecord {
        trace_id: TraceId::from_bytes((u128::from(trace) + 1).to_be_bytes()),
        ..span(2, Some(1), "child", 0, 1)
    };
    console
        .deliver(&batch((0..1030).map(waiting).collect(), vec![]))
        .unwrap();
    assert_eq!(paper.text().matches("(partial").count(), 6);

    let large = |id: u8| SpanRecord {
        attributes: attributes([("text", "x".repeat(1 << 20).into())]),
        ..span(id, Some(1), "large", 0, 1)
    };
    console.flush().unwrap();
    paper.text();
    console
        .deliver(&batch((2..12).map(large).collect(), vec![]))
        .unwrap();
    assert!(paper.text().contains("(partial"), "ten MiB do not wait");

    console.flush().unwrap();
    paper.text();
    let old = SpanRecord {
        trace_id: trace_id(3),
        ..span(21, Some(1), "old", 0, 1)
    };
    let new = SpanRecord {
        trace_id: trace_id(4),
        ..span(22, Some(1), "new", 61_000, 61_002)
    };
    console.deliver(&batch(vec![old, new], vec![])).unwrap();
    let text = paper.text();
    assert!(text.contains("✓ old") && !text.contains("✓ new"), "{text}");
}

#[test]
fn a_trace_keeps_the_service_that_recorded_it() {
    let (mut console, paper) = console();
    console
        .deliver(&batch(vec![span(2, Some(1), "child", 0, 5)], vec![]))
        .unwrap();
    let mut other = batch(vec![span(1, None, "root", 0, 9)], vec![]);
    other.resource = Arc::new(Resource::new().with("service.name", "other"));
    console.deliver(&other).unwrap();
    let text = paper.text();
    assert!(
        text.starts_with("assistant  trace") && text.contains("\nother  trace"),
        "{text}"
    );
}

#[derive(Clone)]
struct Door(Paper, Arc<Mutex<Option<io::ErrorKind>>>);

#[test]
fn a_child_process_gets_the_standard_streams_only() {
    assert!(
        Console::stderr()
            .json_lines()
            .for_child()
            .is_some_and(|child| child.describe() == "console: JSON lines on standard error")
    );
    assert!(console().0.for_child().is_none());
}

/// Refuses everything, or takes all, as a test says.
impl Write for Door {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match *self.1.lock().unwrap() {
            Some(kind) => Err(kind.into()),
            None => self.0.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_stream_that_fails_for_now_loses_nothing_and_repeats_nothing() {
    let paper = Paper::default();
    let door = Door(
        paper.clone(),
        Arc::new(Mutex::new(Some(io::ErrorKind::WouldBlock))),
    );
    let mut console = Console::to(door.clone());
    let (first, second) = (
        batch(vec![span(1, None, "first", 0, 1)], vec![]),
        batch(vec![span(2, None, "second", 0, 1)], vec![]),
    );
    // The first is taken and kept; the second is refused until the first is out.
    assert!(console.deliver(&first).is_ok());
    for _ in 0..3 {
        assert!(matches!(
            console.deliver(&second),
            Err(DeliveryError::Retry { .. })
        ));
    }
    assert!(console.flush().is_err());
    *door.1.lock().unwrap() = None;
    console.deliver(&second).unwrap();
    console.flush().unwrap();
    let text = paper.text();
    assert_eq!(
        (text.matches("first").count(), text.matches("second").count()),
        (1, 1),
        "{text}"
    );
}

#[test]
fn a_closed_stream_is_an_error_and_not_a_panic() {
    let door = Door(
        Paper::default(),
        Arc::new(Mutex::new(Some(io::ErrorKind::BrokenPipe))),
    );
    let mut console = Console::to(door);
    for _ in 0..2 {
        let error = console
            .deliver(&batch(vec![span(1, None, "root", 0, 1)], vec![]))
            .unwrap_err();
        assert_eq!(
            error,
            DeliveryError::permanent("cannot write to a writer: broken pipe")
        );
    }
    assert!(console.flush().is_ok(), "nothing is left");
}
