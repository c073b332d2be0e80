//! The commands that speak to a running collector: tail, demo, doctor.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;

use crate::running::{ANY_PORTS, Running, complained, nowhere, said, spanwright};

/// Sends made-up traces.
fn generate(collector: &Running, traces: &str) {
    let url = format!("http://{}", collector.address("OTLP over HTTP"));
    let output = spanwright(&["generate", "--traces", traces, "--to", &url])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn tail_writes_the_spans_that_are_like_the_line_until_the_collector_ends() {
    let collector = Running::serve();
    let url = format!("http://{}", collector.address("traces"));
    let mut tail = spanwright(&["tail", "--json", "--from", &url, r#"service="models""#])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(tail.stdout.take().unwrap()).lines();
    let (sender, first) = std::sync::mpsc::channel();
    let reading = std::thread::spawn(move || {
        let mut spans: Vec<Value> = Vec::new();
        for line in lines.by_ref() {
            spans.push(serde_json::from_str(&line.unwrap()).unwrap());
            let _ = sender.send(());
        }
        spans
    });
    // When it begins to watch is its own affair.
    for _ in 0..100 {
        generate(&collector, "3");
        if first.recv_timeout(std::time::Duration::from_millis(400)).is_ok() {
            break;
        }
    }
    assert_eq!(collector.end().0.code(), Some(0));
    let output = tail.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let problem = String::from_utf8(output.stderr).unwrap();
    assert!(problem.contains("has ended"), "{problem}");
    let spans = reading.join().unwrap();
    assert!(!spans.is_empty());
    for span in spans {
        assert_eq!(span["service"], "models", "{span}");
        assert!(
            span["trace_id"].as_str().unwrap().len() == 32 && span["duration"].is_string(),
            "{span}"
        );
    }
}

#[test]
fn tail_says_that_no_collector_runs_and_what_is_wrong_with_a_line() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{port}");
    let tail = |line: &str| complained(spanwright(&["tail", "--from", &url, line]).output().unwrap());
    let absent = tail("*");
    assert!(
        absent.contains(&url) && absent.contains("spanwright serve"),
        "{absent}"
    );
    assert!(tail("duration>fast").contains('^'));
    let from = |from: &str| complained(spanwright(&["tail", "--from", from]).output().unwrap());
    assert!(from(&port.to_string()).contains(&url));
    for wrong in ["what is this", "https://127.0.0.1:1", "http://"] {
        let problem = from(wrong);
        assert!(
            problem.contains(wrong) && problem.contains("such as http://"),
            "{problem}"
        );
    }
}

#[test]
fn the_demo_has_traces_at_once_and_ends_when_it_is_asked_to() {
    let demo = Running::start("demo", &["--any-ports", "--rate", "50"]);
    let count = || said(demo.ask("search", &["--limit", "10000"])).lines().count();
    let began = std::time::Instant::now();
    while count() < 260 {
        assert!(began.elapsed() < crate::running::PATIENCE, "{}", count());
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let tools = said(demo.ask(
        "search",
        &["gen_ai.tool.name=search_projects AND db.system.name=*"],
    ));
    assert_eq!(tools, "", "no span is both");
    let failed = said(demo.ask("search", &["--json", "error=true AND service=projects"]));
    for line in failed.lines() {
        let trace: Value = serde_json::from_str(line).unwrap();
        assert_eq!(trace["operation"], "client.ask");
    }
    assert_eq!(demo.page("/services").0, 200);
    assert_eq!(demo.end().0.code(), Some(0));
}

#[test]
fn the_doctor_knows_a_running_collector_its_store_and_where_traces_go() {
    let collector = Running::serve();
    generate(&collector, "20");
    let [web, http, grpc] =
        ["traces", "OTLP over HTTP", "OTLP over gRPC"].map(|label| collector.address(label).to_string());
    let at = ["--listen", &web, "--otlp-http", &http, "--otlp-grpc", &grpc];
    let healthy = spanwright(&["doctor", "--data-dir"])
        .arg(collector.folder())
        .args(at)
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{http}"))
        .output()
        .unwrap();
    let text = said(healthy);
    assert_eq!(text.matches("a collector answers").count(), 3, "{text}");
    for expected in ["leads here", "200, 200 of them in no partition yet", "free  "] {
        assert!(text.contains(expected), "no {expected:?} in {text}");
    }
    assert_eq!(
        text.contains("(spanwright, process "),
        cfg!(target_os = "linux"),
        "{text}"
    );
    let (_, kept) = collector.end();
    let text = said(kept.ask("doctor", &at));
    assert_eq!(text.matches("nobody listens").count(), 3, "{text}");
}

#[test]
fn the_doctor_fails_where_something_is_wrong() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    std::thread::spawn({
        let taken = taken.try_clone().unwrap();
        move || taken.incoming().for_each(drop)
    });
    let (_folder, path) = nowhere();
    let address = taken.local_addr().unwrap().to_string();
    let mut at = ANY_PORTS;
    at[3] = &address;
    let output = spanwright(&["doctor", "--data-dir"])
        .arg(&path)
        .args(at)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("! ") && text.contains("--otlp-http") && text.contains("is not there yet"),
        "{text}"
    );
    assert!(!path.exists());
}

#[test]
fn it_says_how_it_does() {
    let collector = Running::serve();
    generate(&collector, "20");
    let (status, text) = collector.page("/health");
    assert_eq!(status, 200);
    assert!(text.ends_with("\r\n\r\nok\n"), "{text}");
    let url = format!("http://{}", collector.address("traces"));
    let health = |url: &str| spanwright(&["health", "--of", url]).output().unwrap();
    assert_eq!(said(health(&url)), "ok\n");
    assert!(complained(health("http://127.0.0.1:1")).contains("no collector answers"));
    let (status, text) = collector.page("/metrics");
    assert_eq!(status, 200);
    for line in [
        "# TYPE spanwright_collector_accepted_spans counter",
        "spanwright_collector_accepted_spans_total 200",
        "spanwright_collector_refused_requests_total{reason=\"method\"} 0",
        "spanwright_collector_unsealed_records 200",
        "spanwright_collector_fault 0",
        "# UNIT spanwright_collector_received_bytes bytes",
        "# EOF",
    ] {
        assert!(text.lines().any(|own| own == line), "no {line:?} in\n{text}");
    }
}
