//! Trees: layout, order, escapes, colours.

use super::*;
use proptest::prelude::*;

#[test]
fn a_trace_is_a_tree() {
    let expected = "\
assistant  trace 4bf92f3577b34da6a3ce929d0e0e4701  14:03:04.123Z  7 spans  1 error
   842 ms  ✓ POST /api/v1/chat/message  server  http.response.status_code=200
   840 ms  └─ ✓ orchestrator.execute_query  session_id=s-17  persona=noor  query_length=42
              │  history_length=3  confidence=0.87  fast_path=false  +1
  5.00 ms     ├─ ✓ orchestrator.load_tier1
    +0 ns     │  │  · cache_miss  tier=1
  3.00 ms     │  └─ ✓ SELECT nodes  client  db.system.name=sqlite  db.response.returned_rows=12
   810 ms     ├─ ✓ chat gpt-4o-mini  client  gen_ai.usage.input_tokens=412
              │  │  gen_ai.usage.output_tokens=57  gen_ai.provider.name=openai
 +12.0 ms     │  │  · mcp_tool_called  tool=search
  +793 ms     │  │  · response_received
   420 ms     │  └─ ✗ execute_tool search  client
  +420 ms     │        ! std::io::Error: connection refused
  1.00 ms     └─ ○ orchestrator.parse_response  cancelled

";
    let text = drawn(assistant());
    assert_eq!(text, expected);
    assert!(text.lines().all(|line| line.chars().count() <= layout::WIDTH));
}

#[test]
fn outcomes_have_marks_and_names() {
    for (outcome, shown) in [
        (Outcome::Ok, "✓ work"),
        (Outcome::Error, "✗ work"),
        (Outcome::Cancelled, "○ work  cancelled"),
        (Outcome::Timeout, "✗ work  timeout"),
        (Outcome::Panicked, "✗ work  panicked"),
        (Outcome::Abandoned, "○ work  abandoned"),
    ] {
        let text = drawn(vec![SpanRecord {
            outcome,
            ..span(1, None, "work", 0, 1)
        }]);
        assert!(text.ends_with(&format!("  1.00 ms  {shown}\n\n")), "{text}");
    }
}

#[test]
fn status_text_links_and_losses_are_told() {
    let link = Link {
        trace_id: trace_id(2),
        span_id: span_id(1),
        flags: TraceFlags::SAMPLED,
        trace_state: "".into(),
        attributes: Vec::new(),
    };
    let text = drawn(vec![
        SpanRecord {
            status: Status::Error("no such\u{1b}[2J order".into()),
            links: vec![link],
            dropped_attributes: 3,
            dropped_events: 1,
            ..span(1, None, "", 0, 1)
        },
        span(2, Some(1), "child", 0, 1),
    ]);
    assert!(
        text.ends_with(
            "  1.00 ms  ✗ (no name)  links=1\n           │  ! no such\\u{1b}[2J order\n           \
             │  left out by the limits: attributes 3, events 1\n  1.00 ms  └─ ✓ child\n\n"
        ),
        "{text}"
    );
}

#[test]
fn nothing_that_is_recorded_steers_the_terminal() {
    let nasty = || "\u{1b}]0;title\u{7}\r\n\u{9b}31m\u{202e}".to_owned();
    let mut hostile = SpanRecord {
        name: nasty().into(),
        status: Status::Error(nasty().into()),
        attributes: vec![
            (nasty().into(), nasty().into()),
            ("map".into(), Value::Map(vec![(nasty().into(), 1.into())])),
        ],
        ..span(1, None, "", 0, 1)
    };
    let mut bad_event = event(0, "", []);
    bad_event.name = nasty().into();
    let exception = Event {
        name: "exception".into(),
        attributes: vec![
            ("exception.type".into(), nasty().into()),
            ("exception.message".into(), nasty().into()),
        ],
        ..bad_event.clone()
    };
    hostile.events = vec![bad_event, exception];
    let mut note = log(TraceId::INVALID, SpanId::INVALID, 0);
    note.event_name = nasty().into();
    note.body = Some(nasty().into());
    let mut all = batch(vec![hostile], vec![note]);
    all.metrics = vec![metric(MetricData::Gauge(vec![]))];
    all.metrics[0].name = nasty().into();
    all.metrics[0].unit = nasty().into();
    all.resource = Arc::new(Resource::new().with("service.name", nasty()));

    for json in [false, true] {
        let (console, paper) = console();
        let mut console = if json { console.json_lines() } else { console };
        console.deliver(&all).unwrap();
        console.flush().unwrap();
        let text = paper.text();
        assert!(
            !text.is_empty() && !text.chars().any(|c| c != '\n' && text::is_unsafe(c)),
            "{text:?}"
        );
    }
}

