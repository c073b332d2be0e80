//! Values, names and counts without measure: memory is bounded, what is left out is counted, and receivers can read it all.
//!
//! One process with one pipeline, whose memory is looked at: one test.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may")]

#[path = "otlp/mod.rs"]
mod otlp;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value as Is};
use opentelemetry_proto::tonic::trace::v1::Span;
use otlp::server::Server;
use prost::Message;
use spanwright::destination::{File, Otlp};
use spanwright::{Value, current, in_span};
use spanwright_tests::thresholds::HOSTILE_MEMORY;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

const MIB: usize = 1 << 20;

/// Peak memory of this process, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib * 1024
}

/// A value that holds itself so often, in arrays and maps by turns.
fn nested(depth: usize) -> Value {
    (0..depth).fold(Value::Int(7), |inner, at| match at % 2 {
        0 => Value::Array(vec![inner]),
        _ => Value::Map(vec![("inner".into(), inner)]),
    })
}

fn record_all() {
    // More than 4 bytes a character at most places, so that cuts fall inside of one.
    let huge = "𝄞é€x".repeat(MIB);
    assert_eq!(huge.len(), 10 * MIB);
    in_span("values", || {
        for at in 0..2000 {
            current().set(&format!("value.{at}"), huge.as_str());
        }
    });
    in_span("count", || {
        for at in 0..100_000 {
            current().set(&format!("key.{at}"), &at);
        }
    });
    in_span(&huge, || {
        current().set(&huge, "under an enormous key");
        current().event(&huge, |event| {
            event.set("note", huge.as_str()).set(&huge, &1);
        });
        current().error(&std::io::Error::other(huge.clone()));
    });
    in_span("events", || {
        for at in 0..10_000 {
            current().event("one of many", |event| {
                (0..200).for_each(|own| {
                    event.set(&format!("key.{own}"), &at);
                });
            });
        }
    });
    in_span("links", || {
        for _ in 0..1000 {
            let to = current().span_context();
            current().link(&to);
        }
    });
    in_span("kinds", || {
        let span = current();
        span.set("deep", &nested(1000));
        span.set("wide", &vec![1_u64; 1_000_000]);
        span.set("nan", &f64::NAN).set("infinite", &f64::INFINITY);
        span.set("least", &f64::NEG_INFINITY)
            .set("small", &f32::MIN_POSITIVE);
        span.set("floats", &vec![f64::NAN, f64::INFINITY, 1.5]);
        span.set("nul", "a\0b");
        span.set("bytes", &Value::Bytes(vec![0xff; MIB]));
        span.set("path", Path::new(OsStr::from_bytes(b"/tmp/\xff\xfe\x80.txt")));
        let fields: Vec<String> = (0..5000)
            .map(|at| format!("\"k{at}\": [1.5, \"é\\n\"]"))
            .collect();
        span.set("json", format!("{{{}}}", fields.join(", ")).as_str());
    });
}

fn texts(value: &AnyValue, depth: usize, visit: &mut impl FnMut(&str, usize)) {
    match value.value.as_ref() {
        Some(Is::StringValue(text)) => visit(text, depth),
        Some(Is::ArrayValue(array)) => array.values.iter().for_each(|item| texts(item, depth + 1, visit)),
        Some(Is::KvlistValue(list)) => {
            for KeyValue { key, value, .. } in &list.values {
                visit(key, depth);
                value.iter().for_each(|item| texts(item, depth + 1, visit));
            }
        }
        _ => {}
    }
}

fn text<'a>(span: &'a Span, key: &str) -> &'a str {
    match value(span, key) {
        Is::StringValue(text) => text,
        other => panic!("{key}: {other:?}"),
    }
}

fn value<'a>(span: &'a Span, key: &str) -> &'a Is {
    let found = span.attributes.iter().find(|own| own.key == key);
    let value = found.and_then(|own| own.value.as_ref()?.value.as_ref());
    value.unwrap_or_else(|| panic!("no {key}"))
}

