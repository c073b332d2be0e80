//! What the environment says is done, from the variable to the destination. Each case is a process of its own.

use serde_json::Value;
use spanwright_tests::variables::configures_telemetry;
use std::collections::BTreeMap;
use std::process::Command;

struct Ran {
    stderr: String,
    spans: Vec<Value>,
    logs: Vec<Value>,
    metrics: Vec<Value>,
    resource: Value,
}

fn run(variables: &[(&str, &str)]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("records.jsonl");
    let mut command = Command::new(env!("CARGO_BIN_EXE_scenario"));
    for (name, _) in std::env::vars().filter(|(name, _)| configures_telemetry(name)) {
        command.env_remove(name);
    }
    let output = command
        .arg("rich")
        .arg(&file)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    let mut ran = Ran {
        stderr,
        spans: vec![],
        logs: vec![],
        metrics: vec![],
        resource: Value::Null,
    };
    for line in std::fs::read_to_string(&file).unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        for (outer, middle, inner, into) in [
            ("resourceSpans", "scopeSpans", "spans", &mut ran.spans),
            ("resourceLogs", "scopeLogs", "logRecords", &mut ran.logs),
            ("resourceMetrics", "scopeMetrics", "metrics", &mut ran.metrics),
        ] {
            for resource in line[outer].as_array().into_iter().flatten() {
                ran.resource = resource["resource"].clone();
                for scope in resource[middle].as_array().into_iter().flatten() {
                    into.extend(scope[inner].as_array().into_iter().flatten().cloned());
                }
            }
        }
    }
    ran
}

fn attributes(of: &Value) -> BTreeMap<String, Value> {
    let pairs = of["attributes"].as_array().cloned().unwrap_or_default();
    pairs
        .into_iter()
        .map(|pair| {
            let value = pair["value"]
                .as_object()
                .unwrap()
                .values()
                .next()
                .cloned()
                .unwrap_or(Value::Null);
            (pair["key"].as_str().unwrap().to_owned(), value)
        })
        .collect()
}

impl Ran {
    #[track_caller]
    fn span(&self, name: &str) -> (Value, BTreeMap<String, Value>) {
        let names: Vec<_> = self.spans.iter().map(|span| &span["name"]).collect();
        let found = self.spans.iter().rev().find(|span| span["name"] == name);
        let span = found.unwrap_or_else(|| panic!("no {name} in {names:?}")).clone();
        let attributes = attributes(&span);
        (span, attributes)
    }
}

#[test]
fn with_nothing_set() {
    let ran = run(&[]);
    assert_eq!(ran.stderr, "");
    assert_eq!(ran.spans.len(), 5, "the hook drops one");
    let (request, set) = ran.span("request");
    assert_eq!(set["password"], "[REDACTED]");
    assert_eq!(set["seen.by"], "hook");
    assert_eq!(set["headers"]["values"][0]["stringValue"], "traceparent");
    assert_eq!(
        set["long"].as_str().unwrap(),
        format!("{}…(+904 chars)", "x".repeat(4096))
    );
    assert!(
        request
            .get("status")
            .is_none_or(|status| status.get("code").is_none())
    );
    let (fetch, set) = ran.span("fetch");
    assert_eq!(
        (set["shelf"].as_str(), fetch["events"][0]["name"].as_str()),
        (Some("0"), Some("exception"))
    );
    assert_eq!(fetch["status"]["message"], "the shelf 0 is empty");
    assert!(ran.logs.is_empty());
    let resource = attributes(&ran.resource);
    assert_eq!(
        (&resource["service.name"], &resource["service.version"]),
        (&"scenario".into(), &"1.2.3".into())
    );
    assert_eq!(resource["telemetry.sdk.name"], "spanwright");
    assert!(resource.contains_key("host.name") && resource.contains_key("process.pid"));
}

