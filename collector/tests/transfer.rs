//! Import and export: every form of file, packed or not, with lines that cannot be read.
#![allow(clippy::unwrap_used, reason = "a test may")]

use std::io::{Cursor, Write};
use std::path::Path;

use serde_json::{Value, json};
use spanwright_collector::filter::Filter;
use spanwright_collector::generate::{Data, Generator};
use spanwright_collector::model::{Kind, Nanos, Span, StatusCode, Trace, Value as Attribute};
use spanwright_collector::store::{Append, Read, Search, SearchOrder, Store, StoreConfig};
use spanwright_collector::transfer::{Bad, ImportError, Imported, Source, Target, Watch, export, import};
use spanwright_collector::wire::{Limits, Request, Signal};

/// A store in a folder of its own.
struct Here {
    store: Store,
    folder: tempfile::TempDir,
}

impl Here {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreConfig::new(folder.path())).unwrap();
        Self { store, folder }
    }

    /// Reads a file; gives what was imported, and what could not be.
    async fn import(&self, file: impl Into<Vec<u8>>) -> (Result<Imported, ImportError>, Vec<String>) {
        let target = Target::store(self.store.clone());
        let source = Source::new(Cursor::new(file.into()), None).unwrap();
        let mut heard = Heard::default();
        let imported = import(source, &target, &mut heard).await;
        (imported, heard.0)
    }

    fn traces(&self) -> Vec<Trace> {
        let search = Search {
            filter: Filter::everything(),
            time: 0..Nanos::MAX,
            order: SearchOrder::Latest,
            limit: 1_000_000,
        };
        let mut traces: Vec<Trace> = self
            .store
            .search(&search)
            .unwrap()
            .hits
            .iter()
            .map(|hit| self.store.trace(hit.trace_id).unwrap().unwrap())
            .collect();
        traces.sort_by_key(|trace| trace.id);
        traces
    }

    fn spans(&self) -> Vec<Span> {
        self.traces().into_iter().flat_map(|trace| trace.spans).collect()
    }

    fn export(&self, name: &str) -> Vec<u8> {
        let path = self.folder.path().join(name);
        let exported = export(&self.store, Filter::everything(), &path, &mut |_, _| {}).unwrap();
        assert_eq!(exported.traces as usize, self.traces().len());
        assert!(!self.folder.path().join(format!("{name}.part")).exists());
        std::fs::read(path).unwrap()
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        self.store.close();
    }
}

#[derive(Default)]
struct Heard(Vec<String>);

impl Watch for Heard {
    fn read(&mut self, _: u64) {}

    fn bad(&mut self, bad: &Bad) {
        self.0.push(bad.to_string());
    }
}

fn line(trace: u64, name: &str) -> String {
    json!({"resourceSpans": [{"scopeSpans": [{"spans": [
        {"traceId": format!("{trace:032x}"), "spanId": format!("{:016x}", 1), "name": name, "startTimeUnixNano": "1000", "endTimeUnixNano": "2000"}
    ]}]}]})
    .to_string()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

/// A few hundred generated traces, and a trace with logs.
async fn filled() -> Here {
    let here = Here::new();
    let mut generator = Generator::new(3, Data::Rich, 100, 1_700_000_000_000_000_000);
    for _ in 0..3 {
        let request = Request::read(Signal::Traces, generator.request().0, &Limits::default()).unwrap();
        here.store.append(request).await.unwrap();
    }
    let log = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [
        {"traceId": format!("{:032x}", 7), "spanId": format!("{:016x}", 1), "timeUnixNano": "1500", "body": {"stringValue": "hello"}}]}]}]});
    let (imported, bad) = here.import(format!("{}\n{log}\n", line(7, "logged"))).await;
    assert_eq!(bad, [""; 0]);
    assert_eq!(
        imported.unwrap(),
        Imported {
            spans: 1,
            logs: 1,
            ..Imported::default()
        }
    );
    here
}

#[tokio::test]
async fn what_is_exported_is_imported_as_it_was() {
    let from = filled().await;
    let plain = from.export("all.jsonl");
    let packed = from.export("all.jsonl.zst");
    assert!(packed.len() * 4 < plain.len());
    assert_eq!(zstd::decode_all(packed.as_slice()).unwrap(), plain);
    let gzipped = from.export("all.jsonl.gz");
    assert!(gzipped.starts_with(&[0x1f, 0x8b]) && gzipped.len() * 3 < plain.len());
    for file in [plain.clone(), packed, gzipped, gzip(&plain)] {
        let to = Here::new();
        let (imported, bad) = to.import(file).await;
        assert!(imported.unwrap().is_whole() && bad.is_empty());
        assert_eq!(to.spans(), from.spans());
        assert_eq!(to.traces()[0].logs, from.traces()[0].logs);
    }
}

