//! What is asked of both.

use super::Answer;
use super::data::{self, Data};
use serde_json::Value;

/// A question, and how the answers must stand to each other.
pub(super) struct Question {
    /// Address and parameters.
    pub(super) path: String,
    /// A body that is sent.
    pub(super) upload: Option<String>,
    pub(super) expected: Expected,
}

/// How the answers must stand to each other.
pub(super) enum Expected {
    /// Alike, in the form of `form`.
    AsJaeger,
    /// Different, for this reason, and each just so.
    Different {
        why: &'static str,
        jaeger: fn(&Answer) -> bool,
        ours: fn(&Answer) -> bool,
    },
}

pub(super) fn all(data: &Data) -> Vec<Question> {
    let mut questions = lists(data);
    questions.extend(traces(data));
    questions.extend(searches(data));
    questions.extend(errors());
    questions.extend(exceptions(data));
    questions.push(Question {
        path: "/api/transform".to_owned(),
        upload: Some(data::everything(data.start).to_string()),
        expected: Expected::AsJaeger,
    });
    questions.sort_by_key(Question::changes);
    questions
}

impl Question {
    /// Whether Jaeger's memory is other afterwards: v1.76's `/api/v3` adjusts the traces where they are stored, so that raw
    /// ones no longer are. What changes nothing must be asked before.
    fn changes(&self) -> bool {
        self.path.starts_with("/api/v3/traces") && !self.path.contains("raw_traces=true")
    }
}

fn like_jaeger(path: impl Into<String>) -> Question {
    Question {
        path: path.into(),
        upload: None,
        expected: Expected::AsJaeger,
    }
}

fn escaped(text: &str) -> String {
    let mut query = reqwest::Url::parse("http://a").map(|mut url| {
        url.query_pairs_mut().append_key_only(text);
        url.query().unwrap_or_default().replace('+', "%20")
    });
    query.as_mut().map(std::mem::take).unwrap_or_default()
}

fn lists(data: &Data) -> Vec<Question> {
    let mut list = vec![like_jaeger("/api/services"), like_jaeger("/api/v3/services")];
    for service in &data.services {
        let service = escaped(service);
        for path in [
            format!("/api/services/{service}/operations"),
            format!("/api/operations?service={service}"),
            format!("/api/operations?service={service}&spanKind=server"),
            format!("/api/operations?service={service}&spanKind=nonsense"),
            format!("/api/v3/operations?service={service}"),
            format!("/api/v3/operations?service={service}&span_kind=client"),
        ] {
            list.push(like_jaeger(path));
        }
    }
    let end = data.start / 1_000_000 + 600_000;
    for parameters in ["", "&service=bank", "&service=none", "&lookback=100000"] {
        list.push(like_jaeger(format!("/api/dependencies?endTs={end}{parameters}")));
    }
    list
}

fn traces(data: &Data) -> Vec<Question> {
    let mut list = Vec::new();
    for id in &data.traces {
        let short = id.trim_start_matches('0');
        for path in [
            format!("/api/traces/{id}"),
            format!("/api/traces/{short}?raw=true&prettyPrint=true"),
            format!("/api/traces/{}?start=1&end=2", id.to_uppercase()),
            format!("/api/v3/traces/{id}"),
            format!("/api/v3/traces/{short}?raw_traces=true"),
        ] {
            list.push(like_jaeger(path));
        }
    }
    list.push(like_jaeger(format!(
        "/api/traces?traceID={}&traceID=abc&traceID={}",
        data.traces[0], data.traces[1]
    )));
    list
}

