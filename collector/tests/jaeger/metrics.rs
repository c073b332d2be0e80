//! Rates, errors and durations.

use serde_json::{Value, json};

use crate::store::{NOW, Stored, of, span};
use crate::{ask, ask_of};

/// Ten servers' spans a minute apart, as the store counts by the minute, of 1 to 10 ms; the last two have an error.
fn store() -> Stored {
    let spans: Vec<Value> = (0..10)
        .map(|at| {
            let start = at * 60_000_000;
            let status = if at >= 8 { 2 } else { 0 };
            let name = if at == 0 { "first" } else { "serve" };
            let more = json!({"kind": 2, "status": {"code": status}});
            span(at + 1, 1, 0, name, start..start + (at + 1) * 1000, more)
        })
        .collect();
    Stored::with(&[
        of("shop", json!([]), &spans),
        of(
            "bank",
            json!([]),
            &[span(99, 1, 0, "x", 0..1, json!({"kind": 3}))],
        ),
    ])
}

async fn family(name: &str, parameters: &str) -> Value {
    let end = NOW / 1_000_000 + 600_000;
    let address = format!(
        "/api/metrics/{name}?service=shop&service=bank&endTs={end}&lookback=300000&step=300000&ratePer=300000&{parameters}"
    );
    let answer = ask_of(store(), &address).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

fn points(family: &Value, at: usize) -> Vec<(f64, &str)> {
    let points = family["metrics"][at]["metricPoints"].as_array().unwrap().iter();
    points
        .map(|point| {
            (
                point["gaugeValue"]["doubleValue"].as_f64().unwrap(),
                point["timestamp"].as_str().unwrap(),
            )
        })
        .collect()
}

#[tokio::test]
async fn calls_errors_and_latencies_are_those_of_the_spans() {
    let calls = family("calls", "").await;
    assert_eq!(calls["name"], "service_call_rate");
    assert_eq!(calls["type"], "GAUGE");
    assert_eq!(calls["help"], "calls/sec, grouped by service");
    assert_eq!(calls["metrics"].as_array().unwrap().len(), 1, "{calls}");
    assert_eq!(
        calls["metrics"][0]["labels"],
        json!([{"name": "service_name", "value": "shop"}])
    );
    let (first, last) = ("2026-01-01T00:05:00Z", "2026-01-01T00:10:00Z");
    assert_eq!(points(&calls, 0), [(5.0 / 300.0, first), (5.0 / 300.0, last)]);
    assert_eq!(
        points(&family("errors", "").await, 0),
        [(0.0, first), (0.4, last)]
    );
    let latencies = family("latencies", "quantile=0.8").await;
    assert_eq!(latencies["help"], "0.80th quantile latency, grouped by service");
    // The store counts durations in classes.
    for ((milliseconds, at), expected) in points(&latencies, 0).into_iter().zip([(4.0, first), (9.0, last)]) {
        assert!(
            (milliseconds / expected.0 - 1.0).abs() < 0.07,
            "{milliseconds} ms"
        );
        assert_eq!(at, expected.1);
    }
}

#[tokio::test]
async fn operations_and_kinds_are_told_apart() {
    let calls = family("calls", "groupByOperation=true").await;
    assert_eq!(calls["name"], "service_operation_call_rate");
    assert_eq!(calls["help"], "calls/sec, grouped by service & operation");
    assert_eq!(
        calls["metrics"][1]["labels"][1],
        json!({"name": "operation", "value": "serve"})
    );
    assert_eq!(points(&calls, 0), [(1.0 / 300.0, "2026-01-01T00:05:00Z")]);
    let clients = family("calls", "spanKind=client").await;
    assert_eq!(clients["metrics"][0]["labels"][0]["value"], "bank");
    assert_eq!(family("calls", "spanKind=producer").await["metrics"], json!([]));
}

#[tokio::test]
async fn errors_have_jaeger_s_words() {
    for (address, message) in [
        (
            "calls",
            "unable to parse param 'service': please provide at least one service name",
        ),
        (
            "latencies?service=a",
            "unable to parse param 'quantile': strconv.ParseFloat: parsing \"\": invalid syntax",
        ),
        (
            "errors?service=a&spanKind=SERVER",
            "unable to parse param 'spanKind': unsupported span kind: 'SERVER'",
        ),
        (
            "calls?service=a&step=x",
            "unable to parse param 'step': strconv.ParseInt: parsing \"x\": invalid syntax",
        ),
        (
            "calls?service=a&step=0",
            "unable to parse param 'step': it must be greater than 0",
        ),
        (
            "calls?service=a&step=1",
            "unable to parse param 'step': a series would have more than 11000 points",
        ),
    ] {
        let answer = ask(&format!("/api/metrics/{address}")).await;
        assert_eq!(
            (answer.status, &answer.json()["errors"][0]["msg"]),
            (400, &message.into()),
            "{address}"
        );
    }
    assert_eq!(ask("/api/metrics/minstep").await.json()["data"], 1);
}