/// As a span that comes twice is one span, a log record that comes twice, the same in all it holds, is one record.
#[tokio::test]
async fn what_is_imported_twice_is_there_once() {
    let from = filled().await;
    let record = |body: &str| {
        json!({"traceId": format!("{:032x}", 7), "spanId": format!("{:016x}", 1), "timeUnixNano": "1500",
            "body": {"stringValue": body}})
    };
    let records = [record("hello"), record("hello again"), record("hello")];
    let more = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]});
    assert!(from.import(more.to_string()).await.0.unwrap().is_whole());
    let bodies = |here: &Here| {
        let logs = here.traces()[0].logs.clone();
        logs.into_iter().map(|log| log.body).collect::<Vec<_>>()
    };
    let expected = ["hello", "hello again"].map(|body| Attribute::Text(body.to_owned()));
    assert_eq!(bodies(&from), expected);
    let to = Here::new();
    let file = from.export("all.jsonl");
    for _ in 0..2 {
        assert!(to.import(file.clone()).await.0.unwrap().is_whole());
        assert_eq!(bodies(&to), expected);
    }
    assert_eq!(to.spans(), from.spans());
}

#[tokio::test]
async fn bad_lines_are_named_and_the_others_are_read() {
    let here = Here::new();
    let half = line(2, "half").replace("]}]}]}", ",{\"traceId\": \"00\", \"spanId\": \"01\"}]}]}]}");
    let file = format!(
        "nonsense\n{}\n\n{{\"resourceSpans\": [\n{{\"other\": 1}}\n{half}\n{}",
        line(1, "a"),
        line(3, "c")
    );
    let (imported, bad) = here.import(file).await;
    let imported = imported.unwrap();
    assert_eq!((imported.spans, imported.bad, imported.left_out), (3, 4, 1));
    assert!(!imported.is_whole());
    let places: Vec<&str> = bad.iter().map(|bad| bad.split_once(':').unwrap().0).collect();
    assert_eq!(places, ["line 1", "line 4", "line 5", "line 6"]);
    assert_eq!(
        here.spans()
            .iter()
            .map(|span| span.name.as_str())
            .collect::<Vec<_>>(),
        ["a", "half", "c"]
    );
}

#[tokio::test]
async fn a_document_with_an_indent_and_a_very_large_trace_are_read() {
    let here = Here::new();
    let pretty =
        serde_json::to_string_pretty(&serde_json::from_str::<Value>(&line(1, "pretty")).unwrap()).unwrap();
    assert!(here.import(pretty).await.0.unwrap().is_whole());
    let spans: Vec<Value> = (1..=60_000)
        .map(|id| json!({"traceId": format!("{:032x}", 2), "spanId": format!("{id:016x}"), "name": "many"}))
        .collect();
    let large = json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).to_string();
    assert_eq!(here.import(large).await.0.unwrap().spans, 60_000);
    assert_eq!(here.spans().len(), 60_001);
}

#[tokio::test]
async fn other_files_are_refused_and_empty_ones_hold_nothing() {
    let here = Here::new();
    assert_eq!(here.import("\n \n").await.0.unwrap(), Imported::default());
    let error = here.import("<html>\n</html>").await.0.unwrap_err();
    assert!(error.to_string().contains("<html>"), "{error}");
    assert!(Source::open(Path::new("/nowhere/at/all")).is_err());
}

