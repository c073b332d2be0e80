//! Delivery in time: when batches leave, how long attempts are apart, what an outage and a bad destination cost. Each row
//! has three tries; `tests/src/thresholds.rs` holds what they are held to.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod otlp;
mod programs;

use otlp::server::{Reply, Request, Server};
use programs::{AT_ONCE, Program, different, one_batch, sizes, then_ok};
use serde_json::json;
use spanwright_tests::thresholds::{self, SLACK, hold, three_tries};
use std::net::TcpListener;
use std::time::{Duration, Instant};

fn waits(requests: &[Request]) -> Vec<f64> {
    requests
        .windows(2)
        .map(|pair| (pair[1].at - pair[0].at).as_secs_f64())
        .collect()
}

#[test]
fn batches_leave_by_count_and_by_age() {
    three_tries(|| {
        let server = Server::ok();
        let program = Program::to(
            &server.url,
            &["spans", "250", "7000", "1000"],
            &[
                ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "100"),
                ("OTEL_BSP_SCHEDULE_DELAY", "5000"),
            ],
        );
        let began = program.began;
        let ended = program.end();
        let requests = server.requests();
        assert_eq!(sizes(&requests), [100, 100, 50]);
        assert_eq!(different(&requests), 250);
        assert_eq!(ended.otlp()["exported"], 250);
        let after: Vec<_> = requests.iter().map(|request| request.at - began).collect();
        hold(after[1] < Duration::from_secs(1) + SLACK, || {
            format!("full batches waited: {after:?}")
        })?;
        hold(after[2] < Duration::from_secs(5) + SLACK, || {
            format!("the rest waited: {after:?}")
        })?;
        hold(after[2] > Duration::from_secs(3), || {
            format!("the rest left early: {after:?}")
        })
    });
}

#[test]
fn waits_grow_and_are_jittered_over_the_whole_backoff() {
    three_tries(|| {
        let server = Server::start(|_| Reply::status("503 Busy"));
        let programs: Vec<_> = (0..4)
            .map(|_| {
                let server = Server::start(|_| Reply::status("503 Busy"));
                let program = Program::to(&server.url, &["spans", "1", "7000", "10"], &[AT_ONCE]);
                (server, program)
            })
            .collect();
        drop(server);
        let mut shares = Vec::new();
        for (server, program) in programs {
            program.end();
            for (at, wait) in waits(&server.requests()).into_iter().enumerate() {
                let longest = 0.5 * f64::from(1 << at);
                hold(wait < longest + SLACK.as_secs_f64(), || {
                    format!("wait {at} was {wait} s")
                })?;
                shares.push(wait / longest);
            }
        }
        let count = shares.len();
        hold(count >= 12, || format!("{count} waits"))?;
        let low = shares.iter().filter(|share| **share < 0.5).count();
        hold((1..count).contains(&low), || format!("no jitter: {shares:?}"))?;
        hold(shares.iter().any(|share| *share < 0.3), || {
            format!("no full jitter: {shares:?}")
        })
    });
}

#[test]
fn retry_after_is_waited_for_and_the_batch_kept() {
    three_tries(|| {
        let date = |seconds| httpdate(std::time::SystemTime::now() + Duration::from_secs(seconds));
        // A date has whole seconds.
        for (header, least) in [("1".to_owned(), 1.0), ("2".to_owned(), 2.0), (date(3), 1.5)] {
            let value = format!("retry-after: {header}\r\n");
            let (requests, ended) = one_batch(&[], then_ok(vec![Reply::with("429 Too Many", &value, b"")]));
            assert_eq!(requests.len(), 2, "{header}: {ended:?}");
            assert_eq!(ended.otlp()["exported"], 10);
            let wait = waits(&requests)[0];
            hold(wait >= least && wait < 3.0 + SLACK.as_secs_f64(), || {
                format!("{header}: {wait} s")
            })?;
        }
        Ok(())
    });
    for header in ["60", "9999999", "Fri, 31 Dec 9999 23:59:59 GMT"] {
        let value = format!("retry-after: {header}\r\n");
        let server = Server::start(move |_| Reply::with("503 Busy", &value, b""));
        let ended = Program::to(&server.url, &["rounds", "10", "700", "1", "5000"], &[AT_ONCE]).end();
        // Neither a flush nor the end asks before the server wants to be asked, nor waits in vain.
        assert_eq!(server.requests().len(), 1, "{header}");
        assert_eq!(ended.otlp()["dropped"], json!({ "shut down": 10 }), "{header}");
        assert!(ended.number("shutdown_ms") < 4000, "{ended:?}");
    }
    // No wait, or none that makes sense, is a usual backoff: the server is not hammered.
    for header in ["0", "-5", "Sun, 06 Nov 1994 08:49:37 GMT"] {
        let value = format!("retry-after: {header}\r\n");
        let (requests, _) = one_batch(&[], move |_| Reply::with("503 Busy", &value, b""));
        assert!((2..12).contains(&requests.len()), "{header}: {}", requests.len());
    }
}

