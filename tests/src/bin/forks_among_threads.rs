//! Forks while other threads start and end, with an allocator so slow that a lock under which the standard library
//! allocates is nearly always held. Each child records one span and shuts down. `forks_among_threads FILE` writes OTLP
//! JSON lines to FILE; `tests/tests/lifecycle.rs` counts what arrived.

use spanwright::destination::File;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

unsafe extern "C" {
    fn _exit(code: i32) -> !;
}

static SLOW: AtomicBool = AtomicBool::new(false);

struct Slow;

impl Slow {
    fn wait() {
        if SLOW.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

// SAFETY: the system's allocator, later.
unsafe impl GlobalAlloc for Slow {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::wait();
        // SAFETY: as promised to us.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        Self::wait();
        // SAFETY: as promised to us.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Slow = Slow;

fn main() {
    let path = std::env::args().nth(1).expect("usage: forks_among_threads FILE");
    let guard = spanwright::builder("scenario")
        .destination(File::append(path).expect("the file can be opened"))
        .install_subscriber(false)
        .init()
        .expect("it starts");
    for _ in 0..4 {
        std::thread::spawn(|| {
            loop {
                let thread = std::thread::Builder::new().name("short-lived".to_owned());
                let _ = thread.spawn(|| ()).expect("a thread").join();
            }
        });
    }
    for _ in 0..10 {
        SLOW.store(true, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(20));
        let forked = fork::fork().expect("the system forks");
        SLOW.store(false, Ordering::Relaxed);
        match forked {
            fork::Fork::Child => {
                spanwright::in_span("in the child", || ());
                let report = guard.shutdown(Duration::from_secs(5));
                // Not `process::exit`, where the standard library waits for that lock itself.
                // SAFETY: ends the process; nothing here waits for an exit handler.
                unsafe { _exit(i32::from(report.into_result().is_err())) }
            }
            fork::Fork::Parent(child) => {
                assert_eq!(fork::waitpid(child).expect("it is a child"), 0, "a child failed");
            }
        }
    }
    std::process::exit(0);
}
