//! `atexit` and `pthread_atfork`.

use super::FORK_EPOCH;
use std::sync::atomic::Ordering;
use std::sync::{Once, OnceLock};

static EXIT_HOOK: OnceLock<fn()> = OnceLock::new();
static FORK_HOOKS: OnceLock<ForkHooks> = OnceLock::new();

struct ForkHooks {
    before: fn(),
    after: fn(),
}

extern "C" fn run_exit_hook() {
    if let Some(hook) = EXIT_HOOK.get() {
        // Unwinding must not cross into C.
        let _ = std::panic::catch_unwind(hook);
    }
}

extern "C" fn before_fork() {
    if let Some(hooks) = FORK_HOOKS.get() {
        // Unwinding must not cross into C.
        let _ = std::panic::catch_unwind(hooks.before);
    }
}

extern "C" fn after_fork() {
    if let Some(hooks) = FORK_HOOKS.get() {
        let _ = std::panic::catch_unwind(hooks.after);
    }
}

extern "C" fn in_child() {
    FORK_EPOCH.fetch_add(1, Ordering::Relaxed);
    after_fork();
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

/// Counts forks in the child. Runs `before` in the thread that forks, and `after` when it has, in parent and child: what
/// other threads have locked at that moment stays locked in the child for ever, and what this thread has does not.
pub(crate) fn watch_forks(before: fn(), after: fn()) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = FORK_HOOKS.set(ForkHooks { before, after });
        // SAFETY: plain functions that live as long as the program and do not unwind. A refusal (no memory) leaves us
        // without them: then a child is taken for its parent, and delivers nothing.
        let _ = unsafe { libc::pthread_atfork(Some(before_fork), Some(after_fork), Some(in_child)) };
    });
}
