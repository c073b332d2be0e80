//! `doctor()` says what is configured, what is wrong with it, and what can be reached; and no secret.

use std::process::Command;

#[test]
fn the_diagnosis_of_a_process() {
    // Bound and dropped: nobody listens there any more.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let mut command = Command::new(env!("CARGO_BIN_EXE_scenario"));
    for (name, _) in
        std::env::vars().filter(|(name, _)| name.starts_with("OTEL_") || name.starts_with("SPANWRIGHT_"))
    {
        command.env_remove(name);
    }
    let output = command
        .args(["doctor", "-"])
        .env("OTEL_SERVICE_NAME", "patient")
        .env("OTEL_TRACES_EXPORTER", "otlp")
        .env(
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            format!("http://user:planted-password@127.0.0.1:{port}"),
        )
        .env("OTEL_EXPORTER_OTLP_HEADERS", "x-api-key=planted-key")
        .env("OTEL_BSP_SCHEDULE_DELAY", "soon")
        .env("SPANWRIGHT_TRACE", "somewhere=off,info")
        .output()
        .unwrap();
    let (stdout, stderr) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    assert!(output.status.success(), "{stdout}\n{stderr}");
    let (before, after) = stdout.split_once("\nspanwright ").unwrap();
    assert!(
        before.contains("not initialised: call spanwright::init() in main"),
        "{before}"
    );
    for expected in [
        "pipeline: running",
        "resource: service.name = patient",
        "problem: OTEL_BSP_SCHEDULE_DELAY",
        "filter: somewhere=off,info",
        "propagators: tracecontext, baggage",
        "destination: otlp",
        &format!("127.0.0.1:{port}"),
        "site: in_span",
    ] {
        assert!(after.contains(expected), "no {expected:?} in\n{after}");
    }
    for text in [&stdout, &stderr] {
        assert!(!text.contains("planted"), "{text}");
    }
}
