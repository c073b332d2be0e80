//! What the collector is sent: made-up traffic, and traces that the rows know.

use serde_json::{Value, json};
use spanwright_collector::generate::{Data, Generator};
use spanwright_collector::model::now;
use std::error::Error;
use std::net::SocketAddr;

/// An order that fails in a second service; it has events, an exception, a log record, and a link to [`RECEIPT`].
pub(crate) const ORDER: &str = "0a0000000000000000000000000000a1";
/// The span of it that failed.
pub(crate) const PAYMENT: &str = "0a000000000000b2";
/// The trace that the order links to.
pub(crate) const RECEIPT: &str = "0a0000000000000000000000000000a2";
/// A trace whose every field is markup.
pub(crate) const HOSTILE: &str = "0a0000000000000000000000000000a3";
/// A trace of [`MANY`] spans.
pub(crate) const LARGE: &str = "0a0000000000000000000000000000a4";
pub(crate) const MANY: usize = 10_000;
/// What would run, or become an element, if any of it were taken for markup.
pub(crate) const MARKUP: &str = r#"'"></title></script><script>window.owned=1;alert(1)</script><img src=x onerror="window.owned=1"><a href="javascript:window.owned=1">x</a>{{7*7}}"#;

const MILLISECOND: u64 = 1_000_000;

/// Sends by OTLP over HTTP.
pub(crate) struct Sender {
    client: reqwest::Client,
    base: String,
}

impl Sender {
    pub(crate) fn new(otlp_http: SocketAddr) -> Self {
        Self {
            client: reqwest::Client::new(),
            base: format!("http://{otlp_http}"),
        }
    }

    /// All that the rows look at.
    pub(crate) async fn fill(&self) -> Result<(), Box<dyn Error>> {
        let now = now();
        let began = now - 50 * 60_000 * MILLISECOND;
        let mut generator = Generator::new(7, Data::Rich, 100, began).step(9_000 * MILLISECOND);
        for _ in 0..30 {
            let (request, _) = generator.request();
            self.post("traces", "application/x-protobuf", request.to_vec())
                .await?;
        }
        let start = now - 60_000 * MILLISECOND;
        for request in [order(start), receipt(start), hostile(start), large(start)] {
            self.traces(&request).await?;
        }
        let log = json!({"resourceLogs": [{"resource": resource("shop"), "scopeLogs": [{"logRecords": [
            {"timeUnixNano": (start + 5 * MILLISECOND).to_string(), "severityNumber": 13, "severityText": "WARN",
             "body": {"stringValue": "the card was refused twice"}, "traceId": ORDER, "spanId": PAYMENT},
            {"timeUnixNano": start.to_string(), "severityText": MARKUP, "body": {"stringValue": MARKUP},
             "attributes": [attribute(MARKUP, MARKUP)], "traceId": HOSTILE, "spanId": "0a000000000000c1"}]}]}]});
        self.post("logs", "application/json", log.to_string().into_bytes())
            .await
    }

    /// A span that begins now.
    pub(crate) async fn one(&self, service: &str, name: &str) -> Result<(), Box<dyn Error>> {
        let now = now();
        let trace = format!("{now:032x}");
        self.traces(&request(
            service,
            &[span(&trace, "0a000000000000f1", "", name, now, 3)],
        ))
        .await
    }

    async fn traces(&self, request: &Value) -> Result<(), Box<dyn Error>> {
        self.post("traces", "application/json", request.to_string().into_bytes())
            .await
    }

    async fn post(&self, signal: &str, kind: &str, body: Vec<u8>) -> Result<(), Box<dyn Error>> {
        let request = self
            .client
            .post(format!("{}/v1/{signal}", self.base))
            .header("content-type", kind);
        let answer = request
            .body(body)
            .send()
            .await?
            .error_for_status()?
            .text()
            .await?;
        // What is rejected would be missed by a row that then says something else.
        match answer.contains("rejected") {
            true => Err(format!("rejected: {answer}").into()),
            false => Ok(()),
        }
    }
}

