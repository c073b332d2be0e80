//! Stores, and what is in them.

use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use spanwright_collector::store::{Append, Store, StoreConfig};
use spanwright_collector::wire::{Input, JsonRequest, Limits, Request, Signal, Unbounded, from_json};
use tempfile::TempDir;

/// 2026-01-01T00:00:00Z, in nanoseconds.
pub(crate) const NOW: u64 = 1_767_225_600_000_000_000;

/// A store in a folder that goes with it.
pub(crate) struct Stored {
    pub(crate) store: Arc<Store>,
    folder: TempDir,
}

/// A span of OTLP's JSON: fields beside ids and times may be given.
pub(crate) fn span(trace: u64, id: u64, parent: u64, name: &str, micros: Range<u64>, more: Value) -> Value {
    let mut span = json!({
        "traceId": format!("{trace:032x}"), "spanId": format!("{id:016x}"), "name": name,
        "startTimeUnixNano": (NOW + micros.start * 1000).to_string(),
        "endTimeUnixNano": (NOW + micros.end * 1000).to_string(),
    });
    if parent != 0 {
        span["parentSpanId"] = format!("{parent:016x}").into();
    }
    for (key, value) in more.as_object().unwrap() {
        span[key] = value.clone();
    }
    span
}

pub(crate) fn text(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

/// A `ResourceSpans` of a service.
pub(crate) fn of(service: &str, attributes: Value, spans: &[Value]) -> Value {
    let mut all = vec![text("service.name", service)];
    all.extend(attributes.as_array().unwrap().iter().cloned());
    json!({"resource": {"attributes": all}, "scopeSpans": [{"scope": {"name": "lib", "version": "1"}, "spans": spans}]})
}

impl Stored {
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(StoreConfig::new(folder.path())).unwrap());
        Self { store, folder }
    }

    pub(crate) fn with(resource_spans: &[Value]) -> Self {
        let json = json!({"resourceSpans": resource_spans}).to_string();
        let bytes = from_json(JsonRequest::Traces, Input::Whole(json.as_bytes()), &mut Unbounded).unwrap();
        let request = Request::read(Signal::Traces, bytes.into(), &Limits::default()).unwrap();
        assert_eq!(request.reason, None);
        let stored = Self::empty();
        let appended = stored.store.append(request);
        // On a thread of its own: the test is on a runtime's.
        let append = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(appended)
        };
        std::thread::spawn(append).join().unwrap().unwrap();
        stored
    }

    /// A trace in a block, in a file that has been written over.
    pub(crate) fn broken() -> Self {
        let spans: Vec<Value> = (1..=9000)
            .map(|id| span(1, id, 0, "lost", 0..1, json!({})))
            .collect();
        let stored = Self::with(&[of("shop", json!([]), &spans)]);
        while stored.store.inventory().unsealed >= 8192 {
            std::thread::sleep(Duration::from_millis(2));
        }
        for file in std::fs::read_dir(stored.folder.path()).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if name.ends_with(".sqlite") || name.ends_with(".sqlite-wal") {
                let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
                let begin = if name.ends_with("-wal") { 56 } else { 16384 };
                let rest = file.metadata().unwrap().len().saturating_sub(begin);
                file.write_all_at(&vec![0x55; rest as usize], begin).unwrap();
            }
        }
        stored
    }

    /// Two traces of a shop, one of them with an error.
    pub(crate) fn sample() -> Self {
        let error = json!({"kind": 3, "status": {"code": 2, "message": "no"}});
        Self::with(&[
            of(
                "shop",
                json!([text("host.name", "a")]),
                &[
                    span(
                        1,
                        1,
                        0,
                        "buy",
                        0..1000,
                        json!({"kind": 2, "attributes": [
                    text("persona", "noor"), {"key": "http.status_code", "value": {"intValue": "200"}}]}),
                    ),
                    span(1, 2, 1, "pay", 100..400, error),
                    span(2, 4, 0, "look", 5000..5500, json!({"kind": 2})),
                ],
            ),
            of(
                "bank",
                json!([text("host.name", "b")]),
                &[span(1, 3, 2, "book", 150..350, json!({"kind": 2}))],
            ),
        ])
    }
}
