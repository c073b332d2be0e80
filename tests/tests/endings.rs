//! How long an end takes while the backend does not answer, in every kind of runtime and by every way out, and that the
//! report is true. Each row is a program of its own and has three tries; `tests/src/thresholds.rs` holds the limits.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod otlp;
mod programs;

use otlp::server::{Reply, Server};
use programs::{AT_ONCE, Program, different, sizes};
use spanwright_tests::thresholds::{PAST_THE_DEADLINE, UNATTENDED, hold, three_tries};
use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};

#[test]
fn a_shutdown_ends_at_its_deadline_whatever_runs_it() {
    for arguments in [
        ["spans", "5", "100", "500"].as_slice(),
        &["runtime", "current-thread", "500"],
        &["runtime", "one-worker", "500"],
    ] {
        three_tries(|| {
            let server = Server::start(|_| Reply::Hang);
            let ended = Program::to(&server.url, arguments, &[AT_ONCE]).end();
            let account = ended.otlp();
            assert_eq!(ended.accounts["complete"], false, "{ended:?}");
            assert_eq!(
                (&account["offered"], &account["exported"]),
                (&5.into(), &0.into())
            );
            assert_eq!(
                account["pending"], 5,
                "what is under way is neither lost nor delivered: {account}"
            );
            let took = Duration::from_millis(ended.number("shutdown_ms"));
            hold(took <= Duration::from_millis(500) + PAST_THE_DEADLINE, || {
                format!("{arguments:?}: {took:?}")
            })
        });
    }
}

#[test]
fn a_guard_that_is_dropped_waits_two_seconds_at_most() {
    three_tries(|| {
        let server = Server::start(|_| Reply::Hang);
        let ended = Program::to(&server.url, &["dropped"], &[AT_ONCE]).end();
        assert!(ended.status.success(), "{ended:?}");
        assert!(ended.stderr.contains("5 pending"), "{}", ended.stderr);
        let took = Duration::from_millis(ended.number("dropped_ms"));
        hold(took <= UNATTENDED, || format!("{took:?}"))
    });
}

#[test]
fn a_signal_delivers_first_and_ends_the_process_as_it_would_have() {
    for (name, number) in [("TERM", 15), ("INT", 2)] {
        let server = Server::ok();
        let mut program = Program::to(&server.url, &["signals", "5000"], &[]);
        assert_eq!(program.line(), "ready");
        program.signal(name);
        let ended = program.end();
        assert_eq!(ended.status.signal(), Some(number), "{ended:?}");
        assert_eq!(different(&server.requests()), 50, "{name}: {ended:?}");
        assert_eq!(ended.stderr, "");
    }
}

#[test]
fn a_signal_in_the_middle_of_a_batch_ends_the_process_at_the_deadline() {
    for name in ["TERM", "INT"] {
        three_tries(|| {
            let server = Server::start(|_| Reply::Hang);
            let mut program = Program::to(&server.url, &["signals", "500"], &[AT_ONCE]);
            assert_eq!(program.line(), "ready");
            while server.requests().is_empty() {
                std::thread::sleep(Duration::from_millis(5));
            }
            let sent = Instant::now();
            program.signal(name);
            let ended = program.end();
            let took = sent.elapsed();
            assert!(ended.status.signal().is_some(), "{ended:?}");
            assert!(ended.stderr.contains("50 pending"), "{}", ended.stderr);
            hold(took <= Duration::from_millis(500) + PAST_THE_DEADLINE, || {
                format!("{name}: {took:?}")
            })
        });
    }
}