fn searches(data: &Data) -> Vec<Question> {
    let micros = |seconds: u64| data.start / 1000 + seconds * 1_000_000;
    let (first, last) = (micros(0) - 1, micros(600));
    let mut list = Vec::new();
    for parameters in [
        "service=simple-0",
        "service=simple-1&limit=7",
        "service=none",
        "service=shop",
        "service=simple-0&operation=operation-2",
        "service=simple-0&tag=parity:even",
        "service=simple-0&tag=parity:odd",
        "service=simple-0&tag=number:8",
        "service=simple-0&tag=big:true&tag=parity:even",
        "service=simple-0&tag=ratio:2.5",
        "service=simple-0&tag=zone:z3",
        "service=simple-0&tag=in.event:e2",
        "service=simple-0&tags=%7B%22zone%22%3A%22z3%22%2C%22big%22%3A%22false%22%7D",
        "service=simple-0&tag=nothing:here",
        "service=simple-0&minDuration=20ms",
        "service=simple-0&maxDuration=5.5ms",
        "service=simple-0&minDuration=10ms&maxDuration=20ms",
        "service=simple-0&minDuration=1000us&limit=3",
        "service=simple-0&raw=true&limit=2",
        "service=bank&operation=pay&tag=a:first",
        "service=shop&operation=buy&tag=bytes:x",
        "service=shop&tag=unicode:x",
        "service=shop&tag=html:%3Cscript%3Ealert('%26')%3C%2Fscript%3E",
        "service=shop&tag=a:b:c",
        "service=Gr%C3%BC%C3%9Fe%2F%2B+%26%3F",
        "service=simple-0&lookback=1h",
        "service=gateway",
        "service=gateway&tag=persona:noor",
        "service=gateway&raw=true",
        "service=simple-0&limit=10000",
    ] {
        list.push(like_jaeger(format!(
            "/api/traces?start={first}&end={last}&{parameters}"
        )));
    }
    // Both ends of the time are part of it.
    let (from, to) = (micros(20), micros(24));
    list.push(like_jaeger(format!(
        "/api/traces?service=simple-0&start={from}&end={to}"
    )));
    list.push(like_jaeger(format!(
        "/api/traces?service=simple-0&start={}&end={}",
        from + 1,
        to - 1
    )));
    list.push(like_jaeger("/api/traces?service=simple-0"));
    let time = |seconds: i64| {
        let start = jiff::Timestamp::from_nanosecond(i128::from(data.start)).unwrap_or_default();
        start + jiff::SignedDuration::from_secs(seconds)
    };
    let when = format!(
        "query.start_time_min={}&query.start_time_max={}",
        time(0),
        time(600)
    );
    for parameters in [
        "query.service_name=simple-0",
        "query.service_name=simple-0&query.operation_name=operation-0",
        "query.service_name=none",
        "query.service_name=simple-0&query.duration_min=10ms&query.duration_max=20ms",
        "query.service_name=shop&query.raw_traces=true",
        "query.operation_name=pay",
    ] {
        list.push(like_jaeger(format!(
            "/api/v3/traces?{when}&query.num_traces=50&{parameters}"
        )));
    }
    list.push(like_jaeger(format!(
        "/api/v3/traces?{when}&query.num_traces=3&query.service_name=simple-1"
    )));
    list
}

fn errors() -> Vec<Question> {
    [
        "/api/operations", "/api/traces", "/api/traces?service=", "/api/traces?service=a&start=x", "/api/traces?service=a&end=1.5",
        "/api/traces?service=a&start=99999999999999999999", "/api/traces?service=a&limit=x", "/api/traces?service=a&limit=1.5",
        "/api/traces?service=a&minDuration=x", "/api/traces?service=a&minDuration=5", "/api/traces?service=a&maxDuration=5q",
        "/api/traces?service=a&maxDuration=", "/api/traces?service=a&minDuration=2s&maxDuration=1s", "/api/traces?service=a&tag=b",
        "/api/traces?service=a&tags=%7B", "/api/traces?service=a&tags=%5B1%5D", "/api/traces?service=a&tags=%7B%22a%22%3A1%7D",
        "/api/traces?service=a&raw=perhaps", "/api/traces?traceID=xyz", "/api/traces/xyz", "/api/traces/12345678901234567890123456789012x",
        "/api/traces/abc", "/api/traces/0", "/api/traces/abc?start=x", "/api/traces/abc?raw=x",
        "/api/dependencies?endTs=x", "/api/dependencies?lookback=x", "/api/metrics/latencies?service=a", "/api/metrics/latencies?service=a&quantile=x",
        "/api/metrics/calls", "/api/metrics/errors?service=a&spanKind=x", "/api/metrics/calls?service=a&step=x",
        "/api/metrics/calls?service=a&groupByOperation=x", "/api/metrics/calls?service=a&endTs=x", "/api/metrics/calls?service=a&ratePer=x",
        "/api/v3/traces/xyz", "/api/v3/traces/abc", "/api/v3/traces/abc?start_time=x", "/api/v3/traces/abc?end_time=2026",
        "/api/v3/traces/abc?raw_traces=x", "/api/v3/traces", "/api/v3/traces?query.start_time_min=2026-01-01T00:00:00Z",
        "/api/v3/traces?query.start_time_min=x&query.start_time_max=2026-01-01T00:00:00Z",
        "/api/v3/traces?query.start_time_min=2026-01-01T00:00:00Z&query.start_time_max=x",
        "/api/v3/traces?query.start_time_min=2026-01-01T00:00:00Z&query.start_time_max=2026-01-02T00:00:00Z&query.num_traces=x",
        "/api/v3/traces?query.start_time_min=2026-01-01T00:00:00Z&query.start_time_max=2026-01-02T00:00:00Z&query.duration_min=x",
        "/api/v3/traces?query.start_time_min=2026-01-01T00:00:00Z&query.start_time_max=2026-01-02T00:00:00Z&query.duration_max=7",
        "/api/v3/traces?query.start_time_min=2026-01-01T00:00:00Z&query.start_time_max=2026-01-02T00:00:00Z&query.num_traces=5&query.raw_traces=x",
        "/api/v3/traces?query.start_time_min=2020-01-01T00:00:00.5%2B02:00&query.start_time_max=2020-01-02T00:00:00Z&query.num_traces=5",
    ]
    .map(like_jaeger)
    .into()
}

/// The first message of an answer of either API.
fn message(answer: &Answer) -> &str {
    let list = answer.body["errors"][0]["msg"].as_str();
    list.or_else(|| answer.body["error"]["message"].as_str())
        .unwrap_or_default()
}

