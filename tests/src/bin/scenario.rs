//! Small programs, each of which ends in its own way. `tests/tests/lifecycle.rs` runs them as processes of their own
//! and counts what arrived.
//!
//! `scenario NAME FILE` writes OTLP JSON lines to FILE.

use spanwright::destination::File;
use spanwright::{Guard, in_span};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

fn start(path: &str) -> Guard {
    let destination = File::append(path).expect("the file can be opened");
    spanwright::builder("scenario")
        .destination(destination)
        .install_subscriber(false)
        .init()
        .expect("it starts")
}

fn three_spans() {
    for name in ["first", "second", "third"] {
        in_span(name, || ());
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, name, path] = &arguments[..] else {
        panic!("usage: scenario NAME FILE")
    };
    let path = path.as_str();
    match name.as_str() {
        "return" => {
            let _guard = start(path);
            three_spans();
        }
        "forgotten-guard" => {
            std::mem::forget(start(path));
            three_spans();
        }
        "process-exit" => {
            let _guard = start(path);
            three_spans();
            std::process::exit(7);
        }
        "panic" => {
            let _guard = start(path);
            in_span("outer", || {
                three_spans();
                panic!("on purpose");
            });
        }
        "sleeping-thread" => {
            let guard = start(path);
            let (sender, receiver) = std::sync::mpsc::channel();
            std::thread::spawn(move || {
                three_spans();
                sender.send(()).expect("the main thread waits");
                loop {
                    std::thread::sleep(Duration::from_secs(3600));
                }
            });
            receiver.recv().expect("the thread sends");
            guard
                .shutdown(Duration::from_secs(5))
                .into_result()
                .expect("all is delivered");
        }
        "scope" => {
            let guard = start(path);
            std::thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(three_spans);
                }
            });
            guard
                .shutdown(Duration::from_secs(5))
                .into_result()
                .expect("all is delivered");
        }
        "512-threads" => {
            let guard = start(path);
            let threads: Vec<_> = (0..512).map(|_| std::thread::spawn(three_spans)).collect();
            threads
                .into_iter()
                .for_each(|thread| thread.join().expect("no panic"));
            guard
                .shutdown(Duration::from_secs(10))
                .into_result()
                .expect("all is delivered");
        }
        "thread-local" => {
            let guard = start(path);
            std::thread::spawn(span_in_a_destructor).join().expect("no panic");
            guard
                .shutdown(Duration::from_secs(5))
                .into_result()
                .expect("all is delivered");
        }
        "open-span" => {
            let guard = start(path);
            let _open = spanwright::span!("still open").enter();
            three_spans();
            guard
                .shutdown(Duration::from_secs(5))
                .into_result()
                .expect("all is delivered");
        }
        "fork" => fork_and_record(path),
        "busy-forks" => fork_while_others_work(path),
        "current-thread" => {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async_shutdown(path));
        }
        "one-worker" => {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                tokio::spawn(async_shutdown_owned(path.to_owned()))
                    .await
                    .expect("no panic")
            });
        }
        "blocking-in-runtime" => {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let guard = start(path);
                three_spans();
                guard
                    .shutdown(Duration::from_secs(5))
                    .into_result()
                    .expect("all is delivered");
            });
        }
        "second-init" => {
            let _guard = start(path);
            let error = spanwright::builder("again")
                .init()
                .expect_err("the second is refused");
            assert!(matches!(error, spanwright::InitError::AlreadyInitialised));
            three_spans();
        }
        "rich" => rich(path),
        "doctor" => doctor(),
        "from-environment" => {
            let _guard = spanwright::init().expect("it starts");
            three_spans();
        }
        other => panic!("no scenario {other}"),
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the shelf {0} is empty")]
struct Empty(u8);

#[spanwright::traced(metrics, capture(shelf))]
fn fetch(shelf: u8) -> Result<u8, Empty> {
    if shelf == 0 { Err(Empty(shelf)) } else { Ok(shelf) }
}

#[spanwright::trace_llm_call(provider = "openai", model = "stub-mini", prompt = prompt, metrics)]
fn ask(prompt: &str) -> usize {
    prompt.len()
}

#[spanwright::trace_db_query(system = "sqlite", operation = "SELECT", collection = "users", query = sql)]
fn select(sql: &str) -> usize {
    sql.len()
}

#[spanwright::traced]
fn health_check() {}