#[tokio::test]
async fn jaeger_s_traces_are_read() {
    let tag = |key: &str, kind: &str, value: Value| json!({"key": key, "type": kind, "value": value});
    let span = json!({
        "traceID": "a1", "spanID": "2", "operationName": "buy", "startTime": 1_700_000_000_000_001_u64, "duration": 5, "flags": 1,
        "references": [
            {"refType": "FOLLOWS_FROM", "traceID": "b2", "spanID": "3"},
            {"refType": "CHILD_OF", "traceID": "a1", "spanID": "1"}],
        "tags": [
            tag("span.kind", "string", "server".into()), tag("otel.status_code", "string", "ERROR".into()), tag("error", "bool", true.into()),
            tag("otel.status_description", "string", "no".into()), tag("otel.scope.name", "string", "lib".into()),
            tag("big", "int64", "9007199254740993".into()), tag("nan", "float64", "NaN".into()), tag("raw", "binary", "AP8=".into())],
        "logs": [{"timestamp": 1_700_000_000_000_002_u64, "fields": [tag("event", "string", "e".into()), tag("n", "int64", 1.into())]}],
        "processID": "p1", "warnings": null});
    let trace = |span: Value| json!({"traceID": "a1", "spans": [span], "processes": {"p1": {"serviceName": "shop", "tags": [tag("zone", "string", "z".into())]}}});
    let bad = json!({"traceID": "a1", "spans": [{"traceID": "x"}]});
    let other =
        json!({"traceID": "a1", "spanID": "9", "operationName": "no process", "startTime": 1, "duration": 1});
    let file = json!({"data": [trace(span), bad, trace(other)], "total": 0, "errors": null});
    for file in [file.to_string(), serde_json::to_string_pretty(&file).unwrap()] {
        let here = Here::new();
        let (imported, bad) = here.import(file).await;
        assert_eq!((imported.as_ref().unwrap().spans, imported.unwrap().bad), (1, 2));
        assert!(
            bad[0].starts_with("trace 2: ") && bad[1].contains("trace 3: span 9: there is no process"),
            "{bad:?}"
        );
        let span = here.spans().remove(0);
        assert_eq!(
            (span.service(), span.name.as_str(), span.kind, span.flags),
            ("shop", "buy", Kind::Server, 1)
        );
        assert_eq!(
            (
                span.status.code,
                span.status.message.as_str(),
                span.scope.name.as_str()
            ),
            (StatusCode::Error, "no", "lib")
        );
        assert_eq!(
            (span.start, span.end),
            (1_700_000_000_000_001_000, 1_700_000_000_000_006_000)
        );
        assert_eq!(span.parent_id.unwrap().to_string(), "0000000000000001");
        assert_eq!(span.links[0].trace_id.to_string(), format!("{:0>32}", "b2"));
        assert_eq!(
            format!("{:?}", span.attributes),
            r#"[("big", Int(9007199254740993)), ("nan", Double(NaN)), ("raw", Bytes([0, 255]))]"#
        );
        assert_eq!(
            (span.events[0].name.as_str(), span.events[0].attributes.len()),
            ("e", 1)
        );
    }
}

/// What our own API shows as Jaeger would is read back, but for what Jaeger's JSON has no room for.
#[tokio::test]
async fn what_the_legacy_api_answers_is_read_back() {
    use http_body_util::BodyExt;
    use tower_service::Service;
    let from = filled().await;
    let mut api = spanwright_collector::jaeger::router(std::sync::Arc::new(from.store.clone()));
    let request = http::Request::get("/api/traces?service=gateway&start=1&limit=5&raw=true");
    let answer = api
        .call(request.body(axum::body::Body::empty()).unwrap())
        .await
        .unwrap();
    let file = answer.into_body().collect().await.unwrap().to_bytes();
    let to = Here::new();
    assert!(to.import(file).await.0.unwrap().is_whole());
    let traces = to.traces();
    assert_eq!(traces.len(), 5);
    for trace in traces {
        let original = from.store.trace(trace.id).unwrap().unwrap();
        let key = |span: &Span| {
            let mut span = span.clone();
            span.flags = 0;
            span.trace_state.clear();
            (span.start, span.end) = (span.start / 1000, span.duration() / 1000);
            span.events.iter_mut().for_each(|event| event.time /= 1000);
            format!("{span:?}")
        };
        let sorted = |trace: &Trace| {
            let mut keys: Vec<String> = trace.spans.iter().map(key).collect();
            keys.sort_unstable();
            keys
        };
        assert_eq!(sorted(&trace), sorted(&original));
    }
}

#[tokio::test]
async fn a_collector_takes_what_is_imported_over_http() {
    use spanwright_collector::service::{Service, ServiceConfig};
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(ServiceConfig::new(folder.path()).any_ports())
        .await
        .unwrap();
    let target = Target::collector(&format!("http://{}/", service.addresses().otlp_http));
    let from = filled().await;
    let file = from.export("all.zst");
    let mut heard = Heard::default();
    let imported = import(Source::new(Cursor::new(file), None).unwrap(), &target, &mut heard)
        .await
        .unwrap();
    assert_eq!((imported.spans as usize, imported.logs), (from.spans().len(), 1));
    for trace in from.traces() {
        assert_eq!(service.store().trace(trace.id).unwrap().unwrap(), trace);
    }
    let store = service.store().clone();
    let forgotten = tokio::task::spawn_blocking(move || store.delete_kept());
    assert_eq!(forgotten.await.unwrap(), Ok(imported.spans));
    assert_eq!(service.store().services().unwrap(), [""; 0]);
    assert!(service.stop(std::time::Duration::from_secs(5)).await);
    let source = Source::new(Cursor::new(line(1, "late").into_bytes()), None).unwrap();
    let error = import(source, &target, &mut heard).await.unwrap_err();
    assert!(error.to_string().contains("does not answer"), "{error}");
}