/// A server that never answers sees the first of three batches; what it did not take is sent by the next start.
fn spooled_at_the_end(arguments: &[&str], signal: Option<&str>) -> Result<(), String> {
    let spool = tempfile::tempdir().unwrap();
    let spool = ("SPANWRIGHT_SPOOL_DIR", spool.path().to_str().unwrap());
    let server = Server::start(|_| Reply::Hang);
    let variables = [AT_ONCE, ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "20"), spool];
    let mut program = Program::to(&server.url, arguments, &variables);
    let took = if let Some(signal) = signal {
        assert_eq!(program.line(), "ready");
        while server.requests().is_empty() {
            std::thread::sleep(Duration::from_millis(5));
        }
        let sent = Instant::now();
        program.signal(signal);
        let ended = program.end();
        assert!(ended.status.signal().is_some(), "{ended:?}");
        let took = sent.elapsed();
        // What waits goes to disk 62 ms before the deadline.
        hold(ended.stderr.is_empty(), || format!("{signal}: {}", ended.stderr))?;
        took
    } else {
        let ended = program.end();
        let account = ended.otlp();
        hold(ended.accounts["complete"] == true, || format!("{ended:?}"))?;
        assert_eq!(
            [&account["offered"], &account["spooled"], &account["pending"]],
            [50, 50, 0],
            "{account}"
        );
        Duration::from_millis(ended.number("shutdown_ms"))
    };
    let next = Server::ok();
    let ended = Program::to(&next.url, &["spans", "1", "5000", "500"], &[AT_ONCE, spool]).end();
    assert_eq!(ended.otlp()["recovered"], 50, "{ended:?}");
    let requests = next.requests();
    assert_eq!(different(&requests), 51, "{ended:?}");
    assert_eq!(sizes(&requests).iter().sum::<usize>(), 51, "none is sent twice");
    hold(took <= Duration::from_millis(500) + PAST_THE_DEADLINE, || {
        format!("{arguments:?} {signal:?}: {took:?}")
    })
}

#[test]
fn what_a_signal_in_the_middle_of_a_batch_leaves_is_spooled() {
    for name in ["TERM", "INT"] {
        three_tries(|| spooled_at_the_end(&["signals", "500"], Some(name)));
    }
}

#[test]
fn what_a_shutdown_in_the_middle_of_a_batch_leaves_is_spooled() {
    three_tries(|| spooled_at_the_end(&["spans", "50", "100", "500"], None));
}

#[test]
fn a_second_signal_ends_the_process_at_once() {
    three_tries(|| {
        let server = Server::start(|_| Reply::Hang);
        let mut program = Program::to(&server.url, &["signals", "30000"], &[AT_ONCE]);
        assert_eq!(program.line(), "ready");
        program.signal("INT");
        std::thread::sleep(Duration::from_millis(300));
        let sent = Instant::now();
        program.signal("INT");
        let ended = program.end();
        assert_eq!(ended.status.signal(), Some(2));
        hold(sent.elapsed() < Duration::from_secs(2), || {
            format!("{:?}", sent.elapsed())
        })
    });
}

#[test]
fn a_panic_that_aborts_delivers_first_where_asked() {
    let server = Server::ok();
    let ended = Program::to(&server.url, &["abort", "5000"], &[]).end();
    assert_eq!(ended.status.signal(), Some(6), "{ended:?}");
    assert_eq!(different(&server.requests()), 50);
    assert!(
        ended.stderr.contains("on purpose"),
        "the hook that was there: {}",
        ended.stderr
    );
}

#[test]
fn another_program_takes_over_after_a_flush() {
    let server = Server::ok();
    let ended = Program::to(&server.url, &["exec"], &[]).end();
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(different(&server.requests()), 50);
}

#[test]
fn a_guard_in_a_static_or_in_a_threads_storage_delivers() {
    for scenario in ["static", "thread-local"] {
        let server = Server::ok();
        let ended = Program::to(&server.url, &[scenario], &[]).end();
        assert!(ended.status.success(), "{scenario}: {ended:?}");
        assert_eq!(different(&server.requests()), 50, "{scenario}: {ended:?}");
    }
}

#[test]
fn where_threads_are_refused_the_program_goes_on_without_telemetry() {
    let server = Server::ok();
    // No address space has room for such a stack.
    let ended = Program::to(
        &server.url,
        &["no-thread"],
        &[("RUST_MIN_STACK", "70368744177664")],
    )
    .end();
    assert!(ended.status.success(), "{ended:?}");
    let error = ended.accounts["error"].as_str().unwrap_or_default();
    assert!(error.contains("cannot start a thread"), "{ended:?}");
    assert!(server.requests().is_empty());
}