fn assert_counted(spans: &BTreeMap<String, Span>) {
    let one = |name: &str| &spans[name];
    assert_eq!(
        (
            one("values").attributes.len(),
            one("values").dropped_attributes_count
        ),
        (128, 2000 - 128)
    );
    // Attributes are counted up to 65,535.
    assert_eq!(
        (
            one("count").attributes.len(),
            one("count").dropped_attributes_count
        ),
        (128, 65_535 - 128)
    );
    assert_eq!(
        (one("events").events.len(), one("events").dropped_events_count),
        (128, 10_000 - 128)
    );
    let event = &one("events").events[0];
    assert_eq!(
        (event.attributes.len(), event.dropped_attributes_count),
        (128, 200 - 128)
    );
    assert_eq!(
        (one("links").links.len(), one("links").dropped_links_count),
        (128, 1000 - 128)
    );
}

fn assert_kinds(span: &Span) {
    let double = |key: &str| match value(span, key) {
        Is::DoubleValue(number) => *number,
        other => panic!("{key}: {other:?}"),
    };
    assert!(double("nan").is_nan());
    assert_eq!(
        (double("infinite"), double("least")),
        (f64::INFINITY, f64::NEG_INFINITY)
    );
    assert_eq!(text(span, "nul"), "a\0b");
    assert!(
        text(span, "path").starts_with("/tmp/\u{fffd}"),
        "{}",
        text(span, "path")
    );
    let json = text(span, "json");
    assert!(
        json.chars().count() <= 4096 && json.len() > 3000,
        "{}",
        json.len()
    );
    serde_json::from_str::<serde_json::Value>(json).unwrap();
}

#[test]
fn what_has_no_measure_is_bounded_counted_and_readable() {
    let (server, folder) = (Server::ok(), tempfile::tempdir().unwrap());
    let file = folder.path().join("spans.jsonl");
    let guard = spanwright::builder("sizes")
        .destination(Otlp::http(&*server.url))
        .destination(File::append(&file).unwrap())
        .install_subscriber(false)
        .init()
        .unwrap();
    in_span("first", || ());
    assert!(guard.flush(Duration::from_secs(60)).complete);
    // What the test itself has meanwhile.
    let own = vec![1_u8; 30 * MIB];
    let before = peak();
    drop(own);
    // Again and again: nothing adds up.
    for _ in 0..3 {
        record_all();
    }
    let report = guard.flush(Duration::from_secs(120));
    let cost = peak() - before;
    assert!(report.complete && report.undelivered() == 0, "{report}");
    println!("{} KiB beyond what was there before", cost / 1024);
    assert!(cost <= HOSTILE_MEMORY, "{cost} bytes");

    let requests = server.requests();
    let decoded = requests.iter().map(|request| {
        // All strings are UTF-8, or this fails.
        ExportTraceServiceRequest::decode(&*request.body).unwrap()
    });
    let spans: Vec<Span> = decoded
        .flat_map(|request| request.resource_spans)
        .flat_map(|resource| resource.scope_spans)
        .flat_map(|scope| scope.spans)
        .collect();
    assert_eq!(spans.len(), 1 + 3 * 6);
    for span in &spans {
        assert!(span.name.len() <= 1024 && span.end_time_unix_nano >= span.start_time_unix_nano);
        let events = span.events.iter().flat_map(|event| &event.attributes);
        for attribute in span.attributes.iter().chain(events) {
            assert!(
                attribute.key.chars().count() <= 1024 + 30,
                "{}",
                attribute.key.len()
            );
            texts(attribute.value.as_ref().unwrap(), 0, &mut |text, depth| {
                assert!(text.chars().count() <= 4096 + 30, "{}", text.len());
                assert!(depth <= 16);
            });
        }
        assert!(span.events.iter().all(|event| event.name.len() <= 4 * 4096 + 30));
        let status = span.status.as_ref().map_or("", |status| &status.message);
        assert!(status.chars().count() <= 4096 + 30);
    }
    let by_name: BTreeMap<String, Span> = spans.into_iter().map(|span| (span.name.clone(), span)).collect();
    assert_counted(&by_name);
    assert_kinds(&by_name["kinds"]);

    let lines = std::fs::read_to_string(&file).unwrap();
    assert!(lines.lines().count() > 0);
    for line in lines.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
    let report = guard.shutdown(Duration::from_secs(60));
    assert_eq!(report.undelivered(), 0, "{report}");
}
