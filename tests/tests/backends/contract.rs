//! [`Contract`]: what a backend takes and reads, and a server that holds it to that.

use crate::otlp::server::{Reply, Request, Server};
use flate2::read::GzDecoder;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value as Any};
use prost::Message as _;
use spanwright::destination::Otlp;
use std::borrow::Borrow;
use std::io::Read as _;
use std::sync::{Arc, Mutex};

/// One backend.
pub(crate) struct Contract {
    pub(crate) name: &'static str,
    /// Where what stands here is written.
    pub(crate) source: &'static str,
    /// Its variables; `{url}` is the server's. None where none names a server: then it is made in code.
    pub(crate) variables: &'static [(&'static str, &'static str)],
    pub(crate) in_code: fn(&str) -> Otlp,
    /// The path of spans.
    pub(crate) path: &'static str,
    /// Whether it takes logs and metrics too, beside `traces` in the path.
    pub(crate) all_signals: bool,
    /// Headers that it asks for.
    pub(crate) headers: &'static [(&'static str, &'static str)],
    /// Whether requests are packed.
    pub(crate) gzip: bool,
    /// The largest request that it takes.
    pub(crate) most_bytes: usize,
    pub(crate) unauthorized: Refusal,
    pub(crate) not_found: Refusal,
    pub(crate) limited: Refusal,
    pub(crate) malformed: Refusal,
    /// What it finds: span, attribute, value as text; `*` at the end stands for anything.
    pub(crate) reads: &'static [(&'static str, &'static str, &'static str)],
    /// Attributes that it would add to those, or put in their place.
    pub(crate) never: &'static [&'static str],
    /// A variable without which the others are half of it, and what is told then.
    pub(crate) half: Option<(&'static str, &'static str)>,
}

/// A refusal's body, and its type.
pub(crate) struct Refusal(pub(crate) &'static str, pub(crate) &'static str);

impl Refusal {
    pub(crate) fn reply(&self, status: &str, headers: &str) -> Reply {
        let headers = format!("content-type: {}\r\n{headers}", self.0);
        Reply::with(status, &headers, self.1.as_bytes())
    }
}

/// A span that arrived.
#[derive(Clone)]
pub(crate) struct Arrived {
    pub(crate) name: String,
    attributes: Vec<KeyValue>,
}

impl Arrived {
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|attribute| attribute.key.as_str())
    }

    /// An attribute as text: strings bare, arrays as JSON has them.
    pub(crate) fn text(&self, key: &str) -> Option<String> {
        let found = self.attributes.iter().find(|attribute| attribute.key == key)?;
        Some(text(found.value.as_ref()?))
    }
}

fn text(value: &AnyValue) -> String {
    match value.value.as_ref() {
        Some(Any::StringValue(text)) => text.clone(),
        Some(Any::BoolValue(value)) => value.to_string(),
        Some(Any::IntValue(value)) => value.to_string(),
        Some(Any::DoubleValue(value)) => value.to_string(),
        Some(Any::ArrayValue(array)) => {
            let items: Vec<_> = array.values.iter().map(text).collect();
            format!("[{}]", items.join(","))
        }
        other => panic!("a value of another kind: {other:?}"),
    }
}

/// What a server was sent, and which rules of its contract that broke.
#[derive(Clone, Default)]
pub(crate) struct Kept(Arc<Mutex<(Vec<Arrived>, Vec<String>)>>);

impl Kept {
    /// All spans of these requests, which were not looked at.
    pub(crate) fn of<R: Borrow<Request>>(requests: impl IntoIterator<Item = R>) -> Self {
        let kept = Self::default();
        for request in requests {
            let request = request.borrow();
            if request.path.ends_with("traces") {
                let body = unpacked(request).unwrap();
                kept.0.lock().unwrap().0.extend(decoded(&body).unwrap());
            }
        }
        kept
    }

    pub(crate) fn spans(&self) -> Vec<Arrived> {
        self.0.lock().unwrap().0.clone()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.spans().into_iter().map(|span| span.name).collect()
    }

    pub(crate) fn broken(&self) -> Vec<String> {
        self.0.lock().unwrap().1.clone()
    }

    #[track_caller]
    pub(crate) fn span(&self, name: &str) -> Arrived {
        let found = self.spans().into_iter().find(|span| span.name == name);
        found.unwrap_or_else(|| panic!("no {name}: {:?}", self.names()))
    }

