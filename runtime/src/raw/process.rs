//! `atexit` and `pthread_atfork`.

use super::FORK_EPOCH;
use std::sync::atomic::Ordering;
use std::sync::{Once, OnceLock};

static EXIT_HOOK: OnceLock<fn()> = OnceLock::new();
static FORK_HOOK: OnceLock<fn()> = OnceLock::new();

extern "C" fn run_exit_hook() {
    if let Some(hook) = EXIT_HOOK.get() {
        // Unwinding must not cross into C.
        let _ = std::panic::catch_unwind(hook);
    }
}

extern "C" fn mark_child() {
    FORK_EPOCH.fetch_add(1, Ordering::Relaxed);
    if let Some(hook) = FORK_HOOK.get() {
        hook();
    }
}

/// Runs `hook` when the process exits normally: return from `main` or `process::exit`. Once per process.
pub(crate) fn at_exit(hook: fn()) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = EXIT_HOOK.set(hook);
        // SAFETY: `run_exit_hook` is a plain function that lives as long as the program and does not unwind.
        // A refusal (no memory) leaves us without the hook, which is harmless.
        let _ = unsafe { libc::atexit(run_exit_hook) };
    });
}

/// Counts forks in the child and runs `hook` there, which may only store to atomics: other threads' locks
/// may be held for ever in the child.
pub(crate) fn watch_forks(hook: fn()) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = FORK_HOOK.set(hook);
        // SAFETY: the handler only touches atomics, which is allowed between fork and exec.
        let _ = unsafe { libc::pthread_atfork(None, None, Some(mark_child)) };
    });
}
