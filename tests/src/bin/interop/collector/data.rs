//! Traces with everything that a span can have, and much that it should not.

use serde_json::{Value, json};
use spanwright_collector::generate::{Data as Attributes, Generator};
use spanwright_collector::model::now;
use std::ops::Range;

/// What is sent, and what questions need to know of it.
pub(super) struct Data {
    /// Content types and bodies, in the order of the traces' start.
    pub(super) requests: Vec<(&'static str, Vec<u8>)>,
    /// Ids of traces whose answers must be alike.
    pub(super) traces: Vec<String>,
    /// When the first one began, in nanoseconds.
    pub(super) start: u64,
    pub(super) services: Vec<&'static str>,
}

/// Traces of one span each, from which searches choose.
pub(super) const SIMPLE: u64 = 40;
const SECOND: u64 = 1_000_000_000;
/// A trace with a number that JSON has not.
pub(super) const NAN: &str = "0000000000000000000000000000f001";
/// A trace with a span that ends when it begins.
pub(super) const INSTANT: &str = "0000000000000000000000000000f002";
/// A trace of a service without a name.
pub(super) const NAMELESS: &str = "0000000000000000000000000000f003";
/// A trace whose root has a link to a span of the same trace.
pub(super) const LINKED: &str = "0000000000000000000000000000f004";

impl Data {
    pub(super) fn new() -> Self {
        // On a microsecond: what is below is cut off by Jaeger's JSON.
        let start = now() / SECOND * SECOND - 600 * SECOND;
        let mut data = Self {
            requests: Vec::new(),
            traces: Vec::new(),
            start,
            services: vec![
                "shop",
                "bank",
                "stock",
                "Grüße/+ &?",
                "simple-0",
                "simple-1",
                "none",
            ],
        };
        data.add("00000000000000000000000000000a01", &everything(start));
        data.add("0000000000000000000000000000ab02", &shared_ids(start + SECOND));
        data.add("4bf92f3577b34da6a3ce929d0e0e4736", &wrong(start + 2 * SECOND));
        data.add("000000000000000000000000000c0de4", &late(start + 3 * SECOND, 1));
        data.send(&late(start + 3 * SECOND, 2));
        for number in 0..SIMPLE {
            data.add(
                &format!("5{number:031x}"),
                &simple(number, start + (10 + number) * SECOND),
            );
        }
        for special in [nan(start), instant(start), nameless(start), linked(start)] {
            data.send(&special);
        }
        // Ten spans make a trace.
        let mut generator = Generator::new(7, Attributes::Rich, 10, start + 100 * SECOND).step(SECOND);
        for _ in 0..10 {
            data.requests
                .push(("application/x-protobuf", generator.request().0.to_vec()));
        }
        data
    }

    fn add(&mut self, trace: &str, request: &Value) {
        self.traces.push(trace.to_owned());
        self.send(request);
    }

