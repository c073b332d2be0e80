//! However a program ends, every span that ended is delivered. Each case is a process of its own.

use std::collections::BTreeMap;
use std::process::{Command, Output};

struct Ran {
    output: Output,
    /// How often each span name arrived.
    spans: BTreeMap<String, usize>,
    lines: Vec<serde_json::Value>,
}

fn run(scenario: &str) -> Ran {
    run_program(env!("CARGO_BIN_EXE_scenario"), &[scenario])
}

/// A folder in memory, where there is one: each shutdown has the file written to the disk, and on a disk that others keep
/// busy that alone takes seconds.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

fn run_program(program: &str, arguments: &[&str]) -> Ran {
    let folder = folder();
    let file = folder.path().join("spans.jsonl");
    let mut command = Command::new(program);
    for (name, _) in
        std::env::vars().filter(|(name, _)| name.starts_with("OTEL_") || name.starts_with("SPANWRIGHT_"))
    {
        command.env_remove(name);
    }
    let output = command.args(arguments).arg(&file).output().unwrap();
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let mut spans = BTreeMap::new();
    for line in &lines {
        for resource in line["resourceSpans"].as_array().into_iter().flatten() {
            for scope in resource["scopeSpans"].as_array().into_iter().flatten() {
                for span in scope["spans"].as_array().into_iter().flatten() {
                    *spans
                        .entry(span["name"].as_str().unwrap().to_owned())
                        .or_default() += 1;
                }
            }
        }
    }
    Ran { output, spans, lines }
}

#[track_caller]
fn assert_delivered(scenario: &str, times: usize) -> Ran {
    let ran = run(scenario);
    let stderr = String::from_utf8_lossy(&ran.output.stderr);
    for name in ["first", "second", "third"] {
        assert_eq!(
            ran.spans.get(name),
            Some(&times),
            "{scenario}: {name}: {:?}\n{stderr}",
            ran.spans
        );
    }
    ran
}

macro_rules! delivered {
    ($($test:ident: $scenario:literal, $times:literal;)*) => {$(
        #[test]
        fn $test() {
            let ran = assert_delivered($scenario, $times);
            assert!(ran.output.status.success(), "{:?}", ran.output);
        }
    )*};
}

delivered! {
    return_from_main: "return", 1;
    forgotten_guard: "forgotten-guard", 1;
    a_thread_that_sleeps_for_ever: "sleeping-thread", 1;
    a_scope_followed_by_shutdown: "scope", 8;
    five_hundred_and_twelve_threads: "512-threads", 512;
    inside_a_current_thread_runtime: "current-thread", 1;
    inside_a_runtime_with_one_worker: "one-worker", 1;
    blocking_shutdown_inside_a_runtime: "blocking-in-runtime", 1;
    a_second_init_is_an_error: "second-init", 1;
}

#[test]
fn process_exit_keeps_the_exit_code() {
    let ran = assert_delivered("process-exit", 1);
    assert_eq!(ran.output.status.code(), Some(7));
}

#[test]
fn unwinding_delivers_and_marks_the_span() {
    let ran = assert_delivered("panic", 1);
    assert_eq!(ran.output.status.code(), Some(101));
    assert_eq!(ran.spans.get("outer"), Some(&1));
    let text = serde_json::to_string(&ran.lines).unwrap();
    assert!(text.contains("\"panicked\""), "{text}");
}

#[test]
fn spans_of_thread_local_destructors_arrive() {
    let ran = assert_delivered("thread-local", 3);
    assert!(ran.output.status.success(), "{:?}", ran.output);
}

#[test]
fn a_span_that_never_ended_is_abandoned() {
    let ran = assert_delivered("open-span", 1);
    assert_eq!(ran.spans.get("still open"), Some(&1), "{:?}", ran.spans);
    assert!(serde_json::to_string(&ran.lines).unwrap().contains("abandoned"));
}

#[test]
fn parent_and_child_of_a_fork_deliver_their_own_once() {
    let ran = assert_delivered("fork", 1);
    assert!(ran.output.status.success(), "{:?}", ran.output);
    assert_eq!(ran.spans.get("in the child"), Some(&1));
}

#[test]
fn children_of_a_busy_process_wait_for_nobody_and_have_spans_of_their_own() {
    let ran = assert_delivered("busy-forks", 1);
    assert!(ran.output.status.success(), "{:?}", ran.output);
    assert_eq!(ran.spans.get("in the child"), Some(&100));
    assert_eq!(ran.spans.get("in another thread"), Some(&4));
    assert!(!serde_json::to_string(&ran.lines).unwrap().contains("abandoned"));
}

/// The standard library's threads wait, before they begin, for a lock that is held where another thread begins or ends.
#[test]
fn a_child_of_a_process_that_starts_threads_delivers() {
    let ran = run_program(env!("CARGO_BIN_EXE_forks_among_threads"), &[]);
    assert!(ran.output.status.success(), "{:?}", ran.output);
    assert_eq!(ran.spans.get("in the child"), Some(&10));
}

#[test]
fn a_loss_is_said_once_where_nobody_asks_for_the_report() {
    // Bound and dropped: nobody listens there any more.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    for (level, lines) in [("info", 1), ("none", 0)] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scenario"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("OTEL_")) {
            command.env_remove(name);
        }
        let output = command
            .args(["from-environment", "-"])
            .env("OTEL_TRACES_EXPORTER", "otlp")
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://127.0.0.1:{port}"))
            .env("OTEL_LOG_LEVEL", level)
            .output()
            .unwrap();
        assert!(output.status.success());
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(stderr.lines().count(), lines, "{stderr}");
        assert!(
            lines == 0 || stderr.contains("otlp: 0 of 3 delivered"),
            "{stderr}"
        );
    }
}