#[test]
fn previews_and_statements_are_cut_on_characters_after_redaction() {
    let ran = run(&[("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "SPAN_ONLY")]);
    let (_, set) = ran.span("chat stub-mini");
    assert_eq!(set["spanwright.prompt_length"], "300");
    let preview = set["spanwright.prompt_preview"].as_str().unwrap();
    assert_eq!(preview, format!("{}…(+100 chars)", "é".repeat(200)));
    let query = ran
        .spans
        .iter()
        .map(attributes)
        .find_map(|set| set.get("db.query.text").cloned())
        .unwrap();
    let query = query.as_str().unwrap();
    assert!(!query.contains("private") && query.contains("note = ?"));
    assert_eq!(query.split('…').next().unwrap().chars().count(), 500);
    // Without the variable the length is there, and the text is not.
    let (_, set) = run(&[]).span("chat stub-mini");
    assert_eq!(set["spanwright.prompt_length"], "300");
    assert!(!set.contains_key("spanwright.prompt_preview"));
}

#[test]
fn metrics_come_from_the_sites_that_ask() {
    let ran = run(&[]);
    let names: Vec<_> = ran
        .metrics
        .iter()
        .map(|metric| metric["name"].as_str().unwrap())
        .collect();
    assert!(
        names.contains(&"spanwright.span.duration") && names.contains(&"gen_ai.client.operation.duration"),
        "{names:?}"
    );
    let duration = ran
        .metrics
        .iter()
        .rfind(|metric| metric["name"] == "spanwright.span.duration")
        .unwrap();
    let points = duration["histogram"]["dataPoints"].as_array().unwrap();
    let outcomes: Vec<_> = points
        .iter()
        .map(|point| attributes(point)["spanwright.outcome"].clone())
        .collect();
    assert!(
        outcomes.contains(&"ok".into()) && outcomes.contains(&"error".into()),
        "{outcomes:?}"
    );
}

#[test]
fn exceptions_as_logs() {
    for (choice, events, logs) in [("logs", 0, 1), ("logs/dup", 1, 1)] {
        let ran = run(&[("OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN", choice)]);
        let (fetch, _) = ran.span("fetch");
        assert_eq!(fetch["events"].as_array().map_or(0, Vec::len), events, "{choice}");
        assert_eq!(ran.logs.len(), logs, "{choice}");
        let set = attributes(&ran.logs[0]);
        assert_eq!(set["exception.message"], "the shelf 0 is empty");
        assert_eq!(ran.logs[0]["spanId"], fetch["spanId"]);
        assert_eq!(
            (&ran.logs[0]["eventName"], &ran.logs[0]["severityText"]),
            (&"exception".into(), &"ERROR".into())
        );
    }
}

#[test]
fn content_as_logs() {
    let ran = run(&[("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "EVENT_ONLY")]);
    assert_eq!(ran.logs.len(), 1);
    assert_eq!(
        ran.logs[0]["eventName"],
        "gen_ai.client.inference.operation.details"
    );
    assert!(
        !ran.span("chat stub-mini")
            .1
            .contains_key("spanwright.prompt_preview")
    );
}

#[test]
fn sampled_out_and_disabled() {
    for variable in [
        ("OTEL_TRACES_SAMPLER", "always_off"),
        ("OTEL_SDK_DISABLED", "true"),
        ("TRACE_SAMPLING_RATE", "0"),
    ] {
        let ran = run(&[variable]);
        assert!(ran.spans.is_empty(), "{variable:?}");
    }
}

#[test]
fn limits_and_filters() {
    let ran = run(&[
        ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "10"),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "2"),
        ("SPANWRIGHT_TRACE", "scenario=off,info"),
    ]);
    // `in_span` is the library's own site; the program's sites are off.
    assert_eq!(ran.spans.len(), 1);
    let (request, set) = ran.span("request");
    assert_eq!(set.len(), 2);
    assert!(request["droppedAttributesCount"].as_u64().unwrap() >= 1);
    assert_eq!(set["long"].as_str().unwrap(), "xxxxxxxxxx…(+4990 chars)");
}

#[test]
fn legacy_names() {
    let ran = run(&[("SPANWRIGHT_LEGACY_NAMES", "true")]);
    let (call, set) = ran.span("llm.call");
    assert_eq!(
        (&set["llm.model"], &set["llm.prompt_length"]),
        (&"stub-mini".into(), &"300".into())
    );
    assert_eq!(call["status"]["code"], 1);
    let (_, set) = ran.span("db.sqlite.SELECT");
    assert_eq!(set["db.system"], "sqlite");
    let (_, set) = ran.span("request");
    let names: Vec<_> = set["headers"]["values"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name["stringValue"].clone())
        .collect();
    assert!(
        names.contains(&"x-trace-id".into()) && names.contains(&"x-span-id".into()),
        "{names:?}"
    );
}

#[test]
fn a_bad_value_is_told_once_and_no_secret_is() {
    let ran = run(&[
        ("OTEL_BSP_SCHEDULE_DELAY", "soon"),
        ("OTEL_TRACES_SAMPLER", "sometimes"),
        (
            "OTEL_EXPORTER_OTLP_HEADERS",
            "authorization=Bearer planted-secret,,=broken",
        ),
        ("OTLP_AUTH_HEADER", "planted-secret-without-a-name"),
    ]);
    assert_eq!(ran.spans.len(), 5);
    for variable in ["OTEL_BSP_SCHEDULE_DELAY", "OTEL_TRACES_SAMPLER"] {
        assert_eq!(ran.stderr.matches(variable).count(), 1, "{}", ran.stderr);
    }
    assert!(!ran.stderr.contains("planted-secret"), "{}", ran.stderr);
    let quiet = run(&[("OTEL_BSP_SCHEDULE_DELAY", "soon"), ("OTEL_LOG_LEVEL", "none")]);
    assert_eq!(quiet.stderr, "");
}

#[test]
fn the_console_is_asked_for_by_each_signal_alone() {
    const LOGS: (&str, &str) = ("OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN", "logs");
    // What the console shows of spans, log records and metrics: names that occur in no other.
    let shown = |variables: &[(&str, &str)]| {
        let stderr = run(&[variables, &[LOGS]].concat()).stderr;
        println!("{stderr}");
        ["chat stub-mini", "exception", "gen_ai.client.operation.duration"].map(|name| stderr.contains(name))
    };
    let (traces, logs, metrics) = (
        "OTEL_TRACES_EXPORTER",
        "OTEL_LOGS_EXPORTER",
        "OTEL_METRICS_EXPORTER",
    );
    assert_eq!(shown(&[]), [false; 3]);
    assert_eq!(shown(&[(logs, "console")]), [false, true, false]);
    assert_eq!(shown(&[(metrics, "console")]), [false, false, true]);
    assert_eq!(shown(&[(traces, "console")]), [true; 3]);
    let alone = [(traces, "console"), (logs, "none"), (metrics, "none")];
    assert_eq!(shown(&alone), [true, false, false]);
    assert_eq!(
        shown(&[(traces, "none"), (logs, "console")]),
        [false, true, false]
    );
}