#[test]
fn colours_are_there_only_when_asked_for() {
    let text = drawn(assistant());
    assert!(!text.contains('\u{1b}'));
    let (console, paper) = console();
    console
        .color(Color::Always)
        .deliver(&batch(assistant(), vec![]))
        .unwrap();
    let colored = paper.text();
    assert!(
        colored.contains("\u{1b}[32m✓\u{1b}[0m \u{1b}[1mPOST"),
        "{colored:?}"
    );
    let mut plain = colored;
    for code in ["0", "1", "2", "31", "32", "33", "36", "1;36"] {
        plain = plain.replace(&format!("\u{1b}[{code}m"), "");
    }
    assert_eq!(plain, text);
}

#[test]
fn any_parents_draw_each_span_once() {
    let spans = vec![
        span(1, Some(1), "own parent", 0, 1),
        span(2, Some(3), "circle a", 1, 2),
        span(3, Some(2), "circle b", 2, 3),
        span(4, Some(99), "orphan", 3, 4),
        span(5, None, "root", 0, 9),
    ];
    let text = drawn(spans);
    for name in ["own parent", "circle a", "circle b", "orphan", "root"] {
        assert_eq!(text.matches(name).count(), 1, "{text}");
    }
    assert!(text.contains("✓ circle a\n  1.00 ms  └─ ✓ circle b\n"), "{text}");
}

#[test]
fn a_very_deep_trace_stays_on_the_page() {
    let spans = (0..3000_u64)
        .map(|depth| SpanRecord {
            span_id: SpanId::from_u64(depth + 1),
            parent_span_id: (depth > 0).then(|| SpanId::from_u64(depth)),
            ..span(0, None, "step", depth, 4000)
        })
        .collect();
    let text = drawn(spans);
    assert_eq!(text.lines().count(), 3000 + 2);
    assert!(text.contains("└─ ⋯2999 ✓ step\n"));
    assert!(text.lines().all(|line| line.chars().count() <= layout::WIDTH));
}

#[test]
fn many_events_and_attributes_are_cut_short() {
    let events = (0..25).map(|at| event(at, "tick", [])).collect();
    let items = (0..200)
        .map(|at| (format!("key.{at}").into(), "x".repeat(500).into()))
        .collect();
    let text = drawn(vec![SpanRecord {
        events,
        attributes: items,
        ..span(1, None, "busy", 0, 30)
    }]);
    assert_eq!(text.matches("· tick").count(), 20);
    assert!(text.contains("… 5 more\n") && text.contains("+198\n"), "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() <= layout::WIDTH),
        "{text}"
    );
}

proptest! {
    #[test]
    fn whatever_the_parents_each_span_is_drawn_once(parents in prop::collection::vec(0_u8..12, 1..12)) {
        let spans = parents.iter().zip(1..).map(|(parent, id)| {
            // 0 is no parent at all; ids above the last are parents that never came.
            span(id, (*parent > 0).then_some(*parent), "step", u64::from(id), 100)
        });
        let (mut console, paper) = console();
        console.deliver(&batch(spans.collect(), vec![])).unwrap();
        console.flush().unwrap();
        prop_assert_eq!(paper.text().matches("✓ step").count(), parents.len());
    }
}
