//! Runs the program as a newcomer does, with nothing in its environment.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a failure anywhere in here is the test's")]

mod collector;
#[cfg(feature = "collector")]
mod page;

use collector::{Collector, Span};
use serde_json::{Value, json};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

const PATIENCE: Duration = Duration::from_secs(120);

/// In a process group of its own, so that what it leaves behind can be found.
fn assistant() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_assistant"));
    command
        .env_clear()
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Runs it to its end; standard output, and the process's id.
async fn run(command: &mut Command) -> (String, u32) {
    let child = command.spawn().unwrap();
    let id = child.id().unwrap();
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output())
        .await
        .unwrap()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{:?}: {stderr}", output.status);
    assert_eq!(stderr, "");
    (String::from_utf8(output.stdout).unwrap(), id)
}

/// Processes whose group this is.
fn left_behind(group: u32) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|process| std::fs::read_to_string(process.path().join("stat")).ok())
        .filter(|stat| {
            let after_name = stat.rsplit(')').next().unwrap_or_default();
            after_name.split_whitespace().nth(2) == Some(&group.to_string())
        })
        .collect()
}

/// The part of the output that belongs to a scene.
fn scene(output: &str, number: usize) -> &str {
    let part = output.split("── ").nth(number).unwrap_or_default();
    assert!(part.starts_with(&format!("{number}. ")), "{output}");
    part
}

#[tokio::test]
async fn shows_every_trace_and_ends() {
    let (output, id) = run(&mut assistant()).await;
    assert_eq!(left_behind(id), [""; 0]);
    let expected: [&[&str]; 7] = [
        &[
            "2 projects are delayed: Water reuse",
            "orchestrator.execute_query  session_id=s-1  persona=noor  query_length=27",
            "confidence=0.92",
            "cache_miss",
            "SELECT tier1  client",
            "mcp_tool_called  tool=search_projects",
            "execute_tool search_projects",
            "tools/call search_projects  server",
            "SELECT projects",
            "reasoning_step",
            "response_received",
            "json_extraction_attempt_1",
            "json_validated",
            "translation_applied",
        ],
        &["cache_hit", "history_length=2"],
        &["persona=maestro", "cache_miss"],
        &["fast_path_greeting", "fast_path=true"],
        &[
            "auto_recovery_triggered",
            "json_extraction_attempt_2",
            "json_validated",
        ],
        &[
            "the assistant answered 502",
            "http.response.status_code=503",
            "LlmError: the model's endpoint answered 503",
        ],
        &[
            "gave up waiting",
            "POST /api/v1/chat/message  server  cancelled",
            "execute_query  cancelled",
        ],
    ];
    for (number, texts) in (1..).zip(expected) {
        let scene = scene(&output, number);
        for text in texts {
            assert!(scene.contains(text), "{text:?} is not in\n{scene}");
        }
        // The client's part, then the service's, of the same trace.
        let headers: Vec<_> = scene
            .lines()
            .filter_map(|line| line.split_once("  trace "))
            .collect();
        let services: Vec<_> = headers.iter().map(|(service, _)| *service).collect();
        assert_eq!(services, ["assistant-client", "assistant"], "{scene}");
        assert_eq!(headers[0].1.get(..32), headers[1].1.get(..32), "{scene}");
    }
    assert!(!scene(&output, 2).contains("SELECT tier1"));
    assert!(!scene(&output, 4).contains("chat "));
    let failure = scene(&output, 6);
    assert_eq!(failure.matches("answered 503").count(), 1, "{failure}");
}

/// The span of this name, of which there is one.
fn one<'a>(spans: &[&'a Span], name: &str) -> &'a Span {
    let found: Vec<_> = spans.iter().filter(|span| span.text("name") == name).collect();
    assert_eq!(found.len(), 1, "{name} in {spans:?}");
    found[0]
}

fn assert_below(child: &Span, parent: &Span) {
    assert_eq!(
        child.text("parentSpanId"),
        parent.text("spanId"),
        "{child:?}\n{parent:?}"
    );
}