/// One of everything: an error, a model call, a query, a long value, a secret, a hook that drops.
fn rich(path: &str) {
    let guard = spanwright::builder("scenario")
        .version("1.2.3")
        .destination(File::append(path).expect("the file can be opened"))
        .hook(|span| {
            span.attributes.push(("seen.by".into(), "hook".into()));
            span.name != "health_check"
        })
        .install_subscriber(false)
        .init()
        .expect("it starts");
    in_span("request", || {
        let _ = (fetch(1), fetch(0));
        ask(&"é".repeat(300));
        select(&format!(
            "SELECT name FROM users WHERE note = 'private' AND {}",
            "id > 1 AND ".repeat(70)
        ));
        health_check();
        spanwright::current()
            .set("long", &"x".repeat(5000))
            .set("password", "hunter2");
        let mut headers = Vec::new();
        spanwright::propagate::inject(&mut headers);
        spanwright::current().set(
            "headers",
            &headers.into_iter().map(|(name, _)| name).collect::<Vec<String>>(),
        );
    });
    let health = guard.health();
    println!("{health:?}");
    let report = guard.shutdown(Duration::from_secs(5));
    println!("{report}");
    report.into_result().expect("all is delivered");
}

/// Prints the diagnosis before `init()`, and after it with a destination that cannot be reached.
fn doctor() {
    println!("{}", spanwright::diagnosis());
    let guard = spanwright::init().expect("it starts");
    three_spans();
    println!("{}", spanwright::diagnosis());
    let _ = guard.shutdown(Duration::from_millis(100));
}

async fn async_shutdown(path: &str) {
    let guard = start(path);
    three_spans();
    let report = guard.shutdown_async(Duration::from_secs(5)).await;
    report.into_result().expect("all is delivered");
}

async fn async_shutdown_owned(path: String) {
    async_shutdown(&path).await;
}

/// A span that ends while the thread's storage is torn down, before and after ours.
fn span_in_a_destructor() {
    struct AtEnd;
    impl Drop for AtEnd {
        fn drop(&mut self) {
            three_spans();
        }
    }
    thread_local! {
        static EARLY: AtEnd = const { AtEnd };
        static LATE: AtEnd = const { AtEnd };
    }
    EARLY.with(|_| ());
    three_spans();
    LATE.with(|_| ());
}

fn fork_and_record(path: &str) {
    let guard = start(path);
    three_spans();
    // The parent has a record in its buffer that the child must not deliver again.
    match fork::fork().expect("the system forks") {
        fork::Fork::Child => {
            in_span("in the child", || ());
            guard
                .shutdown(Duration::from_secs(5))
                .into_result()
                .expect("all of the child is delivered");
            std::process::exit(0);
        }
        fork::Fork::Parent(child) => {
            fork::waitpid(child).expect("the child ends");
            guard
                .shutdown(Duration::from_secs(5))
                .into_result()
                .expect("all of the parent is delivered");
        }
    }
}

/// Children of a process whose other threads are at all that is locked, and have spans open.
fn fork_while_others_work(path: &str) {
    static ENDS: AtomicBool = AtomicBool::new(false);
    let guard = start(path);
    three_spans();
    static BUSY: AtomicUsize = AtomicUsize::new(0);
    let busy = |work: fn()| {
        std::thread::spawn(move || {
            in_span("in another thread", || {
                BUSY.fetch_add(1, Ordering::Relaxed);
                while !ENDS.load(Ordering::Relaxed) {
                    work();
                }
            });
        })
    };
    let threads = [
        // Many slots, so that reading them takes a while.
        busy(|| {
            let open: Vec<_> = (0..2000)
                .map(|_| spanwright::span!("one of many").enter())
                .collect();
            while !ENDS.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(1));
            }
            open.into_iter().rev().for_each(drop);
        }),
        busy(|| drop(spanwright::active_spans())),
        busy(|| drop(spanwright::sites())),
        busy(|| assert!(!spanwright::set_destination("none", false))),
    ];
    // All threads, ours too, must be past their start: they have a lock of the standard library's there, for which
    // `process::exit` waits in a child.
    let _ = guard.flush(Duration::from_secs(20));
    while BUSY.load(Ordering::Relaxed) < threads.len() {
        std::thread::sleep(Duration::from_millis(1));
    }
    for _ in 0..100 {
        match fork::fork().expect("the system forks") {
            fork::Fork::Child => {
                in_span("in the child", || {
                    let open = spanwright::active_spans();
                    assert_eq!(open.len(), 1, "only its own: {open:?}");
                });
                assert!(!spanwright::sites().is_empty());
                guard
                    .shutdown(Duration::from_secs(5))
                    .into_result()
                    .expect("all of the child is delivered");
                std::process::exit(0);
            }
            fork::Fork::Parent(child) => assert_eq!(status_of(child), Some(0), "a child hangs, or failed"),
        }
    }
    ENDS.store(true, Ordering::Relaxed);
    threads
        .into_iter()
        .for_each(|thread| thread.join().expect("no panic"));
    guard
        .shutdown(Duration::from_secs(20))
        .into_result()
        .expect("all of the parent is delivered");
}

/// How a child ended; one that does not is killed.
fn status_of(child: i32) -> Option<i32> {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(10) {
        if let Some(status) = fork::waitpid_nohang(child).expect("it is a child") {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let _ = std::process::Command::new("kill")
        .args(["-9", &child.to_string()])
        .status();
    let _ = fork::waitpid(child);
    None
}
