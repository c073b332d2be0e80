//! Each backend's contract, held by a server on loopback: what it takes, what it reads, how it refuses. One row for each
//! backend in [`rows`], which says where that is written; `contract` is the server that holds a row.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod contract;
mod rows;

#[path = "../otlp/mod.rs"]
mod otlp;
#[path = "../programs/mod.rs"]
mod programs;

use contract::{Contract, Kept, hold};
use otlp::server::{Reply, Server};
use programs::{AT_ONCE, Ended, Program};
use spanwright::IntoDestination as _;
use std::time::Duration;

/// Spans of one run: those of the request, and one more.
const SPANS: u64 = spanwright_tests::model_calls::SPANS + 1;

/// Content is captured, or there is no input and no output to look for.
const CONTENT: (&str, &str) = ("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "SPAN_ONLY");

/// Runs the program with a row's own variables, its server at `url`, and another destination beside it.
fn run(row: &Contract, url: &str, name: &str, beside: &Server, more: &[(&str, &str)]) -> Ended {
    let own: Vec<(&str, String)> = row
        .variables
        .iter()
        .map(|(name, value)| (*name, value.replace("{url}", url)))
        .collect();
    let own: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let other = [
        ("OTEL_TRACES_EXPORTER", "otlp"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", beside.url.as_str()),
    ];
    let variables = [&[AT_ONCE, CONTENT][..], &own, &other, more].concat();
    let mut arguments = vec!["model-calls", name, "10000", "5000"];
    if own.is_empty() {
        arguments.extend([row.name, url]);
    }
    Program::start(&arguments, &variables).end()
}

#[test]
fn a_backends_own_variables_send_what_it_takes_and_reads() {
    for row in rows::all() {
        let (server, kept) = hold(row);
        let good = Server::ok();
        let ended = run(row, &server.url, "last", &good, &[]);
        let label = format!("{} ({}): {ended:?}", row.name, row.source);
        assert!(ended.status.success(), "{label}");
        assert_eq!(kept.broken(), [""; 0], "{label}");
        assert_eq!(ended.destination(row.name)["exported"], SPANS, "{label}");
        kept.assert_reads(row);
        // The one beside it is sent what was recorded.
        assert_eq!(ended.otlp()["exported"], SPANS, "{label}");
        let plain = Kept::of(good.requests());
        let chat = plain.span("chat gpt-4o-mini");
        assert_eq!(
            chat.text("gen_ai.usage.input_tokens").as_deref(),
            Some("1000"),
            "{label}"
        );
        assert_eq!(
            chat.text("gen_ai.usage.cache_write.input_tokens").as_deref(),
            Some("10")
        );
        for key in chat.keys() {
            let foreign = [
                "langfuse.",
                "langwatch.",
                "opik.",
                "llm.",
                "traceloop.",
                "braintrust.",
            ];
            assert!(
                !foreign.iter().any(|start| key.starts_with(start)),
                "{label}: {key}"
            );
        }
    }
}

#[test]
fn a_backend_in_code_sends_the_same() {
    for row in rows::all() {
        let (server, kept) = hold(row);
        let mut destination = (row.in_code)(&server.url).into_destination().unwrap();
        let delivered = destination.deliver(&otlp::batch::spans(&["one", "two"]));
        assert!(delivered.is_ok(), "{}: {delivered:?}", row.name);
        assert_eq!(kept.broken(), [""; 0], "{}", row.name);
        assert_eq!(destination.name(), row.name);
        assert_eq!(destination.warnings(), [""; 0], "{}", row.name);
    }
}

/// Runs each backend against a server that answers so, and says what must be seen of it.
fn refused(
    status: &'static str,
    reply: fn(&Contract) -> Reply,
    more: &[(&str, &str)],
    check: fn(&Contract, &Ended, &Server),
) {
    for row in rows::all() {
        let server = Server::answering(move |_| reply(row));
        let good = Server::ok();
        let ended = run(row, &server.url, "last", &good, more);
        assert!(ended.status.success(), "{}: {ended:?}", row.name);
        assert_failed(row, &ended, status);
        check(row, &ended, &server);
        assert_eq!(
            Kept::of(good.requests()).names().len() as u64,
            SPANS,
            "{}: {ended:?}",
            row.name
        );
    }
}

/// All of it is counted as lost, with the status and without the key, and the other destination is as if nothing were.
#[track_caller]
fn assert_failed(row: &Contract, ended: &Ended, status: &str) {
    let label = format!("{}: {ended:?}", row.name);
    let account = ended.destination(row.name);
    assert_eq!(account["exported"], 0, "{label}");
    assert_eq!(account["pending"], 0, "{label}");
    let error = account["last_error"].as_str().unwrap_or_default();
    assert!(error.contains(status), "{label}");
    for key in rows::KEYS {
        assert!(!error.contains(key) && !ended.stderr.contains(key), "{label}");
    }
    let good = ended.otlp();
    assert_eq!(good["exported"], SPANS, "{label}");
    assert_eq!(good["dropped"], serde_json::json!({}), "{label}");
    assert_eq!(good["last_error"], serde_json::Value::Null, "{label}");
}

#[track_caller]
fn assert_dropped(row: &Contract, ended: &Ended, reason: &str) {
    let dropped = &ended.destination(row.name)["dropped"];
    assert_eq!(
        dropped,
        &serde_json::json!({ reason: SPANS }),
        "{}: {ended:?}",
        row.name
    );
}

#[test]
fn a_wrong_key_is_a_counted_failure() {
    let reply = |row: &Contract| row.unauthorized.reply("401 Unauthorized", "");
    refused("401", reply, &[], |row, ended, server| {
        assert_dropped(row, ended, "refused");
        assert!(!server.requests().is_empty());
    });
}

#[test]
fn a_wrong_path_is_a_counted_failure() {
    let reply = |row: &Contract| row.not_found.reply("404 Not Found", "");
    refused("404", reply, &[], |row, ended, _| {
        assert_dropped(row, ended, "refused")
    });
}

#[test]
fn a_rate_limit_is_waited_for_as_asked_and_counted_in_the_end() {
    let reply = |row: &Contract| row.limited.reply("429 Too Many Requests", "retry-after: 1\r\n");
    let attempts = [("SPANWRIGHT_EXPORT_ATTEMPTS", "2")];
    refused("429", reply, &attempts, |row, ended, server| {
        assert_dropped(row, ended, "expired");
        let spans: Vec<_> = server
            .requests()
            .into_iter()
            .filter(|request| request.path == row.path)
            .collect();
        assert!(spans.len() >= 2, "{}: {} requests", row.name, spans.len());
        assert!(
            spans
                .windows(2)
                .all(|pair| pair[1].at - pair[0].at >= Duration::from_millis(900)),
            "{}: {:?}",
            row.name,
            spans.iter().map(|request| request.at).collect::<Vec<_>>()
        );
    });
}

/// One span that a backend finds malformed costs the request it is in.
#[test]
fn a_malformed_span_is_a_counted_failure() {
    for row in rows::all() {
        let server = Server::answering(move |request| {
            let malformed = Kept::of([request]).names().contains(&"malformed".to_owned());
            if malformed {
                row.malformed.reply("400 Bad Request", "")
            } else {
                Reply::status("200 OK")
            }
        });
        let good = Server::ok();
        // One batch, whatever the machine is at.
        let ended = run(
            row,
            &server.url,
            "malformed",
            &good,
            &[("OTEL_BSP_SCHEDULE_DELAY", "500")],
        );
        assert_failed(row, &ended, "400");
        assert_dropped(row, &ended, "refused");
    }
}

#[test]
fn a_half_set_backend_is_one_line_and_the_program_runs_on() {
    for row in rows::all() {
        let Some((left_out, asks)) = row.half else {
            continue;
        };
        let good = Server::ok();
        let half: Vec<(&str, &str)> = row
            .variables
            .iter()
            .filter(|(name, _)| *name != left_out)
            .map(|(name, value)| {
                (
                    *name,
                    if value.contains("{url}") {
                        "http://127.0.0.1:1"
                    } else {
                        *value
                    },
                )
            })
            .collect();
        let variables = [
            &[
                AT_ONCE,
                ("OTEL_TRACES_EXPORTER", "otlp"),
                ("OTEL_EXPORTER_OTLP_ENDPOINT", good.url.as_str()),
            ][..],
            &half,
        ]
        .concat();
        let ended = Program::start(&["model-calls", "last", "10000", "5000"], &variables).end();
        assert!(ended.status.success(), "{ended:?}");
        assert_eq!(ended.otlp()["exported"], SPANS, "{ended:?}");
        let lines: Vec<_> = ended
            .stderr
            .lines()
            .filter(|line| line.contains(row.name))
            .collect();
        assert!(
            lines.len() == 1 && lines[0].contains(asks) && lines[0].contains("nothing is sent"),
            "{}: {ended:?}",
            row.name
        );
    }
}

#[test]
fn each_can_be_switched_off_alone() {
    for row in rows::all() {
        let (server, kept) = hold(row);
        let good = Server::ok();
        let off = [("SPANWRIGHT_DISABLED_DESTINATIONS", row.name)];
        let ended = run(row, &server.url, "last", &good, &off);
        assert_eq!(ended.destination(row.name)["on"], false, "{ended:?}");
        assert!(kept.spans().is_empty(), "{ended:?}");
        assert_eq!(ended.otlp()["exported"], SPANS, "{ended:?}");
        assert!(!ended.stderr.contains("no destination is called"), "{ended:?}");
    }
}

/// What a spool holds is what was recorded: the profile is applied when it is sent, by the next process.
#[test]
fn what_was_spooled_is_sent_as_the_backend_reads_it() {
    let row = rows::all().find(|row| row.name == "langfuse").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let spool = [("SPANWRIGHT_SPOOL_DIR", folder.path().to_str().unwrap())];
    let good = Server::ok();
    let refusing = Server::start(|_| Reply::status("503 Busy"));
    let ended = run(row, &refusing.url, "last", &good, &spool);
    assert_eq!(ended.destination("langfuse")["spooled"], SPANS, "{ended:?}");
    let (server, kept) = hold(row);
    let ended = run(row, &server.url, "last", &good, &spool);
    let account = ended.destination("langfuse");
    assert_eq!(
        (&account["recovered"], &account["exported"]),
        (&SPANS.into(), &(2 * SPANS).into())
    );
    assert_eq!(kept.broken(), [""; 0]);
    assert_eq!(
        kept.spans()
            .iter()
            .filter(|span| span.name == "chat gpt-4o-mini")
            .count(),
        2
    );
    kept.assert_reads(row);
}