    fn send(&mut self, request: &Value) {
        self.requests
            .push(("application/json", request.to_string().into_bytes()));
    }
}

/// A span: fields besides those that each has.
fn span(trace: &str, id: u64, parent: u64, name: &str, nanos: Range<u64>, more: Value) -> Value {
    let mut span = json!({
        "traceId": trace, "spanId": format!("{id:016x}"), "name": name, "kind": 1,
        "startTimeUnixNano": nanos.start.to_string(), "endTimeUnixNano": nanos.end.to_string(),
    });
    if parent != 0 {
        span["parentSpanId"] = format!("{parent:016x}").into();
    }
    if let Value::Object(more) = more {
        for (key, value) in more {
            span[key] = value;
        }
    }
    span
}

pub(super) fn text(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

fn resource(service: &str, more: &[Value], spans: &[Value]) -> Value {
    let mut attributes = vec![text("service.name", service)];
    attributes.extend_from_slice(more);
    json!({"resource": {"attributes": attributes}, "scopeSpans": [
        {"scope": {"name": "lib", "version": "1.2"}, "spans": spans}]})
}

fn request(resources: &[Value]) -> Value {
    json!({"resourceSpans": resources})
}

/// One span with all that OTLP has, and its callee.
pub(super) fn everything(start: u64) -> Value {
    let trace = "00000000000000000000000000000a01";
    let rich = json!({
        "kind": 2, "traceState": "vendor=value,other=1", "flags": 257,
        "status": {"code": 2, "message": "ran out of <stock> & time"},
        "attributes": [
            text("z", "last"), text("a", "first"), text("html", "<script>alert('&')</script>"), text("unicode", "Grüße 🦀\u{2028}"),
            text("empty", ""), {"key": "no", "value": {"boolValue": false}}, {"key": "yes", "value": {"boolValue": true}},
            {"key": "zero", "value": {"intValue": "0"}}, {"key": "int", "value": {"intValue": "-7"}},
            {"key": "safe", "value": {"intValue": "9007199254740991"}}, {"key": "unsafe", "value": {"intValue": "9007199254740992"}},
            {"key": "least", "value": {"intValue": "-9223372036854775808"}},
            {"key": "half", "value": {"doubleValue": 0.5}}, {"key": "whole", "value": {"doubleValue": 3.0}},
            {"key": "huge", "value": {"doubleValue": 1.5e300}}, {"key": "tiny", "value": {"doubleValue": -2.5e-9}},
            {"key": "bytes", "value": {"bytesValue": "AAH/gA=="}},
            {"key": "list", "value": {"arrayValue": {"values": [{"stringValue": "a<b"}, {"intValue": "1"}, {"doubleValue": 1e21},
                {"doubleValue": 1e-7}, {"boolValue": true}, {"arrayValue": {"values": [{"intValue": "2"}]}}]}}},
            {"key": "map", "value": {"kvlistValue": {"values": [text("k2", "\"q\"\n"), {"key": "k1", "value": {"bytesValue": "/w=="}}]}}},
            {"key": "nothing", "value": {}},
            {"key": "peer.ipv4", "value": {"intValue": "3232235777"}}, text("telemetry.sdk.language", "rust"),
        ],
        "droppedAttributesCount": 3, "droppedEventsCount": 2, "droppedLinksCount": 1,
        "events": [
            {"timeUnixNano": (start + 2_000_000).to_string(), "name": "one", "attributes": [text("y", "2"), text("x", "1")], "droppedAttributesCount": 1},
            {"timeUnixNano": (start + 3_000_999).to_string(), "name": "two", "attributes": [text("event", "its own name")]},
            {"timeUnixNano": (start + 4_000_000).to_string(), "name": "", "attributes": [{"key": "n", "value": {"intValue": "5"}}]},
        ],
        "links": [
            {"traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "spanId": "00000000000000aa", "traceState": "l=1", "flags": 1,
                "attributes": [text("why", "batch")]},
            {"traceId": "0000000000000000000000000000ab02", "spanId": "00000000000000bb",
                "attributes": [text("opentracing.ref_type", "child_of")]},
        ],
    });
    let root = span(trace, 1, 0, "root", start..start + 50_000_000, json!({}));
    let of_shop = [
        text("host.name", "host-a"),
        text("a.first", "yes"),
        json!({"key": "process.pid", "value": {"intValue": "42"}}),
    ];
    request(&[
        resource(
            "shop",
            &of_shop,
            &[
                root,
                span(trace, 2, 1, "buy", start + 1_000_000..start + 40_000_000, rich),
            ],
        ),
        resource(
            "bank",
            &[],
            &[span(
                trace,
                3,
                2,
                "pay",
                start + 5_000_000..start + 9_000_000,
                json!({"kind": 2, "status": {"code": 1}}),
            )],
        ),
    ])
}

/// Zipkin's: a client and its server have one id, and a span below them.
fn shared_ids(start: u64) -> Value {
    let trace = "0000000000000000000000000000ab02";
    request(&[
        resource(
            "shop",
            &[],
            &[span(
                trace,
                10,
                0,
                "call",
                start..start + 10_000_000,
                json!({"kind": 3}),
            )],
        ),
        resource(
            "bank",
            &[],
            &[
                span(
                    trace,
                    10,
                    0,
                    "serve",
                    start + 1_000_000..start + 9_000_000,
                    json!({"kind": 2}),
                ),
                span(
                    trace,
                    11,
                    10,
                    "work",
                    start + 2_000_000..start + 3_000_000,
                    json!({}),
                ),
            ],
        ),
    ])
}

/// Parents that are not there, that lead round, that are twice; clocks that disagree.
fn wrong(start: u64) -> Value {
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let at = |from: u64, to: u64| start + from * 1_000_000..start + to * 1_000_000;
    request(&[
        resource(
            "shop",
            &[],
            &[
                span(trace, 1, 0, "root", at(10, 110), json!({})),
                span(trace, 2, 99, "orphan", at(12, 13), json!({})),
                span(trace, 3, 1, "early", at(1, 5), json!({})),
                span(trace, 4, 1, "late", at(109, 116), json!({})),
                span(trace, 5, 1, "long before", at(2, 500), json!({})),
                span(trace, 6, 3, "within early", at(2, 3), json!({})),
                span(trace, 7, 8, "round", at(20, 30), json!({})),
                span(trace, 8, 7, "about", at(20, 30), json!({})),
            ],
        ),
        resource(
            "Grüße/+ &?",
            &[],
            &[span(trace, 9, 1, "GET /a?b=<c>", at(20, 30), json!({"kind": 2}))],
        ),
    ])
}

/// A trace that comes in two requests.
fn late(start: u64, part: u64) -> Value {
    let trace = "000000000000000000000000000c0de4";
    let spans = match part {
        1 => span(
            trace,
            1,
            0,
            "first",
            start..start + 10_000_000,
            json!({"kind": 3}),
        ),
        _ => span(
            trace,
            2,
            1,
            "second",
            start + 1_000_000..start + 2_000_000,
            json!({"kind": 2}),
        ),
    };
    request(&[resource(if part == 1 { "shop" } else { "stock" }, &[], &[spans])])
}

/// A span to be found, or not.
fn simple(number: u64, start: u64) -> Value {
    let trace = format!("5{number:031x}");
    let code = number % 3;
    let more = json!({
        "kind": 1 + number % 5, "status": {"code": code},
        "attributes": [
            {"key": "number", "value": {"intValue": number.to_string()}}, text("parity", if number.is_multiple_of(2) { "even" } else { "odd" }),
            {"key": "big", "value": {"boolValue": number > 20}}, {"key": "ratio", "value": {"doubleValue": number as f64 / 4.0}},
        ],
        "events": [{"timeUnixNano": start.to_string(), "name": "e", "attributes": [text("in.event", &format!("e{}", number % 4))]}],
    });
    let name = format!("operation-{}", number % 4);
    let service = format!("simple-{}", number % 2);
    let took = (number + 1) * 1_000_000;
    request(&[resource(
        &service,
        &[text("zone", &format!("z{}", number % 5))],
        &[span(&trace, 1, 0, &name, start..start + took, more)],
    )])
}

fn nan(start: u64) -> Value {
    let more = json!({"attributes": [{"key": "n", "value": {"doubleValue": "NaN"}}]});
    request(&[resource(
        "odd",
        &[],
        &[span(NAN, 1, 0, "nan", start..start + 1_000_000, more)],
    )])
}

fn instant(start: u64) -> Value {
    request(&[resource(
        "odd",
        &[],
        &[span(INSTANT, 1, 0, "instant", start..start, json!({}))],
    )])
}

fn nameless(start: u64) -> Value {
    let span = span(NAMELESS, 1, 0, "nameless", start..start + 1_000_000, json!({}));
    request(&[
        json!({"resource": {"attributes": [text("host.name", "h")]}, "scopeSpans": [{"spans": [span]}]}),
    ])
}

fn linked(start: u64) -> Value {
    let link = json!({"links": [{"traceId": LINKED, "spanId": "0000000000000001"}]});
    request(&[resource(
        "odd",
        &[],
        &[
            span(LINKED, 1, 0, "root", start..start + 1_000_000, json!({})),
            span(
                LINKED,
                2,
                0,
                "other root",
                start + 2_000_000..start + 3_000_000,
                link,
            ),
        ],
    )])
}
