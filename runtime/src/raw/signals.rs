//! SIGINT and SIGTERM as bytes in a pipe.

use super::fork_epoch;
use std::io::{PipeReader, PipeWriter};
use std::os::fd::AsRawFd;
use std::sync::OnceLock;

const SIGNALS: [libc::c_int; 2] = [libc::SIGINT, libc::SIGTERM];

/// Where the handler writes, and the fork epoch in which somebody reads that.
static PIPE: OnceLock<(PipeWriter, u32)> = OnceLock::new();

/// Only what POSIX allows in a handler: `write`, `sigaction` and `raise`. A `write` of one byte into a pipe that is
/// nearly empty does not fail, so that `errno` stays as it is.
extern "C" fn on_signal(signal: libc::c_int) {
    match PIPE.get() {
        Some((pipe, epoch)) if *epoch == fork_epoch() => {
            let byte = signal as u8;
            // SAFETY: the descriptor is open for as long as the program runs, and the byte outlives the call.
            unsafe { libc::write(pipe.as_raw_fd(), (&raw const byte).cast(), 1) };
        }
        // A forked child has no thread that reads: it ends as if there were no handler.
        _ => end_by(signal),
    }
}

fn set_handler(signal: libc::c_int, handler: libc::sighandler_t) {
    // SAFETY: all zeros are a valid `sigaction`, which has no pointer beside the handler.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = handler;
    // The next signal of this kind has its default effect: who presses Ctrl-C twice will not wait.
    action.sa_flags = libc::SA_RESTART | libc::SA_RESETHAND;
    // SAFETY: the action is initialised and outlives the call; the old one is not asked for.
    unsafe { libc::sigaction(signal, &raw const action, std::ptr::null_mut()) };
}

fn has_default_effect(signal: libc::c_int) -> bool {
    // SAFETY: all zeros are a valid `sigaction`; the call only writes the present one into it.
    let action = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        libc::sigaction(signal, std::ptr::null(), &raw mut action);
        action
    };
    action.sa_sigaction == libc::SIG_DFL
}

/// Catches SIGINT and SIGTERM where nobody else does and they are not ignored; each arrives as a byte, its number.
/// `None` where there was nothing to catch.
pub(crate) fn catch_signals() -> std::io::Result<Option<PipeReader>> {
    let caught: Vec<_> = SIGNALS
        .into_iter()
        .filter(|signal| has_default_effect(*signal))
        .collect();
    if caught.is_empty() {
        return Ok(None);
    }
    let (reader, writer) = std::io::pipe()?;
    if PIPE.set((writer, fork_epoch())).is_err() {
        return Ok(None);
    }
    for signal in caught {
        set_handler(
            signal,
            on_signal as extern "C" fn(libc::c_int) as libc::sighandler_t,
        );
    }
    Ok(Some(reader))
}

/// Ends the process by this signal, so that its parent sees that it was this.
pub(crate) fn end_by(signal: libc::c_int) {
    set_handler(signal, libc::SIG_DFL);
    // SAFETY: raising a signal needs no memory; its default effect is to end the process.
    unsafe { libc::raise(signal) };
}
