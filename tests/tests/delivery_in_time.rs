//! Delivery in time: when batches leave, how long attempts are apart, what an outage and a bad destination cost. Each row
//! has three tries; `tests/src/thresholds.rs` holds what they are held to.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod otlp;
mod programs;

use otlp::server::{Reply, Request, Server};
use programs::{AT_ONCE, Ended, Program, different, ids, one_batch, sizes, then_ok};
use serde_json::json;
use spanwright_tests::thresholds::{self, SLACK, hold, three_tries};
use std::collections::HashSet;
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
        // A date has whole seconds, and is of when the row starts.
        let date = || httpdate(std::time::SystemTime::now() + Duration::from_secs(3));
        for (header, least) in [(Some("1"), 1.0), (Some("2"), 2.0), (None, 1.5)] {
            let header = header.map_or_else(date, str::to_owned);
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

/// What a span takes at the 99.9th percentile where every destination is good, in nanoseconds: the build and the
/// machine, whatever else runs on it.
fn with_good_destinations_only() -> u64 {
    let server = Server::ok();
    Program::to(&server.url, &["beside", "good", "10000", "2500"], &[])
        .end()
        .number("p999_ns")
}

/// A span is within the limit, or where the machine is too busy for that, not slower than with good destinations only.
fn as_fast_as_ever(ended: &Ended, control: u64) -> Result<(), String> {
    let p999 = ended.number("p999_ns");
    let limit = (thresholds::SPAN.as_nanos() as u64).max(control * thresholds::NOISE);
    hold(p999 <= limit, || {
        format!("a span took {p999} ns; {control} with good destinations")
    })
}

/// How long the outage of the suite lasts; ten minutes by `SPANWRIGHT_TEST_OUTAGE_SECONDS=600`.
fn outage_seconds() -> u64 {
    let set = std::env::var("SPANWRIGHT_TEST_OUTAGE_SECONDS");
    set.ok().and_then(|text| text.parse().ok()).unwrap_or(8)
}

/// Makes 10,000 spans a second while there is no server, which comes back for the last half second.
fn outage(variables: &[(&str, &str)]) -> (Ended, Server) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let seconds = outage_seconds();
    let millis = (seconds * 1000 + 500).to_string();
    let program = Program::to(
        &format!("http://{address}"),
        &["outage", "10000", &millis],
        variables,
    );
    std::thread::sleep(Duration::from_secs(seconds));
    let server = Server::on(TcpListener::bind(address).unwrap(), |_| Reply::status("200 OK"));
    (program.end(), server)
}

#[test]
fn an_outage_costs_bounded_memory_and_every_span_is_accounted_for() {
    let control = with_good_destinations_only();
    three_tries(|| {
        let (ended, server) = outage(&[]);
        let requests = server.requests();
        let account = ended.otlp();
        // What arrived is what the account says, each span once.
        assert_eq!(account["exported"], sizes(&requests).iter().sum::<usize>());
        assert_eq!(account["exported"], different(&requests));
        hold(account["pending"] == 0, || format!("not all in time: {account}"))?;
        assert!(account["exported"].as_u64() > Some(1000), "{ended:?}");
        hold(ended.number("ended") >= outage_seconds() * 10_000, || {
            format!("too few spans: {ended:?}")
        })?;
        let lines = ended.stderr.lines().filter(|line| line.contains("lost")).count();
        assert!(lines <= 3, "{}", ended.stderr);
        let memory = ended.number("memory");
        hold(memory <= thresholds::OUTAGE_MEMORY, || format!("{memory} bytes"))?;
        as_fast_as_ever(&ended, control)
    });
}

#[test]
fn an_outage_with_a_spool_costs_bounded_memory_and_loses_nothing() {
    three_tries(|| {
        let folder = tempfile::tempdir().unwrap();
        let spool = [("SPANWRIGHT_SPOOL_DIR", folder.path().to_str().unwrap())];
        let (ended, server) = outage(&spool);
        let mut left = ended.otlp().clone();
        assert_eq!(left["dropped"], json!({}), "{ended:?}");
        let mut exported = left["exported"].as_u64().unwrap();
        let mut arrived: HashSet<Vec<u8>> = HashSet::new();
        let mut read = |server: &Server| arrived.extend(server.requests().iter().flat_map(ids));
        read(&server);
        // What is on disk is sent by the next starts of the program.
        for _ in 0..100 {
            if left["spooled"] == 0 {
                break;
            }
            let next = Program::to(&server.url, &["spooled", "20000", "20000"], &spool).end();
            left = next.otlp().clone();
            exported += left["exported"].as_u64().unwrap();
            read(&server);
        }
        let made = ended.number("ended");
        assert_eq!((exported, arrived.len() as u64), (made, made), "{left}");
        assert_eq!(left["dropped"], json!({}));
        hold(made >= outage_seconds() * 10_000, || {
            format!("too few spans: {made}")
        })?;
        let memory = ended.number("memory");
        hold(memory <= thresholds::OUTAGE_MEMORY, || format!("{memory} bytes"))
    });
}

#[test]
fn a_bad_destination_neither_slows_spans_nor_a_good_one_and_recovers() {
    let control = with_good_destinations_only();
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
            hold(good["exported"] == good["offered"], || {
                format!("{kind}: not all in time: {good}")
            })?;
            assert_eq!(
                different(&server.requests()),
                good["exported"].as_u64().unwrap() as usize
            );
            let bad = ended.destination(kind);
            assert_eq!(bad["exported"], ended.accounts["arrived"], "{kind}: {bad}");
            assert!(ended.number("recovered") >= 100, "{kind}: {ended:?}");
            hold(bad["pending"] == 0, || format!("{kind}: not all in time: {bad}"))?;
            hold(took < Duration::from_secs(12), || format!("{kind}: {took:?}"))?;
            as_fast_as_ever(&ended, control)
        });
    }
}
