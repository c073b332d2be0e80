//! What the suites of delivery share: programs of their own, and what their accounts must say.
#![allow(dead_code, reason = "each test program uses a part")]

use crate::otlp::server::{Reply, Request, Server};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use serde_json::Value;
use spanwright_tests::variables::configures_telemetry;
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// No program of these suites takes longer.
const WATCHDOG: Duration = Duration::from_secs(120);

/// One run of the program `delivery`.
pub(crate) struct Program {
    child: Child,
    stdout: BufReader<ChildStdout>,
    pub(crate) began: Instant,
}

/// What is left of it.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// The last line that it printed.
    pub(crate) accounts: Value,
    pub(crate) stderr: String,
}

impl Program {
    /// Starts it with these variables, and none that configure telemetry beside them.
    pub(crate) fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_delivery"));
        for (name, _) in std::env::vars() {
            if configures_telemetry(&name) || name.to_uppercase().ends_with("_PROXY") {
                command.env_remove(name);
            }
        }
        command
            .args(arguments)
            .env("OTEL_LOGS_EXPORTER", "none")
            .env("OTEL_METRICS_EXPORTER", "none")
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self {
            child,
            stdout,
            began: Instant::now(),
        }
    }

    /// With OTLP to this URL.
    pub(crate) fn to(url: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let otlp = [
            ("OTEL_TRACES_EXPORTER", "otlp"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", url),
        ];
        Self::start(arguments, &[&otlp, variables].concat())
    }

    /// The next line that it prints.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([format!("-{name}"), self.child.id().to_string()])
            .status();
        assert!(status.unwrap().success());
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Ended {
        // From here on: what it does before may take as long as it is told.
        let waiting = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            if waiting.elapsed() > WATCHDOG {
                self.child.kill().unwrap();
                panic!("it did not end in time");
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        let status = self.child.wait().unwrap();
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stdout.read_to_string(&mut stdout).unwrap();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut stderr)
            .unwrap();
        let last = stdout.lines().last().unwrap_or_default();
        let accounts = serde_json::from_str(last).unwrap_or(Value::Null);
        assert_adds_up(&accounts);
        Ended {
            status,
            accounts,
            stderr,
        }
    }
}

impl Ended {
    /// The account of the destination called `otlp`.
    pub(crate) fn otlp(&self) -> &Value {
        self.destination("otlp")
    }

    #[track_caller]
    pub(crate) fn destination(&self, name: &str) -> &Value {
        let destinations = self.accounts["destinations"].as_array();
        let destinations = destinations.unwrap_or_else(|| panic!("no accounts: {}", self.stderr));
        let found = destinations.iter().find(|one| one["name"] == name);
        found.unwrap_or_else(|| panic!("no destination {name}: {destinations:?}"))
    }

    /// A number beside the accounts.
    #[track_caller]
    pub(crate) fn number(&self, name: &str) -> u64 {
        self.accounts[name]
            .as_u64()
            .unwrap_or_else(|| panic!("no {name}: {self:?}"))
    }
}

fn sum(counts: &Value) -> u64 {
    counts
        .as_object()
        .into_iter()
        .flat_map(|counts| counts.values())
        .filter_map(Value::as_u64)
        .sum()
}

/// Every span is in exactly one place.
#[track_caller]
fn assert_adds_up(accounts: &Value) {
    let number = |of: &Value, name: &str| of[name].as_u64().unwrap_or(0);
    assert_eq!(
        number(accounts, "ended"),
        number(accounts, "recorded") + number(accounts, "pending") + sum(&accounts["dropped"]),
        "{accounts}"
    );
    for one in accounts["destinations"].as_array().into_iter().flatten() {
        let out = ["exported", "rejected", "pending", "spooled"].map(|name| number(one, name));
        assert_eq!(
            number(one, "offered") + number(one, "recovered"),
            out.iter().sum::<u64>() + sum(&one["dropped"]),
            "{one}"
        );
        // Metrics are offered too, where a row asks for them.
        assert!(
            number(one, "offered") >= number(accounts, "recorded"),
            "{accounts}"
        );
    }
}

/// The ids of the spans in a request.
pub(crate) fn ids(request: &Request) -> Vec<Vec<u8>> {
    let request = ExportTraceServiceRequest::decode(&*request.body).unwrap();
    let scopes = request
        .resource_spans
        .into_iter()
        .flat_map(|resource| resource.scope_spans);
    scopes
        .flat_map(|scope| scope.spans)
        .map(|span| span.span_id)
        .collect()
}

/// Ten spans in one batch, up to 3 s for attempts, then up to 100 ms for the end.
pub(crate) const ONE_BATCH: [&str; 4] = ["spans", "10", "3000", "100"];
/// A batch leaves at once.
pub(crate) const AT_ONCE: (&str, &str) = ("OTEL_BSP_SCHEDULE_DELAY", "20");

/// Runs one batch against this script; what the server saw, and the accounts.
pub(crate) fn one_batch(
    variables: &[(&str, &str)],
    script: impl FnMut(usize) -> Reply + Send + 'static,
) -> (Vec<Request>, Ended) {
    let server = Server::start(script);
    let ended = Program::to(&server.url, &ONE_BATCH, &[&[AT_ONCE], variables].concat()).end();
    (server.requests(), ended)
}

pub(crate) fn then_ok(replies: Vec<Reply>) -> impl FnMut(usize) -> Reply + Send + 'static {
    let mut replies = replies.into_iter();
    move |_| replies.next().unwrap_or_else(|| Reply::status("200 OK"))
}

/// How many spans each request had.
pub(crate) fn sizes(requests: &[Request]) -> Vec<usize> {
    requests.iter().map(|request| ids(request).len()).collect()
}

/// How many different spans there are in these requests.
pub(crate) fn different(requests: &[Request]) -> usize {
    requests.iter().flat_map(ids).collect::<HashSet<_>>().len()
}