fn attribute(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

fn resource(service: &str) -> Value {
    json!({"attributes": [attribute("service.name", service), attribute("deployment.environment", "test")]})
}

fn request(service: &str, spans: &[Value]) -> Value {
    json!({"resourceSpans": [{"resource": resource(service), "scopeSpans": [{"spans": spans}]}]})
}

fn span(trace: &str, id: &str, parent: &str, name: &str, start: u64, milliseconds: u64) -> Value {
    json!({"traceId": trace, "spanId": id, "parentSpanId": parent, "name": name, "kind": 2,
        "startTimeUnixNano": start.to_string(), "endTimeUnixNano": (start + milliseconds * MILLISECOND).to_string()})
}

fn order(start: u64) -> Value {
    let mut root = span(ORDER, "0a000000000000b1", "", "POST /orders", start, 240);
    root["attributes"] = json!([
        attribute("customer.tier", "gold"),
        attribute("order.id", "A-1001")
    ]);
    root["links"] = json!([{"traceId": RECEIPT, "spanId": "0a000000000000d1",
        "attributes": [attribute("why", "sent afterwards")]}]);
    let mut payment = span(
        ORDER,
        PAYMENT,
        "0a000000000000b1",
        "charge card",
        start + 20 * MILLISECOND,
        180,
    );
    payment["status"] = json!({"code": 2, "message": "card refused"});
    payment["events"] = json!([
        {"timeUnixNano": (start + 30 * MILLISECOND).to_string(), "name": "retry", "attributes": [attribute("attempt", "2")]},
        {"timeUnixNano": (start + 90 * MILLISECOND).to_string(), "name": "exception", "attributes": [
            attribute("exception.type", "CardError"), attribute("exception.message", "insufficient funds"),
            attribute("exception.stacktrace", "CardError: insufficient funds\n  at charge (pay.rs:12)")]}]);
    let stock = span(
        ORDER,
        "0a000000000000b3",
        "0a000000000000b1",
        "reserve stock",
        start + 5 * MILLISECOND,
        12,
    );
    let resources = [("shop", vec![root, stock]), ("payments", vec![payment])];
    json!({"resourceSpans": resources.map(|(service, spans)| request(service, &spans)["resourceSpans"][0].clone())})
}

fn receipt(start: u64) -> Value {
    let sent = span(
        RECEIPT,
        "0a000000000000d1",
        "",
        "send receipt",
        start + 300 * MILLISECOND,
        40,
    );
    request("mailer", &[sent])
}

fn hostile(start: u64) -> Value {
    let mut root = span(HOSTILE, "0a000000000000c1", "", MARKUP, start, 90);
    let entry = attribute(MARKUP, MARKUP);
    let link = attribute("http.url", "javascript:window.owned=1");
    root["traceState"] = MARKUP.into();
    root["attributes"] = json!([entry, link]);
    root["status"] = json!({"code": 2, "message": MARKUP});
    root["events"] = json!([
        {"timeUnixNano": start.to_string(), "name": MARKUP, "attributes": [entry]},
        {"timeUnixNano": start.to_string(), "name": "exception", "attributes": [attribute("exception.type", MARKUP),
            attribute("exception.message", MARKUP), attribute("exception.stacktrace", MARKUP)]}]);
    root["links"] = json!([{"traceId": RECEIPT, "spanId": "0a000000000000d1", "traceState": MARKUP, "attributes": [entry]}]);
    let child = span(
        HOSTILE,
        "0a000000000000c2",
        "0a000000000000c1",
        MARKUP,
        start + MILLISECOND,
        50,
    );
    let scope = json!({"name": MARKUP, "version": MARKUP, "attributes": [entry]});
    let of = |service: &str, span: Value| {
        json!({"resource": {"attributes": [attribute("service.name", service), entry]}, "schemaUrl": MARKUP,
            "scopeSpans": [{"scope": scope, "schemaUrl": MARKUP, "spans": [span]}]})
    };
    let called = format!("called {MARKUP}");
    json!({"resourceSpans": [of(MARKUP, root), of(&called, child)]})
}

/// A root, a hundred below it, and 99 below each of these, but for one.
fn large(start: u64) -> Value {
    let id = |number: usize| format!("0b{number:014x}");
    let spans: Vec<Value> = (0..MANY)
        .map(|number| {
            let (parent, after) = match number {
                0 => (String::new(), 0),
                1..=100 => (id(0), number as u64 * 10),
                _ => (
                    id(1 + number % 100),
                    (1 + number % 100) as u64 * 10 + number as u64 / 1_000,
                ),
            };
            let milliseconds = if number == 0 {
                1_200
            } else if number <= 100 {
                100
            } else {
                5
            };
            span(
                LARGE,
                &id(number),
                &parent,
                &format!("step {}", number % 40),
                start + after * MILLISECOND,
                milliseconds,
            )
        })
        .collect();
    let parts: Vec<Value> = spans
        .chunks(1_250)
        .enumerate()
        .map(|(at, spans)| request(&format!("worker-{at}"), spans)["resourceSpans"][0].clone())
        .collect();
    json!({"resourceSpans": parts})
}
