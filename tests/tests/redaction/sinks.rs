//! Every way out of a process: what it sends, what it prints, and what a panic of its parts says.
//!
//! The process is this program, started again for an ignored test.

use super::otlp::server::Server;
use super::{assert_found, fields, leaked, planted};
use spanwright::destination::Otlp;
use spanwright::destination::console::Console;
use spanwright::{Batch, Delivered, DeliveryError, Destination, Limits};
use std::process::Command;
use std::time::Duration;

const URL: &str = "REDACTION_SINK";

/// A destination that says all that it was given when it fails.
#[derive(Debug)]
struct Telltale;

impl Destination for Telltale {
    fn name(&self) -> std::borrow::Cow<'static, str> {
        "telltale".into()
    }

    fn deliver(&mut self, batch: &Batch) -> Result<Delivered, DeliveryError> {
        panic!("cannot deliver {batch:?}")
    }
}

/// Bytes of a captured value.
const BOUND: usize = 64 * 1024;

#[test]
#[ignore = "a process that another test starts"]
fn process() {
    let Ok(url) = std::env::var(URL) else { return };
    let guard = spanwright::builder("sinks")
        .destination(Otlp::http(url))
        .destination(Console::stderr())
        .destination(Telltale)
        .limits({
            // What is cut when it is captured is seen whole.
            let mut limits = Limits::default();
            limits.value_length = usize::MAX;
            limits
        })
        .queue_bytes(512 << 20)
        .init()
        .unwrap();
    for (number, planted) in planted::planted().iter().enumerate() {
        fields::record(planted);
        let text = planted.text.as_str();
        tracing::info!(note = text, "{text}");
        tracing::info_span!("foreign", note = text).in_scope(|| tracing::error!(error = %text));
        let _session = spanwright::session().user(&planted.secret).tag(text).attach();
        spanwright::in_span("below", || ());
        if number % 20 == 0 {
            // Across the bound of a captured value, and across the place where the uncertain end begins.
            for bound in [BOUND, BOUND - 1024] {
                let before = bound - 1 - number % planted.text.len();
                let long = format!("{} {}{}", "x ".repeat(before / 2), text, " y".repeat(2000));
                spanwright::in_span("long", || {
                    spanwright::current().set("note", &long);
                });
            }
        }
        if number % 50 == 0 {
            let _ = guard.flush(Duration::from_secs(60));
        }
    }
    spanwright::doctor();
    let report = guard.shutdown(Duration::from_secs(60));
    assert!(
        report.health.redacted > 1000 && report.health.redaction_failed == 0,
        "{report}"
    );
    eprintln!("{report}\n{report:?}");
}

#[test]
fn planted_secrets_leave_by_no_way_out() {
    let server = Server::ok();
    let mut command = Command::new(std::env::current_exe().unwrap());
    for (name, _) in
        std::env::vars().filter(|(name, _)| name.starts_with("OTEL_") || name.starts_with("SPANWRIGHT_"))
    {
        command.env_remove(name);
    }
    let output = command
        .args([
            "--exact",
            "sinks::process",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(URL, &server.url)
        .env("RUST_LOG", "info")
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{}",
        &stderr[stderr.len().saturating_sub(4000)..]
    );
    for said in ["cannot deliver Batch", "counters:", "foreign", "telltale"] {
        assert!(stderr.contains(said), "{said}");
    }
    let planted = planted::planted();
    let requests = server.requests();
    let wire: Vec<u8> = requests.iter().flat_map(|request| request.body.clone()).collect();
    let wire = String::from_utf8_lossy(&wire);
    assert!(wire.contains("[REDACTED]") && wire.len() > 1_000_000 && wire.contains("…[cut]"));
    assert_found("OTLP on the wire", &planted, &leaked(&planted, &wire));
    assert_found(
        "stderr: tree, log lines, panics, doctor, report",
        &planted,
        &leaked(&planted, &stderr),
    );
}
