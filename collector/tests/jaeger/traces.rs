//! How the legacy API shows a trace.

use serde_json::{Value, json};

use crate::ask_of;
use crate::store::{Stored, of, span, text};

async fn shown(store: Stored, parameters: &str) -> Value {
    let answer = ask_of(store, &format!("/api/traces/1{parameters}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let mut json = answer.json();
    assert_eq!(json["data"].as_array().unwrap().len(), 1);
    json["data"][0].take()
}

/// The warnings of each span, by its name.
async fn warnings(spans: &[Value]) -> Value {
    let trace = shown(Stored::with(&[of("shop", json!([]), spans)]), "").await;
    let spans = trace["spans"].as_array().unwrap().iter();
    spans
        .map(|span| {
            (
                span["operationName"].as_str().unwrap().to_owned(),
                span["warnings"].clone(),
            )
        })
        .collect()
}

#[tokio::test]
async fn everything_a_span_has_is_there() {
    let more = json!({
        "kind": 2, "traceState": "a=b", "flags": 1, "status": {"code": 2, "message": "no"},
        "attributes": [
            {"key": "z.int", "value": {"intValue": "9007199254740991"}},
            {"key": "big", "value": {"intValue": "-9007199254740992"}},
            {"key": "double", "value": {"doubleValue": 0.5}},
            {"key": "nan", "value": {"doubleValue": "NaN"}},
            {"key": "bytes", "value": {"bytesValue": "AP8="}},
            {"key": "yes", "value": {"boolValue": true}},
            {"key": "none", "value": {}},
            {"key": "list", "value": {"arrayValue": {"values": [{"intValue": "1"}, {"stringValue": "<"}]}}},
            {"key": "peer.ipv4", "value": {"intValue": "2130706433"}},
            {"key": "telemetry.sdk.name", "value": {"stringValue": "otel"}},
        ],
        "events": [{"timeUnixNano": "1767225600000007999", "name": "cache.miss", "attributes": [text("b", "2"), text("a", "1")]}],
        "links": [
            {"traceId": format!("{:032x}", 7), "spanId": format!("{:016x}", 8)},
        ],
    });
    let store = || {
        let root = span(1, 5, 0, "root", 0..5000, json!({}));
        Stored::with(&[of(
            "shop",
            json!([text("z", "1"), text("a", "2")]),
            &[root, span(1, 6, 5, "pay", 2..5, more.clone())],
        )])
    };
    let trace = shown(store(), "").await;
    assert_eq!(trace["traceID"], "0000000000000001");
    assert_eq!(trace["warnings"], Value::Null);
    let tag = |key: &str, kind: &str, value: Value| json!({"key": key, "type": kind, "value": value});
    let string = |key: &str, value: &str| tag(key, "string", value.into());
    assert_eq!(
        trace["spans"][1],
        json!({
            "traceID": "0000000000000001", "spanID": "0000000000000006", "operationName": "pay",
            "references": [
                {"refType": "CHILD_OF", "traceID": "0000000000000001", "spanID": "0000000000000005"},
                {"refType": "FOLLOWS_FROM", "traceID": "0000000000000007", "spanID": "0000000000000008"},
            ],
            "startTime": 1_767_225_600_000_002_u64, "duration": 3,
            "tags": [
                tag("big", "int64", "-9007199254740992".into()),
                tag("bytes", "binary", "AP8=".into()),
                tag("double", "float64", 0.5.into()),
                tag("error", "bool", true.into()),
                string("list", "[1,\"\\u003c\"]"),
                tag("nan", "float64", "NaN".into()),
                string("none", ""),
                string("otel.scope.name", "lib"),
                string("otel.scope.version", "1"),
                string("otel.status_code", "ERROR"),
                string("otel.status_description", "no"),
                string("peer.ipv4", "127.0.0.1"),
                string("span.kind", "server"),
                string("w3c.tracestate", "a=b"),
                tag("yes", "bool", true.into()),
                tag("z.int", "int64", 9_007_199_254_740_991_u64.into()),
            ],
            "logs": [{"timestamp": 1_767_225_600_000_007_u64,
                "fields": [string("event", "cache.miss"), string("a", "1"), string("b", "2")]}],
            "processID": "p2",
            "warnings": null,
        })
    );
    assert_eq!(
        trace["processes"],
        json!({
            "p1": {"serviceName": "shop", "tags": [string("a", "2"), string("z", "1")]},
            "p2": {"serviceName": "shop", "tags": [string("a", "2"), string("telemetry.sdk.name", "otel"), string("z", "1")]},
        })
    );

    let raw = shown(store(), "?raw=true").await;
    let keys: Vec<&str> = raw["spans"][1]["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["key"].as_str().unwrap())
        .collect();
    assert_eq!(
        keys,
        [
            "otel.scope.name",
            "otel.scope.version",
            "z.int",
            "big",
            "double",
            "nan",
            "bytes",
            "yes",
            "none",
            "list",
            "peer.ipv4",
            "telemetry.sdk.name",
            "span.kind",
            "otel.status_code",
            "error",
            "otel.status_description",
            "w3c.tracestate",
        ]
    );
    assert_eq!(raw["spans"][1]["warnings"], Value::Null);
    assert_eq!(raw["spans"][1]["references"].as_array().unwrap().len(), 2);
    assert_eq!(
        raw["processes"]["p1"]["tags"],
        json!([string("z", "1"), string("a", "2")])
    );
    assert_eq!(raw["processes"].as_object().unwrap().len(), 1);
}

#[tokio::test]
async fn a_link_to_the_parent_may_change_its_kind_of_reference() {
    let link = |attributes: Value| {
        json!({"links": [
        {"traceId": format!("{:032x}", 3), "spanId": format!("{:016x}", 4)},
        {"traceId": format!("{:032x}", 1), "spanId": format!("{:016x}", 5), "attributes": attributes}]})
    };
    let spans = [
        span(1, 5, 0, "root", 0..5000, json!({})),
        span(1, 6, 5, "follows", 1..2, link(json!([]))),
        span(
            1,
            7,
            5,
            "child",
            2..3,
            link(json!([text("opentracing.ref_type", "child_of")])),
        ),
        span(1, 8, 0, "other root", 3..4, link(json!([]))),
    ];
    let trace = shown(Stored::with(&[of("shop", json!([]), &spans)]), "").await;
    let kinds = |at: usize| {
        let list = trace["spans"][at]["references"].as_array().unwrap().iter();
        list.map(|reference| {
            let span = reference["spanID"].as_str().unwrap();
            format!(
                "{} {}",
                reference["refType"].as_str().unwrap(),
                span.trim_start_matches('0')
            )
        })
        .collect::<Vec<_>>()
    };
    assert_eq!(kinds(0), [""; 0]);
    assert_eq!(kinds(1), ["FOLLOWS_FROM 5", "FOLLOWS_FROM 4"]);
    assert_eq!(kinds(2), ["CHILD_OF 5", "FOLLOWS_FROM 4"]);
    assert_eq!(kinds(3), ["FOLLOWS_FROM 5", "FOLLOWS_FROM 4"]);
}

#[tokio::test]
async fn what_cannot_be_right_is_warned_of() {
    let found = warnings(&[
        span(1, 1, 0, "root", 100..200, json!({})),
        span(1, 2, 1, "early", 50..100, json!({})),
        span(1, 3, 1, "long", 90..300, json!({})),
        span(1, 4, 1, "inside", 110..120, json!({})),
        span(1, 5, 99, "orphan", 110..120, json!({})),
        span(1, 4, 1, "twin", 130..140, json!({"kind": 1})),
        span(1, 7, 8, "round", 1..2, json!({})),
        span(1, 8, 7, "about", 3..4, json!({})),
    ])
    .await;
    let delta = |text: &str| {
        json!([format!(
            "clock skew adjustment disabled; not applying calculated delta of {text}"
        )])
    };
    assert_eq!(
        found,
        json!({
            "root": null, "early": delta("75µs"), "long": delta("10µs"), "inside": null,
            "orphan": ["parent span ID=0000000000000063 is not in the trace; skipping clock skew adjustment"],
            "twin": ["duplicate span IDs; skipping clock skew adjustment"],
            "round": null, "about": null,
        })
    );
}

#[tokio::test]
async fn a_server_that_shares_its_client_s_id_gets_its_own() {
    let trace = shown(
        Stored::with(&[
            of(
                "shop",
                json!([]),
                &[span(1, 5, 0, "call", 0..100, json!({"kind": 3}))],
            ),
            of(
                "bank",
                json!([]),
                &[
                    span(1, 5, 0, "serve", 10..90, json!({"kind": 2})),
                    span(1, 6, 5, "work", 20..30, json!({})),
                ],
            ),
        ]),
        "",
    )
    .await;
    let of = |at: usize| {
        let span = &trace["spans"][at];
        (
            span["spanID"].as_str().unwrap().to_owned(),
            span["references"][0]["spanID"].clone(),
        )
    };
    assert_eq!(of(0), ("0000000000000005".to_owned(), Value::Null));
    assert_eq!(of(1), ("0000000000000001".to_owned(), "0000000000000005".into()));
    assert_eq!(of(2), ("0000000000000006".to_owned(), "0000000000000001".into()));
}