#[tokio::test]
async fn sends_both_services_spans_where_the_environment_says() {
    let (collector, address) = Collector::start().await;
    let mut command = assistant();
    command
        .env("OTEL_TRACES_EXPORTER", "otlp")
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{address}"));
    run(&mut command).await;

    let mut spans = collector.spans();
    spans.sort_by_key(|span| span.text("startTimeUnixNano").to_owned());
    let asked = spans
        .iter()
        .find(|span| span.text("name") == "client.ask")
        .unwrap();
    let trace: Vec<&Span> = spans
        .iter()
        .filter(|span| span.text("traceId") == asked.text("traceId"))
        .collect();
    let of_client: Vec<_> = trace
        .iter()
        .copied()
        .filter(|span| span.service == "assistant-client")
        .collect();
    let of_service: Vec<_> = trace
        .iter()
        .copied()
        .filter(|span| span.service == "assistant")
        .collect();
    assert_eq!((of_client.len(), of_service.len()), (2, 13), "{trace:?}");

    let sent = one(&of_client, "POST /api/v1/chat/message");
    let served = one(&of_service, "POST /api/v1/chat/message");
    assert_eq!(asked.text("parentSpanId"), "");
    assert_below(sent, asked);
    assert_below(served, sent);
    let query = one(&of_service, "orchestrator.execute_query");
    assert_below(query, served);
    for step in ["load_tier1", "parse_response", "apply_business_language"] {
        assert_below(one(&of_service, &format!("orchestrator.{step}")), query);
    }
    assert_below(
        one(&of_service, "SELECT tier1"),
        one(&of_service, "orchestrator.load_tier1"),
    );
    let tool = one(&of_service, "execute_tool search_projects");
    let offered = one(&of_service, "tools/call search_projects");
    assert_below(tool, query);
    assert_below(offered, tool);
    assert_below(one(&of_service, "SELECT projects"), offered);

    assert_eq!(
        query.attribute("query_length"),
        Some(&json!({ "intValue": "27" }))
    );
    assert_eq!(
        query.attribute("confidence"),
        Some(&json!({ "doubleValue": 0.92 }))
    );
    assert_eq!(query.attribute("fast_path"), Some(&json!({ "boolValue": false })));
    assert_eq!((&sent.body["kind"], &served.body["kind"]), (&json!(3), &json!(2)));
    check_model_calls(&of_service, query);
}

fn check_model_calls(spans: &[&Span], query: &Span) {
    let calls: Vec<_> = spans
        .iter()
        .filter(|span| span.text("name") == "chat stub-mini")
        .collect();
    assert_eq!(calls.len(), 2);
    for call in &calls {
        assert_below(call, query);
        assert!(
            spans
                .iter()
                .any(|span| span.text("name") == "POST" && span.text("parentSpanId") == call.text("spanId"))
        );
        assert!(
            matches!(call.attribute("gen_ai.usage.input_tokens"), Some(count) if count["intValue"].is_string())
        );
        // The words stay here: content is captured only on request.
        assert!(!call.body.to_string().contains("delayed"), "{call:?}");
    }
    assert_eq!(
        calls[0].events(),
        ["reasoning_step", "mcp_tool_called", "response_received"]
    );
    assert_eq!(calls[1].events(), ["reasoning_step", "response_received"]);
    assert_eq!(
        calls[1].attribute("gen_ai.request.stream"),
        Some(&json!({ "boolValue": true }))
    );
}

#[tokio::test]
async fn serves_until_it_is_asked_to_end() {
    let mut child = assistant().args(["serve", "127.0.0.1:0"]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = tokio::time::timeout(PATIENCE, lines.next_line())
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    let url = first
        .split_whitespace()
        .find(|word| word.starts_with("http://"))
        .unwrap();
    let url = url.trim_end_matches(',');
    let http = reqwest::Client::builder().no_proxy().build().unwrap();

    let healthy = http.get(format!("{url}/health")).send().await.unwrap();
    assert_eq!(healthy.text().await.unwrap(), "ok");
    let ask = |query: &str| {
        http.post(format!("{url}/api/v1/chat/message"))
            .json(&json!({ "query": query }))
            .send()
    };
    assert_eq!(ask(" ").await.unwrap().status(), 400);
    let answer: Value = ask("Which projects are delayed?")
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(answer["confidence"], 0.92);

    let id = child.id().unwrap();
    let asked = Command::new("kill").arg(id.to_string()).status().await.unwrap();
    assert!(asked.success());
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output())
        .await
        .unwrap()
        .unwrap();
    let shown = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{shown}");
    assert!(
        shown.contains("empty_query_detected") && shown.contains("SELECT projects"),
        "{shown}"
    );
    assert!(!shown.contains("/health"), "{shown}");
    assert_eq!(left_behind(id), [""; 0]);
}
