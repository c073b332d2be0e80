//! Log records, metrics and JSON lines.

use super::*;

#[test]
fn a_log_record_is_a_line_or_stands_in_its_span() {
    let (mut console, paper) = console();
    console
        .deliver(&batch(vec![], vec![log(trace_id(1), span_id(2), 1)]))
        .unwrap();
    assert_eq!(
        paper.text(),
        "14:03:04.124Z  WARN  cache.miss key not\\nfound  cache.key=\"k 1\"  trace=4bf92f3577b34da6a3ce929d0e0e4701\n"
    );
    let inner = span(2, Some(1), "inner", 0, 5);
    console
        .deliver(&batch(vec![inner], vec![log(trace_id(1), span_id(2), 3)]))
        .unwrap();
    assert_eq!(paper.text(), "");
    console
        .deliver(&batch(vec![span(1, None, "root", 0, 9)], vec![]))
        .unwrap();
    assert_eq!(
        paper.text(),
        "assistant  trace 4bf92f3577b34da6a3ce929d0e0e4701  14:03:04.123Z  2 spans\n  \
           9.00 ms  ✓ root\n  5.00 ms  └─ ✓ inner\n \
          +3.00 ms        WARN  cache.miss key not\\nfound  cache.key=\"k 1\"\n\n"
    );
    // One whose span is printed elsewhere is not lost.
    console
        .deliver(&batch(
            vec![span(8, None, "again", 0, 9)],
            vec![log(trace_id(1), span_id(77), 3)],
        ))
        .unwrap();
    assert_eq!(paper.text().matches("cache.miss").count(), 1);
}

fn histogram() -> MetricData {
    MetricData::Histogram(vec![HistogramPoint {
        attributes: attributes([("gen_ai.token.type", "input".into())]),
        start_ns: NOON,
        time_ns: NOON + MS,
        count: 3,
        sum: 460.5,
        min: Some(1.0),
        max: Some(412.0),
        bounds: vec![100.0, 1000.0],
        buckets: vec![2, 1, 0],
    }])
}

fn sum() -> MetricData {
    MetricData::Sum(vec![NumberPoint {
        attributes: vec![],
        start_ns: NOON,
        time_ns: NOON + MS,
        value: f64::NAN,
    }])
}

#[test]
fn a_metric_is_a_line_per_point() {
    let (mut console, paper) = console();
    let mut all = batch(vec![], vec![]);
    all.metrics = vec![metric(histogram()), metric(sum())];
    console.deliver(&all).unwrap();
    assert_eq!(
        paper.text(),
        "14:03:04.124Z  METRIC gen_ai.client.token.usage  count=3 sum=460.5 min=1 max=412 token\n                \
         gen_ai.token.type=input\n14:03:04.124Z  METRIC gen_ai.client.token.usage  NaN token\n"
    );
}

#[test]
fn json_lines_hold_everything_under_plain_names() {
    let (console, paper) = console();
    let mut full = SpanRecord {
        parent_is_remote: true,
        trace_state: "a=1".into(),
        kind: SpanKind::Client,
        status: Status::Error("gone".into()),
        outcome: Outcome::Error,
        attributes: attributes([
            ("z", "\"q\"\u{7f}\u{1b}\n\\é".into()),
            ("list", vec![1_i64, 2].into()),
            ("float", 2.0.into()),
            ("nan", f64::NAN.into()),
            ("bytes", Value::Bytes(vec![0, 255])),
            ("map", Value::Map(vec![("k".into(), true.into())])),
        ]),
        events: vec![event(1, "tick", [("n", 1.into())])],
        dropped_events: 2,
        ..span(2, Some(1), "call", 0, 5)
    };
    full.links = vec![Link {
        trace_id: trace_id(2),
        span_id: span_id(1),
        flags: TraceFlags::SAMPLED,
        trace_state: "".into(),
        attributes: vec![],
    }];
    let mut all = batch(vec![full], vec![log(trace_id(1), span_id(2), 1)]);
    all.metrics = vec![metric(histogram()), metric(sum())];
    console.json_lines().deliver(&all).unwrap();
    let text = paper.text();
    let lines: Vec<_> = text.lines().collect();
    let expected = [
        r#"{"type":"span","service":"assistant","trace_id":"4bf92f3577b34da6a3ce929d0e0e4701","span_id":"0000000000000002","parent_span_id":"0000000000000001","parent_is_remote":true,"trace_state":"a=1","name":"call","kind":"client","scope":"app","start":"2026-11-21T14:03:04.123000000Z","end":"2026-11-21T14:03:04.128000000Z","duration_ns":5000000,"outcome":"error","status":"error","message":"gone","attributes":{"z":"\"q\"\u007f\u001b\n\\é","list":[1,2],"float":2.0,"nan":"NaN","bytes":"00ff","map":{"k":true}},"events":[{"time":"2026-11-21T14:03:04.124000000Z","name":"tick","attributes":{"n":1}}],"links":[{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4702","span_id":"0000000000000001"}],"dropped_events":2}"#,
        r#"{"type":"log","service":"assistant","time":"2026-11-21T14:03:04.124000000Z","severity":"WARN","event_name":"cache.miss","body":"key not\nfound","trace_id":"4bf92f3577b34da6a3ce929d0e0e4701","span_id":"0000000000000002","scope":"app","attributes":{"cache.key":"k 1"}}"#,
        r#"{"type":"metric","service":"assistant","name":"gen_ai.client.token.usage","unit":"{token}","scope":"app","kind":"histogram","points":[{"start":"2026-11-21T14:03:04.123000000Z","time":"2026-11-21T14:03:04.124000000Z","count":3,"sum":460.5,"min":1.0,"max":412.0,"bounds":[100.0,1000.0],"buckets":[2,1,0],"attributes":{"gen_ai.token.type":"input"}}]}"#,
        r#"{"type":"metric","service":"assistant","name":"gen_ai.client.token.usage","unit":"{token}","scope":"app","kind":"sum","points":[{"start":"2026-11-21T14:03:04.123000000Z","time":"2026-11-21T14:03:04.124000000Z","value":"NaN"}]}"#,
    ];
    assert_eq!(lines, expected);
    for line in lines {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(object.is_object());
    }
}