    /// The backend finds what it looks for.
    #[track_caller]
    pub(crate) fn assert_reads(&self, row: &Contract) {
        for (name, key, expected) in row.reads {
            let span = self.span(name);
            let found = span.text(key);
            let is_so = found
                .as_deref()
                .is_some_and(|found| match expected.strip_suffix('*') {
                    Some(start) => found.starts_with(start),
                    None => found == *expected,
                });
            let keys: Vec<_> = span.keys().collect();
            assert!(
                is_so,
                "{}: {name}: {key} is {found:?}, not {expected}; there is {keys:?}",
                row.name
            );
        }
        for span in self.spans() {
            for key in row.never {
                assert_eq!(span.text(key), None, "{}: {}: {key}", row.name, span.name);
            }
        }
    }
}

fn unpacked(request: &Request) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    match request.header("content-encoding") {
        None => body.clone_from(&request.body),
        Some("gzip") => {
            GzDecoder::new(&*request.body)
                .read_to_end(&mut body)
                .map_err(|error| format!("what is packed cannot be unpacked: {error}"))?;
        }
        Some(other) => return Err(format!("packed by {other}")),
    }
    Ok(body)
}

fn decoded(body: &[u8]) -> Result<Vec<Arrived>, String> {
    let request = ExportTraceServiceRequest::decode(body).map_err(|error| error.to_string())?;
    let spans = request
        .resource_spans
        .into_iter()
        .flat_map(|resource| resource.scope_spans)
        .flat_map(|scope| scope.spans);
    spans
        .map(|span| {
            let ids = (span.trace_id.len(), span.span_id.len());
            if ids != (16, 8) || span.end_time_unix_nano < span.start_time_unix_nano {
                return Err(format!(
                    "{}: ids of {ids:?} bytes, or times in disorder",
                    span.name
                ));
            }
            let mut keys: Vec<&str> = span.attributes.iter().map(|own| own.key.as_str()).collect();
            keys.sort_unstable();
            if keys.windows(2).any(|pair| pair[0] == pair[1]) {
                return Err(format!("{}: an attribute comes twice: {keys:?}", span.name));
            }
            Ok(Arrived {
                name: span.name,
                attributes: span.attributes,
            })
        })
        .collect()
}

/// A server that takes what the contract says and refuses all else, as the backend would.
pub(crate) fn hold(row: &'static Contract) -> (Server, Kept) {
    let kept = Kept::default();
    let own = kept.clone();
    let server = Server::answering(move |request| match check(row, request) {
        Ok(spans) => {
            own.0.lock().unwrap().0.extend(spans);
            // An `ExportTraceServiceResponse` of nothing.
            Reply::with("200 OK", "content-type: application/x-protobuf\r\n", b"")
        }
        Err((broken, reply)) => {
            own.0.lock().unwrap().1.push(broken);
            reply
        }
    });
    (server, kept)
}

fn check(row: &Contract, request: &Request) -> Result<Vec<Arrived>, (String, Reply)> {
    let base = row.path.trim_end_matches("traces");
    let signal = request.path.strip_prefix(base).unwrap_or_default();
    if signal != "traces" && !(row.all_signals && ["logs", "metrics"].contains(&signal)) {
        let broken = format!("the path is {}", request.path);
        return Err((broken, row.not_found.reply("404 Not Found", "")));
    }
    for (name, value) in row.headers {
        let found = request.header(name);
        if found != Some(*value) {
            let broken = format!("the header {name} is {found:?}");
            return Err((broken, row.unauthorized.reply("401 Unauthorized", "")));
        }
    }
    let bad = |broken: String| (broken, row.malformed.reply("400 Bad Request", ""));
    if request.header("content-type") != Some("application/x-protobuf") {
        let broken = format!("the type is {:?}", request.header("content-type"));
        return Err((broken, row.malformed.reply("415 Unsupported Media Type", "")));
    }
    if row.gzip != (request.header("content-encoding") == Some("gzip")) {
        return Err(bad(format!("packed by {:?}", request.header("content-encoding"))));
    }
    let body = unpacked(request).map_err(bad)?;
    if body.len() > row.most_bytes {
        return Err((
            format!("{} bytes", body.len()),
            Reply::status("413 Payload Too Large"),
        ));
    }
    if signal == "traces" {
        decoded(&body).map_err(bad)
    } else {
        Ok(Vec::new())
    }
}