/// RFC 9110's form of a time.
fn httpdate(time: std::time::SystemTime) -> String {
    let output = std::process::Command::new("date")
        .env("LC_ALL", "C")
        .args(["-u", "+%a, %d %b %Y %H:%M:%S GMT", "-d"])
        .arg(format!(
            "@{}",
            time.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
        ))
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// How long the outage of the suite lasts; ten minutes by `SPANWRIGHT_TEST_OUTAGE_SECONDS=600`.
fn outage_seconds() -> u64 {
    let set = std::env::var("SPANWRIGHT_TEST_OUTAGE_SECONDS");
    set.ok().and_then(|text| text.parse().ok()).unwrap_or(8)
}

#[test]
fn an_outage_costs_bounded_memory_and_every_span_is_accounted_for() {
    three_tries(|| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let seconds = outage_seconds();
        let millis = (seconds * 1000 + 500).to_string();
        let program = Program::to(&format!("http://{address}"), &["outage", "10000", &millis], &[]);
        std::thread::sleep(Duration::from_secs(seconds));
        let server = Server::on(TcpListener::bind(address).unwrap(), |_| Reply::status("200 OK"));
        let ended = program.end();
        let requests = server.requests();
        let account = ended.otlp();
        // What arrived is what the account says, each span once.
        assert_eq!(account["exported"], sizes(&requests).iter().sum::<usize>());
        assert_eq!(account["exported"], different(&requests));
        assert_eq!(account["pending"], 0, "{ended:?}");
        assert!(account["exported"].as_u64() > Some(1000), "{ended:?}");
        assert!(ended.number("ended") >= seconds * 10_000, "{ended:?}");
        let lines = ended.stderr.lines().filter(|line| line.contains("lost")).count();
        assert!(lines <= 3, "{}", ended.stderr);
        let (memory, p999) = (ended.number("memory"), ended.number("p999_ns"));
        hold(memory <= thresholds::OUTAGE_MEMORY, || format!("{memory} bytes"))?;
        hold(u128::from(p999) <= thresholds::SPAN.as_nanos(), || {
            format!("a span took {p999} ns")
        })
    });
}

#[test]
fn a_bad_destination_neither_slows_spans_nor_a_good_one_and_recovers() {
    for kind in ["hung", "panicking", "panicking-at-times", "slow", "failing"] {
        three_tries(|| {
            let server = Server::ok();
            let began = Instant::now();
            let ended = Program::to(
                &server.url,
                &["beside", kind, "10000", "2500"],
                &[("OTEL_BSP_SCHEDULE_DELAY", "200")],
            )
            .end();
            let took = began.elapsed();
            assert_eq!(ended.number("good_dropped"), 0, "{kind}: {ended:?}");
            let good = ended.otlp();
            assert_eq!(good["exported"], good["offered"], "{kind}: {good}");
            assert_eq!(
                different(&server.requests()),
                good["exported"].as_u64().unwrap() as usize
            );
            let bad = ended.destination(kind);
            assert_eq!(bad["exported"], ended.accounts["arrived"], "{kind}: {bad}");
            assert!(ended.number("recovered") >= 100, "{kind}: {ended:?}");
            assert_eq!(bad["pending"], 0, "{kind}: {bad}");
            hold(took < Duration::from_secs(12), || format!("{kind}: {took:?}"))?;
            let p999 = ended.number("p999_ns");
            hold(u128::from(p999) <= thresholds::SPAN.as_nanos(), || {
                format!("{kind}: a span took {p999} ns")
            })
        });
    }
}