/// How many traces the legacy API answers with.
fn found(answer: &Answer) -> usize {
    answer.body["data"].as_array().map_or(0, Vec::len)
}

/// The warnings of the span with this name.
fn warned<'a>(answer: &'a Answer, name: &str) -> &'a Value {
    let spans = answer.body["data"][0]["spans"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let span = spans.iter().find(|span| span["operationName"] == name);
    span.map_or(&Value::Null, |span| &span["warnings"])
}

/// Where the answers differ on purpose.
fn exceptions(data: &Data) -> Vec<Question> {
    let (first, last) = (data.start / 1000, data.start / 1000 + 600_000_000);
    let search = |parameters: &str| format!("/api/traces?start={first}&end={last}&{parameters}");
    let different = |path: String, why, jaeger, ours| Question {
        path,
        upload: None,
        expected: Expected::Different { why, jaeger, ours },
    };
    vec![
        different(
            search("service=simple-0&tag=error:true"),
            "v1.76 finds spans with status OK for it; v2.20 and we those with an error",
            |answer| found(answer) == 6,
            |answer| found(answer) == 7,
        ),
        different(
            search("service=simple-0&tag=error:false"),
            "Jaeger finds status OK only; we also spans of which nobody said",
            |answer| found(answer) == 6,
            |answer| found(answer) == 13,
        ),
        different(
            search("service=simple-0&tag=span.kind:client"),
            "v1.76 looks for an attribute of this name; v2.20 and we for the kind",
            |answer| found(answer) == 0,
            |answer| found(answer) == 4,
        ),
        different(
            search("service=shop&tag=list:a%3Cb"),
            "Jaeger compares a list's JSON; we find each of its values",
            |answer| found(answer) == 0,
            |answer| found(answer) == 1,
        ),
        different(
            search("service=simple-0&limit=0"),
            "a limit that cannot be is the client's fault: 400",
            |answer| answer.status == 500 && message(answer).starts_with("search depth must be"),
            |answer| answer.status == 400 && message(answer).starts_with("search depth must be"),
        ),
        different(
            "/api/dependencies?lookback=-1".to_owned(),
            "a time that cannot be is the client's fault: 400",
            |answer| answer.status == 500,
            |answer| answer.status == 400 && message(answer) == "end time must be greater than start time",
        ),
        different(
            "/api/v3/traces?query.start_time_min=2026-01-01T00:00:00Z&query.start_time_max=2026-01-02T00:00:00Z".to_owned(),
            "v1.76 wants a search depth; v2.20 and we take 100",
            |answer| answer.status == 500,
            |answer| answer.status == 404 && message(answer) == "No traces found",
        ),
        different(
            "/api/v3/traces?query.start_time_min=2026-01-02T00:00:00Z&query.start_time_max=2026-01-01T00:00:00Z&query.num_traces=1".to_owned(),
            "v1.76 does not look whether one is before the other; v2.20 and we do",
            |answer| answer.status == 404,
            |answer| answer.status == 400 && message(answer).ends_with("must be before query.startTimeMax"),
        ),
        different(
            "/api/traces/%2B1".to_owned(),
            "Jaeger shows the id as it is in the address, we as it is meant",
            |answer| answer.status == 400 && message(answer).contains("parsing \"%2B1\": invalid"),
            |answer| answer.status == 400 && message(answer).contains("parsing \"+1\": invalid"),
        ),
        different(
            format!("/api/traces/{}", data::NAN),
            "Jaeger cannot write a trace with NaN",
            |answer| answer.status == 500,
            |answer| answer.status == 200 && answer.body["data"][0]["spans"][0]["tags"][0]["value"] == "NaN",
        ),
        different(
            format!("/api/traces/{}", data::INSTANT),
            "Jaeger makes a span that takes no time a nanosecond long, and warns",
            |answer| warned(answer, "instant")[0].as_str().is_some_and(|text| text.starts_with("Negative duration")),
            |answer| warned(answer, "instant").is_null(),
        ),
        different(
            format!("/api/traces/{}", data::NAMELESS),
            "a service without a name has OpenTelemetry's name for it, not Jaeger's",
            |answer| answer.body["data"][0]["processes"]["p1"]["serviceName"] == "missing-service-name",
            |answer| answer.body["data"][0]["processes"]["p1"]["serviceName"] == "unknown_service",
        ),
        different(
            format!("/api/traces/{}", data::LINKED),
            "v1.76 takes a link within the trace for the parent when it looks at clocks; v2.20 and we do not",
            |answer| !warned(answer, "other root").is_null(),
            |answer| warned(answer, "other root").is_null(),
        ),
        different(
            "/api/metrics/calls?service=simple-0".to_owned(),
            "Jaeger has no metrics unless Prometheus has them",
            |answer| answer.status == 501,
            |answer| answer.status == 200 && answer.body["name"] == "service_call_rate" && answer.body["type"] == "GAUGE",
        ),
        different(
            "/api/metrics/minstep".to_owned(),
            "Jaeger has no metrics unless Prometheus has them",
            |answer| answer.status == 501,
            |answer| answer.body["data"] == 1,
        ),
    ]
}
