//! Every way out of a process: what it sends, what it leaves on disk, what it prints, and what a panic of its parts says.
//!
//! The process is this program, started again for an ignored test.

use super::otlp::server::{Reply, Server};
use super::planted::Planted;
use super::{assert_found, fields, leaked, planted, spooled};
use spanwright::destination::Otlp;
use spanwright::destination::console::Console;
use spanwright::{Batch, Builder, Delivered, DeliveryError, Destination, Limits};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Where OTLP goes.
const URL: &str = "REDACTION_SINK";
/// Which of the processes it is.
const ROLE: &str = "REDACTION_PART";
/// Its spool, by Spanwright's own variable.
const SPOOL: &str = "SPANWRIGHT_SPOOL_DIR";

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

/// A destination whose backend is away.
#[derive(Debug)]
struct Away;

impl Destination for Away {
    fn name(&self) -> std::borrow::Cow<'static, str> {
        "away".into()
    }

    fn deliver(&mut self, _: &Batch) -> Result<Delivered, DeliveryError> {
        Err(DeliveryError::Retry {
            after: Some(Duration::from_secs(60)),
            message: "away".to_owned(),
        })
    }
}

/// Bytes of a captured value.
const BOUND: usize = 64 * 1024;

fn builder(url: String) -> Builder {
    spanwright::builder("sinks")
        .destination(Otlp::http(url))
        .limits({
            // What is cut when it is captured is seen whole.
            let mut limits = Limits::default();
            limits.value_length = usize::MAX;
            limits
        })
        .queue_bytes(512 << 20)
}

#[test]
#[ignore = "a process that another test starts"]
fn process() {
    let (Ok(url), Ok(part)) = (std::env::var(URL), std::env::var(ROLE)) else {
        return;
    };
    let builder = match part.as_str() {
        "every sink" => builder(url)
            .destination(Console::stderr())
            .destination(Telltale)
            .destination(Away),
        // Where all destinations take them so, spans are encoded on the pipeline's thread, and never are records.
        _ => builder(url),
    };
    let guard = builder.init().unwrap();
    if part != "the next start" {
        record_all(&guard);
    }
    let _ = guard.flush(Duration::from_secs(if part == "the next start" { 60 } else { 1 }));
    while part == "the next start" && guard.health().destinations[0].spooled > 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    let report = guard.shutdown(Duration::from_secs(60));
    assert!(
        part == "the next start" || report.health.redacted > 1000 && report.health.redaction_failed == 0,
        "{report}"
    );
    let spooled: u64 = report.health.destinations.iter().map(|one| one.spooled).sum();
    eprintln!("{report}\n{report:?}\nspooled={spooled}");
}

/// Spans, log records, spans of other crates and sessions with all that is planted.
fn record_all(guard: &spanwright::Guard) {
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
            let _ = guard.flush(Duration::from_millis(500));
        }
    }
    spanwright::doctor();
}

/// Runs a part of [`process`]; answers what it wrote to stderr.
fn run(part: &str, url: &str, spool: &Path) -> String {
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
        .env(URL, url)
        .env(ROLE, part)
        .env(SPOOL, spool)
        .env("RUST_LOG", "info")
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success(),
        "{}",
        &stderr[stderr.len().saturating_sub(4000)..]
    );
    stderr
}

fn assert_none_on_the_wire(sink: &str, planted: &[Planted], server: &Server) {
    let requests = server.requests();
    let wire: Vec<u8> = requests.iter().flat_map(|request| request.body.clone()).collect();
    let wire = String::from_utf8_lossy(&wire);
    assert!(wire.contains("[REDACTED]") && wire.len() > 1_000_000 && wire.contains("…[cut]"));
    assert_found(sink, planted, &leaked(planted, &wire));
}

fn assert_none_on_disk(sink: &str, planted: &[Planted], spool: &Path, stderr: &str) {
    let spooled = spooled::read(spool);
    assert!(
        spooled.records > 1000 && stderr.contains(&format!("spooled={}\n", spooled.records)),
        "{} records are on disk",
        spooled.records
    );
    let unpacked = String::from_utf8_lossy(&spooled.unpacked);
    assert!(
        unpacked.contains("[REDACTED]") && unpacked.len() > 1_000_000 && unpacked.contains("…[cut]"),
        "{} bytes are on disk",
        unpacked.len()
    );
    let raw = String::from_utf8_lossy(&spooled.raw);
    assert_found(&format!("{sink}, as it is"), planted, &leaked(planted, &raw));
    assert_found(&format!("{sink}, unpacked"), planted, &leaked(planted, &unpacked));
}

#[test]
fn planted_secrets_leave_by_no_way_out() {
    let (server, spool) = (Server::ok(), tempfile::tempdir().unwrap());
    let stderr = run("every sink", &server.url, spool.path());
    for said in ["cannot deliver Batch", "counters:", "foreign", "telltale"] {
        assert!(stderr.contains(said), "{said}");
    }
    let planted = planted::planted();
    assert_none_on_the_wire("OTLP on the wire", &planted, &server);
    assert_none_on_disk("the spool", &planted, spool.path(), &stderr);
    assert_found(
        "stderr: tree, log lines, panics, doctor, report",
        &planted,
        &leaked(&planted, &stderr),
    );
}

/// The usual program, which has OTLP alone: its backend is away, and is there again when it starts the next time.
#[test]
fn planted_secrets_are_neither_spooled_nor_sent_later() {
    let spool = tempfile::tempdir().unwrap();
    let away = Server::start(|_| Reply::with("503 Service Unavailable", "retry-after: 200\r\n", b""));
    let stderr = run("OTLP alone", &away.url, spool.path());
    let planted = planted::planted();
    assert_none_on_disk("the spool of OTLP alone", &planted, spool.path(), &stderr);
    let server = Server::ok();
    let stderr = run("the next start", &server.url, spool.path());
    assert!(stderr.contains("spooled=0\n"), "{stderr}");
    assert_none_on_the_wire("OTLP on the wire, from the spool", &planted, &server);
}
